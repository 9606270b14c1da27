"""A decision as it is told, and what may be asked of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from castanea.contracts.query import Filter

State = Literal["open", "decided", "in_effect", "measured", "closed"]
STATES: tuple[State, ...] = ("open", "decided", "in_effect", "measured", "closed")
Kind = Literal["price", "stock", "offer", "budget", "page", "supply", "other"]
Stance = Literal["agree", "object"]
Verdict = Literal["worked", "did_harm", "cannot_tell"]


@dataclass(frozen=True)
class FrozenNumber:
    """A number as it was then, and what it was held against. Decimals as text, empty when not known; `name`: what its scope is called."""

    metric: str
    value: str
    base: str = ""
    unit: str = ""
    currency: str = ""
    where: tuple[Filter, ...] = ()
    name: str = ""


@dataclass(frozen=True)
class Trigger:
    """What made somebody ask, by its id, with its numbers as they were at `at` and the cause that was known then, by language."""

    kind: Literal["alert", "analysis", "target", "tile", "none"] = "none"
    id: str = ""
    title: str = ""
    at: datetime | None = None
    numbers: tuple[FrozenNumber, ...] = ()
    cause: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Option:
    """`effect` a day with its interval, in the unit of the decision's metric; `cost` in the workspace's currency. Decimals as text,
    empty = not known. `source`: empty = written by hand, else the analysis that said so."""

    id: str
    title: str
    effect: str = ""
    effect_lo: str = ""
    effect_hi: str = ""
    cost: str = ""
    confidence: Literal["", "low", "middle", "high"] = ""
    source: str = ""


@dataclass(frozen=True)
class Goal:
    """Where it should show: the metric within `where`, by `expected` (a share, 0.08 = +8 %), from `begins` on, looked back at on `review`.

    `better`: whether more of the metric is better. Days are YYYY-MM-DD, empty = not said yet."""

    metric: str = ""
    where: tuple[Filter, ...] = ()
    expected: str = ""
    begins: str = ""
    review: str = ""
    better: Literal["more", "less"] = "more"


@dataclass(frozen=True)
class Task:
    """A line of the decision's checklist. `due`: YYYY-MM-DD or empty; `card`: BOARD/CARD of a kanban card, or empty."""

    text: str
    owner: str = ""
    due: str = ""
    done: bool = False
    card: str = ""


@dataclass(frozen=True)
class Said:
    """Who agreed or objected, and why."""

    by: str
    at: datetime
    stance: Stance
    why: str = ""


@dataclass(frozen=True)
class EffectDay:
    """What was, and what would have been without the decision (null before it), with the 80 % band."""

    day: str
    actual: float
    expected: float | None = None
    lo: float | None = None
    hi: float | None = None


@dataclass(frozen=True)
class Effect:
    """What was measured: the effect a day and as a share of what would have been, each with its 80 % interval; `until` is the last day
    that counts. `why`: what makes it impossible to tell. `controls`: dimension=member of the series that it was compared with."""

    at: datetime
    until: str
    verdict: Verdict
    why: str = ""
    mean: float | None = None
    mean_lo: float | None = None
    mean_hi: float | None = None
    share: float | None = None
    share_lo: float | None = None
    share_hi: float | None = None
    controls: tuple[str, ...] = ()
    placebo_dates: int = 0
    placebo_alarms: int = 0
    days: tuple[EffectDay, ...] = ()


@dataclass(frozen=True)
class EffectQuestion:
    """`until`: the last day that is over and counts; `also_touched`: members that other decisions touched at the time, never controls."""

    goal: Goal
    until: date
    also_touched: tuple[Filter, ...] = ()


@dataclass(frozen=True)
class Decision:
    """`version` counts the changes; a change says on which one it was made."""

    id: str
    version: int
    state: State
    question: str
    kind: Kind
    team: str
    trigger: Trigger
    options: tuple[Option, ...]
    goal: Goal
    tasks: tuple[Task, ...]
    chosen: str
    reasons: str
    decided_by: str
    decided_at: datetime | None
    approved_by: str
    said: tuple[Said, ...]
    effect: Effect | None
    created_at: datetime
    created_by: str


@dataclass(frozen=True)
class NewDecision:
    question: str
    kind: Kind = "other"
    team: str = ""
    trigger: Trigger = Trigger()
    options: tuple[Option, ...] = ()
    goal: Goal = Goal()


@dataclass(frozen=True)
class DecisionChange:
    """What is null stays as it is. `base`: the version that the change was made on."""

    base: int
    question: str | None = None
    kind: Kind | None = None
    team: str | None = None
    options: tuple[Option, ...] | None = None
    goal: Goal | None = None
    tasks: tuple[Task, ...] | None = None


@dataclass(frozen=True)
class DecisionStep:
    """A move to the next state. `chosen` and `reasons` belong to `decided`."""

    base: int
    to: State
    chosen: str = ""
    reasons: str = ""


@dataclass(frozen=True)
class HistoryLine:
    version: int
    at: datetime
    by: str
    what: str
    set: dict[str, Any]
