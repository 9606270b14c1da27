"""Two people changed one board: what only one of them touched stands, what both touched differently is a conflict."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

from castanea.contracts.board import BoardSpec, TileSpec

_PARTS = tuple(f.name for f in fields(BoardSpec) if f.name not in ("id", "tiles", "version"))


@dataclass(frozen=True)
class Merged:
    """`conflicts` names tiles (by id) and parts of the board (title, time …) that both changed differently; `board` then holds mine."""

    board: BoardSpec
    conflicts: tuple[str, ...]


def merged(base: BoardSpec, mine: BoardSpec, theirs: BoardSpec) -> Merged:
    """What I made of `base`, put on what they made of it meanwhile."""
    conflicts: list[str] = []

    def settle(name: str, was: Any, my: Any, their: Any) -> Any:
        if my == their or their == was:
            return my
        if my != was:
            conflicts.append(name)
            return my
        return their

    parts = {name: settle(name, getattr(base, name), getattr(mine, name), getattr(theirs, name)) for name in _PARTS}
    was, my, their = ({tile.id: tile for tile in board.tiles} for board in (base, mine, theirs))
    order = [*my, *(name for name in their if name not in my)]
    tiles: list[TileSpec] = []
    for name in order:
        tile = settle(name, was.get(name), my.get(name), their.get(name))
        if tile is not None:
            tiles.append(tile)
    return Merged(replace(mine, tiles=tuple(tiles), **parts), tuple(conflicts))
