"""Checks raw columns against a table's declaration, a column at a time.

`validate` gives the rows that can be used, in the table's sent types, and says of each other row what is wrong: reason code, column,
offending value, rule. `quarantined` turns these into rows of the `quarantine` table. Reason codes: `missing`, `not_text`, `too_long`,
`control_character`, `not_in_list`, `not_a_zone`, `not_a_number`, `too_large`, `too_fine`, `not_a_whole_number`, `not_a_flag`, `not_a_day`,
`not_a_time`, `skipped_time`, `out_of_range`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from castanea.contracts.reading import Fault, read_date, read_decimal, read_flag, read_integer, read_text, read_time
from castanea.contracts.sent import EXTRA, SYSTEM_FIELDS, sent_batch_schema
from castanea.contracts.table import ARROW, Column, Table, Type
from castanea.kit.zones import is_zone

LONGEST = 1_000  # characters of an identifier, a name, a code
LONGEST_PERSONAL = 20_000  # an address, a review, a conversation
BLANK_IS_A_VALUE = frozenset(
    {("calendar", "country"), ("platform_daily", "member")}
)  # "" stands for "everywhere", "the shop"
ZONES = frozenset({("shop", "zone")})
_ROW = "_row"
_SYSTEM = tuple(f.name for f in SYSTEM_FIELDS)
_SPACE, _DELETE, _SHOWN = 0x20, 0x7F, 200
_CONTROL = r"[\x00-\x08\x0B\x0C\x0E-\x1F\x7F]"
_TEXT_TYPES = (Type.TEXT, Type.UUID)


@dataclass(frozen=True)
class Reject:
    """One row that cannot be used. `position` counts from 0 in the raw table, `row` is its number in its file or batch."""

    position: int
    row: int
    reason: str
    column: str
    value: str
    rule: str


@dataclass(frozen=True)
class Validated:
    """`rows`: the sent columns in their types, `_row`, whichever of `_version` and `_occurrence` were given, and `_extra` (JSON of the
    columns unknown to the table) when there are any. `kept` holds the positions of `rows` in the raw table, None when all were kept."""

    rows: pa.Table
    rejects: tuple[Reject, ...]
    kept: npt.NDArray[np.int64] | None


def validate(table: Table, raw: pa.Table, *, zone: str = "UTC", zones: Mapping[str, str] | None = None) -> Validated:
    """Check raw rows against a table's sent columns.

    Columns of `raw` are named as the table's; missing ones are empty, unknown ones go into `_extra`. `_row`, `_version`, `_occurrence`,
    `_extra` are passed through. `zone` (IANA) reads times without an offset, `zones` maps shop_id to a zone of its own. A row is
    rejected for its first fault in the order of the table's columns. Never raises for a value, whatever it is.
    """
    arrays, faults = [], []
    shops = _column(raw, "shop_id") if zones else None
    for column in table.sent:
        array, found = _checked(table, column, _column(raw, column.name), zone, zones or {}, shops)
        arrays.append(array)
        faults.append((column.name, found))
    fields = list(sent_batch_schema(table.name))[: len(table.sent)]
    if _ROW not in raw.column_names:
        raw = raw.append_column(_ROW, pa.array(np.arange(1, raw.num_rows + 1)))
    for field in SYSTEM_FIELDS:
        if field.name in raw.column_names:
            arrays.append(_column(raw, field.name).cast(field.type))
            fields.append(field)
    extra = _extra(table, raw)
    if extra is not None:
        arrays.append(extra)
        fields.append(pa.field(EXTRA, pa.string()))
    rejects = _rejects(raw, faults)
    rows = pa.table(arrays, schema=pa.schema(fields))
    if not rejects:
        return Validated(rows, (), None)
    kept = np.delete(np.arange(raw.num_rows), [r.position for r in rejects])
    return Validated(rows.take(pa.array(kept)).combine_chunks(), rejects, kept)


def quarantined(
    table: str, raw: pa.Table, rejects: Sequence[Reject], *, source: str, import_id: str = "", time: datetime
) -> pa.Table:
    """Rejected rows as rows of `quarantine` (sent form with system columns, personal values in clear): whole raw row as JSON."""
    positions = pa.array([r.position for r in rejects], pa.int64())
    originals = [msgspec.json.encode(_plain(row), enc_hook=str).decode() for row in raw.take(positions).to_pylist()]
    return quarantine_rows(table, rejects, originals, source=source, import_id=import_id, time=time)


def quarantine_rows(
    table: str, rejects: Sequence[Reject], originals: Sequence[str], *, source: str, import_id: str = "", time: datetime
) -> pa.Table:
    """As `quarantined`, of rows given as text (a line that is no JSON). `quarantine_id` follows from source, table, row and content."""
    count = len(rejects)
    ids = [_quarantine_id(source, import_id, table, r.row, text) for r, text in zip(rejects, originals, strict=True)]
    columns = {
        "quarantine_id": ids, "import_id": [import_id] * count, "source": [source] * count, "table": [table] * count,
        "source_row": [r.row for r in rejects], "reason": [r.reason for r in rejects], "column": [r.column for r in rejects],
        "rule": [r.rule for r in rejects], "value": [r.value for r in rejects], "raw": list(originals),
        "state": ["waiting"] * count, "time": [time] * count, "_version": [time] * count, "_occurrence": [1] * count,
        "_row": [r.row for r in rejects],
    }  # fmt: skip
    return pa.table(columns, schema=sent_batch_schema("quarantine"))


def _checked(
    table: Table, column: Column, raw: pa.Array, zone: str, zones: Mapping[str, str], shops: pa.Array | None
) -> tuple[pa.Array, list[Fault]]:
    """The column in its type, and its faults."""
    blank = (table.name, column.name) in BLANK_IS_A_VALUE
    if raw.null_count == len(raw) and not column.required:
        return pa.nulls(len(raw), pa.string() if column.identifies else ARROW[column.type]), []
    unreadable: list[Fault] = []
    if pa.types.is_binary(raw.type) or pa.types.is_large_binary(raw.type):
        raw, unreadable = read_text(raw)
    if pa.types.is_string(raw.type) and not blank:
        raw = _blank_to_null(raw)
    if column.type in _TEXT_TYPES:
        array, faults = read_text(raw)
        faults = faults + _text_faults(column, array)
        if (table.name, column.name) in ZONES:
            faults += _zone_faults(array)
    else:
        array, faults = _typed(column.type, raw, zone, zones, shops)
    if blank:
        array = pc.fill_null(array, "")
    if column.required and raw.null_count:
        faults = [Fault(_positions(raw.is_null()), "missing", "required"), *faults]
    return array, [*unreadable, *faults]


def _typed(
    type_: Type, raw: pa.Array, zone: str, zones: Mapping[str, str], shops: pa.Array | None
) -> tuple[pa.Array, list[Fault]]:
    match type_:
        case Type.INTEGER:
            return read_integer(raw)
        case Type.BOOLEAN:
            return read_flag(raw)
        case Type.DATE:
            return read_date(raw)
        case Type.TIMESTAMP:
            return _times_by_shop(raw, zone, zones, shops)
        case _:
            return read_decimal(raw, ARROW[type_])


def _times_by_shop(
    raw: pa.Array, zone: str, zones: Mapping[str, str], shops: pa.Array | None
) -> tuple[pa.Array, list[Fault]]:
    """Each shop's times without an offset in its own zone."""
    others = {shop: its for shop, its in zones.items() if its != zone} if shops is not None else {}
    array, faults = read_time(raw, zone)
    for shop, its in others.items():
        mine = pc.fill_null(pc.equal(pc.cast(shops, pa.string()), shop), False)
        if pc.any(mine).as_py():
            theirs, found = read_time(pc.if_else(mine, raw, None), its)
            array = pc.if_else(mine, theirs, array)
            at = set(_positions(mine).tolist())
            kept = [Fault(f.rows[~np.isin(f.rows, list(at))], f.reason, f.rule) for f in faults]
            faults = [f for f in kept if len(f.rows)] + found
    return array, faults


def _text_faults(column: Column, array: pa.Array) -> list[Fault]:
    """Too long, control characters, not in the closed list. On good text: one look at its bytes and its offsets."""
    faults: list[Fault] = []
    longest = LONGEST_PERSONAL if column.personal and not column.identifies else LONGEST
    offsets, data = _text_buffers(array)
    if len(offsets) > 1 and int(np.diff(offsets).max()) > longest:
        long = pc.fill_null(pc.greater(pc.utf8_length(array), longest), False)
        if pc.any(long).as_py():
            faults.append(Fault(_positions(long), "too_long", f"at most {longest} characters"))
    if len(data) and (int(data.min()) < _SPACE or int(data.max()) == _DELETE or bool((data == _DELETE).any())):
        bad = pc.fill_null(pc.match_substring_regex(array, _CONTROL), False)
        if pc.any(bad).as_py():
            faults.append(Fault(_positions(bad), "control_character", "no control characters"))
    if column.values:
        listed = pc.is_in(array, pa.array([*column.values, None], pa.string()))
        if not pc.all(listed).as_py():
            faults.append(Fault(_positions(pc.invert(listed)), "not_in_list", f"one of {', '.join(column.values)}"))
    return faults


def _zone_faults(array: pa.Array) -> list[Fault]:
    """Names that no clock knows: with one of them no time of its shop could be read, and no day of it reported."""
    known = [None, *(name for name in pc.unique(array).to_pylist() if name and is_zone(name))]
    good = pc.is_in(array, pa.array(known, pa.string()))
    if pc.all(good).as_py():
        return []
    return [Fault(_positions(pc.invert(good)), "not_a_zone", "an IANA zone such as Asia/Shanghai")]


def _text_buffers(array: pa.Array) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.uint8]]:
    """Offsets and bytes of a text array, without copying."""
    _, offsets, data = array.buffers()
    if offsets is None or len(array) == 0:
        return np.zeros(1, dtype=np.int32), np.zeros(0, dtype=np.uint8)
    bounds = np.frombuffer(offsets, dtype=np.int32, count=len(array) + 1, offset=array.offset * 4)
    bytes_ = np.frombuffer(data, dtype=np.uint8) if data is not None else np.zeros(0, dtype=np.uint8)
    return bounds, bytes_[bounds[0] : bounds[-1]]


def _blank_to_null(array: pa.Array) -> pa.Array:
    offsets, _ = _text_buffers(array)
    blanks = len(array) - int(np.count_nonzero(np.diff(offsets)))
    if blanks <= array.null_count:
        return array
    return pc.if_else(pc.equal(pc.binary_length(array), 0), None, array)


def _column(raw: pa.Table, name: str) -> pa.Array:
    """The column as one plain array; nulls when it was not sent."""
    if name not in raw.column_names:
        return pa.nulls(raw.num_rows, pa.string())
    chunked = raw.column(name)
    array = (
        chunked.chunk(0) if chunked.num_chunks == 1 else pa.concat_arrays(chunked.chunks or [pa.nulls(0, chunked.type)])
    )
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    if pa.types.is_large_string(array.type) or pa.types.is_string_view(array.type) or pa.types.is_null(array.type):
        array = array.cast(pa.string())
    return array


def _extra(table: Table, raw: pa.Table) -> pa.Array | None:
    """Per row a JSON object of the values that no column of the table takes; None when there are none."""
    known = {c.name for c in table.sent} | set(_SYSTEM) | {EXTRA}
    unknown = [n for n in raw.column_names if n not in known and raw.column(n).null_count < raw.num_rows]
    given = _column(raw, EXTRA) if EXTRA in raw.column_names else None
    if not unknown:
        return given if given is not None and given.null_count < raw.num_rows else None
    encode = msgspec.json.Encoder(enc_hook=str, order="sorted").encode
    columns = [raw.column(n).to_pylist() for n in unknown]
    before = given.to_pylist() if given is not None else [None] * raw.num_rows
    texts: list[str | None] = []
    for earlier, *values in zip(before, *columns, strict=True):
        found = {n: v for n, v in zip(unknown, values, strict=True) if v is not None}
        if earlier:
            found = {**msgspec.json.decode(earlier), **found}
        texts.append(encode(_plain(found)).decode() if found else None)
    return pa.array(texts, pa.string())


def _rejects(raw: pa.Table, faults: Sequence[tuple[str, list[Fault]]]) -> tuple[Reject, ...]:
    """The first fault of each faulty row, in the order of the rows."""
    first: dict[int, tuple[str, Fault]] = {}
    for name, found in faults:
        for fault in found:
            for position in fault.rows.tolist():
                first.setdefault(position, (name, fault))
    if not first:
        return ()
    numbers = raw.column(_ROW)
    return tuple(
        Reject(p, numbers[p].as_py(), fault.reason, name, _shown(raw, name, p), fault.rule)
        for p, (name, fault) in sorted(first.items())
    )


def _shown(raw: pa.Table, name: str, position: int) -> str:
    """The offending value as text, cut to 200 characters."""
    if name not in raw.column_names:
        return ""
    value = raw.column(name)[position].as_py()
    if value is None or isinstance(value, str):
        return (value or "")[:_SHOWN]
    return msgspec.json.encode(_plain(value), enc_hook=str).decode()[:_SHOWN]


def _plain(value: object) -> object:
    """The value with whatever JSON has no word for as text (bytes that are no UTF-8, times, decimals)."""
    if isinstance(value, dict):
        return {str(k): _plain(v) for k, v in value.items() if v is not None}
    if isinstance(value, list):
        return [_plain(v) for v in value]
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    return value


def _quarantine_id(source: str, import_id: str, table: str, row: int, text: str) -> str:
    return hashlib.blake2b("\x1f".join((source, import_id, table, str(row), text)).encode(), digest_size=16).hexdigest()


def _positions(mask: pa.Array) -> npt.NDArray[np.int64]:
    return np.flatnonzero(np.asarray(mask.to_numpy(zero_copy_only=False), dtype=bool))
