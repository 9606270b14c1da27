"""Text in blocks of whole records, parsed by Arrow where both ways of parsing must agree, else row by row."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any, TextIO

import pyarrow as pa
import pyarrow.csv as pa_csv

from castanea.sources.files.rows import Row, Slab

_BLOCK = 1 << 22  # characters
_FIRST_BLOCK = _BLOCK >> 3  # so that what follows in the import begins early
_TRIES = 400  # line ends looked at from behind for one outside quotes


@dataclass
class Ends:
    """`count`: records by the line ends outside quotes, beside what the parser finds. `stopped`: from some block on the two differ."""

    count: int = 0
    stopped: bool = False


def slabs_of(text: TextIO, delimiter: str, quote: str, width: int, ends: Ends) -> Iterator[Slab]:
    """The records from where `text` stands: tables of `width` columns, or lists of rows where a block has odd ones.

    A block is cut where an even number of quotes lies before a line's end, and taken from Arrow only when it finds as many records as
    there are line ends outside quotes; from the first block where these differ (stray quotes), Python's csv reader reads on alone.
    Raises csv.Error for a cell above the field limit.
    """
    carried, size = "", _FIRST_BLOCK
    while True:
        read = text.read(size)
        size = min(2 * size, _BLOCK)
        block = carried + read
        if not block:
            return
        cut = _cut(block, quote) if read else len(block)
        if cut == 0 and len(block) < 4 * _BLOCK:
            carried = block
            continue
        whole, carried = block[:cut], block[cut:]
        slab = _parsed(whole, delimiter, quote, width) if cut else None
        if slab is None:
            ends.stopped = True
            lines = chain(_lines(block, text), text)
            yield from _by_rows(csv_rows(lines, delimiter, quote))
            return
        ends.count += _ends(whole, quote)
        yield slab


def csv_rows(lines: Iterator[str], delimiter: str, quote: str) -> Iterator[list[str]]:
    """Python's reader over lines."""
    if quote:
        return csv.reader(lines, delimiter=delimiter, quotechar=quote)
    return csv.reader(lines, delimiter=delimiter, quotechar=None, quoting=csv.QUOTE_NONE)


def _lines(block: str, text: TextIO) -> Iterator[str]:
    """The lines of a block whose last one goes on in `text`."""
    lines = io.StringIO(block, newline="").readlines()
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += text.readline()
    return iter(lines)


def _by_rows(rows: Iterator[list[str]]) -> Iterator[Slab]:
    slab: list[Row] = []
    for row in rows:
        slab.append(row)
        if len(slab) >= 5_000:
            yield slab
            slab = []
    if slab:
        yield slab


def _cut(block: str, quote: str) -> int:
    """The place after the last line's end outside quotes; 0 = none was found."""
    end = len(block)
    after = block.count(quote) if quote else 0  # quotes before `end`
    for _ in range(_TRIES):
        place = max(block.rfind("\n", 0, end), block.rfind("\r", 0, end - 1 if end == len(block) else end))
        if place < 0:
            return 0
        after -= block.count(quote, place + 1, end) if quote else 0
        if after % 2 == 0:
            return place + 1 + (block[place] == "\r" and block[place + 1 : place + 2] == "\n")
        end = place
    return 0


def _parsed(block: str, delimiter: str, quote: str, width: int) -> Slab | None:
    """A table, or rows where a record has another width or is empty; None where the two ways of counting differ."""
    records = _ends(block, quote)
    table = None if block.startswith("\ufeff") else _table(block, delimiter, quote, width)
    if table is not None:
        return table if table.num_rows == records else None
    rows = list(csv_rows(iter(io.StringIO(block, newline="")), delimiter, quote))
    return rows if len(rows) == records else None


def _ends(block: str, quote: str) -> int:
    outside = "\x01".join(block.split(quote)[0::2]) if quote and quote in block else block
    ends = outside.count("\n") + outside.count("\r") - outside.count("\r\n")
    return ends + (not block.endswith(("\n", "\r")))


def _table(block: str, delimiter: str, quote: str, width: int) -> pa.Table | None:
    odd: list[int] = []

    def skip(_row: Any) -> str:
        odd.append(1)
        return "skip"

    data = block.encode()
    names = [f"c{i}" for i in range(width)]
    try:
        table = pa_csv.read_csv(
            pa.BufferReader(data),
            pa_csv.ReadOptions(use_threads=False, block_size=len(data) + 1, column_names=names),
            pa_csv.ParseOptions(
                delimiter=delimiter, quote_char=quote or False, double_quote=True, newlines_in_values=bool(quote),
                ignore_empty_lines=False, invalid_row_handler=skip,
            ),
            pa_csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False),
        )  # fmt: skip
    except pa.ArrowInvalid:
        return None
    return None if odd else table
