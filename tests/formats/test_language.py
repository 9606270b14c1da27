"""What a mapping can say: cutting numbers and days out of texts, the export's own time, weak rows, columns that speak against a format."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

from castanea.contracts.mappings import load_mappings
from castanea.contracts.workspace import WorkspaceSettings
from castanea.kit.clock import FixedClock
from castanea.runs.import_file import ImportFile, Request
from tests.imports.made_files import NOW, Kept

MARKET = """
format: own_report
label: {en: Own, zh-CN: 自有}
kind: market
absent: [备注]
columns:
  period: {names: [统计周期], type: text, needed: true}
  brand: {names: [品牌], type: text, needed: true}
  share: {names: [份额], type: text, needed: true}
rows:
  - table: market_share
    set:
      period_start: "date(extract(period, '^([0-9/.-]+)'))"
      period_end: "first(date(extract(period, '~ *([0-9/.-]+)')), month_end(date(period)))"
      market: {is: 茶具}
      brand: "replace(brand, ' *（.*）', '')"
      share: "number(share)"
      source: {is: own}
also:
  - table: product
    weak: true
    set: {product_id: "brand", name: "brand", launched: "exported_at"}
  - table: stock_level
    set:
      product_id: "brand"
      warehouse_id: {is: main}
      time: "date(extract(period, '^([0-9/.-]+)'))"
      on_hand: "first(days(date(extract(period, '^([0-9/.-]+)')), date(extract(period, '~ *([0-9/.-]+)'))), 0)"
"""
FILE = "统计周期,品牌,份额\n2026-11-01 ~ 2026-11-07,甲（旗舰）,12.5%\n2026-10,乙,0.3\n"


def imported(tmp_path: Path, text: str = FILE) -> tuple[Kept, str]:
    (tmp_path / "own.yaml").write_text(MARKET, "utf-8")
    (tmp_path / "report_20261120_0800.csv").write_text(text, "utf-8")
    kept = Kept()
    job = ImportFile(kept, WorkspaceSettings("t", "CNY", "Asia/Shanghai"), load_mappings(tmp_path), FixedClock(NOW))
    with job.open(Request(tmp_path / "report_20261120_0800.csv", "own_report")) as opened:
        return kept, job.run(opened).format


def test_days_and_numbers_are_cut_out_of_texts(tmp_path: Path) -> None:
    kept, _ = imported(tmp_path)
    rows = kept.rows("market_share")
    assert [(r["period_start"], r["period_end"]) for r in rows] == [
        (date(2026, 11, 1), date(2026, 11, 7)),
        (date(2026, 10, 1), date(2026, 10, 31)),
    ]
    assert [r["share"] for r in rows] == [Decimal("0.125"), Decimal("0.3")]
    assert [r["brand"] for r in rows] == ["甲", "乙"]


def test_a_day_is_its_midnight_in_the_files_zone_where_a_moment_is_wanted(tmp_path: Path) -> None:
    kept, _ = imported(tmp_path)
    assert [r["time"] for r in kept.rows("stock_level")] == [
        datetime(2026, 10, 31, 16, tzinfo=UTC),
        datetime(2026, 9, 30, 16, tzinfo=UTC),
    ]
    assert [r["on_hand"] for r in kept.rows("stock_level")] == [6, 0]


def test_the_exports_time_has_a_name_and_weak_rows_are_older_than_any(tmp_path: Path) -> None:
    kept, _ = imported(tmp_path)
    products = kept.rows("product")
    assert {r["launched"] for r in products} == {date(2026, 11, 20)}
    assert {r["_version"] for r in products} == {datetime(1970, 1, 1, tzinfo=UTC)}
    assert {r["_version"] for r in kept.rows("market_share")} == {datetime(2026, 11, 20, 0, 0, tzinfo=UTC)}
