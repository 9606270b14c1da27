"""The public files of the sample data, by --format auto, checked on the rows as they land."""

from __future__ import annotations

import csv
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import pytest

from castanea.app import Castanea, Settings
from castanea.contracts.workspace import WorkspaceSettings
from castanea.runs.import_file import Request, booked
from castanea.runs.workspace import init_workspace
from castanea.semantics import query_from_arguments
from tests.imports.made_files import Kept, import_into


def test_online_retail_lands_whole_with_cancellations_as_refunds_on_their_own_day(test_data: Path) -> None:
    kept = Kept()
    outcome = import_into(test_data / "retail/online_retail/online_retail.parquet", kept)
    assert (outcome.format, outcome.zone, outcome.currency) == ("uci_online_retail", "Europe/London", "GBP")
    assert (outcome.received, len(kept.rejects())) == (541_909, 0)
    lines, refunds = kept.rows("order_line"), kept.rows("refund")
    ordered = sum(row["amount"] for row in lines if row["kind"] != "adjustment")
    adjusted = sum(row["amount"] for row in lines if row["kind"] == "adjustment")
    assert ordered == Decimal("10655622.484")
    assert adjusted == Decimal("-11062.06")
    assert (len(refunds), sum(row["amount"] for row in refunds)) == (9_288, Decimal("896812.49"))


def test_the_months_of_online_retail_are_right_to_the_cent(test_data: Path) -> None:
    kept = Kept()
    import_into(test_data / "retail/online_retail/online_retail.parquet", kept)
    month_of = {row["order_id"]: f"{row['order_time']:%Y-%m}" for row in kept.rows("order")}
    months: dict[str, Decimal] = defaultdict(Decimal)
    for row in kept.rows("order_line"):
        months[month_of[row["order_id"]]] += row["amount"]
    for row in kept.rows("refund"):
        months[f"{row['refund_time']:%Y-%m}"] -= row["amount"]
    with (test_data / "reference/online_retail_monthly.csv").open() as file:
        expected = {row["month"]: Decimal(row["net_revenue_gbp"]) for row in csv.DictReader(file)}
    assert {month: round(total, 2) for month, total in months.items()} == expected


def test_the_tmall_summary_is_found_to_be_net_of_refunds(test_data: Path) -> None:
    kept = Kept()
    outcome = import_into(test_data / "formats/tmall_orders_gb18030.csv", kept)
    assert (outcome.format, outcome.encoding) == ("tmall_summary", "gb18030")
    assert kept.total("order_line", "amount") == Decimal("2995760.61")
    assert kept.total("order_line", "paid_amount") == Decimal("2474823.07")
    assert kept.total("refund", "amount") == Decimal("572335.92")
    assert any("net of refunds" in note and "all 24,087 rows" in note for note in outcome.notes)


def test_superstore_reads_its_decimal_commas_and_days_first(test_data: Path) -> None:
    kept = Kept()
    outcome = import_into(test_data / "formats/superstore.csv", kept)
    assert (outcome.format, outcome.currency) == ("superstore", "USD")
    sales = kept.total("order_line", "amount")
    assert sales == Decimal("2297200.8603")
    assert sales - kept.total("order_line", "cost") == Decimal("286397.0217")
    assert kept.total("order_line", "quantity") == 37_873


def test_repeated_listings_are_loaded_and_flagged(test_data: Path) -> None:
    kept = Kept()
    outcome = import_into(test_data / "formats/double11_cosmetics_utf8bom.csv", kept)
    assert (outcome.format, outcome.received, outcome.suspects) == ("listing_snapshot", 13_696, 20)
    assert kept.total("listing_snapshot", "sales") == 143_177_921
    value = sum(row["price"] * row["sales"] for row in kept.rows("listing_snapshot") if row["sales"] is not None)
    assert value == Decimal("19443506966.92")


@pytest.mark.slow
def test_through_the_warehouse_the_same_file_again_changes_nothing(test_data: Path, tmp_path: Path) -> None:
    place = init_workspace(tmp_path / "shop", WorkspaceSettings("shop"))
    wiring = Castanea(Settings())
    path = test_data / "formats/tmall_orders_gb18030.csv"
    from castanea.contracts.mappings import load_mappings
    from castanea.runs.import_file import ImportFile

    figures = []
    for _ in range(2):
        with wiring.landing(place) as (landing, _vault), wiring.asking(place, "test") as ask:
            job = ImportFile(landing, place.settings, load_mappings(), wiring.clock)
            with job.open(Request(path)) as opened:
                outcome = job.run(opened)
            ask.wait(outcome.offset)
            booked(outcome, ask.bookings(outcome.import_id))
            figures.append((outcome.received, outcome.loaded, outcome.duplicates, outcome.quarantined))
            answer = ask.query(query_from_arguments(metrics="order_amount,paid_amount,refund_amount,net_sales,orders"))
            for number in (b"2995760.61", b"2474823.07", b"572335.92", b"1902487.15", b"24087"):
                assert number in answer
    assert figures == [(28_010, 28_010, 0, 0), (28_010, 0, 28_010, 0)]
