"""What visitors do: single events, hourly counts where events are not kept, and inquiries to service."""

from __future__ import annotations

from castanea.contracts.table import Table
from castanea.contracts.tables.columns import SHOP, at, identifier, integer, text

web_event = Table(
    "web_event",
    "Something a visitor did: it happened once and does not change.",
    (
        SHOP,
        text("event_id", "The sender's number of the event.", required=True),
        at("time", "When it happened.", required=True),
        text(
            "event",
            "What happened.",
            required=True,
            values=(
                "page_view",
                "product_view",
                "favourite",
                "search",
                "add_to_cart",
                "checkout",
                "purchase",
                "click",
                "error",
            ),
        ),
        identifier("visitor_id", "visitor", "The device or cookie.", required=True),
        identifier("customer_id", "customer", "The customer, when signed in."),
        text("session_id", "The visit."),
        text("channel_id", "Where the visit came from."),
        text("campaign_id", "The campaign."),
        text("device", "phone, tablet, desktop, app …"),
        text("province", "Province, from the sender (no addresses are kept)."),
        text("page", "The page's name or path, without its query."),
        text("product_id", "The product looked at, put into the cart …"),
        text("order_id", "The order of a purchase."),
        text("keyword", "What was searched for."),
        integer("result_count", "How many results the search had.", unit="results"),
        text("slot", "The page slot of a click."),
        integer("position", "The position inside the slot, from 1."),
        text("error", "What went wrong, for event error."),
    ),
    key=("shop_id", "event_id"),
    time="time",
    subjects=("customer_id", "visitor_id"),
    immutable=True,
    labels={"zh-CN": "访问事件", "en": "Web event"},
)

traffic_hourly = Table(
    "traffic_hourly",
    "Counts by hour for times whose single events are not kept.",
    (
        SHOP,
        at("hour", "Start of the hour.", required=True),
        text("channel_id", "Where the visits came from."),
        text("device", "phone, tablet, desktop, app …"),
        integer(
            "first_visits",
            "Visitors first seen that day (workspace's zone) in this hour; their sum is the day's distinct visitors.",
            unit="visitors",
        ),
        integer("views", "Page and product views.", unit="views"),
        integer("product_views", "Product views.", unit="views"),
        integer("searches", "Searches.", unit="searches"),
        integer("no_results", "Searches without a result.", unit="searches"),
        integer("favourites", "Favourites.", unit="events"),
        integer("carts", "Times something was put into a cart.", unit="events"),
        integer(
            "cart_visitors", "Visitors who first put something into a cart that day in this hour.", unit="visitors"
        ),
        integer("checkouts", "Checkouts begun.", unit="events"),
        integer("purchases", "Purchases.", unit="events"),
        at("updated_at", "When the sender changed the row."),
    ),
    key=("shop_id", "hour", "channel_id", "device"),
    time="hour",
    labels={"zh-CN": "小时流量", "en": "Traffic by hour"},
)

inquiry = Table(
    "inquiry",
    "A customer's conversation with service before or after buying.",
    (
        SHOP,
        text("inquiry_id", "The conversation's number.", required=True),
        at("time", "When it began.", required=True),
        identifier("customer_id", "customer", "The customer."),
        text("product_id", "What it was about."),
        text("agent", "Who answered, by a work name."),
        integer("first_response_seconds", "Seconds to the first answer.", unit="seconds"),
        text("order_id", "The order that followed."),
        text("channel_id", "The channel."),
        at("updated_at", "When the sender changed the row."),
    ),
    key=("shop_id", "inquiry_id"),
    time="time",
    subjects=("customer_id",),
    labels={"zh-CN": "咨询", "en": "Inquiry"},
)

TABLES = (web_event, traffic_hourly, inquiry)
