"""The derived columns of order lines, as a sequence of steps: the order's, the product's, what is owed and paid, what it costs.

Columns that begin with `_` and are not the loader's own are for the next steps and for refunds; fact tables do not hold them.
"""

from __future__ import annotations

from castanea.contracts.tables.orders import COPIED, STAND_IN
from castanea.warehouse.costs import FEES, divided, fee, worth
from castanea.warehouse.days import day_expression
from castanea.warehouse.references import References

FROM_ORDER = "o.order_time, o.paid_time, o.customer_id, o.channel_id, o.country, o.province, o.city, coalesce(o.test, false) AS excluded"
ORDER_JOIN = "LEFT JOIN the_order o ON o.shop_id = c.shop_id AND o.order_id = c.order_id"
# product lines that may give way to others of their order: its totals, and another system's copy of its lines
TOTALS = (
    f"coalesce(line_id = '{STAND_IN}' AND coalesce(product_id, '') = '' AND coalesce(merchant_code, '') = '', false)"
)
COPIES = f"coalesce(starts_with(line_id, '{COPIED}'), false)"
_RANK = f"CASE WHEN kind <> 'product' THEN NULL WHEN {TOTALS} THEN 0 WHEN {COPIES} THEN 1 ELSE 2 END"
# a line of a rank that may give way
GIVES_WAY = f"kind = 'product' AND ({TOTALS} OR {COPIES})"
_ORDER = "shop_id, order_id"
_TAX = "coalesce(tax, CASE WHEN kind = 'tax' THEN _amount END)"
_GONE = "('cancelled', 'closed', 'refunded')"


def lines(placed: str, known: References, *, stand_ins: bool, costs: bool, freight: bool) -> str:
    """A query of the resolved lines, parts of bundles not among them. `placed` is a query, or a table, as `placed()` gives it.

    `stand_ins`: the temporary table `mixed_order` names orders in which some lines give way to others. `costs`: the temporary table `cost_won` is filled.
    `freight`: the temporary table `order_freight` is filled.
    """
    base = (
        f"{known.converted('coalesce(_paid, _amount)', '_rate')} AS _base, kind = 'product' AND NOT excluded AS _bears"
    )
    charged = "f.freight" if freight else "NULL::DECIMAL(18,4)"
    join = "LEFT JOIN order_freight f ON f.shop_id = c.shop_id AND f.order_id = c.order_id" if freight else ""
    steps = [
        f"owed AS ({_owed(placed, stand_ins=stand_ins)})",
        f"counted AS (SELECT c.*, {base}, {charged} AS _charged FROM owed c {join})",
    ]
    if costs:
        steps.append(f"priced AS ({_priced(known)})")
    own = known.converted("cost", "_rate")
    columns = [
        f"CASE WHEN _platform THEN 0 ELSE {known.converted('_amount', '_rate')} END AS report_amount",
        "CASE WHEN paid_time IS NULL THEN NULL WHEN _platform THEN 0 ELSE _base END AS report_paid",
        f"{f'coalesce({own}, _goods)' if costs else own} AS report_cost",
        f"CASE WHEN kind = 'discount' THEN -({known.converted('_amount', '_rate')}) END AS report_discount",
        f"{known.converted(_TAX, '_rate')} AS report_tax",
        *_fees(known, costs=costs, freight=freight),
        *_stock(known),
    ]
    return f"WITH {', '.join(steps)} SELECT *, {', '.join(columns)} FROM {'priced' if costs else 'counted'}"


def parts(resolved: str) -> str:
    """A query of the rows of kind `part` that the resolved lines of bundles and of products with gifts make; columns by name.

    They carry units and nothing else: no clock of the order's, so that no figure of sales counts them.
    """
    kept = (
        "r.shop_id, r.order_id, r.line_id, r._version, r._occurrence, r._offset, r._content, r.customer_id, r.channel_id, r.country, r.province, "
        "r.city, r.excluded, r.excluded_why, r.sent_time, r.report_currency"
    )
    return (
        f"SELECT {kept}, 'part' AS kind, p.part AS product_id, p.part AS sku_id, p.code AS goods_code, r.quantity * p.quantity AS quantity, "
        "0 AS amount, md5_number(concat_ws(chr(31), r._key, p.part)) AS _key, r.paid_time AS stock_time, "
        f"{_open('r.paid_time', 'r.')} * r.quantity * p.quantity AS open_quantity "
        f"FROM {resolved} r JOIN part_now p ON p.bundle = r.sku_id WHERE r.kind = 'product' AND r.quantity IS NOT NULL"
    )


def placed(current: str, known: References, zone: str) -> str:
    """A query of the lines with their order's and their product's columns. `current` is a query of the landed columns."""
    currency = known.own_currency("nullif(c.currency, '')", "nullif(o.currency, '')")
    rate, rate_join = known.rate(currency, "o.order_time")
    return (
        f"SELECT c.*, {FROM_ORDER}, CASE WHEN o.test THEN 'test' END AS excluded_why, {known.report_currency(currency, rate)} AS report_currency, "
        f"{rate} AS _rate, {known.goods_columns()}, o.sent_time, o.status AS _status, coalesce(o._presale, false) AS _presale, "
        f"{day_expression('o.order_time', zone)} AS _day, "
        "coalesce(kind = 'discount' AND borne_by = 'platform', false) AS _platform "
        f"FROM ({current}) c {ORDER_JOIN} {known.shop_join('c')} {rate_join} {known.goods_join()}"
    )


def _owed(source: str, *, stand_ins: bool) -> str:
    """`_amount` and `_paid` in the line's currency. Product lines have ranks: the order's totals, another system's copy, the platform's own;
    only the highest there is counts. Lines that do not say what was paid for them share what the totals say, after the lines that do."""
    plain = f"SELECT *, amount AS _amount, coalesce(paid_amount, amount) AS _paid FROM ({source})"
    if not stand_ins:
        return plain
    window = f"OVER (PARTITION BY {_ORDER})"
    ranked = f"SELECT *, {_RANK} AS _rank FROM ({source}) SEMI JOIN mixed_order USING ({_ORDER})"
    topped = f"SELECT *, max(_rank) {window} AS _top FROM ({ranked})"
    known = "_rank = _top AND _top > 0"
    opened = f"SELECT *, coalesce(_rank < _top, false) AS _stands, coalesce({known} AND paid_amount IS NULL, false) AS _open FROM ({topped})"

    def left(value: str, already: str) -> str:
        said = f"sum({value}) FILTER (WHERE _rank = 0) {window}"
        return f"{said} - coalesce(sum({already}) FILTER (WHERE {known} AND NOT _open) {window}, 0)"

    summed = f"SELECT *, {left('amount', 'amount')} AS _left, {left('coalesce(paid_amount, amount)', 'paid_amount')} AS _left_paid FROM ({opened})"
    shares, partition = "_open AND _left IS NOT NULL", f"{_ORDER}, _open"
    amount, paid = (
        f"CASE WHEN {shares} THEN CAST({divided(total, 'greatest(amount, 0)', partition, 2)} AS DECIMAL(18,4)) ELSE {own} END"
        for total, own in (("_left", "amount"), ("_left_paid", "coalesce(paid_amount, amount)"))
    )
    why = "CASE WHEN excluded_why IS NULL AND _stands THEN 'stand_in' ELSE excluded_why END"
    mixed = (
        "SELECT * EXCLUDE (_rank, _top, _stands, _open, _left, _left_paid) REPLACE (excluded OR _stands AS excluded, "
        f"{why} AS excluded_why), {amount} AS _amount, {paid} AS _paid FROM ({summed})"
    )
    return f"{plain} ANTI JOIN mixed_order USING ({_ORDER}) UNION ALL BY NAME {mixed}"


def mixed_orders(current: str) -> str:
    """A query of the orders with product lines of several ranks. `current` is a query of the landed columns of lines."""
    return (
        f"SELECT {_ORDER} FROM (SELECT {_ORDER}, {_RANK} AS _rank FROM ({current}) WHERE kind = 'product') GROUP BY ALL "
        "HAVING min(_rank) < max(_rank)"
    )


def _priced(known: References) -> str:
    """`_goods`, the cost of a product line's goods by contract or of its parts, and the contract of each kind as `c_<kind>`."""
    columns = ", ".join(f"w.c_{kind}" for kind in sorted(known.costs))
    unit, join = "NULL::DECIMAL(24,8)", ""
    if "goods" in known.costs:
        unit = _unit_cost(known)
        if known.parts:
            join = f"LEFT JOIN ({_parts_cost(known)}) p ON p._key = l._key"
            unit = f"coalesce({unit}, p.parts) + CASE WHEN p.unknown_gifts THEN NULL ELSE coalesce(p.gifts, 0) END"
    cost = f"CAST(round(({unit})::DECIMAL(26,8) * l.quantity::DECIMAL(12,4), 4) AS DECIMAL(18,4))"
    own = "coalesce(l.{0}, '')"
    on = _won(own.format("sku_id"), own.format("goods_code"), own.format("_spu"))
    return f"SELECT l.*, {columns}, CASE WHEN l.kind = 'product' THEN {cost} END AS _goods FROM counted l LEFT JOIN cost_won w ON {on} {join}"


def _won(sku: str, code: str, spu: str) -> str:
    return (
        f"w.sku = {sku} AND w.code = {code} AND w.spu = {spu} AND w.shop_id = l.shop_id "
        "AND w.channel = coalesce(l.channel_id, '') AND w.day = l._day"
    )


def _unit_cost(known: References) -> str:
    """Of one unit by contract, in report currency."""
    return f"CAST(w.c_goods.amount::DECIMAL(28,4) * ({worth('w.c_goods', known.currency)}) AS DECIMAL(24,8))"


def _parts_cost(known: References) -> str:
    """Per line of a bundle or a product with gifts: cost of the parts, and of the gifts, of one unit; null where one is unknown."""
    return (
        "SELECT _key, CASE WHEN count(*) FILTER (WHERE NOT gift AND cost IS NULL) = 0 THEN sum(cost) FILTER (WHERE NOT gift) END AS parts, "
        "sum(cost) FILTER (WHERE gift) AS gifts, count(*) FILTER (WHERE gift AND cost IS NULL) > 0 AS unknown_gifts FROM "
        f"(SELECT l._key, p.gift, CAST(p.quantity::DECIMAL(14,4) * {_unit_cost(known)} AS DECIMAL(24,8)) AS cost "
        f"FROM counted l JOIN part_now p ON p.bundle = l.sku_id LEFT JOIN cost_won w ON {_won('p.part', 'p.code', 'p.spu')} "
        "WHERE l.kind = 'product') GROUP BY _key"
    )


def _fees(known: References, *, costs: bool, freight: bool) -> list[str]:
    """report_<kind> of each kind but goods, and as `_back_<kind>` what of it a refund gives back. What carriers charged for the order's
    parcels goes before a contract for freight."""
    columns = []
    for kind in FEES:
        contract = costs and kind in known.costs
        cost = fee(kind, known.currency, per_order=kind in known.order_costs) if contract else "NULL::DECIMAL(18,4)"
        if contract:
            columns.append(f"CASE WHEN c_{kind}.refundable THEN {cost} END AS _back_{kind}")
        if kind == "freight" and freight:
            charged = divided("_charged", "greatest(_base, 0)", f"{_ORDER}, _bears", 4)
            cost = f"CASE WHEN _charged IS NULL THEN {cost} WHEN _bears THEN {charged} END"
        columns.append(f"{cost} AS report_{kind}")
    return columns


def _stock(known: References) -> list[str]:
    takes = "kind = 'product'"
    if known.bundles:
        takes += " AND coalesce(sku_id NOT IN (SELECT bundle FROM part_now WHERE NOT gift), true)"
    return [
        f"CASE WHEN {takes} THEN paid_time END AS stock_time",
        f"CASE WHEN {takes} THEN {_open('paid_time', '')} * quantity END AS open_quantity",
        "CASE WHEN kind = 'product' AND _presale AND NOT excluded THEN quantity END AS presold_quantity",
    ]


def _open(paid: str, prefix: str) -> str:
    """1 while something paid waits to be sent, else 0; null while unpaid."""
    return (
        f"CASE WHEN {paid} IS NULL THEN NULL WHEN {prefix}sent_time IS NULL AND NOT {prefix}excluded AND "
        f"coalesce({prefix}_status NOT IN {_GONE} AND {prefix}_status NOT IN ('shipped', 'done'), true) THEN 1 ELSE 0 END"
    )
