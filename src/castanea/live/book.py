"""The newest answer to each question that an open view asks, kept for as long as nothing under it has changed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from datetime import date, datetime
from time import thread_time
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import structlog

from castanea.contracts.query import Answer, Query, Rights
from castanea.contracts.warehouse import Reader
from castanea.kit.errors import CastaneaError
from castanea.kit.messages import LOCALES, say, say_error
from castanea.semantics import Planner, answer_to_json

Span = tuple[datetime | None, datetime | None]
BUSY = "warehouse.busy"  # no memory for the question beside what is loaded: it is asked again alone, then with the next look at the clock
_log = structlog.get_logger("castanea.live")


@dataclass(frozen=True)
class Question:
    """Equal for two viewers exactly when their answers are."""

    query: Query
    rights: Rights

    def __hash__(self) -> int:
        return hash((self.query, self.rights.key))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Question) and (self.query, self.rights.key) == (other.query, other.rights.key)


@dataclass(frozen=True)
class Held:
    """An answer with its JSON. `figures` is that JSON without what moves with the clock alone. `problem` says why there is no answer.

    `spans`: the times (UTC, half-open, None = open) whose facts count in it. `day` is the report's day on which it was made, `moving`
    whether its period or the one compared with goes on. With an answer and a problem, the answer is the last one there was.
    """

    answer: Answer | None
    body: bytes
    figures: bytes
    tables: frozenset[str]
    spans: tuple[Span, ...]
    day: date | None
    moving: bool
    problem: dict[str, Any] | None = None


class AnswerBook:
    """`ask` runs on reading threads; everything else belongs to the event loop."""

    def __init__(self, planner: Callable[[], Planner], reader: Callable[[], Reader]) -> None:
        self._planner, self._reader = planner, reader
        self._held: dict[Question, Held] = {}
        self._last: dict[Question, Held] = {}  # of what was dropped, until it is asked again
        self.cost = 0.0  # processor seconds of the last round of `ask_all`

    async def ask_all(self, questions: Iterable[Question], now: datetime, pool: Executor) -> dict[Question, Held]:
        """Ask each once, for whoever wants to know, and keep the answers. They are returned too: whoever awaits them has them, even
        when a change makes the book forget them meanwhile."""
        loop, order = asyncio.get_running_loop(), list(questions)
        found = await asyncio.gather(*(loop.run_in_executor(pool, self._timed, q, now) for q in order))
        self.cost = sum(seconds for _, seconds in found)
        asked = {question: held for question, (held, _) in zip(order, found, strict=True)}
        # What had no room beside the others may have it alone.
        for question in [q for q, held in asked.items() if _is_busy(held)]:
            asked[question], seconds = await loop.run_in_executor(pool, self._timed, question, now)
            self.cost += seconds
        for question, held in asked.items():
            last = self._last.pop(question, None)
            if _is_busy(held) and last is not None:
                asked[question] = replace(last, problem=held.problem, moving=True)
        self._held.update(asked)
        return asked

    def held(self, questions: Iterable[Question]) -> dict[Question, Held]:
        """Those of the questions whose answer is kept."""
        return {question: self._held[question] for question in questions if question in self._held}

    def _timed(self, question: Question, now: datetime) -> tuple[Held, float]:
        begin = thread_time()
        return self.ask(question, now), thread_time() - begin

    def __len__(self) -> int:
        return len(self._held)

    def __contains__(self, question: Question) -> bool:
        return question in self._held

    def __getitem__(self, question: Question) -> Held:
        return self._held[question]

    def ask(self, question: Question, now: datetime) -> Held:
        """Ask the planner; what goes wrong is held as a problem, so that one tile's fault does not take the others with it."""
        try:
            tables = self._planner().depends_on(question.query)
            answer = self._planner().answer(question.query, self._reader(), now, rights=question.rights)
        except CastaneaError as refused:
            return _failed(refused.code, {locale: say_error(refused, locale) for locale in LOCALES}, refused.values)
        except Exception:  # noqa: BLE001 - one tile's fault must not take the others with it; it is logged and said on the tile
            _log.exception("a question failed", metrics=question.query.metrics, by=question.query.by)
            return _failed("tile.failed", {locale: say("tile.failed", locale) for locale in LOCALES}, {})
        return _held(answer, tables, now)

    def forget_touched(self, changed: Mapping[str, Span]) -> None:
        """Drop the answers under which a change lies: it touched a table of theirs at a time that counts for them."""
        self._drop(q for q, held in self._held.items() if _touched(held, changed))

    def forget_moved(self, now: datetime) -> None:
        """Drop the answers that the clock alone makes untrue, and try again what failed."""
        self._drop(q for q, held in self._held.items() if _moved(held, now))

    def forget(self, questions: Iterable[Question]) -> None:
        self._drop(questions)

    def keep_only(self, questions: Collection[Question]) -> None:
        """Drop what nobody asks any more."""
        self._drop(self._held.keys() - questions)
        for question in self._last.keys() - questions:
            del self._last[question]

    def clear(self) -> None:
        self._held.clear()
        self._last.clear()

    def _drop(self, questions: Iterable[Question]) -> None:
        for question in list(questions):
            held = self._held.pop(question, None)
            if held is not None and held.answer is not None:
                self._last[question] = held


def _held(answer: Answer, tables: frozenset[str], now: datetime) -> Held:
    periods = [p for p in (answer.period, answer.compared) if p is not None]
    spans = tuple((p.start, p.end if p.complete else None) for p in periods)  # a running period's end is open
    still = answer.period if answer.period.complete else replace(answer.period, end=None)
    figures = answer_to_json(replace(answer, as_of=None, period=still, compared=None))
    moving = not answer.period.complete
    return Held(answer, answer_to_json(answer), figures, tables, spans, _day(now, answer.period.zone), moving)


def _failed(code: str, detail: dict[str, str], values: Mapping[str, object]) -> Held:
    problem = {"code": code, "detail": detail, "values": {k: str(v) for k, v in values.items()}}
    return Held(None, b"", msgspec.json.encode(problem), frozenset(), (), None, moving=True, problem=problem)


def _is_busy(held: Held) -> bool:
    return held.problem is not None and held.problem["code"] == BUSY


def _moved(held: Held, now: datetime) -> bool:
    return held.moving or held.answer is None or held.day != _day(now, held.answer.period.zone)


def _day(now: datetime, zone: str) -> date:
    return now.astimezone(ZoneInfo(zone) if zone and zone != "shop" else None).date()


def _touched(held: Held, changed: Mapping[str, Span]) -> bool:
    if held.answer is None:
        return True
    return any(_overlap(changed[t], span) for t in held.tables & changed.keys() for span in held.spans)


def _overlap(change: Span, period: Span) -> bool:
    """A change's span is closed, a period half-open; None is open on that side."""
    begins, ends = change
    start, end = period
    return (ends is None or start is None or ends >= start) and (begins is None or end is None or begins < end)
