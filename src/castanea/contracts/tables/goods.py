"""What is sold: products (SPU → SKU → merchant code), the parts of bundles, and what things cost."""

from __future__ import annotations

from castanea.contracts.table import Table
from castanea.contracts.tables.columns import CURRENCY, at, date, flag, money, quantity, rate, text

product = Table(
    "product",
    "A sellable thing at its finest grain (SKU), with the product it belongs to (SPU) and its merchant code, the key across platforms.",
    (
        text("product_id", "The SKU's number, or the merchant code where platforms share one.", required=True),
        text("spu_id", "The product the SKU belongs to."),
        text("merchant_code", "商家编码, the key across platforms."),
        text("name", "Title."),
        text("brand", "Brand."),
        text("category", "First level of the category path."),
        text("subcategory", "Second level."),
        text("category_path", "The whole path, levels divided by ' > '."),
        text("specification", "Colour, size, pack."),
        money("list_price", "Price on the label."),
        CURRENCY,
        flag("on_sale", "Whether it can be bought now."),
        date("launched", "First day on sale."),
        text("supplier_id", "Usual supplier."),
        quantity("pack_size", "Units in a carton."),
        at("updated_at", "When the sender changed the row."),
    ),
    key=("product_id",),
    kind="dimension",
    labels={"zh-CN": "商品", "en": "Product"},
)

bundle_part = Table(
    "bundle_part",
    "How many of a part are in a bundle (组合装) or come with it as a gift (赠品).",
    (
        text("product_id", "The bundle.", required=True),
        text("part_id", "The part's product_id.", required=True),
        quantity("quantity", "Parts per bundle.", required=True),
        flag("gift", "Whether the part is a gift."),
        at("updated_at", "When the sender changed the row."),
    ),
    key=("product_id", "part_id"),
    kind="dimension",
    labels={"zh-CN": "组合装", "en": "Bundle part"},
)

cost = Table(
    "cost",
    "A cost contract with its validity: goods, commission, payment fee, freight, packing, return insurance, influencer, advertising, other.",
    (
        text("cost_id", "The contract's number.", required=True),
        text(
            "kind",
            "What is paid for.",
            required=True,
            values=(
                "goods",
                "commission",
                "payment_fee",
                "freight",
                "packing",
                "return_insurance",
                "influencer",
                "advertising",
                "other",
            ),
        ),
        text("shop_id", "Only this shop; empty = all."),
        text("product_id", "Only this product: its number, merchant code or SPU; empty = all."),
        text("channel_id", "Only this channel; empty = all."),
        money("amount", "Per unit or per order, see per."),
        rate("share", "Share of the paid amount, for commissions and fees; added to the amount where both are given."),
        text("per", "What the amount is paid per; empty = unit.", values=("unit", "order", "day", "month")),
        flag(
            "refundable",
            "Whether it is given back with a refund; empty = commission and influencer yes, the others no.",
        ),
        CURRENCY,
        date("valid_from", "First day.", required=True),
        date("valid_until", "Last day; empty = until further notice."),
        at("updated_at", "When the sender changed the row."),
    ),
    key=("cost_id", "valid_from"),
    kind="dimension",
    labels={"zh-CN": "成本", "en": "Cost"},
)

TABLES = (product, bundle_part, cost)
