"""Alert rules, what was read for them, and the alerts that came of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from castanea.contracts.query import Filter

WatchKind = Literal["threshold", "change", "unusual", "off_pace", "silent"]
Window = Literal["now", "today", "yesterday", "week", "hour"]
Against = Literal["yesterday", "same_weekday", "last_year"]
Severity = Literal["watch", "critical"]
Phase = Literal["ok", "pending", "firing", "resolved", "no_data"]


@dataclass(frozen=True)
class Watch:
    """When a rule fires. Figures are decimals as text; shares are 0.2 for 20 %.

    threshold: `side` of `limit`, in the metric's unit. change: on `side` of the figure of `base` by more than the share `by`. unusual: on
    `side` of what the past makes one expect. off_pace: `by` below what the `target` expects by now. silent: no row for more than `limit`
    hours. `margin`: how far back it must come, in the unit of `limit` or as a share, before it has recovered."""

    kind: WatchKind
    side: Literal["above", "below"] = "below"
    limit: str = ""
    by: str = ""
    base: Against = "same_weekday"
    margin: str = "0"
    target: str = ""


@dataclass(frozen=True)
class AlertRule:
    """`metric` within `where`, read over `window` (now: a level as it stands; hour: the last one that is over; week: the last seven days
    that are over); with `each`, for each of the `most` greatest members of that dimension. A share of a few says nothing: with `volume`,
    a metric, only what has at least `least` of it counts. `lasting` and `calm`: minutes that it holds before it fires, and that it does not before
    it is resolved. `receivers`: ids of accounts that are told first; empty = all who may see it."""

    id: str
    title: str
    metric: str
    watch: Watch
    where: tuple[Filter, ...] = ()
    each: str = ""
    most: int = 50
    window: Window = "today"
    lasting: int = 0
    calm: int = 0
    severity: Severity = "watch"
    receivers: tuple[str, ...] = ()
    enabled: bool = True
    version: int = 1
    volume: str = ""
    least: str = ""


@dataclass(frozen=True)
class AlertReading:
    """A figure of a member at an event time, and what it is held against: `base`, and for `unusual` what is expected with its range.

    `unusual`: whether the past does not know such a figure (None: there is too little of it)."""

    member: str
    name: str
    at: datetime
    value: str | None
    base: str | None = None
    low: str | None = None
    high: str | None = None
    unusual: bool | None = None


@dataclass(frozen=True)
class AlertReadings:
    """What was read for a rule. `problem`: why nothing could be."""

    rule: str
    readings: tuple[AlertReading, ...] = ()
    unit: str = ""
    currency: str | None = None
    problem: dict[str, Any] | None = None


@dataclass(frozen=True)
class AlertPast:
    """Readings of the past for a rule that is not kept yet, oldest first; `whole`: how many days they cover."""

    readings: tuple[AlertReading, ...]
    whole: int
    unit: str = ""
    currency: str | None = None


@dataclass(frozen=True)
class AlertCause:
    """The diagnosis of an alert. `where`: the parts that explain the deviation, each a dict of dimension and member with its share; `how`: the
    parts of the equation with their effects in the metric's unit; `why`: classes of causes, likeliest first, each with evidence. `words`
    by language. `before`: the figures that were expected."""

    at: datetime
    actual: str
    expected: str
    words: dict[str, str]
    where: tuple[dict[str, Any], ...] = ()
    how: tuple[dict[str, Any], ...] = ()
    why: tuple[dict[str, Any], ...] = ()
    options: tuple[dict[str, Any], ...] = field(default=())
