"""CSV, TSV and their relatives: found out once, then read in chunks by Python's own codecs and csv reader."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Collection, Iterator
from itertools import islice
from typing import TextIO

from castanea.sources.files.counting import count_records
from castanea.sources.files.dialect import Counted, Found, Limits, Wish
from castanea.sources.files.encoding import check_encoding, find_encoding
from castanea.sources.files.errors import FileError
from castanea.sources.files.quick import Ends, csv_rows, slabs_of
from castanea.sources.files.rows import Chunk, Most, Slab, Tally, chunks_of, sample_rows
from castanea.sources.files.sniffing import find_shape, split

_HEAD_CHARS, _HEAD_LINES, _SPREAD, _SAMPLE = 1 << 18, 600, 160, 4_000
Opener = Callable[[], io.BufferedReader]
Beat = Callable[[int], None]


def inspect_delimited(open_file: Opener, wish: Wish, known: Collection[str], beat: Beat) -> Found:
    """Find encoding, delimiter, quote and header row. The whole file is decoded once on the way."""
    if wish.encoding:
        encoding, proposed = check_encoding(open_file, wish.encoding, beat), False
    else:
        found = find_encoding(open_file, beat)
        encoding, proposed = found.name, found.proposed
    with _text(open_file, encoding) as text:
        head = text.read(_HEAD_CHARS)
    lines = io.StringIO(head, newline="").readlines()
    if len(head) == _HEAD_CHARS and len(lines) > 1:
        lines.pop()
    if not head.strip("\ufeff \t\r\n\x00,;"):
        raise FileError("the file is empty: no header row and no data; export it again", code="file.empty")
    shape = find_shape(lines[:_HEAD_LINES], known, delimiter=wish.delimiter, header_row=wish.header_row)
    rows = split(lines, shape.delimiter, shape.quote)[shape.header_row :]
    whole = len(head) < _HEAD_CHARS
    spread = [] if whole else _spread_lines(open_file, encoding, head, beat)
    rows = [*rows[: _SAMPLE - len(spread)], *split(spread, shape.delimiter, shape.quote)]
    width = len(shape.header)
    sample = sample_rows(rows, width)
    return Found(
        "delimited", shape.header, sample, encoding=encoding + ("?" if proposed else ""), delimiter=shape.delimiter, quote=shape.quote,
        header_row=shape.header_row, titles=shape.titles, line_end="\r\n" if "\r\n" in head else "\r" if "\n" not in head else "\n",
    )  # fmt: skip


def read_delimited(open_file: Opener, found: Found, limits: Limits, beat: Beat) -> Iterator[Chunk | Counted]:
    """Chunks of the rows below the header, then the count. Raises FileError where the records do not add up."""
    encoding = found.encoding.rstrip("?")
    tally, state = Tally(), {"records": 0}
    with open_file() as raw, _wrap(raw, encoding) as text:
        csv.field_size_limit(limits.cell)
        above = csv_rows(iter(text), found.delimiter, found.quote)
        state["records"] = len(list(islice(above, found.header_row)))
        ends = Ends(state["records"])
        records = slabs_of(text, found.delimiter, found.quote, len(found.header), ends)
        slabs = _slabs(records, raw, limits, state, beat)
        yield from chunks_of(
            slabs, len(found.header), found.header_row + 1, tally, Most(limits.chunk_rows, limits.chunk_bytes)
        )
    independent = ends.count
    if ends.stopped:
        independent = count_records(lambda: _bytes_as_text(open_file, encoding), found.delimiter, found.quote)
    if state["records"] != independent:
        independent = count_records(lambda: _text(open_file, encoding), found.delimiter, found.quote, exact=True)
    yield Counted(
        state["records"],
        independent,
        found.header_row,
        tally.blank,
        tally.totals,
        tally.received,
        tuple(tuple(r) for r in tally.total_rows),
    )


def _slabs(
    records: Iterator[Slab], raw: io.BufferedReader, limits: Limits, state: dict[str, int], beat: Beat
) -> Iterator[Slab]:
    """Records in slabs of about a chunk: as many rows, or as many bytes, as the limits say."""
    position = 0
    while True:
        try:
            slab = next(records, None)
        except csv.Error as error:
            raise FileError(
                f"a cell is longer than {limits.cell:,} characters, somewhere after record {state['records']:,} "
                f"({error}): most often a quote that is opened and never closed; mend that line, or save the file again from its program",
                code="file.cell_too_long",
            ) from error
        if slab is None:
            return
        state["records"] += len(slab)
        before, position = position, _position(raw, position)
        beat(max(position - before, 1))
        yield slab


def _position(raw: io.BufferedReader, otherwise: int) -> int:
    try:
        return raw.tell()
    except (OSError, ValueError):  # a packed stream cannot say
        return otherwise


def _spread_lines(open_file: Opener, encoding: str, head: str, beat: Beat) -> list[str]:
    """Some lines from all over the file behind `head`, so that dates and numbers are judged by more than its beginning."""
    lines: list[str] = []
    with open_file() as raw:
        step = gap = 1 << 16
        if encoding.startswith(("utf-16", "utf-32")):
            return _spread_text(_wrap(raw, encoding), len(head), beat)
        raw.read(len(head.encode(encoding)))
        number = 0
        while len(lines) < 4 * _SPREAD and (block := raw.read(gap)):
            beat(len(block))
            pieces = block[:step].split(b"\n")[1:4]
            lines.extend(piece.decode(encoding, "ignore") + "\n" for piece in pieces)
            number += 1
            if number % _SPREAD == 0:
                gap = min(gap * 8, 1 << 23)
    return lines


def _spread_text(text: TextIO, after: int, beat: Beat) -> list[str]:
    lines: list[str] = []
    text.read(after)
    while len(lines) < 4 * _SPREAD and (block := text.read(1 << 18)):
        beat(len(block))
        lines.extend(block.splitlines(keepends=True)[1:4])
    return [line for line in lines if line.endswith(("\n", "\r"))]


def _wrap(raw: io.BufferedReader, encoding: str) -> TextIO:
    return io.TextIOWrapper(raw, encoding=encoding, errors="strict", newline="")


def _text(open_file: Opener, encoding: str) -> TextIO:
    return _wrap(open_file(), encoding)


def _bytes_as_text(open_file: Opener, encoding: str) -> TextIO:
    """For counting: in these encodings no line end and no quote is a part of another character, so bytes serve as characters."""
    quick = encoding.replace("_", "-") in ("utf-8", "utf-8-sig", "gb18030", "gbk", "cp1252", "ascii", "latin-1")
    return _wrap(open_file(), "latin-1" if quick else encoding)
