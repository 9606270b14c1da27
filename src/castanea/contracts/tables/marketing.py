"""What is done to sell more: advertising, promotions, and what people search for."""

from __future__ import annotations

from castanea.contracts.table import Table
from castanea.contracts.tables.columns import CURRENCY, SHOP, at, date, integer, money, quantity, rate, text

ad_spend = Table(
    "ad_spend",
    "A day of an advertising plan, as the platform reports it. Sales attributed by several platforms overlap.",
    (
        SHOP,
        date("day", "The day in the platform's zone.", required=True),
        text("platform", "万相台, 京准通, 千川, google, meta …", required=True),
        text("plan_id", "The advertising plan.", required=True),
        text("plan", "Its name."),
        text("channel_id", "The channel it feeds."),
        text("product_id", "The product it is for."),
        text("keyword", "The keyword."),
        text("attribution", "The attribution window: 1d, 7d, 15d, 30d.", required=True),
        money("spend", "What it cost.", required=True),
        integer("impressions", "Times shown.", unit="impressions"),
        integer("clicks", "Clicks.", unit="clicks"),
        integer("attributed_orders", "Orders the platform attributes to it.", unit="orders"),
        money("attributed_amount", "Sales the platform attributes to it."),
        money("attributed_refunds", "Refunds of those sales."),
        CURRENCY,
        at("updated_at", "When the sender changed the row."),
    ),
    key=("shop_id", "day", "platform", "plan_id", "product_id", "keyword", "attribution"),
    labels={"zh-CN": "推广花费", "en": "Ad spend"},
)

promotion = Table(
    "promotion",
    "A promotion with its time and scope.",
    (
        text("promotion_id", "The promotion's number.", required=True),
        text("shop_id", "The shop; empty = all."),
        text("name", "Its name."),
        text("kind", "discount, coupon, gift, presale, live, bundle …"),
        text("product_id", "Only this product; empty = all of the scope."),
        text("category", "Only this category."),
        at("starts", "Begin.", required=True),
        at("ends", "End."),
        rate("discount", "Discount as a share of the price."),
        money("budget", "What it may cost."),
        CURRENCY,
        at("updated_at", "When the sender changed the row."),
    ),
    key=("promotion_id", "product_id"),
    time="starts",
    kind="dimension",
    labels={"zh-CN": "促销", "en": "Promotion"},
)

keyword_demand = Table(
    "keyword_demand",
    "How much a market searches for a keyword on a day.",
    (
        date("day", "The day.", required=True),
        text("platform", "Who reports it.", required=True),
        text("keyword", "The keyword.", required=True),
        text("category", "The category it is reported in.", required=True),
        quantity("searches", "Searches, or the platform's index.", unit="searches"),
        rate("click_rate", "Clicks per search."),
        rate("conversion", "Buyers per click."),
        integer("rank", "Rank in the list."),
        at("updated_at", "When the sender changed the row."),
    ),
    key=("day", "platform", "keyword", "category"),
    labels={"zh-CN": "搜索需求", "en": "Keyword demand"},
)

TABLES = (ad_spend, promotion, keyword_demand)
