"""Opens a file's bytes: plain, gzip, zstandard or zip, with a bound on the inflated size and on the ratio."""

from __future__ import annotations

import gzip
import io
import zipfile
from pathlib import Path
from typing import BinaryIO, cast

import zstandard

from castanea.sources.files.dialect import Limits
from castanea.sources.files.errors import FileError, TooLarge

_RATIO_FROM = 256 << 20
_WORKBOOK = "[Content_Types].xml"


class Bounded(io.RawIOBase):
    """Reads on while the inflated bytes stay inside the limits; raises TooLarge beyond them, FileError where the packing is broken."""

    def __init__(self, inner: BinaryIO, packed: int, limits: Limits, name: str) -> None:
        self._inner, self._packed, self._limits, self._name = inner, max(packed, 1), limits, name
        self._given = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(cast("bytearray", buffer))
        try:
            data = self._inner.read(len(view))
        except (OSError, EOFError, zipfile.BadZipFile, zstandard.ZstdError, ValueError, RuntimeError) as error:
            raise FileError(
                f"{self._name}: the packed file is broken ({error}); pack it again, or import it unpacked"
            ) from error
        view[: len(data)] = data
        self._given += len(data)
        if self._given > self._limits.inflated or (
            self._given > _RATIO_FROM and self._given / self._packed > self._limits.ratio
        ):
            raise TooLarge(
                f"{self._name}: {self._packed:,} packed bytes inflate to more than {self._given:,}; allowed are "
                f"{self._limits.inflated:,} bytes and {self._limits.ratio:g} times the packed size. Nothing was imported; unpack it first",
                code="file.too_large",
            )
        return len(data)

    def close(self) -> None:
        self._inner.close()
        super().close()


def packing_of(path: Path) -> tuple[str, str]:
    """Return the packing (`gzip`, `zstd`, `zip` or empty) and the packed member's name."""
    with path.open("rb") as file:
        head = file.read(4)
    if head[:2] == b"\x1f\x8b":
        return "gzip", path.stem
    if head == b"\x28\xb5\x2f\xfd":
        return "zstd", path.stem
    if head[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        return _zip_member(path)
    return "", path.name


def open_bytes(path: Path, packing: str, member: str, limits: Limits) -> io.BufferedReader:
    """Open the file's own bytes, unpacked. Reading raises TooLarge or FileError as `Bounded` says."""
    packed = path.stat().st_size
    if packing == "gzip":
        inner = cast("BinaryIO", gzip.open(path, "rb"))  # noqa: SIM115  closed with the reader
    elif packing == "zstd":
        file = path.open("rb")
        inner = cast("BinaryIO", zstandard.ZstdDecompressor(max_window_size=1 << 27).stream_reader(file, closefd=True))
    elif packing == "zip":
        archive = zipfile.ZipFile(path)
        packed = archive.getinfo(member).compress_size
        try:
            inner = cast("BinaryIO", archive.open(member))
        except (RuntimeError, NotImplementedError, zipfile.BadZipFile) as error:
            raise FileError(
                f"{path.name}: {member} cannot be unpacked ({error}); unpack it first and import what is inside"
            ) from error
    else:
        return io.BufferedReader(io.FileIO(path), buffer_size=1 << 20)
    return io.BufferedReader(Bounded(inner, packed, limits, path.name), buffer_size=1 << 20)


def _zip_member(path: Path) -> tuple[str, str]:
    try:
        with zipfile.ZipFile(path) as archive:
            names = [item for item in archive.infolist() if not item.is_dir()]
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise FileError(
            f"{path.name}: looks like a zip archive, but is broken ({error}); fetch or pack it again"
        ) from error
    if any(item.filename == _WORKBOOK for item in names):
        return "", path.name
    members = [
        item.filename for item in names if not item.filename.startswith("__MACOSX") and not _hidden(item.filename)
    ]
    if len(members) != 1:
        listing = ", ".join(members[:8]) or "nothing"
        raise FileError(
            f"{path.name}: the archive holds {len(members)} files ({listing}); unpack it and import each file"
        )
    return "zip", members[0]


def _hidden(name: str) -> bool:
    return name.rsplit("/", 1)[-1].startswith(".")
