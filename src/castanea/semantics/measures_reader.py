"""Measures from YAML: what is summed, counted, held as a level, taken in the middle, or stands as a platform reported it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from sqlglot import exp

from castanea.contracts.table import Type
from castanea.contracts.tables import TABLES
from castanea.semantics.declared_entry import SENSITIVE, Entry, choose, columns_of, lookup_of
from castanea.semantics.expressions import OF_LEVELS, OF_ROWS, DeclarationError, parse
from castanea.semantics.model import Count, Level, Lookup, Measure, Part, Report, Unsold
from castanea.semantics.yaml_lines import Node

REPORTS = "platform_daily"
SCOPES = {"product": "product", "source": "source", "keyword": "keyword", "plan": "plan", "room": "room"}
_TYPES = ("money", "quantity", "count")
_KINDS = ("parts", "level", "entity", "median", "reported")
_COUNTED = ("base", "at_least", "window", "new", "each")
_ALWAYS = ("fallback", "keeps_unknown", "gap", "running", "sensitive")
_AT = ("end", "start", "average", "average_days")
Entities = Mapping[str, Mapping[str, tuple[str, ...]]]


def read_measures(name: str, node: Node, names: list[str], entities: Entities) -> list[Measure]:
    """The measures of one declaration: itself, and for a reported figure one for each scope of the report."""
    what = f"measure {name}"
    entry = Entry(node, what, ("type",), (*_KINDS, *_COUNTED, *_ALWAYS))
    kinds = [k for k in _KINDS if k in node.value]
    if len(kinds) != 1:
        raise DeclarationError(node.place, f"{what} needs exactly one of {', '.join(_KINDS)}.")
    made = Measure(
        name, entry.choice("type", _TYPES),
        fallback=entry.choice("fallback", names) if "fallback" in node.value else "",
        keeps_unknown=bool(entry.get("keeps_unknown", False)), gap=bool(entry.get("gap", False)),
        sensitive=entry.choice("sensitive", SENSITIVE) if "sensitive" in node.value else "",
    )  # fmt: skip
    if kinds == ["reported"]:
        return _reported(made, entry.node_of("reported"), what)
    if kinds == ["parts"]:
        return [replace(made, parts=_parts(entry.node_of("parts"), what), running=_running(entry, what))]
    if kinds == ["level"]:
        return [replace(made, level=_level(entry.node_of("level"), what))]
    if kinds == ["median"]:
        return [replace(made, median=_part(entry.node_of("median"), f"the median of {what}"))]
    return [replace(made, count=_count(entry, names, entities))]


def _count(entry: Entry, names: list[str], entities: Entities) -> Count:
    return Count(
        entry.choice("entity", entities), entry.choice("base", names), int(entry.get("at_least", 1)), entry.get("window", None),
        bool(entry.get("new", False)), entry.choice("each", entities) if "each" in entry.node.value else "",
    )  # fmt: skip


def _running(entry: Entry, what: str) -> int | None:
    """None = summed in the period; 0 = up to its end; else in so many days that end with it."""
    said = entry.get("running", False)
    if said is False:
        return None
    if said is not True and (not isinstance(said, int) or said < 1):
        raise DeclarationError(entry.place("running"), f"running of {what} is true or a number of days.")
    return 0 if said is True else int(said)


def _parts(children: Node, what: str) -> tuple[Part, ...]:
    if not isinstance(children.value, list) or not children.value:
        raise DeclarationError(children.place, f"parts of {what} must be a list of at least one part.")
    return tuple(_part(child, f"a part of {what}") for child in children.value)


def _part(node: Node, what: str) -> Part:
    entry = Entry(node, what, ("table", "clock", "value"), ("where", "look"))
    table = entry.choice("table", TABLES)
    looks = _looks(entry, table)
    columns = columns_of(table) | {name for name, _ in looks}
    where = parse(entry.get("where", "TRUE"), columns, entry.place("where"), f"column of {table}")
    value = parse(entry.get("value", ""), columns, entry.place("value"), f"column of {table}")
    return Part(table, entry.choice("clock", _clocks(table)), where, value, looks)


def _looks(entry: Entry, table: str) -> tuple[tuple[str, Lookup], ...]:
    if "look" not in entry.node.value:
        return ()
    node = entry.node_of("look")
    if not isinstance(node.value, dict):
        raise DeclarationError(node.place, f"look of {entry.what} maps a name to {{table, on, column}}.")
    found = []
    for name, child in node.value.items():
        if name in columns_of(table):
            raise DeclarationError(
                child.place, f"{name} is a column of {table} already; look it up under another name."
            )
        lookup = lookup_of(child, f"{name} of {entry.what}", [])
        for column in lookup.key:
            choose(column, sorted(columns_of(table)), child.place, f"column of {table}")
        found.append((name, lookup))
    return tuple(found)


def _clocks(table: str) -> list[str]:
    return sorted(c.name for c in TABLES[table].columns if c.type in (Type.TIMESTAMP, Type.DATE))


def _level(node: Node, what: str) -> Level:
    what = f"the level of {what}"
    entry = Entry(node, what, ("table", "clock", "key", "value"), ("where", "at", "per", "test", "days", "unsold"))
    table = entry.choice("table", TABLES)
    columns = columns_of(table)

    def names(key: str) -> tuple[str, ...]:
        return tuple(choose(k, sorted(columns), entry.place(key), f"column of {table}") for k in entry.words(key))

    def tree(key: str, default: str, known: Iterable[str], own: tuple[str, ...] = OF_ROWS) -> exp.Expr:
        return parse(entry.get(key, default), known, entry.place(key), f"column of {table}", own)

    test = tree("test", "", ["value"]) if "test" in node.value else None
    days = bool(entry.get("days", False))
    if (test is None) != ("per" not in node.value) or (days and test is None):
        raise DeclarationError(node.place, f"{what} needs per and test together (days asks for both).")
    at: Any = entry.choice("at", _AT) if "at" in node.value else "end"
    if test is not None and at not in ("end", "start"):
        raise DeclarationError(
            entry.place("at"), f"{what} tests its groups at the end or the start, not as an average."
        )
    return Level(
        table, entry.choice("clock", _clocks(table)), names("key"), tree("value", "", columns, OF_LEVELS), tree("where", "TRUE", columns),
        at, names("per"), test, days, _unsold(entry.node_of("unsold"), what) if "unsold" in node.value else None,
    )  # fmt: skip


def _unsold(node: Node, what: str) -> Unsold:
    entry = Entry(node, f"unsold of {what}", ("table", "clock", "column", "days"), ("where",))
    table = entry.choice("table", TABLES)
    where = parse(entry.get("where", "TRUE"), columns_of(table), entry.place("where"), f"column of {table}")
    column = entry.choice("column", sorted(columns_of(table)))
    return Unsold(table, entry.choice("clock", _clocks(table)), column, int(entry.get("days", 0)), where)


def _reported(made: Measure, node: Node, what: str) -> list[Measure]:
    """One measure for the shop's rows and one for each scope that a dimension stands for."""
    entry = Entry(node, f"reported of {what}", ("value",), ("adds", "latest"))
    columns = columns_of(REPORTS)
    value = parse(entry.get("value", ""), columns, entry.place("value"), f"column of {REPORTS}")
    names = {scope: f"{made.name}__{scope}" for scope in SCOPES}
    found = []
    for scope in ("", *SCOPES):
        report: Report | None = Report(value, scope, bool(entry.get("latest", False)))
        parts: tuple[Part, ...] = ()
        if entry.get("adds", False):
            where = parse(f"scope = '{SCOPES.get(scope, 'shop')}' AND days = 1", columns, node.place)
            parts, report = (Part(REPORTS, "day", where, value),), None
        found.append(
            replace(
                made, name=names.get(scope, made.name), parts=parts, report=report, keeps_unknown=True, scope=scope,
                scopes=tuple(names.items()) if not scope else (),
            )
        )  # fmt: skip
    return found
