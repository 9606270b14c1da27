"""What SQLite and the operating system say about a disk, told as our errors. A disk is called full only when it is."""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from castanea.kit.errors import CastaneaError, DiskError, NoSpace, Unavailable

_SHARED = 32 << 10  # bytes by which SQLite's shared-memory file grows; too little room for that comes as an I/O error
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT)


@contextmanager
def disk_errors(file: Path, what: str, kept: str, damaged: Callable[[str], CastaneaError]) -> Iterator[None]:
    """Inside, errors of the disk under `file` and of SQLite become NoSpace, DiskError (another fault of the disk, with its code),
    Unavailable (held by another process for too long) or what `damaged` makes of a sentence (the file is not what SQLite wrote).

    `what` names the file's role ("the landing log"), `kept` says in what state the data is.
    """
    try:
        yield
    except sqlite3.DatabaseError as error:
        raise _told(error, file, what, kept, damaged) from error
    except OSError as error:
        if error.errno in _NO_ROOM:
            raise _no_space(what, kept) from error
        raise _disk_error(errno.errorcode.get(error.errno or 0, "OSError"), str(error), file, what, kept) from error


def _told(
    error: sqlite3.DatabaseError, file: Path, what: str, kept: str, damaged: Callable[[str], CastaneaError]
) -> Exception:
    code = getattr(error, "sqlite_errorcode", None)
    if code is None:
        return error  # a misuse of the library, not the disk
    name = error.sqlite_errorname
    if code & 0xFF == sqlite3.SQLITE_FULL or (name == "SQLITE_IOERR_SHMSIZE" and _room(file) < _SHARED):
        return _no_space(what, kept)
    if code & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return Unavailable(f"{what} is held by another process for too long ({name}); {kept}, try again")
    if code & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return damaged(f"{what} {file} is damaged ({name}: {error}); {kept}. Take it from a backup")
    if code & 0xFF in (sqlite3.SQLITE_ERROR, sqlite3.SQLITE_MISUSE, sqlite3.SQLITE_CONSTRAINT):
        return error
    return _disk_error(name, str(error), file, what, kept)


def _no_space(what: str, kept: str) -> NoSpace:
    return NoSpace(f"the disk under {what} is full: {kept}; free some space and try again")


def _disk_error(name: str, said: str, file: Path, what: str, kept: str) -> DiskError:
    return DiskError(
        f"the disk under {what} reports an error ({name}: {said}) for {file}: {kept}. Check the disk and its permissions, then try again",
        values={"name": name, "file": str(file)},
    )


def _room(file: Path) -> int:
    """Bytes free for us where the file lies."""
    try:
        disk = os.statvfs(file.parent)
    except OSError:
        return _SHARED
    return disk.f_bavail * disk.f_frsize
