"""Reads mappings from YAML and checks them: every fault is named with its place and the valid choices."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterable
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from castanea.contracts.mappings.expression import EXPORTED_AT, Expression, Value, parse_expression, parse_value
from castanea.contracts.mappings.language import (
    CELL_TYPES,
    DATE_ORDERS,
    Check,
    Choice,
    Continuation,
    FileColumn,
    Mapping,
    Meaning,
    TableRule,
)
from castanea.contracts.mappings.placing import with_line
from castanea.contracts.tables import TABLES
from castanea.kit.errors import InputError
from castanea.kit.yaml_reading import load_yaml

_KEYS = {
    "format", "version", "label", "kind", "source", "columns", "define", "meanings", "checks", "rows", "also", "words", "patterns",
    "continuation", "version_from", "shop_from", "currency_from", "zone", "currency", "platform", "statuses", "tax", "absent", "notes",
    "known_share", "each",
}  # fmt: skip
_COLUMN_KEYS = {"names", "type", "needed", "like", "keep", "why", "order", "privacy"}


def parse_mapping(text: str, where: str) -> Mapping:
    """Read one mapping. Raises InputError that names the place, the fault and the valid choices."""
    try:
        raw = load_yaml(text)
    except yaml.YAMLError as error:
        raise InputError(f"{where} is no YAML: {error}") from error
    if not isinstance(raw, dict):
        raise InputError(f"{where}: a mapping file holds keys and values; the first key is format")
    _only(raw, _KEYS, where)
    for key in ("format", "label", "kind", "columns", "rows"):
        if not raw.get(key):
            raise InputError(f"{where}: {key} is missing")
    columns = {
        str(name): _column(str(name), rule or {}, f"{where}: column {name}") for name, rule in raw["columns"].items()
    }
    known = {*columns, EXPORTED_AT}
    statuses = _statuses(raw.get("statuses") or {}, where)
    _choice(str(raw.get("tax", "")), ("in", "out", ""), f"{where}: tax")
    define: dict[str, Value] = {}
    for name, value in (raw.get("define") or {}).items():
        define[name] = parse_value(value, known, f"{where}: define {name}")
        known.add(name)
    meanings = tuple(_meaning(item, known, where) for item in raw.get("meanings") or ())
    known |= {name for meaning in meanings for choice in meaning.choices for name in choice.define}
    each = _each(raw.get("each") or {}, columns, where)
    mapping = Mapping(
        name=str(raw["format"]),
        version=int(raw.get("version", 1)),
        labels=dict(raw["label"]),
        kind=str(raw["kind"]),
        source=str(raw.get("source", "")),
        columns=columns,
        define=define,
        meanings=meanings,
        checks=tuple(_check(item, known, where) for item in raw.get("checks") or ()),
        rows=tuple(_rule(item, known, f"{where}: rows") for item in raw["rows"]),
        also=tuple(_rule(item, known, f"{where}: also", each) for item in raw.get("also") or ()),
        words={name: _words(table) for name, table in (raw.get("words") or {}).items()} | statuses,
        statuses=statuses,
        tax=str(raw.get("tax", "")),
        known_share=float(raw.get("known_share", 0)),
        each=each,
        absent=tuple(_as_list(raw.get("absent"))),
        notes=dict(raw.get("notes") or {}),
        patterns={
            name: tuple((str(p), str(v)) for p, v in items) for name, items in (raw.get("patterns") or {}).items()
        },
        continuation=_continuation(raw.get("continuation"), known, where),
        version_from=str(raw.get("version_from", "")),
        shop_from=str(raw.get("shop_from", "")),
        currency_from=str(raw.get("currency_from", "")),
        zone=str(raw.get("zone", "")),
        currency=str(raw.get("currency", "")),
        platform=str(raw.get("platform", "")),
        text=text,
    )
    for name in (mapping.version_from, mapping.shop_from, mapping.currency_from):
        if name:
            _choice(name, known, f"{where}: the column taken for version, shop or currency")
    return mapping


@cache
def shipped_mappings() -> tuple[Mapping, ...]:
    """The formats that come with Castanea, by name."""
    folder = files("castanea.contracts.mappings") / "formats"
    entries = sorted(
        (entry for entry in folder.iterdir() if entry.name.endswith(".yaml")), key=lambda entry: entry.name
    )
    return tuple(parse_mapping(entry.read_text("utf-8"), entry.name) for entry in entries)


def load_mappings(folder: Path | None = None) -> tuple[Mapping, ...]:
    """The shipped formats and those of a workspace's `mappings/` folder; a workspace's format of the same name wins."""
    found = {mapping.name: mapping for mapping in shipped_mappings()}
    if folder is not None and folder.is_dir():
        for path in sorted(folder.glob("*.yaml")):
            text = path.read_text("utf-8")
            try:
                mapping = parse_mapping(text, str(path))
            except InputError as error:
                raise with_line(text, str(path), error) from error
            found[mapping.name] = mapping
    return tuple(found.values())


@cache
def shipped_data(name: str) -> Any:
    """A list of words that comes with Castanea (`provinces`, `concepts`), as YAML holds it."""
    return load_yaml((files("castanea.contracts.mappings") / f"{name}.yaml").read_text("utf-8"))


def _words(table: dict[str, Any]) -> dict[str, str]:
    return {_plain(word): value for word, value in table.items()}


def _statuses(raw: dict[str, Any], where: str) -> dict[str, dict[str, str]]:
    """Tables of words by name; a table without a name is called status."""
    if raw and not all(isinstance(table, dict) for table in raw.values()):
        if any(isinstance(table, dict) for table in raw.values()):
            raise InputError(f"{where}: statuses holds either words or tables of words by name, not both")
        raw = {"status": raw}
    return {str(name): _words(table) for name, table in raw.items()}


def _plain(text: object) -> str:
    return str(text).strip()


def _only(raw: dict[str, Any], valid: Collection[str], where: str) -> None:
    for key in raw:
        if key not in valid:
            _choice(str(key), valid, where)


def _choice(value: str, valid: Collection[str], where: str) -> None:
    if value in valid:
        return
    near = difflib.get_close_matches(value, list(valid), n=1)
    hint = f"did you mean {near[0]}? " if near else ""
    raise InputError(f"{where}: '{value}' is not known; {hint}valid are {', '.join(sorted(valid))}")


def _column(name: str, raw: dict[str, Any], where: str) -> FileColumn:
    if not name.isidentifier():
        raise InputError(
            f"{where}: a column's own name is one word (letters, digits, _); other spellings go into names"
        )
    _only(raw, _COLUMN_KEYS, where)
    kind = raw.get("type", "text")
    _choice(kind, CELL_TYPES, f"{where}: type")
    _choice(raw.get("keep", "map"), ("map", "extra", "none"), f"{where}: keep")
    if raw.get("order"):
        _choice(raw["order"], DATE_ORDERS, f"{where}: order")
    _pattern(str(raw.get("like", "")), where)
    names = tuple(str(item) for item in raw.get("names") or ())
    return FileColumn(
        name, (name, *names), kind, bool(raw.get("needed")), str(raw.get("like", "")), raw.get("keep", "map"),
        str(raw.get("why", "")), str(raw.get("order", "")), str(raw.get("privacy", "")),
    )  # fmt: skip


def _pattern(text: str, where: str) -> None:
    try:
        re.compile(text)
    except re.error as error:
        raise InputError(f"{where}: '{text}' is no regular expression: {error}") from error


def _optional(raw: object, known: Collection[str], where: str) -> Expression | None:
    return parse_expression(str(raw), known, where) if raw else None


def _each(raw: dict[str, Any], columns: dict[str, FileColumn], where: str) -> dict[str, dict[str, FileColumn]]:
    """List columns and the columns of their elements, whose names are free."""
    found: dict[str, dict[str, FileColumn]] = {}
    for name, parts in raw.items():
        _choice(str(name), columns, f"{where}: each")
        found[name] = {str(n): _column(str(n), rule or {}, f"{where}: each {name}: {n}") for n, rule in parts.items()}
        for part in found[name]:
            if part in columns:
                raise InputError(f"{where}: each {name}: {part} is a column of the file already; take another name")
    return found


def _rule(
    raw: dict[str, Any], known: Collection[str], where: str, each: dict[str, dict[str, FileColumn]] | None = None
) -> TableRule:
    _only(raw, {"table", "when", "set", "once", "weak", *(("each",) if each is not None else ())}, where)
    if raw.get("each"):
        _choice(str(raw["each"]), each or {}, f"{where}: each")
        known = {*known, *(each or {})[raw["each"]]}
    table = TABLES.get(raw.get("table", ""))
    if table is None:
        _choice(str(raw.get("table", "")), TABLES, f"{where}: table")
        raise InputError(f"{where}: table is missing")
    place = f"{where}: {table.name}"
    sent = {column.name for column in table.sent}
    for name in raw.get("set") or {}:
        _choice(str(name), sent, f"{place}: set")
    once = tuple(_as_list(raw.get("once")))
    for name in once:
        _choice(name, known, f"{place}: once")
    values = {str(name): parse_value(value, known, f"{place}.{name}") for name, value in (raw.get("set") or {}).items()}
    _check_required(table.name, values, place)
    when = _optional(raw.get("when"), known, f"{place}: when")
    return TableRule(table.name, when, values, once, weak=bool(raw.get("weak")), each=str(raw.get("each", "")))


def _check_required(table: str, values: dict[str, Value], place: str) -> None:
    """shop_id is given by the import itself; every other required column must be set."""
    missing = [c.name for c in TABLES[table].sent if c.required and c.name not in values and c.name != "shop_id"]
    if missing:
        raise InputError(f"{place}: required and not set: {', '.join(missing)}")


def _meaning(raw: dict[str, Any], known: Collection[str], where: str) -> Meaning:
    place = f"{where}: meaning {raw.get('name')}"
    _only(raw, {"name", "among", "telling", "choices"}, place)
    choices = []
    for item in raw["choices"]:
        _only(item, {"name", "test", "define", "says"}, place)
        define = {str(name): parse_value(value, known, place) for name, value in item["define"].items()}
        choices.append(
            Choice(str(item["name"]), parse_expression(item["test"], known, place), define, dict(item["says"]))
        )
    if len({frozenset(choice.define) for choice in choices}) != 1:
        raise InputError(f"{place}: every choice must define the same names")
    return Meaning(
        str(raw["name"]),
        _optional(raw.get("among"), known, place),
        _optional(raw.get("telling"), known, place),
        tuple(choices),
    )


def _check(raw: dict[str, Any], known: Collection[str], where: str) -> Check:
    place = f"{where}: check {raw.get('name')}"
    _only(raw, {"name", "among", "test", "says"}, place)
    return Check(
        str(raw["name"]),
        _optional(raw.get("among"), known, place),
        parse_expression(raw["test"], known, place),
        dict(raw["says"]),
    )


def _continuation(raw: dict[str, Any] | None, known: Collection[str], where: str) -> Continuation | None:
    if not raw:
        return None
    _only(raw, {"key", "fill"}, f"{where}: continuation")
    for name in (raw["key"], *raw["fill"]):
        _choice(name, known, f"{where}: continuation")
    return Continuation(str(raw["key"]), tuple(raw["fill"]))


def _as_list(raw: object) -> Iterable[str]:
    if raw is None:
        return ()
    return [str(item) for item in raw] if isinstance(raw, list) else [str(raw)]
