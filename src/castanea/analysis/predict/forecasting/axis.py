"""The axis of time of the series in a file: its spacing, and how it goes on in the file's own writing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import numpy as np
import numpy.typing as npt
import polars as pl

from castanea.analysis.common import Times
from castanea.kit.errors import InputError

Ints = npt.NDArray[np.int64]
DAY = 86_400_000_000  # microseconds
FORMS = (
    "%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%Y-%m", "%Y/%m", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y/%m/%d %H:%M:%S", "%Y-%m-%d %H:%M",
    "%Y/%m/%d %H:%M", "%Y-%m-%dT%H:%M",
)  # fmt: skip
ON_THE_GRID = 0.9  # of the distances that a spacing must explain


@dataclass(frozen=True)
class Axis:
    """`kind`: how `places` count. `step`: of integers their distance, of `fixed` microseconds, of `months` months. `begin`: place 0."""

    kind: Literal["whole", "fixed", "months", "weekdays"]
    step: int
    begin: int
    at_end_of_month: bool = False

    def places(self, values: pl.Series) -> Ints:
        """Times as places on the axis, 0 = the first; −1 − place for a time between two places (it belongs to the one before)."""
        if self.kind == "months":
            months = (
                values.dt.year().cast(pl.Int64) * 12 + values.dt.month().cast(pl.Int64) - 1
            ).to_numpy() - self.begin
            return np.asarray(np.where(months % self.step == 0, months // self.step, -1 - months // self.step))
        raw = values.cast(pl.Int64).to_numpy() - self.begin
        if self.kind == "weekdays":
            days = raw // DAY
            weeks, rest = days // 7, days % 7
            return np.asarray(np.where(raw % DAY == 0, weeks * 5 + rest, -1 - (weeks * 5 + np.minimum(rest, 4))))
        return np.asarray(np.where(raw % self.step == 0, raw // self.step, -1 - raw // self.step))

    def time(self, place: int) -> int | datetime:
        """The time at a place."""
        if self.kind == "whole":
            return self.begin + place * self.step
        if self.kind == "months":
            months = self.begin + place * self.step
            first = datetime(months // 12, months % 12 + 1, 1)  # noqa: DTZ001
            if self.at_end_of_month:
                return (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
            return first
        offset = (place // 5 * 7 + place % 5) * DAY if self.kind == "weekdays" else place * self.step
        return datetime(1970, 1, 1) + timedelta(microseconds=self.begin + offset)  # noqa: DTZ001

    @property
    def season(self) -> int:
        """The calendar's usual season of such a spacing; 0 where the calendar does not say."""
        if self.kind == "months":
            return 12 // self.step if 12 % self.step == 0 else 1
        if self.kind == "weekdays":
            return 5
        if self.kind == "whole":
            return 0
        if self.step == DAY:
            return 7
        if self.step == 7 * DAY:
            return 52
        return DAY // self.step if self.step < DAY and DAY % self.step == 0 else 0

    def told(self) -> str:
        """The spacing in words, for messages."""
        if self.kind == "whole":
            return f"{self.step}" if self.step != 1 else "1 (whole numbers)"
        if self.kind == "months":
            return {1: "a month", 3: "a quarter", 12: "a year"}.get(self.step, f"{self.step} months")
        if self.kind == "weekdays":
            return "a working day"
        return {DAY: "a day", 7 * DAY: "a week", 3_600_000_000: "an hour"}.get(
            self.step, str(timedelta(microseconds=self.step))
        )


def axis_of(times: Times, groups: pl.Series) -> Axis:
    """The spacing that the times of all series keep. Raises InputError where they keep none."""
    frame = pl.DataFrame({"g": groups, "t": times.values}).unique().sort("g", "t")
    gaps = frame.select(pl.col("t").cast(pl.Int64).diff().over("g").alias("d")).drop_nulls()["d"]
    raw = frame["t"].cast(pl.Int64)
    begin = int(raw.min() or 0)  # type: ignore[arg-type]
    if not len(gaps):
        return Axis("whole", 1, begin) if times.counted else Axis("fixed", DAY, begin)
    if times.counted:
        step = _common(gaps)
        return Axis("whole", step, begin)
    first = frame["t"].dt
    month = (first.year().cast(pl.Int64) * 12 + first.month().cast(pl.Int64) - 1).alias("m")
    if times.dated and float(gaps.median() or 0) >= 27 * DAY:  # type: ignore[arg-type]
        starts, ends = bool((first.day() == 1).all()), bool((frame["t"].dt.offset_by("1d").dt.day() == 1).all())
        if starts or ends:
            apart = frame.with_columns(month).select(pl.col("m").diff().over("g").alias("d")).drop_nulls()["d"]
            return Axis("months", _common(apart), int(month.min()), ends and not starts)  # type: ignore[arg-type]
    if times.dated and frame.height >= 10 and bool((first.weekday() <= 5).all()) and bool((gaps == DAY).any()):
        monday = begin - (int(frame["t"].dt.weekday()[int(raw.arg_min() or 0)]) - 1) * DAY
        return Axis("weekdays", 1, monday)
    return Axis("fixed", _common(gaps), begin)


def _common(gaps: pl.Series) -> int:
    """The most frequent distance, if it divides nearly all; else what divides all, unless that is absurdly small."""
    counts = gaps.value_counts().sort(["count", gaps.name], descending=[True, False])
    usual = int(counts[gaps.name][0])
    if usual and float((gaps % usual == 0).mean() or 0.0) >= ON_THE_GRID:  # type: ignore[arg-type]
        return usual
    whole = int(np.gcd.reduce(gaps.to_numpy()))
    if whole and float(gaps.median() or 0) / whole <= 4:  # type: ignore[arg-type]
        return whole
    raise InputError(
        "the times keep no spacing: their distances have no common measure; sum the rows up by day, week or month first",
        code="analysis.no_spacing",
    )


def written(times: Sequence[int | datetime], like: pl.Series, name: str) -> pl.Series:
    """Times in the writing, or the type, of the file's own column."""
    if times and isinstance(times[0], int):
        return pl.Series(name, times, dtype=like.dtype if like.dtype.is_integer() else pl.Int64)
    values = pl.Series(name, times, dtype=pl.Datetime("us"))
    if like.dtype == pl.Date:
        return values.cast(pl.Date)
    if isinstance(like.dtype, pl.Datetime):
        return (
            values.dt.replace_time_zone("UTC").dt.convert_time_zone(like.dtype.time_zone).cast(like.dtype)
            if like.dtype.time_zone
            else values.cast(like.dtype)
        )
    sample = like.cast(pl.String).str.strip_chars()
    for form in FORMS:
        read = sample.str.to_datetime(form, strict=False)
        if read.null_count() == 0 and (read.dt.strftime(form) == sample).all():
            return values.dt.strftime(form)
    whole = bool((values.dt.truncate("1d") == values).all())
    return values.dt.strftime("%Y-%m-%d" if whole else "%Y-%m-%dT%H:%M:%S")
