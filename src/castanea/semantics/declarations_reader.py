"""Declarations from YAML, checked: unknown keys, names, columns and choices are errors that name file, line and what is valid."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from sqlglot import exp

from castanea.contracts.table import SYSTEM
from castanea.contracts.tables import TABLES
from castanea.kit.nearest import nearest
from castanea.semantics.expressions import DeclarationError, names_in, parse
from castanea.semantics.model import (
    Count,
    Declarations,
    Dimension,
    Level,
    Lookup,
    Measure,
    Metric,
    Part,
    Place,
    RollupSpec,
    Word,
)  # fmt: skip
from castanea.semantics.yaml_lines import Node

_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
_SECTIONS = ("measures", "entities", "rollups", "dimensions", "cycles", "grains", "metrics")
_TYPES = ("money", "quantity", "count")
_ADDITIVITY = ("additive", "semi_additive", "non_additive")
_DIRECTIONS = ("up", "down", "none")
LANGUAGES = ("zh-CN", "en")
_T = TypeVar("_T")


class _Entry:
    """One mapping of a declaration: what it must and may hold."""

    def __init__(self, node: Node, what: str, required: Iterable[str], optional: Iterable[str] = ()) -> None:
        if not isinstance(node.value, dict):
            raise DeclarationError(node.place, f"{what} must be a mapping of {', '.join([*required, *optional])}.")
        self.node, self.what = node, what
        required, valid = list(required), [*required, *optional]
        for key, child in node.value.items():
            choose(key, valid, child.place, f"key of {what}")
        missing = [key for key in required if key not in node.value]
        if missing:
            raise DeclarationError(node.place, f"{what} lacks {', '.join(missing)}.")

    def node_of(self, key: str) -> Node:
        found: Node = self.node.value[key]
        return found

    def get(self, key: str, default: _T) -> Any | _T:
        return self.node.value[key].plain() if key in self.node.value else default

    def place(self, key: str) -> Place:
        return self.node_of(key).place if key in self.node.value else self.node.place

    def texts(self, key: str) -> Mapping[str, str]:
        value: Any = self.get(key, {})
        if (
            not isinstance(value, dict)
            or sorted(value) != sorted(LANGUAGES)
            or not all(str(v).strip() for v in value.values())
        ):
            raise DeclarationError(
                self.place(key), f"{key} of {self.what} needs a text for each of {', '.join(LANGUAGES)}."
            )
        return {language: str(value[language]) for language in LANGUAGES}

    def words(self, key: str) -> tuple[str, ...]:
        value: Any = self.get(key, [])
        if not isinstance(value, list):
            raise DeclarationError(self.place(key), f"{key} of {self.what} must be a list.")
        return tuple(str(v) for v in value)

    def choice(self, key: str, valid: Iterable[str]) -> Any:
        return choose(str(self.get(key, "")), valid, self.place(key), f"{key} of {self.what}")


def choose(name: str, valid: Iterable[str], place: Place, what: str) -> str:
    """The name when it is valid. Raises DeclarationError with the nearest and all valid ones."""
    options = list(valid)
    if name not in options:
        raise DeclarationError(
            place, f"unknown {what}: {name!r}{nearest(name, options).hint}; valid: {', '.join(options)}."
        )
    return name


def columns_of(table: str) -> set[str]:
    """The columns an expression over a fact table may use."""
    declared = TABLES[table]
    return {c.name for c in (*declared.landed, *declared.derived) if not c.name.startswith("_")} - {
        c.name for c in SYSTEM
    }


def read_declarations(root: Node, known: Declarations) -> Declarations:
    """The declarations of one document, which may use those already `known`."""
    entry = _Entry(root, "the document", (), _SECTIONS)
    sections = {s: entry.node_of(s) if s in root.value else Node({}, root.place) for s in _SECTIONS}
    for name, node in sections.items():
        if not isinstance(node.value, dict):
            raise DeclarationError(node.place, f"{name} must be a mapping from names to declarations.")
        for key, child in node.value.items():
            _check_name(key, child.place, name, known)
    entities = {n: _entity(n, c) for n, c in sections["entities"].value.items()}
    all_entities = {**known.entities, **entities}
    names = [*known.measures, *sections["measures"].value]
    measures = {n: _measure(n, c, names, all_entities) for n, c in sections["measures"].value.items()}
    dimension_names = [*known.dimensions, *sections["dimensions"].value]
    dimensions = {n: _dimension(n, c, dimension_names) for n, c in sections["dimensions"].value.items()}
    every = {**known.measures, **measures}
    rollups = {n: _rollup(n, c, dimension_names, every, all_entities) for n, c in sections["rollups"].value.items()}
    formula_names = {*every, *known.metrics, *sections["metrics"].value}
    metrics = {n: _metric(n, c, formula_names) for n, c in sections["metrics"].value.items()}
    words = {s: {n: _word(n, c) for n, c in sections[s].value.items()} for s in ("grains", "cycles")}
    return Declarations(measures, metrics, dimensions, entities, rollups, words["grains"], words["cycles"])


def _check_name(name: str, place: Place, section: str, known: Declarations) -> None:
    if not _NAME.fullmatch(name):
        raise DeclarationError(place, f"{name!r} is no name: use a–z, 0–9 and _, beginning with a letter.")
    if name in getattr(known, section):
        raise DeclarationError(place, f"{name!r} is declared already; choose another name.")


def _entity(name: str, node: Node) -> Mapping[str, tuple[str, ...]]:
    entry = _Entry(node, f"entity {name}", (), TABLES)
    found = {}
    for table in node.value:
        found[table] = entry.words(table)
        for column in found[table]:
            choose(column, sorted(columns_of(table)), entry.place(table), f"column of {table}")
    return found


def _measure(name: str, node: Node, names: list[str], entities: Mapping[str, Mapping[str, tuple[str, ...]]]) -> Measure:
    what = f"measure {name}"
    entry = _Entry(
        node, what, ("type",),
        ("parts", "level", "entity", "base", "at_least", "window", "new", "fallback", "keeps_unknown"),
    )  # fmt: skip
    kinds = [k for k in ("parts", "level", "entity") if k in node.value]
    if len(kinds) != 1:
        raise DeclarationError(node.place, f"{what} needs exactly one of parts, level, entity.")
    parts: tuple[Part, ...] = ()
    level = count = None
    if kinds == ["parts"]:
        children = entry.node_of("parts")
        if not isinstance(children.value, list) or not children.value:
            raise DeclarationError(children.place, f"parts of {what} must be a list of at least one part.")
        parts = tuple(_part(child, what) for child in children.value)
    elif kinds == ["level"]:
        level = _level(entry.node_of("level"), what)
    else:
        count = Count(
            entry.choice("entity", entities), entry.choice("base", names),
            int(entry.get("at_least", 1)), entry.get("window", None), bool(entry.get("new", False)),
        )  # fmt: skip
    fallback = entry.choice("fallback", names) if "fallback" in node.value else ""
    return Measure(
        name, entry.choice("type", _TYPES), parts, count, level, fallback, bool(entry.get("keeps_unknown", False))
    )


def _part(node: Node, what: str) -> Part:
    entry = _Entry(node, f"a part of {what}", ("table", "clock", "value"), ("where",))
    table = entry.choice("table", TABLES)
    columns = columns_of(table)
    clocks = sorted(c.name for c in TABLES[table].columns if c.type in ("timestamp", "date"))
    where = parse(entry.get("where", "TRUE"), columns, entry.place("where"), f"column of {table}")
    value = parse(entry.get("value", ""), columns, entry.place("value"), f"column of {table}")
    return Part(table, entry.choice("clock", clocks), where, value)


def _level(node: Node, what: str) -> Level:
    entry = _Entry(node, f"the level of {what}", ("table", "clock", "key", "value"))
    table = entry.choice("table", TABLES)
    columns = columns_of(table)
    key = tuple(choose(k, sorted(columns), entry.place("key"), f"column of {table}") for k in entry.words("key"))
    value = parse(entry.get("value", ""), columns, entry.place("value"), f"column of {table}")
    return Level(table, entry.choice("clock", sorted(columns)), key, value)


def _dimension(name: str, node: Node, names: list[str]) -> Dimension:
    entry = _Entry(node, f"dimension {name}", ("labels", "description"), ("aliases", "columns", "lookup", "name"))
    columns: dict[str, exp.Expr] = {}
    if "columns" in node.value:
        inner = _Entry(entry.node_of("columns"), f"columns of dimension {name}", (), TABLES)
        for table in inner.node.value:
            columns[table] = parse(inner.get(table, ""), columns_of(table), inner.place(table), f"column of {table}")
    lookup = _lookup(entry.node_of("lookup"), name, names) if "lookup" in node.value else None
    member_name = _lookup(entry.node_of("name"), name, names) if "name" in node.value else None
    return Dimension(
        name,
        entry.texts("labels"),
        entry.words("aliases"),
        entry.texts("description"),
        columns,
        lookup,
        member_name,
        node.place,
    )


def _lookup(node: Node, dimension: str, names: list[str]) -> Lookup:
    entry = _Entry(
        node, f"a lookup of dimension {dimension}", ("table", "column"), ("of", "key", "on", "tables", "where")
    )
    table = entry.choice("table", TABLES)
    columns = columns_of(table)
    key = entry.words("on") if "on" in node.value else (str(entry.get("key", "")),)
    for column in (*key, str(entry.get("column", ""))):
        choose(column, sorted(columns), node.place, f"column of {table}")
    of = entry.choice("of", names) if "of" in node.value else ""
    tables = tuple(choose(t, TABLES, entry.place("tables"), "table") for t in entry.words("tables"))
    where = parse(entry.get("where", ""), columns, entry.place("where")) if "where" in node.value else None
    return Lookup(table, key, str(entry.get("column", "")), of, tables, where)


def _rollup(
    name: str, node: Node, dimensions: list[str], measures: Mapping[str, Measure], entities: Mapping[str, Any]
) -> RollupSpec:
    entry = _Entry(node, f"rollup {name}", ("grain", "size", "dimensions", "measures"), ("entity",))
    chosen = entry.words("measures")
    sums = [m.name for m in measures.values() if m.kind == "sum"]
    for measure in chosen:
        choose(measure, sums, entry.place("measures"), "measure of a rollup")
    for dimension in entry.words("dimensions"):
        choose(dimension, dimensions, entry.place("dimensions"), "dimension of a rollup")
    entity = entry.choice("entity", entities) if "entity" in node.value else ""
    return RollupSpec(
        name,
        entry.choice("grain", ("quarter_hour", "day")),
        int(entry.get("size", 0)),
        entry.words("dimensions"),
        chosen,
        entity,
    )


def _metric(name: str, node: Node, known: set[str]) -> Metric:
    what = f"metric {name}"
    required = ("labels", "formula", "unit", "additivity", "direction", "description")
    entry = _Entry(
        node, what, required, ("aliases", "words", "owner", "provisional_days", "needs_cost", "needs_events")
    )  # fmt: skip
    text = str(entry.get("formula", ""))
    formula = parse(text, known, entry.place("formula"), "measure or metric")
    if not names_in(formula):
        raise DeclarationError(entry.place("formula"), f"the formula of {what} names no measure or metric.")
    words = entry.texts("words") if "words" in node.value else dict.fromkeys(LANGUAGES, text)
    return Metric(
        name, entry.texts("labels"), entry.words("aliases"), formula, text, words, str(entry.get("unit", "")),
        entry.choice("additivity", _ADDITIVITY), entry.choice("direction", _DIRECTIONS), entry.texts("description"),
        str(entry.get("owner", "")), int(entry.get("provisional_days", 0)), bool(entry.get("needs_cost", False)),
        bool(entry.get("needs_events", False)), node.place,
    )  # fmt: skip


def _word(name: str, node: Node) -> Word:
    entry = _Entry(node, name, ("labels",), ("aliases", "description"))
    return Word(name, entry.texts("labels"), entry.words("aliases"), entry.get("description", {}))
