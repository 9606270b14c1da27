"""A tile's payload: its answers, what its kind needs added, and how fresh it is, as the bytes that all its viewers get."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
import structlog

from castanea.contracts.board import Freshness
from castanea.contracts.query import Answer
from castanea.contracts.warehouse import LoadState
from castanea.kit.messages import LOCALES, say
from castanea.live.book import Held
from castanea.live.extras import Extras
from castanea.live.freshness import freshness_of
from castanea.live.ground import Ground, what_to_import
from castanea.live.habits import Habits
from castanea.live.views import WatchedTile

_FAILED = {"code": "tile.failed", "detail": {locale: say("tile.failed", locale) for locale in LOCALES}, "values": {}}
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

    def __init__(self, state: Callable[[], tuple[LoadState, int]], habits: Habits, ground: Ground) -> None:
        self._state, self._habits, self._ground, self._extras = state, habits, ground, Extras()

    def compose(self, tile: WatchedTile, held: Mapping[str, Held], now: datetime) -> Payload:
        """From the tile's answers by role; a role without an answer makes the tile an error that says why."""
        state, waiting = self._state()
        if missing := self._ground.missing(tile.spec.needs):
            nothing = freshness_of(None, None, state, waiting, now, None)
            return _payload(tile, "no_data", {}, nothing, {}, what_to_import(missing))
        problem = next((h.problem for h in held.values() if h.answer is None), None)
        waits = next((h.problem for h in held.values() if h.problem is not None), None)  # with an older answer
        answers = {role: h.answer for role, h in held.items() if h.answer is not None}
        extra: dict[str, Any] = {}
        if problem is None:
            try:
                extra = self._extras.of(tile.spec, answers, now)
                if not BY_DAY.isdisjoint(tile.queries["main"].by if "main" in tile.queries else ()):
                    extra = {**extra, "festivals": self._ground.festivals(answers["main"])}
            except Exception:  # noqa: BLE001 - one tile's fault must not take the others with it; it is logged and said on the tile
                _log.exception("a tile failed", tile=tile.spec.id)
                problem = _FAILED
        if tile.spec.kind == "feed" and problem is None:
            extra["items"] = self._habits.items()
        as_of = max((a.as_of for a in answers.values() if a.as_of is not None), default=None)
        main = answers.get("main")
        silence = self._habits.worst() if _by_source(tile) else None
        fresh = freshness_of(as_of, main.period if main else None, state, waiting, now, silence)
        if problem is not None:
            return _payload(tile, "error", {}, fresh, {}, problem)
        shown = {role: h for role, h in held.items() if not role.startswith("_")}
        return _payload(tile, "empty" if _empty(shown) else "ok", shown, fresh, extra, waits)


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


def _by_source(tile: WatchedTile) -> bool:
    """Whether the tile shows sources apart: there it is said that one is silent."""
    return any("channel" in query.by for query in tile.queries.values())


def _empty(shown: dict[str, Held]) -> bool:
    """Whether no answer holds a single figure."""
    return not any(_has_figure(h.answer) for h in shown.values() if h.answer is not None) and bool(shown)


def _has_figure(answer: Answer) -> bool:
    metrics = [c.name for c in answer.columns if c.role == "metric"]
    return any(row.get(name) is not None for row in answer.rows for name in metrics)
