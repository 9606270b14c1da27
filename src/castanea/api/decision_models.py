"""Bodies and answers of the routes on decisions."""

from __future__ import annotations

from dataclasses import dataclass, field

from castanea.decisions.model import Decision, HistoryLine, NewDecision, Stance


@dataclass(frozen=True)
class Verdicts:
    """What the decisions that were looked back at came to."""

    worked: int = 0
    did_harm: int = 0
    cannot_tell: int = 0


@dataclass(frozen=True)
class DecisionList:
    """Those about numbers that the reader may see, the newest first, with the names of people by id. `approve_above`: the cost from which
    somebody else must approve, empty = never."""

    decisions: list[Decision]
    people: dict[str, str]
    verdicts: Verdicts
    approve_above: str = ""


@dataclass(frozen=True)
class DecisionCard:
    """The task card of a decision as it stands."""

    board: str
    card: str
    title: str
    list: str
    done: bool
    archived: bool


@dataclass(frozen=True)
class OpenedDecision:
    """`needs_approval`: somebody else must approve before it takes effect."""

    decision: Decision
    history: list[HistoryLine]
    people: dict[str, str]
    cards: list[DecisionCard]
    needs_approval: bool


@dataclass(frozen=True)
class AskedDecision:
    """A new decision. From an `alert` its numbers are taken as they were when it fired, and its cause as it was told."""

    decision: NewDecision
    alert: str = ""


@dataclass(frozen=True)
class Approval:
    base: int


@dataclass(frozen=True)
class Saying:
    stance: Stance
    why: str = field(default="")
