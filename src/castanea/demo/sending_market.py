"""The market around the shop: competitors' prices, searches, shares, public posts."""

from __future__ import annotations

import calendar
from datetime import date

import numpy as np
import pyarrow as pa

from castanea.demo.arrow import cents, constant, decimals, numbered, quantities, times, words
from castanea.demo.keywords import KEYWORDS
from castanea.demo.paying import DAY, HOUR
from castanea.demo.seasons import day_factor
from castanea.demo.sending import dates, sent
from castanea.demo.stock import StockDay
from castanea.demo.wording import one, said
from castanea.demo.world import World

RATE = pa.decimal128(18, 8)
RIVALS = {"zh": ("茶山记", "云岭坊"), "en": ("Chashan", "Yunling")}
BRANDS = {
    "zh": ("山野集", "茶山记", "云岭坊", "一叶舟", "其他"),
    "en": ("Hillside", "Chashan", "Yunling", "Yiyezhou", "others"),
}


def price_facts(world: World, stock: StockDay, end: int) -> pa.Table:
    """Two competitors' prices of the twenty best products; the planted price cut undercuts one of them by a quarter."""
    best = np.argsort(-world.catalogue.popularity)[:20]
    product, rival = np.repeat(best, 2), np.tile((0, 1), 20)
    factor = np.where(rival == 0, 1.04, 0.97) + 0.01 * np.sin(product + stock.index // 9)
    cut = world.active(stock.index, "price_cut")
    if cut:
        factor = np.where((product == cut.product) & (rival == 1), 0.74, factor)
    at = np.full(len(product), end - 12 * HOUR)
    return sent("competitor_price", {
        "competitor": words(RIVALS[world.config.language], rival), "item_id": words(world.catalogue.ids, product),
        "product_id": words(world.catalogue.ids, product), "time": times(at),
        "price": cents(np.round(world.catalogue.price[product] * factor).astype(np.int64)),
        "list_price": cents(np.round(world.catalogue.price[product] * 1.1).astype(np.int64)), "currency": constant("CNY", len(product)),
        "promotion": words((None, "限时直降" if world.config.language == "zh" else "price drop"), (factor < 0.8).astype(np.int64)),
        "link": pa.array([f"https://item.example.com/{world.catalogue.ids[p]}" for p in product]),
    }, at)  # fmt: skip


def shelf_facts(world: World, stock: StockDay, end: int) -> pa.Table:
    """What the market's shelf shows of the twenty best products, ours and the competitors': price and sales to date; a few rows hide them."""
    best = np.argsort(-world.catalogue.popularity)[:20]
    product, brand = np.repeat(best, 3), np.tile((0, 1, 2), 20)
    pace = world.catalogue.popularity[product] * world.config.orders_per_day * np.array((2.4, 3.1, 1.7))[brand]
    sales = (pace * (stock.index + 800 + 9 * np.sin(stock.index / 7 + product))).astype(np.int64)
    price = np.round(world.catalogue.price[product] * np.array((0.92, 1.04, 0.97))[brand]).astype(np.int64)
    hidden = (product + brand + stock.index) % 41 == 0
    count, brands = len(product), BRANDS[world.config.language]
    return sent("listing_snapshot", {
        "item_id": pa.array([f"{world.catalogue.ids[p]}-{b}" for p, b in zip(product, brand, strict=True)]), "day": dates([stock.day] * count),
        "platform": constant("tmall", count), "brand": words(brands, brand), "title": words(world.catalogue.names, product),
        "category": words(world.catalogue.categories, world.catalogue.category[product]), "price": cents(price),
        "sales": quantities(sales, missing=hidden), "comments": pa.array(sales // 9), "currency": constant("CNY", count),
    }, np.full(count, end))  # fmt: skip


def demand_facts(world: World, stock: StockDay, end: int) -> pa.Table:
    """How often the market searches for each keyword; what is not sold grows over the year."""
    keywords, count = KEYWORDS[world.config.language], len(KEYWORDS["zh"])
    base = np.array([18, 14, 13, 11, 10, 9, 8, 7, 6, 4]) * 900 * day_factor(stock.day, stock.index)
    grows = np.where(np.arange(count) >= count - 2, 1 + 0.8 * (stock.index + 365) / 365, 1.0)
    searches = world.stream("demand", stock.index).poisson(np.maximum(base * grows, 1))
    rank = np.argsort(np.argsort(-searches, kind="stable"), kind="stable") + 1
    return sent("keyword_demand", {
        "day": dates([stock.day] * count), "platform": constant(one(world.config, "生意参谋"), count), "keyword": pa.array(keywords),
        "category": constant(world.catalogue.categories[0], count), "searches": quantities(searches),
        "click_rate": decimals(480 + 13 * np.arange(count), scale=3, type_=RATE), "conversion": decimals(62 - 3 * np.arange(count), scale=3, type_=RATE),
        "rank": pa.array(rank),
    }, np.full(count, end))  # fmt: skip


def share_facts(world: World, stock: StockDay, end: int) -> pa.Table | None:
    """A month's market report, on the month's last day; None on other days."""
    last = calendar.monthrange(stock.day.year, stock.day.month)[1]
    if stock.day.day != last:
        return None
    brands = BRANDS[world.config.language]
    ours = 14.0 + 2 * stock.index / 365 + world.stream("share", stock.index).normal(0, 0.3, 5)
    share = np.array([ours[0], 19.0 + ours[1] - 14, 11.0 + ours[2] - 14, 8.0, 0])
    share[4] = 100 - share[:4].sum()
    whole, count = world.config.orders_per_day * 180_00 * 30 / 0.14, len(brands)
    return sent("market_share", {
        "period_start": dates([date(stock.day.year, stock.day.month, 1)] * count), "period_end": dates([stock.day] * count),
        "market": constant(world.catalogue.categories[0], count), "brand": pa.array(brands),
        "amount": cents((whole * share / 100).astype(np.int64)), "share": decimals((share * 100).astype(np.int64), scale=4, type_=RATE),
        "currency": constant("CNY", count), "source": constant("market report" if world.config.language == "en" else "行业报告", count),
    }, np.full(count, end))  # fmt: skip


def mention_facts(world: World, stock: StockDay, end: int) -> pa.Table:
    """Public posts; in the weeks of the faulty batch more of them, and bitter."""
    rng = world.stream("mentions", stock.index)
    faulty = world.active(stock.index, "faulty_batch") or world.active(stock.index - 5, "faulty_batch")
    count = int(rng.poisson(14 if faulty else 8))
    tone = rng.choice(3, count, p=(0.2, 0.2, 0.6) if faulty else (0.58, 0.30, 0.12))
    product = rng.choice(world.catalogue.count, count, p=world.catalogue.popularity)
    if faulty and faulty.product is not None:
        product = np.where(tone == 2, faulty.product, product)
    at = np.sort(end - DAY + rng.integers(0, 24 * 3600, count) * 1_000_000)
    language = world.config.language
    topics = ("品质", "包装", "物流") if language == "zh" else ("quality", "packing", "delivery")
    return sent("social_mention", {
        "mention_id": numbered(f"M{stock.day:%y%m%d}", np.arange(count), 3),
        "platform": words(said(world.config, "小红书", "微博", "抖音"), rng.integers(0, 3, count)),
        "time": times(at), "brand": constant(BRANDS[language][0], count), "product_id": words(world.catalogue.ids, product),
        "topic": words(topics, np.where(tone == 2, 0, rng.integers(0, 3, count))), "sentiment": words(("positive", "neutral", "negative"), tone),
        "score": decimals(np.array((7, 0, -6))[tone], scale=1, type_=RATE), "reach": pa.array(rng.integers(50, 20_000, count)),
    }, at)  # fmt: skip
