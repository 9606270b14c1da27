"""Which reader a file needs; runs inside the child process only."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Collection, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from castanea.sources.files.columnar import inspect_parquet, read_parquet
from castanea.sources.files.delimited import inspect_delimited, read_delimited
from castanea.sources.files.dialect import Counted, Found, Limits, Wish
from castanea.sources.files.errors import FileError
from castanea.sources.files.ndjson import inspect_ndjson, looks_like_ndjson, read_ndjson
from castanea.sources.files.rows import Chunk
from castanea.sources.files.unpack import open_bytes, packing_of
from castanea.sources.files.workbook import inspect_workbook, read_workbook

_OLE, _ZIP, _PARQUET = b"\xd0\xcf\x11\xe0", b"PK\x03\x04", b"PAR1"
_COPIES: dict[Path, Any] = {}  # unpacked copies of this child's one file, gone when it ends


def inspect_file(path: Path, wish: Wish, known: Collection[str], limits: Limits, beat: Callable[[int], None]) -> Found:
    """Find out what the file is. Raises FileError that says what is wrong and what to do."""
    if path.is_dir():
        raise FileError(f"{path} is a folder; name the files in it", code="file.folder")
    if not path.exists():
        raise FileError(f"{path} does not exist; check its name", code="file.missing")
    size = path.stat().st_size
    if size == 0:
        raise FileError(f"{path.name} is empty (0 bytes); export it again", code="file.empty")
    sha = _sha256(path, beat)
    packing, member = packing_of(path)
    opener = partial(open_bytes, path, packing, member, limits)
    with opener() as file:
        head = file.read(4096)
    if head.startswith(_PARQUET):
        found = inspect_parquet(_whole(path, packing, member, limits, beat), limits, beat)
    elif head.startswith((_OLE, _ZIP)):
        found = inspect_workbook(_whole(path, packing, member, limits, beat), wish, known, beat)
    elif looks_like_ndjson(head):
        found = inspect_ndjson(opener, limits, beat)
    else:
        found = inspect_delimited(opener, wish, known, beat)
    return msgspec.structs.replace(found, packing=packing, member=member if packing else "", bytes=size, sha256=sha)


def read_file(path: Path, found: Found, limits: Limits, beat: Callable[[int], None]) -> Iterator[Chunk | Counted]:
    """Chunks of text columns, then one Counted."""
    opener = partial(open_bytes, path, found.packing, found.member, limits)
    if found.container == "parquet":
        return read_parquet(_whole(path, found.packing, found.member, limits, beat), limits, beat)
    if found.container == "workbook":
        return read_workbook(_whole(path, found.packing, found.member, limits, beat), found, beat)
    if found.container == "ndjson":
        return read_ndjson(opener, found, limits, beat)
    return read_delimited(opener, found, limits, beat)


def _whole(path: Path, packing: str, member: str, limits: Limits, beat: Callable[[int], None]) -> Path:
    """The file itself, or where it is packed and cannot be read in pieces, its unpacked copy (kept until the process ends)."""
    if not packing:
        return path
    if path not in _COPIES:
        copy = tempfile.TemporaryFile()  # noqa: SIM115  has no name: gone with the process, however that ends
        with open_bytes(path, packing, member, limits) as file:
            while block := file.read(1 << 20):
                copy.write(block)
                beat(len(block))
        copy.flush()
        _COPIES[path] = copy
    return Path(f"/dev/fd/{_COPIES[path].fileno()}")


def _sha256(path: Path, beat: Callable[[int], None]) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
            beat(len(block))
    return digest.hexdigest()
