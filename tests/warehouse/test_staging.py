"""What a row's hashes depend on: its own values, not the rows beside it."""

from __future__ import annotations

from typing import Any

import duckdb
import numpy as np
import pytest

from castanea.contracts.table import Type
from castanea.contracts.tables import TABLES
from castanea.warehouse.staging import stage
from tests.warehouse.shop_rows import NOON, line, order, person, rows


def _hashes(table: str, *given: dict[str, Any]) -> list[tuple[Any, ...]]:
    with duckdb.connect() as con:
        con.execute("SET TimeZone = 'UTC'")
        count = len(given)
        staged = stage(con, table, [rows(table, *given)], np.zeros(count, np.int64), np.ones(count, np.int64))
        columns = ", ".join(f'"{c.name}"' for c in TABLES[table].landed)
        kept = con.execute(f"SELECT {columns} FROM {staged.name} ORDER BY _ord").fetchall()
        hashes = zip(staged.key_high, staged.key_low, staged.content_high, staged.content_low, strict=True)
        return [(*map(int, hash_), row) for hash_, row in zip(hashes, kept, strict=True)]


def _full(table: str) -> dict[str, Any]:
    """A row with a value in every column."""
    some = {
        Type.TEXT: "x", Type.INTEGER: 7, Type.QUANTITY: "2", Type.MONEY: "3.5", Type.RATE: "0.25", Type.TIMESTAMP: NOON,
        Type.DATE: NOON.date(), Type.BOOLEAN: True, Type.UUID: person("x"), Type.BYTES: b"sealed",
    }  # fmt: skip
    return {column.name: some[column.type] for column in TABLES[table].landed}


@pytest.mark.parametrize(("table", "sparse"), [("order", order("1")), ("order_line", line("1"))])
def test_a_rows_hashes_are_the_same_alone_and_beside_rows_that_fill_other_columns(
    table: str, sparse: dict[str, Any]
) -> None:
    alone, beside = _hashes(table, sparse)[0], _hashes(table, sparse, _full(table))[0]
    assert alone == beside


def test_an_empty_text_and_no_text_are_different_content() -> None:
    nothing, empty = _hashes("order", order("1", province=None)), _hashes("order", order("1", province=""))
    assert nothing[0][:2] == empty[0][:2]
    assert nothing[0][2:4] != empty[0][2:4]
