"""A board as YAML that `read_board` reads again: so that boards can live in git."""

from __future__ import annotations

from typing import Any

import yaml

from castanea.contracts.board import BoardSpec, TileSpec
from castanea.contracts.query import Filter, Query, TimeRange


def write_board(board: BoardSpec) -> str:
    """The YAML of a board, in the order in which people write it; what is the default is left out."""
    told: dict[str, Any] = {"board": board.id, "title": dict(board.title)}
    told |= _time("range", board.time)
    told |= {
        "compare": board.compare, "filters": list(board.filters), "live": None if board.live else False, "wall": board.wall or None,
        "subject": board.subject, "questions": [dict(q) for q in board.questions],
    }  # fmt: skip
    told = {name: value for name, value in told.items() if value not in (None, [], "")}
    told["tiles"] = [_tile(tile) for tile in board.tiles]
    return yaml.dump(told, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=160)


def _tile(tile: TileSpec) -> dict[str, Any]:
    place = tile.place
    told: dict[str, Any] = {
        "id": tile.id, "kind": tile.kind, "title": _Flow(tile.title), "place": _Flow(x=place.x, y=place.y, w=place.w, h=place.h),
    }  # fmt: skip
    queries = {name: _Flow(_query(query)) for name, query in tile.queries.items()}
    told |= {"query": queries["main"]} if list(queries) == ["main"] else {"queries": queries} if queries else {}
    told |= {"follow": False} if not tile.follow else {}
    told |= {"options": tile.options} if tile.options else {}
    told |= {"needs": ["|".join(group) for group in tile.needs]} if tile.needs else {}
    return told | ({"takes": list(tile.takes)} if tile.takes is not None else {})


def _query(query: Query) -> dict[str, Any]:
    told: dict[str, Any] = {
        "metrics": list(query.metrics),
        "by": list(query.by),
        "where": [_filter(f) for f in query.where],
    }
    told |= _time("range", query.time)
    order = [f"-{each.by}" if each.descending else each.by for each in query.order]
    told |= {
        "compare": query.compare,
        "order": order,
        "limit": query.limit,
        "totals": query.totals or None,
        "zone": query.zone,
    }
    return {name: value for name, value in told.items() if value not in (None, [], "")}


def _filter(given: Filter) -> dict[str, Any]:
    return {"dimension": given.dimension, "op": given.op, "values": list(given.values)}


def _time(name: str, time: TimeRange) -> dict[str, Any]:
    if time.relative:
        return {name: time.relative}
    days = {"since": time.since, "until": time.until}
    return {name: {k: v for k, v in days.items() if v}} if any(days.values()) else {}


class _Flow(dict[str, Any]):
    """A mapping that is written on one line."""


class _Dumper(yaml.SafeDumper):
    pass


_Dumper.add_representer(
    _Flow, lambda dumper, data: dumper.represent_mapping("tag:yaml.org,2002:map", data, flow_style=True)
)
