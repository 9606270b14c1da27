"""Stock: levels, movements, what is ordered and what arrived. Summed over products, never over time."""

from __future__ import annotations

from castanea.contracts.table import Table
from castanea.contracts.tables.columns import CURRENCY, at, date, money, quantity, text

_GOODS_CODE = text(
    "goods_code",
    "The merchant code (商家编码), the key across platforms: the product's, else the product_id.",
    derived=True,
)

stock_level = Table(
    "stock_level",
    "How much of a product lies in a warehouse at a moment.",
    (
        text("product_id", "The product.", required=True),
        text("warehouse_id", "The warehouse.", required=True),
        text("batch", "The batch or season."),
        at("time", "When it was counted.", required=True),
        quantity("on_hand", "Units that lie there.", required=True),
        quantity("committed", "Units sold and not yet sent (待发货占用)."),
        quantity("in_transit", "Units ordered and not yet received (在途)."),
        quantity("presold", "Units promised in a presale (预售)."),
        money("unit_cost", "Cost of one unit."),
        CURRENCY,
        date("received", "When the batch came in; for stock age."),
        at("updated_at", "When the sender changed the row."),
        _GOODS_CODE,
    ),
    key=("product_id", "warehouse_id", "batch", "time"),
    time="time",
    labels={"zh-CN": "库存", "en": "Stock level"},
)

stock_movement = Table(
    "stock_movement",
    "A change of stock with its reason.",
    (
        text("movement_id", "The movement's number.", required=True),
        text("product_id", "The product.", required=True),
        text("warehouse_id", "The warehouse.", required=True),
        text("batch", "The batch."),
        at("time", "When it happened.", required=True),
        text("kind", "Why.", required=True, values=("sale", "return", "receipt", "count", "transfer", "loss")),
        quantity("quantity", "Units, negative when they leave.", required=True),
        text("reference", "The order, receipt or count behind it."),
        at("updated_at", "When the sender changed the row."),
        _GOODS_CODE,
    ),
    key=("movement_id",),
    time="time",
    labels={"zh-CN": "库存变动", "en": "Stock movement"},
)

purchase_order = Table(
    "purchase_order",
    "A line of an order to a supplier.",
    (
        text("purchase_order_id", "The order's number.", required=True),
        text("product_id", "The product.", required=True),
        text("supplier_id", "The supplier."),
        text("warehouse_id", "Where it shall go."),
        at("ordered", "When it was ordered.", required=True),
        date("expected", "When it is expected."),
        quantity("quantity", "Units ordered.", required=True),
        money("unit_cost", "Price of one unit."),
        CURRENCY,
        text("status", "Where it stands.", values=("draft", "ordered", "part_received", "received", "cancelled")),
        at("updated_at", "When the sender changed the row."),
        _GOODS_CODE,
        quantity("received", "Units of it that receipts have brought so far.", derived=True),
        quantity(
            "open_quantity", "Units still to come (在途): ordered and neither received nor cancelled.", derived=True
        ),
    ),
    key=("purchase_order_id", "product_id"),
    time="ordered",
    labels={"zh-CN": "采购单", "en": "Purchase order"},
)

receipt = Table(
    "receipt",
    "Goods that arrived for a purchase order.",
    (
        text("receipt_id", "The receipt's number.", required=True),
        text("purchase_order_id", "The purchase order."),
        text("product_id", "The product.", required=True),
        text("warehouse_id", "Where they arrived."),
        text("batch", "Their batch."),
        at("time", "When they arrived.", required=True),
        quantity("quantity", "Units accepted.", required=True),
        quantity("rejected", "Units refused."),
        at("updated_at", "When the sender changed the row."),
        _GOODS_CODE,
    ),
    key=("receipt_id", "product_id"),
    time="time",
    labels={"zh-CN": "到货", "en": "Receipt"},
)

TABLES = (stock_level, stock_movement, purchase_order, receipt)
