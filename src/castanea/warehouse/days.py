"""Days and quarter-hours of UTC timestamps as SQL, from the same zone rules that the rest of Castanea reads (tzdata)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

_FIRST, _LAST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2060, 1, 1, tzinfo=UTC)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_STEP = timedelta(days=7)


@cache
def transitions(zone: str) -> tuple[tuple[int, int], ...]:
    """(UTC microseconds from which it holds, offset in seconds), newest first; the last entry holds for all earlier times."""
    info = ZoneInfo(zone)
    found: list[tuple[int, int]] = []
    at, offset = _FIRST, _offset(info, _FIRST)
    while at < _LAST:
        following = at + _STEP
        if _offset(info, following) != offset:
            change = _bisect(info, at, following)
            offset = _offset(info, change)
            found.append((_micros(change), offset))
            following = change
        at = following
    return (*reversed(found), (_micros(_FIRST), _offset(info, _FIRST)))


Between = tuple[datetime, datetime]


def day_expression(clock: str, zone: str, between: Between | None = None) -> str:
    """The DATE, in the zone, of a UTC timestamp column. `between`: the times of all rows, aware, both included; the few rules that hold
    then make an expression that is planned in a fraction of the time."""
    low, high = (None, None) if between is None else (_micros(between[0]), _micros(between[1]))
    rules = transitions(zone)
    first = next((n for n, (since, _) in enumerate(rules) if high is None or since <= high), len(rules) - 1)
    last = next((n for n, (since, _) in enumerate(rules) if low is not None and since <= low), len(rules) - 1)
    return _expression(clock, rules[first : last + 1])


@cache
def _expression(clock: str, rules: tuple[tuple[int, int], ...]) -> str:
    if len(rules) == 1:
        return _day(clock, rules[0][1])
    branches = " ".join(f"WHEN epoch_us({clock}) >= {since} THEN {_day(clock, offset)}" for since, offset in rules[:-1])
    return f"CASE WHEN {clock} IS NULL THEN NULL {branches} ELSE {_day(clock, rules[-1][1])} END"


@cache
def days_hold_quarter_hours(zone: str) -> bool:
    """Whether every quarter hour (UTC) lies in one day of the zone: not where clocks were once set at one minute past midnight."""
    return all(since % 900_000_000 == 0 and offset % 900 == 0 for since, offset in transitions(zone))


def quarter_hour_expression(clock: str) -> str:
    """The TIMESTAMP of the UTC quarter hour in which a timestamp lies."""
    return f"time_bucket(INTERVAL 15 MINUTE, {clock})"


def _day(clock: str, seconds: int) -> str:
    return (
        f"CAST({clock} + INTERVAL {seconds} SECOND AS DATE)"
        if seconds >= 0
        else f"CAST({clock} - INTERVAL {-seconds} SECOND AS DATE)"
    )


def _bisect(info: ZoneInfo, low: datetime, high: datetime) -> datetime:
    before = _offset(info, low)
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) // 2
        middle = middle.replace(microsecond=0)
        if _offset(info, middle) == before:
            low = middle
        else:
            high = middle
    return high


def _offset(info: ZoneInfo, at: datetime) -> int:
    delta = at.astimezone(info).utcoffset()
    return 0 if delta is None else round(delta.total_seconds())


def _micros(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(microseconds=1)
