"""Kanban boards: lists of cards that teams move while others look, every change made on a version and kept in the history."""

from castanea.kanban.exchange import read_board, to_csv, to_trello
from castanea.kanban.kept import KanbanBoards
from castanea.kanban.model import (
    Board,
    BoardChange,
    BoardLine,
    Card,
    CardChange,
    CardLink,
    CardStory,
    Change,
    Comment,
    Field,
    Label,
    Lane,
    NewCard,
    Outside,
    Step,
    Told,
)
from castanea.kanban.templates import TEMPLATES

__all__ = [
    "TEMPLATES",
    "Board",
    "BoardChange",
    "BoardLine",
    "Card",
    "CardChange",
    "CardLink",
    "CardStory",
    "Change",
    "Comment",
    "Field",
    "KanbanBoards",
    "Label",
    "Lane",
    "NewCard",
    "Outside",
    "Step",
    "Told",
    "read_board",
    "to_csv",
    "to_trello",
]
