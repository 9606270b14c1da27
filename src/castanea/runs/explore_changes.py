"""What changed on a board: of its numbers, and of their parts, those that were unlike a usual day yesterday. Three at most.

A day is held against the same weekdays of the five weeks before; what is usual spreads as the days of those weeks do around their own
weekday (median and median absolute deviation, so that one odd day moves neither). A number is told when it lies far outside of that and is
off by a share that a reader would care for; many numbers are looked at, so "far" is far enough that quiet days stay quiet.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from math import exp, log
from statistics import median

from castanea.contracts.board import BoardSpec
from castanea.contracts.changes import BoardChanges, ChangedPart, WhatChanged
from castanea.contracts.query import CYCLES, GRAINS, Answer, AnswerColumn, Query, Rights, TimeRange
from castanea.kit.clock import monotonic
from castanea.kit.errors import CastaneaError
from castanea.kit.zones import to_local
from castanea.runs.desk import Desk

WEEKS = 5
DAYS = TimeRange(f"last {WEEKS * 7 + 1}d")
FAR = 4.0  # spreads from the usual
SPREAD = 1.4826  # of a normal day, by the median absolute deviation
LEAST_SPREAD = 0.03  # of the usual: days that are alike to the penny are no reason to tell of a small step
LEAST_CHANGE = 0.15
SAME_CHANGE = 0.015
LEAST_PART = 0.05  # of the whole: smaller members are not worth a line
MOST_METRICS, MOST_CUTS, MOST_THINGS = 10, 3, 3
MOST_MEMBERS = 12
FRESH, KEPT = 600.0, 64
Series = Mapping[date, float]


@dataclass(frozen=True)
class Unusual:
    """`far` is the distance from the usual in spreads, signed."""

    value: float
    usual: float
    low: float
    high: float
    far: float

    @property
    def change(self) -> float:
        return self.value / self.usual - 1 if self.usual else float("inf")


def unusual(days: Series, day: date) -> Unusual | None:
    """How a day stands against the same weekdays before it; None while fewer than three of them are known."""
    if day not in days:
        return None
    past = {d: v for d, v in days.items() if d < day}
    alike = [v for d, v in past.items() if d.weekday() == day.weekday()]
    if len(alike) < 3 or len(past) < 21:
        return None
    scale = _scale(past.values())
    seen = {d: scale.to(v) for d, v in past.items()}
    usual = median(v for d, v in seen.items() if d.weekday() == day.weekday())
    rests = [v - median(others) for d, v in seen.items() if len(others := _others(seen, d)) >= 2]
    spread = max(SPREAD * median(abs(r) for r in rests), scale.least(usual)) if rests else 0.0
    if spread <= 0:
        return None
    ends = (scale.back(usual - 2 * spread), scale.back(usual + 2 * spread))
    return Unusual(days[day], scale.back(usual), *ends, (scale.to(days[day]) - usual) / spread)


@dataclass(frozen=True)
class _Scale:
    """How days are held against each other: by factors where all are amounts (half and double are equally far), else by differences."""

    floor: float | None

    def to(self, value: float) -> float:
        return value if self.floor is None else log(max(value, self.floor))

    def back(self, value: float) -> float:
        return value if self.floor is None else exp(value)

    def least(self, usual: float) -> float:
        return LEAST_SPREAD * (abs(usual) if self.floor is None else 1.0)


def _scale(past: Iterable[float]) -> _Scale:
    values = list(past)
    middle = median(values)
    return _Scale(middle / 50 if middle > 0 and min(values) >= 0 else None)


def _others(past: Series, day: date) -> list[float]:
    return [v for d, v in past.items() if d.weekday() == day.weekday() and d != day]


def is_worth_telling(found: Unusual | None) -> bool:
    return found is not None and abs(found.far) >= FAR and abs(found.change) >= LEAST_CHANGE


class Changes:
    """Keeps what it found for ten minutes, per board and rights. May be asked from several threads."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._kept: OrderedDict[object, tuple[float, BoardChanges]] = OrderedDict()

    def of(self, board: BoardSpec, rights: Rights) -> BoardChanges:
        """Of the board as it is declared, without its viewer's filters. Numbers that the reader may not see are left out."""
        now = self._desk.clock.now()
        day = to_local(now, self._desk.planner().zone).date() - timedelta(days=1)
        key = (board.id, board.version, tuple(t.id for t in board.tiles), rights.key, day)
        held = self._kept.get(key)
        if held is not None and monotonic() - held[0] < FRESH:
            return held[1]
        found = changes_of(board, day, self._asker(rights))
        self._kept[key] = (monotonic(), found)
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return found

    def _asker(self, rights: Rights) -> Callable[[Query], Answer | None]:
        planner, reader, now = self._desk.planner(), self._desk.reader(), self._desk.clock.now()

        def ask(query: Query) -> Answer | None:
            try:
                return planner.answer(query, reader, now, rights)
            except CastaneaError:  # hidden, or not known by day or by this cut: there is nothing to tell of it
                return None

        return ask


def changes_of(board: BoardSpec, day: date, ask: Callable[[Query], Answer | None]) -> BoardChanges:
    """The three greatest, at most one per metric."""
    metrics, cuts = _looked_at(board)
    found: list[tuple[float, WhatChanged]] = []
    known = False
    for place, metric in enumerate(metrics):
        whole = ask(Query((metric,), ("day",), time=DAYS))
        column = _column(whole, metric)
        if whole is None or column is None:
            continue
        days = _days(whole.rows, column)
        here = unusual(days, day)
        known = known or here is not None
        parts = _parts(metric, cuts, day, ask) if place < MOST_METRICS // 2 and here else []
        told = _told(metric, here, parts, column)
        if told is not None:
            found.append(told)
    told_ones = sorted(_one_story_each(found), key=lambda each: -each[0])[:MOST_THINGS]
    return BoardChanges(day, "ok" if known else "not_enough", tuple(thing for _, thing in told_ones))


def _one_story_each(found: Sequence[tuple[float, WhatChanged]]) -> list[tuple[float, WhatChanged]]:
    """Sales, spend per buyer and price that fell by the same share tell one story: the first of them on the board tells it."""
    kept: list[tuple[float, WhatChanged]] = []
    for each in found:
        change = float(each[1].change or "inf")
        if not any(abs(change - float(other.change or "-inf")) < SAME_CHANGE for _, other in kept):
            kept.append(each)
    return kept


def _looked_at(board: BoardSpec) -> tuple[list[str], list[str]]:
    """The board's metrics, in the order of its tiles, and the dimensions that it cuts by."""
    queries = [q for tile in sorted(board.tiles, key=lambda t: (t.place.y, t.place.x)) for q in tile.queries.values()]
    metrics = list(dict.fromkeys(m for q in queries for m in q.metrics))[:MOST_METRICS]
    plain = [b for q in queries for b in q.by if b not in GRAINS and b not in CYCLES]
    return metrics, list(dict.fromkeys((*plain, *board.filters)))[:MOST_CUTS]


def _column(answer: Answer | None, metric: str) -> AnswerColumn | None:
    """The metric's column; None where several currencies stand beside each other."""
    if answer is None or any(c.role == "currency" for c in answer.columns):
        return None
    return next((c for c in answer.columns if c.role == "metric" and metric in (c.metric, c.name)), None)


def _days(rows: Iterable[Mapping[str, object]], column: AnswerColumn) -> dict[date, float]:
    known = ((date.fromisoformat(str(r["day"])), r[column.name]) for r in rows if r.get("day"))
    return {day: float(str(value)) for day, value in known if value is not None}


@dataclass(frozen=True)
class _Moved:
    part: ChangedPart
    found: Unusual
    weight: float  # its usual share of the whole


def _parts(metric: str, cuts: Sequence[str], day: date, ask: Callable[[Query], Answer | None]) -> list[_Moved]:
    moved: list[_Moved] = []
    for cut in cuts:
        answer = ask(Query((metric,), ("day", cut), time=DAYS))
        column = _column(answer, metric)
        if answer is None or column is None or column.unit == "share":
            continue
        series: dict[str, dict[date, float]] = {}
        names: dict[str, str] = {}
        every = sorted({date.fromisoformat(str(r["day"])) for r in answer.rows if r.get("day")})
        for row in answer.rows:
            member, value = str(row[cut] or ""), row[column.name]
            if member and value is not None:
                series.setdefault(member, dict.fromkeys(every, 0.0))[date.fromisoformat(str(row["day"]))] = float(
                    str(value)
                )
                names[member] = str(row.get(f"{cut}_name") or "")
        total = sum(sum(days.values()) for days in series.values()) or 1.0
        greatest = sorted(series, key=lambda m: -sum(series[m].values()))[:MOST_MEMBERS]
        for member in greatest:
            found, weight = unusual(series[member], day), sum(series[member].values()) / total
            if found is not None and weight >= LEAST_PART:
                moved.append(_Moved(ChangedPart(cut, member, names[member]), found, weight))
    return moved


def _told(
    metric: str, here: Unusual | None, parts: Sequence[_Moved], column: AnswerColumn
) -> tuple[float, WhatChanged] | None:
    """The whole where it is unusual, with the member that made most of it; else the member that is, by its weight."""
    if here is not None and is_worth_telling(here):
        off = here.value - here.usual
        same = [m for m in parts if (m.found.value - m.found.usual) / off > 0.5] if off else []
        mostly = max(same, key=lambda m: abs(m.found.far), default=None)
        thing = _thing(metric, here, column)
        return abs(here.far), replace(thing, mostly=mostly.part if mostly and is_worth_telling(mostly.found) else None)
    odd = [m for m in parts if is_worth_telling(m.found)]
    if not odd:
        return None
    first = max(odd, key=lambda m: abs(m.found.far) * m.weight)
    return abs(first.found.far) * first.weight, replace(_thing(metric, first.found, column), part=first.part)


def _thing(metric: str, found: Unusual, column: AnswerColumn) -> WhatChanged:
    def plain(value: float) -> str:
        return f"{value:.6f}".rstrip("0").rstrip(".")

    change = plain(found.value - found.usual if column.unit == "share" else found.change) if found.usual else ""
    figures = (plain(found.value), plain(found.usual), plain(found.low), plain(found.high))
    return WhatChanged(metric, *figures, change, column.unit, column.currency)
