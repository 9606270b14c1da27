"""Alerts and rules as they are told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from castanea.contracts.alert import AlertCause, AlertReading, AlertRule, Phase

ActKind = Literal["fired", "resolved", "no_data", "acknowledged", "assigned", "snoozed", "commented", "closed"]


@dataclass(frozen=True)
class KeptRule:
    """`problem`: why it could not be read the last time. `instances`: how many numbers it watches, by their state."""

    rule: AlertRule
    archived: bool
    created_at: datetime
    created_by: str
    problem: dict[str, Any] | None = None
    instances: dict[str, int] | None = None


@dataclass(frozen=True)
class Alert:
    """`rule` as it was when it fired; `fired`: the reading that did it, held against `against` (in the metric's unit); `latest`: how it stands
    now. `currency` and `unit` of all figures. `snoozed_until`: nobody is told of it until then."""

    id: str
    rule: AlertRule
    member: str
    name: str
    state: Phase
    fired_at: datetime
    resolved_at: datetime | None
    fired: AlertReading
    against: str | None
    latest: AlertReading
    unit: str
    currency: str | None
    cause: AlertCause | None
    acknowledged_at: datetime | None
    acknowledged_by: str
    assignee: str
    snoozed_until: datetime | None
    version: int


@dataclass(frozen=True)
class KeptStep:
    """One evaluation: what was compared with what, and the state after it."""

    at: datetime
    state: Phase
    value: str | None
    against: str | None
    base: str | None


@dataclass(frozen=True)
class Act:
    at: datetime
    by: str
    kind: ActKind
    text: str


@dataclass(frozen=True)
class AlertStory:
    """`steps` oldest first, the newest 500; `acts` oldest first."""

    alert: Alert
    steps: tuple[KeptStep, ...]
    acts: tuple[Act, ...]


@dataclass(frozen=True)
class AlertDeed:
    """What somebody does with an alert. acknowledge · assign (`to`: an account, empty = nobody) · snooze (`minutes`, 0 = wake) · comment
    (`text`) · close (it is over although the figure says otherwise)."""

    kind: Literal["acknowledge", "assign", "snooze", "comment", "close"]
    to: str = ""
    minutes: int = 0
    text: str = ""


@dataclass(frozen=True)
class RuleEdit:
    """`base`: the version that the change was made on."""

    base: int
    rule: AlertRule | None = None
    archived: bool | None = None


@dataclass(frozen=True)
class News:
    """What an evaluation brought: alerts that fired, and all that changed."""

    fired: tuple[Alert, ...]
    changed: tuple[str, ...]
