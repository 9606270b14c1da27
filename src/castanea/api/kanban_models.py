"""Bodies and answers of the routes on kanban boards."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import BaseModel

from castanea.kanban import Board, Card


class NewKanban(BaseModel):
    """`template`: one of kanbanTemplates."""

    title: str
    template: str = "empty"


class KanbanTemplate(BaseModel):
    name: str
    title: dict[str, str]


class KanbanPerson(BaseModel):
    id: str
    name: str


class NewComment(BaseModel):
    """`text` is Markdown; @name names somebody."""

    text: str


@dataclass(frozen=True)
class OpenedKanban:
    """`people`: who may be put on a card, and whose names stand on it. `share`: the board's name among the shares of boards."""

    board: Board
    cards: list[Card]
    people: list[KanbanPerson]
    share: str


@dataclass(frozen=True)
class BroughtBoard:
    """`text`: Trello's JSON export, or CSV with a line per card. `title`: of a file that has none."""

    text: str
    title: str = ""


@dataclass(frozen=True)
class Brought:
    """`left_out`: how many of what was not brought (comments, attachments, members, cards_of_closed_lists)."""

    board: Board
    cards: int
    left_out: dict[str, int]
