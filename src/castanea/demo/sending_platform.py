"""The platforms' own day tables and settlements, as each reports them the morning after."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np
import pyarrow as pa

from castanea.demo.arrow import Floats, Ints, cents, constant, numbered, quantities, times, words
from castanea.demo.catalogue import Catalogue
from castanea.demo.incidents import day_of
from castanea.demo.keywords import KEYWORDS
from castanea.demo.ledger import Ledger
from castanea.demo.paying import DAY, HOUR
from castanea.demo.sending import sent
from castanea.demo.sending_ads import ad_day
from castanea.demo.sending_orders import SHOPS
from castanea.demo.sending_traffic import PASSERS_BY, visitor_counts
from castanea.demo.wording import one, said
from castanea.demo.world import CHANNELS, World, WorldDay

PLATFORMS = (("tmall", "生意参谋"), ("douyin", "抖音罗盘"), ("jd", "京东商智"))
SOURCES = (("手淘搜索", "手淘推荐", "我的淘宝", "购物车", "关键词推广", "直播"), ("短视频", "直播间", "商城搜索", "商城推荐", "达人带货", "千川推广"),
           ("京东搜索", "京东推荐", "购物车", "我的京东", "京东快车", "站外"))  # fmt: skip
_SOURCE_SHARE = (0.34, 0.24, 0.12, 0.10, 0.13, 0.07)
_PRODUCTS = 60
COMMISSION = {"tmall": 5, "douyin": 5, "jd": 8, "pinduoduo": 1, "shopify": 0}  # per cent of what is settled


Row = dict[str, Any]  # a row of platform_daily being made: column → value, money in cents


def platform_facts(world: World, ledger: Ledger, day: WorldDay) -> pa.Table:
    """Day tables by shop (of 1 and 7 days), product, source and keyword. Visitors stand as counted for each row: they overlap."""
    rows: list[Row] = []
    visits = visitor_counts(world, day.orders)
    if day.beside is not None:
        visits = visits + PASSERS_BY * np.bincount(day.beside.channel, minlength=len(CHANNELS))
    for number, (channel, platform) in enumerate(PLATFORMS):
        at = CHANNELS.index(channel)
        rng = world.stream(f"platform-{channel}", day.orders.index)
        head = Row(shop_id=SHOPS[at], platform=one(world.config, platform), definition="2026")
        rows += _by_shop(world, ledger, day, head, at, int(visits[at]), rng)
        rows += _by_member(day, head, "source", said(world.config, *SOURCES[number]), _SOURCE_SHARE, rows, rng)
        rows += _by_member(
            day, head, "keyword", KEYWORDS[world.config.language], np.linspace(0.06, 0.01, 10), rows, rng
        )
    version = _morning(world, day)
    told = sent(
        "platform_daily",
        {name: _column(name, [r.get(name) for r in rows]) for name in _COLUMNS},
        np.full(len(rows), version),
    )
    return pa.concat_tables([told, _by_product(world, ledger, day, visits, version)])


_MONEY = ("ordered_amount", "paid_amount", "refunded_amount", "spend", "peer_mean", "peer_best")
_COLUMNS = ("shop_id", "day", "days", "platform", "scope", "member", "definition", "visitors", "views", "favourites", "cart_users",
            "ordering_buyers", "paying_buyers", "orders", "units", "currency", "shop_score", *_MONEY)  # fmt: skip


def _column(name: str, values: list[Any]) -> pa.Array:
    if name in (*_MONEY, "units", "shop_score"):
        missing = np.array([v is None for v in values])
        numbers = np.array([0 if v is None else v for v in values], dtype=np.int64)
        return quantities(numbers, missing=missing) if name == "units" else cents(numbers, missing=missing)
    return pa.array(values)


def _morning(world: World, day: WorldDay) -> int:
    return world.midnight(day.orders.day) + DAY + 8 * HOUR


def _by_shop(
    world: World, ledger: Ledger, day: WorldDay, head: Row, at: int, visits: int, rng: np.random.Generator
) -> list[Row]:
    """The shop's day and the seven days that end with it; visitors of a week are fewer than the sum of its days'."""
    found, end, first = [], world.midnight(day.orders.day) + DAY, day_of(world.config, world.config.first_index)
    peers = rng.normal(1, 0.08, 2)
    for days in (1, 7):
        begins = day.orders.day - timedelta(days=days - 1)
        if begins < first:
            continue
        span = (world.midnight(begins), end)
        paid, placed, lines = (_of(part.between(*span), at) for part in (ledger.orders, ledger.placed, ledger.lines))
        back = _of(ledger.refunds.between(*span), at)
        buyers, ordering = len(np.unique(paid["buyer"])), len(np.unique(placed["buyer"]))
        visitors = int(visits * (days if days == 1 else 5.2)) + max(ordering, buyers)
        amount = int(paid["cents"].sum())
        spend = ad_day(world, day.stock).spent_by(CHANNELS[at]) if days == 1 else None
        found.append(Row(head, day=begins, days=days, scope="shop", member="", visitors=visitors, views=int(visitors * 3.1),
            favourites=visitors // 24, cart_users=visitors // 13 + buyers, ordering_buyers=ordering, paying_buyers=buyers,
            orders=len(paid["buyer"]), units=int(lines["units"].sum()), ordered_amount=int(placed["cents"].sum()), paid_amount=amount,
            refunded_amount=int(back["cents"].sum()), spend=spend, shop_score=470 + at, currency="CNY",
            peer_mean=int(amount * 0.84 * peers[0]), peer_best=int(amount * 1.62 * peers[1])))  # fmt: skip
    return found


def _by_product(world: World, ledger: Ledger, day: WorldDay, visits: Ints, version: int) -> pa.Table:
    """The most visited products of every platform. A visitor sees several, so that they add up to more than the shop's."""
    catalogue: Catalogue = world.catalogue
    begin, count, platforms = world.midnight(day.orders.day), catalogue.count, len(PLATFORMS)
    lines, back = (part.between(begin, begin + DAY) for part in (ledger.lines, ledger.refunds))
    cell, back_cell = (rows["channel"] * count + rows["product"] for rows in (lines, back))

    def per_cell(cells: Ints, weights: Ints | None = None) -> Ints:
        return np.bincount(cells, weights=weights, minlength=len(CHANNELS) * count).astype(np.int64)

    pairs = np.unique(cell * np.int64(1 << 40) + lines["buyer"])
    at = np.array([CHANNELS.index(channel) for channel, _ in PLATFORMS])
    best = np.argsort(-catalogue.popularity, kind="stable")[:_PRODUCTS]
    picked = (at[:, None] * count + best).ravel()
    buyers = per_cell(pairs >> 40)[picked]
    rng = world.stream("platform-products", day.orders.index)
    seen = rng.poisson((visits[at][:, None] * 1.5 * catalogue.popularity[best]).ravel()) + buyers
    rows = len(picked)
    platform = np.repeat(np.arange(platforms), len(best))
    return sent("platform_daily", {
        "shop_id": words(SHOPS, np.repeat(at, len(best))), "day": pa.array([day.orders.day] * rows), "days": pa.array(np.ones(rows, dtype=np.int64)),
        "platform": words(said(world.config, *(p for _, p in PLATFORMS)), platform), "scope": constant("product", rows),
        "member": words(catalogue.ids, np.tile(best, platforms)), "definition": constant("2026", rows), "visitors": pa.array(seen),
        "views": pa.array(seen * 3 // 2), "favourites": pa.array(seen // 30), "cart_users": pa.array(seen // 15 + buyers),
        "paying_buyers": pa.array(buyers), "units": quantities(per_cell(cell, lines["units"])[picked]),
        "paid_amount": cents(per_cell(cell, lines["cents"])[picked]), "refunded_amount": cents(per_cell(back_cell, back["cents"])[picked]),
        "currency": constant("CNY", rows),
    }, np.full(rows, version))  # fmt: skip


def _by_member(
    day: WorldDay,
    head: Row,
    scope: str,
    members: tuple[str, ...],
    shares: Floats | tuple[float, ...],
    known: list[Row],
    rng: np.random.Generator,
) -> list[Row]:
    """Sources and keywords: shares of the shop's day with some chance; visitors come by several ways, so that they overlap."""
    shop = next(r for r in known if r["shop_id"] == head["shop_id"] and r["scope"] == "shop" and r["days"] == 1)
    noise = rng.normal(1, 0.07, (len(members), 2)).clip(0.7, 1.3)
    found = []
    for member, share, (a, b) in zip(members, shares, noise, strict=True):
        visitors, buyers = (int(shop[n] * share * 1.12 * a) for n in ("visitors", "paying_buyers"))
        found.append(Row(head, day=day.orders.day, days=1, scope=scope, member=member, visitors=max(visitors, buyers),
                         paying_buyers=buyers, paid_amount=int(shop["paid_amount"] * share * b), currency="CNY"))  # fmt: skip
    return found


def settlement_facts(world: World, ledger: Ledger, day: WorldDay) -> pa.Table:
    """What the platforms pay out for the day: a line per order received, a line per refund, and each platform's commission."""
    begin = world.midnight(day.orders.day)
    got, back = (_settled(part.between(begin, begin + DAY)) for part in (ledger.received, ledger.refunds))
    fees = np.bincount(got["channel"], weights=got["cents"], minlength=len(PLATFORMS)).astype(np.int64)
    fees = fees * np.array([COMMISSION[c] for c in CHANNELS[: len(PLATFORMS)]]) // 100
    date_, moment = f"{day.orders.day:%y%m%d}", begin + DAY + 3 * HOUR
    orders, refunds = numbered("", got["number"]), len(back["cents"])
    parts = (
        ("goods", "货款", "in", got["channel"], got["cents"], numbered("G", got["number"]), orders),
        (
            "refund",
            "退款",
            "out",
            back["channel"],
            back["cents"],
            numbered(f"R{date_}-", np.arange(refunds)),
            pa.nulls(refunds, pa.string()),
        ),
        (
            "commission",
            "佣金",
            "out",
            np.arange(len(fees)),
            fees,
            numbered(f"C{date_}-", np.arange(len(fees))),
            pa.nulls(len(fees), pa.string()),
        ),
    )
    return pa.concat_tables(
        sent("settlement_line", {
            "shop_id": words(SHOPS, channel), "settlement_id": numbers, "order_id": order, "item": constant(item, len(amount)),
            "platform_item": constant(one(world.config, word), len(amount)), "direction": constant(direction, len(amount)), "amount": cents(amount),
            "currency": constant("CNY", len(amount)), "time": times(np.full(len(amount), moment)), "status": constant("settled", len(amount)),
        }, np.full(len(amount), moment))
        for item, word, direction, channel, amount, numbers, order in parts
    )  # fmt: skip


def _settled(rows: dict[str, Ints]) -> dict[str, Ints]:
    """Those of the platforms that settle."""
    mine = rows["channel"] < len(PLATFORMS)
    return {name: column[mine] for name, column in rows.items()}


def _of(rows: dict[str, Ints], channel: int) -> dict[str, Ints]:
    mine = rows["channel"] == channel
    return {name: column[mine] for name, column in rows.items()}
