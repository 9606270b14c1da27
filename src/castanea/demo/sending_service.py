"""What customers ask before buying and complain of afterwards, and what leaves and enters the warehouse."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from castanea.demo.arrow import Ints, constant, numbered, quantities, times, words
from castanea.demo.incidents import day_of
from castanea.demo.paying import HOUR, SECOND
from castanea.demo.people import known_customers
from castanea.demo.seasons import HOURS
from castanea.demo.sending import between, sent
from castanea.demo.sending_orders import SHOPS, order_numbers
from castanea.demo.stock import StockDay
from castanea.demo.wording import WAREHOUSE, one, said
from castanea.demo.world import CHANNELS, DayOrders, World

AGENTS = ("小满", "谷雨", "立夏", "白露", "霜降")
TICKET_REASONS = ("质量问题", "与描述不符", "尺寸不合适", "物流慢", "不想要了", "其他")  # in the order of world.REASONS
FAULTY_BATCH = "B-2209"


def inquiry_facts(world: World, day: DayOrders) -> pa.Table:
    """One buyer in six asked before ordering; more asked and left, mostly where answers took long. At night answers take long."""
    rng = world.stream("inquiries", day.index)
    bought = np.flatnonzero(rng.random(day.orders) < 0.16)
    asked_only = int(rng.poisson(day.orders * 0.22))
    hour = rng.choice(24, asked_only, p=HOURS)
    begins = world.midnight(day.day) + ((hour + rng.random(asked_only)) * 3600).astype(np.int64) * SECOND
    at = np.r_[day.ordered[bought] - rng.integers(120, 2400, len(bought)) * SECOND, begins]
    channel = np.r_[day.channel[bought], rng.choice(len(CHANNELS), asked_only, p=(0.42, 0.26, 0.17, 0.09, 0.06))]
    night = ((at // (3600 * SECOND) + 8) % 24) < 8
    left = np.arange(len(at)) >= len(bought)
    patience = np.where(night, 900, 45) * np.where(left, 1.6, 0.8)
    seconds = np.minimum(rng.exponential(patience), 7200).astype(np.int64) + 3
    product = rng.choice(world.catalogue.count, len(at), p=world.catalogue.popularity)
    none = pa.scalar(None, pa.string())
    first, days = world.config.first_index, world.config.history_days
    asking = rng.integers(0, known_customers(world.people, day.index, first, days), asked_only)
    row = np.r_[bought, np.zeros(asked_only, dtype=np.int64)]
    order = pc.if_else(pa.array(left), none, order_numbers(day, row)) if day.orders else pa.nulls(len(at), pa.string())
    return sent("inquiry", {
        "shop_id": words(SHOPS, channel), "inquiry_id": numbered(f"Q{day.day:%y%m%d}", np.arange(len(at)), 5), "time": times(at),
        "customer_id": numbered("C", np.r_[day.customer[bought], asking], 7), "product_id": words(world.catalogue.ids, product),
        "agent": words(said(world.config, *AGENTS), rng.integers(0, len(AGENTS), len(at))), "first_response_seconds": pa.array(seconds),
        "order_id": order, "channel_id": words(CHANNELS, channel),
    }, at + seconds * SECOND)  # fmt: skip


def ticket_facts(world: World, day: DayOrders, after: int, until: int) -> pa.Table:
    """Two refunds in five come with a ticket, opened with the refund and solved a while before it ends."""
    asked = np.flatnonzero(day.refund_asked > 0)
    some = asked[(asked * 7 + day.index) % 5 < 2]
    opened = day.refund_asked[some]
    closed = opened + (day.refund_done[some] - opened) * 4 // 5
    solved = closed <= until
    version = np.where(solved, closed, opened)
    rows = between(np.where(opened <= until, version, until + 1), after, until)
    some, solved, of = some[rows], solved[rows], day.order[some[rows]]
    return sent("service_ticket", {
        "shop_id": words(SHOPS, day.channel[of]), "ticket_id": numbered(f"T{day.day:%y%m%d}{'B' * day.beside}", some, 5), "order_id": order_numbers(day, of),
        "product_id": words(world.catalogue.ids, day.product[some]), "customer_id": numbered("C", day.customer[of], 7),
        "opened": times(opened[rows]), "closed": times(closed[rows], missing=~solved),
        "reason": words(said(world.config, *TICKET_REASONS), day.refund_reason[some]),
        "status": words(("open", "solved"), solved.astype(np.int64)), "first_response_seconds": pa.array(20 + some * 37 % 600),
    }, version[rows])  # fmt: skip


def movement_facts(world: World, stock: StockDay, end: int) -> pa.Table:
    """The day's sales and receipts per product. The faulty product's units carry their batch."""
    ids = world.catalogue.ids
    faulty = world.active(stock.index, "faulty_batch")
    sold = np.flatnonzero(stock.left)
    came = np.array([(number, item, units) for number, item, units, _, _ in stock.received], dtype=np.int64).reshape(
        -1, 3
    )
    product = np.r_[sold, came[:, 1]]
    batch = batches(world, stock, product)
    if faulty:
        batch = [FAULTY_BATCH if p == faulty.product else b for p, b in zip(product, batch, strict=True)]
    at = np.r_[np.full(len(sold), end), np.full(len(came), end - 14 * HOUR)]
    day = f"{stock.day:%y%m%d}"
    return sent("stock_movement", {
        "movement_id": pa.array([f"S{day}-{ids[p]}" for p in sold] + [f"GR{n:06d}" for n in came[:, 0]], pa.string()),
        "product_id": words(ids, product), "warehouse_id": constant(one(world.config, WAREHOUSE), len(product)), "batch": pa.array(batch, pa.string()),
        "time": times(at), "kind": words(("sale", "receipt"), np.r_[np.zeros(len(sold), dtype=np.int64), np.ones(len(came), dtype=np.int64)]),
        "quantity": quantities(np.r_[-stock.left[sold], came[:, 2]]),
        "reference": pa.array([None] * len(sold) + [f"GR{n:06d}" for n in came[:, 0]], pa.string()),
    }, at)  # fmt: skip


def batches(world: World, stock: StockDay, product: Ints) -> list[str]:
    """The batch from which a product is sold: named after the day on which it came in."""
    days, which = np.unique(stock.came_last[product], return_inverse=True)
    names = [f"B{day_of(world.config, int(day)):%y%m%d}" for day in days]
    return [names[n] for n in which]


def committed_units(catalogue_size: int, part: Ints, units: Ints, days: list[DayOrders], end: int) -> Ints:
    """Units per product that are paid (or shall be paid on delivery) and not sent at a moment."""
    total = np.zeros(catalogue_size, dtype=np.int64)
    for day in days:
        waits = (((day.paid > 0) & (day.paid <= end)) | (day.on_delivery & (day.ordered <= end))) & (day.sent > end)
        lines = np.flatnonzero(waits[day.order])
        total += np.bincount(
            part[day.product[lines]], weights=(day.quantity * units[day.product])[lines], minlength=catalogue_size
        ).astype(np.int64)
    return total
