"""Declarations from YAML, checked: unknown keys, names, columns and choices are errors that name file, line and what is valid."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sqlglot import exp

from castanea.contracts.tables import TABLES
from castanea.semantics.declared_entry import LANGUAGES, SENSITIVE, Entry, choose, columns_of, lookup_of
from castanea.semantics.expressions import OF_METRICS, DeclarationError, names_in, parse
from castanea.semantics.measures_reader import read_measures
from castanea.semantics.model import Declarations, Dimension, Measure, Metric, Place, RollupSpec, Word
from castanea.semantics.yaml_lines import Node

_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
_SECTIONS = ("measures", "entities", "rollups", "dimensions", "cycles", "grains", "metrics")
_ADDITIVITY = ("additive", "semi_additive", "non_additive")
_DIRECTIONS = ("up", "down", "none")


def read_declarations(root: Node, known: Declarations) -> Declarations:
    """The declarations of one document, which may use those already `known`."""
    entry = Entry(root, "the document", (), _SECTIONS)
    sections = {s: entry.node_of(s) if s in root.value else Node({}, root.place) for s in _SECTIONS}
    for name, node in sections.items():
        if not isinstance(node.value, dict):
            raise DeclarationError(node.place, f"{name} must be a mapping from names to declarations.")
        for key, child in node.value.items():
            _check_name(key, child.place, name, known)
    entities = {n: _entity(n, c) for n, c in sections["entities"].value.items()}
    all_entities = {**known.entities, **entities}
    names = [*known.measures, *sections["measures"].value]
    read = [m for n, c in sections["measures"].value.items() for m in read_measures(n, c, names, all_entities)]
    measures = {m.name: m for m in read}
    dimension_names = [*known.dimensions, *sections["dimensions"].value]
    dimensions = {n: _dimension(n, c, dimension_names) for n, c in sections["dimensions"].value.items()}
    every = {**known.measures, **measures}
    rollups = {n: _rollup(n, c, dimension_names, every, all_entities) for n, c in sections["rollups"].value.items()}
    formula_names = {*every, *known.metrics, *sections["metrics"].value}
    metrics = {n: _metric(n, c, formula_names, dimension_names) for n, c in sections["metrics"].value.items()}
    words = {s: {n: _word(n, c) for n, c in sections[s].value.items()} for s in ("grains", "cycles")}
    return Declarations(measures, metrics, dimensions, entities, rollups, words["grains"], words["cycles"])


def _check_name(name: str, place: Place, section: str, known: Declarations) -> None:
    if not _NAME.fullmatch(name):
        raise DeclarationError(place, f"{name!r} is no name: use a–z, 0–9 and _, beginning with a letter.")
    if name in getattr(known, section):
        raise DeclarationError(place, f"{name!r} is declared already; choose another name.")


def _entity(name: str, node: Node) -> Mapping[str, tuple[str, ...]]:
    entry = Entry(node, f"entity {name}", (), TABLES)
    found = {}
    for table in node.value:
        found[table] = entry.words(table)
        for column in found[table]:
            choose(column, sorted(columns_of(table)), entry.place(table), f"column of {table}")
    return found


def _dimension(name: str, node: Node, names: list[str]) -> Dimension:
    entry = Entry(node, f"dimension {name}", ("labels", "description"), ("aliases", "columns", "lookup", "name"))
    columns: dict[str, exp.Expr] = {}
    if "columns" in node.value:
        inner = Entry(entry.node_of("columns"), f"columns of dimension {name}", (), TABLES)
        for table in inner.node.value:
            columns[table] = parse(inner.get(table, ""), columns_of(table), inner.place(table), f"column of {table}")
    lookup = lookup_of(entry.node_of("lookup"), name, names) if "lookup" in node.value else None
    member_name = lookup_of(entry.node_of("name"), name, names) if "name" in node.value else None
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


def _rollup(
    name: str, node: Node, dimensions: list[str], measures: Mapping[str, Measure], entities: Mapping[str, Any]
) -> RollupSpec:
    entry = Entry(node, f"rollup {name}", ("grain", "size", "dimensions", "measures"), ("entity",))
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


def _metric(name: str, node: Node, known: set[str], dimensions: list[str]) -> Metric:
    what = f"metric {name}"
    required = ("labels", "formula", "unit", "additivity", "direction", "description")
    entry = Entry(
        node, what, required, ("aliases", "words", "owner", "provisional_days", "needs_cost", "needs_events", "sensitive", "within")
    )  # fmt: skip
    text = str(entry.get("formula", ""))
    formula = parse(text, known, entry.place("formula"), "measure or metric", OF_METRICS)
    if not names_in(formula):
        raise DeclarationError(entry.place("formula"), f"the formula of {what} names no measure or metric.")
    words = entry.texts("words") if "words" in node.value else dict.fromkeys(LANGUAGES, text)
    return Metric(
        name, entry.texts("labels"), entry.words("aliases"), formula, text, words, str(entry.get("unit", "")),
        entry.choice("additivity", _ADDITIVITY), entry.choice("direction", _DIRECTIONS), entry.texts("description"),
        str(entry.get("owner", "")), int(entry.get("provisional_days", 0)), bool(entry.get("needs_cost", False)),
        bool(entry.get("needs_events", False)), entry.choice("sensitive", SENSITIVE) if "sensitive" in node.value else "",
        tuple(choose(d, dimensions, entry.place("within"), "dimension") for d in entry.words("within")), node.place,
    )  # fmt: skip


def _word(name: str, node: Node) -> Word:
    entry = Entry(node, name, ("labels",), ("aliases", "description"))
    return Word(name, entry.texts("labels"), entry.words("aliases"), entry.get("description", {}))
