"""The master key: under it identifiers are hashed for the look-up, so without it nobody in the vault is recognised again."""

from __future__ import annotations

import os
import sqlite3
import tempfile
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path

from castanea.kit.errors import CastaneaError

KEY_FILE = "master.key"
_BYTES = 32


class KeyLost(CastaneaError):
    """The vault holds persons, and the master key under which they were met is not there."""

    code = "vault.key_lost"

    def __init__(self, path: Path, how: str) -> None:
        super().__init__(
            f"the vault's master key {path} {how}, but the vault holds people who were met under another. Nothing was changed. Put the master "
            "key back from the backup of this workspace, then start again. With a new key nobody known would be recognised",
            values={"file": str(path)},
        )


def master_key(folder: Path) -> bytes:
    """32 random bytes, readable by the owner alone, made with the vault; of two processes that make them at once, one wins.

    Raises KeyLost where there is none and the vault holds persons already, or where it is cut short; OSError.
    """
    path = folder / KEY_FILE
    if not path.exists() and _holds_persons(folder / "vault.db") and not path.exists():
        raise KeyLost(path, "is missing")
    if not path.exists():
        _make(path)
    key = path.read_bytes()
    if len(key) != _BYTES:
        raise KeyLost(path, f"has {len(key)} bytes instead of {_BYTES}")
    return key


def check_key(db: sqlite3.Connection, key: bytes, path: Path) -> None:
    """Raises KeyLost when the open vault holds persons who were met under another key than this."""
    digest = blake2b(key, digest_size=16, person=b"castanea-master").digest()
    known = db.execute("SELECT digest FROM master").fetchone()
    if known == (digest,):
        return
    if known is not None and db.execute("SELECT 1 FROM subject LIMIT 1").fetchone() is not None:
        raise KeyLost(path, "is another one")
    db.execute("BEGIN IMMEDIATE")
    db.execute("DELETE FROM master")
    db.execute("INSERT INTO master VALUES (?)", (digest,))
    db.execute("COMMIT")


def _holds_persons(path: Path) -> bool:
    if not path.exists() or not path.stat().st_size:
        return False
    with sqlite3.connect(path) as db:
        tables = db.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'subject'").fetchone()[0]
        found = bool(tables) and db.execute("SELECT 1 FROM subject LIMIT 1").fetchone() is not None
    db.close()
    return found


def _make(path: Path) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".master-")  # mkstemp: 0600
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(os.urandom(_BYTES))
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(name, path)
    finally:
        Path(name).unlink()
