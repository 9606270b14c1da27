"""Rows of cells → Arrow chunks of text columns; the odd rows apart; blank and total rows counted, never loaded."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import pyarrow as pa

Row = Sequence[str | None]
HELD = 12  # a total row is looked for among the last rows only: "Total" may be a brand in the middle

_TOTAL = re.compile(
    r"^(总计|合计|总和|汇总|小计|总数|共计|grand\s*total|total|totals|sum|subtotal)s?\s*[:：]?$", re.IGNORECASE
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


@dataclass
class Tally:
    """What became of the records so far."""

    blank: int = 0
    totals: int = 0
    received: int = 0
    total_rows: list[Row] = field(default_factory=list)


def chunk_schema(width: int) -> pa.Schema:
    return pa.schema([*(pa.field(f"c{i}", pa.string()) for i in range(width)), pa.field("_row", pa.int64())])


def chunks_of(slabs: Iterator[list[Row]], width: int, first_row: int, tally: Tally) -> Iterator[Chunk]:
    """Turn slabs of records below the header into chunks. `first_row` is the number of the first of them."""
    held: list[Row] = []
    number = first_row
    for slab in slabs:
        rows = [*held, *slab] if held else slab
        held, rows = list(rows[-HELD:]), rows[:-HELD]
        if rows:
            yield _chunk(rows, width, number, tally)
            number += len(rows)
    kept = _without_totals(held, width, tally)
    if kept:
        yield _chunk(kept, width, number, tally)


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


def _is_blank(row: Row) -> bool:
    return not any(cell and cell.strip("\t \u3000\x00") for cell in row)


def _is_total(row: Row, width: int) -> bool:
    cells = [cell.strip() for cell in row if cell and cell.strip()]
    first = cells[0].strip("=\"' \t") if cells else ""
    if _TOTAL.match(first):
        return len(cells) < width or width <= 3
    return width > 2 and len(cells) <= 2 and bool(_REMARK.match(first))


def _chunk(rows: Sequence[Row], width: int, number: int, tally: Tally) -> Chunk:
    table: pa.Table | None = None
    odd: list[OddRow] = []
    blank = 0
    if {len(row) for row in rows} == {width}:
        table = _table(rows, width, range(number, number + len(rows)))
    if table is None or _has_gaps(table):
        table, odd, blank = _sorted_out(rows, width, number)
    tally.blank += blank
    tally.received += table.num_rows + len(odd)
    return Chunk(table, odd)


def _has_gaps(table: pa.Table) -> bool:
    """Whether a row may be blank, or a cell holds a NUL: then the rows are looked at one by one."""
    import pyarrow.compute as pc

    first = table.column(0)
    if pc.any(pc.equal(pc.binary_length(pc.utf8_trim_whitespace(first)), 0)).as_py() or first.null_count:
        return True
    return any(pc.any(pc.match_substring(column, "\x00")).as_py() for column in table.columns[:-1] if len(column))


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
        elif any(cell and "\x00" in cell for cell in cells):
            odd.append(OddRow(index, tuple(row), "nul_byte"))
        else:
            good.append(cells)
            numbers.append(index)
    return _table(good, width, numbers), odd, blank


def _table(rows: Sequence[Row], width: int, numbers: Sequence[int]) -> pa.Table:
    columns = list(zip(*rows, strict=True)) if rows else [()] * width
    arrays = [pa.array(column, pa.string()) for column in columns]
    return pa.Table.from_arrays([*arrays, pa.array(numbers, pa.int64())], schema=chunk_schema(width))
