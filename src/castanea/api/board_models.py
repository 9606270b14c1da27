"""Bodies and answers of the routes on people's own boards."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from pydantic import BaseModel

from castanea.contracts.board import BoardSpec


@dataclass(frozen=True)
class NewBoard:
    board: BoardSpec
    folder: str = ""


@dataclass(frozen=True)
class ChangedBoard:
    """`base`: the board as it was when the editing began; what others saved since is kept too."""

    base: BoardSpec
    board: BoardSpec


@dataclass(frozen=True)
class KeptBoardAnswer:
    """`merged`: somebody else had saved meanwhile, and both changes stand."""

    board: BoardSpec
    merged: bool = False


@dataclass(frozen=True)
class ShelfBoard:
    """A board among the others. `own`: people made or changed it; `ready`: a ready-made board has its id."""

    id: str
    title: dict[str, str]
    tiles: int
    version: int
    folder: str = ""
    own: bool = False
    ready: bool = False
    archived: bool = False
    favourite: bool = False
    at: datetime | None = None
    by: str = ""
    questions: tuple[dict[str, str], ...] = field(default=())


class BoardPlace(BaseModel):
    """What is null stays as it is. `folder`: names divided by /."""

    folder: str | None = None
    archived: bool | None = None


class BoardFavourite(BaseModel):
    favourite: bool


class BoardRestore(BaseModel):
    version: int


class BoardVersionModel(BaseModel):
    version: int
    at: datetime
    by: str
    restored: int
    tiles: int


class EditorsModel(BaseModel):
    """Who else edits the board now, and its newest version."""

    names: list[str]
    version: int
