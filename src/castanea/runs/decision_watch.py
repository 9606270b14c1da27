"""Decisions in effect are measured as their days pass; on the review day the measurement stands."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

import structlog

from castanea.contracts.query import Filter
from castanea.decisions import Decision, Effect, EffectQuestion
from castanea.decisions.kept import Decisions
from castanea.kit.clock import Clock
from castanea.kit.errors import CastaneaError, InputError

_log = structlog.get_logger("castanea.decisions")
EVERY = 600.0  # seconds
LEAST_DAYS = 3  # of effect before the first measurement by itself


class Measures(Protocol):
    async def decision_effect(self, question: EffectQuestion) -> Effect: ...


class DecisionWatch:
    """Belongs to one event loop."""

    def __init__(self, link: Measures, decisions: Decisions, zone: str, clock: Clock) -> None:
        self._link, self._decisions, self._zone, self._clock = link, decisions, ZoneInfo(zone), clock
        self._poked = asyncio.Event()

    def poke(self) -> None:
        """A decision went on: look at once."""
        self._poked.set()

    async def run(self, told: Callable[[Decision], None] = lambda _: None) -> None:
        """Until it is cancelled; `told` is given what was measured. What fails is logged and tried again."""
        while True:
            try:
                for decision in await asyncio.to_thread(self._decisions.running):
                    if self._due(decision):
                        await self._try(decision, told)
            except Exception:  # noqa: BLE001 - the outermost loop of a worker: it is logged, and the next round comes
                _log.exception("measuring decisions failed")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._poked.wait(), EVERY)
            self._poked.clear()

    async def _try(self, decision: Decision, told: Callable[[Decision], None]) -> None:
        """One that is refused does not keep the others from being measured."""
        try:
            told(await self.measure(decision))
        except CastaneaError as refused:  # the warehouse process is away, or the metric is gone
            _log.info("a decision waits to be measured", decision=decision.id, code=refused.code, why=str(refused))

    async def measure(self, decision: Decision) -> Decision:
        """Measure by the days that are over, and keep it. Raises InputError while no day is, Unavailable."""
        if decision.state not in ("in_effect", "measured"):
            raise InputError(
                f"it is {decision.state}; only what is in effect is measured. Nothing was changed.",
                code="decision.not_begun", values={"begins": decision.goal.begins},
            )  # fmt: skip
        others = await asyncio.to_thread(self._decisions.running)
        question = EffectQuestion(decision.goal, self._until(decision), touched_by(others, decision))
        effect = await self._link.decision_effect(question)
        return await asyncio.to_thread(self._decisions.keep_effect, decision.id, effect, "")

    def _due(self, decision: Decision) -> bool:
        """Whether a day has passed that the newest measurement does not hold."""
        until = self._until(decision)
        begins = date.fromisoformat(decision.goal.begins)
        last = decision.effect.until if decision.effect is not None else ""
        return until >= begins + timedelta(days=LEAST_DAYS - 1) and until.isoformat() > last

    def _until(self, decision: Decision) -> date:
        """The last day that is over in the workspace's zone, at most the one before the review."""
        now: datetime = self._clock.now().astimezone(self._zone)
        review = date.fromisoformat(decision.goal.review)
        return min(now.date(), review) - timedelta(days=1)


def touched_by(others: Sequence[Decision], decision: Decision) -> tuple[Filter, ...]:
    """The scopes of the other decisions in effect: what they touched is no control."""
    return tuple(
        bound for other in others if other.id != decision.id for bound in other.goal.where if bound.op in ("=", "in")
    )
