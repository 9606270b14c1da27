"""Everything around the orders: shops, goods, suppliers, stock, purchase orders, advertising, promotions, reviews, competitors, festivals."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa

from castanea.demo.arrow import Ints, cents, constant, decimals, numbered, quantities, times, words
from castanea.demo.catalogue import SUPPLIERS
from castanea.demo.incidents import day_of
from castanea.demo.seasons import calendar_days, day_factor, festival_of
from castanea.demo.sending import dates, sent
from castanea.demo.sending_orders import SHOPS
from castanea.demo.stock import StockDay
from castanea.demo.world import CHANNEL_NAMES, CHANNELS, DAY, World
from castanea.kit.clock import micros

HOUR = 3_600_000_000


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
        "calendar": sent("calendar", {
            "day": dates([f[0] for f in festivals]), "country": constant("CN", len(festivals)), "name": pa.array([f[1] for f in festivals]),
            "name_zh": pa.array([f[2] for f in festivals]), "name_en": pa.array([f[3] for f in festivals]),
            "festival_day": pa.array([f[4] for f in festivals], pa.int64()), "holiday": pa.array([f[5] for f in festivals], pa.bool_()),
        }, np.full(len(festivals), origin)),
    }  # fmt: skip


def day_facts(world: World, stock: StockDay) -> dict[str, pa.Table]:
    """What is known at the end of a day: stock levels, purchase orders, receipts, advertising, prices of competitors, promotions."""
    end = world.midnight(stock.day) + DAY - 1_000_000
    facts = {
        "stock_level": _levels(world, stock, end),
        "ad_spend": _ads(world, stock, end),
        "competitor_price": _prices(world, stock, end),
    }
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
        "batch": words((None, "B-2209"), hit[rows].astype(np.int64)), "rating": quantities(rating),
        "text": words(zh if world.config.language == "zh" else en, tone), "topics": words(("quality,taste", "", "quality"), tone),
        "sentiment": words(("positive", "neutral", "negative"), tone),
    }, written)  # fmt: skip


def _levels(world: World, stock: StockDay, end: int) -> pa.Table:
    count = world.catalogue.count
    return sent("stock_level", {
        "product_id": pa.array(world.catalogue.ids), "warehouse_id": constant("east", count), "time": times(np.full(count, end)),
        "on_hand": quantities(stock.on_hand), "committed": quantities(np.minimum(stock.on_hand, 2)), "in_transit": quantities(stock.in_transit),
        "unit_cost": cents(world.catalogue.cost), "currency": constant("CNY", count),
    }, np.full(count, end))  # fmt: skip


def _purchases(world: World, stock: StockDay, end: int) -> pa.Table:
    numbers, items, units, _, due = (np.array(c, dtype=np.int64) for c in zip(*stock.ordered, strict=True))
    return sent("purchase_order", {
        "purchase_order_id": numbered("PO", numbers, 6), "product_id": words(world.catalogue.ids, items),
        "supplier_id": words([s[0] for s in SUPPLIERS], world.catalogue.supplier[items]), "warehouse_id": constant("east", len(items)),
        "ordered": times(np.full(len(items), end)), "expected": dates([day_of(world.config, int(d)) for d in due]),
        "quantity": quantities(units), "unit_cost": cents(world.catalogue.cost[items]), "currency": constant("CNY", len(items)),
        "status": constant("ordered", len(items)),
    }, np.full(len(items), end))  # fmt: skip


def _receipts(world: World, stock: StockDay, end: int) -> pa.Table:
    numbers, items, units, _, _ = (np.array(c, dtype=np.int64) for c in zip(*stock.received, strict=True))
    at = np.full(len(items), end - 14 * HOUR)
    return sent("receipt", {
        "receipt_id": numbered("GR", numbers, 6), "purchase_order_id": numbered("PO", numbers, 6), "product_id": words(world.catalogue.ids, items),
        "warehouse_id": constant("east", len(items)), "time": times(at), "quantity": quantities(units),
    }, at)  # fmt: skip


def _ads(world: World, stock: StockDay, end: int) -> pa.Table:
    """Spend follows expected sales; a switched-off campaign spends nothing."""
    plans = (("tmall", "万相台", "P1", 0.05), ("douyin", "千川", "P2", 0.09), ("jd", "京准通", "P3", 0.04))
    off = world.active(stock.index, "ads_off")
    noise = world.stream("ads", stock.index).normal(1, 0.06, len(plans))
    level = world.config.orders_per_day * day_factor(stock.day, stock.index) * 180_00 / 4
    spend = np.array(
        [0 if off and off.channel == p[0] else level * p[3] * n for p, n in zip(plans, noise, strict=True)]
    ).astype(np.int64)
    clicks = spend // 95
    return sent("ad_spend", {
        "shop_id": pa.array([SHOPS[CHANNELS.index(p[0])] for p in plans]), "day": dates([stock.day] * len(plans)),
        "platform": pa.array([p[1] for p in plans]), "plan_id": pa.array([p[2] for p in plans]), "channel_id": pa.array([p[0] for p in plans]),
        "attribution": constant("15d", len(plans)), "spend": cents(spend), "impressions": pa.array(clicks * 34), "clicks": pa.array(clicks),
        "attributed_orders": pa.array(clicks // 28), "attributed_amount": cents(spend * 32 // 10), "currency": constant("CNY", len(plans)),
    }, np.full(len(plans), end))  # fmt: skip


def _prices(world: World, stock: StockDay, end: int) -> pa.Table:
    """Two competitors' prices of the twenty best products; the planted price cut undercuts one of them by a quarter."""
    best = np.argsort(-world.catalogue.popularity)[:20]
    product, rival = np.repeat(best, 2), np.tile((0, 1), 20)
    factor = np.where(rival == 0, 1.04, 0.97) + 0.01 * np.sin(product + stock.index // 9)
    cut = world.active(stock.index, "price_cut")
    if cut:
        factor = np.where((product == cut.product) & (rival == 1), 0.74, factor)
    at = np.full(len(product), end - 12 * HOUR)
    return sent("competitor_price", {
        "competitor": words(("茶山记", "云岭坊") if world.config.language == "zh" else ("Chashan", "Yunling"), rival),
        "item_id": words(world.catalogue.ids, product), "product_id": words(world.catalogue.ids, product), "time": times(at),
        "price": cents(np.round(world.catalogue.price[product] * factor).astype(np.int64)), "currency": constant("CNY", len(product)),
        "promotion": words((None, "限时直降" if world.config.language == "zh" else "price drop"), (factor < 0.8).astype(np.int64)),
    }, at)  # fmt: skip


def _promotion(world: World, stock: StockDay, festival: tuple[str, str, str, int]) -> pa.Table:
    start = world.midnight(stock.day) - 2 * DAY
    name = festival[1] if world.config.language == "zh" else festival[2]
    return sent("promotion", {
        "promotion_id": pa.array([f"{festival[0]}-{stock.day.year}"]), "name": pa.array([name]), "kind": pa.array(["discount"]),
        "starts": times(np.array([start])), "ends": times(np.array([start + 5 * DAY])),
        "discount": decimals(np.array([10]), scale=2, type_=pa.decimal128(18, 8)), "currency": pa.array(["CNY"]),
    }, np.array([start - 7 * DAY]))  # fmt: skip
