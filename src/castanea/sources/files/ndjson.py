"""NDJSON, or one JSON array of objects: nested objects one level down become `outer.inner`, deeper ones and lists stay JSON."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

import msgspec

from castanea.sources.files.counting import count_records
from castanea.sources.files.dialect import Counted, Found, Limits
from castanea.sources.files.encoding import find_encoding
from castanea.sources.files.errors import FileError
from castanea.sources.files.rows import Chunk, OddRow, Row, _table, pointed

_SAMPLE = 4_000
Opener = Callable[[], io.BufferedReader]
_ARRAY = 128 << 20  # characters of an array read at once
_DECODER = msgspec.json.Decoder(float_hook=pointed)
_ARRAYS = msgspec.json.Decoder(list[msgspec.Raw])


def looks_like_ndjson(head: bytes) -> bool:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):  # UTF-16: its ASCII characters without their zeros
        head = head[2:].replace(b"\0", b"")
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    array = text.startswith(b"[") and text[1:].lstrip(b" \t\r\n").startswith(b"{")
    return (text.startswith(b"{") or array) and b":" in text


def inspect_ndjson(open_file: Opener, limits: Limits, beat: Callable[[int], None]) -> Found:
    """The columns are all names that occur in the file, in the order of their first occurrence."""
    encoding = find_encoding(open_file, beat).name
    names: dict[str, int] = {}
    sample: list[dict[str, str | None]] = []
    for number, line in enumerate(_lines(open_file, encoding)):
        record = _record(line)
        if record is None:
            continue
        for name in record:
            names.setdefault(name, len(names))
        if len(names) > limits.columns:
            raise FileError(f"the objects have more than {limits.columns} different names; is this one kind of record?")
        if len(sample) < _SAMPLE // 2 or (number % 997 == 0 and len(sample) < _SAMPLE):
            sample.append(record)
        if number % 5_000 == 0:
            beat(1)
    if not names:
        raise FileError("no line of the file is a JSON object; write one object per line", code="file.no_header")
    rows = tuple(tuple(record.get(name) for name in names) for record in sample)
    return Found("ndjson", tuple(names), rows, encoding=encoding, header_row=0)


def read_ndjson(
    open_file: Opener, found: Found, limits: Limits, beat: Callable[[int], None]
) -> Iterator[Chunk | Counted]:
    width, number, blank, received = len(found.header), 0, 0, 0
    lines = _lines(open_file, found.encoding)
    while slab := list(islice(lines, min(limits.chunk_rows, 50_000))):
        good: list[Row] = []
        numbers: list[int] = []
        odd: list[OddRow] = []
        for line in slab:
            number += 1
            if not line.strip():
                blank += 1
                continue
            record = _record(line)
            if record is None:
                odd.append(OddRow(number, (line[:4_000],), "json"))
            elif any(value and "\x00" in value for value in record.values()):
                odd.append(OddRow(number, tuple(record.get(name) for name in found.header), "nul_byte"))
            else:
                good.append([record.get(name) for name in found.header])
                numbers.append(number)
        received += len(good) + len(odd)
        beat(len(slab))
        yield Chunk(_table(good, width, numbers), odd)
    independent = _counted(open_file, found.encoding)
    yield Counted(number, independent, 0, blank, 0, received)


def _lines(open_file: Opener, encoding: str) -> Iterator[str]:
    """One object per line; the elements of an array as if they stood so."""
    with io.TextIOWrapper(open_file(), encoding=encoding, errors="strict", newline="") as text:
        first = text.readline()
        if not first.lstrip("\ufeff \t\r\n").startswith("["):
            yield first
            yield from text
            return
        for element in _elements(first + text.read(_ARRAY)):
            yield bytes(element).decode()


def _elements(document: str) -> list[msgspec.Raw]:
    if len(document) >= _ARRAY:
        raise FileError(
            f"a JSON array of more than {_ARRAY >> 20} million characters cannot be read in pieces; write one object per line"
        )
    try:
        return _ARRAYS.decode(document.lstrip("\ufeff"))
    except (msgspec.DecodeError, RecursionError) as error:
        raise FileError(f"the file begins like a JSON array and is none: {error}; was it cut off?") from error


def _counted(open_file: Opener, encoding: str) -> int:
    """Records, counted by another way than the reader's."""
    with io.TextIOWrapper(open_file(), encoding=encoding, newline="") as text:
        head = text.read(4_096)
        if head.lstrip("\ufeff \t\r\n").startswith("["):
            return len(msgspec.json.decode((head + text.read()).lstrip("\ufeff")))
    return count_records(lambda: io.TextIOWrapper(open_file(), encoding=encoding, newline=""), "\n", "")


def _record(line: str) -> dict[str, str | None] | None:
    if not line.strip():
        return None
    try:
        value = _DECODER.decode(line.lstrip("\ufeff"))
    except (msgspec.DecodeError, RecursionError):
        return None
    if not isinstance(value, dict):
        return None
    flat: dict[str, str | None] = {}
    for name, item in value.items():
        if isinstance(item, dict):
            flat.update({f"{name}.{inner}": _as_text(deep) for inner, deep in item.items()})
        else:
            flat[name] = _as_text(item)
    return flat


def _as_text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    return msgspec.json.encode(value).decode()
