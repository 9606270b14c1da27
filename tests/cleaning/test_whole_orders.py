"""Chunks of a file that end where an order ends."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import pytest

from castanea.cleaning.whole_orders import whole_orders
from castanea.sources.files.reading import RawChunk
from castanea.sources.files.rows import OddRow


def chunks_of(*orders: Sequence[str | None], odd: Sequence[int] = ()) -> list[RawChunk]:
    """Chunks with these orders in `c1`; the records named in `odd` do not fit the header."""
    made, row = [], 0
    for each in orders:
        rows = []
        for _ in each:
            row += 1
            while row in odd:
                row += 1
            rows.append(row)
        table = pa.table({"_row": pa.array(rows, pa.int64()), "c1": pa.array(each, pa.string())})
        between = tuple(OddRow(n, ("x",), "ragged") for n in odd if rows[0] <= n <= rows[-1] + 1)
        made.append(RawChunk(table, between))
    return made


def read(chunks: list[RawChunk], column: str = "c1") -> list[list[str | None]]:
    return [chunk.table["c1"].to_pylist() for chunk in whole_orders(chunks, column)]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([["a", "a", "b"], ["b", "c"]], [["a", "a"], ["b", "b"], ["c"]]),
        ([["a", "b"]], [["a"], ["b"]]),
        ([["a", "a"], ["a", "b"]], [["a", "a"], ["a"], ["b"]]),  # an order longer than a chunk is not gathered
        ([["a", "b", None], ["", "c"]], [["a"], ["b", None, ""], ["c"]]),  # blank: goes on with the order above
        ([[None, None], ["a"]], [[None, None], ["a"]]),
        ([], []),
    ],
)
def test_the_last_order_of_a_chunk_goes_with_the_next(
    given: list[list[str | None]], expected: list[list[str | None]]
) -> None:
    assert read(chunks_of(*given)) == expected


def test_without_a_column_of_orders_chunks_stay_as_they_are() -> None:
    assert read(chunks_of(["a", "b"], ["b"]), "") == [["a", "b"], ["b"]]
    assert read(chunks_of(["a", "b"], ["b"]), "c9") == [["a", "b"], ["b"]]


def test_records_that_do_not_fit_stay_between_the_rows_they_stand_between() -> None:
    found = list(whole_orders(chunks_of(["a", "b", "b"], ["c"], odd=(2, 4)), "c1"))
    assert [(chunk.table["_row"].to_pylist(), [odd.row for odd in chunk.odd]) for chunk in found] == [
        ([1], [2]),
        ([3, 5], [4]),
        ([6], []),
    ]
