"""Chunks of a file that end where an order ends: an order cut in two is resolved twice, and with it all that its first half counted in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import polars as pl
import pyarrow as pa

from castanea.cleaning.choosing import Reading
from castanea.contracts.mappings import Expression
from castanea.sources.files.reading import RawChunk

ORDERED = ("order", "order_line", "payment", "refund", "shipment")


def order_column(reading: Reading) -> str:
    """The raw column (`c0` …) that names the order of every row; empty where there is none, or rows differ in it."""
    mapping, places = reading.fit.mapping, reading.fit.places
    given = {rule.values["order_id"] for rule in mapping.rows if rule.table in ORDERED and "order_id" in rule.values}
    names = {value.text if isinstance(value, Expression) else "" for value in given}
    name = names.pop() if len(names) == 1 else ""
    return f"c{places[name]}" if name in places else ""


def whole_orders(chunks: Iterable[RawChunk], column: str) -> Iterator[RawChunk]:
    """The same rows in the same order; the last order of a chunk goes with the next one. A chunk of one order alone stays as it is."""
    held: RawChunk | None = None
    for chunk in chunks:
        joined = _joined(held, chunk)
        kept = _last_order(joined.table, column)
        held, whole = _cut(joined, kept)
        yield whole
    if held is not None:
        yield held


def _last_order(table: pa.Table, column: str) -> int:
    """How many rows stand before the last order; all where there is only one. A blank cell goes on with the order above."""
    count: int = table.num_rows
    if not column or column not in table.column_names or not count:
        return count
    cells = pl.from_arrow(table[column])
    assert isinstance(cells, pl.Series)
    orders = cells.set(cells.str.strip_chars() == "", None).fill_null(strategy="forward")
    others = orders.ne_missing(orders[-1]).arg_true()
    return int(others[-1]) + 1 if len(others) else count


def _joined(held: RawChunk | None, chunk: RawChunk) -> RawChunk:
    if held is None:
        return chunk
    return RawChunk(pa.concat_tables([held.table, chunk.table]), (*held.odd, *chunk.odd))


def _cut(chunk: RawChunk, kept: int) -> tuple[RawChunk | None, RawChunk]:
    """(the rows from `kept` on, those before); a record that does not fit the header stays beside the rows it stands between."""
    if kept == chunk.table.num_rows:
        return None, chunk
    first = chunk.table["_row"][kept].as_py()
    before, after = (tuple(odd for odd in chunk.odd if (odd.row < first) is side) for side in (True, False))
    return RawChunk(chunk.table.slice(kept), after), RawChunk(chunk.table.slice(0, kept), before)
