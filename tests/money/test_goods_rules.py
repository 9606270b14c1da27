"""Which product a line is, what bundles and gifts take from stock, and what is ordered, on its way, committed and presold."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tests.money.conftest import MoneyShop, day, product


def part(bundle: str, of: str, quantity: int, *, gift: bool | None = None) -> dict[str, Any]:
    return {"table": "bundle_part", "product_id": bundle, "part_id": of, "quantity": quantity, "gift": gift}


def taken(shop: MoneyShop) -> dict[str, Decimal]:
    """Units that sold lines take from stock, by product."""
    told = (
        "SELECT sku_id, sum(quantity) AS n FROM fact.order_line WHERE shop_id = ? AND stock_time IS NOT NULL GROUP BY 1"
    )
    return dict(shop.rows(told))  # type: ignore[arg-type]


def test_a_line_finds_its_product_by_merchant_code_when_the_item_number_differs(shop: MoneyShop) -> None:
    code = f"{shop.shop}-A1"
    shop.tell(shop.order("1", product(goods="711223344", merchant_code=code)))
    told = "SELECT sku_id, goods_code FROM fact.order_line WHERE shop_id = ?"
    assert shop.rows(told) == [("711223344", code)]
    shop.tell({"table": "product", "product_id": f"{shop.shop}-sku", "merchant_code": code})
    assert shop.rows(told) == [(f"{shop.shop}-sku", code)]


def test_the_same_good_on_two_platforms_has_one_merchant_code(shop: MoneyShop) -> None:
    code = f"{shop.shop}-A1"
    known = [{"table": "product", "product_id": f"{shop.shop}-{p}", "merchant_code": code} for p in ("tm", "jd")]
    shop.tell(
        *known, shop.order("1", product(goods=f"{shop.shop}-tm")), shop.order("2", product(goods=f"{shop.shop}-jd"))
    )
    assert shop.rows("SELECT DISTINCT goods_code FROM fact.order_line WHERE shop_id = ?") == [(code,)]
    shop.tell({"table": "stock_level", "product_id": code, "warehouse_id": "w", "time": day(10), "on_hand": 5})
    found = shop.rows(f"SELECT goods_code FROM fact.stock_level WHERE product_id = '{code}' AND ? <> ''")
    assert found == [(code,)]


def test_a_bundle_takes_its_parts_from_stock_and_its_units_are_never_doubled(shop: MoneyShop) -> None:
    box, tea, cup = (f"{shop.shop}-{n}" for n in ("box", "tea", "cup"))
    shop.tell(shop.order("1", product("1", "100", box, 2), product("2", "30", tea, 1)))
    assert taken(shop) == {box: 2, tea: 1}
    shop.tell(part(box, tea, 3), part(box, cup, 1))
    assert taken(shop) == {tea: 7, cup: 2}
    assert shop.ask("units,orders,paid_amount") == {"units": 3, "orders": 1, "paid_amount": 130}
    assert shop.ask("paid_amount", "product") == {box: 100, tea: 30}
    assert shop.ask("units", "product") == {box: 2, tea: 1}


def test_a_bundle_costs_what_its_parts_cost(shop: MoneyShop) -> None:
    box, tea, cup = (f"{shop.shop}-{n}" for n in ("box", "tea", "cup"))
    costs = [
        {"table": "cost", "cost_id": p, "kind": "goods", "product_id": p, "amount": a, "valid_from": "2026-01-01"}
        for p, a in ((tea, "5"), (cup, "2.5"))
    ]
    shop.tell(shop.order("1", product("1", "100", box, 2)), part(box, tea, 3), part(box, cup, 1), costs[0])
    assert shop.sums("order_line", "report_cost") == [None]
    shop.tell(costs[1])
    assert shop.sums("order_line", "report_cost") == [Decimal(35)]
    shop.tell({**costs[0], "cost_id": box, "product_id": box, "amount": "11"})
    assert shop.sums("order_line", "report_cost") == [Decimal(22)]


def test_a_gift_takes_stock_and_cost_at_no_price(shop: MoneyShop) -> None:
    tea, fan = f"{shop.shop}-tea", f"{shop.shop}-fan"
    costs = [
        {"table": "cost", "cost_id": p, "kind": "goods", "product_id": p, "amount": a, "valid_from": "2026-01-01"}
        for p, a in ((tea, "5"), (fan, "1"))
    ]
    shop.tell(shop.order("1", product("1", "50", tea, 2), product("2", "0", fan, 1)), *costs)
    assert (taken(shop), shop.sums("order_line", "report_cost")) == ({tea: 2, fan: 1}, [Decimal(11)])
    shop.tell(part(tea, fan, 1, gift=True))
    assert (taken(shop), shop.sums("order_line", "report_cost")) == ({tea: 2, fan: 3}, [Decimal(13)])
    assert shop.ask("units") == 3


def test_what_is_paid_and_not_sent_is_committed(shop: MoneyShop) -> None:
    shop.tell(
        shop.order("1", product(quantity=2)), shop.order("2", product(quantity=5), status="closed", pay_time=day(10))
    )
    assert shop.sums("order_line", "open_quantity") == [Decimal(2)]
    shop.tell({"table": "shipment", "shipment_id": "s", "order_id": f"{shop.shop}-1", "shipped_time": day(11)})
    assert shop.sums("order_line", "open_quantity") == [Decimal(0)]


def test_what_is_ordered_and_not_received_is_in_transit(shop: MoneyShop) -> None:
    number, good = f"{shop.shop}-po", f"{shop.shop}-tea"
    order = {
        "table": "purchase_order",
        "purchase_order_id": number,
        "product_id": good,
        "ordered": day(1),
        "quantity": 100,
    }
    came = {"table": "receipt", "purchase_order_id": number, "product_id": good, "time": day(5)}
    told = f"SELECT received, open_quantity FROM fact.purchase_order WHERE purchase_order_id = '{number}' AND ? <> ''"
    shop.tell({**came, "receipt_id": f"{number}-1", "quantity": 30})
    shop.tell({**order, "status": "ordered", "updated_at": day(2)})
    assert shop.rows(told) == [(Decimal(30), Decimal(70))]
    shop.tell({**came, "receipt_id": f"{number}-2", "quantity": 80})
    assert shop.rows(told) == [(Decimal(110), Decimal(0))]
    shop.tell({**came, "receipt_id": f"{number}-2", "quantity": 20, "updated_at": "2026-04-01T00:00:00+08:00"})
    assert shop.rows(told) == [(Decimal(50), Decimal(50))]
    shop.tell({**order, "status": "cancelled", "updated_at": day(6)})
    assert shop.rows(told) == [(Decimal(50), Decimal(0))]
