"""Input grids: pasted rows are checked cell by cell, kept as versions, corrected later, and taken back."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from castanea.contracts.tables import TABLES
from castanea.kit.clock import FixedClock
from castanea.kit.errors import Conflict, InputError, NotFound
from castanea.runs import grids
from castanea.runs.grid_columns import LABELS, tables
from tests.money.conftest import NOW, MoneyShop, product


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


def paste(shop: MoneyShop, clock: FixedClock, table: str, text: str) -> grids.Pasted:
    outcome = grids.paste(table, text, shop.landing, clock)
    shop.desk.warehouse.catch_up()
    return outcome


def undo(shop: MoneyShop, clock: FixedClock, table: str, version: str) -> grids.Pasted:
    outcome = grids.undo(table, version, shop.landing, clock)
    shop.desk.warehouse.catch_up()
    return outcome


def later(clock: FixedClock, minutes: int = 1) -> None:
    clock.move(timedelta(minutes=minutes))


def cost_of(shop: MoneyShop) -> Decimal | None:
    return shop.sums("order_line", "report_cost")[0]


def test_a_cost_pasted_from_a_spreadsheet_is_a_cost_of_past_orders(shop: MoneyShop, clock: FixedClock) -> None:
    shop.tell(shop.order("1", product(goods="g-tea", quantity=2)))
    text = f"种类\t店铺\t商品\t金额\t生效日\n货品成本\t{shop.shop}\tg-tea\t￥1,012.50\t2026/3/1\n平台扣点\t{shop.shop}\t\t\t2026-03-01\n"
    outcome = paste(shop, clock, "cost", text)
    assert (outcome.faults, outcome.rows) == ((), 2)
    assert cost_of(shop) == 2025


def test_every_wrong_cell_is_named_with_what_may_stand_there(shop: MoneyShop, clock: FixedClock) -> None:
    text = (
        "kind,product_id,amount,valid_from,colour\ngoods,tea,12,2026-03-01,\nrent,cup,abc,soon,\n,box,1,2026-03-02,\n"
    )
    faults = paste(shop, clock, "cost", text).faults
    told = [(f.row, f.column, f.value, f.reason) for f in faults]
    assert told == [
        (1, "colour", "colour", "unknown_column"),
        (3, "kind", "rent", "not_in_list"),
        (3, "amount", "abc", "not_a_number"),
        (3, "valid_from", "soon", "not_a_day"),
        (4, "kind", "", "missing"),
    ]
    assert "goods (货品成本)" in faults[1].valid
    assert "a date such as" in faults[3].valid


def test_nothing_is_kept_of_a_paste_with_a_wrong_cell(shop: MoneyShop, clock: FixedClock) -> None:
    before = shop.landing.log.head()
    outcome = paste(shop, clock, "cost", "kind\tamount\tvalid_from\ngoods\t5\t2026-01-01\ngoods\tfive\t2026-02-01\n")
    assert (outcome.version, shop.landing.log.head()) == ("", before)


def test_a_row_that_stands_twice_is_refused(shop: MoneyShop, clock: FixedClock) -> None:
    (fault,) = paste(
        shop, clock, "cost", "kind\tamount\tvalid_from\ngoods\t5\t2026-01-01\ngoods\t6\t2026-01-01\n"
    ).faults
    assert (fault.row, fault.reason, fault.valid) == (3, "row_twice", "each row once; line 2 says the same")


def test_a_later_paste_corrects_and_taking_it_back_restores(shop: MoneyShop, clock: FixedClock) -> None:
    shop.tell(shop.order("1", product(goods="g-cup")))
    rows = f"kind\tshop_id\tproduct_id\tamount\tvalid_from\ngoods\t{shop.shop}\tg-cup\t{{}}\t2026-03-01\n"
    paste(shop, clock, "cost", rows.format(10))
    later(clock)
    second = paste(shop, clock, "cost", rows.format(12))
    assert cost_of(shop) == 12
    later(clock)
    outcome = undo(shop, clock, "cost", second.version)
    assert (cost_of(shop), outcome.restored, outcome.withdrawn) == (10, 1, 0)
    with pytest.raises(Conflict, match="taken back already"):
        undo(shop, clock, "cost", second.version)


def test_taking_back_the_first_version_withdraws_its_rows(shop: MoneyShop, clock: FixedClock) -> None:
    shop.tell(shop.order("1", product(goods="g-box")))
    text = f"kind\tshop_id\tproduct_id\tamount\tvalid_from\ngoods\t{shop.shop}\tg-box\t7\t2026-03-01\n"
    first = paste(shop, clock, "cost", text)
    later(clock)
    outcome = undo(shop, clock, "cost", first.version)
    assert (cost_of(shop), outcome.withdrawn) == (None, 1)


def test_what_was_changed_since_stays_when_an_older_version_is_taken_back(shop: MoneyShop, clock: FixedClock) -> None:
    shop.tell(shop.order("1", product(goods="g-pot")))
    rows = f"kind\tshop_id\tproduct_id\tamount\tvalid_from\ngoods\t{shop.shop}\tg-pot\t{{}}\t2026-03-01\n"
    first = paste(shop, clock, "cost", rows.format(3))
    later(clock)
    paste(shop, clock, "cost", rows.format(4))
    later(clock)
    outcome = undo(shop, clock, "cost", first.version)
    assert (cost_of(shop), outcome.since, outcome.restored) == (4, 1, 0)


def test_versions_are_log_records_and_a_rebuild_brings_them_back(shop: MoneyShop, clock: FixedClock) -> None:
    later(clock, 60)
    made = paste(shop, clock, "supplier", "supplier_id\tname\nS1\t山野茶厂\n")
    shop.desk.warehouse.rebuild()
    shown = grids.view(shop.desk.reader(), "supplier", 10)
    assert (shown.versions[0]["version"], shown.versions[0]["rows"], shown.total) == (made.version, 1, 1)
    assert shown.rows[0][:2] == ("S1", "山野茶厂")


def test_what_is_shown_can_be_pasted_again_and_changes_nothing(shop: MoneyShop, clock: FixedClock) -> None:
    paste(
        shop, clock, "purchase_order", "采购单号\t商品\t数量\t下单时间\t单价\nPO-1\ttea\t100\t2026-03-02 09:30\t4.5\n"
    )
    shown = grids.view(shop.desk.reader(), "purchase_order", 10)
    lines = ["\t".join(c.name for c in shown.columns), *("\t".join(row) for row in shown.rows)]
    later(clock)
    assert paste(shop, clock, "purchase_order", "\n".join(lines)).faults == ()
    again = grids.view(shop.desk.reader(), "purchase_order", 10)
    assert again.rows == shown.rows


def test_a_competitor_s_price_is_kept_with_its_date_and_link(shop: MoneyShop, clock: FixedClock) -> None:
    text = "竞争对手,商品,价格,时间,链接\n某某旗舰店,tea,39.9,2026-03-20 10:00,https://example.com/item/1\n"
    assert paste(shop, clock, "competitor_price", text).faults == ()
    told = "SELECT price, item_id, time FROM fact.competitor_price WHERE ? <> ''"
    ((price, item, time),) = shop.rows(told)
    assert (price, item, time.isoformat()) == (Decimal("39.9"), "https://example.com/item/1", "2026-03-20T02:00:00")


def test_a_stock_count_without_a_time_is_of_now(shop: MoneyShop, clock: FixedClock) -> None:
    paste(shop, clock, "stock_level", "product_id\ton_hand\ng-tea\t12\n")
    told = "SELECT on_hand, warehouse_id FROM fact.stock_level WHERE product_id = 'g-tea' AND ? <> ''"
    assert shop.rows(told) == [(Decimal(12), "main")]


@pytest.mark.parametrize("text", ["", "kind\tamount\n", "\n\n"])
def test_a_grid_without_rows_is_refused(shop: MoneyShop, clock: FixedClock, text: str) -> None:
    with pytest.raises(InputError, match="no rows"):
        paste(shop, clock, "cost", text)


def test_a_table_without_a_grid_and_an_unknown_version_are_refused(shop: MoneyShop, clock: FixedClock) -> None:
    with pytest.raises(InputError, match="competitor_price"):
        paste(shop, clock, "order", "a\n1\n")
    with pytest.raises(NotFound, match="--list"):
        undo(shop, clock, "cost", "grid-0")


def test_every_column_of_every_grid_has_a_chinese_name() -> None:
    columns: set[Any] = {c.name for t in tables() for c in TABLES[t].sent} - {"updated_at"}
    assert columns - LABELS.keys() == set()
