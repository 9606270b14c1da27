"""One mapping of a declaration: what it must and may hold, and the names it may use."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from castanea.contracts.table import SYSTEM
from castanea.contracts.tables import TABLES
from castanea.kit.nearest import nearest
from castanea.semantics.expressions import DeclarationError, parse
from castanea.semantics.model import Lookup, Place
from castanea.semantics.yaml_lines import Node

LANGUAGES = ("zh-CN", "en")
SENSITIVE = ("cost", "profit")
_T = TypeVar("_T")


class Entry:
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


def lookup_of(node: Node, dimension: str, names: list[str]) -> Lookup:
    entry = Entry(
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
