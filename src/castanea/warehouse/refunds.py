"""The derived columns of refunds: when they count, what money went back, which goods came back and what cost comes back with them."""

from __future__ import annotations

from collections.abc import Collection

from castanea.warehouse.costs import FEES
from castanea.warehouse.lines import FROM_ORDER, ORDER_JOIN
from castanea.warehouse.references import References

# an order's refunded total has the order's number; it counts no more once a refund of its own number has succeeded
_STANDS_IN = "refund_id = order_id AND count(*) FILTER (WHERE status = 'succeeded' AND refund_id <> order_id) OVER (PARTITION BY shop_id, order_id) > 0"
_LINE = "kind = 'product' AND NOT excluded"
# whether goods came back: a refund whose kind is not said brought goods back where it counts units
_RETURNS = "coalesce(c.kind = 'return', c.quantity > 0, false)"


def refunds(current: str, known: References, *, with_lines: bool) -> str:
    """A query of the resolved refunds; `with_lines`: the lines of their orders stand in `resolved_order_line`."""
    currency = known.own_currency("nullif(c.currency, '')", "nullif(o.currency, '')")
    rate, rate_join = known.rate(currency, "coalesce(o.order_time, c.refund_time, c.asked_time)")
    returned = _placed(current, known, currency, rate, rate_join)
    back = sorted(known.costs - {"goods"}) if with_lines else []
    line, lines_join = _lines(back) if with_lines else ("NULL", "")
    steps = [
        f"placed AS ({returned})",
        f"told AS MATERIALIZED (SELECT * REPLACE (excluded OR coalesce({_STANDS_IN}, false) AS excluded) FROM placed)",
        f"line_told AS MATERIALIZED (SELECT * FROM resolved_order_line SEMI JOIN told USING (shop_id, order_id) WHERE {_LINE})",
        f"matched AS (SELECT c.*, {line} AS _line FROM told c {lines_join})",
    ]
    money_part = "least(CASE WHEN _line.paid > 0 THEN c.amount / _line.paid ELSE 0 END, 1)" if with_lines else "NULL"
    units_part = (
        f"CASE WHEN c.quantity IS NULL THEN {money_part} WHEN _line.quantity > 0 THEN least(c.quantity / _line.quantity, 1) ELSE 0 END"
        if with_lines
        else "NULL"
    )
    own = known.converted("c.cost", "_rate")
    cost = f"coalesce({own}, {_rounded(f'_line.cost * ({units_part})')})" if with_lines else own
    units = (
        f"coalesce(c.quantity, CAST(round(_line.quantity * ({money_part}), 4) AS DECIMAL(18,4)))"
        if with_lines
        else "c.quantity"
    )
    columns = [
        f"CASE WHEN c.kind = 'exchange' THEN 0 ELSE {known.converted('c.amount', '_rate')} END AS report_amount",
        f"{_moved(units)} AS restocked",
        f"{_moved(cost, own)} AS report_cost",
        *(f"{_fee_back(kind, back, money_part)} AS report_{kind}" for kind in FEES),
    ]
    return f"WITH {', '.join(steps)} SELECT c.*, {', '.join(columns)} FROM matched c"


def _placed(current: str, known: References, currency: str, rate: str, rate_join: str) -> str:
    order = FROM_ORDER.replace("o.customer_id", "coalesce(o.customer_id, c.buyer_id) AS customer_id")
    order = order.replace("o.channel_id", "coalesce(o.channel_id, c.sent_channel_id) AS channel_id")
    order = order.replace("o.country", "coalesce(o.country, c.sent_country) AS country")
    order = order.replace("o.province", "coalesce(o.province, c.sent_province) AS province")
    return (
        f"SELECT c.*, {order}, {known.report_currency(currency, rate)} AS report_currency, {rate} AS _rate, {known.goods_columns()}, "
        "CASE WHEN c.status = 'succeeded' THEN coalesce(c.refund_time, o.paid_time) END AS effective_time "
        f"FROM ({current}) c {ORDER_JOIN} {known.shop_join('c')} {rate_join} {known.goods_join()}"
    )


def _lines(back: Collection[str]) -> tuple[str, str]:
    """(the line a refund speaks of, as a struct; the joins that find it): by line, else by product, else all lines of the order."""
    sums = [
        "quantity := sum(quantity)",
        "paid := sum(coalesce(report_paid, report_amount))",
        "cost := sum(report_cost)",
    ]
    sums += [f"{kind} := sum(_back_{kind})" for kind in back]
    packed = f"struct_pack({', '.join(sums)}) AS line"

    def summed(alias: str, by: str, on: str) -> str:
        keys = f"shop_id, order_id{by}"
        return (
            f"LEFT JOIN (SELECT {keys}, {packed} FROM line_told GROUP BY {keys}) {alias} "
            f"ON {alias}.shop_id = c.shop_id AND {alias}.order_id = c.order_id AND coalesce(c.line_kind, 'product') = 'product' AND {on}"
        )

    joins = [
        summed("by_line", ", line_id", "by_line.line_id = nullif(c.line_id, '')"),
        summed("by_good", ", sku_id", "by_good.sku_id = c.sku_id"),
        summed("by_order", "", "c.sku_id IS NULL AND nullif(c.line_id, '') IS NULL"),
    ]
    return "coalesce(by_line.line, by_good.line, by_order.line)", " ".join(joins)


def _rounded(value: str) -> str:
    return f"CAST(round({value}, 4) AS DECIMAL(18,4))"


def _moved(value: str, without_goods: str = "NULL") -> str:
    """What comes back into stock: all of a return that can be sold again; of an exchange nothing, for as much goes out, or less than nothing
    where what came back cannot be sold. `without_goods` of a refund that moves none."""
    return (
        f"CASE WHEN c.kind = 'exchange' THEN CASE WHEN c.sellable IS FALSE THEN -({value}) ELSE 0 END "
        f"WHEN {_RETURNS} THEN CASE WHEN c.sellable IS FALSE THEN 0 ELSE {value} END ELSE {without_goods} END"
    )


def _fee_back(kind: str, back: Collection[str], part: str) -> str:
    if kind not in back:
        return "NULL::DECIMAL(18,4)"
    return f"CASE WHEN c.kind IS DISTINCT FROM 'exchange' THEN {_rounded(f'_line.{kind} * ({part})')} END"
