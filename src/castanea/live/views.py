"""A board as somebody looks at it: its tiles' questions with the view's time, comparison and filters put in."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace

import msgspec

from castanea.contracts.board import BoardSpec, TileSpec, View
from castanea.contracts.query import Comparison, Query, Rights, TimeRange

NO_TIME = TimeRange()


def view_id(view: View, rights: Rights) -> str:
    """Equal for equal views of readers with equal rights, in every process."""
    return hashlib.sha256(msgspec.json.encode((view, rights.key), order="deterministic")).hexdigest()[:24]


@dataclass(frozen=True)
class WatchedTile:
    """`queries` are complete: nothing is left to the board."""

    spec: TileSpec
    queries: dict[str, Query]


def resolve(board: BoardSpec, view: View) -> tuple[WatchedTile, ...]:
    """The view's tiles. A query's own time and comparison stand; what it leaves open is the view's, else the board's."""
    time = view.time or board.time
    compare: Comparison | None = board.compare
    if view.compare is not None:
        compare = None if view.compare == "none" else view.compare
    return tuple(
        WatchedTile(tile, {name: _filled(query, tile, time, compare, view) for name, query in tile.queries.items()})
        for tile in board.tiles
    )


def _filled(query: Query, tile: TileSpec, time: TimeRange, compare: Comparison | None, view: View) -> Query:
    if not tile.follow:
        return query
    own_time = query.time != NO_TIME
    return replace(
        query,
        time=query.time if own_time else time,
        compare=query.compare if query.compare is not None or own_time else compare,
        where=(*query.where, *(f for f in view.where if tile.takes is None or f.dimension in tile.takes)),
    )
