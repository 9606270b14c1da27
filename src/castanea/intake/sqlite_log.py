"""The landing log on SQLite: WAL, `synchronous=FULL`, a compressed Arrow blob per batch.

`append` returns after the commit's fsync. Several processes may append; offsets follow the order of commits, for SQLite lets one write
at a time. `total` is the count of rows up to and with a batch, so that what waits behind an offset is known from two rows.
"""

from __future__ import annotations

import json
import os
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa

from castanea.contracts.log import LandedBatch, NewBatch
from castanea.contracts.tables import CONTRACT_VERSION, TABLES
from castanea.intake.blobs import digest, pack, unpack
from castanea.kit.clock import Clock, SystemClock, micros
from castanea.kit.disk_errors import disk_errors
from castanea.kit.errors import CastaneaError, InputError

_SCHEMA = """
CREATE TABLE IF NOT EXISTS batch (
  "offset" INTEGER PRIMARY KEY AUTOINCREMENT,
  total INTEGER NOT NULL,
  received_at INTEGER NOT NULL,
  contract_version INTEGER NOT NULL,
  "table" TEXT NOT NULL,
  source TEXT NOT NULL,
  import_id TEXT NOT NULL,
  derived INTEGER NOT NULL,
  suspects INTEGER NOT NULL,
  attributes TEXT NOT NULL,
  rows INTEGER NOT NULL,
  sha256 BLOB NOT NULL,
  data BLOB NOT NULL,
  rejects BLOB
)
"""
_INSERT = "INSERT INTO batch VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_COLUMNS = '"offset", received_at, contract_version, "table", source, import_id, derived, suspects, attributes, sha256, data, rejects, rows'
_READ = f'SELECT {_COLUMNS} FROM batch WHERE "offset" > ? ORDER BY "offset" LIMIT 1'
# the books are read by themselves: without an index that is a walk through the whole log
_IMPORTS = """CREATE INDEX IF NOT EXISTS batch_import_run ON batch ("offset") WHERE "table" = 'import_run'"""
_OF_TABLE = f'SELECT {_COLUMNS} FROM batch WHERE "table" = \'{{table}}\' AND "offset" > ? ORDER BY "offset" LIMIT 1'
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_PAGE = 8_192
_WAIT_SECONDS = 60
_WAL_PAGES = 2_000
_WAL_KEPT = 64 << 20


class LogDamaged(CastaneaError):
    """A batch in the log is not what was written."""

    code = "intake.log_damaged"


class SqliteEventLog:
    """Implements `EventLog`. Thread-safe: one connection appends, each reading thread has its own. `path` is a file, made if missing.

    Opening raises NoSpace, DiskError, LogDamaged.
    """

    def __init__(self, path: Path, clock: Clock | None = None) -> None:
        self._path, self._clock = path, clock or SystemClock()
        self._lock = threading.Lock()
        self._local = threading.local()
        self._readers: list[sqlite3.Connection] = []
        with self._disk("nothing was changed"):
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
            self._writer = self._connect(f"PRAGMA page_size={_PAGE}", "PRAGMA journal_mode=WAL", _SCHEMA, _IMPORTS)

    def append(self, batches: Sequence[NewBatch]) -> list[int]:
        """All batches in one durable transaction. Raises NoSpace, DiskError or Unavailable (nothing was kept), or InputError when rows have
        not the landed schema."""
        packed = [_packed(batch) for batch in batches]  # outside the lock: others may write meanwhile
        now = micros(self._clock.now())
        with self._lock, self._disk("nothing of this was kept"):
            try:
                return self._write(batches, packed, now)
            except sqlite3.DatabaseError:
                with suppress(sqlite3.OperationalError):
                    self._writer.execute("ROLLBACK")
                raise

    def read(self, after: int, max_rows: int) -> Iterator[LandedBatch]:
        """In order of offsets; each batch is checked against its SHA-256 (LogDamaged)."""
        given = 0
        while given < max_rows:
            with self._disk("nothing was changed"):
                row = self._reader().execute(_READ, (after,)).fetchone()
            if row is None:
                return
            batch = _unpacked(row)
            after = batch.offset
            given += max(1, batch.batch.received)
            yield batch

    def of_table(self, table: str) -> Iterator[LandedBatch]:
        """In order of offsets, each checked as in `read`. Raises InputError for a table that there is not."""
        if table not in TABLES:
            raise InputError(f"there is no table {table!r}")
        statement, after = _OF_TABLE.format(table=table), 0
        while True:
            with self._disk("nothing was changed"):
                row = self._reader().execute(statement, (after,)).fetchone()
            if row is None:
                return
            batch = _unpacked(row)
            after = batch.offset
            yield batch

    def head(self) -> int:
        row = self._reader().execute('SELECT max("offset") FROM batch').fetchone()
        return int(row[0] or 0)

    def rows_after(self, offset: int) -> int:
        last = self._reader().execute('SELECT total FROM batch ORDER BY "offset" DESC LIMIT 1').fetchone()
        before = (
            self._reader()
            .execute('SELECT total FROM batch WHERE "offset" <= ? ORDER BY "offset" DESC LIMIT 1', (offset,))
            .fetchone()
        )
        return int(last[0] if last else 0) - int(before[0] if before else 0)

    def close(self) -> None:
        with self._lock:
            self._writer.close()
            for reader in self._readers:
                reader.close()

    def _disk(self, kept: str) -> AbstractContextManager[None]:
        return disk_errors(self._path, "the landing log", kept, LogDamaged)

    def _write(self, batches: Sequence[NewBatch], packed: Sequence[tuple[bytes, bytes | None]], now: int) -> list[int]:
        db, offsets = self._writer, []
        db.execute("BEGIN IMMEDIATE")
        last = db.execute('SELECT total FROM batch ORDER BY "offset" DESC LIMIT 1').fetchone()
        total = last[0] if last else 0
        for batch, (data, rejects) in zip(batches, packed, strict=True):
            total += batch.received
            head = (
                total,
                now,
                CONTRACT_VERSION,
                batch.table,
                batch.source,
                batch.import_id,
                batch.derived,
                batch.suspects,
            )
            body = (json.dumps(batch.attributes), batch.received, digest(data, rejects), data, rejects)
            offsets.append(int(db.execute(_INSERT, (*head, *body)).lastrowid or 0))
        db.execute("COMMIT")
        return offsets

    def _connect(self, *statements: str) -> sqlite3.Connection:
        db = sqlite3.connect(self._path, timeout=_WAIT_SECONDS, isolation_level=None, check_same_thread=False)
        settings = ("synchronous=FULL", f"wal_autocheckpoint={_WAL_PAGES}", f"journal_size_limit={_WAL_KEPT}")
        try:
            for statement in (*(f"PRAGMA {setting}" for setting in settings), *statements):
                db.execute(statement)
        except BaseException:
            db.close()
            raise
        return db

    def _reader(self) -> sqlite3.Connection:
        reader: sqlite3.Connection | None = getattr(self._local, "reader", None)
        if reader is None:
            reader = self._local.reader = self._connect()
            with self._lock:
                self._readers.append(reader)
        return reader


def _packed(batch: NewBatch) -> tuple[bytes, bytes | None]:
    _check(batch.table, batch.rows)
    if batch.rejects is None or batch.rejects.num_rows == 0:
        return pack(batch.rows), None
    _check("quarantine", batch.rejects)
    return pack(batch.rows), pack(batch.rejects)


def _check(table: str, rows: pa.Table) -> None:
    """Only landed rows are written: what has another shape may hold personal values in clear."""
    if table not in TABLES or not rows.schema.equals(TABLES[table].landed_schema):
        raise InputError(
            f"rows for {table!r} have not its landed schema and were not written; pass them through Landing"
        )


def _unpacked(row: tuple[int, int, int, str, str, str, int, int, str, bytes, bytes, bytes | None, int]) -> LandedBatch:
    offset, received_at, version, table, source, import_id, derived, suspects, attributes, sha256, data, rejects, _ = (
        row
    )
    if digest(data, rejects) != sha256:
        raise LogDamaged(
            f"batch {offset} of the landing log is not what was written (SHA-256 differs); take the log from a backup",
            values={"offset": offset},
        )
    batch = NewBatch(
        table,
        source,
        unpack(data),
        unpack(rejects) if rejects else None,
        import_id,
        bool(derived),
        suspects,
        json.loads(attributes),
    )
    at = _EPOCH + timedelta(microseconds=received_at)
    return LandedBatch(offset, at, version, batch)
