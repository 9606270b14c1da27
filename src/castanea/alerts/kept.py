"""Rules and alerts as they are kept. An evaluation is one transaction: states, history and alerts change together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import msgspec
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from castanea.alerts.model import Act, ActKind, Alert, AlertDeed, AlertStory, KeptRule, KeptStep, News, RuleEdit
from castanea.alerts.rules import check_rule, condition_of, patience_of, reading_of
from castanea.alerts.states import Instance, State, Step, step
from castanea.contracts.alert import AlertCause, AlertReading, AlertReadings, AlertRule
from castanea.kit.clock import Clock
from castanea.kit.errors import Conflict, InputError, NotFound
from castanea.state import AlertAct, AlertInstance, AlertRow, AlertRuleRow, AlertStep, Database

MOST_RULES, MOST_ALERTS, MOST_STEPS = 500, 500, 500
KEPT_FOR = timedelta(days=90)
KEEP_EVERY, KEEP_OPEN_EVERY = timedelta(hours=1), timedelta(minutes=5)
LONGEST_SNOOZE = 30 * 24 * 60


class Alerts:
    """All methods block. `by` is the id of the account that asks."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock

    # --- rules ---

    def rules(self, *, archived: bool = False) -> list[KeptRule]:
        """By title."""
        asked = select(AlertRuleRow).where(
            AlertRuleRow.archived_at.isnot(None) if archived else AlertRuleRow.archived_at.is_(None)
        )
        counted = select(AlertInstance.rule_id, AlertInstance.state, func.count()).group_by(
            AlertInstance.rule_id, AlertInstance.state
        )
        with self._database.read() as session:
            states: dict[str, dict[str, int]] = {}
            for number, state, count in session.execute(counted):
                states.setdefault(number, {})[state] = count
            rows = session.scalars(asked).all()
        return sorted(
            (_kept(row, states.get(row.id, {})) for row in rows), key=lambda kept: (kept.rule.title, kept.rule.id)
        )

    def watching(self) -> list[AlertRule]:
        """The rules that are switched on."""
        return [kept.rule for kept in self.rules() if kept.rule.enabled]

    def rule(self, number: str) -> KeptRule:
        """Raises NotFound."""
        with self._database.read() as session:
            counted = select(AlertInstance.state, func.count()).where(AlertInstance.rule_id == number)
            states = {row[0]: row[1] for row in session.execute(counted.group_by(AlertInstance.state))}
            return _kept(_rule(session, number), states)

    def make(self, rule: AlertRule, by: str) -> KeptRule:
        """Raises InputError."""
        rule = check_rule(replace(rule, id=uuid4().hex, version=1))
        with self._database.write() as session:
            if (
                session.scalar(select(func.count()).select_from(AlertRuleRow).where(AlertRuleRow.archived_at.is_(None)))
                or 0
            ) >= MOST_RULES:
                raise InputError(
                    f"there are {MOST_RULES} rules already; archive one first",
                    code="alerts.too_many",
                    values={"most": MOST_RULES},
                )
            row = AlertRuleRow(
                id=rule.id, content=_content(rule), version=1, created_at=self._clock.now(), created_by=by
            )
            session.add(row)
            session.flush()
            return _kept(row, {})

    def change(self, number: str, edit: RuleEdit, by: str) -> KeptRule:
        """A rule that watches otherwise begins anew: its open alerts are closed. Raises NotFound, InputError, Conflict."""
        with self._database.write() as session:
            row = _rule(session, number)
            if row.version != edit.base:
                raise Conflict(
                    f"somebody else changed the rule {row.content['title']!r} meanwhile; nothing was kept; look at it and change it again",
                    code="alerts.changed", values={"title": row.content["title"]},
                )  # fmt: skip
            before = _rule_of(row)
            if edit.rule is not None:
                row.content = _content(check_rule(edit.rule))
            if edit.archived is not None:
                row.archived_at = self._clock.now() if edit.archived else None
            row.version += 1
            row.problem = None
            after = _rule_of(row)
            if edit.archived or not after.enabled or _watches(after) != _watches(before):
                self._begin_anew(session, row, by)
            session.flush()
            return _kept(row, {})

    # --- evaluation ---

    def evaluate(self, told: Iterable[AlertReadings]) -> News:
        """Follow the readings of rules. Of a rule that was changed or archived meanwhile nothing is followed."""
        fired: list[str] = []
        changed: list[str] = []
        with self._database.write() as session:
            for read in told:
                row = session.get(AlertRuleRow, read.rule)
                if row is None or row.archived_at is not None:
                    continue
                row.problem = read.problem
                rule = _rule_of(row)
                standing = {
                    i.member: i for i in session.scalars(select(AlertInstance).where(AlertInstance.rule_id == rule.id))
                }
                for reading in read.readings:
                    instance = standing.get(reading.member) or _first(session, rule, reading)
                    self._follow(session, rule, instance, reading, read, fired, changed)
            session.execute(delete(AlertStep).where(AlertStep.at < self._clock.now() - KEPT_FOR))
            session.flush()
            alerts = tuple(alert_of(session.get_one(AlertRow, number)) for number in fired)
        return News(alerts, tuple(dict.fromkeys([*fired, *changed])))

    def set_cause(self, alert: str, cause: AlertCause) -> None:
        with self._database.write() as session:
            row = _row(session, alert)
            row.cause = msgspec.to_builtins(cause)
            row.version += 1

    # --- alerts ---

    def alerts(self, *, every: bool = False, limit: int = MOST_ALERTS) -> list[Alert]:
        """Open ones, or `every` one; the newest first."""
        asked = select(AlertRow).order_by(AlertRow.fired_at.desc(), AlertRow.id).limit(min(limit, MOST_ALERTS))
        if not every:
            asked = asked.where(AlertRow.resolved_at.is_(None))
        with self._database.read() as session:
            return [alert_of(row) for row in session.scalars(asked)]

    def alert(self, number: str) -> Alert:
        """Raises NotFound."""
        with self._database.read() as session:
            return alert_of(_row(session, number))

    def story(self, number: str) -> AlertStory:
        """An alert with its evaluations and what was done with it. Raises NotFound."""
        with self._database.read() as session:
            row = _row(session, number)
            asked = select(AlertStep).where(AlertStep.rule_id == row.rule_id, AlertStep.member == row.member)
            steps = session.scalars(asked.order_by(AlertStep.at.desc(), AlertStep.id.desc()).limit(MOST_STEPS)).all()
            acts = session.scalars(
                select(AlertAct).where(AlertAct.alert_id == number).order_by(AlertAct.at, AlertAct.id)
            )
            told = tuple(Act(act.at, act.by, act.kind, act.text) for act in acts)  # type: ignore[arg-type]
            return AlertStory(alert_of(row), tuple(_step(each) for each in reversed(steps)), told)

    def do(self, number: str, deed: AlertDeed, by: str, people: Collection[str]) -> Alert:
        """Raises NotFound, InputError."""
        now = self._clock.now()
        with self._database.write() as session:
            row = _row(session, number)
            if deed.kind == "acknowledge":
                if row.acknowledged_at is None:
                    row.acknowledged_at, row.acknowledged_by = now, by
                    self._note(session, row, by, "acknowledged")
            elif deed.kind == "assign":
                if deed.to and deed.to not in people:
                    raise InputError("there is no such person here; choose one of the list", code="alerts.no_person")
                row.assignee = deed.to
                self._note(session, row, by, "assigned", deed.to)
            elif deed.kind == "snooze":
                if not 0 <= deed.minutes <= LONGEST_SNOOZE:
                    raise InputError(
                        f"an alert is snoozed for up to {LONGEST_SNOOZE} minutes",
                        code="alerts.bad_snooze",
                        values={"most": LONGEST_SNOOZE},
                    )
                row.snoozed_until = now + timedelta(minutes=deed.minutes) if deed.minutes else None
                self._note(session, row, by, "snoozed", str(deed.minutes))
            elif deed.kind == "comment":
                text = deed.text.strip()
                if not 1 <= len(text) <= 4000:
                    raise InputError("a comment has 1 to 4,000 characters", code="alerts.bad_comment")
                self._note(session, row, by, "commented", text)
            elif row.resolved_at is None:
                self._close(session, row, by, "closed")
                session.get_one(AlertInstance, (row.rule_id, row.member)).alert_id = ""
            row.version += 1
            session.flush()
            return alert_of(row)

    # --- within ---

    def _follow(
        self, session: Session, rule: AlertRule, instance: AlertInstance, reading: AlertReading, read: AlertReadings,
        fired: list[str], changed: list[str],
    ) -> None:  # fmt: skip
        if instance.last_at is not None and reading.at < instance.last_at:
            return  # an older time was read meanwhile: what was followed since stands
        stood = Instance(State(instance.state), instance.since, instance.fired_at, instance.turned)
        done = step(condition_of(rule.watch), patience_of(rule), stood, reading_of(reading))
        told: dict[str, Any] = msgspec.to_builtins(reading)
        instance.name = reading.name or instance.name
        self._keep_step(session, rule, instance, done, told)
        after = done.after
        instance.state, instance.since, instance.fired_at = after.state.value, after.since, after.fired_at
        instance.turned, instance.last_at, instance.reading = after.turned, reading.at, told
        alert = session.get(AlertRow, instance.alert_id) if instance.alert_id else None
        if done.fired and stood.fired_at is None:  # the same reading read again is the same alert
            instance.alert_id = self._fire(session, rule, instance, done, told, read)
            fired.append(instance.alert_id)
        elif alert is not None and alert.latest != told | {"name": instance.name}:
            alert.latest = told | {"name": instance.name}
            if alert.state != after.state.value:
                alert.state = after.state.value
                if after.state is State.RESOLVED:
                    self._close(session, alert, "", "resolved")
                    instance.alert_id = ""
                elif after.state is State.NO_DATA:
                    self._note(session, alert, "", "no_data")
            alert.version += 1
            changed.append(alert.id)

    def _fire(
        self, session: Session, rule: AlertRule, instance: AlertInstance, done: Step, told: dict[str, Any], read: AlertReadings
    ) -> str:  # fmt: skip
        told = told | {"name": instance.name}
        against = done.compared.against
        content = {
            "rule": msgspec.to_builtins(rule), "fired": told, "against": None if against is None else f"{against:f}",
            "unit": read.unit, "currency": read.currency,
        }  # fmt: skip
        row = AlertRow(id=uuid4().hex, rule_id=rule.id, member=instance.member, name=instance.name, state=State.FIRING.value,
                       fired_at=self._clock.now(), content=content, latest=told)  # fmt: skip
        session.add(row)
        session.flush()
        self._note(session, row, "", "fired")
        return row.id

    def _keep_step(
        self, session: Session, rule: AlertRule, instance: AlertInstance, done: Step, told: dict[str, Any]
    ) -> None:
        now, moved = self._clock.now(), done.after.state is not done.before
        open_ = done.after.fired_at is not None
        age = None if instance.kept_at is None else now - instance.kept_at
        if (
            not moved
            and age is not None
            and (age < (KEEP_OPEN_EVERY if open_ else KEEP_EVERY) or instance.reading == told)
        ):
            return
        against = done.compared.against
        content = {"value": told["value"], "base": told["base"], "against": None if against is None else f"{against:f}"}
        session.add(
            AlertStep(
                rule_id=rule.id,
                member=instance.member,
                at=done.compared.reading.at,
                state=done.after.state.value,
                content=content,
            )
        )
        instance.kept_at = now

    def _begin_anew(self, session: Session, row: AlertRuleRow, by: str) -> None:
        for alert in session.scalars(
            select(AlertRow).where(AlertRow.rule_id == row.id, AlertRow.resolved_at.is_(None))
        ):
            self._close(session, alert, by, "closed")
        session.execute(delete(AlertInstance).where(AlertInstance.rule_id == row.id))

    def _close(self, session: Session, alert: AlertRow, by: str, kind: ActKind) -> None:
        alert.state, alert.resolved_at = State.RESOLVED.value, self._clock.now()
        self._note(session, alert, by, kind)

    def _note(self, session: Session, alert: AlertRow, by: str, kind: ActKind, text: str = "") -> None:
        session.add(AlertAct(alert_id=alert.id, at=self._clock.now(), by=by, kind=kind, text=text))


def _first(session: Session, rule: AlertRule, reading: AlertReading) -> AlertInstance:
    made = AlertInstance(
        rule_id=rule.id, member=reading.member, name=reading.name, state=State.OK.value, reading={}, alert_id=""
    )
    session.add(made)
    return made


def _watches(rule: AlertRule) -> AlertRule:
    """What decides about its alerts."""
    return replace(rule, title="", severity="watch", receivers=(), version=1)


def _content(rule: AlertRule) -> dict[str, Any]:
    told: dict[str, Any] = msgspec.to_builtins(rule)
    return {name: value for name, value in told.items() if name not in ("id", "version")}


def _rule_of(row: AlertRuleRow) -> AlertRule:
    return msgspec.convert({**row.content, "id": row.id, "version": row.version}, AlertRule)


def _kept(row: AlertRuleRow, instances: dict[str, int]) -> KeptRule:
    return KeptRule(
        _rule_of(row),
        row.archived_at is not None,
        row.created_at,
        row.created_by,
        row.problem,
        dict(Counter(instances)),
    )


def alert_of(row: AlertRow) -> Alert:
    """An alert as it is told, of its row."""
    content = row.content
    return Alert(
        row.id, msgspec.convert(content["rule"], AlertRule), row.member, row.name, State(row.state).value, row.fired_at, row.resolved_at,
        msgspec.convert(content["fired"], AlertReading), content["against"], msgspec.convert(row.latest, AlertReading),
        content["unit"], content["currency"], None if row.cause is None else msgspec.convert(row.cause, AlertCause),
        row.acknowledged_at, row.acknowledged_by, row.assignee, row.snoozed_until, row.version,
    )  # fmt: skip


def _step(row: AlertStep) -> KeptStep:
    return KeptStep(row.at, State(row.state).value, row.content["value"], row.content["against"], row.content["base"])


def _rule(session: Session, number: str) -> AlertRuleRow:
    row = session.get(AlertRuleRow, number)
    if row is None:
        raise NotFound(f"there is no alert rule {number!r}", code="alerts.no_rule", values={"rule": number})
    return row


def _row(session: Session, number: str) -> AlertRow:
    row = session.get(AlertRow, number)
    if row is None:
        raise NotFound(f"there is no alert {number!r}", code="alerts.not_shown", values={"alert": number})
    return row


def shown_at(alert: Alert, now: datetime) -> bool:
    """Whether people are told of it now."""
    return alert.resolved_at is None and (alert.snoozed_until is None or alert.snoozed_until <= now)
