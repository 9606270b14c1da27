"""Reading a board from YAML, with errors that name the file, the place and the valid choices."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, NoReturn, get_args

import msgspec
import yaml

from castanea.contracts.board import BoardSpec, Place, TileKind, TileSpec
from castanea.contracts.query import COMPARISONS, Comparison, Filter, Order, Query, TimeRange
from castanea.contracts.tables import TABLES
from castanea.kit.errors import InputError
from castanea.kit.nearest import nearest
from castanea.kit.yaml_reading import compose_yaml, load_yaml

KINDS = get_args(TileKind)
_BOARD = ("board", "title", "range", "compare", "filters", "live", "wall", "version", "questions", "subject", "tiles")
_TILE = ("id", "kind", "title", "place", "query", "queries", "follow", "options", "needs", "takes")
_QUERY = ("metrics", "by", "where", "range", "compare", "order", "limit", "totals", "zone")


class BoardError(InputError):
    code = "board.unreadable"


def read_board(text: str, file: str) -> BoardSpec:
    """A board from its YAML. Raises BoardError."""
    try:
        tree = load_yaml(text)
        lines = lines_of(text)
    except yaml.YAMLError as broken:
        mark = getattr(broken, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark else ""
        why = str(getattr(broken, "problem", None) or broken)
        raise BoardError(
            f"{file}{line}: it is no YAML ({why}); mend the line and start again",
            values={"file": file, "place": line.lstrip(", "), "why": why},
        ) from broken
    return _Reader(file, lines).board(tree)


class _Reader:
    def __init__(self, file: str, lines: Mapping[str, int]) -> None:
        self._file, self._lines = file, lines

    def board(self, tree: Any) -> BoardSpec:
        self._fields(tree, _BOARD, "the board", ("board", "title", "tiles"))
        if not isinstance(tree["tiles"], list) or not tree["tiles"]:
            self._refuse("tiles", "it must be a list with at least one tile")
        tiles = [self._tile(entry, f"tiles[{number}]") for number, entry in enumerate(tree["tiles"])]
        ids = [t.id for t in tiles]
        if repeated := sorted({i for i in ids if ids.count(i) > 1}):
            self._refuse("tiles", f"the id {repeated[0]!r} stands twice; every tile needs its own")
        return BoardSpec(
            id=tree["board"], title=self._labels(tree["title"], "title"), tiles=tuple(tiles),
            time=self._range(tree.get("range"), "range"), compare=self._compare(tree.get("compare"), "compare"),
            filters=tuple(tree.get("filters", ())), live=tree.get("live", True), wall=tree.get("wall", False),
            version=tree.get("version", 1), questions=tuple(tree.get("questions", ())),
            subject=str(tree.get("subject", "")),
        )  # fmt: skip

    def _tile(self, tree: Any, place: str) -> TileSpec:
        self._fields(tree, _TILE, place, ("id", "kind", "title", "place"))
        if tree["kind"] not in KINDS:
            self._refuse(
                f"{place}.kind",
                f"{tree['kind']!r} is no kind of tile{nearest(str(tree['kind']), KINDS).hint}; there are {', '.join(KINDS)}",
            )
        try:
            where = msgspec.convert(tree["place"], Place)
        except msgspec.ValidationError as wrong:
            self._refuse(f"{place}.place", f"{wrong}; it needs x, y, w, h as whole numbers")
        if where.x < 0 or where.w < 1 or where.h < 1 or where.x + where.w > 12:
            self._refuse(f"{place}.place", "a tile must lie on the grid of 12 columns: x ≥ 0, w ≥ 1, x + w ≤ 12, h ≥ 1")
        queries = {"main": tree["query"]} if "query" in tree else {}
        queries.update(tree.get("queries", {}))
        if not queries and tree["kind"] != "text":
            self._refuse(place, "the tile asks nothing; give it a query")
        return TileSpec(
            id=str(tree["id"]), kind=tree["kind"], title=self._labels(tree["title"], f"{place}.title"), place=where,
            queries={name: self.query(q, f"{place}.{name}") for name, q in queries.items()},
            follow=tree.get("follow", True), options=tree.get("options", {}), needs=self._needs(tree.get("needs", ()), f"{place}.needs"),
            takes=tuple(map(str, tree["takes"])) if tree.get("takes") is not None else None,
        )  # fmt: skip

    def query(self, tree: Any, place: str) -> Query:
        self._fields(tree, _QUERY, place, ("metrics",))
        where = tuple(self._filter(f, f"{place}.where") for f in tree.get("where", ()))
        order = tuple(Order(o.lstrip("-"), descending=o.startswith("-")) for o in tree.get("order", ()))
        return Query(
            metrics=tuple(tree["metrics"]), by=tuple(tree.get("by", ())), where=where, time=self._range(tree.get("range"), f"{place}.range"),
            compare=self._compare(tree.get("compare"), f"{place}.compare"), order=order, limit=tree.get("limit"),
            totals=tree.get("totals", False), zone=tree.get("zone", ""),
        )  # fmt: skip

    def _needs(self, value: Any, place: str) -> tuple[tuple[str, ...], ...]:
        """`[order, web_event|traffic_hourly]`: rows of orders, and rows of one of the two others."""
        if not isinstance(value, list | tuple):
            self._refuse(place, "it must be a list of tables, such as [ad_spend, web_event|traffic_hourly]")
        groups = tuple(tuple(name.strip() for name in str(group).split("|")) for group in value)
        for name in (name for group in groups for name in group):
            if name not in TABLES:
                self._refuse(place, f"{name!r} is no table{nearest(name, TABLES).hint}; there are {', '.join(TABLES)}")
        return groups

    def _filter(self, tree: Any, place: str) -> Filter:
        self._fields(tree, ("dimension", "op", "values"), place, ("dimension",))
        return Filter(tree["dimension"], tree.get("op", "in"), tuple(map(str, tree.get("values", ()))))

    def _range(self, value: Any, place: str) -> TimeRange:
        if value is None:
            return TimeRange()
        if isinstance(value, str):
            return TimeRange(relative=value)
        days = (
            isinstance(value, dict)
            and set(value) <= {"since", "until"}
            and all(isinstance(d, date) for d in value.values())
        )
        if not days:
            self._refuse(
                place,
                f"{value!r} is no time range; write `today`, `last 30d`, `this month`, or since and until as days",
            )
        return TimeRange(since=value.get("since"), until=value.get("until"))

    def _compare(self, value: Any, place: str) -> Comparison | None:
        if value is not None and value not in COMPARISONS:
            self._refuse(place, f"{value!r} is no comparison; there are {', '.join(COMPARISONS)}")
        known: Comparison | None = value
        return known

    def _labels(self, value: Any, place: str) -> dict[str, str]:
        if not isinstance(value, dict) or not {"zh-CN", "en"} <= set(value):
            self._refuse(place, "it needs a text in zh-CN and one in en")
        return {str(k): str(v) for k, v in value.items()}

    def _fields(self, tree: Any, known: tuple[str, ...], place: str, required: tuple[str, ...]) -> None:
        if not isinstance(tree, dict):
            self._refuse(place, f"it must be a mapping with {', '.join(required)}")
        for name in tree:
            if name not in known:
                self._refuse(
                    place, f"{name!r} is not known here{nearest(str(name), known).hint}; there are {', '.join(known)}"
                )
        if missing := [name for name in required if name not in tree]:
            self._refuse(place, f"{missing[0]!r} is missing")

    def _refuse(self, place: str, why: str) -> NoReturn:
        line = self._lines.get(place) or next(
            (n for path, n in sorted(self._lines.items(), key=lambda e: -len(e[0])) if place.startswith(path)), 1
        )
        raise BoardError(
            f"{self._file}, line {line}, {place}: {why}",
            values={"file": self._file, "place": f"line {line}, {place}", "why": why},
        )


def lines_of(text: str) -> dict[str, int]:
    """The line of each part of a document, by its path (`tiles[2].place.w`); a tile's `query` stands under `main` too."""
    found: dict[str, int] = {}

    def walk(node: yaml.Node, path: str) -> None:
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                below = f"{path}.{key.value}" if path else str(key.value)
                for name in (below, below.replace(".query", ".main")) if below.endswith(".query") else (below,):
                    found[name] = key.start_mark.line + 1
                walk(value, below.removesuffix(".query") + ".main" if below.endswith(".query") else below)
                if key.value == "queries":
                    walk(value, path)
        elif isinstance(node, yaml.SequenceNode):
            for number, value in enumerate(node.value):
                found[f"{path}[{number}]"] = value.start_mark.line + 1
                walk(value, f"{path}[{number}]")

    root = compose_yaml(text)
    if root is not None:
        walk(root, "")
    return found
