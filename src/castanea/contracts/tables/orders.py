"""Orders and what happens to them: lines, payments, refunds, shipments, settlement.

An order and its lines arrive separately and in any order. The loader resolves them: the derived columns of a line or a refund are
taken from the order with the same (shop_id, order_id) whenever either side changes.
"""

from __future__ import annotations

from castanea.contracts.table import Table
from castanea.contracts.tables.columns import (
    CURRENCY,
    SHOP,
    at,
    flag,
    identifier,
    money,
    personal,
    quantity,
    rate,
    text,
)

LINE_KINDS = ("product", "shipping", "fee", "tax", "discount", "adjustment")
STAND_IN = "order"  # line_id of the one line of an order of which only the totals are known
COPIED = "erp/"  # how the line_id of another system's copy of a platform's line begins

_FROM_ORDER = (
    at("order_time", "The order's time; from the order.", derived=True),
    at("paid_time", "When the order was paid whole; from the order.", derived=True),
    identifier("customer_id", "customer", "The buyer; from the order.", derived=True),
    text("channel_id", "The channel; from the order.", derived=True),
    text("country", "Country; from the order.", derived=True),
    text("province", "Province; from the order.", derived=True),
    text("city", "City; from the order.", derived=True),
    flag(
        "excluded",
        "Left out of all metrics: a test order or a bot, or a stand-in line whose order's real lines are known.",
        derived=True,
    ),
    text(
        "report_currency",
        "The currency of the report_ amounts: the workspace's where the order's day has a rate, else the row's own.",
        derived=True,
    ),
)

_COSTS = tuple(
    money(f"report_{kind}", f"{words} in report_currency; null where none is known.", derived=True)
    for kind, words in (
        ("commission", "Platform commission (平台扣点)"),
        ("payment_fee", "Payment fee (支付手续费)"),
        ("freight", "Freight (运费)"),
        ("packing", "Packing (包装)"),
        ("return_insurance", "Return insurance (运费险)"),
        ("influencer", "Influencer commission (达人佣金)"),
        ("advertising", "Advertising (推广费) by contract"),
        ("other", "Other costs"),
    )
)
_GOODS = (
    text(
        "sku_id",
        "The product: product_id where it is known, else the product with this merchant code, else as sent.",
        derived=True,
    ),
    text(
        "goods_code",
        "The merchant code (商家编码), the key across platforms: the product's, else as sent, else the sku_id.",
        derived=True,
    ),
)

order = Table(
    "order",
    "An order with its buyer and its times. Money lies on its lines.",
    (
        SHOP,
        text("order_id", "The platform's order number.", required=True),
        at("order_time", "When it was placed.", required=True),
        at(
            "pay_time",
            "When it was paid whole (balance of a presale, receipt of cash on delivery); empty = not paid, or known by payments.",
        ),
        text(
            "status",
            "Our word for where the order stands.",
            values=(
                "placed",
                "deposit_paid",
                "paid",
                "shipped",
                "done",
                "cancelled",
                "closed",
                "refunded",
            ),
        ),
        text("platform_status", "The platform's own word."),
        flag("cash_on_delivery", "Paid when received (货到付款): until then it is not paid."),
        at("shipped_time", "When the shop sent it, where the order itself says so."),
        at("received_time", "When the buyer received it or confirmed the receipt."),
        identifier("customer_id", "customer", "The shop's own number of the buyer."),
        personal("customer_name", "Name of the buyer or receiver."),
        personal("phone", "Telephone number."),
        personal("email", "E-mail address."),
        personal("address", "Address of delivery."),
        text("channel_id", "Where the sale came from; empty = the shop's platform."),
        text("campaign_id", "The campaign it is attributed to."),
        text("country", "Country of delivery."),
        text("province", "Province or state of delivery, by its short name."),
        text("city", "City of delivery."),
        CURRENCY,
        money("total", "The whole order as the source says it; for checks, never summed into a metric."),
        flag("test", "A test order or a bot: kept, shown apart, left out of metrics."),
        at("updated_at", "When the sender changed the row."),
        at(
            "paid_time",
            "When it counts as paid: pay_time, else the payment that completed it, else the receipt of cash on delivery, else, where only "
            "its status says that it was paid, order_time. A deposit alone is no payment.",
            derived=True,
        ),
        text(
            "paid_by",
            "How paid_time is known.",
            values=("pay_time", "payment", "receipt", "status"),
            derived=True,
        ),
        at("sent_time", "shipped_time, else the first parcel's.", derived=True),
        text("report_currency", "The currency into which the order's amounts convert.", derived=True),
    ),
    key=("shop_id", "order_id"),
    time="order_time",
    subjects=("customer_id", "phone", "email"),
    labels={"zh-CN": "订单", "en": "Order"},
)

order_line = Table(
    "order_line",
    "A line of an order. Its amount is what the customer owes for it after discounts; its kind says what it is.",
    (
        SHOP,
        text("order_id", "The order.", required=True),
        text(
            "line_id",
            "The line's number inside the order; empty where the source has none (then product and occurrence tell lines apart). `order` "
            "stands for the order's totals, `erp/…` for another system's copy of a line: they count until the platform's own lines are known.",
        ),
        text(
            "kind",
            "What the line is. Rows of kind part are made by the loader: what a sold bundle takes from stock; they carry units only.",
            required=True,
            values=LINE_KINDS,
        ),
        text("product_id", "The SKU or merchant code."),
        text("merchant_code", "商家编码, where the source gives it beside the platform's own number."),
        text("title", "The product's title as sold."),
        quantity("quantity", "Units; negative only on adjustments."),
        money("unit_price", "Price of one unit before discounts."),
        money("amount", "What the line adds to the order, after discounts.", required=True),
        money("paid_amount", "What was paid for it, where it differs from amount."),
        money("cost", "Cost of the goods of the whole line, where the source knows it."),
        text(
            "borne_by",
            "Who bears a discount: of the shop's, the line lowers the amounts; of the platform's, the shop still receives it. Empty = shop.",
            values=("shop", "platform"),
        ),
        money("tax", "Tax contained in the amount, where the source says so; tax on top is a line of kind tax."),
        CURRENCY,
        at("updated_at", "When the sender changed the row."),
        *_FROM_ORDER,
        text("excluded_why", "Why it is left out.", values=("test", "stand_in"), derived=True),
        *_GOODS,
        at("sent_time", "When it was sent; from the order.", derived=True),
        at(
            "stock_time",
            "When it was paid, on what takes stock: products that are no bundles, and the parts of bundles (kind part).",
            derived=True,
        ),
        quantity("open_quantity", "Units paid and not yet sent (待发货占用).", derived=True),
        quantity("presold_quantity", "Units whose deposit is paid and whose balance is not (预售).", derived=True),
        money("report_amount", "amount in report_currency; 0 for a discount that the platform bears.", derived=True),
        money("report_paid", "Paid amount in report_currency; null while the order is unpaid.", derived=True),
        money(
            "report_cost",
            "Cost of the goods in report_currency: cost, else by contract, else of its parts.",
            derived=True,
        ),
        money("report_discount", "A discount in report_currency, positive, whoever bears it.", derived=True),
        money("report_tax", "Tax in report_currency, contained or on top.", derived=True),
        *_COSTS,
    ),
    key=("shop_id", "order_id", "line_id", "product_id", "kind"),
    labels={"zh-CN": "订单行", "en": "Order line"},
)

payment = Table(
    "payment",
    "A payment and its status: deposit, balance or full.",
    (
        SHOP,
        text("payment_id", "The payment's number.", required=True),
        text("order_id", "The order.", required=True),
        text("kind", "What it pays.", required=True, values=("deposit", "balance", "full")),
        text("status", "Where it stands.", required=True, values=("pending", "succeeded", "failed", "cancelled")),
        at("time", "When it reached that status.", required=True),
        money("amount", "The amount.", required=True),
        CURRENCY,
        text("method", "alipay, wechat, card …"),
        at("updated_at", "When the sender changed the row."),
        *_FROM_ORDER,
        money("report_amount", "amount in report_currency.", derived=True),
    ),
    key=("shop_id", "payment_id"),
    time="time",
    labels={"zh-CN": "付款", "en": "Payment"},
)

refund = Table(
    "refund",
    "Money that went back, or is asked back. It counts on the day it succeeded; without a date, on its order's pay day.",
    (
        SHOP,
        text(
            "refund_id",
            "The refund's number. The order's number stands for all it was refunded, until a refund of another number is known.",
            required=True,
        ),
        text("order_id", "The order; empty where the source does not say."),
        text("line_id", "The order line, where known."),
        text("product_id", "The product, where known."),
        text("merchant_code", "商家编码, where the source gives it beside the platform's own number."),
        text(
            "kind",
            "Money only, or goods back too. An exchange moves goods and no money; price protection moves money and no goods.",
            values=("refund_only", "return", "exchange", "price_protection"),
        ),
        text(
            "line_kind",
            "The kind of the line it takes back; empty = product.",
            values=LINE_KINDS,
        ),
        text("status", "Where it stands.", required=True, values=("asked", "succeeded", "refused", "cancelled")),
        at("asked_time", "When it was asked for."),
        at("refund_time", "When it succeeded; empty = unknown."),
        quantity("quantity", "Units taken back."),
        flag("sellable", "Whether goods that came back can be sold again; empty = yes."),
        money("amount", "The amount, positive.", required=True),
        money("cost", "Cost of the goods taken back, where known."),
        CURRENCY,
        text("reason", "The reason as the customer or the platform says it."),
        text("reason_class", "Our class of the reason: quality, description, size, late, changed_mind, other."),
        # a source without orders may name the buyer and the place itself; the order's win where there is one
        identifier("buyer_id", "customer", "The buyer, where the source has no order to take it from."),
        text("sent_channel_id", "The channel, where the source has no order to take it from."),
        text("sent_country", "The country, where the source has no order to take it from."),
        text("sent_province", "The province, where the source has no order to take it from."),
        at("updated_at", "When the sender changed the row."),
        *_FROM_ORDER,
        at("effective_time", "refund_time, else the order's paid_time: the clock of refund_amount.", derived=True),
        *_GOODS,
        quantity("restocked", "Units that came back and can be sold again.", derived=True),
        money("report_amount", "amount in report_currency; 0 for an exchange.", derived=True),
        money(
            "report_cost",
            "Cost of the goods that came back sellable, in report_currency; negative where an exchange's goods came back unsellable.",
            derived=True,
        ),
        *_COSTS,
    ),
    key=("shop_id", "refund_id"),
    time="refund_time",
    subjects=("buyer_id",),
    labels={"zh-CN": "退款", "en": "Refund"},
)

shipment = Table(
    "shipment",
    "A parcel and its way.",
    (
        SHOP,
        text("shipment_id", "The parcel's number.", required=True),
        text("order_id", "The order."),
        text("carrier", "The carrier."),
        text(
            "status", "Where it stands.", values=("created", "picked_up", "in_transit", "delivered", "returned", "lost")
        ),
        text("warehouse_id", "From which warehouse."),
        at("shipped_time", "When the shop handed it over."),
        at("picked_up_time", "When the carrier took it."),
        at("delivered_time", "When it arrived."),
        money("freight", "What the carrier charges."),
        CURRENCY,
        at("updated_at", "When the sender changed the row."),
        *_FROM_ORDER,
        money("report_freight", "freight in report_currency.", derived=True),
    ),
    key=("shop_id", "shipment_id"),
    time="shipped_time",
    labels={"zh-CN": "发货", "en": "Shipment"},
)

settlement_line = Table(
    "settlement_line",
    "A line of a platform's settlement: what it paid out or kept.",
    (
        SHOP,
        text("settlement_id", "The line's number in the settlement.", required=True),
        text("order_id", "The order."),
        text("refund_id", "The refund."),
        text("product_id", "The product."),
        text("item", "goods, commission, freight, insurance, refund …, our word."),
        text("platform_item", "The platform's own word."),
        text("direction", "Whether money comes in or goes out.", required=True, values=("in", "out")),
        money("amount", "The amount, positive.", required=True),
        CURRENCY,
        rate("commission_rate", "Commission as a share."),
        at("time", "When it was settled.", required=True),
        text("status", "Where it stands."),
        at("updated_at", "When the sender changed the row."),
    ),
    key=("shop_id", "settlement_id"),
    time="time",
    labels={"zh-CN": "结算", "en": "Settlement line"},
)

TABLES = (order, order_line, payment, refund, shipment, settlement_line)
