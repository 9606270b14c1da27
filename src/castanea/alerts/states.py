"""The states of a watched number: ok → pending → firing → resolved, with no_data a state of its own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from castanea.alerts.conditions import Compared, Condition, Reading, compare


class State(StrEnum):
    OK = "ok"
    PENDING = "pending"
    FIRING = "firing"
    RESOLVED = "resolved"
    NO_DATA = "no_data"


@dataclass(frozen=True)
class Patience:
    """How long the condition holds before the alert fires, and how long it does not before the alert is resolved."""

    before_firing: timedelta = timedelta(0)
    before_resolved: timedelta = timedelta(0)


@dataclass(frozen=True)
class Instance:
    """Where a watched number stands. `since`: when its state began.

    `fired_at` is kept while an alert is open, also in no_data: silence never resolves it. `turned`: since when the condition says
    otherwise than the state does.
    """

    state: State = State.OK
    since: datetime | None = None
    fired_at: datetime | None = None
    turned: datetime | None = None


@dataclass(frozen=True)
class Step:
    """One evaluation in the history: what was compared, and where the number stood after it."""

    compared: Compared
    before: State
    after: Instance

    @property
    def fired(self) -> bool:
        """Whether an alert began here: one that goes on after a silence began before."""
        return self.after.state is State.FIRING and self.after.fired_at == self.compared.reading.at


def follow(condition: Condition, patience: Patience, readings: Iterable[Reading]) -> tuple[Step, ...]:
    """The history of a number by event time. Readings may come in any order; of two of one time the later given counts.

    Late or corrected data is followed anew, so the history is the same whatever the order of arrival.
    """
    newest = {reading.at: reading for reading in readings}
    steps: list[Step] = []
    stands = Instance()
    for at in sorted(newest):
        steps.append(step(condition, patience, stands, newest[at]))
        stands = steps[-1].after
    return tuple(steps)


def step(condition: Condition, patience: Patience, stands: Instance, reading: Reading) -> Step:
    """One evaluation, from where the number stood before it."""
    compared = compare(condition, reading, held=stands.fired_at is not None)
    return Step(compared, stands.state, _after(stands, compared.holds, reading.at, patience))


def times_fired(steps: Iterable[Step]) -> tuple[datetime, ...]:
    """The event times at which an alert began; over past readings: how often the rule would have fired."""
    return tuple(step.compared.reading.at for step in steps if step.fired)


def _after(stands: Instance, holds: bool | None, at: datetime, patience: Patience) -> Instance:
    if holds is None:
        return _moved(stands, State.NO_DATA, at, turned=None)
    if stands.fired_at is not None:
        return _while_open(stands, holds, at, patience)
    if not holds:
        settled = stands.state if stands.state is State.RESOLVED else State.OK
        return _moved(stands, settled, at, turned=None)
    turned = stands.turned or at
    if at - turned >= patience.before_firing:
        return Instance(State.FIRING, at, fired_at=at)
    return _moved(stands, State.PENDING, at, turned=turned)


def _while_open(stands: Instance, holds: bool, at: datetime, patience: Patience) -> Instance:
    if holds:
        return _moved(stands, State.FIRING, at, turned=None)
    turned = stands.turned or at
    if at - turned >= patience.before_resolved:
        return Instance(State.RESOLVED, at)
    return _moved(stands, State.FIRING, at, turned=turned)


def _moved(stands: Instance, state: State, at: datetime, *, turned: datetime | None) -> Instance:
    since = stands.since if stands.state is state else at
    return Instance(state, since, stands.fired_at, turned)
