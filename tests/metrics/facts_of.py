"""What each base figure counts, said once more in Polars: written from METRICS' words, not from the declarations."""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from tests.metrics.frames import SCALE, hours

C = pl.col
COUNTS = ~C("excluded").fill_null(False)
ONE = pl.lit(1, pl.Int64)
LINE = (C("kind") != "adjustment") & COUNTS
GOODS = (C("kind") == "product") & COUNTS
DONE = (C("status") == "succeeded") & COUNTS
REAL = ~C("test").fill_null(False)
DEPOSIT = (C("kind") == "deposit") & (C("status") == "succeeded") & COUNTS
ALL = pl.lit(True)
COST_KINDS = (
    "commission",
    "payment_fee",
    "freight",
    "packing",
    "return_insurance",
    "influencer",
    "advertising",
    "other",
)


@dataclass(frozen=True)
class Part:
    table: str
    clock: str
    where: pl.Expr
    value: pl.Expr


@dataclass(frozen=True)
class Sum:
    """`scale`: what the summed whole numbers are divided by. `unknown`: nothing known is unknown, not nil."""

    parts: tuple[Part, ...]
    scale: int = SCALE
    unknown: bool = False


@dataclass(frozen=True)
class Distinct:
    """Different `who` among rows; `lines` is what counts instead once order lines are cut."""

    part: Part
    who: tuple[str, ...]
    lines: Part | None = None


@dataclass(frozen=True)
class Level:
    """The newest row of each key at the end of a cell."""

    table: str
    clock: str
    key: tuple[str, ...]
    value: pl.Expr
    scale: int = SCALE
    where: pl.Expr = field(default_factory=lambda: pl.lit(True))


def _n(table: str, clock: str, where: pl.Expr) -> Sum:
    return Sum((Part(table, clock, where, ONE),), 1)


def _costs(column: str) -> Sum:
    return Sum(
        (Part("order_line", "paid_time", LINE, C(column)), Part("refund", "effective_time", DONE, -C(column))), unknown=True
    )  # fmt: skip


def _one(table: str, clock: str, where: pl.Expr, value: pl.Expr, *, unknown: bool = False, scale: int = SCALE) -> Sum:
    return Sum((Part(table, clock, where, value),), scale, unknown)


SUMS: dict[str, Sum] = {
    "ordered": _one("order_line", "order_time", LINE, C("report_amount")),
    "paid": _one("order_line", "paid_time", LINE, C("report_paid")),
    "adjusted": _one("order_line", "order_time", (C("kind") == "adjustment") & COUNTS, C("report_amount")),
    "refunded": _one("refund", "effective_time", DONE, C("report_amount")),
    "refunded_by_pay_day": _one("refund", "paid_or_done", DONE, C("report_amount")),
    "product_paid": _one("order_line", "paid_time", GOODS, C("report_paid")),
    "product_refunded": _one(
        "refund", "effective_time", DONE & (C("line_kind").fill_null("product") == "product"), C("report_amount")
    ),
    "goods": Sum(
        (Part("order_line", "paid_time", LINE, C("report_cost")), Part("refund", "effective_time", DONE, -C("report_cost")))
    ),
    "costed": _one("order_line", "paid_time", GOODS & C("report_cost").is_not_null(), C("report_paid")),
    "uncosted": _one("order_line", "paid_time", GOODS & C("report_cost").is_null(), C("report_paid")),
    "units": _one("order_line", "paid_time", GOODS, C("quantity")),
    **{kind: _costs(f"report_{kind}") for kind in COST_KINDS},
    "ad_spent": _one("ad_spend", "day", ALL, C("spend"), unknown=True),
    "impressions": _one("ad_spend", "day", ALL, C("impressions"), unknown=True, scale=1),
    "clicks": _one("ad_spend", "day", ALL, C("clicks"), unknown=True, scale=1),
    **{
        f"{name}_{w}": _one("ad_spend", "day", C("attribution") == w, C(column), unknown=True, scale=scale)
        for w in ("1d", "7d", "15d", "30d")
        for name, column, scale in (
            ("spent", "spend", SCALE), ("attributed", "attributed_amount", SCALE),
            ("attributed_refunds", "attributed_refunds", SCALE), ("attributed_orders", "attributed_orders", 1),
        )
    },
    "deposits": _one("payment", "time", DEPOSIT, C("report_amount")),
    "settled": _one(
        "settlement_line", "time", ALL,
        pl.when(C("direction") == "in").then(C("amount")).when(C("direction") == "out").then(-C("amount")),
    ),
    "shop_discounted": _one(
        "order_line", "paid_time", (C("kind") == "discount") & (C("borne_by").fill_null("shop") == "shop") & COUNTS, C("report_discount")
    ),
    "platform_discounted": _one(
        "order_line", "paid_time", (C("kind") == "discount") & (C("borne_by") == "platform") & COUNTS, C("report_discount")
    ),
    "shipping": _one("order_line", "paid_time", (C("kind") == "shipping") & COUNTS, C("report_paid")),
    "tax": _one("order_line", "paid_time", LINE, C("report_tax")),
    "refunds": _n("refund", "effective_time", DONE),
    "refund_only": _n("refund", "effective_time", DONE & (C("kind") == "refund_only")),
    "returns": _n("refund", "effective_time", DONE & (C("kind") == "return")),
    "quality": _n("refund", "effective_time", DONE & (C("reason_class") == "quality")),
    "refunded_units": _one("refund", "effective_time", DONE & (C("line_kind").fill_null("product") == "product"), C("quantity")),
    "restocked": _one("refund", "effective_time", DONE, C("restocked")),
    "asked": _n("refund", "asked_time", COUNTS),
    "asked_amount": _one("refund", "asked_time", COUNTS, C("report_amount")),
    "open_refunds": _n("refund", "asked_time", COUNTS & (C("status") == "asked")),
    "timed_refunds": _n("refund", "effective_time", DONE & (C("refund_time") >= C("asked_time"))),
    "refund_hours": _one("refund", "effective_time", DONE & (C("refund_time") >= C("asked_time")), hours("asked_time", "refund_time")),
    "sent_48h": _n("order", "paid_time", REAL & (hours("paid_time", "sent_time") <= 48 * SCALE)),
    "parcels": _n("shipment", "shipped_time", COUNTS),
    "picked_up": _n("shipment", "shipped_time", COUNTS & (hours("shipped_time", "picked_up_time") <= 24 * SCALE)),
    "delivered": _n("shipment", "shipped_time", COUNTS & (C("delivered_time") >= C("shipped_time"))),
    "delivery_hours": _one("shipment", "shipped_time", COUNTS & (C("delivered_time") >= C("shipped_time")), hours("shipped_time", "delivered_time")),
    "inquiries": _n("inquiry", "time", ALL),
    "answered": _n("inquiry", "time", C("first_response_seconds").is_not_null()),
    "seconds": _one("inquiry", "time", ALL, C("first_response_seconds"), scale=1),
    "in_three_minutes": _n("inquiry", "time", C("first_response_seconds") <= 180),
    "tickets": _n("service_ticket", "opened", ALL),
    "open_tickets": _n("service_ticket", "opened", C("status").is_in(["open", "waiting"])),
    "solved": _n("service_ticket", "opened", C("closed") >= C("opened")),
    "ticket_hours": _one("service_ticket", "opened", C("closed") >= C("opened"), hours("opened", "closed")),
    "reviews": _n("review", "time", ALL),
    "rated": _n("review", "time", C("rating").is_not_null()),
    "ratings": _one("review", "time", ALL, C("rating")),
    "toned_reviews": _n("review", "time", C("sentiment").is_not_null()),
    "negative_reviews": _n("review", "time", C("sentiment") == "negative"),
    "mentions": _n("social_mention", "time", ALL),
    "toned_mentions": _n("social_mention", "time", C("sentiment").is_not_null()),
    "negative_mentions": _n("social_mention", "time", C("sentiment") == "negative"),
    "reach": _one("social_mention", "time", ALL, C("reach"), scale=1),
    "searches": _n("web_event", "time", C("event") == "search"),
    "checkouts": _n("web_event", "time", C("event") == "checkout"),
    "purchases": _n("web_event", "time", C("event") == "purchase"),
    "empty_searches": _n("web_event", "time", (C("event") == "search") & (C("result_count") == 0)),
    "views": _n("web_event", "time", C("event").is_in(["page_view", "product_view"])),
    "received": _one("receipt", "time", ALL, C("quantity")),
    "rejected": _one("receipt", "time", ALL, C("rejected")),
    "purchased": _one("purchase_order", "ordered", ~C("status").fill_null("").is_in(["draft", "cancelled"]), C("quantity")),
    "open_purchases": _one("purchase_order", "ordered", ALL, C("open_quantity")),
    "keyword_searches": _one("keyword_demand", "day", ALL, C("searches"), unknown=True),
}  # fmt: skip

_ORDERS = Part("order", "paid_time", REAL, ONE)
_LINES = Part("order_line", "paid_time", LINE, ONE)
DISTINCT: dict[str, Distinct] = {
    "orders": Distinct(_ORDERS, ("shop_id", "order_id"), _LINES),
    "buyers": Distinct(_ORDERS, ("customer_id",), _LINES),
    "ordering_buyers": Distinct(
        Part("order", "order_time", REAL, ONE), ("customer_id",), Part("order_line", "order_time", LINE, ONE)
    ),
    "presale_orders": Distinct(Part("payment", "time", DEPOSIT, ONE), ("shop_id", "order_id")),
    "completed_presales": Distinct(
        Part("payment", "time", DEPOSIT & C("paid_time").is_not_null(), ONE), ("shop_id", "order_id")
    ),
    "inquirers": Distinct(Part("inquiry", "time", ALL, ONE), ("customer_id",)),
    "ordering_inquirers": Distinct(Part("inquiry", "time", C("order_id").fill_null("") != "", ONE), ("customer_id",)),
    "sold_skus": Distinct(Part("order_line", "paid_time", GOODS, ONE), ("sku_id",)),
    "stocked_skus": Distinct(Part("stock_level", "time", C("on_hand") > 0, ONE), ("product_id",)),
    "visitors": Distinct(Part("web_event", "time", ALL, ONE), ("visitor_id",)),
    "product_visitors": Distinct(Part("web_event", "time", C("event") == "product_view", ONE), ("visitor_id",)),
    "favourite_visitors": Distinct(Part("web_event", "time", C("event") == "favourite", ONE), ("visitor_id",)),
    "cart_visitors": Distinct(Part("web_event", "time", C("event") == "add_to_cart", ONE), ("visitor_id",)),
    "checkout_visitors": Distinct(Part("web_event", "time", C("event") == "checkout", ONE), ("visitor_id",)),
}

_STOCK = ("product_id", "warehouse_id", "batch")
_RIVAL = ("competitor", "item_id")
_MARKET = ("market", "brand", "source")
LEVELS: dict[str, Level] = {
    "on_hand": Level("stock_level", "time", _STOCK, C("on_hand")),
    "committed": Level("stock_level", "time", _STOCK, C("committed")),
    "in_transit": Level("stock_level", "time", _STOCK, C("in_transit")),
    "presold": Level("stock_level", "time", _STOCK, C("presold")),
    "stock_cost": Level("stock_level", "time", _STOCK, C("on_hand") * C("unit_cost") // SCALE),
    "uncosted_stock": Level("stock_level", "time", _STOCK, pl.when(C("unit_cost").is_null()).then(C("on_hand")).otherwise(0)),
    "rival_prices": Level("competitor_price", "time", _RIVAL, C("price"), where=C("price").is_not_null()),
    "rivals": Level("competitor_price", "time", _RIVAL, ONE, 1, where=C("price").is_not_null()),
}  # fmt: skip
