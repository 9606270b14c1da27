"""Laws of resolving goods and money: whatever the order of loading, the pieces, the repeats and the restarts, the warehouse is the same."""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.properties.test_loading import Event, _load
from tests.warehouse.shop_rows import at, line, order, payment, product, rate, refund

ORDERS = st.sampled_from(["1", "2"])
VERSIONS = st.integers(0, 3).map(at)
GOODS = st.sampled_from(["tea", "cup", "box", "A-1"])
CODES = st.sampled_from([None, "", "A-1", "B-2"])
AMOUNTS = st.sampled_from(["5", "10", "10.5", "0.01", "33.33"])
TIMES = st.integers(-3, 3).map(lambda days: at(days=days, hours=13))
DAYS = st.integers(7, 13).map(lambda day: date(2026, 3, day))
MAYBE_TIME = st.none() | TIMES


def _rows(table: str, **columns: st.SearchStrategy[Any]) -> st.SearchStrategy[Event]:
    return st.fixed_dictionaries({**columns, "_version": VERSIONS}).map(lambda row: (table, row))


ORDER = st.builds(
    lambda number, more: ("order", order(number) | more),
    ORDERS,
    st.fixed_dictionaries(
        {
            "order_time": TIMES,
            "pay_time": MAYBE_TIME,
            "status": st.sampled_from(
                [None, "placed", "deposit_paid", "paid", "shipped", "done", "closed", "refunded"]
            ),
            "cash_on_delivery": st.sampled_from([None, True]),
            "received_time": MAYBE_TIME,
            "shipped_time": MAYBE_TIME,
            "test": st.sampled_from([None, True]),
            "currency": st.sampled_from([None, "USD"]),
            "_version": VERSIONS,
        }
    ),
)
LINE = st.builds(
    lambda number, amount, more: ("order_line", line(number, amount) | more),
    ORDERS,
    AMOUNTS,
    st.fixed_dictionaries(
        {
            "line_id": st.sampled_from(["1", "2", "erp/1"]),
            "product_id": GOODS,
            "merchant_code": CODES,
            "paid_amount": st.none() | AMOUNTS,
            "quantity": st.sampled_from([None, 1, 3]),
            "cost": st.sampled_from([None, None, "2"]),
            "kind": st.sampled_from(["product", "product", "product", "shipping", "tax"]),
            "_version": VERSIONS,
        }
    ),
)
STAND_IN = st.builds(
    lambda number, amount, paid, version: (
        "order_line",
        line(number, amount, line_id="order", product_id=None, paid_amount=paid, quantity=2, _version=version),
    ),
    ORDERS,
    AMOUNTS,
    st.none() | AMOUNTS,
    VERSIONS,
)
DISCOUNT = st.builds(
    lambda number, by, version: (
        "order_line",
        line(number, "-2", line_id="d", kind="discount", product_id=None, quantity=None, borne_by=by, _version=version),
    ),
    ORDERS,
    st.sampled_from([None, "shop", "platform"]),
    VERSIONS,
)
PAYMENT = st.builds(
    lambda pay, number, kind, time, version: ("payment", payment(pay, number, kind=kind, time=time, _version=version)),
    st.sampled_from(["p", "q"]),
    ORDERS,
    st.sampled_from(["deposit", "balance", "full"]),
    TIMES,
    VERSIONS,
)
REFUND = st.builds(
    lambda name, number, more: ("refund", refund(name, number) | more),
    st.sampled_from(["r", "s", "1", "2"]),
    st.none() | ORDERS,
    st.fixed_dictionaries(
        {
            "amount": AMOUNTS,
            "kind": st.sampled_from([None, "refund_only", "return", "exchange", "price_protection"]),
            "line_id": st.sampled_from([None, "", "1"]),
            "product_id": st.none() | GOODS,
            "merchant_code": CODES,
            "quantity": st.sampled_from([None, 1, 2]),
            "sellable": st.sampled_from([None, True, False]),
            "refund_time": MAYBE_TIME,
            "_version": VERSIONS,
        }
    ),
)
SHIPMENT = _rows(
    "shipment",
    shipment_id=st.sampled_from(["a", "b"]),
    order_id=st.none() | ORDERS,
    status=st.sampled_from(["created", "delivered"]),
    shipped_time=MAYBE_TIME,
    delivered_time=MAYBE_TIME,
    freight=st.none() | AMOUNTS,
    currency=st.sampled_from([None, "USD"]),
)
PRODUCT = st.builds(
    lambda number, code, spu, version: (
        "product", product(number, "food", merchant_code=code, spu_id=spu, _version=version),
    ),
    GOODS, CODES, st.sampled_from([None, "S"]), VERSIONS,
)  # fmt: skip
PART = _rows(
    "bundle_part",
    product_id=st.sampled_from(["box", "tea"]),
    part_id=GOODS,
    quantity=st.sampled_from([0, 1, 2]),
    gift=st.sampled_from([None, True]),
)
COST = _rows(
    "cost",
    cost_id=st.sampled_from(["c", "d"]),
    kind=st.sampled_from(["goods", "goods", "commission", "payment_fee", "freight"]),
    shop_id=st.sampled_from([None, "main"]),
    product_id=st.sampled_from([None, "tea", "cup", "A-1", "S"]),
    channel_id=st.sampled_from([None, "tmall"]),
    amount=st.none() | AMOUNTS,
    share=st.sampled_from([None, "0.05"]),
    per=st.sampled_from([None, "unit", "order", "month"]),
    currency=st.sampled_from([None, "USD"]),
    valid_from=DAYS,
    valid_until=st.none() | DAYS,
    refundable=st.sampled_from([None, True, False]),
)
RATE = st.builds(lambda day, version: ("fx_rate", rate("USD", "7.1", day, _version=version)), DAYS, VERSIONS)
PURCHASE = _rows(
    "purchase_order",
    purchase_order_id=st.sampled_from(["po", "pq"]),
    product_id=GOODS,
    ordered=TIMES,
    quantity=st.sampled_from([5, 8]),
    status=st.sampled_from([None, "ordered", "cancelled"]),
)
RECEIPT = _rows(
    "receipt",
    receipt_id=st.sampled_from(["x", "y"]),
    purchase_order_id=st.sampled_from([None, "po"]),
    product_id=GOODS,
    time=TIMES,
    quantity=st.sampled_from([2, 3]),
)
LEVEL = _rows("stock_level", product_id=GOODS, warehouse_id=st.just("w"), time=TIMES, on_hand=st.sampled_from([1, 9]))

EVENTS = st.lists(
    st.one_of(
        ORDER, ORDER, LINE, LINE, STAND_IN, DISCOUNT, PAYMENT, REFUND, SHIPMENT, PRODUCT, PART, COST, COST, RATE, PURCHASE, RECEIPT, LEVEL,
    ),
    max_size=40,
)  # fmt: skip


@settings(max_examples=25)
@given(
    EVENTS,
    st.randoms(use_true_random=False),
    st.lists(st.integers(1, 40), max_size=6),
    st.frozensets(st.integers(0, 6), max_size=2),
)
def test_goods_and_money_come_out_the_same_in_any_order_of_loading(
    events: list[Event], random: Any, cuts: list[int], restarts: frozenset[int]
) -> None:
    shuffled = events + random.sample(events, len(events) // 2)
    random.shuffle(shuffled)
    assert _load(events, []) == _load(shuffled, cuts, restarts)


def test_a_refund_without_an_order_learns_later_whose_merchant_code_it_names() -> None:
    back = (
        "refund",
        refund("r", None, "10.5") | {"merchant_code": "B-2", "kind": "return", "quantity": 2, "_version": at()},
    )
    good = ("product", product("tea", "food", merchant_code="B-2", _version=at()))
    assert _load([back, good], [1]) == _load([back, good], [])
