"""The series of a file on one axis of time: gaps filled, doubled times joined, stock-outs taken for what they are."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import polars as pl

from castanea.analysis.common import Warned, numbers, present, texts, times
from castanea.analysis.predict.forecasting.axis import Axis, axis_of
from castanea.kit.errors import InputError

Floats = npt.NDArray[np.float64]

MOST_PLACES = 200_000  # of one series: beyond that the spacing is wrong, not the gaps


@dataclass(frozen=True)
class History:
    """One series: `raw` values from `first` (a place on the axis) to `last`, to be believed where `usable`; `floor`: never less than."""

    name: str
    raw: Floats
    usable: npt.NDArray[np.bool_]
    floor: Floats
    first: int

    @property
    def last(self) -> int:
        return self.first + len(self.raw) - 1

    def until(self, last: int, *, zeros: bool) -> History:
        """The same, going on to a later place: with zeros, or with values to be filled in."""
        more = last - self.last
        if more <= 0:
            return self
        tail = np.zeros(more) if zeros else np.full(more, np.nan)
        return History(
            self.name, np.concatenate([self.raw, tail]), np.concatenate([self.usable, np.full(more, zeros)]),
            np.concatenate([self.floor, np.full(more, -np.inf)]), self.first,
        )  # fmt: skip

    def values(self, season: int) -> Floats:
        """All values, those that cannot be believed filled in from the others with the season on top."""
        if self.usable.all():
            return self.raw
        return np.maximum(completed(self.raw, self.usable, season), self.floor)


@dataclass(frozen=True)
class Histories:
    axis: Axis
    series: tuple[History, ...]
    warnings: list[Warned] = field(default_factory=list)
    listed: bool = False  # whole numbers above zero: a time without a row is a zero


def histories(table: pl.DataFrame, *, name: str, time: str, value: str, stockout: str = "") -> Histories:
    """All series of the file by name. Raises InputError for a bad column or times without a spacing.

    Rows of one series at one time are added up. A time between two of the axis belongs to the one before. Where whole numbers without
    any zero leave gaps, the gaps are zeros (a list of sales has no rows for days without any); else they are filled in. Where stock ran
    out the value is not what was wanted: it is filled in, and never below what was sold."""
    present(table, name or None, time, value, stockout or None)
    at = times(table, time)
    keys = texts(table, name).fill_null("") if name else pl.Series("all", ["all"]).new_from_index(0, table.height)
    y = numbers(table, value)
    out = _flags(table, stockout) if stockout else pl.Series("out", [False]).new_from_index(0, table.height)
    axis = axis_of(at, keys)
    places = axis.places(at.values)
    between = int((places < 0).sum())
    frame = pl.DataFrame({"id": keys, "p": np.where(places < 0, -1 - places, places), "y": y, "out": out})
    warnings = []
    if between:
        warnings.append(
            Warned(
                "between_times",
                f"{between:,} times lie between two of the spacing ({axis.told()}) and count for the one before",
            )
        )
    joined = frame.sort("id", "p", "y").group_by("id", "p", maintain_order=True).agg(
        pl.len().alias("n"), pl.col("y").sum().alias("y"), pl.col("y").null_count().alias("gone"), pl.col("out").any()
    )  # fmt: skip
    if joined.height < frame.height:
        warnings.append(
            Warned(
                "times_joined", f"{frame.height - joined.height:,} rows repeat a time of their series and were added up"
            )
        )
    joined = joined.with_columns(pl.when(pl.col("gone") == pl.col("n")).then(None).otherwise(pl.col("y")).alias("y"))
    known = joined["y"].drop_nulls()
    sold = bool((known > 0).all()) and bool((known == known.round()).all()) and joined["y"].null_count() == 0
    told: list[History] = []
    zeros = filled = lost = 0
    for (key,), rows in joined.partition_by("id", as_dict=True, maintain_order=True).items():
        history, z, f, s = _one(str(key), rows, sold=sold, time=time, axis=axis)
        told.append(history)
        zeros, filled, lost = zeros + z, filled + f, lost + s
    warnings += _cautions(zeros, filled, lost)
    return Histories(axis, tuple(sorted(told, key=lambda h: h.name)), warnings, listed=sold)


def _cautions(zeros: int, filled: int, lost: int) -> list[Warned]:
    told = (
        ("gaps_are_zeros", zeros, "times without a row count as zero: the column holds whole numbers and never a zero"),
        ("gaps_filled", filled, "times without a value were filled in from those around them"),
        ("stockouts", lost, "times without stock are no measure of demand and were filled in from the others"),
    )
    return [Warned(code, f"{count:,} {text}") for code, count, text in told if count]


def _one(name: str, rows: pl.DataFrame, *, sold: bool, time: str, axis: Axis) -> tuple[History, int, int, int]:
    places, y, out = rows["p"].to_numpy(), rows["y"].fill_null(np.nan).to_numpy(), rows["out"].to_numpy()
    first, last = int(places.min()), int(places.max())
    if last - first + 1 > max(MOST_PLACES, 4 * len(places)):
        raise InputError(
            f"series {name!r} spans {last - first + 1:,} times at a spacing of {axis.told()} with {len(places):,} rows; check column {time!r}",
            code="analysis.no_spacing",
        )
    values = np.full(last - first + 1, np.nan)
    values[places - first] = y
    missing = np.isnan(values)
    absent = np.ones(len(values), dtype=bool)
    absent[places - first] = False
    zeros = 0
    if sold and absent.any():
        values[absent], zeros = 0.0, int(absent.sum())
        missing &= ~absent
    empty = np.zeros(len(values), dtype=bool)
    empty[places - first] = out
    floor = np.where(empty & ~missing, values, -np.inf)
    lost = int((empty & ~missing).sum())
    usable = ~missing & ~empty
    if not usable.any():  # nothing but stock-outs: what was sold is all that is known
        usable, lost = ~missing, 0
    filled = int((missing & ~empty).sum())
    history = History(name, values, usable, floor, first)
    return history, zeros, filled, lost


def completed(values: Floats, usable: npt.NDArray[np.bool_], season: int) -> Floats:
    """Values in the place of those that are not usable: the level around them with the place of the cycle on top."""
    if not usable.any():
        return np.zeros(len(values))
    places = np.arange(len(values))
    known = places[usable]
    level = np.interp(places, known, values[usable])
    if season < 2 or usable.sum() < 3 * season:
        return np.where(usable, values, level)
    wide = np.interp(places, known, _moving(values[usable], season))
    apart = np.zeros(season)
    for place in range(season):
        here = usable & (places % season == place)
        if here.any():
            apart[place] = float(np.median(values[here] - wide[here]))
    adjusted = np.interp(places, known, values[usable] - apart[known % season]) + apart[places % season]
    return np.where(usable, values, adjusted)


def _moving(values: Floats, window: int) -> Floats:
    padded = np.pad(values, (window // 2, window - 1 - window // 2), mode="edge")
    return np.convolve(padded, np.ones(window) / window, "valid")


def _flags(table: pl.DataFrame, name: str) -> pl.Series:
    """A column of yes and no. Raises InputError."""
    if table[name].dtype == pl.Boolean:
        return table[name].fill_null(value=False)
    plain = texts(table, name).str.to_lowercase().fill_null("0")
    yes, no = ["1", "true", "yes", "y", "是", "1.0"], ["0", "false", "no", "n", "否", "0.0"]
    wrong = (~plain.is_in(yes + no)).arg_true().to_list()
    if wrong:
        raise InputError(
            f"column {name!r}, row {wrong[0] + 1:,}: {str(table[name][wrong[0]])!r:.60} is neither yes nor no; write 1 where stock had run out and 0 elsewhere",
            code="analysis.bad_value", values={"column": name, "row": wrong[0] + 1},
        )  # fmt: skip
    return plain.is_in(yes)
