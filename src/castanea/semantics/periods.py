"""What a time range means now: the period, the earlier period it is compared with, both in UTC, both on the wall clock of a zone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from castanea.contracts.query import Comparison, TimeRange
from castanea.kit.errors import InputError
from castanea.kit.grain import Shift, add_months, floor, following, midnight
from castanea.kit.zones import to_local, to_utc

RELATIVE = "today, yesterday, last 30d, last 8w, last 12m, last 2y, last 24h, last 60min, this week, this month, this quarter, this year"
_LAST = re.compile(r"last (\d{1,5}) ?(min|h|d|w|m|y)")
_UNITS = {"d": "day", "w": "week", "m": "month", "y": "year"}
_MONTHS = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True)
class Span:
    """A period on the wall clock of a zone: naive local times, half-open, None = open. `shift` leads to the period before it;
    `minutes` replaces it for ranges that are no whole days."""

    start: datetime | None
    end: datetime | None
    shift: Shift
    minutes: int = 0


@dataclass(frozen=True)
class Scope:
    """A span as instants. `now` cuts the earlier period where the present one is unfinished."""

    zone: ZoneInfo
    span: Span
    start: datetime | None
    end: datetime | None
    complete: bool
    before_start: datetime | None = None
    before_end: datetime | None = None
    shift: Shift | None = None
    shift_minutes: int = 0


def span_of(time: TimeRange, now: datetime, zone: ZoneInfo, week_start: int) -> Span:
    """The span of a time range. Raises InputError with the valid forms."""
    local = to_local(now, zone)
    today = midnight(local.date())
    if time.since or time.until:
        return _named_days(time, today)
    words = " ".join(time.relative.lower().split())
    if not words:
        return Span(None, None, Shift())
    if words == "today":
        return Span(today, today + timedelta(days=1), Shift(days=1))
    if words == "yesterday":
        return Span(today - timedelta(days=1), today, Shift(days=1))
    if words.startswith("this ") and words[5:] in ("day", "week", *_MONTHS):
        start = floor(local, words[5:], week_start)
        return Span(start, following(start, words[5:]), _length(words[5:], 1))
    found = _LAST.fullmatch(words)
    if not found or int(found[1]) == 0:
        raise InputError(
            f"{time.relative!r} is no time range. Use one of: {RELATIVE}; or days from … to ….",
            code="query.time",
            values={"time": time.relative, "valid": RELATIVE},
        )
    return _last(int(found[1]), found[2], local, week_start)


def _named_days(time: TimeRange, today: datetime) -> Span:
    start = midnight(time.since) if time.since else None
    end = midnight(time.until) + timedelta(days=1) if time.until else (today + timedelta(days=1) if start else None)
    if start and end and end <= start:
        raise InputError(
            f"the range ends on {time.until} before it begins on {time.since}; give the earlier day first.",
            code="query.time",
        )
    if start is None or end is None:
        return Span(start, end, Shift())
    if start.day == 1 and end.day == 1:
        return Span(start, end, Shift(months=(end.year - start.year) * 12 + end.month - start.month))
    return Span(start, end, Shift(days=(end - start).days))


def _last(count: int, unit: str, local: datetime, week_start: int) -> Span:
    if unit in ("min", "h"):
        minutes = count * (60 if unit == "h" else 1)
        return Span(local - timedelta(minutes=minutes), local, Shift(), minutes)
    grain = _UNITS[unit]
    end = floor(local, grain, week_start)
    shift = _length(grain, count)
    try:
        return Span(shift.back(end), end, shift)
    except (OverflowError, ValueError) as error:
        raise InputError(
            f"last {count}{unit} reaches before the calendar begins; ask for less.", code="query.time"
        ) from error


def _length(grain: str, count: int) -> Shift:
    return (
        Shift(months=_MONTHS[grain] * count) if grain in _MONTHS else Shift(days=count * (7 if grain == "week" else 1))
    )


def scope_of(span: Span, now: datetime, zone: ZoneInfo, compare: Comparison | None, *, by_week: bool) -> Scope:
    """The instants of a span and of its comparison, cut at the same clock time while the span is unfinished."""
    if span.minutes:
        until = now.astimezone(UTC)
        return _before_minutes(Scope(zone, span, until - timedelta(minutes=span.minutes), until, True), compare)
    start = to_utc(span.start, zone) if span.start else None
    end = to_utc(span.end, zone) if span.end else None
    complete = end is not None and end <= now
    if compare is None:
        return Scope(zone, span, start, end, complete)
    shift = shift_of(compare, span, by_week=by_week)
    before_start = to_utc(shift.back(span.start), zone) if span.start else None
    cut = to_local(now, zone)
    local_end = span.end if complete and span.end else min(span.end, cut) if span.end else cut
    return Scope(zone, span, start, end, complete, before_start, to_utc(shift.back(local_end), zone), shift)


def shift_of(compare: Comparison, span: Span, *, by_week: bool) -> Shift:
    """How far back a comparison reaches. Last year is the same dates, or 52 weeks where weeks are compared."""
    if compare == "yesterday":
        return Shift(days=1)
    if compare == "last_week":
        return Shift(days=7)
    if compare == "last_year":
        return Shift(days=364) if by_week else Shift(months=12)
    if span.start is None or span.end is None:
        raise InputError(
            "the previous period of all time does not exist; give a time range, or compare with last_year.",
            code="query.compare",
        )
    return span.shift


def _before_minutes(scope: Scope, compare: Comparison | None) -> Scope:
    if compare is None or scope.start is None or scope.end is None:
        return scope
    if compare == "previous":
        minutes = scope.span.minutes
        return Scope(
            scope.zone, scope.span, scope.start, scope.end, True, scope.start - timedelta(minutes=minutes), scope.start, Shift(), minutes
        )  # fmt: skip
    shift = shift_of(compare, scope.span, by_week=False)
    start, end = (to_utc(shift.back(to_local(at, scope.zone)), scope.zone) for at in (scope.start, scope.end))
    return Scope(scope.zone, scope.span, scope.start, scope.end, True, start, end, shift)


__all__ = ["RELATIVE", "Scope", "Span", "add_months", "scope_of", "shift_of", "span_of"]
