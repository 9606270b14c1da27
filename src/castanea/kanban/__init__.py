"""Kanban boards: lists of cards that teams move while others look, every change made on a version and kept in the history."""

from castanea.kanban.kept import KanbanBoards
from castanea.kanban.model import (
    Board,
    BoardChange,
    BoardLine,
    Card,
    CardChange,
    CardStory,
    Change,
    Comment,
    Label,
    Lane,
    NewCard,
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
    "CardStory",
    "Change",
    "Comment",
    "KanbanBoards",
    "Label",
    "Lane",
    "NewCard",
    "Step",
    "Told",
]
