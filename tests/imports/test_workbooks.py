"""Workbooks as people keep them: typed cells, titles, several sheets, packed; and what a spreadsheet program destroys."""

from __future__ import annotations

import datetime as dt
import gzip
import io
import zipfile
from decimal import Decimal
from pathlib import Path

import pytest

from castanea.kit.errors import InputError
from tests.imports.made_files import TMALL, Kept, csv_text, import_into, tmall_rows
from tests.imports.made_workbook import Cell, workbook

ROWS = tmall_rows(40)
TRUTH = sum((Decimal(row[1]) for row in ROWS), Decimal(0))


def typed(row: list[str]) -> list[Cell]:
    """The row as a spreadsheet holds it: amounts as numbers, times as day numbers, the order's number as text."""
    moment = dt.datetime.fromisoformat
    return [row[0], float(row[1]), float(row[2]), row[3], moment(row[4]), moment(row[5]) if row[5] else None, float(row[6])]  # fmt: skip


SHEET: list[list[Cell]] = [["订单报表"], [None], list(TMALL), *map(typed, ROWS), ["合计", 99999.5]]


def test_typed_cells_below_title_rows_are_read_to_the_cent_and_to_the_second(tmp_path: Path) -> None:
    path = tmp_path / "o.xlsx"
    path.write_bytes(workbook({"空": [], "订单": SHEET}))
    kept = Kept()
    outcome = import_into(path, kept)
    assert (outcome.format, outcome.received, outcome.reasons) == ("tmall_summary", 40, {})
    assert kept.total("order_line", "amount") == TRUTH
    assert {f"{row['order_time']:%M:%S}" for row in kept.rows("order")} == {"10:00"}
    assert any("空" in note for note in outcome.notes)


def test_sheets_with_the_same_columns_are_read_one_after_the_other(tmp_path: Path) -> None:
    path = tmp_path / "o.xlsx"
    path.write_bytes(workbook({"一月": [list(TMALL), *map(typed, ROWS[:25])], "二月": [["标题"], list(TMALL), *map(typed, ROWS[25:])]}))  # fmt: skip
    kept = Kept()
    assert import_into(path, kept).received == 40
    assert kept.total("order_line", "amount") == TRUTH


@pytest.mark.parametrize("packing", ["gz", "zip"])
def test_a_packed_workbook_is_unpacked_first(tmp_path: Path, packing: str) -> None:
    data = workbook({"订单": SHEET})
    path = tmp_path / f"o.xlsx.{packing}"
    if packing == "gz":
        path.write_bytes(gzip.compress(data))
    else:
        with zipfile.ZipFile(out := io.BytesIO(), "w") as archive:
            archive.writestr("o.xlsx", data)
        path.write_bytes(out.getvalue())
    kept = Kept()
    assert import_into(path, kept).received == 40
    assert kept.total("order_line", "amount") == TRUTH


@pytest.mark.parametrize("number", [5.0e18, 1234567890123456.0])
def test_order_numbers_that_a_spreadsheet_cut_are_refused_with_the_reason(tmp_path: Path, number: float) -> None:
    rows: list[list[Cell]] = [[number + i * 1e6, *typed(row)[1:]] for i, row in enumerate(ROWS)]
    path = tmp_path / "o.xlsx"
    path.write_bytes(workbook({"订单": [list(TMALL), *rows]}))
    with pytest.raises(InputError, match="15 digits"):
        import_into(path, Kept())


@pytest.mark.parametrize("container", ["xlsx", "csv"])
def test_two_header_rows_of_merged_cells_name_the_columns_together(tmp_path: Path, container: str) -> None:
    upper = ["订单编号", "金额", None, "收货地址", "时间", None, "退款金额"]
    lower = [None, "总金额", "买家实际支付金额", None, "订单创建时间", "订单付款时间", None]
    path = tmp_path / f"o.{container}"
    if container == "xlsx":
        path.write_bytes(workbook({"订单": [["订单报表"], upper, lower, *map(typed, ROWS)]}))
    else:
        path.write_text(csv_text([["订单报表"], upper, lower, *ROWS]), "utf-8")
    kept = Kept()
    outcome = import_into(path, kept)
    assert (outcome.format, outcome.received, outcome.reasons) == ("tmall_summary", 40, {})
    assert kept.total("order_line", "amount") == TRUTH
