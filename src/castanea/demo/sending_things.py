"""Shops, goods, suppliers, festivals, stock, purchase orders, promotions and reviews."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pyarrow as pa

from castanea.demo.arrow import Ints, cents, constant, decimals, numbered, quantities, times, words
from castanea.demo.catalogue import SUPPLIERS
from castanea.demo.incidents import day_of
from castanea.demo.paying import DAY, HOUR
from castanea.demo.seasons import calendar_days, festival_of
from castanea.demo.sending import dates, sent
from castanea.demo.sending_ads import ad_facts
from castanea.demo.sending_costs import cost_facts, part_facts
from castanea.demo.sending_market import demand_facts, mention_facts, price_facts, share_facts, shelf_facts
from castanea.demo.sending_orders import SHOPS
from castanea.demo.sending_service import FAULTY_BATCH, batches, committed_units, movement_facts
from castanea.demo.stock import StockDay
from castanea.demo.wording import WAREHOUSE, one
from castanea.demo.world import CHANNEL_NAMES, CHANNELS, DayOrders, World
from castanea.kit.clock import micros

EPOCH = date(1970, 1, 1).toordinal()


def dimension_facts(world: World) -> dict[str, pa.Table]:
    """Shops, channels, suppliers, products and the festival calendar; versioned at the world's beginning."""
    catalogue, config = world.catalogue, world.config
    zh = config.language == "zh"
    origin = micros(datetime.combine(day_of(config, config.first_index) - timedelta(days=30), datetime.min.time(), UTC))
    five, goods = np.full(len(CHANNELS), origin), np.full(catalogue.count, origin)
    festivals = calendar_days(day_of(config, config.first_index) - timedelta(days=400), day_of(config, 400))
    name = ("山野集", "Hillside")[not zh]
    channel_names = list(CHANNEL_NAMES[config.language])
    return {
        "shop": sent("shop", {
            "shop_id": pa.array(SHOPS), "name": pa.array([f"{name} {c}" for c in channel_names]), "platform": pa.array(CHANNELS),
            "zone": constant(config.zone, 5), "currency": constant("CNY", 5),
        }, five),
        "channel": sent("channel", {
            "channel_id": pa.array(CHANNELS), "name": pa.array(channel_names), "platform": pa.array(CHANNELS),
            "kind": pa.array(["marketplace", "live", "marketplace", "marketplace", "own"]),
        }, five),
        "supplier": sent("supplier", {
            "supplier_id": pa.array([s[0] for s in SUPPLIERS]), "name": pa.array([s[1] if zh else s[2] for s in SUPPLIERS]),
            "country": constant("CN", len(SUPPLIERS)), "lead_time_days": pa.array([s[3] for s in SUPPLIERS]),
            "currency": constant("CNY", len(SUPPLIERS)),
        }, np.full(len(SUPPLIERS), origin)),
        "product": sent("product", {
            "product_id": pa.array(catalogue.ids), "spu_id": pa.array(catalogue.spus), "merchant_code": pa.array(catalogue.ids),
            "name": pa.array(catalogue.names), "brand": constant(name, catalogue.count),
            "category": words(catalogue.categories, catalogue.category), "subcategory": pa.array(catalogue.subcategories),
            "specification": pa.array(catalogue.packs), "list_price": cents(catalogue.price), "currency": constant("CNY", catalogue.count),
            "on_sale": pa.array([True] * catalogue.count), "supplier_id": words([s[0] for s in SUPPLIERS], catalogue.supplier),
            "pack_size": quantities(np.full(catalogue.count, 12)),
        }, goods),
        "cost": cost_facts(world, origin),
        "bundle_part": part_facts(world, origin),
        "promotion": _standing_promotions(world, origin),
        "calendar": sent("calendar", {
            "day": dates([f[0] for f in festivals]), "country": constant("CN", len(festivals)), "name": pa.array([f[1] for f in festivals]),
            "name_zh": pa.array([f[2] for f in festivals]), "name_en": pa.array([f[3] for f in festivals]),
            "festival_day": pa.array([f[4] for f in festivals], pa.int64()), "holiday": pa.array([f[5] for f in festivals], pa.bool_()),
        }, np.full(len(festivals), origin)),
    }  # fmt: skip


def day_facts(world: World, stock: StockDay, recent: list[DayOrders]) -> dict[str, pa.Table]:
    """What is known at the end of a day: stock, purchase orders, receipts, advertising, the market, promotions. `recent`: the orders of
    the last days, those of this one included."""
    end = world.midnight(stock.day) + DAY - 1_000_000
    facts = {
        "stock_level": _levels(world, stock, recent, end),
        "stock_movement": movement_facts(world, stock, end),
        "ad_spend": ad_facts(world, stock, end),
        "competitor_price": price_facts(world, stock, end),
        "listing_snapshot": shelf_facts(world, stock, end),
        "keyword_demand": demand_facts(world, stock, end),
        "social_mention": mention_facts(world, stock, end),
    }
    report = share_facts(world, stock, end)
    if report is not None:
        facts["market_share"] = report
    if stock.ordered:
        facts["purchase_order"] = _purchases(world, stock, end)
    if stock.received:
        facts["receipt"] = _receipts(world, stock, end)
    festival = festival_of(stock.day)
    if festival and festival[3] == 0:
        facts["promotion"] = _promotion(world, stock, festival)
    return facts


def review_facts(
    world: World, index: int, product: Ints, channel: Ints, order: pa.Array, done: Ints, customer: Ints
) -> pa.Table:
    """Reviews written some days after receipt by one buyer in nine; the faulty batch's buyers are unhappy and write more."""
    rng = world.stream("reviews", index)
    chance, rating_draw, delay = rng.random(len(product)), rng.random(len(product)), rng.exponential(1.5, len(product))
    faulty = world.active(index, "faulty_batch")
    hit = product == faulty.product if faulty else np.zeros(len(product), dtype=bool)
    rows = np.flatnonzero((done > 0) & (chance < np.where(hit, 0.30, 0.11)))
    rating = np.where(
        hit & (rating_draw < 0.7),
        1 + (rating_draw * 2).astype(np.int64),
        np.searchsorted((0.03, 0.06, 0.13, 0.32), rating_draw) + 1,
    )[rows]
    written = (done + ((0.2 + delay) * DAY).astype(np.int64))[rows]
    tone = np.where(rating >= 4, 0, np.where(rating == 3, 1, 2))
    zh = ("包装用心，味道也好", "还可以", "质量不行，跟以前不一样")
    en = ("Lovely packing and very good", "All right", "Poor quality, not what it used to be")
    number = numbered(f"RV{index + 100_000}-", np.arange(len(product)))
    return sent("review", {
        "shop_id": words(SHOPS, channel[rows]), "review_id": number.take(pa.array(rows)), "product_id": words(world.catalogue.ids, product[rows]),
        "order_id": order.take(pa.array(rows)), "customer_id": numbered("C", customer[rows], 7), "time": times(written),
        "batch": words((None, FAULTY_BATCH), hit[rows].astype(np.int64)), "rating": quantities(rating),
        "text": words(zh if world.config.language == "zh" else en, tone), "topics": words(("quality,taste", "", "quality"), tone),
        "sentiment": words(("positive", "neutral", "negative"), tone),
    }, written)  # fmt: skip


def _levels(world: World, stock: StockDay, recent: list[DayOrders], end: int) -> pa.Table:
    """What lies there at the end of the day: what can still be sold, and what is sold and waits for its parcel."""
    catalogue, count = world.catalogue, world.catalogue.count
    committed = committed_units(count, catalogue.part, catalogue.part_units, recent, end)
    on_hand = stock.on_hand + committed
    if blocked := world.active(stock.index, "stock_out"):
        committed[blocked.product] = on_hand[blocked.product]  # it lies there, held back: nothing of it can be sold
    bundle = np.isin(np.arange(count), catalogue.bundles)
    rows = np.flatnonzero(~bundle)
    unit_cost = catalogue.cost_on(stock.index)[rows]
    return sent("stock_level", {
        "product_id": words(catalogue.ids, rows), "warehouse_id": constant(one(world.config, WAREHOUSE), len(rows)), "time": times(np.full(len(rows), end)),
        "on_hand": quantities(on_hand[rows]), "committed": quantities(committed[rows]),
        "in_transit": quantities(stock.in_transit[rows]), "unit_cost": cents(unit_cost, missing=unit_cost < 0),
        "currency": constant("CNY", len(rows)), "received": _days(world, stock.came_last[rows]),
    }, np.full(len(rows), end))  # fmt: skip


def _days(world: World, numbers: Ints) -> pa.Array:
    """Day numbers as dates."""
    return pa.array((world.config.last_day.toordinal() - EPOCH + numbers).astype(np.int32)).cast(pa.date32())


def _purchases(world: World, stock: StockDay, end: int) -> pa.Table:
    numbers, items, units, _, due = (np.array(c, dtype=np.int64) for c in zip(*stock.ordered, strict=True))
    unit_cost = np.maximum(world.catalogue.cost_on(stock.index), world.catalogue.cost)
    return sent("purchase_order", {
        "purchase_order_id": numbered("PO", numbers, 6), "product_id": words(world.catalogue.ids, items),
        "supplier_id": words([s[0] for s in SUPPLIERS], world.catalogue.supplier[items]), "warehouse_id": constant(one(world.config, WAREHOUSE), len(items)),
        "ordered": times(np.full(len(items), end)), "expected": dates([day_of(world.config, int(d)) for d in due]),
        "quantity": quantities(units), "unit_cost": cents(unit_cost[items]), "currency": constant("CNY", len(items)),
        "status": constant("ordered", len(items)),
    }, np.full(len(items), end))  # fmt: skip


def _receipts(world: World, stock: StockDay, end: int) -> pa.Table:
    numbers, items, units, _, _ = (np.array(c, dtype=np.int64) for c in zip(*stock.received, strict=True))
    at = np.full(len(items), end - 14 * HOUR)
    return sent("receipt", {
        "receipt_id": numbered("GR", numbers, 6), "purchase_order_id": numbered("PO", numbers, 6), "product_id": words(world.catalogue.ids, items),
        "warehouse_id": constant(one(world.config, WAREHOUSE), len(items)), "time": times(at), "quantity": quantities(units),
        "batch": pa.array(batches(world, stock, items), pa.string()),
    }, at)  # fmt: skip


def _promotion(world: World, stock: StockDay, festival: tuple[str, str, str, int]) -> pa.Table:
    start = world.midnight(stock.day) - 2 * DAY
    name = festival[1] if world.config.language == "zh" else festival[2]
    return sent("promotion", {
        "promotion_id": pa.array([f"{festival[0]}-{stock.day.year}"]), "name": pa.array([name]), "kind": pa.array(["discount"]),
        "starts": times(np.array([start])), "ends": times(np.array([start + 5 * DAY])),
        "discount": decimals(np.array([10]), scale=2, type_=pa.decimal128(18, 8)), "currency": pa.array(["CNY"]),
    }, np.array([start - 7 * DAY]))  # fmt: skip


def _standing_promotions(world: World, origin: int) -> pa.Table:
    """Promotions that last: the vouchers of the shop, and the gifts that come with some products."""
    catalogue, zh = world.catalogue, world.config.language == "zh"
    with_gift = [catalogue.ids[p] for p in np.flatnonzero(catalogue.gift >= 0)]
    names = ["店铺优惠券" if zh else "shop voucher"] + ["买就送" if zh else "gift with purchase"] * len(with_gift)
    count = len(names)
    return sent("promotion", {
        "promotion_id": pa.array(["voucher", *("gift" for _ in with_gift)]), "name": pa.array(names),
        "kind": pa.array(["coupon", *("gift" for _ in with_gift)]), "product_id": pa.array([None, *with_gift], pa.string()),
        "starts": times(np.full(count, origin)), "currency": constant("CNY", count),
    }, np.full(count, origin))  # fmt: skip
