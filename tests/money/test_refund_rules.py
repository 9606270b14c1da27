"""What a refund takes back: money, goods, both, or neither."""

from __future__ import annotations

from decimal import Decimal

from tests.money.conftest import MoneyShop, day, product


def test_several_refunds_of_one_line_add_up_each_on_its_own_day(shop: MoneyShop) -> None:
    shop.tell(shop.order("1", product(amount="100", quantity=2, cost="60")))
    shop.tell(
        shop.refund("a", "1", "50", kind="return", line_id="1", quantity=1, refund_time=day(15)),
        shop.refund("b", "1", "10", kind="refund_only", line_id="1", refund_time=day(16)),
    )
    assert (shop.on("refund_amount", 15), shop.on("refund_amount", 16), shop.ask("net_sales")) == (50, 10, 40)
    assert shop.sums("refund", "report_cost", "restocked") == [Decimal(30), Decimal(1)]
    assert shop.ask("gross_margin") == 40 - (60 - 30)


def test_a_refund_without_a_date_counts_on_the_pay_day(shop: MoneyShop) -> None:
    shop.tell(shop.order("1", product()), shop.refund("a", "1", "25", refund_time=None))
    assert shop.on("refund_amount", 10) == 25


def test_a_refund_that_is_only_asked_for_takes_nothing_back(shop: MoneyShop) -> None:
    shop.tell(shop.order("1", product()), shop.refund("a", "1", "25", status="asked"))
    assert shop.ask("refund_amount") == 0


def test_goods_that_cannot_be_sold_again_bring_no_cost_back(shop: MoneyShop) -> None:
    shop.tell(shop.order("1", product(cost="40")))
    shop.tell(shop.refund("a", "1", "100", kind="return", line_id="1", quantity=1, sellable=False))
    assert shop.sums("refund", "report_cost", "restocked") == [Decimal(0), Decimal(0)]
    assert shop.ask("gross_margin") == -40


def test_price_protection_gives_money_back_and_no_goods(shop: MoneyShop) -> None:
    shop.tell(shop.order("1", product(cost="40")), shop.refund("a", "1", "5", kind="price_protection", line_id="1"))
    assert shop.ask("refund_amount,gross_margin") == {"refund_amount": 5, "gross_margin": 55}
    assert shop.sums("refund", "restocked") == [None]


def test_an_exchange_moves_goods_and_no_money(shop: MoneyShop) -> None:
    shop.tell(shop.order("1", product(cost="40")))
    shop.tell(shop.refund("a", "1", "100", kind="exchange", line_id="1", quantity=1))
    assert shop.ask("refund_amount,net_sales,gross_margin") == {
        "refund_amount": 0,
        "net_sales": 100,
        "gross_margin": 60,
    }


def test_an_exchange_whose_goods_came_back_broken_costs_the_goods_twice(shop: MoneyShop) -> None:
    shop.tell(shop.order("1", product(cost="40")))
    shop.tell(shop.refund("a", "1", "100", kind="exchange", line_id="1", quantity=1, sellable=False))
    assert shop.ask("net_sales,gross_margin") == {"net_sales": 100, "gross_margin": 20}


def test_an_order_s_refunded_total_gives_way_to_its_refunds(shop: MoneyShop) -> None:
    total = shop.refund(f"{shop.shop}-1", "1", "30", refund_time=None)
    shop.tell(shop.order("1", product()), total)
    assert shop.on("refund_amount", 10) == 30
    shop.tell(shop.refund("a", "1", "18", refund_time=day(12)), shop.refund("b", "1", "12", refund_time=day(13)))
    assert (shop.on("refund_amount", 10), shop.on("refund_amount", 12), shop.ask("refund_amount")) == (0, 18, 30)


def test_commission_comes_back_with_a_refund_and_a_payment_fee_does_not(shop: MoneyShop) -> None:
    scope = {"table": "cost", "shop_id": shop.shop, "valid_from": "2026-01-01"}
    shop.tell(
        shop.order("1", product(amount="100")),
        {**scope, "cost_id": f"{shop.shop}-c", "kind": "commission", "share": "0.05"},
        {**scope, "cost_id": f"{shop.shop}-p", "kind": "payment_fee", "share": "0.006"},
        shop.refund("a", "1", "40", kind="refund_only", line_id="1"),
    )
    assert shop.sums("order_line", "report_commission", "report_payment_fee") == [Decimal(5), Decimal("0.6")]
    assert shop.sums("refund", "report_commission", "report_payment_fee") == [Decimal(2), None]
