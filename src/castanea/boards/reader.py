"""Reading a board from YAML, with errors that name the file, the place and the valid choices."""

from __future__ import annotations

from datetime import date
from typing import Any, NoReturn, get_args

import msgspec
import yaml

from castanea.contracts.board import BoardSpec, Place, TileKind, TileSpec
from castanea.contracts.query import COMPARISONS, Comparison, Filter, Order, Query, TimeRange
from castanea.kit.errors import InputError
from castanea.kit.nearest import nearest

KINDS = get_args(TileKind)
_BOARD = ("board", "title", "range", "compare", "filters", "live", "wall", "version", "questions", "tiles")
_TILE = ("id", "kind", "title", "place", "query", "queries", "follow", "options")
_QUERY = ("metrics", "by", "where", "range", "compare", "order", "limit", "totals", "zone")


class BoardError(InputError):
    code = "board.unreadable"


def read_board(text: str, file: str) -> BoardSpec:
    """A board from its YAML. Raises BoardError."""
    try:
        tree = yaml.safe_load(text)
    except yaml.YAMLError as broken:
        raise BoardError(
            f"{file} is no YAML: {broken}", values={"file": file, "place": "", "why": str(broken)}
        ) from broken
    return _Reader(file).board(tree)


class _Reader:
    def __init__(self, file: str) -> None:
        self._file = file

    def board(self, tree: Any) -> BoardSpec:
        self._fields(tree, _BOARD, "the board", ("board", "title", "tiles"))
        tiles = [self._tile(entry, f"tiles[{number}]") for number, entry in enumerate(tree["tiles"])]
        ids = [t.id for t in tiles]
        if repeated := sorted({i for i in ids if ids.count(i) > 1}):
            self._refuse("tiles", f"the id {repeated[0]!r} stands twice; every tile needs its own")
        return BoardSpec(
            id=tree["board"], title=self._labels(tree["title"], "title"), tiles=tuple(tiles),
            time=self._range(tree.get("range"), "range"), compare=self._compare(tree.get("compare"), "compare"),
            filters=tuple(tree.get("filters", ())), live=tree.get("live", True), wall=tree.get("wall", False),
            version=tree.get("version", 1), questions=tuple(tree.get("questions", ())),
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
        if not queries:
            self._refuse(place, "the tile asks nothing; give it a query")
        return TileSpec(
            id=str(tree["id"]), kind=tree["kind"], title=self._labels(tree["title"], f"{place}.title"), place=where,
            queries={name: self.query(q, f"{place}.{name}") for name, q in queries.items()},
            follow=tree.get("follow", True), options=tree.get("options", {}),
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
        raise BoardError(f"{self._file}, {place}: {why}", values={"file": self._file, "place": place, "why": why})
