"""Sales and spending on one axis of time: gaps seen, times that repeat added up, controls as numbers or kinds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import polars as pl

from castanea.analysis.common import Warned, numbers, present, texts, times
from castanea.analysis.predict.forecasting.axis import DAY, Axis, axis_of
from castanea.kit.errors import InputError

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
KINDS = 24  # different words that a control may hold
WEEK, YEAR = 7.0, 365.25  # days


@dataclass(frozen=True)
class Media:
    """Row = place on the axis. `y` is 0 where not `seen` (no row, or no value). `cycles`: periods of a season that the calendar or the caller
    knows; `asked`: it was the caller. `weeks`: how long it is."""

    y: Floats
    seen: Flags
    spend: Floats
    channels: Sequence[str]
    controls: Floats
    control_names: Sequence[str]
    cycles: Sequence[float]
    asked: bool
    weeks: float

    def __len__(self) -> int:
        return len(self.y)

    def until(self, end: int) -> Media:
        """The first rows alone."""
        return replace(self, y=self.y[:end], seen=self.seen[:end], spend=self.spend[:end], controls=self.controls[:end])


def media_of(
    table: pl.DataFrame, time: str, value: str, spend: Sequence[str], controls: Sequence[str], season: int
) -> tuple[Media, list[Warned]]:
    """Raises InputError for what is no number, a spending below zero, or a column named twice."""
    asked = [time, value, *spend, *controls]
    if not spend or len(set(asked)) < len(asked):
        raise InputError(
            f"time, value, spend and controls name {', '.join(asked)}; name each column once", code="analysis.bad_names"
        )
    if season < 0:
        raise InputError(
            f"--season is {season}; write the number of periods of a cycle, 1 = none", code="analysis.bad_number"
        )
    present(table, *asked)
    at = times(table, time)
    axis = axis_of(at, pl.Series("g", ["all"]).new_from_index(0, table.height))
    spent = [numbers(table, name, gaps=False) for name in spend]
    for name, column in zip(spend, spent, strict=True):
        below = (column < 0).arg_true()
        if len(below):
            raise InputError(f"column {name!r}, row {below[0] + 1:,}: {column[below[0]]:g} is a spending below zero; "
                "write what was spent, or 0", code="analysis.bad_value")  # fmt: skip
    held, held_names = _controls(table, controls)
    places = axis.places(at.values)
    rows = pl.DataFrame({"p": np.where(places < 0, -1 - places, places), "y": numbers(table, value)})
    rows = rows.with_columns(
        [c.alias(f"s{n}") for n, c in enumerate(spent)] + [c.alias(f"c{n}") for n, c in enumerate(held)]
    )
    return _placed(rows, axis, spend, held_names, season)


def _placed(
    rows: pl.DataFrame, axis: Axis, spend: Sequence[str], held: Sequence[str], season: int
) -> tuple[Media, list[Warned]]:
    warnings: list[Warned] = []
    total = [
        pl.col("y").sum(),
        pl.col("y").is_not_null().all().alias("seen"),
        pl.col(r"^s\d+$").sum(),
        pl.col(r"^c\d+$").mean(),
    ]
    joined = rows.sort(rows.columns).group_by("p", maintain_order=True).agg(total).sort("p")
    if joined.height < rows.height:
        warnings.append(
            Warned(
                "times_joined", f"{rows.height - joined.height:,} rows repeat a time; values and spending were added up"
            )
        )
    first, last = int(joined["p"][0]), int(joined["p"][-1])
    full = pl.DataFrame({"p": np.arange(first, last + 1)}).join(joined, on="p", how="left", maintain_order="left")
    seen = full["seen"].fill_null(value=False).to_numpy()
    if not seen.all():
        warnings.append(Warned("gaps", f"{int((~seen).sum()):,} of {len(seen):,} times have no row or no value: they are not fitted, "
            "and nothing is taken to have been spent where a row lacks"))  # fmt: skip
    full = full.drop("seen").fill_null(0.0)
    cycles = [float(season)] if season > 1 else [] if season == 1 else _cycles(axis, len(seen))
    days = (
        axis.step / DAY
        if axis.kind == "fixed"
        else 30.44 * axis.step
        if axis.kind == "months"
        else 1.4
        if axis.kind == "weekdays"
        else WEEK
    )
    return Media(
        full["y"].to_numpy(), seen, full.select(pl.col(r"^s\d+$")).to_numpy().astype(np.float64), list(spend),
        full.select(pl.col(r"^c\d+$")).to_numpy().reshape(len(seen), len(held)).astype(np.float64), list(held), cycles, season > 1,
        len(seen) * days / WEEK,
    ), warnings  # fmt: skip


def _cycles(axis: Axis, size: int) -> list[float]:
    """Periods of a year, and of a week or a day where rows are finer; of numbered times perhaps 52, if the data say so."""
    if axis.kind == "months":
        return [12 / axis.step] if axis.step < 6 else []
    if axis.kind == "weekdays":
        return [5.0, YEAR / 1.4]
    if axis.kind == "whole":
        return [52.18] if size >= 104 else []
    days = axis.step / DAY
    return [length / days for length in (1.0, WEEK, YEAR) if length / days >= 2 and 2 * length / days <= size + 3]


def _controls(table: pl.DataFrame, controls: Sequence[str]) -> tuple[list[pl.Series], list[str]]:
    """Columns of numbers as they are; columns of words as one column for each word but the most frequent."""
    found, names = [], []
    for name in controls:
        words = texts(table, name)
        if (
            not table[name].dtype.is_numeric()
            and table[name].dtype != pl.Boolean
            and words.cast(pl.Float64, strict=False).null_count() == len(words)
        ):
            kinds = (
                words.fill_null("-")
                .value_counts(sort=False)
                .sort(["count", name], descending=[True, False])[name]
                .to_list()
            )
            if len(kinds) > KINDS:
                raise InputError(f"column {name!r} holds {len(kinds):,} different words; "
                    f"a control is a number, or one of at most {KINDS} words", code="analysis.bad_value")  # fmt: skip
            found += [(words.fill_null("-") == kind).cast(pl.Float64) for kind in kinds[1:]]
            names += [f"{name}={kind}" for kind in kinds[1:]]
        else:
            found.append(numbers(table, name, gaps=False))
            names.append(name)
    return found, names
