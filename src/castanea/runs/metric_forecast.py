"""A metric's days, weeks or months to come, from what the semantic layer says of those that have passed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any, Literal

import polars as pl

from castanea.analysis.common import Answer as Analysis
from castanea.analysis.common import settled
from castanea.analysis.predict.forecast import forecast
from castanea.contracts.query import Answer, AnswerColumn, Filter, Order, Query, TimeRange
from castanea.kit.errors import InputError

MOST_MEMBERS = 200
TOTAL = ""  # the series of all members together
HISTORY = {"day": "last 800d", "month": "last 60m"}

Ask = Callable[[Query], Answer]


@dataclass(frozen=True)
class ForecastRequest:
    """`metric` by `grain` (day or month), within `where`; with `by`, also for each of the `members` greatest members of that dimension.

    `additive`: the metric is a sum, so that a time without rows is zero; else such a time is unknown and filled in."""

    metric: str
    horizon: int
    grain: Literal["day", "month"] = "day"
    by: str = ""
    members: int = 20
    where: tuple[Filter, ...] = ()
    additive: bool = True
    levels: Sequence[str] = ("80", "95")
    zone: str = ""
    more: Mapping[str, Any] = field(default_factory=dict)  # further arguments of `analysis.predict.forecast`


def forecast_metric(ask: Ask, request: ForecastRequest) -> Analysis:
    """The forecast with columns series (the member; empty = all together), time, forecast, lo and hi by level, method; `unit` and
    `currency` of the metric in the summary. Only times that are over are used. Raises InputError (unknown names, several currencies)."""
    if request.grain not in HISTORY:
        raise InputError(f"a forecast is by day or month, not by {request.grain!r}", code="forecast.bad_grain")
    if not 0 <= request.members <= MOST_MEMBERS:
        raise InputError(f"members is {request.members}; name at most {MOST_MEMBERS}", code="forecast.bad_members")
    query = Query(
        (request.metric,),
        by=(request.grain,),
        where=request.where,
        time=TimeRange(HISTORY[request.grain]),
        zone=request.zone,
    )
    whole = ask(query)
    column = _metric_of(whole, request.metric)
    rows = [(TOTAL, row[request.grain], row[request.metric]) for row in whole.rows]
    if request.by:
        rows += _of_members(ask, query, request)
    table = _table(rows, request)
    if not table.height:
        raise InputError(f"{request.metric} has no values yet; import or send some first", code="forecast.no_history")
    answer = settled(
        forecast(
            table,
            id="series",
            time="time",
            value="value",
            horizon=request.horizon,
            levels=request.levels,
            **request.more,
        )
    )
    summary = {**answer.summary, "metric": request.metric, "unit": column.unit, "currency": column.currency}
    return replace(answer, summary=summary)


def _metric_of(answer: Answer, name: str) -> AnswerColumn:
    if any(column.role == "currency" for column in answer.columns):
        raise InputError(
            f"{name} is in several currencies here; ask for one of them (where currency = …)",
            code="forecast.currencies",
        )
    return next(column for column in answer.columns if column.role == "metric" and column.metric in (name, column.name))


def _of_members(ask: Ask, query: Query, request: ForecastRequest) -> list[tuple[str, Any, Any]]:
    metric, by = request.metric, request.by
    ranked = ask(replace(query, by=(by,), order=(Order(metric),), limit=request.members))
    names = tuple(str(row[by]) for row in ranked.rows if row[by] is not None)
    if not names:
        return []
    told = ask(replace(query, by=(request.grain, by), where=(*request.where, Filter(by, "in", names))))
    return [(str(row[by]), row[request.grain], row[metric]) for row in told.rows if row[by] is not None]


def _table(rows: Sequence[tuple[str, Any, Any]], request: ForecastRequest) -> pl.DataFrame:
    """One row per series and time from the series' first value on; times without rows as zero where the metric is a sum."""
    frame = pl.DataFrame(
        {"series": [r[0] for r in rows], "time": [_first_day(r[1]) for r in rows], "value": [None if r[2] is None else float(r[2]) for r in rows]},
        schema={"series": pl.String, "time": pl.Date, "value": pl.Float64},
    ).drop_nulls("time")  # fmt: skip
    known = frame.filter(pl.col("value").is_not_null() & (pl.col("value") != 0))
    if not known.height:
        return known
    last = max(d for d in frame["time"].to_list())
    every = _times(min(known["time"].to_list()), last, request.grain)
    spans = known.group_by("series").agg(pl.col("time").min().alias("first"))
    full = (
        spans.join(pl.DataFrame({"time": every}), how="cross").filter(pl.col("time") >= pl.col("first")).drop("first")
    )
    joined = full.join(frame, on=["series", "time"], how="left")
    return (joined.with_columns(pl.col("value").fill_null(0.0)) if request.additive else joined).sort("series", "time")


def _first_day(label: Any) -> date | None:
    if label is None:
        return None
    return date.fromisoformat(label if len(label) > 7 else f"{label}-01")


def _times(first: date, last: date, grain: str) -> list[date]:
    if grain == "day":
        return [first + timedelta(days=n) for n in range((last - first).days + 1)]
    months = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    return [date(m // 12, m % 12 + 1, 1) for m in months]
