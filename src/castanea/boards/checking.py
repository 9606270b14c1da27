"""A board that came as JSON: of the contract's form, its tiles on the grid, every text in both languages."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import msgspec

from castanea.boards.reader import BoardError
from castanea.contracts.board import BoardSpec, TileSpec

ID = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
MOST_TILES = 100
LONGEST = 200  # characters of a title
DEEPEST = 400  # rows of the grid
LANGUAGES = ("zh-CN", "en")


def board_from(told: Any) -> BoardSpec:
    """Raises BoardError that names the part, what is wrong, and what is valid."""
    try:
        board = msgspec.convert(told, BoardSpec, strict=False)
    except msgspec.ValidationError as wrong:
        raise _refused("board", str(wrong)) from wrong
    if not ID.fullmatch(board.id):
        raise _refused("id", f"{board.id!r} is no id of a board; small letters, digits and - are")
    if len(board.tiles) > MOST_TILES:
        raise _refused("tiles", f"{len(board.tiles)} tiles are too many; at most {MOST_TILES}, make a second board")
    ids = [tile.id for tile in board.tiles]
    if len(set(ids)) < len(ids):
        raise _refused("tiles", "an id stands twice; every tile needs its own")
    return replace(board, title=_both(board.title, "title"), tiles=tuple(_tile(tile) for tile in board.tiles))


def _tile(tile: TileSpec) -> TileSpec:
    at = tile.place
    if at.x < 0 or at.y < 0 or at.w < 1 or at.h < 1 or at.x + at.w > 12 or at.y + at.h > DEEPEST:
        raise _refused(f"{tile.id}.place", "a tile must lie on the grid of 12 columns: x ≥ 0, w ≥ 1, x + w ≤ 12, h ≥ 1")
    if not tile.queries and tile.kind != "text":
        raise _refused(tile.id, "the tile asks nothing; choose a metric")
    return replace(tile, title=_both(tile.title, f"{tile.id}.title"))


def _both(title: dict[str, str], place: str) -> dict[str, str]:
    """A text that is written in one language stands in both."""
    told = {
        language: text.strip()[:LONGEST] for language, text in title.items() if language in LANGUAGES and text.strip()
    }
    if not told:
        raise _refused(place, "it needs a name")
    any_of = next(iter(told.values()))
    return {language: told.get(language, any_of) for language in LANGUAGES}


def _refused(place: str, why: str) -> BoardError:
    return BoardError(f"{place}: {why}", values={"file": "board", "place": place, "why": why})
