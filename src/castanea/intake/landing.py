"""Seals batches and appends them to the landing log: the only way into it.

Identifiers become pseudonyms, personal columns and unknown ones become one sealed blob per row under the subject's key. A row without
a subject is sealed under the key of its table, so that the same row sent again is the same; rejected rows under the key of their
import, or of the day they came on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from castanea.contracts.log import EventLog, NewBatch
from castanea.contracts.sent import EXTRA, SentBatch
from castanea.contracts.table import SYSTEM, Column, Table
from castanea.contracts.tables import TABLES
from castanea.contracts.workspace import WorkspaceSettings
from castanea.kit.clock import Clock, SystemClock
from castanea.vault import Met, Vault, names

_UUID = pa.uuid()


@dataclass
class _Part:
    """Rows of one table on their way: whom its columns name, and what is to be sealed of each row."""

    table: Table
    rows: pa.Table
    columns: list[str]  # identifier and subject columns looked up, in the order of `wanted`
    wanted: list[pa.Array]
    texts: list[bytes | None] | None  # None: nothing in any row
    fallback: pa.Array  # one name, whose key seals rows without a subject; none when nothing is sealed


class Landing:
    """Thread-safe. `land` seals and appends; what it raises, it raises before anything is kept."""

    def __init__(self, log: EventLog, vault: Vault, settings: WorkspaceSettings, clock: Clock | None = None) -> None:
        self.log, self.vault, self.settings = log, vault, settings
        self._clock = clock or SystemClock()

    def land(self, batches: Sequence[SentBatch]) -> list[int]:
        """Append the batches, all or none, and return their offsets once they are durable. Raises NoSpace, Unavailable."""
        return self.keep(self.seal(batches))

    def keep(self, sealed: Sequence[NewBatch]) -> list[int]:
        """Append what was sealed, all or none, and return the offsets once it is durable. Raises NoSpace, Unavailable."""
        return self.log.append(sealed)

    def seal(self, batches: Sequence[SentBatch]) -> list[NewBatch]:
        """The batches as they land. New persons are committed to the vault when this returns."""
        parts = [_part(TABLES[b.table], b.rows, f"table\x1f\x1f{b.table}") for b in batches]
        rejects = [self._rejects(b) for b in batches]
        every = [*parts, *(r for r in rejects if r is not None)]
        wanted = [array for part in every for array in (*part.wanted, part.fallback)]
        keyed = [part.texts is not None for part in every for _ in (*part.wanted, part.fallback)]
        met = self.vault.meet(wanted, keyed=keyed)
        found = iter(met.columns)
        sealed = [_landed(part, met, [next(found) for _ in part.wanted], next(found)) for part in every]
        after = iter(sealed[len(parts) :])
        rejected = [None if r is None else next(after) for r in rejects]
        return [
            NewBatch(b.table, b.source, rows, bad, b.import_id, b.derived, b.suspects, b.attributes)
            for b, rows, bad in zip(batches, sealed[: len(parts)], rejected, strict=True)
        ]

    def _rejects(self, batch: SentBatch) -> _Part | None:
        if batch.rejects is None or batch.rejects.num_rows == 0:
            return None
        key = f"import\x1f\x1f{batch.import_id}" if batch.import_id else f"day\x1f\x1f{self._clock.now():%Y-%m-%d}"
        return _part(TABLES["quarantine"], batch.rejects, key)


def _landed(part: _Part, met: Met, found: list[pa.Array], fallback: pa.Array) -> pa.Table:
    table, rows = part.table, part.rows
    pseudonyms = dict(zip(part.columns, found, strict=True))
    subject = _first([pseudonyms[name] for name in table.subjects], rows.num_rows)
    arrays = []
    blobs = None
    if _borrows(table):  # an order without a customer number is that of its telephone or e-mail
        pseudonyms[table.subjects[0]] = subject
    if table.seals:
        subject, blobs = _sealed(part, met, subject, fallback)
    for column in table.landed:
        match column.name:
            case "_subject":
                arrays.append(subject)
            case "_sealed":
                arrays.append(blobs)
            case name if column.identifies:
                arrays.append(pseudonyms[name])
            case name:
                arrays.append(_one(rows.column(name)))
    return pa.table(arrays, schema=table.landed_schema)


def _sealed(part: _Part, met: Met, subject: pa.Array, fallback: pa.Array) -> tuple[pa.Array, pa.Array]:
    """`_subject` and `_sealed`: rows with something to seal and no subject get the fallback as theirs."""
    count, texts = part.rows.num_rows, part.texts
    if texts is None:
        return subject, pa.nulls(count, pa.binary())
    full = None not in texts
    if subject.null_count:
        has_text = pa.array([text is not None for text in texts])
        lone = pc.and_(subject.is_null(), has_text)
        storage = pc.if_else(lone, fallback.storage[0], subject.storage)
        subject = pa.ExtensionArray.from_storage(_UUID, storage)
    if full:
        return subject, pa.array(met.seal(subject.storage.to_pylist(), cast(list[bytes], texts)), pa.binary())
    at = [i for i, text in enumerate(texts) if text is not None]
    blobs: list[bytes | None] = [None] * count
    owners = subject.storage.take(pa.array(at, pa.int64())).to_pylist()
    for i, blob in zip(at, met.seal(owners, [t for t in texts if t is not None]), strict=True):
        blobs[i] = blob
    return subject, pa.array(blobs, pa.binary())


def _part(table: Table, rows: pa.Table, fallback: str) -> _Part:
    columns, wanted = [], []
    taken = None
    shops = _one(rows.column("shop_id")) if table.subjects else None
    for name in dict.fromkeys((*table.subjects, *(c.name for c in table.sent if c.identifies))):
        column = table.by_name[name]
        idents = _one(rows.column(name))
        if (
            not column.identifies and taken is not None
        ):  # telephone and e-mail name a subject only where nothing better does
            idents = pc.if_else(taken, None, idents)
        valid = idents.is_valid()
        taken = valid if taken is None else pc.or_(taken, valid)
        columns.append(name)
        wanted.append(names(shops, column.identifies or column.name, idents))
    texts = _plaintexts(table, rows) if table.seals else None
    return _Part(table, rows, columns, wanted, texts, pa.array([] if texts is None else [fallback], pa.string()))


def _borrows(table: Table) -> bool:
    return len(table.subjects) > 1 and any(not table.by_name[name].identifies for name in table.subjects[1:])


def _first(candidates: list[pa.Array], count: int) -> pa.Array:
    """Of each row the first pseudonym that is not null."""
    if not candidates:
        return pa.nulls(count, _UUID)
    if candidates[0].null_count == 0 or len(candidates) == 1:
        return candidates[0]
    return pa.ExtensionArray.from_storage(_UUID, pc.coalesce(*(c.storage for c in candidates)))


def _plaintexts(table: Table, rows: pa.Table) -> list[bytes | None] | None:
    """Per row the JSON of its personal and unknown values, None where there are none; None when no row has any."""
    present = [c for c in table.personal if rows.column(c.name).null_count < rows.num_rows]
    columns = [rows.column(c.name).to_pylist() for c in present]
    if EXTRA in rows.column_names and rows.column(EXTRA).null_count < rows.num_rows:
        columns.append(
            [None if text is None else msgspec.Raw(text.encode()) for text in rows.column(EXTRA).to_pylist()]
        )
        present = [*present, _EXTRA_COLUMN]
    if not columns:
        return None
    form = _form(tuple(c.name for c in present))
    encode = msgspec.json.Encoder().encode
    return [None if (text := encode(form(*values))) == b"{}" else text for values in zip(*columns, strict=True)]


@cache
def _form(columns: tuple[str, ...]) -> Any:
    """A struct that writes its values as a JSON object without the empty ones, in the order of the columns."""
    return msgspec.defstruct("Sealed", [(f"c{i}", Any, None) for i in range(len(columns))], omit_defaults=True,
                             rename=dict(zip((f"c{i}" for i in range(len(columns))), columns, strict=True)), gc=False)  # fmt: skip


def _one(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    if isinstance(column, pa.Array):
        return column
    return (
        column.chunk(0)
        if column.num_chunks == 1
        else column.combine_chunks()
        if column.num_chunks
        else pa.nulls(0, column.type)
    )


_EXTRA_COLUMN = Column(EXTRA, SYSTEM[0].type, "")
