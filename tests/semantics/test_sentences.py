"""Sentences as people write them, and the query each asks for. Today is Monday 2026-11-23."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from castanea.contracts.query import Query
from castanea.contracts.workspace import WorkspaceSettings
from castanea.kit.errors import InputError
from castanea.semantics import Catalog, Planner
from castanea.semantics.sentences import Vocabulary, members_of, told, understand

TODAY = date(2026, 11, 23)
SETTINGS = WorkspaceSettings("test")
CATALOG = Catalog.load(SETTINGS)
PLANNER = Planner(CATALOG, SETTINGS, CATALOG.rollup_plans(SETTINGS))
MEMBERS = {
    "浙江": ("province", "浙江省"), "zhejiang": ("province", "浙江省"), "广东省": ("province", "广东省"), "桂花乌龙": ("product", "T1"),
    "osmanthus oolong": ("product", "T1"), "茶叶": ("category", "tea"), "tea": ("category", "tea"), "山野旗舰店": ("shop", "main"),
}  # fmt: skip
WORDS = Vocabulary(CATALOG, MEMBERS)


def plain(query: Query) -> str:
    """metrics | by | conditions | time | comparison | order and limit, those that there are."""
    time = query.time.relative or f"{query.time.since or ''}..{query.time.until or ''}"
    parts = [",".join(query.metrics)]
    parts += ["by " + ",".join(query.by)] if query.by else []
    parts += [f"{f.dimension}{'=' if f.op == 'in' else '!='}{'|'.join(f.values)}" for f in query.where]
    parts.append(time)
    parts += ["vs " + query.compare] if query.compare else []
    parts += [f"{'top' if query.order[0].descending else 'bottom'} {query.limit}"] if query.order else []
    return "; ".join(parts)


CHINESE = {
    "上周抖音退款率按商品": "refund_rate; by product; channel=douyin; last 1w",
    "昨天卖了多少": "paid_amount; yesterday",
    "今天的支付金额": "paid_amount; today",
    "今天支付金额对比昨天": "paid_amount; today; vs yesterday",
    "本月各渠道支付金额同比": "paid_amount; by channel; this month; vs last_year",
    "最近7天访客数趋势": "visitors; by day; last 7d",
    "近一周客单价": "spend_per_buyer; last 7d",
    "过去三十天退款金额按退款原因": "refund_amount; by refund_reason; last 30d",
    "卖得最好的10个商品": "net_sales; by product; last 30d; top 10",
    "3月浙江的订单数": "orders; province=浙江省; 2026-03-01..2026-03-31",
    "12月的订单数": "orders; 2025-12-01..2025-12-31",
    "2025年3月净支付金额": "net_sales; 2025-03-01..2025-03-31",
    "2025年净支付金额按月": "net_sales; by month; 2025-01-01..2025-12-31",
    "双11每小时成交额": "paid_amount; by hour; 2026-11-11..2026-11-11",
    "618的GMV": "gmv; 2026-06-18..2026-06-18",
    "库存最少的商品": "on_hand; by product; last 30d; bottom 10",
    "复购率": "repeat_rate_30; last 30d",
    "90天复购率 今年": "repeat_rate_90; this year",
    "天猫和京东的客单价 按周 近三个月": "spend_per_buyer; by week; channel=tmall|jd; last 3m",
    "推广花费和投产比 按推广平台": "ad_spend,roi_7d; by ad_platform; last 30d",
    "毛利率按类目 去年": "gross_margin_rate; by category; last 1y",
    "桂花乌龙的差评": "negative_review_share; product=T1; last 30d",
    "广东省退款原因": "refund_amount; by refund_reason; province=广东省; last 30d",
    "2026年3月1日到3月15日的支付买家数": "buyers; 2026-03-01..2026-03-15",
    "3月5号的订单数": "orders; 2026-03-05..2026-03-05",
    "前天的件数按店铺": "units; by shop; 2026-11-21..2026-11-21",
    "不含天猫的退款率": "refund_rate; channel!=tmall; last 30d",
    "除了抖音和快手，本周访客数": "visitors; channel!=douyin|kuaishou; this week",
    "转化率 按天 本月 环比": "conversion_rate; by day; this month; vs previous",
    "第三季度利润": "contribution_profit; 2026-07-01..2026-09-30",
    "上季度利润率按渠道": "contribution_margin_rate; by channel; 2026-07-01..2026-09-30",
    "上半年新客数": "new_buyers; 2026-01-01..2026-06-30",
    "今年每月新客": "new_buyers; by month; this year",
    "今年老客和新客占比怎么样": "returning_buyers,new_buyer_share; this year",
    "茶叶的销量前5的商品": "units; by product; category=tea; last 30d; top 5",
    "支付金额前十的省份": "paid_amount; by province; last 30d; top 10",
    "退款率最高的商品 上个月": "refund_rate; by product; last 1m; top 10",
    "哪个渠道访客最多": "visitors; by channel; last 30d; top 10",
    "各省份订单数": "orders; by province; last 30d",
    "每个仓库的库存金额": "stock_value; by warehouse; last 30d",
    "周几卖得最好": "net_sales; by weekday; last 30d; top 10",
    "支付订单数按时段 上周": "orders; by hour_of_day; last 1w",
    "首响时长按客服": "first_response; by agent; last 30d",
    "最近30分钟的订单数": "orders; last 30min",
    "过去24小时支付金额": "paid_amount; last 24h",
    "近半年净销售额走势": "net_sales; by month; last 6m",
    "与去年同期相比 本月订单数": "orders; this month; vs last_year",
    "昨天订单数比上周同期": "orders; yesterday; vs last_week",
    "搜索词的点击率": "ctr; by keyword; last 30d",
    "无结果率": "no_result_rate; last 30d",
    "缺货率 按品类": "out_of_stock_rate; by category; last 30d",
    "可售天数最低的20款商品": "days_of_cover; by product; last 30d; bottom 20",
    "竞品价格按品牌": "competitor_price; by brand; last 30d",
    "市场份额 近12个月 按市场 按市场数据来源": "market_share; by market,market_source; last 12m",
    "山野旗舰店昨日营业额": "net_sales; shop=main; yesterday",
    "拼多多今年退款金额环比": "refund_amount; channel=pinduoduo; this year; vs previous",
    "ＵＶ价值，上周": "uv_value; last 1w",
    "gmv按渠道": "gmv; by channel; last 30d",
    "2026-03-01到2026-03-31净额": "net_sales; 2026-03-01..2026-03-31",
    "3月1日以来的评分": "rating; 2026-03-01..",
    "小红书订单": "orders; channel=xiaohongshu; last 30d",
    "快递公司的配送时长": "delivery_hours; by carrier; last 30d",
}
ENGLISH = {
    "net sales by channel last month": "net_sales; by channel; last 1m",
    "refund rate by product on Douyin last week": "refund_rate; by product; channel=douyin; last 1w",
    "how much revenue did we make yesterday": "net_sales; yesterday",
    "revenue yesterday": "net_sales; yesterday",
    "paid amount today vs yesterday": "paid_amount; today; vs yesterday",
    "top 5 products by revenue this year": "net_sales; by product; this year; top 5",
    "best-selling products last 7 days": "net_sales; by product; last 7d; top 10",
    "refund rate without tmall since March 1": "refund_rate; channel!=tmall; 2026-03-01..",
    "how many new customers did we have yesterday compared with last week": "new_buyers; yesterday; vs last_week",
    "which channel has the highest conversion rate": "conversion_rate; by channel; last 30d; top 10",
    "weekly orders past 12 weeks": "orders; by week; last 84d",
    "sales trend": "net_sales; by day; last 30d",
    "sales trend this year": "net_sales; by month; this year",
    "visitors per day in March": "visitors; by day; 2026-03-01..2026-03-31",
    "visitors in March 2025": "visitors; 2025-03-01..2025-03-31",
    "orders in December": "orders; 2025-12-01..2025-12-31",
    "profit in Q3": "contribution_profit; 2026-07-01..2026-09-30",
    "gross margin rate by category last year": "gross_margin_rate; by category; last 1y",
    "orders per hour today": "orders; by hour; today",
    "refund amount by refund reason": "refund_amount; by refund_reason; last 30d",
    "ad spend and roi by ad platform": "ad_spend,roi_7d; by ad_platform; last 30d",
    "average order value by week, last 3 months": "aov; by week; last 3m",
    "repeat rate": "repeat_rate_30; last 30d",
    "stock by warehouse": "on_hand; by warehouse; last 30d",
    "products with the lowest days of cover": "days_of_cover; by product; last 30d; bottom 10",
    "bottom 3 categories by units": "units; by category; last 30d; bottom 3",
    "views year to date": "views; this year",
    "sales by province this month compared to last year": "net_sales; by province; this month; vs last_year",
    "sales this month versus the previous period": "net_sales; this month; vs previous",
    "orders on jd and tmall": "orders; channel=jd|tmall; last 30d",
    "buyers in Zhejiang": "buyers; province=浙江省; last 30d",
    "osmanthus oolong rating": "rating; product=T1; last 30d",
    "tea units by product": "units; by product; category=tea; last 30d",
    "GMV on singles' day by hour": "gmv; by hour; 2026-11-11..2026-11-11",
    "visitors by device": "visitors; by device; last 30d",
    "cart rate by weekday": "cart_rate; by weekday; last 30d",
    "click rate by ad platform": "ctr; by ad_platform; last 30d",
    "cost per click last 30 days": "cpc; last 30d",
    "first response by agent this week": "first_response; by agent; this week",
    "reviews by product": "reviews; by product; last 30d",
    "return rate by supplier": "return_rate; by supplier; last 30d",
    "orders from 2026-03-01 to 2026-03-31": "orders; 2026-03-01..2026-03-31",
    "net sales 2025 by quarter": "net_sales; by quarter; 2025-01-01..2025-12-31",
    "units on March 5th": "units; 2026-03-05..2026-03-05",
    "orders on March 5": "orders; 2026-03-05..2026-03-05",
    "orders on Nov 30": "orders; 2025-11-30..2025-11-30",
    "orders last 60 minutes": "orders; last 60min",
    "paid amount past 24 hours": "paid_amount; last 24h",
    "new buyers monthly this year": "new_buyers; by month; this year",
    "share of new buyers by channel": "new_buyer_share; by channel; last 30d",
    "refunds yoy": "refund_amount; last 30d; vs last_year",
    "price gap by product": "price_gap; by product; last 30d",
    "market share by market, source of market report, last 12 months": "market_share; by market,market_source; last 12m",
    "keyword searches by keyword and platform": "keyword_searches; by keyword,platform; last 30d",
    "top 20 keywords by searches": "searches; by keyword; last 30d; top 20",
    "no-result rate last week": "no_result_rate; last 1w",
    "delivery hours by carrier": "delivery_hours; by carrier; last 30d",
    "sales and orders by shop": "net_sales,orders; by shop; last 30d",
    "Show me the refund rate of each category": "refund_rate; by category; last 30d",
    "what were our net sales on 2026-11-20": "net_sales; 2026-11-20..2026-11-20",
    "spend per buyer excluding douyin this quarter": "spend_per_buyer; channel!=douyin; this quarter",
    "sell-through by category": "sell_through; by category; last 30d",
    "UV value, last week": "uv_value; last 1w",
}


@pytest.mark.parametrize(("sentence", "asked"), [*CHINESE.items(), *ENGLISH.items()])
def test_a_sentence_asks_for_its_query(sentence: str, asked: str) -> None:
    found = understand(sentence, WORDS, TODAY, PLANNER.check)
    assert (plain(found.query), found.unknown) == (asked, ())


def test_there_are_sixty_sentences_in_each_language() -> None:
    assert min(len(CHINESE), len(ENGLISH)) >= 60


def test_what_else_a_word_may_mean_is_offered() -> None:
    found = understand("上周退款按商品", WORDS, TODAY, PLANNER.check)
    assert found.query.metrics == ("refund_amount",)
    assert [other.metrics for other in found.others] == [("refund_rate",), ("refunds",)]


def test_a_meaning_that_cannot_be_asked_gives_way_to_the_next() -> None:
    assert understand("roi by ad platform", WORDS, TODAY, PLANNER.check).query.metrics == ("roi_7d",)


def test_what_was_not_said_is_supposed_and_told() -> None:
    assert understand("退款率", WORDS, TODAY).supposed == ("time",)
    assert understand("昨天按渠道", WORDS, TODAY).supposed == ("metric",)
    assert understand("昨天退款率", WORDS, TODAY).supposed == ()


def test_what_is_not_understood_is_said() -> None:
    assert understand("上周火星退款率", WORDS, TODAY).unknown == ("火星",)
    assert understand("net sales of flurbs last week", WORDS, TODAY).unknown == ("flurbs",)


@pytest.mark.parametrize(
    "sentence", ["", "   ", "你好", "hello there", "昨天", "?!", "的的的", "<script>alert(1)</script>", "a" * 3000]
)
def test_a_sentence_without_a_number_says_what_to_name(sentence: str) -> None:
    with pytest.raises(InputError) as refused:
        understand(sentence, WORDS, TODAY)
    assert refused.value.code == "ask.no_metric"


def test_a_number_that_cannot_be_cut_so_says_how_it_can_be() -> None:
    with pytest.raises(InputError, match="can be asked by"):
        understand("首响时长按省份", WORDS, TODAY, PLANNER.check)


@pytest.mark.parametrize(
    ("sentence", "zh", "en"),
    [
        (
            "上周抖音退款率按商品",
            "金额退款率 · 按商品 · 渠道 = douyin · 上周",
            "Refund rate · by Product · Channel = douyin · last week",
        ),
        (
            "今年每月新客同比",
            "新买家 · 按月 · 今年 · 对比去年同期",
            "New buyers · by Month · this year · against last year",
        ),
        (
            "top 5 products by units past 12 weeks",
            "支付件数 · 按商品 · 最近 84 天 · 最高 5 个",
            "Paid units · by Product · the last 84 days · 5 highest",
        ),
        (
            "3月5号不含天猫的订单数",
            "支付订单数 · 渠道 ≠ tmall · 2026-03-05",
            "Paid orders · Channel ≠ tmall · 2026-03-05",
        ),
        ("orders since March 1", "支付订单数 · 2026-03-01 以来", "Paid orders · since 2026-03-01"),
    ],
)
def test_how_it_was_understood_is_said_in_both_languages(sentence: str, zh: str, en: str) -> None:
    query = understand(sentence, WORDS, TODAY).query
    assert (told(query, CATALOG, "zh-CN"), told(query, CATALOG, "en")) == (zh, en)


def test_members_are_what_the_asker_may_see_under_all_their_names() -> None:
    def ask(query: Query) -> dict[str, Any]:
        if query.by == ("brand",):
            raise InputError("not yours")
        rows = {
            "province": [{"province": "浙江省"}, {"province": None}],
            "product": [{"product": "T1", "product_name": "桂花乌龙"}, {"product": "7", "product_name": None}],
        }
        return {"rows": rows.get(query.by[0], [])}

    assert members_of(ask) == {
        "浙江省": ("province", "浙江省"), "浙江": ("province", "浙江省"), "T1": ("product", "T1"), "桂花乌龙": ("product", "T1"),
    }  # fmt: skip
