"""What a decision changed: its metric in its scope since it began, against series that it does not touch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

import polars as pl

from castanea.analysis.common import settled
from castanea.analysis.predict.impact import impact
from castanea.contracts.query import Answer, Filter, Order, Query, TimeRange
from castanea.decisions import Effect, EffectDay, EffectQuestion, verdict_of
from castanea.kit.errors import InputError

DAYS_BEFORE = 180
MOST_CONTROLS = 6
LEAST_ALIKE = 0.2  # a control whose days before do not move with the scope's tells nothing
LEVEL = 80.0
DRAWN_BEFORE = 56
Ask = Callable[[Query], Answer]


def measure(ask: Ask, question: EffectQuestion, now: datetime) -> Effect:
    """The effect with its 80 % interval and placebo. Controls are other members of the scope's first dimension, the most alike before the
    beginning; a scope of everything has none. Raises InputError (unknown names, several currencies, a day that is not over)."""
    goal = question.goal
    begins = date.fromisoformat(goal.begins)
    if question.until < begins:
        raise InputError(
            f"it takes effect on {begins}; no day of it is over yet",
            code="decision.not_begun",
            values={"begins": str(begins)},
        )
    span = TimeRange(since=begins - timedelta(days=DAYS_BEFORE), until=question.until)
    query = Query((goal.metric,), by=("day",), where=goal.where, time=span)
    frame = _days(ask(query), goal.metric, span, "y")
    controls = _controls(ask, query, question, span, frame)
    table = frame if controls is None else frame.join(controls, on="day", how="left")
    names = [name for name in table.columns if name not in ("day", "y")]
    renamed = table.rename({name: f"c{i}" for i, name in enumerate(names)})
    told = settled(
        impact(
            renamed,
            time="day",
            value="y",
            begin=goal.begins,
            controls=[f"c{i}" for i in range(len(names))],
            level=LEVEL,
        )
    )
    summary = told.summary
    if "effect_mean" not in summary:
        return Effect(now, question.until.isoformat(), "cannot_tell", "not_enough")
    low, high = float(summary["effect_mean_lo"]), float(summary["effect_mean_hi"])
    failed = any(warning.code == "placebo_failed" for warning in told.warnings)
    verdict = "cannot_tell" if failed else verdict_of(low, high, goal.better)
    why = "placebo_failed" if failed else "within_normal" if verdict == "cannot_tell" else ""
    placebo = summary["placebo"]
    used = tuple(names[int(c[1:])] for c in summary["controls"])
    return Effect(
        now, question.until.isoformat(), verdict, why, float(summary["effect_mean"]), low, high,  # type: ignore[arg-type]
        summary["relative"], summary["relative_lo"], summary["relative_hi"], used, placebo["dates"], placebo["alarms"],
        _course(frame, told.table, begins),
    )  # fmt: skip


def _course(frame: pl.DataFrame, after: pl.DataFrame, begins: date) -> tuple[EffectDay, ...]:
    """The days to be drawn: the last eight weeks before, and every day since with what would have been."""
    before = frame.filter(pl.col("day") < begins).tail(DRAWN_BEFORE)
    course = [EffectDay(day.isoformat(), value) for day, value in before.iter_rows()]
    shown = after.select(pl.col("time").cast(pl.String).str.slice(0, 10), "actual", "expected", "lo", "hi")
    return (*course, *(EffectDay(*row) for row in shown.iter_rows()))


def _controls(
    ask: Ask, query: Query, question: EffectQuestion, span: TimeRange, frame: pl.DataFrame
) -> pl.DataFrame | None:
    """Days × the controls, named dimension=member."""
    bound = next((f for f in question.goal.where if f.op in ("=", "in")), None)
    if bound is None:
        return None
    metric, dimension = question.goal.metric, bound.dimension
    barred = set(bound.values) | {v for f in question.also_touched if f.dimension == dimension for v in f.values}
    rest = tuple(f for f in question.goal.where if f is not bound)
    ranked = ask(replace(query, by=(dimension,), where=rest, order=(Order(metric),), limit=60))
    members = [str(r[dimension]) for r in ranked.rows if r[dimension] is not None and str(r[dimension]) not in barred]
    if not members:
        return None
    told = ask(replace(query, by=("day", dimension), where=(*rest, Filter(dimension, "in", tuple(members)))))
    found = []
    for member in members:
        rows = [row for row in told.rows if str(row[dimension]) == member]
        found.append(_days(replace(told, rows=tuple(rows)), metric, span, f"{dimension}={member}"))
    return _alike(found, frame, question.goal.begins)


def _alike(series: Sequence[pl.DataFrame], frame: pl.DataFrame, begins: str) -> pl.DataFrame | None:
    """The series whose days before went most with the scope's, at most MOST_CONTROLS."""
    before = frame.filter(pl.col("day") < date.fromisoformat(begins))
    ranked = []
    for one in series:
        name = one.columns[1]
        joined = before.join(one, on="day")
        alike = joined.select(pl.corr("y", name)).item()
        if alike is not None and alike == alike and alike >= LEAST_ALIKE:
            ranked.append((-alike, name, one))
    if not ranked:
        return None
    chosen = [one for *_, one in sorted(ranked, key=lambda r: r[:2])[:MOST_CONTROLS]]
    whole = chosen[0]
    for other in chosen[1:]:
        whole = whole.join(other, on="day", how="left")
    return whole


def _days(answer: Answer, metric: str, span: TimeRange, name: str) -> pl.DataFrame:
    """Every day from the first with a value on; a day without rows is zero. Raises InputError for several currencies."""
    if any(column.role == "currency" for column in answer.columns):
        raise InputError(
            f"{metric} is in several currencies here; bind the scope to one of them", code="forecast.currencies"
        )
    column = next(c.name for c in answer.columns if c.role == "metric" and metric in (c.metric, c.name))
    rows = {
        date.fromisoformat(str(r["day"])): float(r[column] or 0)
        for r in answer.rows
        if r["day"] is not None and r[column] is not None
    }
    first = min(rows, default=span.since)
    if first is None or span.until is None:
        return pl.DataFrame(schema={"day": pl.Date, name: pl.Float64})
    every = [first + timedelta(days=n) for n in range((span.until - first).days + 1)]
    return pl.DataFrame(
        {"day": every, name: [rows.get(d, 0.0) for d in every]}, schema={"day": pl.Date, name: pl.Float64}
    )
