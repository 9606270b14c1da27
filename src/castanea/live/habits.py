"""How often each source usually brings orders at this time of day, and which of them is silent for longer than that."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

import structlog

from castanea.contracts.query import Answer, Query, TimeRange
from castanea.contracts.warehouse import Reader
from castanea.kit.errors import CastaneaError
from castanea.semantics import Planner

DAYS = 28
LATE, STOPPED = 7.0, 30.0  # usual orders missed: silence by chance is rarer than e^-7, about 1 in 1,000
SEEN_LIVE = timedelta(minutes=30)
TOLD = 20
_USUAL = Query(("orders",), ("channel", "hour_of_day"), time=TimeRange(f"last {DAYS}d"))
_LAST = Query(("orders",), ("channel", "quarter_hour"), time=TimeRange("last 1440min"))
_QUARTER = timedelta(minutes=15)
_log = structlog.get_logger("castanea.live")
Usual = dict[str, list[float]]  # orders per hour, by hour of day


@dataclass(frozen=True)
class Silence:
    """`since`: the end of the last quarter hour with an order; `usual`: how many orders usually come in that time."""

    source: str
    level: Literal["late", "stopped"]
    since: datetime
    usual: float


class Habits:
    """A source that was never seen live by this process (a nightly export, say) is never called late."""

    def __init__(self, planner: Callable[[], Planner], reader: Callable[[], Reader]) -> None:
        self._planner, self._reader = planner, reader
        self._usual: tuple[date, Usual] | None = None
        self._seen_live: set[str] = set()
        self._silent: dict[str, Silence] = {}
        self._told: deque[dict[str, Any]] = deque(maxlen=TOLD)

    def look(self, now: datetime) -> None:
        """Look at the newest orders of each source; on a reading thread."""
        try:
            last = self._planner().answer(_LAST, self._reader(), now)
            usual = self._usual_by_source(last.period.zone, now)
        except CastaneaError as refused:
            _log.info("the sources' habits are not known", code=refused.code)
            return
        silent = self._silences(last, usual, now)
        self._tell(silent, now)
        self._silent = silent

    def worst(self) -> Silence | None:
        """The source that misses the most orders."""
        return max(tuple(self._silent.values()), key=lambda s: s.usual, default=None)

    def items(self) -> list[dict[str, Any]]:
        """What is to be said in a feed, newest first."""
        return sorted(
            [*map(_silent_item, tuple(self._silent.values())), *self._told], key=lambda i: i["at"], reverse=True
        )[:TOLD]

    def _usual_by_source(self, zone: str, now: datetime) -> Usual:
        today = now.astimezone(ZoneInfo(zone)).date()
        if self._usual is None or self._usual[0] != today:
            found = self._planner().answer(_USUAL, self._reader(), now)
            usual: Usual = {}
            for row in found.rows:
                hours = usual.setdefault(_name(row), [0.0] * 24)
                hours[int(str(row["hour_of_day"]))] += float(str(row["orders"] or 0)) / DAYS
            self._usual = (today, usual)
        return self._usual[1]

    def _silences(self, last: Answer, usual: Usual, now: datetime) -> dict[str, Silence]:
        zone = ZoneInfo(last.period.zone)
        newest: dict[str, datetime] = {}
        for row in last.rows:
            if row["orders"] not in (None, "0", 0):
                ended = datetime.fromisoformat(str(row["quarter_hour"])).replace(tzinfo=zone) + _QUARTER
                newest[_name(row)] = max(newest.get(_name(row), ended), ended)
        silent = {}
        for source, ended in newest.items():
            if now - ended < SEEN_LIVE:
                self._seen_live.add(source)
            missed = expected(usual.get(source, [0.0] * 24), ended.astimezone(now.tzinfo), now, zone)
            if source in self._seen_live and missed >= LATE:
                silent[source] = Silence(
                    source, "stopped" if missed >= STOPPED else "late", ended.astimezone(now.tzinfo), missed
                )
        return silent

    def _tell(self, silent: Mapping[str, Silence], now: datetime) -> None:
        for source in self._silent.keys() - silent.keys():
            text = {"zh-CN": f"{source}又来订单了", "en": f"Orders from {source} are back"}
            self._told.append(
                {"at": now, "level": "ok", "code": "source_back", "values": {"source": source}, "text": text}
            )


def expected(per_hour: list[float], since: datetime, until: datetime, zone: ZoneInfo) -> float:
    """How many orders usually come between two times, from the usual number in each hour of the day."""
    total, at = 0.0, since
    while at < until:
        local = at.astimezone(zone)
        next_hour = (
            at
            + timedelta(hours=1)
            - timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
        )
        end = min(next_hour, until)
        total += per_hour[local.hour] * (end - at) / timedelta(hours=1)
        at = end
    return total


def _silent_item(silence: Silence) -> dict[str, Any]:
    usual = str(math.floor(silence.usual))
    text = {
        "zh-CN": f"{silence.source}没有新订单，平常这段时间约有 {usual} 单",
        "en": f"No new orders from {silence.source}; about {usual} are usual in this time",
    }
    level = "critical" if silence.level == "stopped" else "watch"
    values = {"source": silence.source, "usual": usual}
    return {"at": silence.since, "level": level, "code": f"source_{silence.level}", "values": values, "text": text}


def _name(row: Mapping[str, Any]) -> str:
    return str(row.get("channel_name") or row["channel"] or "—")
