"""What a kind of tile needs beside its answers: the hero's pace, the strip's parts, the rate's figure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from castanea.analysis.diagnose.equation import equation_parts
from castanea.analysis.predict.day_pace import NOMINAL, NotEnough, Pace, day_pace
from castanea.contracts.board import TileSpec
from castanea.contracts.query import Answer

PAST = "_past"  # roles that begin with _ are for the server alone


class Extras:
    """Keeps what it made of the past, which changes once a day."""

    def __init__(self) -> None:
        self._days: dict[str, tuple[Answer, list[list[float]]]] = {}

    def of(self, tile: TileSpec, answers: Mapping[str, Answer], now: datetime) -> dict[str, Any]:
        """By the tile's kind; empty where there is nothing to add."""
        if tile.kind == "hero" and PAST in answers:
            return _pace(answers["main"], self._past_days(tile.id, answers[PAST]), now)
        if tile.kind == "strip" and "equation" in tile.options:
            return _parts(answers["main"], tile.options["equation"])
        if tile.kind == "waterfall":
            return _rest(answers["main"], tile.options)
        if tile.kind == "funnel":
            return _pass_rates(answers["main"])
        if tile.kind in ("rate", "feed") and "main" in answers:
            return _rate(answers["main"])
        return {}

    def _past_days(self, tile: str, past: Answer) -> list[list[float]]:
        known = self._days.get(tile)
        if known is None or known[0] is not past:
            known = self._days[tile] = (past, _hourly_days(past))
        return known[1]


def _pace(main: Answer, past: list[list[float]], now: datetime) -> dict[str, Any]:
    value = _number(main, _metric_column(main, ""))
    local = now.astimezone(ZoneInfo(main.period.zone))
    if value is None or main.period.complete or len(main.rows) != 1:
        return {}
    hours = local.hour + local.minute / 60
    found = day_pace(value, hours, past)
    if isinstance(found, NotEnough):
        return {"pace_missing": {"reason": found.reason, "days": found.missing}}
    return {"pace": _described(found, local)}


def _described(pace: Pace, local: datetime) -> dict[str, Any]:
    ahead = [
        {"time": f"{local:%Y-%m-%d}T{hour:02d}:00", "value": _money(value), "low": _money(low), "high": _money(high)}
        for hour, (value, low, high) in enumerate(zip(pace.curve, pace.curve_low, pace.curve_high, strict=True))
        if value is not None and low is not None and high is not None
    ]
    return {
        "forecast": _money(pace.total), "low": _money(pace.low), "high": _money(pace.high), "level": str(NOMINAL),
        "share": f"{pace.usual_share:.4f}", "days": pace.days, "curve": ahead,
    }  # fmt: skip


def _hourly_days(past: Answer) -> list[list[float]]:
    """24 values per day from an answer by day and hour of day."""
    day = next(c.name for c in past.columns if c.role == "time")
    hour = next(c.name for c in past.columns if c.role in ("time", "dimension") and c.name != day)
    metric = _metric_column(past, "")
    days: dict[str, list[float]] = defaultdict(lambda: [0.0] * 24)
    for row in past.rows:
        if row[metric] is not None:
            days[str(row[day])][int(str(row[hour]))] += float(str(row[metric]))
    return [days[name] for name in sorted(days)]


def _parts(main: Answer, equation: Mapping[str, Any]) -> dict[str, Any]:
    """Each factor's part of the result's change, as a share of the result before; they add up to its change."""
    factors = [str(f) for f in equation["factors"]]
    after = [_number(main, _metric_column(main, f)) for f in factors]
    before = [_number(main, _column(main, f, "comparison")) for f in factors]
    if any(v is None for v in (*after, *before)):
        return {}
    parts = equation_parts([float(v or 0) for v in before], [float(v or 0) for v in after])
    if parts.shares is None:
        return {}
    return {"parts": {f: f"{s:.9f}" for f, s in zip(factors, parts.shares, strict=True)}}


def _rest(main: Answer, options: Mapping[str, Any]) -> dict[str, Any]:
    """What of the way from the first amount to the last no step explains; zero when the steps are all there is."""
    first, last = (_exact(main, str(options[name])) for name in ("start", "end"))
    steps = [_exact(main, str(name)) for name in options["less"]]
    if first is None or last is None:
        return {}
    return {"rest": str(last - first + sum((s for s in steps if s is not None), Decimal(0)))}


def _pass_rates(main: Answer) -> dict[str, Any]:
    """Of each step of a funnel, the share that came from the step before it, and of the first step."""
    values = [_number(main, c.name) for c in main.columns if c.role == "metric"]
    if not values:
        return {}
    before = [None, *values[:-1]]
    return {
        "rates": [f"{v / b:.6f}" if v is not None and b else None for v, b in zip(values, before, strict=True)],
        "whole": [f"{v / values[0]:.6f}" if v is not None and values[0] else None for v in values],
    }


def _exact(answer: Answer, metric: str) -> Decimal | None:
    column = _metric_column(answer, metric)
    if len(answer.rows) != 1 or answer.rows[0].get(column) is None:
        return None
    return Decimal(str(answer.rows[0][column]))


def _rate(main: Answer) -> dict[str, Any]:
    value = _number(main, _metric_column(main, ""))
    if value is None or main.period.start is None or main.period.end is None:
        return {}
    minutes = (main.period.end - main.period.start).total_seconds() / 60
    return {"rate": {"per_minute": f"{value / minutes:.2f}"}} if minutes > 0 else {}


def _metric_column(answer: Answer, metric: str) -> str:
    return _column(answer, metric, "metric")


def _column(answer: Answer, metric: str, role: str) -> str:
    return next((c.name for c in answer.columns if c.role == role and (not metric or metric in (c.metric, c.name))), "")


def _number(answer: Answer, column: str) -> float | None:
    if len(answer.rows) != 1 or answer.rows[0].get(column) is None:
        return None
    return float(str(answer.rows[0][column]))


def _money(value: float) -> str:
    return f"{value:.2f}"
