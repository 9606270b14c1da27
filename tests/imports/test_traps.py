"""Every trap of real exports, in files made here: read right, or refused with the reason; never silently wrong."""

from __future__ import annotations

import gzip
import random
import zipfile
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from castanea.kit.errors import InputError
from castanea.runs.import_file import exported_time
from castanea.sources.files import FileError, Limits
from tests.imports.made_files import TMALL, Kept, csv_text, import_into, tmall_rows

TRUTH = sum(Decimal(row[1]) for row in tmall_rows(40))


def write(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


def table(rows: list[list[str]], delimiter: str = ",") -> str:
    return csv_text([TMALL, *rows], delimiter)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_every_encoding_and_delimiter_gives_the_same_rows(tmp_path: Path, encoding: str, delimiter: str) -> None:
    kept = Kept()
    outcome = import_into(write(tmp_path / "o.csv", table(tmall_rows(40), delimiter), encoding), kept)
    assert (outcome.received, outcome.format) == (40, "tmall_summary")
    assert kept.total("order_line", "amount") == TRUTH
    assert not kept.rejects()


def test_titles_above_and_totals_below_are_left_out_and_told(tmp_path: Path) -> None:
    text = "店铺订单报表\r\n导出时间：2026-11-20 10:00:00\r\n\r\n" + table(tmall_rows(40)) + "合计,4780.00,,,,,\r\n"
    kept = Kept()
    outcome = import_into(write(tmp_path / "o.csv", text), kept)
    assert kept.total("order_line", "amount") == TRUTH
    assert any("total" in note and "4780.00" in note for note in outcome.notes)
    assert {row["_version"] for row in kept.rows("order")} == {datetime(2026, 11, 20, 2, tzinfo=UTC)}


def test_guards_signs_units_and_full_width_digits_are_read(tmp_path: Path) -> None:
    at = "2020-02-01 10:00:00"
    rows = [
        ['="5000000000000000001"', "￥1,234.50", "1234.5", "上海", at, at, "0"],
        ["5000000000000000002\t", "1.2万", "12000", "上海市", at, at, "0"],
        ["'5000000000000000003", "１２３．５", "123.5元", "内蒙古自治区", at, at, "0"],
    ]
    kept = Kept()
    import_into(write(tmp_path / "o.csv", table(rows)), kept)
    assert [row["order_id"] for row in kept.rows("order")] == [f"500000000000000000{i}" for i in (1, 2, 3)]
    assert [row["amount"] for row in kept.rows("order_line")] == [Decimal("1234.5"), Decimal(12_000), Decimal("123.5")]
    assert [row["province"] for row in kept.rows("order")] == ["上海", "上海", "内蒙古"]


def test_an_order_number_that_lost_its_digits_is_refused_with_an_explanation(tmp_path: Path) -> None:
    rows = [*tmall_rows(3), ["1.23E+17", "5", "5", "上海", "2020-02-01 10:00:00", "", "0"]]
    kept = Kept()
    outcome = import_into(write(tmp_path / "o.csv", table(rows)), kept)
    assert (outcome.received, outcome.reasons) == (4, {"precision_lost": 1})
    assert "export it again" in kept.rejects()[0]["rule"]
    assert kept.rejects()[0]["source_row"] == 5


def test_ragged_rows_and_nul_bytes_wait_in_quarantine_with_the_whole_row(tmp_path: Path) -> None:
    text = (
        table(tmall_rows(5))
        + "too,short\r\n"
        + table(tmall_rows(20, 6_000_000_000_000_000_000)[5:]).split("\r\n", 1)[1]
    )
    text = text.replace("6000000000000000007", "60000\x0000007")
    kept = Kept()
    outcome = import_into(write(tmp_path / "o.csv", text), kept)
    assert outcome.reasons == {"ragged": 1, "nul_byte": 1}
    assert outcome.received == 21
    assert "too" in kept.rejects()[0]["raw"]


def test_a_skipped_hour_and_an_impossible_day_are_told_apart(tmp_path: Path) -> None:
    rows = [["7", "5", "0", "上海", "2020-02-30 10:00:00", "", "0"], *tmall_rows(3)]
    kept = Kept()
    outcome = import_into(write(tmp_path / "o.csv", table(rows)), kept)
    assert outcome.reasons == {"not_a_time": 1}


@pytest.mark.parametrize("packing", ["gz", "zst", "zip"])
def test_packed_files_are_read(tmp_path: Path, packing: str) -> None:
    data = table(tmall_rows(40)).encode("gb18030")
    path = tmp_path / f"o.csv.{packing}"
    if packing == "gz":
        path.write_bytes(gzip.compress(data))
    elif packing == "zst":
        path.write_bytes(zstandard.compress(data))
    else:
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("o.csv", data)
    kept = Kept()
    assert import_into(path, kept).received == 40
    assert kept.total("order_line", "amount") == TRUTH


def test_an_archive_that_inflates_beyond_its_bound_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bomb.csv.gz"
    path.write_bytes(gzip.compress(table(tmall_rows(40)).encode() + b"x" * (8 << 20)))
    with pytest.raises(FileError, match="inflate"):
        import_into(path, Kept(), Limits(inflated=1 << 20))


@pytest.mark.parametrize(("content", "says"), [(b"", "empty"), (b"\n\n\n", "empty"), (b"1,2\n3,4\n", "header")])
def test_files_without_a_table_are_refused_with_what_to_do(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(content)
    with pytest.raises(InputError, match=says):
        import_into(path, Kept())


def test_a_folder_and_a_missing_file_are_named(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="folder"):
        import_into(tmp_path, Kept())
    with pytest.raises(FileError, match="does not exist"):
        import_into(tmp_path / "none.csv", Kept())


def test_text_in_no_known_encoding_is_proposed_never_replaced(tmp_path: Path) -> None:
    text = csv_text([["InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country"],
                     ["536365", "85123A", "Voucher £20 café", "6", "2010-12-01 08:26:00", "2.55", "17850", "France"]])  # fmt: skip
    path = write(tmp_path / "o.csv", text, "cp1252")
    kept = Kept()
    outcome = import_into(path, kept, encoding="cp1252")
    assert outcome.encoding == "cp1252"
    assert kept.rows("order_line")[0]["title"] == "Voucher £20 café"


def test_quotes_commas_and_line_ends_inside_cells_do_not_part_a_row(tmp_path: Path) -> None:
    rows = tmall_rows(40)
    rows[3][3] = 'a "quoted",\r\nplace'
    kept = Kept()
    assert import_into(write(tmp_path / "o.csv", table(rows)), kept).received == 40
    assert kept.total("order_line", "amount") == TRUTH


def test_month_first_dates_are_recognised_by_the_whole_column(tmp_path: Path) -> None:
    header = ["Invoice", "StockCode", "Description", "Quantity", "InvoiceDate", "Price", "Customer ID", "Country"]
    rows = [
        [str(536365 + i), "85123A", "HEART", "1", f"12/{i % 28 + 1}/2010 8:26", "2.55", "17850.0", "France"]
        for i in range(30)
    ]
    kept = Kept()
    outcome = import_into(write(tmp_path / "o.csv", csv_text([header, *rows])), kept)
    assert (outcome.format, outcome.reasons) == ("uci_online_retail", {})
    assert {f"{row['order_time']:%Y-%m}" for row in kept.rows("order")} == {"2010-12"}
    assert {row["customer_id"] for row in kept.rows("customer")} == {"17850"}


def test_equal_lines_of_one_file_are_different_lines_and_flagged(tmp_path: Path) -> None:
    header = ["InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country"]
    line = ["536365", "85123A", "HEART", "1", "2010-12-01 08:26:00", "2.55", "17850", "France"]
    kept = Kept()
    outcome = import_into(write(tmp_path / "o.csv", csv_text([header, line, line, line])), kept)
    assert (outcome.received, outcome.suspects) == (3, 2)
    assert [row["_occurrence"] for row in kept.rows("order_line")] == [1, 2, 3]


def test_a_paid_column_before_refunds_is_taken_as_it_is(tmp_path: Path) -> None:
    rows = [[r[0], r[1], r[1] if r[5] else "0", *r[3:]] for r in tmall_rows(40)]
    kept = Kept()
    import_into(write(tmp_path / "o.csv", table(rows)), kept)
    assert kept.total("order_line", "paid_amount") == sum(Decimal(r[1]) for r in rows if r[5])


def test_an_unknown_table_is_guessed_and_every_guess_has_its_confidence(tmp_path: Path) -> None:
    text = csv_text([["Order No", "Created at", "SKU", "Qty", "Unit price", "Buyer", "Colour"],
                     *([f"A{i}", f"2026-01-{i + 1:02}T10:00:00Z", f"S{i % 3}", "2", "9.50", f"c{i}", "red"] for i in range(20))])  # fmt: skip
    kept = Kept()
    outcome = import_into(write(tmp_path / "o.csv", text), kept)
    assert outcome.format == "generic_lines"
    assert kept.total("order_line", "amount") == 20 * 19
    assert '"Colour":"red"' in str(kept.rows("order_line")[0]["_extra"])


def test_the_exports_own_time_is_taken_from_title_or_name() -> None:
    assert exported_time("ExportOrderList202011221030.csv", (), "Asia/Shanghai") == datetime(
        2020, 11, 22, 2, 30, tzinfo=UTC
    )
    assert exported_time("orders.csv", ("导出时间：2026-11-20 10:00:00",), "UTC") == datetime(
        2026, 11, 20, 10, tzinfo=UTC
    )
    assert exported_time("orders-2026.csv", ("订单报表",), "UTC") is None


@settings(max_examples=25)
@given(
    amounts=st.lists(
        st.decimals(min_value=-(10**9), max_value=10**9, places=2, allow_nan=False), min_size=3, max_size=30
    ),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16"]),
    delimiter=st.sampled_from([",", ";", "\t"]),
    style=st.sampled_from(["{:.2f}", "{:,.2f}", "￥{:,.2f}", "{:.2f}元", '="{:.2f}"']),
)
def test_amounts_survive_any_encoding_delimiter_and_style(
    tmp_path_factory: pytest.TempPathFactory, amounts: list[Decimal], encoding: str, delimiter: str, style: str
) -> None:
    at = "2020-02-01 10:00:00"
    rows = [[str(7_000_000 + i), style.format(a), "0", "上海", at, "", "0"] for i, a in enumerate(amounts)]
    kept = Kept()
    path = write(tmp_path_factory.mktemp("h") / "o.csv", table(rows, delimiter), encoding)
    import_into(path, kept)
    assert [row["amount"] for row in kept.rows("order_line")] == amounts


@pytest.mark.slow
def test_a_hundred_mutated_files_never_crash_and_never_lose_a_row_silently(tmp_path: Path) -> None:
    random.seed(20261122)
    good = table(tmall_rows(60)).encode("utf-8")
    ended = refused = 0
    for number in range(100):
        data = bytearray(good)
        for _ in range(random.randint(1, 12)):
            at = random.randrange(len(data))
            match random.randrange(5):
                case 0:
                    data[at] = random.randrange(256)
                case 1:
                    del data[at : at + random.randint(1, 40)]
                case 2:
                    data[at:at] = random.choice(
                        [b'"', b"\x00", b"\n", b"\r", b",", b"\xff\xfe", b"\t" * 9, b'""', "，".encode()]
                    )
                case 3:
                    data[at:at] = data[max(0, at - 50) : at]
                case _:
                    data = data[: max(at, 200)]
        path = tmp_path / f"{number}.csv"
        path.write_bytes(bytes(data))
        says = _outcome(path)
        ended += not says
        refused += bool(says)
    assert ended + refused == 100


def _outcome(path: Path) -> str:
    """Empty where the file was imported, else the sentence that refused it; a defect is raised."""
    try:
        import_into(path, Kept())
    except InputError as refusal:
        return str(refusal)
    return ""
