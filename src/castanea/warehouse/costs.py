"""Cost contracts: which one holds for an order line, and what it makes the line cost. The rules are in docs/explanation/money.md.

A contract is found by the product (its number, before its merchant code, before its SPU, before all products), then the channel, then
the shop, then the newest; it holds for orders of the days from valid_from to valid_until. Contracts per day or month are no cost of a
line.
"""

from __future__ import annotations

from collections.abc import Collection

KINDS = (
    "goods", "commission", "payment_fee", "freight", "packing", "return_insurance", "influencer", "advertising", "other",
)  # fmt: skip
FEES = KINDS[1:]
COST_COLUMNS = (
    "kind VARCHAR, shop VARCHAR, product VARCHAR, channel VARCHAR, amount DECIMAL(18,4), share DECIMAL(18,8), per VARCHAR, "
    "currency VARCHAR, refundable BOOLEAN, first DATE, last DATE, id VARCHAR, version TIMESTAMP"
)
COSTS_NOW = """
SELECT kind, coalesce(shop_id, ''), coalesce(product_id, ''), coalesce(channel_id, ''), amount, share, coalesce(nullif(per, ''), 'unit'),
  coalesce(nullif(currency, ''), {currency}), coalesce(refundable, kind IN ('commission', 'influencer')), valid_from,
  coalesce(valid_until, DATE '9999-12-31'), cost_id, _version
FROM fact.cost WHERE per IS DISTINCT FROM 'day' AND per IS DISTINCT FROM 'month'
QUALIFY row_number() OVER (PARTITION BY cost_id, valid_from ORDER BY _version DESC, _content DESC, _key DESC) = 1
"""
_SCOPE = "(c.shop = '' OR c.shop = w.shop_id) AND (c.channel = '' OR c.channel = w.channel) AND w.day BETWEEN c.first AND c.last"
_PLACES = (
    (3, "c.product = w.sku AND w.sku <> ''"),
    (2, "c.product = w.code AND w.code <> '' AND w.code <> w.sku"),
    (1, "c.product = w.spu AND w.spu <> '' AND w.spu <> w.sku AND w.spu <> w.code"),
    (0, "c.product = ''"),
)


# contracts of equal product scope, the weaker first
_NUMBERED = "SELECT *, row_number() OVER (ORDER BY channel <> '', shop <> '', first, version, id) AS n FROM cost_now"
_MANY = 1 << 40


def changed_orders(order_day: str) -> list[str]:
    """Queries of (shop_id, order_id) of stored orders on which a changed contract has a say; `cost_change` holds those contracts."""
    hold = f"(c.shop = '' OR c.shop = l.shop_id) AND (c.channel = '' OR c.channel = l.channel_id) AND {order_day} BETWEEN c.first AND c.last"
    skus = (
        "SELECT DISTINCT c.*, g.sku FROM cost_change c JOIN good_now g ON c.product IN (g.ref, g.code, g.spu) "
        "UNION SELECT c.*, c.product FROM cost_change c WHERE c.product <> ''"
    )
    of_part = "c.product <> '' AND c.product IN (p.part, p.code, p.spu)"
    lines = "fact.order_line l"
    return [
        f"SELECT l.shop_id, l.order_id FROM {lines} JOIN cost_change c ON c.product = '' AND {hold}",
        f"SELECT l.shop_id, l.order_id FROM {lines} JOIN ({skus}) c ON c.sku = l.sku_id WHERE {hold}",
        f"SELECT l.shop_id, l.order_id FROM {lines} JOIN cost_change c ON c.product = l.goods_code WHERE {hold}",
        f"SELECT l.shop_id, l.order_id FROM {lines} JOIN part_now p ON p.bundle = l.sku_id JOIN cost_change c ON {of_part} WHERE {hold}",
    ]


def winners(lines: str, currency: str, kinds: Collection[str], *, rates: bool, parts: bool) -> str:
    """A query: for each (sku, code, spu, shop_id, channel, day) of the lines, and of the parts of their bundles, the contract of each kind.

    A contract is a struct: amount, share, per, refundable, n (its number), currency, `into` (its worth in the workspace's currency).
    """
    own = "coalesce(sku_id, '') AS sku, coalesce(goods_code, '') AS code, coalesce(_spu, '') AS spu"
    where = "shop_id, coalesce(channel_id, '') AS channel, _day AS day"
    want = f"SELECT {own}, {where} FROM {lines}"
    if parts:
        want += f" UNION SELECT p.part, p.code, p.spu, {where} FROM {lines} l JOIN part_now p ON p.bundle = l.sku_id"
    into = f"CASE WHEN c.currency = {currency} THEN 1 ELSE {'fx.rate' if rates else 'NULL::DECIMAL(18,8)'} END::DECIMAL(18,8)"
    join = "LEFT JOIN rate_now fx ON fx.currency = c.currency AND fx.day = w.day" if rates else ""
    found = " UNION ALL ".join(
        f"SELECT w.*, c.kind, struct_pack(amount := c.amount, share := c.share, per := c.per, refundable := c.refundable, n := c.n, "
        f'currency := c.currency, "into" := {into}) AS contract, '
        f"{place} * {_MANY} + c.n AS rank FROM want w JOIN numbered c ON {on} {join} WHERE {_SCOPE}"
        for place, on in _PLACES
    )
    won = ", ".join(
        f"arg_max(contract, rank) FILTER (WHERE kind = '{kind}') AS c_{kind}" for kind in KINDS if kind in kinds
    )
    return (
        f"WITH want AS (SELECT DISTINCT * FROM ({want})), numbered AS ({_NUMBERED}), found AS ({found}) "
        f"SELECT sku, code, spu, shop_id, channel, day, {won} FROM found GROUP BY ALL"
    )


def worth(contract: str, currency: str) -> str:
    """SQL of what one unit of a contract's currency is in the line's report currency; null when unknown."""
    return (
        f"CASE WHEN {contract}.currency = report_currency THEN 1::DECIMAL(18,8) "
        f'WHEN report_currency = {currency} THEN {contract}."into" END'
    )


def divided(total: str, weight: str, partition: str, digits: int) -> str:
    """SQL of a row's part of a total, by weight, so that the parts of the partition sum to the total exactly."""
    window, ordered = f"PARTITION BY {partition}", f"PARTITION BY {partition} ORDER BY _key ROWS UNBOUNDED PRECEDING"
    whole, upto = f"sum({weight}) OVER ({window})", f"sum({weight}) OVER ({ordered})"
    count, number = f"count(*) OVER ({window})", f"count(*) OVER ({ordered})"

    def reached(weights: str, rows: str) -> str:
        share = f"CASE WHEN {whole} > 0 THEN ({weights})::DOUBLE / {whole}::DOUBLE ELSE ({rows})::DOUBLE / {count} END"
        return (
            f"CASE WHEN ({share}) = 1 THEN {total} ELSE CAST(round({total} * ({share}), {digits}) AS DECIMAL(18,4)) END"
        )

    return f"({reached(upto, number)} - {reached(f'{upto} - {weight}', f'{number} - 1')})"


def fee(kind: str, currency: str, *, per_order: bool) -> str:
    """SQL of what a line costs by its contract of a kind (column `c_<kind>`), in report currency; null without one.

    An amount is borne by lines that `_bears` (products that count), a share by what was paid for goods (`_base`), discounts taken off;
    of a payment fee by all that was paid.
    """
    contract = f"c_{kind}"
    amount = f"{contract}.amount::DECIMAL(38,4) * quantity::DECIMAL(18,4)"
    if per_order:
        part = divided(f"{contract}.amount", "greatest(_base, 0)", f"shop_id, order_id, _bears, {contract}.n", 4)
        amount = f"CASE WHEN {contract}.per = 'order' THEN {part} ELSE {amount} END"
    fixed = (
        f"CASE WHEN _bears AND {contract}.amount IS NOT NULL THEN ({amount}) * ({worth(contract, currency)}) ELSE 0 END"
    )
    shared = f"coalesce({contract}.share, 0) * _base::DECIMAL(26,4)"
    bearing = "kind NOT IN ('adjustment', 'part')" if kind == "payment_fee" else "kind IN ('product', 'discount')"
    return (
        f"CASE WHEN {contract} IS NOT NULL AND {bearing} THEN CAST(round({fixed} + {shared}, 4) AS DECIMAL(18,4)) END"
    )
