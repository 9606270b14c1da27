"""The vault's file: look-ups, keys and tombstones in SQLite, and the master key beside it.

`lookup` maps a keyed hash of (kind, shop, identifier) to a pseudonym; `key` holds a subject's 32-byte key; `erased` holds the pseudonyms
whose key was destroyed. Deleted bytes are overwritten (`secure_delete`), and an erasure empties the write-ahead file too.
"""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from castanea.kit.errors import NoSpace, Unavailable

_SCHEMA = """
CREATE TABLE IF NOT EXISTS lookup (mac BLOB PRIMARY KEY, pseudonym BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS key (pseudonym BLOB PRIMARY KEY, key BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS erased (pseudonym BLOB PRIMARY KEY) WITHOUT ROWID;
"""
_CHUNK = 5_000
_WAIT_SECONDS = 60


class VaultStore:
    """One connection; not locked, the vault does that. Several processes may use the file."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.master = _master_key(folder / "master.key")
        path = folder / "vault.db"
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))  # before SQLite does, which would let others read it
        self._db = sqlite3.connect(path, timeout=_WAIT_SECONDS, isolation_level=None, check_same_thread=False)
        self._db.execute("PRAGMA secure_delete=1")
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=FULL")
        self._db.executescript(_SCHEMA)

    def changed_elsewhere(self) -> int:
        """A number that changes when another connection wrote to the file."""
        return int(self._db.execute("PRAGMA data_version").fetchone()[0])

    def erasures(self) -> int:
        return int(self._db.execute("SELECT count(*) FROM erased").fetchone()[0])

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One durable transaction. Raises NoSpace when the disk is full, Unavailable when another process holds the file too long."""
        try:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                with suppress(sqlite3.OperationalError):
                    self._db.execute("ROLLBACK")
                raise
        except sqlite3.OperationalError as error:
            if "full" in str(error):
                raise NoSpace(
                    "the disk is full: the vault cannot take new persons, nothing was kept; free some space"
                ) from error
            raise Unavailable(f"the vault cannot be written now ({error}); nothing was kept, try again") from error

    def pseudonyms(self, macs: Sequence[bytes]) -> dict[bytes, bytes]:
        return self._map("SELECT mac, pseudonym FROM lookup WHERE mac IN", macs)

    def keys(self, pseudonyms: Sequence[bytes]) -> dict[bytes, bytes]:
        return self._map("SELECT pseudonym, key FROM key WHERE pseudonym IN", pseudonyms)

    def tombstones(self, pseudonyms: Sequence[bytes]) -> dict[bytes, bytes]:
        return self._map("SELECT pseudonym, pseudonym FROM erased WHERE pseudonym IN", pseudonyms)

    def add_lookups(self, rows: Sequence[tuple[bytes, bytes]]) -> None:
        self._db.executemany("INSERT INTO lookup VALUES (?, ?)", rows)

    def add_keys(self, rows: Sequence[tuple[bytes, bytes]]) -> None:
        self._db.executemany("INSERT INTO key VALUES (?, ?)", rows)

    def erase(self, pseudonym: bytes) -> None:
        """Inside `writing`."""
        self._db.execute("DELETE FROM key WHERE pseudonym = ?", (pseudonym,))
        self._db.execute(
            "DELETE FROM lookup WHERE pseudonym = ?", (pseudonym,)
        )  # a scan: erasures are few, an index would cost every new person
        self._db.execute("INSERT OR IGNORE INTO erased VALUES (?)", (pseudonym,))

    def empty_write_ahead(self) -> None:
        self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        self._db.close()

    def _map(self, select: str, keys: Sequence[bytes]) -> dict[bytes, bytes]:
        found: dict[bytes, bytes] = {}
        for start in range(0, len(keys), _CHUNK):
            part = keys[start : start + _CHUNK]
            found.update(self._db.execute(f"{select} ({','.join('?' * len(part))})", part).fetchall())
        return found


def _master_key(path: Path) -> bytes:
    """32 random bytes, made once, readable by the owner alone; of two processes that make it at once, one wins."""
    if not path.exists():
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".master-")  # mkstemp: 0600
        try:
            os.write(handle, os.urandom(32))
            os.fsync(handle)
            os.close(handle)
            with suppress(FileExistsError):
                os.link(name, path)
        finally:
            Path(name).unlink()
    return path.read_bytes()
