"""Arrow streams to raw columns. A stream from outside is not trusted: no compressed buffers (they would inflate unseen), only plain
column types, every offset and every text checked before anything reads it."""

from __future__ import annotations

import struct

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from castanea.contracts.sent import EXTRA, SYSTEM_FIELDS
from castanea.contracts.validate import LONGEST_PERSONAL, Reject
from castanea.intake.event_columns import KIND, LINES, TABLE, own_columns
from castanea.intake.received import KINDS, Events, Received, Unreadable
from castanea.kit.errors import InputError

_RECORD_BATCH = 3
_COMPRESSION = 3
_OURS = frozenset((*(f.name for f in SYSTEM_FIELDS), EXTRA))


def read_stream(body: bytes, most: int) -> Received:
    """Events of one request. The kind stands in the schema's metadata (`kind`) or in a column `kind` or `table`.

    Raises InputError `request.not_arrow` when it is no readable stream, `request.too_large` beyond `most` events.
    """
    raw = _table(body, most)
    count = raw.num_rows
    named = (raw.schema.metadata or {}).get(KIND.encode())
    raw = raw.select([n for n in raw.column_names if n not in _OURS])
    if named is not None:
        kinds, by_table = pa.repeat(named.decode("utf-8", "replace"), count), True
    elif TABLE in raw.column_names or KIND in raw.column_names:
        by_table = TABLE in raw.column_names
        kinds = raw.column(TABLE if by_table else KIND).combine_chunks()
        kinds = kinds.cast(pa.string()) if not pa.types.is_nested(kinds.type) else pa.nulls(count, pa.string())
    else:
        raise _not_arrow("it names no kind: set the schema's metadata `kind`, or send a column `kind`")
    events, unreadable = [], []
    for kind in pc.unique(kinds).to_pylist():
        mask = kinds.is_null() if kind is None else pc.fill_null(pc.equal(kinds, kind), False)
        at = np.flatnonzero(np.asarray(mask))
        part = raw if len(at) == count else raw.take(pa.array(at))
        if kind in KINDS:
            events.append(_events(kind, part.combine_chunks(), at, by_table))
        else:
            unreadable += [_unknown(int(i), kind or "", row) for i, row in zip(at, part.to_pylist(), strict=True)]
    return Received(events, unreadable, [count])


def _events(kind: str, part: pa.Table, at: np.ndarray[tuple[int], np.dtype[np.int64]], by_table: bool) -> Events:
    inner = None
    if LINES in part.column_names and kind == "order":
        lines = part.column(LINES)
        if pa.types.is_list(lines.type) and pa.types.is_struct(lines.type.value_type):
            inner = lines.combine_chunks() if lines.num_chunks != 1 else lines.chunk(0)
    own = own_columns(kind, part, by_table)

    def original(position: int) -> str:
        return _json(part.slice(position, 1).to_pylist()[0])

    return Events(kind, own, np.zeros(len(at), dtype=np.int64), at + 1, original, inner)


def _unknown(position: int, kind: str, row: dict[str, object]) -> Unreadable:
    reject = Reject(position, position + 1, "unknown_kind", KIND, kind[:200], f"one of {', '.join(KINDS)}")
    return Unreadable(0, reject, "", _json(row))


def _json(row: dict[str, object]) -> str:
    import msgspec

    return msgspec.json.encode({k: v for k, v in row.items() if v is not None}, enc_hook=str).decode()


def _table(body: bytes, most: int) -> pa.Table:
    try:
        _refuse_compressed(body)
        with pa.ipc.open_stream(pa.BufferReader(body)) as reader:
            for field in reader.schema:
                _plain(field)
            batches, rows = [], 0
            for batch in reader:
                rows += batch.num_rows
                if rows > most:
                    raise InputError(
                        f"more than {most} events in one request; nothing was kept, send them in smaller parts",
                        code="request.too_large",
                        values={"limit": most},
                    )
                batch.validate(full=True)
                batches.append(_decoded(batch))
            return pa.Table.from_batches(batches) if batches else reader.schema.empty_table()
    except (pa.ArrowException, ValueError, OSError, struct.error, IndexError) as error:
        raise _not_arrow(str(error)[:200]) from error


def _decoded(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Dictionary columns as plain ones; a dictionary of long texts could grow without bound."""
    columns = []
    for column in batch.columns:
        if not pa.types.is_dictionary(column.type):
            columns.append(column)
            continue
        longest = pc.max(pc.binary_length(column.dictionary)).as_py() if len(column.dictionary) else 0
        if (longest or 0) > LONGEST_PERSONAL or (longest or 0) * len(column) > 1 << 28:
            raise ValueError("a dictionary holds too long texts")
        columns.append(column.dictionary_decode())
    return pa.RecordBatch.from_arrays(columns, names=batch.schema.names, metadata=batch.schema.metadata)


def _plain(field: pa.Field) -> None:
    kind = field.type
    if pa.types.is_list(kind):
        kind = kind.value_type
    if pa.types.is_struct(kind) and field.name == LINES:
        for child in kind:
            if pa.types.is_nested(child.type) or pa.types.is_dictionary(child.type):
                raise ValueError(f"column {field.name}.{child.name} has a type that is not read: {child.type}")
            _plain(child)
        return
    if pa.types.is_dictionary(kind) and pa.types.is_string(kind.value_type):
        return
    checks = (
        "string",
        "large_string",
        "binary",
        "integer",
        "floating",
        "boolean",
        "timestamp",
        "date",
        "decimal128",
        "null",
    )
    if not any(getattr(pa.types, f"is_{check}")(kind) for check in checks):
        raise ValueError(f"column {field.name} has a type that is not read: {field.type}")


def _refuse_compressed(body: bytes) -> None:
    """Walks the messages' flatbuffers: a record batch (or dictionary) with a `compression` field is refused."""
    position = 0
    while position + 8 <= len(body):
        marker, length = struct.unpack_from("<Ii", body, position)
        if marker != 0xFFFFFFFF:
            raise ValueError("no Arrow stream")
        if length == 0:
            return
        start = position + 8
        if length < 0 or start + length > len(body):
            raise ValueError("it ends too early")
        message = memoryview(body)[start : start + length]
        root = struct.unpack_from("<I", message)[0]
        header_type = _field(message, root, 1)
        header = _field(message, root, 2)
        body_length = _field(message, root, 3)
        size = struct.unpack_from("<q", message, body_length)[0] if body_length else 0
        if header and header_type:
            table = header + struct.unpack_from("<I", message, header)[0]
            if message[header_type] == _DICTIONARY_BATCH:
                inner = _field(message, table, 1)
                table = inner + struct.unpack_from("<I", message, inner)[0] if inner else 0
            if (
                message[header_type] in (_RECORD_BATCH, _DICTIONARY_BATCH)
                and table
                and _field(message, table, _COMPRESSION)
            ):
                raise ValueError(
                    "its buffers are compressed; send it plain, or compress the whole body (Content-Encoding: zstd)"
                )
        if size < 0:
            raise ValueError("a body of negative length")
        position = start + length + size


_DICTIONARY_BATCH = 2


def _field(message: memoryview, table: int, number: int) -> int:
    """Where a field of a flatbuffers table lies, 0 when it is absent."""
    vtable = table - struct.unpack_from("<i", message, table)[0]
    entry = 4 + 2 * number
    if vtable < 0 or entry + 2 > struct.unpack_from("<H", message, vtable)[0]:
        return 0
    offset = struct.unpack_from("<H", message, vtable + entry)[0]
    return table + int(offset) if offset else 0


def _not_arrow(why: str) -> InputError:
    return InputError(
        f"the body is no readable Arrow stream: {why}; nothing was kept",
        code="request.not_arrow",
        values={"reason": why},
    )
