"""Orders, their lines, refunds and buyers as the shop's systems report them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from castanea.demo.arrow import Flags, Ints, cents, constant, numbered, quantities, times, words
from castanea.demo.people import PROVINCES
from castanea.demo.sending import between, sent
from castanea.demo.wording import WAREHOUSE, one, said
from castanea.demo.world import CHANNELS, REASONS, REFUND_KINDS, DayOrders, World

SHOPS = tuple(f"hillside-{c}" for c in CHANNELS)
FREE_SHIPPING_FROM, SHIPPING = 9_900, 800
STATES = ("placed", "deposit_paid", "closed", "paid", "shipped", "done")
CARRIERS = ("顺丰速运", "中通快递", "圆通速递", "韵达快递")
HOUR = 3_600_000_000


@dataclass(frozen=True)
class FirstOrders:
    """Customers who ordered for the first time in a shop, with the moment (µs UTC)."""

    channel: Ints
    customer: Ints
    at: Ints


def order_facts(world: World, day: DayOrders, after: int, until: int) -> dict[str, pa.Table]:
    """Rows of `order`, `order_line`, `payment`, `shipment`, `refund` whose state as of `until` is newer than `after` (µs UTC)."""
    facts = {
        "order": _orders(world, day, after, until),
        "order_line": _lines(world, day, after, until),
        "payment": _payments(day, after, until),
        "shipment": _shipments(world, day, after, until),
        "refund": _refunds(world, day, after, until),
    }
    return {name: table for name, table in facts.items() if table.num_rows}


def customer_facts(world: World, first: FirstOrders) -> pa.Table:
    people, who = world.people, pa.array(first.customer)
    province = pa.array([p[0] for p in PROVINCES]).take(pa.array(people.province[first.customer]))
    return sent(
        "customer",
        {
            "shop_id": words(SHOPS, first.channel),
            "customer_id": numbered("C", first.customer, 7),
            "name": people.names.take(who), "phone": people.phones.take(who),
            "email": people.emails.take(who), "address": people.addresses.take(who),
            "country": constant("CN", len(first.at)), "province": province, "city": people.city.take(who),
            "first_seen": pc.cast(pc.local_timestamp(pc.assume_timezone(times(first.at).cast(pa.timestamp("us")), "UTC").cast(
                pa.timestamp("us", tz=world.config.zone))), pa.date32()),
        },
        first.at,
    )  # fmt: skip


def order_numbers(day: DayOrders, index: Ints) -> pa.Array:
    """`26112012345`: the day, then the order's number on it."""
    return numbered(day.day.strftime("%y%m%d"), day.number[index], 6)


def states(day: DayOrders, until: int) -> tuple[Ints, Ints]:
    """Where each order stands as of `until` (an index of STATES) and since when (µs UTC)."""
    closes = np.where(day.paid == 0, day.closes, 0)
    state, since = np.zeros(day.orders, dtype=np.int64), day.ordered.copy()
    for number, moment in enumerate((day.deposited, closes, day.paid, day.sent, day.done), start=1):
        reached = (moment > 0) & (moment <= until)
        state, since = np.where(reached, number, state), np.where(reached, np.maximum(since, moment), since)
    return state, since


def goods_cents(day: DayOrders) -> Ints:
    """What each order's goods cost the buyer, before what the platform bears."""
    return np.bincount(day.order, weights=day.amount, minlength=day.orders).astype(np.int64)


def postage_cents(day: DayOrders) -> Ints:
    return np.where(goods_cents(day) < FREE_SHIPPING_FROM, SHIPPING, 0)


def coupon_cents(day: DayOrders) -> Ints:
    """What the platform bears of each order: a twentieth of the goods in whole yuan."""
    return np.where(day.coupon, goods_cents(day) // 2000 * 100, 0)


def deposit_cents(day: DayOrders) -> Ints:
    """A tenth of the goods in whole yuan, at least one."""
    return np.where(day.deposited > 0, np.maximum(goods_cents(day) // 1000 * 100, 100), 0)


def _orders(world: World, day: DayOrders, after: int, until: int) -> pa.Table:
    state, version = states(day, until)
    rows = between(np.where(day.ordered <= until, version, until + 1), after, until)
    people, who, count = world.people, pa.array(day.customer[rows]), len(rows)
    paid = np.where((day.paid <= until) & ~day.on_delivery, day.paid, 0)[rows]
    sent_at, done = np.where(day.sent <= until, day.sent, 0)[rows], np.where(day.done <= until, day.done, 0)[rows]
    totals = goods_cents(day) + postage_cents(day) - coupon_cents(day)
    return sent(
        "order",
        {
            "shop_id": words(SHOPS, day.channel[rows]), "order_id": order_numbers(day, rows),
            "order_time": times(day.ordered[rows]), "pay_time": times(paid, missing=paid == 0),
            "shipped_time": times(sent_at, missing=sent_at == 0), "received_time": times(done, missing=done == 0),
            "cash_on_delivery": pa.array(day.on_delivery[rows]), "status": words(STATES, state[rows]),
            "customer_id": numbered("C", day.customer[rows], 7),
            "customer_name": people.names.take(who), "phone": people.phones.take(who),
            "email": people.emails.take(who), "address": people.addresses.take(who),
            "channel_id": words(CHANNELS, day.channel[rows]), "country": constant("CN", count),
            "province": words(tuple(p[0] for p in PROVINCES), people.province[day.customer[rows]]), "city": people.city.take(who),
            "currency": constant("CNY", count), "total": cents(totals[rows]),
        },
        version[rows],
    )  # fmt: skip


def _lines(world: World, day: DayOrders, after: int, until: int) -> pa.Table:
    rows = between(day.ordered[day.order], after, until)
    told = (day.ordered > after) & (day.ordered <= until)
    posted, borne = np.flatnonzero((postage_cents(day) > 0) & told), np.flatnonzero((coupon_cents(day) > 0) & told)
    parts = [_product_lines(world, day, rows), _order_wide(day, posted, "S", "shipping", postage_cents(day)[posted])]
    if len(borne):
        parts.append(_order_wide(day, borne, "P", "discount", -coupon_cents(day)[borne], borne_by="platform"))
    given = rows[day.voucher[day.order[rows]] & (day.discount[rows] > 0)]
    if len(given):
        parts.append(_vouchers(world, day, given))
    return pa.concat_tables(parts)


def _order_wide(
    day: DayOrders, rows: Ints, line: str, kind: str, amounts: Ints, borne_by: str | None = None
) -> pa.Table:
    """One line per order that belongs to none of its products."""
    return sent(
        "order_line",
        {
            "shop_id": words(SHOPS, day.channel[rows]), "order_id": order_numbers(day, rows), "line_id": constant(line, len(rows)),
            "kind": constant(kind, len(rows)), "amount": cents(amounts), "borne_by": constant(borne_by, len(rows)),
            "currency": constant("CNY", len(rows)),
        },
        day.ordered[rows],
    )  # fmt: skip


def _vouchers(world: World, day: DayOrders, rows: Ints) -> pa.Table:
    """The shop's vouchers, as discounts of the lines they were given for."""
    of = day.order[rows]
    return sent(
        "order_line",
        {
            "shop_id": words(SHOPS, day.channel[of]), "order_id": order_numbers(day, of), "line_id": _line_ids(day, rows),
            "kind": constant("discount", len(rows)), "product_id": words(world.catalogue.ids, day.product[rows]),
            "amount": cents(-day.discount[rows]), "borne_by": constant("shop", len(rows)), "currency": constant("CNY", len(rows)),
        },
        day.ordered[of],
    )  # fmt: skip


def _payments(day: DayOrders, after: int, until: int) -> pa.Table:
    """Deposits and balances of presale orders; what is paid at once the order says itself."""
    if not day.deposited.any():
        return sent("payment", {}, np.zeros(0, dtype=np.int64))
    deposit, whole = deposit_cents(day), goods_cents(day) + postage_cents(day) - coupon_cents(day)
    parts = []
    for kind, letter, moment, amount in (
        ("deposit", "D", day.deposited, deposit),
        ("balance", "B", day.paid, whole - deposit),
    ):
        rows = between(np.where((moment > 0) & (day.deposited > 0), moment, until + 1), after, until)
        orders = order_numbers(day, rows)
        parts.append(sent("payment", {
            "shop_id": words(SHOPS, day.channel[rows]), "payment_id": pc.binary_join_element_wise(letter, orders, ""), "order_id": orders,
            "kind": constant(kind, len(rows)), "status": constant("succeeded", len(rows)), "time": times(moment[rows]),
            "amount": cents(amount[rows]), "currency": constant("CNY", len(rows)), "method": words(("alipay", "wechat"), day.channel[rows] % 2),
        }, moment[rows]))  # fmt: skip
    return pa.concat_tables(parts)


def parcel_times(day: DayOrders) -> tuple[Ints, Ints]:
    """When the carrier took each order's parcel and when it arrived; a tenth of the parcels waits a day for the carrier. What is paid on
    delivery is received as it arrives, other parcels some hours before their buyer says so."""
    hours = 2 + day.number * 7 % 11 + np.where(day.number % 10 == 3, 24, 0)
    picked = np.minimum(day.sent + hours * HOUR, day.done - 12 * HOUR)
    arrived = np.where(day.on_delivery, day.done, day.done - (3 + day.number % 9) * HOUR)
    return np.maximum(picked, day.sent + HOUR // 2), arrived


def _shipments(world: World, day: DayOrders, after: int, until: int) -> pa.Table:
    picked, arrived = parcel_times(day)
    version, state = day.sent.copy(), np.zeros(day.orders, dtype=np.int64)
    for number, moment in ((1, picked), (2, arrived)):
        reached = (day.sent > 0) & (moment <= until)
        version, state = np.where(reached, moment, version), np.where(reached, number, state)
    rows = between(np.where((day.sent > 0) & (day.sent <= until), version, until + 1), after, until)
    orders = order_numbers(day, rows)
    return sent(
        "shipment",
        {
            "shop_id": words(SHOPS, day.channel[rows]), "shipment_id": pc.binary_join_element_wise("SP", orders, ""), "order_id": orders,
            "carrier": words(said(world.config, *CARRIERS), day.number[rows] * 3 % 4), "status": words(("created", "picked_up", "delivered"), state[rows]),
            "warehouse_id": constant(one(world.config, WAREHOUSE), len(rows)), "shipped_time": times(day.sent[rows]),
            "picked_up_time": times(picked[rows], missing=state[rows] < 1), "delivered_time": times(arrived[rows], missing=state[rows] < 2),
            "currency": constant("CNY", len(rows)),
        },
        version[rows],
    )  # fmt: skip


def _product_lines(world: World, day: DayOrders, rows: Ints) -> pa.Table:
    catalogue, product, of = world.catalogue, day.product[rows], day.order[rows]
    unit_cost = catalogue.cost_on(day.index)[product]
    amount = day.amount[rows] + np.where(day.voucher[of], day.discount[rows], 0)
    return sent(
        "order_line",
        {
            "shop_id": words(SHOPS, day.channel[of]), "order_id": order_numbers(day, of),
            "line_id": _line_ids(day, rows),
            "kind": constant("product", len(rows)), "product_id": words(catalogue.ids, product),
            "title": words(catalogue.names, product), "quantity": quantities(day.quantity[rows]),
            "unit_price": cents(catalogue.price[product]), "amount": cents(amount),
            "cost": cents(unit_cost * day.quantity[rows], missing=unit_cost < 0), "currency": constant("CNY", len(rows)),
        },
        day.ordered[of],
    )  # fmt: skip


def _line_ids(day: DayOrders, rows: Ints) -> pa.Array:
    """Lines of an order numbered from 1 in the order in which they were drawn (they lie together)."""
    starts = np.flatnonzero(np.r_[True, np.diff(day.order) != 0]) if len(day.order) else np.zeros(0, dtype=np.int64)
    lengths = np.diff(np.r_[starts, len(day.order)])
    number = np.arange(len(day.order)) - np.repeat(starts, lengths) + 1
    return numbered("", number[rows])


def _refunds(world: World, day: DayOrders, after: int, until: int) -> pa.Table:
    asked = (day.refund_asked > 0) & (day.refund_asked <= until)
    ended = asked & (day.refund_done <= until)
    version = np.where(ended, day.refund_done, day.refund_asked)
    rows = between(np.where(asked, version, until + 1), after, until)
    of, ok = day.order[rows], ended[rows] & day.refund_succeeds[rows]
    orders, lines = order_numbers(day, of), _line_ids(day, rows)
    goods_back = np.isin(day.refund_kind[rows], (REFUND_KINDS.index("return"), REFUND_KINDS.index("exchange")))
    units = np.where(goods_back, day.quantity[rows], 0)
    return sent(
        "refund",
        {
            "shop_id": words(SHOPS, day.channel[of]), "refund_id": pc.binary_join_element_wise("R", orders, lines, ""),
            "order_id": orders, "line_id": lines, "product_id": words(world.catalogue.ids, day.product[rows]),
            "kind": words(REFUND_KINDS, day.refund_kind[rows]), "line_kind": constant("product", len(rows)),
            "status": _refund_status(ended[rows], ok), "asked_time": times(day.refund_asked[rows]),
            "refund_time": times(day.refund_done[rows], missing=~ok), "quantity": quantities(units),
            "amount": cents(day.refund_cents[rows]), "sellable": pa.array(day.refund_reason[rows] != REASONS.index("quality")),
            "currency": constant("CNY", len(rows)), "reason": _reasons(world, day.refund_reason[rows]),
            "reason_class": words(REASONS, day.refund_reason[rows]),
        },
        version[rows],
    )  # fmt: skip


def _refund_status(ended: Flags, succeeded: Flags) -> pa.Array:
    number: npt.NDArray[np.int64] = np.where(succeeded, 0, np.where(ended, 2, 1))
    return words(("succeeded", "asked", "refused"), number)


def _reasons(world: World, reason: Ints) -> pa.Array:
    return words(said(world.config, "质量问题", "与描述不符", "尺寸不合适", "发货太慢", "不想要了", "其他"), reason)
