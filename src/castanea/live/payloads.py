"""A tile's payload: its answers, what its kind needs added, and how fresh it is, as the bytes that all its viewers get."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import structlog

from castanea.contracts.board import Freshness
from castanea.contracts.query import Answer, Rights
from castanea.contracts.tables import TABLES
from castanea.contracts.warehouse import LoadState
from castanea.kit.messages import LOCALES, say
from castanea.live.book import Held
from castanea.live.extras import Extras
from castanea.live.freshness import freshness_of
from castanea.live.ground import Ground, Needs, what_to_import
from castanea.live.habits import Habits
from castanea.live.targets import TargetBook
from castanea.live.views import WatchedTile

_FAILED = {"code": "tile.failed", "detail": {locale: say("tile.failed", locale) for locale in LOCALES}, "values": {}}
COSTS = "cost"
EVERYTHING = Rights()
OF_TARGETS = frozenset({"hero", "number"})
BY_DAY = frozenset({"day", "week"})
_log = structlog.get_logger("castanea.live")


@dataclass(frozen=True)
class Payload:
    """`body` is the JSON of a TilePayload. `figures` is what a viewer sees of it but for its age: when they are equal there is
    nothing to push."""

    tile: str
    body: bytes
    figures: bytes
    freshness: Freshness


class Composer:
    """Puts payloads together; quick, for the event loop's own thread."""

    def __init__(
        self, state: Callable[[], tuple[LoadState, int]], habits: Habits, ground: Ground, targets: TargetBook
    ) -> None:
        self._state, self._habits, self._ground, self._extras = state, habits, ground, Extras()
        self._targets = targets

    def compose(
        self, tile: WatchedTile, held: Mapping[str, Held], now: datetime, rights: Rights = EVERYTHING
    ) -> Payload:
        """From the tile's answers by role; a role without an answer makes the tile an error that says why. Whoever does not see the whole
        is told nothing of what lies outside their parts: which tables hold rows, how many wait, which source is silent."""
        whole = rights == EVERYTHING
        state, waiting = self._state()
        waiting = waiting if whole else 0
        absent = self._absent(tile) if whole else {}
        if whole and (missing := self._ground.missing(tile.spec.needs) or _all_absent(tile, absent)):
            nothing = freshness_of(None, None, state, waiting, now, None)
            return _payload(tile, "no_data", {}, nothing, {}, what_to_import(missing))
        problem = next((h.problem for h in held.values() if h.answer is None), None)
        waits = next((h.problem for h in held.values() if h.problem is not None), None)  # with an older answer
        answers = {role: h.answer for role, h in held.items() if h.answer is not None}
        extra: dict[str, Any] = {}
        if problem is None:
            try:
                extra = self._extras.of(tile.spec, answers, now)
                if tile.spec.kind in OF_TARGETS and "main" in answers:
                    extra = {**extra, **self._targets.of(tile.queries["main"], answers["main"], now, rights)}
                if not BY_DAY.isdisjoint(tile.queries["main"].by if "main" in tile.queries else ()):
                    extra = {**extra, "festivals": self._ground.festivals(answers["main"])}
            except Exception:  # noqa: BLE001 - one tile's fault must not take the others with it; it is logged and said on the tile
                _log.exception("a tile failed", tile=tile.spec.id)
                problem = _FAILED
        if tile.spec.kind == "feed" and problem is None:
            extra["items"] = self._habits.items() if whole else []
        as_of = max((a.as_of for a in answers.values() if a.as_of is not None), default=None)
        main = answers.get("main")
        silence = self._habits.worst() if whole and _by_source(tile) else None
        fresh = freshness_of(as_of, main.period if main else None, state, waiting, now, silence)
        if problem is not None:
            hidden = problem["code"] == "query.metric_hidden"
            return _payload(tile, "no_permission" if hidden else "error", {}, fresh, {}, problem)
        if main is not None and _without_cost(tile, main):
            return _payload(tile, "no_data", {}, fresh, {}, what_to_import(((COSTS,),)))
        shown = {role: h for role, h in held.items() if not role.startswith("_")}
        if main is not None and (silent := _nothing_since(main, as_of)):
            return _payload(tile, "empty", shown, fresh, extra, silent)
        if absent:
            extra["absent"] = {m: [{"table": t, "labels": TABLES[t].labels} for t in g[0]] for m, g in absent.items()}
        return _payload(tile, "empty" if _empty(shown) else "ok", shown, fresh, extra, waits)

    def _absent(self, tile: WatchedTile) -> dict[str, Needs]:
        """The metrics of the tile's main question of whose subject nothing was ever imported, with the tables they lack."""
        query = tile.queries.get("main")
        return {m: lacking for m in (query.metrics if query else ()) if (lacking := self._ground.lacking(m))}


def _payload(
    tile: WatchedTile,
    state: str,
    shown: dict[str, Held],
    fresh: Freshness,
    extra: dict[str, Any],
    problem: dict[str, Any] | None,
) -> Payload:
    figures = msgspec.json.encode((state, {role: msgspec.Raw(h.figures) for role, h in shown.items()}, extra, problem))
    body = {
        "tile": tile.spec.id,
        "state": state,
        "answers": {role: msgspec.Raw(h.body) for role, h in shown.items()},
        "freshness": fresh,
        "extra": extra,
        "problem": problem,
    }
    return Payload(tile.spec.id, msgspec.json.encode(body), figures, fresh)


def _all_absent(tile: WatchedTile, absent: Mapping[str, Needs]) -> Needs:
    """What the tile lacks when not one of its metrics can be known; nothing otherwise."""
    if not absent or len(absent) < len(set(tile.queries["main"].metrics)):
        return ()
    return tuple(dict.fromkeys(group for groups in absent.values() for group in groups))


def _without_cost(tile: WatchedTile, main: Answer) -> bool:
    """Whether the tile is about profit and no sale of its time has a cost. A strip says it in each of its cells."""
    costless = any(note.code == "without_cost" and float(note.values.get("share", 0)) >= 1 for note in main.notes)
    if not costless or tile.spec.kind == "strip":
        return False
    metrics = [c.name for c in main.columns if c.role == "metric"]
    about = {"waterfall": [str(tile.spec.options.get("end"))], "scatter": metrics[:2]}.get(tile.spec.kind, metrics[:1])
    return any(not _has_amount(main, name) for name in about)


def _nothing_since(main: Answer, as_of: datetime | None) -> dict[str, Any] | None:
    """The problem of a tile whose time began after the newest that is known: its zeros are nothing but silence."""
    start = main.period.start
    if start is None or as_of is None or as_of >= start:
        return None
    if any(_has_amount(main, c.name) for c in main.columns if c.role == "metric"):
        return None
    zone = ZoneInfo(main.period.zone) if main.period.zone and main.period.zone != "shop" else None
    values = {"as_of": f"{as_of.astimezone(zone):%Y-%m-%d %H:%M}"}
    detail = {locale: say("tile.nothing_since", locale, values) for locale in LOCALES}
    return {"code": "tile.nothing_since", "detail": detail, "values": values}


def _has_amount(answer: Answer, column: str) -> bool:
    return any(row.get(column) is not None and float(str(row[column])) for row in answer.rows)


def _by_source(tile: WatchedTile) -> bool:
    """Whether the tile shows sources apart: there it is said that one is silent."""
    return any("channel" in query.by for query in tile.queries.values())


def _empty(shown: dict[str, Held]) -> bool:
    """Whether no answer holds a single figure."""
    return not any(_has_figure(h.answer) for h in shown.values() if h.answer is not None) and bool(shown)


def _has_figure(answer: Answer) -> bool:
    metrics = [c.name for c in answer.columns if c.role == "metric"]
    return any(row.get(name) is not None for row in answer.rows for name in metrics)
