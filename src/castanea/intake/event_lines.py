"""JSON lines to raw columns, many bodies at once.

The fast way parses all lines of one kind with one explicit schema (Arrow's JSON reader: exact decimals, strict types, no guessing).
It refuses a block for any surprise: a field not seen before, a number where text was, a damaged line. Then the careful way reads each
line by itself; it takes whatever the fast way takes, with the same result, and says of each bad line what is wrong.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json as pj

from castanea.contracts.validate import Reject
from castanea.intake.event_columns import KIND, LINES, TABLE, WITH_LINES, json_types, line_types, own_columns
from castanea.intake.received import KINDS, Events, Ints, Received, Unreadable

_SHOWN, _PIECE = 200, 100
_LONGEST_RAW = 100_000  # characters of an unreadable line that are kept
_NEW_NAMES = 64  # fields unknown to a kind that are learnt as text columns
_MOST_NAMES = 500  # fields of one event
_DECODER = msgspec.json.Decoder(float_hook=str)  # numbers as they were written


class _Named(msgspec.Struct, gc=False):
    kind: str = ""
    table: str = ""


_NAMES = msgspec.json.Decoder(_Named)


class Shapes:
    """Which fields events of a kind were seen to have: the schema that the fast way tries. Learns; bounded."""

    def __init__(self) -> None:
        self._seen: dict[str, set[str]] = defaultdict(set)

    def learn(self, kind: str, event: dict[str, Any]) -> None:
        types, seen = json_types(kind), self._seen[kind]
        for name, value in event.items():
            new = isinstance(value, str) and not name.startswith("_") and len(seen - types.keys()) < _NEW_NAMES
            if name in types or new:
                seen.add(name)
        lines = event.get(LINES)
        for line in lines if isinstance(lines, list) else ():
            if isinstance(line, dict):
                self._seen[LINES].update(n for n in line if n in line_types())

    def schema(self, kind: str) -> pa.Schema:
        types = json_types(kind)
        fields = [pa.field(n, types.get(n, pa.string())) for n in sorted(self._seen[kind] | {KIND}) if n != LINES]
        if LINES in self._seen[kind]:
            children = [pa.field(n, t) for n, t in line_types().items() if n in self._seen[LINES]]
            fields.append(pa.field(LINES, pa.list_(pa.struct(children))))
        return pa.schema(fields)


@dataclass
class _Lines:
    """Lines with their request and their number in it."""

    texts: Sequence[bytes]
    requests: Ints
    rows: Ints

    def take(self, at: Ints) -> _Lines:
        return _Lines([self.texts[i] for i in at], self.requests[at], self.rows[at])

    def original(self, position: int) -> str:
        return self.texts[position].decode("utf-8", "backslashreplace")


def read_lines(bodies: Sequence[Sequence[bytes]], shapes: Shapes) -> Received:
    """Events of several requests, each given as its lines (no empty ones)."""
    counts = [len(lines) for lines in bodies]
    texts = bodies[0] if len(bodies) == 1 else [line for lines in bodies for line in lines]
    requests = np.repeat(np.arange(len(bodies)), counts)
    rows = np.concatenate([np.arange(1, n + 1) for n in counts]) if counts else np.zeros(0, dtype=np.int64)
    found = _Found(shapes)
    if texts:
        found.read(_Lines(texts, requests, rows))
    return Received(found.events, found.unreadable, counts)


@dataclass
class _Found:
    shapes: Shapes
    events: list[Events] = field(default_factory=list)
    unreadable: list[Unreadable] = field(default_factory=list)

    def read(self, lines: _Lines) -> None:
        """All lines as of the first one's kind; failing that, kind by kind."""
        first = _decoded(lines.texts[0])
        kind = _kind(first) if isinstance(first, dict) else None
        if kind and self._fast(kind, lines, first):
            return
        names = [_named(text) for text in lines.texts]
        by_kind: dict[str | None, list[int]] = defaultdict(list)
        for position, name in enumerate(names):
            by_kind[name if name in KINDS else None].append(position)
        for name, positions in by_kind.items():
            part = lines if len(positions) == len(names) else lines.take(np.array(positions))
            if name is None:
                self._careful(part)
            elif not (len(by_kind) > 1 and self._fast(name, part, _decoded(part.texts[0]))):
                self._halves(name, part)

    def _halves(self, kind: str, lines: _Lines) -> None:
        """A block that the fast way refused: in pieces, so that a few odd lines do not slow down the others."""
        size = len(lines.texts)
        if size <= _PIECE:
            self._careful(lines)
            return
        for start in range(0, size, _PIECE):
            part = lines.take(np.arange(start, min(size, start + _PIECE)))
            if not self._fast(kind, part, _decoded(part.texts[0])):
                self._careful(part)

    def _fast(self, kind: str, lines: _Lines, first: Any) -> bool:
        if not isinstance(first, dict):
            return False
        self.shapes.learn(kind, first)
        block = b"\n".join(lines.texts)
        try:
            block.decode("utf-8")
            raw = pj.read_json(
                pa.BufferReader(block),
                read_options=pj.ReadOptions(use_threads=False, block_size=len(block) + 1),
                parse_options=pj.ParseOptions(
                    explicit_schema=self.shapes.schema(kind), unexpected_field_behavior="error"
                ),
            )
        except (pa.ArrowInvalid, UnicodeDecodeError, OverflowError):
            return False
        by_table = TABLE in raw.column_names and raw.column(TABLE).null_count < raw.num_rows
        named = raw.column(TABLE if by_table else KIND)
        same = pc.all(pc.equal(named, kind), skip_nulls=False).as_py()
        if raw.num_rows != len(lines.texts) or not same:
            return False
        inner = raw.column(LINES).combine_chunks() if LINES in raw.column_names else None
        own = own_columns(kind, raw, by_table)
        self.events.append(Events(kind, own, lines.requests, lines.rows, lines.original, inner))
        return True

    def _careful(self, lines: _Lines) -> None:
        groups: dict[tuple[str, bool], list[tuple[int, dict[str, Any]]]] = defaultdict(list)
        for position, text in enumerate(lines.texts):
            event = _decoded(text)
            kind, problem = _judged(event)
            if problem:
                reject = Reject(position, int(lines.rows[position]), *problem)
                request = int(lines.requests[position])
                self.unreadable.append(Unreadable(request, reject, kind, lines.original(position)[:_LONGEST_RAW]))
            else:
                self.shapes.learn(kind, event)
                groups[kind, bool(event.get(TABLE))].append((position, event))
        for (kind, by_table), members in groups.items():
            part = lines.take(np.array([position for position, _ in members]))
            raw, inner = _columns(kind, [event for _, event in members])
            own = own_columns(kind, raw, by_table)
            self.events.append(Events(kind, own, part.requests, part.rows, part.original, inner))


def _decoded(text: bytes) -> Any:
    """The line's JSON value; the error when it is none."""
    try:
        return _DECODER.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError) as error:
        return error


def _named(text: bytes) -> str | None:
    try:
        names = _NAMES.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError):
        return None
    return names.table or names.kind


def _kind(event: dict[str, Any]) -> str | None:
    """The kind an event names; None when there is no such kind."""
    name = event.get(TABLE) or event.get(KIND)
    return name if isinstance(name, str) and name in KINDS else None


def _judged(event: Any) -> tuple[str, tuple[str, str, str, str] | None]:
    """The event's kind, and why it cannot be read: (reason, column, value, rule)."""
    if isinstance(event, Exception):
        return "", ("not_json", "", "", "one JSON object per event")
    if not isinstance(event, dict):
        return "", ("not_an_object", "", _shown(event), "one JSON object per event")
    kind = _kind(event)
    if kind is None:
        name = event.get(TABLE) or event.get(KIND)
        return "", ("unknown_kind", KIND, _shown(name), f"one of {', '.join(KINDS)}")
    if len(event) > _MOST_NAMES:
        return kind, ("too_many_fields", "", str(len(event)), f"at most {_MOST_NAMES} fields")
    types = json_types(kind)
    for name, value in event.items():
        if name == LINES and LINES in types:
            if not (value is None or (isinstance(value, list) and all(_is_line(line) for line in value))):
                return kind, ("not_lines", LINES, _shown(value), "a list of objects")
        elif isinstance(value, (dict, list)) and name in types:
            return kind, ("not_text", name, _shown(value), "a text, a number, true or false")
    return kind, None


def _is_line(line: Any) -> bool:
    return isinstance(line, dict) and not any(
        isinstance(v, (dict, list)) and n in line_types() for n, v in line.items()
    )


def _columns(kind: str, events: list[dict[str, Any]]) -> tuple[pa.Table, pa.Array | None]:
    """Raw columns: values of known fields as text as they were written, unknown ones gathered as JSON in `_extra`."""
    known = [n for n in json_types(kind) if n != LINES]
    inner = None
    if kind == WITH_LINES:
        lists = [event.pop(LINES, None) for event in events]
        inner = _inner(lists) if any(lists) else None
    return pa.table(
        {**_texts(known, events), "_extra": pa.array([_unknown(known, e) for e in events], pa.string())}
    ), inner


def _inner(lists: list[list[dict[str, Any]] | None]) -> pa.Array:
    names = list(line_types())
    flat = [line for lines in lists for line in lines or ()]
    columns = {**_texts(names, flat), "_extra": pa.array([_unknown(names, line) for line in flat], pa.string())}
    offsets = np.cumsum([0, *(len(lines or ()) for lines in lists)])
    struct = pa.StructArray.from_arrays(list(columns.values()), names=list(columns))
    return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), struct)


def _texts(names: Sequence[str], events: Sequence[dict[str, Any]]) -> dict[str, pa.Array]:
    present = {name for event in events for name in event}
    return {n: pa.array([_as_text(e.get(n)) for e in events], pa.string()) for n in names if n in present}


def _unknown(known: Sequence[str], event: dict[str, Any]) -> str | None:
    rest = {n: v for n, v in event.items() if n not in known and v is not None}
    return msgspec.json.encode(rest, order="sorted").decode() if rest else None


def _as_text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _shown(value: Any) -> str:
    return (
        ""
        if value is None
        else value[:_SHOWN]
        if isinstance(value, str)
        else msgspec.json.encode(value).decode()[:_SHOWN]
    )
