"""Files that are easily read wrong without a word: decided over the whole file, or refused with the reason."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from castanea.kit.errors import InputError
from castanea.runs.import_file import Request
from tests.imports.made_files import TMALL, Kept, csv_text, import_into, importer, tmall_rows

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


SHOPIFY = [
    "Name", "Email", "Financial Status", "Paid at", "Fulfillment Status", "Currency", "Subtotal", "Shipping", "Taxes", "Total",
    "Created at", "Lineitem quantity", "Lineitem name", "Lineitem price", "Lineitem sku",
]  # fmt: skip


def shopify(name: str, units: int, sku: str, price: str, *, first: str = "", repeat: bool = False) -> list[str]:
    """A line of an order; `first`: its subtotal, on the order's first row."""
    at = "2026-11-01 10:00:00 +0800"
    whole = ["a@x.org", "paid", at, "fulfilled", "CNY", first, "0.00", "0.00", first, at] if first else [""] * 10
    return [name if first or repeat else "", *whole, str(units), sku, price, sku]


def shopify_file(tmp_path: Path, rows: list[list[str]]) -> Path:
    path = tmp_path / "orders_export.csv"
    path.write_text(csv_text([SHOPIFY, *rows]), "utf-8", newline="")
    return path


@pytest.mark.parametrize("repeat", [False, True])
@pytest.mark.parametrize("many", [0, 60])
def test_lines_behind_a_row_that_cannot_be_read_never_go_to_the_order_above(
    tmp_path: Path, repeat: bool, many: int
) -> None:
    before = [shopify(f"#9{i:03}", 1, "TEA", "5.00", first="5.00") for i in range(many)]
    torn = [*shopify("#1002", 1, "POT", "70.00", first="90.00"), "one cell too many"]
    rows = [
        *before, shopify("#1001", 1, "CUP", "30.00", first="50.00"), shopify("#1001", 1, "SPOON", "20.00", repeat=repeat),
        torn, shopify("#1002", 1, "LID", "20.00", repeat=repeat), shopify("#1003", 2, "CUP", "30.00", first="60.00"),
    ]  # fmt: skip
    kept = Kept()
    outcome = import_into(shopify_file(tmp_path, rows), kept)
    assert outcome.reasons == {"ragged": 1, "above_unread": 1}
    lines = {
        (r["order_id"], r["merchant_code"]) for r in kept.rows("order_line") if r["merchant_code"] and "#9" not in r["order_id"]
    }  # fmt: skip
    assert lines == {("#1001", "CUP"), ("#1001", "SPOON"), ("#1003", "CUP")}
    assert len(kept.rows("order")) == many + 2


def test_a_wordless_total_below_lines_that_continue_is_no_line(tmp_path: Path) -> None:
    rows = [shopify("#1001", 1, "CUP", "30.00", first="50.00"), shopify("", 1, "SPOON", "20.00")]
    for total in (["", *[""] * 5, "50.00", "0.00", "0.00", "50.00", "", "2", "", "50.00", ""], [""] * 11 + ["2", "", "50.00", ""]):  # fmt: skip
        kept = Kept()
        outcome = import_into(shopify_file(tmp_path, [*rows, total]), kept)
        assert outcome.reasons == {"numbers_alone": 1}
        assert kept.total("order_line", "quantity", line_id=None) == 2


def test_a_row_whose_key_is_a_word_for_a_total_is_kept_out(tmp_path: Path) -> None:
    numbered = [[str(i), *row] for i, row in enumerate(ROWS, 1)]
    total = ["41", "合计", str(TRUTH), "0", "全国", "2020-02-28 10:00:00", "2020-02-28 10:00:00", "0"]
    path = tmp_path / "o.csv"
    path.write_text(csv_text([["序号", *TMALL], *numbered, total]), "utf-8")
    kept = Kept()
    assert import_into(path, kept).reasons == {"total_word": 1}
    assert kept.total("order_line", "amount") == TRUTH


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_preview_is_the_first_rows_as_they_are_read_each_once(tmp_path: Path, encoding: str) -> None:
    rows = [*ROWS[:3], ["合计", "999", "", "", "", "", ""]]
    with importer(None).open(Request(write(tmp_path, rows, encoding=encoding))) as opened:
        frame, _ = importer(None).preview(opened)
    assert frame["order_id"].to_list() == [row[0] for row in ROWS[:3]]
    assert [f"{at:%Y-%m-%d %H:%M:%S}" for at in frame["created"]] == [row[4] for row in ROWS[:3]]
