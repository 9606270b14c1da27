"""What customers say: reviews, tickets, mentions."""

from __future__ import annotations

from castanea.contracts.table import Table
from castanea.contracts.tables.columns import SHOP, at, identifier, integer, personal, quantity, rate, text

review = Table(
    "review",
    "A customer's review of a product.",
    (
        SHOP,
        text("review_id", "The review's number.", required=True),
        text("product_id", "The product."),
        text("order_id", "The order."),
        text("batch", "The batch of the goods, where known."),
        identifier("customer_id", "customer", "The customer."),
        at("time", "When it was written.", required=True),
        quantity("rating", "Rating on the scale of 5.", unit="points"),
        personal("text", "What it says, sealed: people write names and numbers into reviews."),
        text("topics", "Topics found in the text, divided by commas: quality, taste, packing, delivery …"),
        text("sentiment", "Tone.", values=("positive", "neutral", "negative")),
        at("updated_at", "When the sender changed the row."),
    ),
    key=("shop_id", "review_id"),
    time="time",
    subjects=("customer_id",),
    labels={"zh-CN": "评价", "en": "Review"},
)

service_ticket = Table(
    "service_ticket",
    "A complaint or request to after-sales service.",
    (
        SHOP,
        text("ticket_id", "The ticket's number.", required=True),
        text("order_id", "The order."),
        text("product_id", "The product."),
        identifier("customer_id", "customer", "The customer."),
        at("opened", "When it was opened.", required=True),
        at("closed", "When it was solved."),
        text("reason", "The reason."),
        text("status", "Where it stands.", values=("open", "waiting", "solved", "closed")),
        integer("first_response_seconds", "Seconds to the first answer.", unit="seconds"),
        personal("text", "What it says."),
        at("updated_at", "When the sender changed the row."),
    ),
    key=("shop_id", "ticket_id"),
    time="opened",
    subjects=("customer_id",),
    labels={"zh-CN": "工单", "en": "Service ticket"},
)

social_mention = Table(
    "social_mention",
    "A public post that names the brand, a product or a competitor.",
    (
        text("mention_id", "The post's number.", required=True),
        text("platform", "Where it stands.", required=True),
        at("time", "When it was written.", required=True),
        text("brand", "The brand named."),
        text("product_id", "The product named."),
        text("topic", "What it is about."),
        text("sentiment", "Tone.", values=("positive", "neutral", "negative")),
        rate("score", "Tone from -1 to 1.", unit="score"),
        integer("reach", "People who saw it.", unit="people"),
        personal("author", "Who wrote it."),
        personal("text", "What it says."),
        at("updated_at", "When the sender changed the row."),
    ),
    key=("platform", "mention_id"),
    time="time",
    labels={"zh-CN": "社媒提及", "en": "Social mention"},
)

TABLES = (review, service_ticket, social_mention)
