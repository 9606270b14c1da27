"""Boards, cards and changes as they are told. Texts are Markdown where said; nothing in them is trusted."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

Colour = Literal["c1", "c2", "c3", "c4", "c5", "c6", "c7", "c8"]
LinkKind = Literal["alert", "decision", "analysis", "target", "tile", "product"]
FieldKind = Literal["text", "number", "date", "choice"]
ChangeKind = Literal["board", "made", "moved", "edited", "commented", "archived", "restored"]


@dataclass(frozen=True)
class Lane:
    """A list of cards. `limit`: how many cards should be in it at most (0 = no limit); going over is shown, not refused."""

    id: str
    title: str
    limit: int = 0


@dataclass(frozen=True)
class Label:
    id: str
    title: str
    colour: Colour = "c1"


@dataclass(frozen=True)
class Step:
    """A line of a card's checklist."""

    text: str
    done: bool = False


@dataclass(frozen=True)
class Field:
    """A field that the board's cards have besides. `choices`: what a field of kind `choice` may hold."""

    id: str
    title: str
    kind: FieldKind = "text"
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class CardLink:
    """What a card is about. Only its kind and id are known here; `title` is what it was called when it was linked."""

    kind: LinkKind
    id: str
    title: str = ""


@dataclass(frozen=True)
class Board:
    """`version`: the change that last made title, lists, labels or archive; `sequence`: the newest change of all."""

    id: str
    title: str
    lists: tuple[Lane, ...]
    labels: tuple[Label, ...]
    version: int
    sequence: int
    archived: bool
    created_at: datetime
    created_by: str
    fields: tuple[Field, ...] = ()


@dataclass(frozen=True)
class BoardLine:
    """A board among the others. `cards`: those not archived."""

    id: str
    title: str
    cards: int
    archived: bool
    created_at: datetime


@dataclass(frozen=True)
class Card:
    """`rank` orders the cards of a list (as text, then by id). `description` is Markdown. `due` is a date (YYYY-MM-DD) or empty.

    `touched`: the change that last set each field, `place` for list and rank. `values`: of the board's own fields, by their id, as text."""

    id: str
    list: str
    rank: str
    version: int
    touched: dict[str, int]
    title: str
    description: str
    assignees: tuple[str, ...]
    labels: tuple[str, ...]
    due: str
    steps: tuple[Step, ...]
    comments: int
    archived: bool
    created_at: datetime
    created_by: str
    links: tuple[CardLink, ...] = ()
    values: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Comment:
    """`text` is Markdown; `mentions`: accounts named with @."""

    id: str
    at: datetime
    by: str
    text: str
    mentions: tuple[str, ...]


@dataclass(frozen=True)
class Change:
    """A line of the history: the fields that were set, as they were and as they are."""

    sequence: int
    at: datetime
    by: str
    kind: ChangeKind
    card: str
    before: dict[str, Any]
    after: dict[str, Any]


@dataclass(frozen=True)
class CardStory:
    """Comments, oldest first; the newest 100 changes, newest first."""

    card: Card
    comments: tuple[Comment, ...]
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class Told:
    """What one change made, as it is told to all who look at the board."""

    sequence: int
    by: str
    kind: ChangeKind
    board: Board | None = None
    card: Card | None = None


@dataclass(frozen=True)
class NewCard:
    """A card at the end of a list."""

    list: str
    title: str
    description: str = ""
    assignees: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    due: str = ""
    steps: tuple[Step, ...] = ()
    links: tuple[CardLink, ...] = ()
    values: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class CardChange:
    """What is null stays as it is. `base`: the version of the card that the change was made on.

    `list` with `before` (a card of that list; empty = at its end) moves. `due`: empty = none."""

    base: int
    list: str | None = None
    before: str = ""
    title: str | None = None
    description: str | None = None
    assignees: tuple[str, ...] | None = None
    labels: tuple[str, ...] | None = None
    due: str | None = None
    steps: tuple[Step, ...] | None = None
    archived: bool | None = None
    links: tuple[CardLink, ...] | None = None
    values: dict[str, str] | None = None


@dataclass(frozen=True)
class BoardChange:
    """What is null stays as it is. `base`: the version of the board. A list, label or field with an empty id is new."""

    base: int
    title: str | None = None
    lists: tuple[Lane, ...] | None = None
    labels: tuple[Label, ...] | None = None
    archived: bool | None = None
    fields: tuple[Field, ...] | None = None


@dataclass(frozen=True)
class Template:
    """What a board begins with, in one language."""

    lists: tuple[Lane, ...]
    labels: tuple[Label, ...] = ()
    cards: tuple[NewCard, ...] = field(default=())


@dataclass(frozen=True)
class Outside:
    """A board read from another program's file. Lists, labels and cards name each other by ids of that file.

    `archived`: ids of cards that were in its archive. `left_out`: how many of what could not be brought, by its name."""

    title: str
    lists: tuple[Lane, ...]
    labels: tuple[Label, ...]
    cards: tuple[NewCard, ...]
    archived: frozenset[int] = frozenset()
    left_out: dict[str, int] = field(default_factory=dict)
