"""Bodies and answers of the routes on alerts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from castanea.alerts import Alert, AlertStory, KeptRule
from castanea.contracts.alert import AlertReading, AlertRule


@dataclass(frozen=True)
class AlertList:
    """`people`: names by id of those who acknowledged or answer for one."""

    alerts: list[Alert]
    people: dict[str, str]


@dataclass(frozen=True)
class OpenedAlert:
    story: AlertStory
    people: dict[str, str]


@dataclass(frozen=True)
class AlertRules:
    rules: list[KeptRule]
    people: dict[str, str]


@dataclass(frozen=True)
class ReadyAlert:
    """A rule that can be switched on; `answers`: whether the shop has the figures for it, else `problem` says what lacks."""

    name: str
    title: str
    why: str
    rule: AlertRule
    problem: str = ""


@dataclass(frozen=True)
class PastPoint:
    """`state` after it; `fired`: an alert would have begun here."""

    reading: AlertReading
    against: str | None
    state: str
    fired: bool


@dataclass(frozen=True)
class AlertPreview:
    """How often a rule would have fired in the last `days` days: the times by member, and the course of the member that fired most.

    `watched`: how many members were looked at."""

    days: int
    watched: int
    fired: int
    members: dict[str, int]
    times: list[datetime]
    course: list[PastPoint]
    name: str
    unit: str
    currency: str | None
