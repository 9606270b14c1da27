"""The vault's file: who is who, in SQLite, and the master key beside it.

`subject` holds a row per person in the order of meeting: pseudonym, key (none until something is sealed; destroyed by an erasure), and
the look-up that led to it. `lookup` maps a keyed hash of (kind, shop, identifier) to that row: the only table whose rows lie at random, so
it is kept narrow. `master` tells the master key from others. Deleted bytes are overwritten (`secure_delete`), and an erasure empties the
write-ahead file too.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path

from castanea.kit.disk_errors import disk_errors
from castanea.kit.errors import CastaneaError
from castanea.vault.master_key import KEY_FILE, check_key, master_key

_SCHEMA = """
CREATE TABLE IF NOT EXISTS subject (id INTEGER PRIMARY KEY, pseudonym BLOB NOT NULL, key BLOB, mac BLOB);
CREATE TABLE IF NOT EXISTS lookup (mac BLOB PRIMARY KEY, id INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS erasure (id INTEGER PRIMARY KEY);
CREATE TABLE IF NOT EXISTS master (digest BLOB NOT NULL);
"""
# Persons asked for at a time. Few lengths, so that few statements are made: SQLite keeps the last 128, and one of 4,096 marks is 600 KB.
_LENGTHS = (8, 64, 512, 4_096)
_WAIT_SECONDS = 60
_CACHE_KB = 8_192
_WAL_PAGES = 4_000
_SETTINGS = (
    "secure_delete=1", "journal_mode=WAL", "synchronous=FULL", f"cache_size=-{_CACHE_KB}", f"wal_autocheckpoint={_WAL_PAGES}",
)  # fmt: skip


class VaultDamaged(CastaneaError):
    """The vault's file is not what was written."""

    code = "vault.damaged"


Row = tuple[int, bytes, bytes | None]  # id, pseudonym, key


class VaultStore:
    """One connection; not locked, the vault does that. Several processes may use the file."""

    def __init__(self, folder: Path) -> None:
        """Raises KeyLost when the file holds persons and the master key is not theirs; NoSpace, DiskError, VaultDamaged."""
        self._path = folder / "vault.db"
        with self._disk("nothing was changed"):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self.master = master_key(folder)
            os.close(
                os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600)
            )  # before SQLite does, which would let others read it
            self._db = sqlite3.connect(self._path, timeout=_WAIT_SECONDS, isolation_level=None, check_same_thread=False)
            try:
                for setting in _SETTINGS:
                    self._db.execute(f"PRAGMA {setting}")
                self._db.executescript(_SCHEMA)
                check_key(self._db, self.master, folder / KEY_FILE)
            except BaseException:
                self._db.close()
                raise

    def changed_elsewhere(self) -> int:
        """A number that changes when another connection wrote to the file."""
        return int(self._db.execute("PRAGMA data_version").fetchone()[0])

    def erasures(self) -> int:
        return int(self._db.execute("SELECT count(*) FROM erasure").fetchone()[0])

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One durable transaction. Raises NoSpace, DiskError, Unavailable when another process holds the file too long, VaultDamaged."""
        with self._disk("nothing of this was kept"):
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                with suppress(sqlite3.OperationalError):
                    self._db.execute("ROLLBACK")
                raise

    def looked_up(self, macs: Sequence[bytes]) -> dict[bytes, Row]:
        found: dict[bytes, Row] = {}
        with self._disk("nothing was changed"):
            for start in range(0, len(macs), _LENGTHS[-1]):
                part = list(macs[start : start + _LENGTHS[-1]])
                length = next(n for n in _LENGTHS if n >= len(part))
                marks = ",".join("?" * length)
                rows = self._db.execute(
                    f"SELECT lookup.mac, id, pseudonym, key FROM lookup JOIN subject USING (id) WHERE lookup.mac IN ({marks})",
                    [*part, *part[:1] * (length - len(part))],
                )
                found.update((mac, (number, pseudonym, key)) for mac, number, pseudonym, key in rows)
        return found

    def subject(self, number: int) -> Row | None:
        row: Row | None = self._db.execute("SELECT id, pseudonym, key FROM subject WHERE id = ?", (number,)).fetchone()
        return row

    def last(self) -> int:
        """The highest number given to a subject."""
        return int(self._db.execute("SELECT max(id) FROM subject").fetchone()[0] or 0)

    def add(
        self, numbers: Sequence[int], pseudonyms: Sequence[bytes], keys: Iterable[bytes | None], macs: Sequence[bytes]
    ) -> None:
        """New subjects; inside `writing`."""
        self._db.executemany(
            "INSERT INTO subject VALUES (?, ?, ?, ?)", zip(numbers, pseudonyms, keys, macs, strict=True)
        )
        self._db.executemany("INSERT INTO lookup VALUES (?, ?)", zip(macs, numbers, strict=True))

    def add_keys(self, rows: Iterable[tuple[bytes, int]]) -> None:
        """Keys for subjects that had none; inside `writing`."""
        self._db.executemany("UPDATE subject SET key = ? WHERE id = ?", rows)

    def erase(self, pseudonym: bytes) -> None:
        """Inside `writing`. Scans: erasures are few, and an index by pseudonym would cost every new person."""
        for number, mac in self._db.execute("SELECT id, mac FROM subject WHERE pseudonym = ?", (pseudonym,)).fetchall():
            self._db.execute("DELETE FROM lookup WHERE mac = ?", (mac,))
            self._db.execute("UPDATE subject SET key = NULL, mac = NULL WHERE id = ?", (number,))
            self._db.execute("INSERT OR IGNORE INTO erasure VALUES (?)", (number,))

    def empty_write_ahead(self) -> None:
        self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        self._db.close()

    def _disk(self, kept: str) -> AbstractContextManager[None]:
        return disk_errors(self._path, "the vault", kept, VaultDamaged)
