"""Zones of the world's clocks: local times to UTC and back, and the stretches in which a zone's offset stands still.

Offsets are minutes east of UTC. A wall-clock time that occurs twice (clocks go back) means its first occurrence; one that never
occurs (clocks go forward) means the moment at which the clocks jumped.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from castanea.kit.errors import InputError
from castanea.kit.nearest import nearest

# Before 1972 some zones stood at odd seconds; no shop's data is older.
_EPOCH = datetime(1972, 2, 1, tzinfo=UTC)
_HORIZON = datetime(2060, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Stretch:
    """From `since` (aware, UTC; None = from ever) the zone stands `minutes` east of UTC, until the next stretch begins."""

    since: datetime | None
    minutes: int


def zone_of(name: str) -> ZoneInfo:
    """Return the zone of an IANA name. Raises InputError with the nearest names."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError, IsADirectoryError) as error:
        close = nearest(name, available_timezones())
        raise InputError(
            f"{name!r} is no zone. Use an IANA name such as Asia/Shanghai or Europe/London{close.hint}.",
            code="zone.unknown",
            values={"zone": name, "nearest": close.names},
        ) from error


@lru_cache(maxsize=1024)
def is_zone(name: str) -> bool:
    """Whether a name is an IANA zone's."""
    try:
        zone_of(name)
    except InputError:
        return False
    return True


def to_local(at: datetime, zone: ZoneInfo) -> datetime:
    """The naive wall-clock time of an aware time."""
    return at.astimezone(zone).replace(tzinfo=None, fold=0)


def to_utc(local: datetime, zone: ZoneInfo) -> datetime:
    """The aware UTC time of a naive wall-clock time."""
    aware = local.replace(tzinfo=zone, fold=0)
    utc = aware.astimezone(UTC)
    if to_local(utc, zone) != local:  # the hour that the clocks jump over: its offset of before leads past the jump
        before, after = aware.utcoffset(), local.replace(tzinfo=zone, fold=1).utcoffset()
        if before is not None and after is not None:
            return _jump_between(utc - timedelta(hours=3), utc + timedelta(hours=3), zone)
    return utc


def day_start(day: date, zone: ZoneInfo) -> datetime:
    """The aware UTC time at which a day begins."""
    return to_utc(datetime.combine(day, time()), zone)


def stretches(zone: ZoneInfo, since: datetime | None, until: datetime | None) -> tuple[Stretch, ...]:
    """The stretches that cover [since, until) of aware UTC times (None = open), oldest first."""
    low, high = since or _EPOCH, until or _HORIZON
    every = _all_stretches(zone.key)
    first = 0
    for position, stretch in enumerate(every):
        if stretch.since is not None and stretch.since <= low:
            first = position
    chosen = [s for s in every[first:] if s.since is None or s.since < high] or [every[first]]
    return (Stretch(None, chosen[0].minutes), *chosen[1:])


@lru_cache(maxsize=256)
def _all_stretches(name: str) -> tuple[Stretch, ...]:
    zone = ZoneInfo(name)
    found = [Stretch(None, _offset(_EPOCH, zone))]
    at, step = _EPOCH, timedelta(days=7)
    while at < _HORIZON:
        if _offset(at + step, zone) != _offset(at, zone):
            change = _jump_between(at, at + step, zone)
            found.append(Stretch(change, _offset(change, zone)))
        at += step
    return tuple(found)


def _offset(at: datetime, zone: ZoneInfo) -> int:
    offset = at.astimezone(zone).utcoffset() or timedelta()
    return int(offset.total_seconds()) // 60


def _jump_between(low: datetime, high: datetime, zone: ZoneInfo) -> datetime:
    """The first moment after `low` at which the offset is not that of `low`, to the second."""
    base = _offset(low, zone)
    while high - low > timedelta(seconds=1):
        middle = low + timedelta(seconds=int((high - low).total_seconds()) // 2)
        low, high = (middle, high) if _offset(middle, zone) == base else (low, middle)
    return high
