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
from castanea.demo.world import CHANNELS, REASONS, DayOrders, World

SHOPS = tuple(f"hillside-{c}" for c in CHANNELS)
UNPAID_CLOSES_AFTER = 1_800_000_000
FREE_SHIPPING_FROM, SHIPPING = 9_900, 800


@dataclass(frozen=True)
class FirstOrders:
    """Customers who ordered for the first time in a shop, with the moment (µs UTC)."""

    channel: Ints
    customer: Ints
    at: Ints


def order_facts(world: World, day: DayOrders, after: int, until: int) -> dict[str, pa.Table]:
    """Rows of `order`, `order_line`, `refund` whose state as of `until` is newer than `after` (µs UTC)."""
    facts = {
        "order": _orders(world, day, after, until),
        "order_line": _lines(world, day, after, until),
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


def _orders(world: World, day: DayOrders, after: int, until: int) -> pa.Table:
    paid = np.where(day.paid <= until, day.paid, 0)
    done = (day.done > 0) & (day.done <= until)
    closes = day.ordered + UNPAID_CLOSES_AFTER
    closed = (day.paid == 0) & (closes <= until)
    version = np.where(done, day.done, np.where(paid > 0, paid, np.where(closed, closes, day.ordered)))
    rows = between(np.where(day.ordered <= until, version, until + 1), after, until)
    people, who = world.people, pa.array(day.customer[rows])
    status = np.where(done, 0, np.where(paid > 0, 1, np.where(closed, 3, 2)))[rows]
    totals = np.bincount(day.order, weights=day.amount, minlength=day.orders).astype(np.int64)
    totals = totals + np.where(totals < FREE_SHIPPING_FROM, SHIPPING, 0)
    return sent(
        "order",
        {
            "shop_id": words(SHOPS, day.channel[rows]), "order_id": order_numbers(day, rows),
            "order_time": times(day.ordered[rows]), "pay_time": times(paid[rows], missing=paid[rows] == 0),
            "status": words(("done", "paid", "placed", "closed"), status),
            "customer_id": numbered("C", day.customer[rows], 7),
            "customer_name": people.names.take(who), "phone": people.phones.take(who),
            "email": people.emails.take(who), "address": people.addresses.take(who),
            "channel_id": words(CHANNELS, day.channel[rows]), "country": constant("CN", len(rows)),
            "province": words(tuple(p[0] for p in PROVINCES), people.province[day.customer[rows]]), "city": people.city.take(who),
            "currency": constant("CNY", len(rows)), "total": cents(totals[rows]),
        },
        version[rows],
    )  # fmt: skip


def _lines(world: World, day: DayOrders, after: int, until: int) -> pa.Table:
    ordered = day.ordered[day.order]
    rows = between(ordered, after, until)
    goods = _product_lines(world, day, rows)
    totals = np.bincount(day.order, weights=day.amount, minlength=day.orders)
    posted = np.flatnonzero((totals < FREE_SHIPPING_FROM) & (day.ordered > after) & (day.ordered <= until))
    shipping = sent(
        "order_line",
        {
            "shop_id": words(SHOPS, day.channel[posted]), "order_id": order_numbers(day, posted),
            "line_id": constant("S", len(posted)), "kind": constant("shipping", len(posted)),
            "quantity": quantities(np.ones(len(posted), dtype=np.int64)),
            "amount": cents(np.full(len(posted), SHIPPING)), "currency": constant("CNY", len(posted)),
        },
        day.ordered[posted],
    )  # fmt: skip
    return pa.concat_tables([goods, shipping])


def _product_lines(world: World, day: DayOrders, rows: Ints) -> pa.Table:
    catalogue, product, of = world.catalogue, day.product[rows], day.order[rows]
    return sent(
        "order_line",
        {
            "shop_id": words(SHOPS, day.channel[of]), "order_id": order_numbers(day, of),
            "line_id": _line_ids(day, rows),
            "kind": constant("product", len(rows)), "product_id": words(catalogue.ids, product),
            "title": words(catalogue.names, product), "quantity": quantities(day.quantity[rows]),
            "unit_price": cents(catalogue.price[product]), "amount": cents(day.amount[rows]),
            "cost": cents(catalogue.cost[product] * day.quantity[rows]), "currency": constant("CNY", len(rows)),
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
    goods_back = day.refund_kind[rows] == 1
    units = np.where(goods_back, day.quantity[rows], 0)
    return sent(
        "refund",
        {
            "shop_id": words(SHOPS, day.channel[of]), "refund_id": pc.binary_join_element_wise("R", orders, lines, ""),
            "order_id": orders, "line_id": lines, "product_id": words(world.catalogue.ids, day.product[rows]),
            "kind": words(("refund_only", "return"), day.refund_kind[rows]), "line_kind": constant("product", len(rows)),
            "status": _refund_status(ended[rows], ok), "asked_time": times(day.refund_asked[rows]),
            "refund_time": times(day.refund_done[rows], missing=~ok), "quantity": quantities(units),
            "amount": cents(day.refund_cents[rows]), "cost": cents(world.catalogue.cost[day.product[rows]] * units),
            "currency": constant("CNY", len(rows)), "reason": _reasons(world, day.refund_reason[rows]),
            "reason_class": words(REASONS, day.refund_reason[rows]),
        },
        version[rows],
    )  # fmt: skip


def _refund_status(ended: Flags, succeeded: Flags) -> pa.Array:
    number: npt.NDArray[np.int64] = np.where(succeeded, 0, np.where(ended, 2, 1))
    return words(("succeeded", "asked", "refused"), number)


def _reasons(world: World, reason: Ints) -> pa.Array:
    zh = ("质量问题", "与描述不符", "尺寸不合适", "发货太慢", "不想要了", "其他")
    en = ("quality problem", "not as described", "wrong size", "too slow", "changed my mind", "other")
    return words(zh if world.config.language == "zh" else en, reason)
