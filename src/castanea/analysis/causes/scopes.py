"""The table of evidence as series on one axis of time: those inside the scope of a deviation, and the like ones outside of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import log

import numpy as np
import numpy.typing as npt
import polars as pl

from castanea.analysis.causes.kinds import Read, kind_of
from castanea.analysis.common import numbers, present, texts, times
from castanea.kit.errors import InputError

F64 = npt.NDArray[np.float64]
OWN = ("time", "kind", "value", "text")
MOST_OTHERS = 40  # series outside of the scope that are held against one inside
MOST_PARTS = 40  # parts of the scope that are looked at on their own
WIDER = 2.0  # log odds that a series wider than the deviation loses, per dimension
PART = 1.5  # and one that is narrower, beside the logarithm of how many of them there are
US = 1_000_000
EPOCH = datetime.fromisoformat("1970-01-01")


@dataclass(frozen=True)
class Axis:
    """Places from 0 of evenly spaced times: microseconds, or whole numbers where the file counts. `dated`: whole days."""

    first: int
    step: int
    length: int
    counted: bool
    dated: bool

    def place(self, moment: datetime | int) -> int:
        return (raw(moment) - self.first) // self.step

    def time(self, place: int) -> datetime | int:
        at = self.first + place * self.step
        return at if self.counted else EPOCH + timedelta(microseconds=at)

    @property
    def days(self) -> float:
        """Places of a day."""
        return 86_400 * US / self.step if not self.counted else 1.0

    @property
    def week(self) -> int:
        """Places of the season: a week of days, a day of hours."""
        if self.counted:
            return 1
        size = round(86_400 * US / self.step)
        return 7 if size == 1 else size if 1 < size <= 48 else 1


@dataclass(frozen=True)
class Candidate:
    """A series to look at. `price`: log odds that it loses for being wider, narrower, or one of many."""

    name: str
    read: Read
    scope: Mapping[str, str]
    values: F64
    others: list[F64] = field(default_factory=list)
    price: float = 0.0


def raw(moment: datetime | int) -> int:
    """A time as its number."""
    if isinstance(moment, int):
        return moment
    return round((moment - EPOCH).total_seconds() * US)


def scope_columns(table: pl.DataFrame) -> list[str]:
    return [c for c in table.columns if c not in OWN]


def read_series(table: pl.DataFrame) -> tuple[pl.DataFrame, Axis]:
    """Columns t (number), kind, value, and the scope columns as text, and the axis. Raises InputError."""
    present(table, "time", "kind", "value")
    scopes = scope_columns(table)
    at = times(table, "time")
    kinds = texts(table, "kind")
    if kinds.null_count():
        row = int(kinds.is_null().arg_true()[0]) + 1
        raise InputError(f"column 'kind', row {row:,} is empty; name what the value is, such as ad_spend or stock", code="analysis.bad_value",
                         values={"column": "kind", "row": row})  # fmt: skip
    frame = pl.DataFrame(
        [at.values.to_physical().cast(pl.Int64).alias("t"), kinds.alias("kind"), numbers(table, "value").alias("value")]
        + [texts(table, c).alias(f"s:{c}") for c in scopes]
    ).filter(pl.col("value").is_not_null())
    if frame.height == 0:
        raise InputError("column 'value' is empty in all rows; an analysis needs numbers", code="analysis.empty")
    stamps = frame["t"].unique().sort()
    gaps = stamps.diff().drop_nulls()
    step = int(gaps.mode().sort()[0]) if len(gaps) else 86_400 * US
    day = 86_400 * US
    if not at.counted:
        step = day if at.dated and step < 6 * day else max(step, 3_600 * US if step >= 3_600 * US else 60 * US)
    first, last = int(stamps[0]), int(stamps[-1])
    if not at.counted:
        first -= first % step if step <= day else first % day
    length = (last - first) // step + 1
    if length > 200_000:
        raise InputError(
            f"the times span {length:,} steps of the usual distance; give days or hours", code="analysis.bad_value"
        )
    return frame, Axis(first, max(step, 1), length, at.counted, at.dated)


def candidates(frame: pl.DataFrame, axis: Axis, where: Mapping[str, str]) -> Iterator[Candidate]:
    """All series of the table that may bear on a deviation at `where`, those of its scope with the like ones outside."""
    for (name,), rows in sorted(frame.partition_by("kind", as_dict=True).items()):
        read = kind_of(str(name))
        if read is None:
            continue
        used = [c for c in rows.columns if c.startswith("s:") and rows[c].null_count() < rows.height]
        held = [c for c in used if c[2:] in where]
        free = [c for c in used if c[2:] not in where]
        inside = rows.filter([(pl.col(c) == where[c[2:]]) | pl.col(c).is_null() for c in held]) if held else rows
        if inside.height == 0:
            continue
        whole = inside.filter([pl.col(c) == where[c[2:]] for c in held]) if held else inside
        missing = len([d for d in where if f"s:{d}" not in used])
        own = whole if whole.height else inside
        price = WIDER * (missing + (len(held) if own is inside and held else 0))
        others = _others(rows, axis, read, where, held, free)
        scope = {c[2:]: where[c[2:]] for c in held}
        mean = not read.kind.adds
        yield Candidate(str(name), read, scope, _values(_totals(own, free), axis, mean=mean), others, price)
        if free:
            yield from _parts(str(name), own, free, axis, read, scope, price)


def _totals(rows: pl.DataFrame, free: list[str]) -> pl.DataFrame:
    """Where a file gives both parts and their total (an empty cell), the total alone."""
    for c in free:
        total = rows.filter(pl.col(c).is_null())
        if total.height and total.height < rows.height:
            rows = total
    return rows


def _parts(
    name: str, rows: pl.DataFrame, free: list[str], axis: Axis, read: Read, scope: Mapping[str, str], price: float
) -> Iterator[Candidate]:
    """Single values of dimensions in which the deviation was not narrowed down."""
    parts = rows.drop_nulls(free).partition_by(free, as_dict=True)
    if len(parts) < 2:
        return
    largest = sorted(parts.items(), key=lambda p: (-p[1].height, str(p[0])))[:MOST_PARTS]
    series = {k: _values(v, axis, mean=not read.kind.adds) for k, v in largest}
    for key, values in series.items():
        others = [v for k, v in series.items() if k != key]
        more = {c[2:]: str(k) for c, k in zip(free, key, strict=True)}
        yield Candidate(name, read, {**scope, **more}, values, others, price + PART + log(len(parts)))


def _others(
    rows: pl.DataFrame, axis: Axis, read: Read, where: Mapping[str, str], held: list[str], free: list[str]
) -> list[F64]:
    if not held:
        return []
    outside = rows.drop_nulls(held).filter(pl.any_horizontal([pl.col(c) != where[c[2:]] for c in held]))
    parts = _totals(outside, free).partition_by(held, as_dict=True)
    chosen = sorted(parts.items(), key=lambda p: (-p[1].height, str(p[0])))[:MOST_OTHERS]
    return [_values(part, axis, mean=not read.kind.adds) for _, part in chosen]


def _values(rows: pl.DataFrame, axis: Axis, *, mean: bool) -> F64:
    """One value per place: sums of what adds up (nothing told = zero), means of what does not (nothing told = unknown)."""
    ordered = rows.sort("t", "value")
    place = ((ordered["t"] - axis.first) // axis.step).to_numpy()
    value = ordered["value"].to_numpy()
    sums = np.bincount(place, weights=value, minlength=axis.length)
    count = np.bincount(place, minlength=axis.length)
    if not mean:
        return sums.astype(np.float64)
    known = np.full(axis.length, np.nan)
    known[count > 0] = sums[count > 0] / count[count > 0]
    return known
