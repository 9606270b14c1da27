"""The market outside: competitors' prices, what a shelf shows, shares, and the platforms' own day tables."""

from __future__ import annotations

from castanea.contracts.table import Table
from castanea.contracts.tables.columns import CURRENCY, SHOP, at, date, integer, money, quantity, rate, text

competitor_price = Table(
    "competitor_price",
    "A competitor's public price of a thing comparable to ours.",
    (
        text("competitor", "The competitor.", required=True),
        text("item_id", "Their item.", required=True),
        text("product_id", "Our comparable product."),
        at("time", "When it was seen.", required=True),
        money("price", "Price to pay.", required=True),
        money("list_price", "Price on the label."),
        CURRENCY,
        text("promotion", "The promotion shown."),
        text("link", "Where it was seen."),
        at("updated_at", "When the sender changed the row."),
    ),
    key=("competitor", "item_id", "time"),
    time="time",
    labels={"zh-CN": "竞品价格", "en": "Competitor price"},
)

listing_snapshot = Table(
    "listing_snapshot",
    "What a shelf showed of an item on a day: its price and the sales to date.",
    (
        text("item_id", "The platform's item number.", required=True),
        date("day", "The day it was seen.", required=True),
        text("platform", "Where."),
        text("brand", "Brand or brand shop."),
        text("title", "Title."),
        text("category", "Category."),
        money("price", "Price shown."),
        quantity("sales", "Sales to date as shown; empty = not shown, which is not 0."),
        integer("comments", "Comments to date as shown.", unit="comments"),
        CURRENCY,
        at("updated_at", "When the sender changed the row."),
    ),
    key=("item_id", "day"),
    labels={"zh-CN": "商品快照", "en": "Listing snapshot"},
)

market_share = Table(
    "market_share",
    "Sales of brands in a market, as a report says.",
    (
        date("period_start", "First day of the period.", required=True),
        date("period_end", "Last day of the period.", required=True),
        text("market", "The market or category.", required=True),
        text("brand", "The brand.", required=True),
        money("amount", "Sales."),
        quantity("units", "Units."),
        rate("share", "Share as reported."),
        CURRENCY,
        text("source", "Who says so.", required=True),
        at("updated_at", "When the sender changed the row."),
    ),
    key=("period_start", "period_end", "market", "brand", "source"),
    labels={"zh-CN": "市场份额", "en": "Market share"},
)

platform_daily = Table(
    "platform_daily",
    "A platform's own day table. Distinct counts stand as reported and are never summed over days, products or sources.",
    (
        SHOP,
        date("day", "First day reported, in the platform's zone.", required=True),
        integer(
            "days", "Length of the period; a 7-day figure comes only from a 7-day report.", required=True, unit="days"
        ),
        text("platform", "生意参谋, 京东商智, 抖音罗盘 …", required=True),
        text(
            "scope",
            "What the row is about.",
            required=True,
            values=("shop", "product", "source", "keyword", "plan", "room"),
        ),
        text("member", "The product, source, keyword, plan or room; empty for the shop.", required=True),
        text("definition", "The platform's version of its definitions."),
        integer("visitors", "Visitors as reported.", unit="visitors"),
        integer("views", "Views.", unit="views"),
        integer("favourites", "Visitors who made a favourite.", unit="visitors"),
        integer("cart_users", "Visitors who put something into a cart.", unit="visitors"),
        integer("ordering_buyers", "Buyers who ordered.", unit="buyers"),
        integer("paying_buyers", "Buyers who paid.", unit="buyers"),
        integer("orders", "Orders paid.", unit="orders"),
        quantity("units", "Units paid."),
        money("ordered_amount", "Ordered amount."),
        money("paid_amount", "Paid amount."),
        money("refunded_amount", "Refunds that succeeded."),
        money("spend", "Advertising."),
        rate("shop_score", "Shop score as reported.", unit="points"),
        quantity("peer_mean", "Mean of peers for the paid amount (同行均值).", unit="money"),
        quantity("peer_best", "Best of peers for the paid amount (同行优秀).", unit="money"),
        CURRENCY,
        at("updated_at", "When the sender changed the row."),
    ),
    key=("shop_id", "day", "days", "platform", "scope", "member"),
    labels={"zh-CN": "平台日报", "en": "Platform day table"},
)

TABLES = (competitor_price, listing_snapshot, market_share, platform_daily)
