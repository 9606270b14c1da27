"""Decisions as they are kept. One change is one transaction; a change made on an older version is refused with what stands now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import uuid4

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from castanea.decisions import rules
from castanea.decisions.model import (
    Decision,
    DecisionChange,
    DecisionStep,
    Effect,
    HistoryLine,
    NewDecision,
    Said,
    Stance,
)
from castanea.kit.clock import Clock
from castanea.kit.errors import Conflict, NotFound
from castanea.state import Database, DecisionRow, DecisionStepRow

_CHANGEABLE = ("question", "kind", "team", "options", "goal", "tasks")


class Decisions:
    """All methods block. `by` is the id of the account that asks; `approve_above`: the cost from which a second person must approve."""

    def __init__(self, database: Database, clock: Clock, approve_above: Decimal | None = None) -> None:
        self._database, self._clock, self.approve_above = database, clock, approve_above

    def needs_approval(self, decision: Decision) -> bool:
        """Whether somebody else has yet to approve what was decided."""
        waits = decision.state == "decided" and not decision.approved_by
        return waits and rules.approval_needed(decision, decision.chosen, self.approve_above)

    def find(self, text: str = "", team: str = "", metric: str = "", kind: str = "") -> list[Decision]:
        """Newest first; an empty filter takes all. `text` is looked for in question, reasons and options, whatever its case."""
        asked = select(DecisionRow).order_by(DecisionRow.created_at.desc(), DecisionRow.id)
        for column, wanted in (
            (DecisionRow.team, team),
            (DecisionRow.metric, metric),
            (DecisionRow.kind, kind),
        ):
            asked = asked.where(column == wanted) if wanted else asked
        with self._database.read() as session:
            told = [_told(record) for record in session.scalars(asked)]
        wanted = text.casefold().strip()
        return [one for one in told if wanted in _words(one)]

    def running(self) -> list[Decision]:
        """Those in effect."""
        asked = select(DecisionRow).where(DecisionRow.state == "in_effect").order_by(DecisionRow.id)
        with self._database.read() as session:
            return [_told(record) for record in session.scalars(asked)]

    def get(self, number: str) -> Decision:
        """Raises NotFound."""
        with self._database.read() as session:
            return _told(_record(session, number))

    def history(self, number: str) -> list[HistoryLine]:
        """Oldest first. Raises NotFound."""
        asked = select(DecisionStepRow).where(DecisionStepRow.decision_id == number).order_by(DecisionStepRow.version)
        with self._database.read() as session:
            _record(session, number)
            return [HistoryLine(s.version, s.at, s.by, s.what, s.set) for s in session.scalars(asked)]

    def make(self, new: NewDecision, by: str) -> Decision:
        """An open decision. Raises InputError."""
        if not 1 <= len(new.question.strip()) <= 300:
            raise rules.refused("the question is empty or too long", "1–300 characters", "decision.bad_field")
        rules.check_options(new.options)
        rules.check_goal(new.goal)
        now = self._clock.now()
        made = Decision(
            uuid4().hex, 1, "open", new.question.strip(), new.kind, new.team, new.trigger, new.options, new.goal, (), "", "", "", None, "",
            (), None, now, by,
        )  # fmt: skip
        with self._database.write() as session:
            session.add(DecisionRow(id=made.id, created_at=now, created_by=by, **_columns(made)))
            session.flush()
            self._book(session, made, by, "made", {})
        return made

    def change(self, number: str, change: DecisionChange, by: str) -> Decision:
        """Raises NotFound, InputError, Conflict (with the decision as it is)."""
        with self._changing(number, change.base) as (session, record, now):
            rules.check_change(now, change)
            given = {name: getattr(change, name) for name in _CHANGEABLE if getattr(change, name) is not None}
            return self._keep(session, record, replace(now, **given), by, "edited", given)

    def step(self, number: str, step: DecisionStep, by: str) -> Decision:
        """The next state. Raises NotFound, InputError (what is missing), Conflict."""
        with self._changing(number, step.base) as (session, record, now):
            rules.check_step(now, step, self._clock.now().date())
            if step.to == "in_effect" and self.needs_approval(now):
                raise rules.refused(
                    "its cost asks for an approval", "let somebody else approve it", "decision.approval"
                )
            new = replace(now, state=step.to)
            if step.to == "decided":
                new = replace(
                    new, chosen=step.chosen, reasons=step.reasons, decided_by=by, decided_at=self._clock.now()
                )
            return self._keep(session, record, new, by, step.to, {"chosen": step.chosen, "reasons": step.reasons})

    def approve(self, number: str, base: int, by: str) -> Decision:
        """By somebody else than who decided. Raises NotFound, InputError, Conflict."""
        with self._changing(number, base) as (session, record, now):
            if now.state != "decided" or by == now.decided_by:
                raise rules.refused(
                    "who decided does not approve, and only what is decided", "ask another", "decision.approval"
                )
            return self._keep(session, record, replace(now, approved_by=by), by, "approved", {})

    def say(self, number: str, stance: Stance, why: str, by: str) -> Decision:
        """Agree or object; said again, it replaces one's own. Raises NotFound, InputError (closed)."""
        with self._changing(number, None) as (session, record, now):
            if now.state == "closed":
                raise rules.refused("the decision is closed", "make a new one", "decision.settled")
            said = Said(by, self._clock.now(), stance, why.strip()[:2000])
            others = tuple(each for each in now.said if each.by != by)
            return self._keep(session, record, replace(now, said=(*others, said)), by, stance, {"why": said.why})

    def keep_effect(self, number: str, effect: Effect, by: str) -> Decision:
        """The newest measurement; on the review day the decision is measured by it. Raises NotFound, InputError (not in effect)."""
        with self._changing(number, None) as (session, record, now):
            if now.state not in ("in_effect", "measured"):
                raise rules.refused(f"it is {now.state}", "only what is in effect is measured")
            state = "measured" if rules.due_for_review(now, self._clock.now()) else now.state
            new = replace(now, effect=effect, state=state)
            what = "measured" if state != now.state else "effect"
            return self._keep(session, record, new, by, what, {"verdict": effect.verdict})

    @contextmanager
    def _changing(self, number: str, base: int | None) -> Iterator[tuple[Session, DecisionRow, Decision]]:
        with self._database.write() as session:
            record = _record(session, number)
            now = _told(record)
            if base is not None and base != now.version:
                raise Conflict(
                    f"the decision has version {now.version}, the change was made on {base}; nothing was kept; look at it and change again",
                    code="decision.changed", values={"decision": msgspec.to_builtins(now), "title": now.question},
                )  # fmt: skip
            yield session, record, now

    def _keep(
        self, session: Session, record: DecisionRow, new: Decision, by: str, what: str, given: dict[str, Any]
    ) -> Decision:
        kept = replace(new, version=new.version + 1)
        for name, value in _columns(kept).items():
            setattr(record, name, value)
        self._book(session, kept, by, what, given)
        return kept

    def _book(self, session: Session, kept: Decision, by: str, what: str, given: dict[str, Any]) -> None:
        given = msgspec.to_builtins(given)
        at = self._clock.now()
        session.add(DecisionStepRow(decision_id=kept.id, version=kept.version, at=at, by=by, what=what, set=given))


def hit_rate(decisions: Iterable[Decision]) -> tuple[int, int, int]:
    """(worked, did harm, cannot tell) of those that were measured."""
    verdicts = [d.effect.verdict for d in decisions if d.effect is not None and d.state in ("measured", "closed")]
    return verdicts.count("worked"), verdicts.count("did_harm"), verdicts.count("cannot_tell")


def _words(decision: Decision) -> str:
    return "\n".join([decision.question, decision.reasons, *(option.title for option in decision.options)]).casefold()


def _record(session: Session, number: str) -> DecisionRow:
    found = session.get(DecisionRow, number)
    if found is None:
        raise NotFound(f"there is no decision {number!r}", code="decision.not_found", values={"decision": number})
    return found


def _told(record: DecisionRow) -> Decision:
    return msgspec.convert(record.content, Decision)


def _columns(told: Decision) -> dict[str, Any]:
    return {
        "version": told.version, "state": told.state, "question": told.question, "kind": told.kind, "team": told.team,
        "metric": told.goal.metric, "review": told.goal.review, "content": msgspec.to_builtins(told),
    }  # fmt: skip
