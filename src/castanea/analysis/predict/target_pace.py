"""How a target is spread over its days, and how much of it should have come by a moment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

YEAR = 364  # days: the same weekday a year ago
FARTHEST = 60  # days by which a festival may move between two years, with its days of preparation
ON_PACE, OFF_PACE = 0.98, 0.90  # of what was expected: from here on right; below here far off
Festival = tuple[date, str, int]  # a day, the festival's name, which day of it (negative: before it)


@dataclass(frozen=True)
class TargetPace:
    """`share`: of the target, what has come. `usual`: of the target, what should have come by now. `pace`: one over the other, None where
    nothing should have come yet. `verdict`: ok (from 98 % of what was expected), watch, critical (under 90 %); turned round where less is
    better."""

    share: float
    usual: float
    pace: float | None
    verdict: str


def aligned_days(days: Iterable[date], festivals: Sequence[Festival]) -> dict[date, date]:
    """For each day, the day of the year before that it is like: the same day of the same festival, else the same weekday 52 weeks before.

    A usual day is never held against a day of a festival: the nearest usual day of the same weekday stands in for it.
    """
    named: dict[tuple[str, int], list[date]] = {}
    of_day: dict[date, list[tuple[str, int]]] = {}
    for day, name, number in festivals:
        named.setdefault((name, number), []).append(day)
        of_day.setdefault(day, []).append((name, number))
    found: dict[date, date] = {}
    for day in days:
        before = [
            other
            for key in of_day.get(day, ())
            for other in named[key]
            if YEAR - FARTHEST <= (day - other).days <= YEAR + FARTHEST
        ]
        found[day] = min(before, key=lambda other: abs((day - other).days - YEAR)) if before else _usual(day, of_day)
    return found


def _usual(day: date, festive: Mapping[date, object]) -> date:
    first = day - timedelta(days=YEAR)
    if day in festive:
        return first
    near = [first + timedelta(weeks=sign * n) for n in range(7) for sign in (-1, 1)]
    return next((other for other in near if other not in festive), first)


def spread(value: float, weights: Sequence[float]) -> list[float]:
    """A sum over days in proportion to their weights (a negative weight counts as none); evenly where all weigh nothing."""
    if not weights:
        return []
    kept = [max(weight, 0.0) for weight in weights]
    whole = sum(kept)
    return [value * (weight / whole) for weight in kept] if whole > 0 else [value / len(kept)] * len(kept)


def expected_so_far(
    days: Sequence[date], planned: Sequence[float], at: datetime, hours: Sequence[float] | None = None
) -> float:
    """What of a plan should have come by a moment, in the plan's unit.

    days, planned: what each day should bring. at: the moment on the shop's own clock (naive or local). hours: 24 weights of the running
    day's hours (last year's festival day hour by hour, or usual hours); without them the day is even.
    """
    today, clock = at.date(), at.hour + at.minute / 60 + at.second / 3600
    so_far = sum(part for day, part in zip(days, planned, strict=True) if day < today)
    running = sum(part for day, part in zip(days, planned, strict=True) if day == today)
    return so_far + running * hours_gone(clock, hours)


def hours_gone(clock: float, hours: Sequence[float] | None) -> float:
    """The share (0–1) of a day that is behind at a clock time (0–24), by 24 weights of its hours; evenly without them."""
    weights = [max(weight, 0.0) for weight in hours or ()]
    whole = sum(weights)
    if len(weights) != 24 or whole <= 0:
        return min(max(clock / 24, 0.0), 1.0)
    full = min(int(clock), 24)
    part = weights[full] * (clock - full) if full < 24 else 0.0
    return min((sum(weights[:full]) + part) / whole, 1.0)


def pace(actual: float, value: float, expected: float, *, less_is_better: bool = False) -> TargetPace | None:
    """How far a target has come against how far it should have come: all three in the metric's unit. None for a target of zero."""
    if value == 0:
        return None
    ratio = actual / expected if expected > 0 else None
    return TargetPace(actual / value, expected / value, ratio, _verdict(ratio, less_is_better=less_is_better))


def _verdict(ratio: float | None, *, less_is_better: bool) -> str:
    if ratio is None:
        return "none"
    good = 2 - ratio if less_is_better else ratio
    return "ok" if good >= ON_PACE else "watch" if good >= OFF_PACE else "critical"
