"""Advertising as each platform reports it: by plan, and within a plan by the keyword or the product for which the money went."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from castanea.demo.arrow import Floats, Ints, cents, constant
from castanea.demo.keywords import KEYWORDS
from castanea.demo.seasons import day_factor, festival_factor
from castanea.demo.sending import dates, sent
from castanea.demo.sending_orders import SHOPS
from castanea.demo.stock import StockDay
from castanea.demo.wording import said
from castanea.demo.world import CHANNELS, World


class _Plan(NamedTuple):
    """`share` of the shop's expected sales, price of a click in cents, share of impressions clicked, times its spend that it brings, cents
    of an order it brings; `first` and `members` of the products (by popularity) or keywords it is for, `keywords` says which."""

    channel: str
    platform: str
    plan_id: str
    zh: str
    en: str
    share: float
    click_cents: int
    click_rate: float
    brings: float
    basket: int
    first: int = 0
    members: int = 0
    keywords: bool = False


_PLANS = (
    _Plan("tmall", "万相台", "P1", "全站推广", "Whole site", 0.024, 118, 0.034, 4.2, 176_00, 0, 8),
    _Plan("tmall", "万相台", "P1K", "关键词推广", "Keywords", 0.022, 164, 0.058, 3.3, 158_00, 0, 6, keywords=True),
    _Plan("tmall", "万相台", "P1H", "爆款推广", "Best seller", 0.008, 141, 0.041, 2.2, 128_00, 0, 1),
    _Plan("douyin", "千川", "P2", "短视频带货", "Short videos", 0.050, 62, 0.021, 3.0, 134_00, 1, 6),
    _Plan("douyin", "千川", "P2L", "直播间投放", "Live room", 0.040, 87, 0.047, 2.6, 149_00),
    _Plan("jd", "京准通", "P3", "京东快车", "Search ads", 0.026, 133, 0.029, 3.6, 201_00, 2, 5, keywords=True),
    _Plan("jd", "京准通", "P3T", "京东展位", "Display", 0.014, 79, 0.009, 1.7, 187_00, 3, 4),
)  # fmt: skip
_MEMBER_SHARES = (0.30, 0.20, 0.15, 0.11, 0.08, 0.07, 0.05, 0.04)


@dataclass(frozen=True)
class AdDay:
    """A day's rows: `plan` indexes the plans, `keyword` and `product` −1 = none; `spend` and `brought` in cents."""

    plan: Ints
    keyword: Ints
    product: Ints
    spend: Ints
    impressions: Ints
    clicks: Ints
    orders: Ints
    brought: Ints

    def spent_by(self, channel: str) -> int:
        """Cents of all plans of a channel."""
        return int(self.spend[[_PLANS[p].channel == channel for p in self.plan]].sum())


def ad_day(world: World, stock: StockDay) -> AdDay:
    """Spend follows expected sales; clicks are dearer when everybody advertises; a switched-off campaign spends nothing."""
    plan, keyword, product, share = _members(world)
    count = len(plan)
    fixed = world.stream("ad_members", 0).normal(0, (0.16, 0.22, 0.20), (count, 3))
    chance = world.stream("ads", stock.index)
    daily = chance.normal(0, (0.07, 0.05, 0.06, 0.11), (count, 4))
    of = {
        n: np.array([getattr(p, n) for p in _PLANS], dtype=float)[plan]
        for n in ("click_cents", "click_rate", "brings", "basket")
    }
    level = world.config.orders_per_day * day_factor(stock.day, stock.index) * 180_00 / 4
    spend = level * share * np.exp(daily[:, 0])
    if off := world.active(stock.index, "ads_off"):
        spend[[_PLANS[p].channel == off.channel for p in plan]] = 0
    price = of["click_cents"] * np.exp(fixed[:, 0] + daily[:, 1]) * festival_factor(stock.day) ** 0.35
    clicks = np.floor(spend / price)
    orders = chance.poisson(spend * of["brings"] * np.exp(fixed[:, 2]) / of["basket"])
    impressions = clicks / (of["click_rate"] * np.exp(fixed[:, 1] + daily[:, 2]))
    orders = np.minimum(orders, clicks)
    brought = orders * of["basket"] * np.exp(daily[:, 3])
    return AdDay(plan, keyword, product, *(v.astype(np.int64) for v in (spend, impressions, clicks, orders, brought)))


def ad_facts(world: World, stock: StockDay, end: int) -> pa.Table:
    day, zh = ad_day(world, stock), world.config.language == "zh"
    plans, count = [_PLANS[p] for p in day.plan], len(day.plan)
    words_ = KEYWORDS[world.config.language]
    return sent("ad_spend", {
        "shop_id": pa.array([SHOPS[CHANNELS.index(p.channel)] for p in plans]), "day": dates([stock.day] * count),
        "platform": pa.array(said(world.config, *(p.platform for p in plans))), "plan_id": pa.array([p.plan_id for p in plans]),
        "plan": pa.array([p.zh if zh else p.en for p in plans]), "channel_id": pa.array([p.channel for p in plans]),
        "keyword": pa.array([None if k < 0 else words_[k] for k in day.keyword], pa.string()),
        "product_id": pa.array([None if p < 0 else world.catalogue.ids[p] for p in day.product], pa.string()),
        "attribution": constant("15d", count), "spend": cents(day.spend), "impressions": pa.array(day.impressions),
        "clicks": pa.array(day.clicks), "attributed_orders": pa.array(day.orders), "attributed_amount": cents(day.brought),
        "attributed_refunds": cents(day.brought * 9 // 100), "currency": constant("CNY", count),
    }, np.full(count, end))  # fmt: skip


def _members(world: World) -> tuple[Ints, Ints, Ints, Floats]:
    """Plan, keyword, product and share of expected sales of each row; keyword ads show the product that the keyword names best."""
    best = np.argsort(-world.catalogue.popularity, kind="stable")
    rows: list[tuple[int, int, int, float]] = []
    for number, plan in enumerate(_PLANS):
        shares = np.array(_MEMBER_SHARES[: plan.members])
        for n, part in enumerate(shares / shares.sum() if plan.members else [1.0]):
            place = plan.first + n
            rows.append(
                (
                    number,
                    place if plan.keywords else -1,
                    int(best[place]) if plan.members else -1,
                    plan.share * float(part),
                )
            )
    plans, keywords, products, parts = zip(*rows, strict=True)
    return np.array(plans), np.array(keywords), np.array(products), np.array(parts)
