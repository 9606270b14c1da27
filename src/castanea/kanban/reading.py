"""From rows of the state to what is told of them."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, cast

from castanea.kanban.model import (
    Board,
    Card,
    CardChange,
    CardLink,
    Change,
    ChangeKind,
    Comment,
    Field,
    Label,
    Lane,
    NewCard,
    Step,
)
from castanea.state import KanbanBoard, KanbanCard, KanbanChange, KanbanComment

FIELDS = ("title", "description", "assignees", "labels", "due", "steps", "links", "values")


def told_board(board: KanbanBoard) -> Board:
    return Board(
        id=board.id,
        title=board.title,
        lists=tuple(Lane(**each) for each in board.layout["lists"]),
        labels=tuple(Label(**each) for each in board.layout["labels"]),
        version=board.layout_version,
        sequence=board.sequence,
        archived=board.archived_at is not None,
        created_at=board.created_at,
        created_by=board.created_by,
        fields=tuple(Field(**{**each, "choices": tuple(each["choices"])}) for each in board.layout.get("fields", ())),
    )


def told_card(card: KanbanCard) -> Card:
    content = card.content
    return Card(
        id=card.id,
        list=card.list_id,
        rank=card.rank,
        version=card.version,
        touched=dict(card.touched),
        title=content["title"],
        description=content["description"],
        assignees=tuple(content["assignees"]),
        labels=tuple(content["labels"]),
        due=content["due"],
        steps=tuple(Step(**each) for each in content["steps"]),
        comments=card.comments,
        archived=card.archived_at is not None,
        created_at=card.created_at,
        created_by=card.created_by,
        links=tuple(CardLink(**each) for each in content.get("links", ())),
        values=dict(content.get("values", {})),
    )


def comment_of(said: KanbanComment) -> Comment:
    return Comment(said.id, said.at, said.by, said.text, tuple(said.mentions))


def told_change(change: KanbanChange) -> Change:
    kind = cast(ChangeKind, change.kind)
    return Change(change.sequence, change.at, change.by, kind, change.card_id, change.before, change.after)


def fields_of(change: CardChange) -> dict[str, Any]:
    """The fields that a change sets."""
    return {name: getattr(change, name) for name in FIELDS if getattr(change, name) is not None}


def content_of(new: NewCard) -> dict[str, Any]:
    return {
        **{name: value for name, value in asdict(new).items() if name in FIELDS},
        "steps": new.steps,
        "links": new.links,
    }
