"""What resolving looks up: exchange rates, shop currencies, products by number and by merchant code, parts of bundles, cost contracts.

Each is a temporary table of the loader's session, read from the facts when it may have changed. `renew` notes, in the temporary tables
`renewed_order` and `renewed_<table>`, which stored rows a change touches.
"""

from __future__ import annotations

from collections.abc import Mapping

import duckdb

from castanea.warehouse.apply_facts import Settled
from castanea.warehouse.costs import COST_COLUMNS, COSTS_NOW, changed_orders
from castanea.warehouse.days import day_expression
from castanea.warehouse.schema import fact

_CHANGED_GOODS = "(product_id IN (SELECT ref FROM good_change) OR merchant_code IN (SELECT ref FROM good_change))"
LOOSE = {
    "refund": "coalesce(refund_time, asked_time)",
    "shipment": "shipped_time",
}  # rows that may have no order; their own clock
STOCKED = ("stock_level", "stock_movement", "purchase_order", "receipt")
_NEWEST = "(_version, _content, _key)"

# Every name under which a product is known: its number, and its merchant code where no product has that for its number.
_GOODS_NOW = """
SELECT product_id AS ref, product_id AS sku, code, spu FROM newest
UNION ALL
SELECT code AS ref, arg_min(product_id, product_id) AS sku, code, arg_min(spu, product_id) AS spu FROM newest
WHERE code IS NOT NULL AND code NOT IN (SELECT product_id FROM newest) GROUP BY code
"""
_NEWEST_PRODUCT = (
    f"SELECT product_id, arg_max_null(nullif(merchant_code, ''), {_NEWEST}) AS code, "
    f"arg_max_null(nullif(spu_id, ''), {_NEWEST}) AS spu FROM fact.product GROUP BY product_id"
)
_PARTS_NOW = f"""
SELECT coalesce(b.sku, n.product_id) AS bundle, coalesce(p.sku, n.part_id) AS part, coalesce(p.code, p.sku, n.part_id) AS code,
  coalesce(p.spu, '') AS spu, n.quantity, n.gift
FROM (SELECT product_id, part_id, arg_max(quantity, {_NEWEST}) AS quantity, coalesce(arg_max_null(gift, {_NEWEST}), false) AS gift
  FROM fact.bundle_part GROUP BY ALL) n LEFT JOIN good_now b ON b.ref = n.product_id LEFT JOIN good_now p ON p.ref = n.part_id
WHERE n.quantity > 0 AND coalesce(b.sku, n.product_id) <> coalesce(p.sku, n.part_id)
QUALIFY row_number() OVER (PARTITION BY bundle, part ORDER BY n.product_id, n.part_id) = 1
"""


def _orders_of(table: str) -> str:
    return f"SELECT shop_id, order_id FROM {fact(table)} WHERE order_id IS NOT NULL"


class References:
    """The tables `rate_now`, `shop_now`, `good_now`, `part_now`, `cost_now`, and which of them hold anything."""

    def __init__(self, con: duckdb.DuckDBPyConnection, currency: str, zone: str) -> None:
        self._con, self._zone = con, zone
        self.currency = "'" + currency.replace("'", "''") + "'"
        con.execute("CREATE TEMP TABLE rate_now (day DATE, currency VARCHAR, rate DECIMAL(18,8))")
        con.execute("CREATE TEMP TABLE shop_now (shop_id VARCHAR, currency VARCHAR)")
        con.execute("CREATE TEMP TABLE good_now (ref VARCHAR, sku VARCHAR, code VARCHAR, spu VARCHAR)")
        con.execute(
            "CREATE TEMP TABLE part_now (bundle VARCHAR, part VARCHAR, code VARCHAR, spu VARCHAR, quantity DECIMAL(18,4), gift BOOLEAN)"
        )
        con.execute(f"CREATE TEMP TABLE cost_now ({COST_COLUMNS})")
        self.refresh()

    def refresh(self) -> None:
        """Read all of them again; where a key occurs more than once the newest version counts."""
        con = self._con
        for name in ("rate_now", "shop_now", "good_now", "part_now", "cost_now"):
            con.execute(f"DELETE FROM {name}")
        con.execute(
            f"INSERT INTO rate_now SELECT day, currency, arg_max(rate, {_NEWEST}) FROM fact.fx_rate "
            f'WHERE "into" = {self.currency} AND currency <> {self.currency} GROUP BY ALL'
        )
        con.execute(
            f"INSERT INTO shop_now SELECT shop_id, arg_max(nullif(currency, ''), {_NEWEST}) FROM fact.shop GROUP BY ALL"
        )
        con.execute(f"INSERT INTO good_now WITH newest AS ({_NEWEST_PRODUCT}) {_GOODS_NOW}")
        con.execute(f"INSERT INTO part_now {_PARTS_NOW}")
        con.execute(f"INSERT INTO cost_now {COSTS_NOW.format(currency=self.currency)}")
        self._look()

    def _look(self) -> None:
        self.rates = self._any("rate_now")
        self.shops = self._any("shop_now WHERE currency IS NOT NULL")
        self.goods = self._any("good_now")
        self.parts = self._any("part_now")
        self.bundles = self._any("part_now WHERE NOT gift")
        found = self._con.execute("SELECT DISTINCT kind, per = 'order' FROM cost_now").fetchall()
        self.costs = frozenset(kind for kind, _ in found)
        self.order_costs = frozenset(kind for kind, whole in found if whole)

    def renew(self, settled: Mapping[str, Settled]) -> bool:
        """After dimension and rate rows changed and before any order does: refresh, and note what stored rows that touches.

        Returns whether any is touched.
        """
        if not self._may_change(settled):
            return False
        con = self._con
        names = ("rate", "shop", "good", "part", "cost")
        for name in names:
            con.execute(f"CREATE OR REPLACE TEMP TABLE {name}_before AS FROM {name}_now")
        self.refresh()
        for name in names:
            con.execute(
                f"CREATE OR REPLACE TEMP TABLE {name}_change AS (FROM {name}_before EXCEPT FROM {name}_now) UNION "
                f"(FROM {name}_now EXCEPT FROM {name}_before)"
            )
        con.execute("DELETE FROM shop_change WHERE currency IS NULL")
        if not any(self._any(f"{name}_change") for name in names):
            return False
        self._note_orders()
        for table, clock in LOOSE.items():
            goods = f" OR {_CHANGED_GOODS}" if table == "refund" else ""
            con.execute(
                f"CREATE OR REPLACE TEMP TABLE renewed_{table} AS SELECT _key FROM {fact(table)} WHERE order_id IS NULL AND "
                f"({day_expression(clock, self._zone)} IN (SELECT day FROM rate_change) OR shop_id IN (SELECT shop_id FROM shop_change){goods})"
            )
        for table in STOCKED:
            con.execute(
                f"CREATE OR REPLACE TEMP TABLE renewed_{table} AS SELECT _key FROM {fact(table)} WHERE product_id IN (SELECT ref FROM good_change)"
            )
        return True

    def _may_change(self, settled: Mapping[str, Settled]) -> bool:
        if {"fx_rate", "shop", "bundle_part", "cost"} & settled.keys():
            return True
        product = settled.get("product")
        return product is not None and any(
            self._any(
                f"{rows} f LEFT JOIN good_now g ON g.ref = f.product_id AND g.sku = f.product_id WHERE g.sku IS NULL "
                "OR g.code IS DISTINCT FROM nullif(f.merchant_code, '') OR g.spu IS DISTINCT FROM nullif(f.spu_id, '')"
            )
            for rows in (product.fresh, product.lifted)
            if rows
        )

    def _note_orders(self) -> None:
        order_day, refund_day = (day_expression(clock, self._zone) for clock in ("order_time", LOOSE["refund"]))
        found = [
            f'SELECT shop_id, order_id FROM fact."order" WHERE {order_day} IN (SELECT day FROM rate_change)',
            f"{_orders_of('refund')} AND {refund_day} IN (SELECT day FROM rate_change)",
            f"{_orders_of('order_line')} AND sku_id IN (SELECT bundle FROM part_change)",
            *(f"{_orders_of(table)} AND {_CHANGED_GOODS}" for table in ("order_line", "refund")),
            *(
                f"{_orders_of(table)} AND shop_id IN (SELECT shop_id FROM shop_change)"
                for table in ("order", "order_line", "payment", "refund", "shipment")
            ),
            *changed_orders(order_day),
        ]
        self._con.execute(f"CREATE OR REPLACE TEMP TABLE renewed_order AS {' UNION '.join(found)}")

    def _any(self, source: str) -> bool:
        return bool(self._con.execute(f"SELECT 1 FROM {source} LIMIT 1").fetchall())

    # --- SQL ---

    def shop_join(self, alias: str) -> str:
        return f"LEFT JOIN shop_now shop ON shop.shop_id = {alias}.shop_id" if self.shops else ""

    def own_currency(self, *own: str) -> str:
        """The first currency named, else the shop's, else the workspace's."""
        return f"coalesce({', '.join([*own, *(['shop.currency'] if self.shops else []), self.currency])})"

    def rate(self, currency: str, clock: str) -> tuple[str, str]:
        """(the rate into the workspace's currency, null when none is known; the join that finds it)."""
        if not self.rates:
            return "NULL::DECIMAL(18,8)", ""
        return (
            "fx.rate",
            f"LEFT JOIN rate_now fx ON fx.currency = {currency} AND fx.day = {day_expression(clock, self._zone)}",
        )

    def report_currency(self, currency: str, rate: str) -> str:
        return f"CASE WHEN {rate} IS NULL THEN {currency} ELSE {self.currency} END" if self.rates else currency

    def converted(self, amount: str, rate: str) -> str:
        """SQL of an amount in the report currency, rounded to four decimals."""
        if not self.rates:
            return amount
        wide = f"CAST({amount} AS DECIMAL(38,4))"
        return f"CASE WHEN {rate} IS NULL THEN {amount} ELSE CAST(round({wide} * {rate}, 4) AS DECIMAL(18,4)) END"

    def goods_columns(self) -> str:
        """`sku_id`, `goods_code` and `_spu` of a row with product_id and merchant_code; needs `goods_join`."""
        product, code = "nullif(c.product_id, '')", "nullif(c.merchant_code, '')"
        if not self.goods:
            return f"coalesce({product}, {code}) AS sku_id, coalesce({code}, {product}) AS goods_code, NULL::VARCHAR AS _spu"
        sku = f"coalesce(g1.sku, g2.sku, {product}, {code})"
        return f"{sku} AS sku_id, coalesce(g1.code, {code}, g2.code, {sku}) AS goods_code, coalesce(g1.spu, g2.spu) AS _spu"

    def goods_join(self) -> str:
        if not self.goods:
            return ""
        return (
            "LEFT JOIN good_now g1 ON g1.ref = nullif(c.product_id, '') "
            "LEFT JOIN good_now g2 ON g2.ref = nullif(c.merchant_code, '')"
        )
