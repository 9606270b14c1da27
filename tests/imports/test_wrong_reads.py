"""Files that are easily read wrong without a word: decided over the whole file, or refused with the reason."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from castanea.kit.errors import InputError
from tests.imports.made_files import TMALL, Kept, csv_text, import_into, tmall_rows

ROWS = tmall_rows(40)
TRUTH = sum((Decimal(row[1]) for row in ROWS), Decimal(0))


def write(tmp_path: Path, rows: list[list[str]], delimiter: str = ",", encoding: str = "utf-8") -> Path:
    path = tmp_path / "o.csv"
    path.write_bytes(csv_text([TMALL, *rows], delimiter).encode(encoding))
    return path


def test_a_total_row_in_the_middle_is_left_out_and_told(tmp_path: Path) -> None:
    rows = [*ROWS[:15], ["小计", "999999", "", "", "", "", ""], *ROWS[15:], ["总计", "9999", "--", "--", "", "", ""]]
    kept = Kept()
    outcome = import_into(write(tmp_path, rows), kept)
    assert (outcome.received, kept.total("order_line", "amount")) == (40, TRUTH)
    assert any("小计 999999" in note for note in outcome.notes)


def test_a_thousand_with_a_point_is_told_by_the_other_columns(tmp_path: Path) -> None:
    rows = [[row[0], "1.234", row[2].replace(".", ","), *row[3:6], row[6].replace(".", ",")] for row in ROWS]
    rows[7][2] = "12,5"
    kept = Kept()
    import_into(write(tmp_path, rows, ";"), kept)
    assert kept.total("order_line", "amount") == 40 * 1234


def test_dates_that_no_cell_decides_are_refused_and_can_be_told(tmp_path: Path) -> None:
    path = write(tmp_path, [[*row[:4], "01/02/2026 10:00", "01/02/2026 10:00", row[6]] for row in ROWS])
    with pytest.raises(InputError, match="--date-order"):
        import_into(path, Kept())
    kept = Kept()
    import_into(path, kept, date_order="mdy")
    assert {f"{row['order_time']:%m-%d}" for row in kept.rows("order")} == {"01-02"}


def test_one_column_that_shows_the_order_of_day_and_month_decides_for_the_file(tmp_path: Path) -> None:
    rows = [[*row[:4], "01/02/2026 10:00", f"{'13' if i == 39 else '01'}/02/2026 10:00", row[6]] for i, row in enumerate(ROWS)]  # fmt: skip
    kept = Kept()
    import_into(write(tmp_path, rows), kept)
    assert {f"{row['order_time']:%m-%d}" for row in kept.rows("order")} == {"02-01"}


def test_western_accents_do_not_pass_as_chinese(tmp_path: Path) -> None:
    header = ["InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country"]
    rows = [[f"5363{i}", "85123A", "Crème brûlée", "6", "2010-12-01 08:26:00", "2.55", "17850", "France"] for i in range(20)]  # fmt: skip
    path = tmp_path / "o.csv"
    path.write_bytes(csv_text([header, *rows]).encode("cp1252"))
    assert import_into(path, Kept()).encoding == "cp1252?"  # a proposal: the command asks before it imports


def test_quotes_line_ends_and_stray_quotes_give_the_same_cells_in_any_block(tmp_path: Path) -> None:
    rows = [list(row) for row in ROWS]
    for number, text in {3: 'a "quoted",\r\nplace', 9: '5" wide', 20: "two\nlines"}.items():
        rows[number][3] = text
    text = csv_text([TMALL, *rows]).replace('"5"" wide"', '5" wide')
    path = tmp_path / "o.csv"
    path.write_text(text, "utf-8", newline="")
    kept = Kept()
    assert import_into(path, kept).received == 40
    assert kept.total("order_line", "amount") == TRUTH
