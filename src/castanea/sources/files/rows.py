"""Rows of cells → Arrow chunks of text columns; the odd rows apart; blank and total rows counted, never loaded."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

Row = Sequence[str | None]
Slab: TypeAlias = "list[Row] | pa.Table"  # records as rows, or as a table of text columns c0 …
HELD = 12  # a total row is looked for among the last rows only: "Total" may be a brand in the middle

_TOTAL = re.compile(
    r"^(总计|合计|总和|汇总|小计|总数|共计|grand\s*total|total|totals|sum|subtotal)s?\s*[:：]?$", re.IGNORECASE
)
_TOTAL_QUICK = (
    r"(?i)^[\s=\"']*(总计|合计|总和|汇总|小计|总数|共计|grand\s*total|totals?|sum|sub-?total)s?\s*[:：]?[\s\"']*$"
)
_REMARK = re.compile(
    r"^(#|//|--|导出时间|导出日期|数据来源|说明|备注|注[:：]|共\s*\d+\s*[条行]|exported|generated)", re.IGNORECASE
)


@dataclass(frozen=True)
class OddRow:
    """A record that does not fit the header. `reason`: ragged, nul_byte, json."""

    row: int
    cells: tuple[str | None, ...]
    reason: str


@dataclass
class Chunk:
    """`table` has text columns `c0`, `c1` … and `_row`, the record's number in the file from 1."""

    table: pa.Table
    odd: list[OddRow]


@dataclass(frozen=True)
class Most:
    """How big a chunk becomes. The first is an eighth, each further one twice the one before: what cleans, seals and loads begins early."""

    rows: int = 100_000
    bytes: int = 32 << 20

    def reached(self, pieces: Sequence[Chunk], before: int) -> bool:
        """Whether these make a chunk, with so many chunks before it."""
        part = 1 << max(0, 3 - before)
        rows: int = sum(p.table.num_rows for p in pieces)
        size: int = sum(p.table.nbytes for p in pieces)
        return rows >= self.rows // part or size >= self.bytes // part


@dataclass
class Tally:
    """What became of the records so far."""

    blank: int = 0
    totals: int = 0
    received: int = 0
    total_rows: list[Row] = field(default_factory=list)


def chunk_schema(width: int) -> pa.Schema:
    return pa.schema([*(pa.field(f"c{i}", pa.string()) for i in range(width)), pa.field("_row", pa.int64())])


def chunks_of(slabs: Iterator[Slab], width: int, first_row: int, tally: Tally, most: Most = Most()) -> Iterator[Chunk]:
    """Turn slabs of records below the header into chunks. `first_row` is the number of the first of them."""
    held: list[Row] = []
    number = first_row
    pieces: list[Chunk] = []
    given = 0
    for slab in slabs:
        last = min(len(slab), HELD)
        rest = slab[: len(slab) - last]
        tail = _rows_of(slab[len(slab) - last :])
        if len(rest):
            for part in (held, rest):
                if len(part):
                    pieces.append(_chunk(part, width, number, tally))
                    number += len(part)
            held = tail
        else:
            held = [*held, *tail]
            if len(held) > HELD:
                pieces.append(_chunk(held[:-HELD], width, number, tally))
                number += len(held) - HELD
                held = held[-HELD:]
        if pieces and most.reached(pieces, given):
            yield _together(pieces)
            pieces, given = [], given + 1
    kept = _without_totals(held, width, tally)
    if kept:
        pieces.append(_chunk(kept, width, number, tally))
    if pieces:
        yield _together(pieces)


def _together(pieces: Sequence[Chunk]) -> Chunk:
    if len(pieces) == 1:
        return pieces[0]
    table = pa.concat_tables([piece.table for piece in pieces]).combine_chunks()
    return Chunk(table, [row for piece in pieces for row in piece.odd])


def _rows_of(slab: Slab) -> list[Row]:
    """The few rows of a slab's end as lists."""
    if isinstance(slab, pa.Table):
        return [list(row) for row in zip(*(column.to_pylist() for column in slab.columns), strict=True)]
    return list(slab)


def _without_totals(rows: list[Row], width: int, tally: Tally) -> list[Row]:
    """The last rows without the blank, total and remark rows at their end."""
    end = len(rows)
    while end:
        row = rows[end - 1]
        if _is_blank(row):
            tally.blank += 1
        elif _is_total(row, width):
            tally.totals += 1
            tally.total_rows.append(tuple(row))
        else:
            break
        end -= 1
    return rows[:end]


def pointed(number: str) -> str:
    """A true number's text with a decimal point that nobody takes for one between thousands: 12.345 as 12.3450."""
    return f"{number}0" if number[-4:-3] == "." else number


def sample_rows(rows: Sequence[Row], width: int) -> tuple[tuple[str | None, ...], ...]:
    """The rows that fit the header, without blank and total rows: what a sample shows is what will be read."""
    fitting = (row for row in rows if len(row) >= width and not _is_blank(row) and _is_blank(row[width:]))
    return tuple(tuple(row[:width]) for row in fitting if not _is_total(row, width))


def _is_blank(row: Row) -> bool:
    return not any(cell and cell.strip("\t \u3000\x00") for cell in row)


def _is_total(row: Row, width: int) -> bool:
    cells = [cell.strip() for cell in row if cell and cell.strip()]
    first = cells[0].strip("=\"' \t") if cells else ""
    if _TOTAL.match(first):
        return _filled(row) < width or width <= 3
    return width > 2 and len(cells) <= 2 and bool(_REMARK.match(first))


def _chunk(rows: Slab, width: int, number: int, tally: Tally) -> Chunk:
    table: pa.Table | None = None
    odd: list[OddRow] = []
    numbers = range(number, number + len(rows))
    if isinstance(rows, pa.Table):
        table = pa.Table.from_arrays(
            [*rows.columns, pa.chunked_array([pa.array(numbers, pa.int64())])], schema=chunk_schema(width)
        )
    elif {len(row) for row in rows} == {width}:
        table = _table(rows, width, numbers)
    else:
        table, odd, blank = _sorted_out(rows, width, number)
        tally.blank += blank
    table, strange = _sifted(table, tally)
    odd = sorted([*odd, *strange], key=lambda row: row.row)
    tally.received += table.num_rows + len(odd)
    return Chunk(table, odd)


def _sifted(table: pa.Table, tally: Tally) -> tuple[pa.Table, list[OddRow]]:
    """The table without its blank rows and total rows, and the rows with a NUL apart."""
    odd: list[OddRow] = []
    nul = _any([pc.match_substring(column, "\x00") for column in table.columns[:-1]])
    if nul is not None:
        odd = [OddRow(int(row[-1] or 0), tuple(row[:-1]), "nul_byte") for row in _rows_of(table.filter(nul))]
        table = table.filter(pc.invert(nul))
    empty = _empty(table.column(0))
    leading = table.column(0)
    if pc.any(empty).as_py():
        blank = empty
        for column in table.columns[1:-1]:
            blank = pc.and_(blank, _empty(column))
        if pc.any(blank).as_py():
            tally.blank += int(pc.sum(blank).as_py())
            table = table.filter(pc.invert(blank))
        leading = pc.coalesce(*(pc.if_else(_empty(column), None, column) for column in table.columns[:-1]))
    totals = pc.fill_null(pc.match_substring_regex(leading, _TOTAL_QUICK), False)
    if pc.any(totals).as_py():
        table = _without_middle_totals(table, totals, tally)
    return table, odd


def _without_middle_totals(table: pa.Table, suspects: Any, tally: Tally) -> pa.Table:
    """A row that begins with the word for a total is one where it is far emptier than the rows around it."""
    usual = sorted(_filled(row[:-1]) for row in _rows_of(table.slice(0, 200)))
    ordinary = usual[len(usual) // 2]
    numbers = []
    for row in _rows_of(table.filter(suspects)):
        if _filled(row[:-1]) <= 0.7 * ordinary:
            numbers.append(row[-1])
            tally.totals += 1
            if len(tally.total_rows) < 20:
                tally.total_rows.append(tuple(row[:-1]))
    gone = pc.is_in(table.column("_row"), pa.array(numbers, pa.int64()))
    return table.filter(pc.invert(gone))


def _filled(row: Row) -> int:
    return sum(bool(cell and str(cell).strip("\t \u3000-/—=\"'")) for cell in row)


def _empty(column: Any) -> Any:
    return pc.fill_null(pc.equal(pc.binary_length(pc.utf8_trim(column, "\t \u3000\x00\r\n\xa0")), 0), True)


def _any(masks: Sequence[Any]) -> Any | None:
    found = None
    for mask in masks:
        filled = pc.fill_null(mask, False)
        if len(filled) and pc.any(filled).as_py():
            found = filled if found is None else pc.or_(found, filled)
    return found


def _sorted_out(rows: Sequence[Row], width: int, number: int) -> tuple[pa.Table, list[OddRow], int]:
    good: list[Row] = []
    numbers: list[int] = []
    odd: list[OddRow] = []
    blank = 0
    for index, row in enumerate(rows, start=number):
        if _is_blank(row):
            blank += 1
            continue
        cells = row
        if len(row) > width and not any(cell and cell.strip() for cell in row[width:]):
            cells = row[:width]
        if len(cells) != width:
            odd.append(OddRow(index, tuple(row), "ragged"))
        else:
            good.append(cells)
            numbers.append(index)
    return _table(good, width, numbers), odd, blank


def _table(rows: Sequence[Row], width: int, numbers: Sequence[int]) -> pa.Table:
    columns = list(zip(*rows, strict=True)) if rows else [()] * width
    arrays = [pa.array(column, pa.string()) for column in columns]
    return pa.Table.from_arrays([*arrays, pa.array(numbers, pa.int64())], schema=chunk_schema(width))
