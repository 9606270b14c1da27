"""Which encoding a file is in. Tries: byte-order mark, strict UTF-8, GB18030, UTF-16; then the user is asked.

The whole file is decoded once before a row of it is read, so a byte that does not fit is found before anything is imported, and never
becomes a replacement character.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable
from typing import BinaryIO

import msgspec

from castanea.sources.files.errors import FileError

_BLOCK = 1 << 20
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_WESTERN = "cp1252"


class Encoding(msgspec.Struct, frozen=True):
    """`name` as Python's codecs know it; `proposed` is true where it is only a proposal that the user has to confirm."""

    name: str
    proposed: bool = False


def find_encoding(open_file: Callable[[], BinaryIO], beat: Callable[[int], None]) -> Encoding:
    """Return the encoding of a text file. `beat(bytes)` is called as reading goes on. Raises FileError where none fits."""
    with open_file() as file:
        head = file.read(_BLOCK)
    for mark, name in _MARKS:
        if head.startswith(mark):
            _must_decode(open_file, name, beat)
            return Encoding(name)
    wide = _wide(head)
    for name in (*((wide,) if wide else ()), "utf-8", "gb18030"):
        if _first_fault(open_file, name, beat) is None:
            if name == "gb18030" and not _chinese(head):
                return Encoding(_WESTERN if _first_fault(open_file, _WESTERN, beat) is None else name, proposed=True)
            return Encoding(name)
    fault = _first_fault(open_file, "utf-8", beat)
    if _first_fault(open_file, _WESTERN, beat) is None:
        return Encoding(_WESTERN, proposed=True)
    raise FileError(
        f"the text is neither UTF-8, GB18030 nor UTF-16 (first fault at byte {fault}); "
        "name its encoding with --encoding, for example --encoding big5 or --encoding cp1252",
        code="file.encoding",
    )


def check_encoding(open_file: Callable[[], BinaryIO], name: str, beat: Callable[[int], None]) -> str:
    """Return Python's name of an encoding that the user named, after decoding the whole file with it."""
    try:
        known = codecs.lookup(name).name
    except LookupError as error:
        raise FileError(
            f"'{name}' is no encoding; valid are for example utf-8, gb18030, utf-16, big5, cp1252"
        ) from error
    with open_file() as file:
        marked = file.read(3) == codecs.BOM_UTF8
    known = "utf-8-sig" if known == "utf-8" and marked else known
    _must_decode(open_file, known, beat)
    return known


def _chinese(head: bytes) -> bool:
    """Whether bytes above 127 stand as Chinese writes them: nearly always in pairs. Accents before Latin letters also decode as
    GB18030, to rare characters of which the second byte is a Latin letter."""
    text = head.decode("gb18030", "ignore")
    strange = [char for char in text if ord(char) > 127]
    pairs = [char.encode("gb18030") for char in strange]
    rare = sum(len(pair) == 2 and pair[1] < 0x80 for pair in pairs)
    return rare <= 0.3 * len(pairs)


def _wide(head: bytes) -> str:
    """UTF-16 without a mark: every second byte of Latin text and of digits is zero."""
    if len(head) < 4:
        return ""
    even, odd = head[0::2].count(0) / max(len(head[0::2]), 1), head[1::2].count(0) / max(len(head[1::2]), 1)
    if odd > 0.15 and even < odd / 8:
        return "utf-16-le"
    if even > 0.15 and odd < even / 8:
        return "utf-16-be"
    return ""


def _must_decode(open_file: Callable[[], BinaryIO], name: str, beat: Callable[[int], None]) -> None:
    fault = _first_fault(open_file, name, beat)
    if fault is not None:
        raise FileError(
            f"the file is marked or named as {name}, but byte {fault} does not fit it; "
            "save it again from its program, or name another encoding with --encoding",
            code="file.encoding",
        )


def _first_fault(open_file: Callable[[], BinaryIO], name: str, beat: Callable[[int], None]) -> int | None:
    """The offset of the first byte that the encoding refuses, or None."""
    decoder = codecs.getincrementaldecoder(name)("strict")
    offset = 0
    with open_file() as file:
        while True:
            block = file.read(_BLOCK)
            try:
                decoder.decode(block, final=not block)
            except UnicodeError as error:
                return offset + int(getattr(error, "start", 0))
            if not block:
                return None
            offset += len(block)
            beat(len(block))
