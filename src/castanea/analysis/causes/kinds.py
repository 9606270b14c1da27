"""What a series or an event may be evidence of: its class of cause, and which way it moves when things get worse."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

CLASSES = ("quality", "marketing", "competition", "supply", "site", "data", "unknown")
CLASS_WORDS = {
    "quality": ("商品质量", "product quality"), "marketing": ("营销推广", "marketing"), "competition": ("竞争对手", "competition"),
    "supply": ("供应与库存", "supply"), "site": ("网站与支付", "the site"), "data": ("数据问题", "a data fault"), "unknown": ("原因不明", "unknown"),
}  # fmt: skip
Way = Literal["up", "down", "either", "along"]


@dataclass(frozen=True)
class Kind:
    """`worse`: which way the series goes when it does harm (`along`: as the deviation itself goes; `either`: not known). `lead`: by how
    many days the cause may come before its effect. `adds`: values of parts add up, and a time without a row is zero. `symptom`: it may
    also fall because of the deviation, so that it says less. `level`: a stock: what counts is that it runs out.
    `metric` and `by`: the number of the semantic layer that tells it, and the dimensions by which it can be asked."""

    name: str
    cause_class: str
    worse: Way
    zh: str
    en: str
    lead: int = 3
    adds: bool = False
    symptom: bool = False
    level: bool = False
    metric: str = ""
    by: tuple[str, ...] = ()


KINDS: tuple[Kind, ...] = (
    Kind("reviews_negative", "quality", "up", "差评数", "negative reviews", lead=14, adds=True),
    Kind("negative_review_share", "quality", "up", "差评占比", "share of negative reviews", lead=14, metric="negative_review_share", by=("product", "channel")),
    Kind("mentions_negative", "quality", "up", "负面提及", "negative posts", lead=14, adds=True),
    Kind("negative_share", "quality", "up", "负面提及占比", "share of negative posts", lead=14, metric="negative_share", by=("product",)),
    Kind("rating", "quality", "down", "评分", "rating", lead=14, metric="rating", by=("product", "channel")),
    Kind("return_rate", "quality", "up", "退货率", "return rate", lead=14, metric="return_rate", by=("product", "channel")),
    Kind("quality_refund_rate", "quality", "up", "品质退款率", "refunds for a fault of the goods", lead=14, metric="quality_refund_rate",
         by=("product", "channel")),
    Kind("defects", "quality", "up", "次品数", "defects", lead=14, adds=True),
    Kind("ad_spend", "marketing", "down", "推广花费", "advertising spend", adds=True, metric="ad_spend", by=("channel", "product")),
    Kind("impressions", "marketing", "down", "广告展现量", "advertising impressions", adds=True, metric="impressions", by=("channel", "product")),
    Kind("clicks", "marketing", "down", "广告点击量", "advertising clicks", adds=True, metric="clicks", by=("channel", "product")),
    Kind("promotion", "marketing", "down", "促销力度", "own promotion", adds=True),
    Kind("visitors", "marketing", "down", "访客数", "visitors", adds=True, symptom=True, metric="visitors", by=("channel", "device")),
    Kind("price_gap", "competition", "either", "与竞品价差", "price gap to competitors", lead=7, metric="price_gap", by=("product",)),
    Kind("competitor_price", "competition", "down", "竞品价格", "competitors' price", lead=7, metric="competitor_price", by=("product", "competitor")),
    Kind("competitor_promotion", "competition", "up", "竞品促销", "competitors' promotions", lead=7, adds=True),
    Kind("market_share", "competition", "down", "市场份额", "market share", lead=7, symptom=True, metric="market_share"),
    Kind("stock", "supply", "down", "可售库存", "sellable stock", level=True, metric="sellable_stock", by=("product",)),
    Kind("stock_out", "supply", "up", "缺货", "stock-outs", adds=True),
    Kind("out_of_stock_rate", "supply", "up", "缺货率", "share out of stock", metric="out_of_stock_rate", by=("product",)),
    Kind("lead_time", "supply", "up", "到货周期", "lead time", lead=21, metric="lead_time", by=("product", "supplier")),
    Kind("delivery_hours", "supply", "up", "配送时长", "delivery time", lead=7, metric="delivery_hours", by=("channel",)),
    Kind("checkout_completion", "site", "down", "结算完成率", "checkouts that are completed", lead=1, metric="checkout_completion",
         by=("device", "channel")),
    Kind("checkout_rate", "site", "down", "结算率", "checkout rate", lead=1, symptom=True, metric="checkout_rate", by=("channel", "device")),
    Kind("errors", "site", "up", "报错数", "errors", lead=1, adds=True),
    Kind("page_speed", "site", "up", "页面加载时间", "page load time", lead=1),
    Kind("uptime", "site", "down", "可用率", "availability", lead=1),
    Kind("rows_received", "data", "along", "收到的行数", "rows received", lead=1, adds=True, symptom=True),
    Kind("failed_checks", "data", "up", "未通过的检查", "failed checks", lead=1, adds=True),
    Kind("data_delay", "data", "up", "数据延迟", "delay of the data", lead=1),
)  # fmt: skip
BY_NAME = {kind.name: kind for kind in KINDS}

# Names that are read as a kind: the first entry of which one phrase has all its words in the name.
_READ: tuple[tuple[str, str], ...] = (
    ("stock_out", "stock out, stock outs, stockouts, stockout, sold out, 缺货, backorder"),
    ("data_delay", "late rows, late data, late source, freshness, data delay, staleness"),
    ("failed_checks", "import failed, failed check, failed checks, check failed, checks failed, failed rows, rejected rows"),
    ("failed_checks", "quarantine, quarantined, null, missing share, schema, outage source, pipeline, tracking"),
    ("rows_received", "rows, row, records, received events, events received, completeness"),
    ("competitor_promotion", "competitor promotion, competitor promotions, competitor promo, competitor campaign"),
    ("competitor_promotion", "competitor launch, competitor ads, rival promotion, competitor price cut, price cut competitor"),
    ("competitor_promotion", "competitor share"),
    ("competitor_price", "competitor price, competitor prices, rival price"),
    ("price_gap", "price gap, price index, relative price"),
    ("market_share", "market share"),
    ("competitor_promotion", "竞品 促销, competitor, rival"),
    ("competitor_price", "竞品"),
    ("market_share", "buy box"),
    ("mentions_negative", "negative mentions, mentions negative"),
    ("reviews_negative", "negative reviews, reviews negative, bad reviews, 差评, complaints, complaint"),
    ("rating", "rating, 评分"),
    ("defects", "defect, defects, recall, faulty, batch"),
    ("return_rate", "return, returns, refund, refunds, 退货, 退款"),
    ("defects", "quality"),
    ("rating", "sentiment"),
    ("lead_time", "lead time"),
    ("delivery_hours", "delivery, shipping"),
    ("lead_time", "supplier delay, supplier"),
    ("stock", "inventory, stock, on hand, cover, availability product, 库存"),
    ("errors", "checkout error, checkout errors, payment errors, payment failed, error, errors, http 5xx, 5xx, crash, crashes"),
    ("page_speed", "bounce"),
    ("errors", "报错, timeouts, timeout, failures"),
    ("page_speed", "load, latency, speed, response time, slow, lcp, ttfb"),
    ("uptime", "uptime, availability"),
    ("errors", "downtime, outage, incident"),
    ("checkout_completion", "checkout, payment"),
    ("errors", "release, deploy, deployment, site"),
    ("checkout_rate", "conversion"),
    ("promotion", "promotion, promotions, promo, campaign, coupon, discount, 促销, 活动"),
    ("ad_spend", "spend, ads, ad, advertising, budget, marketing, 推广, 花费"),
    ("impressions", "impressions"),
    ("clicks", "clicks"),
    ("visitors", "traffic, visitors, visits, sessions"),
    ("ad_spend", "email, newsletter"),
    ("visitors", "访客"),
    ("data_delay", "delay, freshness hours, lateness"),
    ("failed_checks", "data"),
)  # fmt: skip
_SHARES = (
    "rate", "share", "ratio", "per", "pct", "percent", "mean", "avg", "average", "ms", "seconds", "minutes", "hours", "days", "index", "score",
    "占比", "率",
)  # fmt: skip
_TRIED = ("experiment", "tested", "abtest", "ab_test", "实验")


@dataclass(frozen=True)
class Read:
    """A kind as it was named in a file; `tried`: the name says that it comes from an experiment."""

    kind: Kind
    tried: bool


def kind_of(name: str) -> Read | None:
    """What a name of a kind stands for; None where nobody can tell."""
    plain = name.strip().lower()
    tried = any(word in plain for word in _TRIED)
    if plain in BY_NAME:
        return Read(BY_NAME[plain], tried)
    words = [w for w in re.split(r"[^0-9a-z\u4e00-\u9fff]+", plain) if w]
    for kind, phrases in _READ:
        if any(all(_holds(words, w) for w in phrase.split()) for phrase in phrases.split(", ")):
            found = BY_NAME[kind]
            if found.adds and any(_holds(words, s) for s in _SHARES):
                found = Kind(**{**vars(found), "adds": False})
            return Read(found, tried)
    return None


def _holds(words: list[str], wanted: str) -> bool:
    return any(w == wanted or (ord(wanted[0]) > 127 and wanted in w) for w in words)


# What else a number can be than sales: classes that move it seldom, and whether more of it is worse. The first that fits.
_FAMILIES: tuple[tuple[tuple[str, ...], tuple[str, ...], bool], ...] = (
    (("refund", "return", "complaint", "negative", "退款", "退货", "差评", "ticket"), ("marketing", "competition", "site"), True),
    (("visitor", "visit", "session", "traffic", "view", "访客", "流量"), ("quality", "supply", "competition"), False),
    (("checkout", "conversion", "completion", "转化"), ("marketing", "quality"), False),
)  # fmt: skip


def family(metric: str) -> tuple[tuple[str, ...], bool, bool]:
    """Of a metric's name: the classes that seldom move it, whether more of it is worse, and whether it is itself a sign of quality."""
    plain = metric.lower()
    for words, seldom, harm in _FAMILIES:
        if any(word in plain for word in words):
            return seldom, harm, harm
    return (), any(word in plain for word in ("cost", "error", "delay", "hours", "费用", "成本")), False


__all__ = ["BY_NAME", "CLASSES", "CLASS_WORDS", "KINDS", "Kind", "Read", "family", "kind_of"]
