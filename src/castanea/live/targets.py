"""The plan of a target, day by day, from last year's answers; how far it has come; and what a tile shows of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import structlog

from castanea.analysis.predict.target_pace import aligned_days, expected_so_far, pace, spread
from castanea.contracts.query import Answer, AnswerColumn, Filter, Query, Rights, TimeRange
from castanea.contracts.target import Target, TargetDay, TargetProgress, UsedShape, may_see
from castanea.contracts.warehouse import Reader
from castanea.kit.errors import CastaneaError, InputError
from castanea.kit.messages import LOCALES, say_error
from castanea.semantics import Planner
from castanea.semantics.festivals import FestivalDay, festival_days
from castanea.semantics.formulas import is_ratio

Ask = Callable[[Query], Answer]
RECENT = "last 56d"
HOURS_OF = "last 28d"
SILENT = timedelta(hours=3)  # older figures are held against the time they are of, not against now
LATE_START = 3  # days without a row at the beginning of last year's period that count as days without sales
_log = structlog.get_logger("castanea.live")


@dataclass(frozen=True)
class DayPlan:
    """What each day of a target should bring. `hours`: weights of the hours of `today`. `level`: the metric is no sum: each day should
    stand at the target itself, and `planned` is empty."""

    target: Target
    days: tuple[date, ...]
    planned: tuple[float, ...]
    earlier: tuple[float | None, ...]
    earlier_days: tuple[date | None, ...]
    used: UsedShape
    lacking: str
    today: date
    hours: tuple[float, ...] | None
    direction: str = "none"

    @property
    def level(self) -> bool:
        return self.used == "level"

    def between(self, first: date, last: date) -> float | None:
        """What the days from `first` to `last` should bring together; None where they are not all days of the target."""
        if first < self.target.since or last > self.target.until:
            return None
        if self.level:
            return float(self.target.value)
        return sum(part for day, part in zip(self.days, self.planned, strict=True) if first <= day <= last)

    def so_far(self, first: date, last: date, at: datetime) -> float:
        """What of that should have come by `at` (local)."""
        if self.level:
            return float(self.target.value)
        inside = [(day, part) for day, part in zip(self.days, self.planned, strict=True) if first <= day <= last]
        return expected_so_far([day for day, _ in inside], [part for _, part in inside], at, self.hours)


def plan_of(target: Target, ask: Ask, festivals: Sequence[FestivalDay], today: date, *, adds_up: bool, direction: str) -> DayPlan:  # fmt: skip
    """Spread a target over its days. `adds_up`: the metric grows over a period (an amount, a count), so that days have parts of the
    target; a rate or a stock has the whole target every day. Raises InputError where the metric cannot be asked so."""
    days = tuple(target.since + timedelta(days=n) for n in range((target.until - target.since).days + 1))
    blank: tuple[None, ...] = (None,) * len(days)
    if not adds_up:
        return DayPlan(target, days, (), blank, blank, "level", "", today, None, direction)
    value, used, lacking, weights = float(target.value), target.shape, "", [1.0] * len(days)
    earlier: Sequence[float | None] = blank
    earlier_days: Sequence[date | None] = blank
    kind: UsedShape = used
    marks = [(f.day, f.name, f.number) for f in festivals]
    if used == "given":
        given = {each.day: float(each.value) for each in target.curve}
        weights = [given.get(day, 0.0) for day in days]
    elif used == "last_year":
        like = aligned_days(days, marks)
        known = _by_day(ask, target, TimeRange(since=min(like.values()), until=max(like.values())))
        if _reaches(known, min(like.values()), len(days)):
            earlier_days = [like[day] for day in days]
            earlier = [known.get(like[day], 0.0) for day in days]
            weights = [part or 0.0 for part in earlier]
        else:
            kind, lacking, weights = _recent(ask, target, days, {f.day for f in festivals})
    hours = _hours(ask, target, today, marks) if target.since <= today <= target.until else None
    planned = tuple(spread(value, weights))
    return DayPlan(target, days, planned, tuple(earlier), tuple(earlier_days), kind, lacking, today, hours, direction)


def progress_of(plan: DayPlan, ask: Ask, now: datetime, *, with_days: bool = False) -> TargetProgress:
    """How far a target has come. Raises InputError (several currencies, names that are not there)."""
    target = plan.target
    answer = ask(_question(target, TimeRange(since=target.since, until=target.until)))
    column = _column(answer, target.metric)
    zone = answer.period.zone
    at = moment(now, answer.as_of, zone)
    common: dict[str, Any] = {
        "used": plan.used, "lacking": plan.lacking, "unit": column.unit, "currency": column.currency, "direction": plan.direction,
        "zone": zone,
    }  # fmt: skip
    days = _days(plan, ask, at) if with_days else ()
    if at.date() < target.since:
        return TargetProgress(target, "upcoming", days=days, **common)
    cell = answer.rows[0][column.name] if answer.rows else None
    value = float(target.value)
    expected = plan.so_far(target.since, target.until, at)
    standing: Any = "over" if at.date() > target.until else "running"
    told = None if cell is None else pace(float(str(cell)), value, expected, less_is_better=plan.direction == "down")
    if told is None:
        return TargetProgress(target, standing, expected=_text(expected), at=at, days=days, **common)
    verdict: Any = told.verdict
    return TargetProgress(
        target, standing, verdict, str(cell), _share(told.share), _share(told.usual), _text(expected),
        None if told.pace is None else _share(told.pace), at=at, days=days, **common,
    )  # fmt: skip


def failed(target: Target, refused: CastaneaError) -> TargetProgress:
    """The progress of a target that cannot be asked, with why."""
    detail = {locale: say_error(refused, locale) for locale in LOCALES}
    return TargetProgress(target, "problem", problem={"code": refused.code, "detail": detail})


def moment(now: datetime, as_of: datetime | None, zone: str) -> datetime:
    """The local time that figures are to be held against: now, or that of the newest figure when it is hours old."""
    place = ZoneInfo(zone) if zone and zone != "shop" else None
    stale = as_of is not None and now - as_of > SILENT
    return (as_of if stale and as_of is not None else now).astimezone(place)


def normal(where: Iterable[Filter]) -> frozenset[tuple[str, str, tuple[str, ...]]]:
    """Filters as a set: two scopes are the same when these are equal."""
    ops = {"=": "in", "!=": "not_in"}
    return frozenset((f.dimension, ops.get(f.op, f.op), tuple(sorted(f.values))) for f in where)


@dataclass
class TargetBook:
    """The targets that tiles may show, with their plans. `look` runs on reading threads, the rest in the event loop."""

    planner: Callable[[], Planner]
    reader: Callable[[], Reader]
    _targets: tuple[Target, ...] = ()
    _plans: dict[str, DayPlan | None] = field(default_factory=dict)

    def know(self, targets: Iterable[Target]) -> bool:
        """The targets as they are now. Returns whether anything is new."""
        new = tuple(targets)
        changed, self._targets = new != self._targets, new
        if changed:
            kept = {t.id: t for t in new}
            self._plans = {i: p for i, p in self._plans.items() if p is not None and kept.get(i) == p.target}
        return changed

    def look(self, now: datetime) -> None:
        """Plan those that run and have no plan of today. What cannot be planned has none; its page says why."""
        planner, reader = self.planner(), self.reader()
        festivals: tuple[FestivalDay, ...] | None = None
        for target in self._targets:
            today = now.astimezone(planner.zone).date()
            held = self._plans.get(target.id)
            if not target.since <= today <= target.until or (
                target.id in self._plans and (held is None or held.today == today)
            ):
                continue
            festivals = festival_days(reader, preparing=True) if festivals is None else festivals
            try:
                self._plans[target.id] = planned(planner, reader, target, festivals, now, Rights())
            except CastaneaError as refused:
                _log.warning("a target has no plan", target=target.id, code=refused.code)
                self._plans[target.id] = None

    def of(self, query: Query, answer: Answer, now: datetime, rights: Rights) -> dict[str, Any]:
        """What a tile of one figure shows: the target of the tile's own days, and what of it should have come. Empty without a target."""
        if query.by or len(answer.rows) != 1 or answer.period.start is None or answer.period.end is None:
            return {}
        at = moment(now, answer.as_of, answer.period.zone)
        first = answer.period.start.astimezone(at.tzinfo).date()
        last = (answer.period.end - timedelta(microseconds=1)).astimezone(at.tzinfo).date()
        fitting = [
            plan
            for plan in self._plans.values()
            if plan and plan.target.metric == query.metrics[0] and normal(plan.target.where) == normal(query.where)
            and may_see(plan.target, rights) and plan.between(first, last) is not None
        ]  # fmt: skip
        if not fitting:
            return {}
        plan = min(fitting, key=lambda p: ((p.target.until - p.target.since).days, p.target.id))  # the closest period
        column = _column(answer, plan.target.metric)
        cell = answer.rows[0][column.name]
        value, expected = plan.between(first, last) or 0.0, plan.so_far(first, last, at)
        told = (
            None if cell is None else pace(float(str(cell)), value, expected, less_is_better=plan.direction == "down")
        )
        if told is None:
            return {}
        return {
            "target": {
                "id": plan.target.id, "name": plan.target.name, "value": _text(value), "expected": _text(expected), "used": plan.used,
                "share": _share(told.share), "usual": _share(told.usual), "verdict": told.verdict,
                "pace": None if told.pace is None else _share(told.pace),
            }
        }  # fmt: skip


def planned(
    planner: Planner, reader: Reader, target: Target, festivals: Sequence[FestivalDay], now: datetime, rights: Rights
) -> DayPlan:
    """The plan of a target with the figures that the reader may see. Raises InputError."""
    metric = planner.catalog.metric(target.metric)
    adds_up = metric.additivity != "semi_additive" and not is_ratio(metric, planner.catalog.declared)
    return plan_of(
        target, lambda query: planner.answer(query, reader, now, rights=rights), festivals,
        now.astimezone(planner.zone).date(), adds_up=adds_up, direction=metric.direction,
    )  # fmt: skip


def _question(target: Target, time: TimeRange, by: tuple[str, ...] = ()) -> Query:
    return Query((target.metric,), by=by, where=target.where, time=time)


def _column(answer: Answer, metric: str) -> AnswerColumn:
    if any(column.role == "currency" for column in answer.columns):
        raise InputError(
            f"{metric} is in several currencies here; give the target a filter on one currency",
            code="target.currencies",
            values={"metric": metric},
        )
    return next(column for column in answer.columns if column.role == "metric")


def _by_day(ask: Ask, target: Target, time: TimeRange) -> dict[date, float]:
    answer = ask(_question(target, time, ("day",)))
    column = _column(answer, target.metric).name
    rows = ((row["day"], row[column]) for row in answer.rows)
    return {
        date.fromisoformat(str(day)): float(str(cell)) for day, cell in rows if day is not None and cell is not None
    }


def _reaches(known: Mapping[date, float], first: date, count: int) -> bool:
    """Whether figures go back to the first day (some days without a sale aside)."""
    if not any(value > 0 for value in known.values()):
        return False
    return min(known) <= first + timedelta(days=max(LATE_START, count // 20))


def _recent(ask: Ask, target: Target, days: Sequence[date], festive: set[date]) -> tuple[UsedShape, str, list[float]]:
    """The weekdays of the last eight weeks, festivals left out; evenly where there are none."""
    sums: dict[int, list[float]] = {}
    for day, value in _by_day(ask, target, TimeRange(RECENT)).items():
        if day not in festive:
            sums.setdefault(day.weekday(), []).append(value)
    if len(sums) < 7 or sum(map(sum, sums.values())) <= 0:
        return "flat", "no_history", [1.0] * len(days)
    return "weekdays", "no_last_year", [sum(sums[day.weekday()]) / len(sums[day.weekday()]) for day in days]


def _hours(ask: Ask, target: Target, today: date, festivals: Sequence[tuple[date, str, int]]) -> tuple[float, ...] | None:  # fmt: skip
    """Weights of today's hours: of the same day of the festival a year ago, else of the last four weeks; None where hours are unknown."""
    festive = any(day == today for day, _, _ in festivals)
    like = aligned_days([today], festivals)[today]
    for time in (*((TimeRange(since=like, until=like),) if festive else ()), TimeRange(HOURS_OF)):
        try:
            answer = ask(_question(target, time, ("hour_of_day",)))
        except InputError:
            return None  # known by day only
        column = _column(answer, target.metric).name
        weights = [0.0] * 24
        for row in answer.rows:
            if row["hour_of_day"] is not None and row[column] is not None:
                weights[int(str(row["hour_of_day"]))] = float(str(row[column]))
        if sum(max(w, 0.0) for w in weights) > 0:
            return tuple(weights)
    return None


def _days(plan: DayPlan, ask: Ask, at: datetime) -> tuple[TargetDay, ...]:
    target = plan.target
    known = _by_day(ask, target, TimeRange(since=target.since, until=target.until)) if at.date() >= target.since else {}
    planned_parts = plan.planned or (float(target.value),) * len(plan.days)
    return tuple(
        TargetDay(
            day, _text(part), _text(known.get(day, None if plan.level else 0.0)) if day <= at.date() else None,
            _text(earlier), like,
        )
        for day, part, earlier, like in zip(plan.days, planned_parts, plan.earlier, plan.earlier_days, strict=True)
    )  # fmt: skip


def _text(value: float | None) -> Any:
    return None if value is None else f"{value:.6f}".rstrip("0").rstrip(".")


def _share(value: float) -> str:
    return f"{value:.6f}"
