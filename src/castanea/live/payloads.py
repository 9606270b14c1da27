"""Computing a tile: its questions answered, what its kind needs added, as the bytes that all its viewers get."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import msgspec
import structlog

from castanea.contracts.board import Freshness
from castanea.contracts.query import Answer, Query, Rights
from castanea.contracts.warehouse import LoadState, Reader
from castanea.kit.errors import CastaneaError
from castanea.kit.messages import LOCALES, say, say_error
from castanea.live.extras import extras_of
from castanea.live.freshness import freshness_of
from castanea.live.views import WatchedTile
from castanea.semantics import Planner, answer_to_json

_FAILED = {"code": "tile.failed", "detail": {locale: say("tile.failed", locale) for locale in LOCALES}, "values": {}}
_log = structlog.get_logger("castanea.live")


@dataclass(frozen=True)
class Computed:
    """`payload` is the JSON of a TilePayload. `figures` is what a viewer sees of it but for its age: when they are equal there is
    nothing to push. `spans` says for which times (UTC, half-open; None = open) the tile's data count."""

    tile: str
    payload: bytes
    figures: bytes
    freshness: str
    as_of: datetime | None
    spans: tuple[tuple[datetime | None, datetime | None], ...]


class Computer:
    """Computes tiles on reading threads. One tick's equal questions are answered once (`Answers`)."""

    def __init__(
        self, planner: Callable[[], Planner], reader: Callable[[], Reader], state: Callable[[], tuple[LoadState, int]]
    ) -> None:
        self._planner, self._reader, self._state = planner, reader, state

    def compute(self, tile: WatchedTile, rights: Rights, now: datetime, answers: Answers) -> Computed:
        state, waiting = self._state()
        try:
            found = {name: self._answer(query, rights, now, answers) for name, query in tile.queries.items()}
            extra = extras_of(tile.spec, found, now)
        except CastaneaError as refused:
            problem = {
                "code": refused.code,
                "detail": {locale: say_error(refused, locale) for locale in LOCALES},
                "values": {k: str(v) for k, v in refused.values.items()},
            }
            return self._failed(tile, problem, freshness_of(None, None, state, waiting, now))
        except Exception:  # noqa: BLE001 - one tile's fault must not take the others with it; it is logged and said on the tile
            _log.exception("a tile failed", tile=tile.spec.id)
            return self._failed(
                tile, _FAILED, freshness_of(None, None, state, waiting, now)
            )
        as_of = max((a.as_of for a in found.values() if a.as_of is not None), default=None)
        fresh = freshness_of(as_of, found["main"].period if "main" in found else None, state, waiting, now)
        shown = {name: answer for name, answer in found.items() if not name.startswith("_")}
        return _computed(tile, "empty" if _empty(shown) else "ok", shown, tuple(found.values()), extra, fresh)

    def _answer(self, query: Query, rights: Rights, now: datetime, answers: Answers) -> Answer:
        known = answers.of(query, rights)
        if known is None:
            known = self._planner().answer(query, self._reader(), now, rights=rights)
            answers.keep(query, rights, known)
        return known

    def _failed(self, tile: WatchedTile, problem: dict[str, Any], fresh: Freshness) -> Computed:
        body = {
            "tile": tile.spec.id,
            "state": "error",
            "answers": {},
            "freshness": fresh,
            "extra": {},
            "problem": problem,
        }
        payload = msgspec.json.encode(body)
        return Computed(tile.spec.id, payload, payload, fresh.state, None, ((None, None),))


class Answers:
    """The answers of one tick."""

    def __init__(self) -> None:
        self._known: dict[tuple[Query, str], Answer] = {}

    def of(self, query: Query, rights: Rights) -> Answer | None:
        return self._known.get((query, rights.key))

    def keep(self, query: Query, rights: Rights, answer: Answer) -> None:
        self._known[query, rights.key] = answer


def _computed(
    tile: WatchedTile,
    state: str,
    shown: dict[str, Answer],
    all_answers: tuple[Answer, ...],
    extra: dict[str, Any],
    fresh: Freshness,
) -> Computed:
    bare = {
        name: msgspec.Raw(answer_to_json(replace(a, as_of=None, period=_still(a), compared=None)))
        for name, a in shown.items()
    }
    figures = msgspec.json.encode((state, bare, extra))
    answers = {name: msgspec.Raw(answer_to_json(a)) for name, a in shown.items()}
    body = {
        "tile": tile.spec.id,
        "state": state,
        "answers": answers,
        "freshness": fresh,
        "extra": extra,
        "problem": None,
    }
    # a running period goes on after its last computing, so its end is open
    spans = tuple(
        (p.start, p.end if p.complete else None) for a in all_answers for p in (a.period, a.compared) if p is not None
    )
    return Computed(tile.spec.id, msgspec.json.encode(body), figures, fresh.state, fresh.as_of, spans)


def _still(answer: Answer) -> Any:
    """The period without its running end, which moves with the clock."""
    return answer.period if answer.period.complete else replace(answer.period, end=None)


def _empty(answers: dict[str, Answer]) -> bool:
    """Whether no answer holds a single figure."""
    return not any(
        row.get(column.name) is not None
        for answer in answers.values()
        for column in answer.columns
        if column.role == "metric"
        for row in answer.rows
    )
