"""Cost contracts: which one holds, what it makes a line cost, and that a later change corrects the past days of its validity."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.money.conftest import MoneyShop, day, product

FEES = ["commission", "payment_fee", "freight", "packing", "return_insurance", "influencer", "advertising", "other"]


def cost(shop: MoneyShop, number: str, kind: str, amount: str | None = None, **more: Any) -> dict[str, Any]:
    return {
        "table": "cost", "cost_id": f"{shop.shop}-{number}", "kind": kind, "amount": amount, "valid_from": "2026-01-01", "shop_id": shop.shop,
        **more,
    }  # fmt: skip


def goods_cost(shop: MoneyShop) -> Decimal | None:
    return shop.sums("order_line", "report_cost")[0]


def test_goods_cost_is_per_unit_and_the_line_s_own_goes_before_it(shop: MoneyShop) -> None:
    shop.tell(
        cost(shop, "1", "goods", "20", product_id="tea"),
        shop.order("1", product("1", goods="tea", quantity=3), product("2", goods="tea", cost="7")),
    )
    assert goods_cost(shop) == 67
    assert shop.ask("gross_margin") == 200 - 67


def test_the_narrowest_scope_wins(shop: MoneyShop) -> None:
    every = cost(shop, "all", "goods", "9", shop_id=None, channel_id=shop.shop)
    shop.tell(shop.order("1", product(goods="cup-n")), every)
    assert goods_cost(shop) == 9
    shop.tell(cost(shop, "shop", "goods", "8", channel_id=shop.shop))
    assert goods_cost(shop) == 8
    shop.tell(cost(shop, "product", "goods", "7", shop_id=None, product_id="cup-n"))
    assert goods_cost(shop) == 7


def test_a_cost_holds_from_its_first_to_its_last_day(shop: MoneyShop) -> None:
    shop.tell(
        cost(shop, "1", "goods", "10", valid_from="2026-03-01", valid_until="2026-03-09"),
        cost(shop, "1", "goods", "12", valid_from="2026-03-10"),
        shop.order("1", product(), at=day(9, 23)),
        shop.order("2", product(), at=day(10, 0)),
        shop.order("3", product(), at="2026-02-27T12:00:00+08:00"),
    )
    told = "SELECT report_cost FROM fact.order_line WHERE shop_id = ? ORDER BY order_id"
    assert shop.rows(told) == [(Decimal(10),), (Decimal(12),), (None,)]


def test_a_cost_that_changes_later_corrects_the_past_and_a_rebuild_agrees(shop: MoneyShop) -> None:
    shop.tell(shop.order("1", product()), shop.refund("a", "1", "100", kind="return", line_id="1", quantity=1))
    assert (goods_cost(shop), shop.ask("gross_margin")) == (None, None)
    shop.tell(cost(shop, "1", "goods", "30", updated_at=day(12)))
    assert (goods_cost(shop), shop.sums("refund", "report_cost"), shop.ask("gross_margin")) == (30, [Decimal(30)], 0)
    shop.tell(cost(shop, "1", "goods", "35", updated_at=day(13)))
    assert (goods_cost(shop), shop.sums("refund", "report_cost")) == (35, [Decimal(35)])
    before = shop.desk.warehouse.checksums()
    shop.desk.warehouse.rebuild()
    assert shop.desk.warehouse.checksums() == before


def test_a_cost_per_order_is_shared_by_what_its_lines_are_worth(shop: MoneyShop) -> None:
    shop.tell(
        cost(shop, "f", "freight", "6", per="order"),
        shop.order("1", product("1", "60", "a"), product("2", "30", "b"), product("gift", "0", "c")),
    )
    told = "SELECT report_freight FROM fact.order_line WHERE shop_id = ? ORDER BY line_id"
    assert shop.rows(told) == [(Decimal(4),), (Decimal(2),), (Decimal(0),)]


def test_what_carriers_charged_goes_before_a_contract_for_freight(shop: MoneyShop) -> None:
    shop.tell(
        cost(shop, "f", "freight", "6", per="order"), shop.order("1", product("1", "60", "a"), product("2", "30", "b"))
    )
    parcel = {
        "table": "shipment",
        "shipment_id": "p1",
        "order_id": f"{shop.shop}-1",
        "status": "created",
        "freight": "4.5",
    }
    shop.tell(parcel)
    assert shop.sums("order_line", "report_freight") == [Decimal("4.5")]


def test_each_kind_of_cost_stands_by_itself(shop: MoneyShop) -> None:
    shop.tell(
        shop.order("1", product(amount="100", quantity=2), {"kind": "shipping", "line_id": "s", "amount": "10"}),
        *(cost(shop, kind, kind, "1", per="unit") for kind in FEES if kind not in ("commission", "payment_fee")),
        cost(shop, "c", "commission", "1", share="0.05", per="order"),
        cost(shop, "p", "payment_fee", share="0.01"),
    )
    told = dict(zip(FEES, shop.sums("order_line", *(f"report_{kind}" for kind in FEES)), strict=True))
    assert told == dict.fromkeys(FEES, Decimal(2)) | {"commission": Decimal(6), "payment_fee": Decimal("1.1")}


def test_a_cost_in_another_currency_is_converted_at_the_order_s_day(shop: MoneyShop) -> None:
    rate = {"table": "fx_rate", "day": "2026-03-10", "currency": "EUR", "into": "CNY", "rate": "7.5"}
    shop.tell(cost(shop, "1", "goods", "4", currency="EUR"), shop.order("1", product()), rate)
    assert goods_cost(shop) == 30


def test_sales_without_a_cost_are_a_share_and_not_free(shop: MoneyShop) -> None:
    shop.tell(
        cost(shop, "1", "goods", "20", product_id="known"),
        shop.order("1", product("1", "60", "known"), product("2", "40", "unknown")),
    )
    assert shop.sums("order_line", "report_paid", where="report_cost IS NULL") == [Decimal(40)]


def test_a_cost_per_month_is_no_cost_of_a_line(shop: MoneyShop) -> None:
    shop.tell(cost(shop, "rent", "other", "3000", per="month"), shop.order("1", product()))
    assert shop.sums("order_line", "report_other") == [None]


@pytest.mark.parametrize("by", ["number", "merchant code", "spu"])
def test_a_cost_of_a_product_may_name_its_number_its_merchant_code_or_its_spu(shop: MoneyShop, by: str) -> None:
    sku, code, spu = f"{shop.shop}-sku", f"{shop.shop}-code", f"{shop.shop}-spu"
    named = {"number": sku, "merchant code": code, "spu": spu}[by]
    shop.tell(shop.order("1", product(goods=sku)), cost(shop, "1", "goods", "11", product_id=named))
    shop.tell({"table": "product", "product_id": sku, "merchant_code": code, "spu_id": spu})
    assert goods_cost(shop) == 11
