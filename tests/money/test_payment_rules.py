"""When an order counts as paid, and how much: presale, cash on delivery, coupons, freight, taxes, cancelled and test orders."""

from __future__ import annotations

from decimal import Decimal

from tests.money.conftest import MoneyShop, day, product


def _payment(shop: MoneyShop, of: str, kind: str, amount: str, at: str) -> dict[str, str]:
    return {
        "table": "payment", "payment_id": f"{of}-{kind}", "order_id": f"{shop.shop}-{of}", "kind": kind, "status": "succeeded", "time": at,
        "amount": amount,
    }  # fmt: skip


def test_a_presale_counts_whole_on_the_day_its_balance_is_paid(shop: MoneyShop) -> None:
    shop.tell(
        shop.order("1", product(amount="100"), at=day(10), status="deposit_paid"),
        _payment(shop, "1", "deposit", "20", day(10)),
    )
    assert (shop.ask("paid_amount"), shop.ask("order_amount")) == (0, 100)
    assert shop.sums("payment", "report_amount", where="kind = 'deposit'") == [Decimal(20)]
    assert shop.sums("order_line", "presold_quantity") == [Decimal(1)]
    shop.tell(_payment(shop, "1", "balance", "80", day(18)))
    assert (shop.on("paid_amount", 10), shop.on("paid_amount", 18)) == (0, 100)
    assert shop.sums("order_line", "presold_quantity") == [None]


def test_the_time_of_a_deposit_is_no_pay_time(shop: MoneyShop) -> None:
    shop.tell(shop.order("1", product(), status="deposit_paid", pay_time=day(10), updated_at=day(10)))
    assert shop.ask("paid_amount") == 0
    shop.tell(shop.order("1", product(), status="paid", pay_time=day(19), updated_at=day(19)))
    assert shop.on("paid_amount", 19) == 100


def test_cash_on_delivery_is_paid_on_receipt(shop: MoneyShop) -> None:
    shop.tell(shop.order("1", product(), cash_on_delivery=True, status="shipped"))
    assert (shop.ask("paid_amount"), shop.ask("order_amount")) == (0, 100)
    parcel = {"table": "shipment", "shipment_id": "p1", "order_id": f"{shop.shop}-1", "status": "delivered"}
    shop.tell({**parcel, "shipped_time": day(11), "delivered_time": day(14)})
    assert (shop.on("paid_amount", 10), shop.on("paid_amount", 14)) == (0, 100)


def test_cash_on_delivery_that_came_back_was_never_paid(shop: MoneyShop) -> None:
    shop.tell(shop.order("1", product(), cash_on_delivery=True, status="closed"))
    shop.tell({"table": "shipment", "shipment_id": "p1", "order_id": f"{shop.shop}-1", "status": "returned"})
    assert shop.ask("paid_amount") == 0


def test_an_order_of_which_only_the_status_says_that_it_was_paid_counts_on_its_day(shop: MoneyShop) -> None:
    shop.tell(shop.order("1", product(), status="done"), shop.order("2", product(), status="placed"))
    assert shop.on("paid_amount", 10) == 100
    assert shop.rows('SELECT paid_by FROM fact."order" WHERE shop_id = ? ORDER BY order_id') == [("status",), (None,)]


def test_a_cancelled_order_counts_where_it_was_paid(shop: MoneyShop) -> None:
    shop.tell(
        shop.order("1", product(amount="70"), status="cancelled", pay_time=day(10)),
        shop.order("2", product(amount="50"), status="closed"),
    )
    assert (shop.ask("paid_amount"), shop.ask("order_amount")) == (70, 120)


def test_a_test_order_is_left_out_and_can_be_seen(shop: MoneyShop) -> None:
    shop.tell(shop.order("1", product(), test=True), shop.order("2", product(amount="7")))
    assert (shop.ask("paid_amount"), shop.ask("orders")) == (7, 1)
    assert shop.rows("SELECT DISTINCT excluded_why FROM fact.order_line WHERE shop_id = ? AND excluded") == [("test",)]


def test_the_shop_s_coupon_lowers_the_paid_amount_and_the_platform_s_does_not(shop: MoneyShop) -> None:
    lines = [
        product(amount="100"),
        {"kind": "discount", "line_id": "own", "amount": "-10", "borne_by": "shop"},
        {"kind": "discount", "line_id": "theirs", "amount": "-15", "borne_by": "platform"},
    ]
    shop.tell(shop.order("1", *lines))
    assert shop.ask("paid_amount,order_amount") == {"paid_amount": 90, "order_amount": 90}
    assert shop.sums("order_line", "report_discount", where="borne_by = 'platform'") == [Decimal(15)]
    assert shop.sums("order_line", "report_discount", where="borne_by = 'shop'") == [Decimal(10)]


def test_freight_and_taxes_are_paid_but_are_no_product_sales(shop: MoneyShop) -> None:
    lines = [
        product(amount="100", tax="13"),
        {"kind": "shipping", "line_id": "shipping", "amount": "8"},
        {"kind": "tax", "line_id": "tax", "amount": "9.1"},
    ]
    shop.tell(shop.order("1", *lines))
    assert shop.ask("paid_amount,product_sales") == {"paid_amount": Decimal("117.1"), "product_sales": 100}
    assert shop.sums("order_line", "report_tax") == [Decimal("22.1")]


def test_a_negative_adjustment_lowers_net_sales_and_not_the_paid_amount(shop: MoneyShop) -> None:
    shop.tell(shop.order("1", product(), {"kind": "adjustment", "line_id": "a", "amount": "-30"}))
    assert shop.ask("paid_amount,adjustment_amount,net_sales") == {
        "paid_amount": 100, "adjustment_amount": -30, "net_sales": 70,
    }  # fmt: skip


def test_a_stand_in_line_gives_way_to_the_order_s_own_lines_whichever_comes_first(shop: MoneyShop) -> None:
    whole = {"kind": "product", "line_id": "order", "quantity": 3, "amount": "90", "paid_amount": "80"}
    shop.tell(shop.order("1", whole))
    assert shop.ask("paid_amount,units") == {"paid_amount": 80, "units": 3}
    lines = [
        {**product("1", "60", "tea"), "table": "order_line", "order_id": f"{shop.shop}-1"},
        {**product("2", "40", "cup", 2), "table": "order_line", "order_id": f"{shop.shop}-1"},
    ]
    shop.tell(*lines)
    assert shop.ask("paid_amount,order_amount,units") == {"paid_amount": 80, "order_amount": 90, "units": 3}
    assert shop.ask("paid_amount", "product") == {"tea": 48, "cup": 32}
    assert shop.ask("orders") == 1


def test_what_lines_say_was_paid_for_them_goes_before_the_stand_in(shop: MoneyShop) -> None:
    whole = {"kind": "product", "line_id": "order", "amount": "80"}
    shop.tell(shop.order("1", product("1", "60", "tea", paid_amount="50"), product("2", "40", "cup", 2), whole))
    assert shop.ask("paid_amount", "product") == {"tea": 50, "cup": 30}


def test_what_is_shared_sums_to_the_cent(shop: MoneyShop) -> None:
    whole = {"kind": "product", "line_id": "order", "amount": "100"}
    shop.tell(shop.order("1", *(product(str(n), "10", f"g{n}") for n in range(3)), whole))
    shared = shop.ask("paid_amount", "product")
    assert sum(shared.values()) == 100
    assert sorted(shared.values()) == [Decimal("33.33"), Decimal("33.33"), Decimal("33.34")]


def test_another_system_s_copy_of_the_lines_gives_way_to_the_platform_s(shop: MoneyShop) -> None:
    copied = product("erp/1", "100", "A-1", paid_amount="95")
    shop.tell(shop.order("1", copied))
    assert shop.ask("paid_amount") == 95
    shop.tell({**product("1", "100", "711", paid_amount="96"), "table": "order_line", "order_id": f"{shop.shop}-1"})
    assert shop.ask("paid_amount", "product") == {"711": 96}
