"""The derived columns of stock tables: the merchant code, and of purchase orders what receipts have brought."""

from __future__ import annotations

from castanea.warehouse.references import References


def stocked(name: str, current: str, known: References) -> str:
    """A query of the resolved rows of a stock table; for purchase orders the temporary table `receipts_now` holds their receipts."""
    rows = coded(current, known)
    if name != "purchase_order":
        return rows
    brought = "SELECT purchase_order_id, goods_code, sum(quantity) AS received FROM receipts_now GROUP BY ALL"
    received = "coalesce(r.received, 0)"
    return (
        f"SELECT c.*, {received} AS received, CASE WHEN c.status IN ('draft', 'received', 'cancelled') THEN 0 "
        f"ELSE greatest(c.quantity - {received}, 0) END AS open_quantity FROM ({rows}) c "
        f"LEFT JOIN ({brought}) r ON r.purchase_order_id = c.purchase_order_id AND r.goods_code = c.goods_code"
    )


def coded(current: str, known: References) -> str:
    """A query of the rows with their `goods_code`."""
    if not known.goods:
        return f"SELECT c.*, c.product_id AS goods_code FROM ({current}) c"
    return f"SELECT c.*, coalesce(g.code, g.sku, c.product_id) AS goods_code FROM ({current}) c LEFT JOIN good_now g ON g.ref = c.product_id"
