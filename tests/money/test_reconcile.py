"""Ours against a platform's day table and settlement: what differs is explained down to the orders."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from castanea.kit.errors import InputError, NotFound
from castanea.runs.reconcile import Compared, ReconcileRequest, reconcile
from tests.money.conftest import MoneyShop, day, product


def told(shop: MoneyShop, number: int = 10, **figures: Any) -> dict[str, Any]:
    """A day of the platform's own table."""
    return {
        "table": "platform_daily", "day": f"2026-03-{number:02d}", "days": 1, "platform": "生意参谋", "scope": "shop", "member": "",
        **figures,
    }  # fmt: skip


def compare(shop: MoneyShop, against: Any = "platform_daily") -> list[Compared]:
    request = ReconcileRequest(against, shop.shop)
    return list(reconcile(shop.desk.reader(), shop.workspace.settings, request).differences)


def causes(compared: Compared) -> dict[str, tuple[Decimal, list[str]]]:
    return {c.cause: (c.amount, [item.order_id.rsplit("-", 1)[1] for item in c.orders]) for c in compared.causes}


def orders(shop: MoneyShop, *amounts: str, hour: int = 12) -> list[dict[str, Any]]:
    return [shop.order(str(n), product(amount=a), at=day(10, hour)) for n, a in enumerate(amounts, 1)]


def test_equal_figures_are_counted_and_not_listed(shop: MoneyShop) -> None:
    shop.tell(*orders(shop, "100", "50.5"), told(shop, paid_amount="150.5", orders=2, units=2, refunded_amount="0"))
    answer = reconcile(shop.desk.reader(), shop.workspace.settings, ReconcileRequest(shop=shop.shop))
    assert (answer.compared, answer.equal, answer.differences) == (4, 4, ())
    assert (answer.ours, answer.theirs) == (Decimal("150.5"), Decimal("150.5"))


def test_cancelled_orders_that_the_platform_takes_off_are_named(shop: MoneyShop) -> None:
    gone = shop.order("9", product(amount="30"), status="closed", pay_time=day(10))
    shop.tell(*orders(shop, "100"), gone, told(shop, paid_amount="100", orders=1))
    found = {c.figure: c for c in compare(shop)}
    assert causes(found["paid_amount"]) == {"cancelled": (Decimal(30), ["9"])}
    assert causes(found["orders"]) == {"cancelled": (Decimal(1), ["9"])}
    assert found["paid_amount"].unexplained == 0


def test_freight_and_platform_coupons_together_make_a_difference(shop: MoneyShop) -> None:
    lines = [
        product(amount="100"),
        {"kind": "shipping", "line_id": "s", "amount": "8"},
        {"kind": "discount", "line_id": "d", "amount": "-15", "borne_by": "platform"},
    ]
    shop.tell(shop.order("1", *lines), told(shop, paid_amount="85"))
    (found,) = compare(shop)
    assert (found.difference, causes(found)) == (23, {"freight": (Decimal(8), ["1"]), "coupon": (Decimal(15), ["1"])})


def test_orders_at_midnight_may_belong_to_the_other_day(shop: MoneyShop) -> None:
    late = [
        shop.order(f"l{n}", product(amount=a), at=f"2026-03-10T23:5{n}:00+08:00") for n, a in enumerate(("7", "11"))
    ]
    shop.tell(*orders(shop, "100"), *late, told(shop, 10, paid_amount="100"), told(shop, 11, paid_amount="18"))
    first, second = compare(shop)
    assert causes(first) == {"day_boundary": (Decimal(18), ["l1", "l0"])}
    assert causes(second) == {"day_boundary": (Decimal(-18), ["l1", "l0"])}


def test_one_order_that_the_platform_does_not_know_is_named(shop: MoneyShop) -> None:
    shop.tell(*orders(shop, "100", "42.5", "60"), told(shop, paid_amount="160"))
    (found,) = compare(shop)
    assert causes(found) == {"one_order": (Decimal("42.5"), ["2"])}


def test_a_payment_without_its_order_is_an_order_missing_with_us(shop: MoneyShop) -> None:
    lost = {
        "table": "payment", "payment_id": f"{shop.shop}-p", "order_id": f"{shop.shop}-lost", "kind": "full", "status": "succeeded",
        "time": day(10), "amount": "33",
    }  # fmt: skip
    shop.tell(*orders(shop, "100"), lost, told(shop, paid_amount="133"))
    (found,) = compare(shop)
    assert causes(found) == {"missing_order": (Decimal(-33), ["lost"])}


def test_a_presale_s_deposit_counted_when_paid_is_found_on_both_days(shop: MoneyShop) -> None:
    pay = {"table": "payment", "order_id": f"{shop.shop}-1", "status": "succeeded"}
    shop.tell(
        shop.order("1", product(amount="100"), at=day(10), status="deposit_paid"),
        {**pay, "payment_id": f"{shop.shop}-a", "kind": "deposit", "amount": "20", "time": day(10)},
        {**pay, "payment_id": f"{shop.shop}-b", "kind": "balance", "amount": "80", "time": day(18)},
        told(shop, 10, paid_amount="20"),
        told(shop, 18, paid_amount="80"),
    )
    assert [causes(c) for c in compare(shop)] == [{"deposit": (Decimal(-20), ["1"])}, {"deposit": (Decimal(20), ["1"])}]


def test_refunds_by_the_day_they_were_asked_for_are_found(shop: MoneyShop) -> None:
    shop.tell(
        *orders(shop, "100", "50"),
        shop.refund("a", "1", "30", asked_time=day(12), refund_time=day(14)),
        shop.refund("b", "2", "20", asked_time=day(14), refund_time=day(14)),
        told(shop, 12, refunded_amount="30"),
        told(shop, 14, refunded_amount="20"),
    )
    first, second = compare(shop)
    assert (causes(first), causes(second)) == (
        {"refund_date": (Decimal(-30), ["1"])}, {"refund_date": (Decimal(30), ["1"])},
    )  # fmt: skip


def test_what_nothing_explains_is_said(shop: MoneyShop) -> None:
    shop.tell(*orders(shop, "100", "50"), told(shop, paid_amount="171.23"))
    (found,) = compare(shop)
    assert (found.causes, found.unexplained) == ((), Decimal("-21.23"))


def test_a_settlement_is_compared_order_by_order(shop: MoneyShop) -> None:
    def line(number: str, of: str, item: str, amount: str, direction: str = "in") -> dict[str, Any]:
        return {
            "table": "settlement_line", "settlement_id": f"{shop.shop}-{number}", "order_id": f"{shop.shop}-{of}", "item": item,
            "direction": direction, "amount": amount, "time": day(16),
        }  # fmt: skip

    shop.tell(
        *orders(shop, "100", "50", "40", "20"),
        shop.refund("a", "3", "15", refund_time=day(12)),
        line("1", "1", "goods", "100"),
        line("2", "1", "commission", "5", "out"),
        line("3", "2", "goods", "44"),
        line("4", "3", "goods", "40"),
        line("5", "9", "goods", "77"),
    )
    by_day = {c.day: c for c in compare(shop, "settlement")}
    assert causes(by_day[date(2026, 3, 10)]) == {
        "not_settled": (Decimal(20), ["4"]), "refund": (Decimal(-15), ["3"]), "other_amount": (Decimal(6), ["2"]),
    }  # fmt: skip
    assert by_day[date(2026, 3, 10)].unexplained == 6
    assert causes(by_day[date(2026, 3, 16)]) == {"missing_order": (Decimal(-77), ["9"])}


def test_days_are_those_of_the_shop_s_own_zone(shop: MoneyShop) -> None:
    shop.tell({"table": "shop", "zone": "America/New_York", "updated_at": day(1)})
    shop.tell(shop.order("1", product(), at="2026-03-11T02:00:00Z"), told(shop, 10, paid_amount="100"))
    assert compare(shop) == []


def test_a_reconciliation_without_the_other_side_says_what_to_import(shop: MoneyShop) -> None:
    with pytest.raises(NotFound, match="import the platform's day table"):
        compare(shop)
    with pytest.raises(InputError, match="platform_daily or settlement"):
        compare(shop, "ledger")
