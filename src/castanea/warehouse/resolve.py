"""Derived columns of orders, lines, payments and refunds: whoever arrives first, the outcome is the same.

A transaction touches the orders of its new and replaced rows, and those whose exchange rate or shop currency changed. All rows of a
touched order, stored and new, are resolved together; those whose outcome differs from what is stored are moved.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import duckdb
import numpy as np
import pyarrow as pa

from castanea.contracts.tables import TABLES
from castanea.warehouse.apply_facts import Moved, Settled
from castanea.warehouse.days import day_expression
from castanea.warehouse.key_index import KeyIndex
from castanea.warehouse.schema import fact, quoted
from castanea.warehouse.staging import U64

FAMILY = ("order", "order_line", "payment", "refund")
ORDER_HASH = "hash(shop_id, order_id)"
_OWN = ("_key", "_content", "_offset")


class Resolver:
    """Knows the workspace's currency and zone, and holds the rates and shop currencies of the session in temporary tables."""

    def __init__(self, con: duckdb.DuckDBPyConnection, currency: str, zone: str) -> None:
        self._con = con
        self._currency = "'" + currency.replace("'", "''") + "'"
        self._zone = zone
        con.execute("CREATE TEMP TABLE rate_now (day DATE, currency VARCHAR, rate DECIMAL(18,8))")
        con.execute("CREATE TEMP TABLE shop_now (shop_id VARCHAR, currency VARCHAR)")
        self.refresh()

    def refresh(self) -> None:
        """Read rates and shop currencies again; where a key occurs more than once the newest version counts."""
        con = self._con
        con.execute("DELETE FROM rate_now")
        con.execute(
            "INSERT INTO rate_now SELECT day, currency, arg_max(rate, (_version, _content, _key)) FROM fact.fx_rate "
            f'WHERE "into" = {self._currency} AND currency <> {self._currency} GROUP BY ALL'
        )
        con.execute("DELETE FROM shop_now")
        con.execute(
            "INSERT INTO shop_now SELECT shop_id, arg_max(nullif(currency, ''), (_version, _content, _key)) FROM fact.shop GROUP BY ALL"
        )
        self._rates = self._count("rate_now") > 0
        self._shops = self._count("shop_now WHERE currency IS NOT NULL") > 0

    def resolve(
        self, settled: Mapping[str, Settled], index: KeyIndex, *, money_changed: bool
    ) -> tuple[list[Moved], U64]:
        """Rows of the family to write, and the hashes of the touched orders (for the index).

        `money_changed`: `renew_money` found that stored orders are touched besides.
        """
        fresh = {name: s.fresh for name, s in settled.items() if name in FAMILY and s.fresh}
        replaced = {name: s.replaced for name, s in settled.items() if name in FAMILY and s.replaced}
        lifted = {name: s.lifted for name, s in settled.items() if name in FAMILY and s.lifted}
        if not fresh and not lifted and not money_changed:
            return [], np.zeros(0, np.uint64)
        hashes = self._touch([*fresh.values(), *replaced.values(), *lifted.values()], money_changed=money_changed)
        stored = self._recall(replaced, hashes, index, money_changed=money_changed)
        self._resolve_orders(fresh, stored)
        self._resolve_parts(fresh, stored)
        moved = [self._compare(name, stored) for name in FAMILY if name in fresh or name in stored]
        return [m for m in moved if m.added or m.removed], hashes

    def renew_money(self) -> bool:
        """After fx_rate or shop rows changed and before any order does: refresh, and note in `money_order` and `money_refund` which
        stored orders and refunds that touches. Returns whether any rate or shop currency is another now."""
        con = self._con
        con.execute("CREATE OR REPLACE TEMP TABLE rate_before AS FROM rate_now")
        con.execute("CREATE OR REPLACE TEMP TABLE shop_before AS FROM shop_now")
        self.refresh()
        con.execute(
            "CREATE OR REPLACE TEMP TABLE money_day AS SELECT DISTINCT day FROM ((FROM rate_before EXCEPT FROM rate_now) UNION ALL "
            "(FROM rate_now EXCEPT FROM rate_before))"
        )
        con.execute(
            "CREATE OR REPLACE TEMP TABLE money_shop AS SELECT DISTINCT shop_id FROM (((FROM shop_before EXCEPT FROM shop_now) UNION ALL "
            "(FROM shop_now EXCEPT FROM shop_before))) WHERE currency IS NOT NULL"
        )
        if not self._count("money_day") and not self._count("money_shop"):
            return False
        order_day = day_expression("order_time", self._zone)
        refund_day = day_expression("coalesce(refund_time, asked_time)", self._zone)
        con.execute(
            "CREATE OR REPLACE TEMP TABLE money_refund AS SELECT _key, shop_id, order_id FROM fact.refund "
            f"WHERE {refund_day} IN (FROM money_day) OR shop_id IN (FROM money_shop)"
        )
        by_shop = [
            f"SELECT shop_id, order_id FROM {fact(t)} WHERE shop_id IN (FROM money_shop)"
            for t in ("order", "order_line")
        ]
        con.execute(
            "CREATE OR REPLACE TEMP TABLE money_order AS "
            f'SELECT shop_id, order_id FROM fact."order" WHERE {order_day} IN (FROM money_day) '
            f"UNION {' UNION '.join(by_shop)} UNION SELECT shop_id, order_id FROM money_refund WHERE order_id IS NOT NULL"
        )
        return True

    def _count(self, source: str) -> int:
        return int(self._con.execute(f"SELECT count(*) FROM {source}").fetchall()[0][0])

    def _touch(self, sources: Sequence[str], *, money_changed: bool) -> U64:
        parts = [f"SELECT shop_id, order_id FROM {t}" for t in sources]
        if money_changed:
            parts.append("SELECT shop_id, order_id FROM money_order")
        self._con.execute(
            "CREATE OR REPLACE TEMP TABLE touched AS SELECT DISTINCT shop_id, order_id FROM "
            f"({' UNION ALL '.join(parts)}) WHERE order_id IS NOT NULL"
        )
        fetched: U64 = self._con.execute(f"SELECT {ORDER_HASH} AS h FROM touched").fetchnumpy()["h"]
        return fetched

    def _recall(
        self, replaced: Mapping[str, str], hashes: U64, index: KeyIndex, *, money_changed: bool
    ) -> dict[str, str]:
        """Stored rows of the touched orders, and replaced refunds that have no order."""
        _, places = index.find(hashes)
        if not len(places) and not replaced and not money_changed:
            return {}
        con = self._con
        con.register("hinted", pa.table({"place": np.unique(places)}))
        stored = {}
        for name in FAMILY:
            target = f"temp.stored_{name}"
            con.execute(
                f"CREATE OR REPLACE TEMP TABLE {target} AS SELECT f.* FROM {fact(name)} f SEMI JOIN touched t "
                "ON f.shop_id = t.shop_id AND f.order_id = t.order_id WHERE f._place IN (SELECT place FROM hinted)"
            )
            if name == "refund" and name in replaced:
                con.execute(f"INSERT INTO {target} SELECT * FROM {replaced[name]} WHERE order_id IS NULL")
            if name == "refund" and money_changed:
                con.execute(
                    f"INSERT INTO {target} SELECT * FROM fact.refund WHERE order_id IS NULL AND _key IN (SELECT _key FROM money_refund) "
                    f"AND _key NOT IN (SELECT _key FROM {target})"
                )
            if self._count(target):
                stored[name] = target
        con.unregister("hinted")
        return stored

    def _current(self, name: str, fresh: Mapping[str, str], stored: Mapping[str, str]) -> str:
        """A query of the landed columns of all rows of the touched orders as they will stand."""
        columns = ", ".join([*(quoted(c.name) for c in TABLES[name].landed), *_OWN])
        parts = []
        if name in fresh:
            parts.append(f"SELECT {columns} FROM {fresh[name]}")
        if name in stored:
            unless = f" WHERE _key NOT IN (SELECT _key FROM {fresh[name]})" if name in fresh else ""
            parts.append(f"SELECT {columns} FROM {stored[name]}{unless}")
        return " UNION ALL ".join(parts) or f"SELECT {columns} FROM {fact(name)} WHERE false"

    def _resolve_orders(self, fresh: Mapping[str, str], stored: Mapping[str, str]) -> None:
        currency = self._own_currency("nullif(c.currency, '')")
        joins = self._shop_join("c")
        paid = "c.pay_time"
        if "payment" in fresh or "payment" in stored:
            paid = "coalesce(c.pay_time, p.paid)"
            joins += (
                f" LEFT JOIN (SELECT shop_id, order_id, max(time) AS paid FROM ({self._current('payment', fresh, stored)}) "
                "WHERE status = 'succeeded' AND kind IN ('full', 'balance') GROUP BY ALL) p "
                "ON p.shop_id = c.shop_id AND p.order_id = c.order_id"
            )
        rate, rate_join = self._rate(currency, "c.order_time")
        self._con.execute(
            f"CREATE OR REPLACE TEMP TABLE resolved_order AS SELECT c.*, {paid} AS paid_time, "
            f"{self._report_currency(currency, rate)} AS report_currency "
            f"FROM ({self._current('order', fresh, stored)}) c {joins} {rate_join}"
        )
        # the same order more than once in one file: the newest row speaks for it
        repeated = self._count("resolved_order WHERE _occurrence > 1") > 0
        newest = " QUALIFY row_number() OVER (PARTITION BY shop_id, order_id ORDER BY _version DESC, _occurrence DESC, _content DESC) = 1"
        self._con.execute(
            f"CREATE OR REPLACE TEMP VIEW the_order AS SELECT * FROM resolved_order{newest if repeated else ''}"
        )

    def _resolve_parts(self, fresh: Mapping[str, str], stored: Mapping[str, str]) -> None:
        if "payment" in fresh or "payment" in stored:
            self._con.execute(
                f"CREATE OR REPLACE TEMP TABLE resolved_payment AS {self._current('payment', fresh, stored)}"
            )
        if "order_line" in fresh or "order_line" in stored:
            currency = self._own_currency("nullif(c.currency, '')", "nullif(o.currency, '')")
            rate, rate_join = self._rate(currency, "o.order_time")
            convert = _converter(rate)
            self._con.execute(
                "CREATE OR REPLACE TEMP TABLE resolved_order_line AS SELECT c.*, o.order_time, o.paid_time, o.customer_id, o.channel_id, "
                "o.country, o.province, o.city, coalesce(o.test, false) AS excluded, "
                f"{self._report_currency(currency, rate)} AS report_currency, {convert('c.amount')} AS report_amount, "
                f"CASE WHEN o.paid_time IS NOT NULL THEN {convert('coalesce(c.paid_amount, c.amount)')} END AS report_paid, "
                f"{convert('c.cost')} AS report_cost "
                f"FROM ({self._current('order_line', fresh, stored)}) c {self._order_join()} {self._shop_join('c')} {rate_join}"
            )
        if "refund" in fresh or "refund" in stored:
            currency = self._own_currency("nullif(c.currency, '')", "nullif(o.currency, '')")
            rate, rate_join = self._rate(currency, "coalesce(o.order_time, c.refund_time, c.asked_time)")
            convert = _converter(rate)
            self._con.execute(
                "CREATE OR REPLACE TEMP TABLE resolved_refund AS SELECT c.*, o.order_time, o.paid_time, "
                "coalesce(o.customer_id, c.buyer_id) AS customer_id, coalesce(o.channel_id, c.sent_channel_id) AS channel_id, "
                "coalesce(o.country, c.sent_country) AS country, coalesce(o.province, c.sent_province) AS province, o.city, "
                f"coalesce(o.test, false) AS excluded, {self._report_currency(currency, rate)} AS report_currency, "
                "CASE WHEN c.status = 'succeeded' THEN coalesce(c.refund_time, o.paid_time) END AS effective_time, "
                f"{convert('c.amount')} AS report_amount, {convert('c.cost')} AS report_cost "
                f"FROM ({self._current('refund', fresh, stored)}) c {self._order_join()} {self._shop_join('c')} {rate_join}"
            )

    def _compare(self, name: str, stored: Mapping[str, str]) -> Moved:
        table, resolved = TABLES[name], f"temp.resolved_{name}"
        if name not in stored:
            return Moved(table, resolved, "")
        con = self._con
        differs = " OR ".join(
            [f"r.{quoted(c.name)} IS DISTINCT FROM s.{quoted(c.name)}" for c in table.derived]
            + ["r._content <> s._content", "r._version <> s._version", "r._offset <> s._offset"]
        )
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE temp.added_{name} AS SELECT r.* FROM {resolved} r LEFT JOIN {stored[name]} s ON r._key = s._key "
            f"WHERE s._key IS NULL OR {differs}"
        )
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE temp.removed_{name} AS SELECT s.* FROM {stored[name]} s "
            f"WHERE s._key IN (SELECT _key FROM temp.added_{name})"
        )
        added = f"temp.added_{name}" if self._count(f"temp.added_{name}") else ""
        removed = f"temp.removed_{name}" if self._count(f"temp.removed_{name}") else ""
        return Moved(table, added, removed)

    def _order_join(self) -> str:
        return "LEFT JOIN the_order o ON o.shop_id = c.shop_id AND o.order_id = c.order_id"

    def _shop_join(self, alias: str) -> str:
        return f"LEFT JOIN shop_now shop ON shop.shop_id = {alias}.shop_id" if self._shops else ""

    def _own_currency(self, *own: str) -> str:
        steps = [*own, *(["shop.currency"] if self._shops else []), self._currency]
        return f"coalesce({', '.join(steps)})"

    def _rate(self, currency: str, clock: str) -> tuple[str, str]:
        """(the rate, empty when no rates are known; the join that finds it)."""
        if not self._rates:
            return "", ""
        return (
            "fx.rate",
            f"LEFT JOIN rate_now fx ON fx.currency = {currency} AND fx.day = {day_expression(clock, self._zone)}",
        )

    def _report_currency(self, currency: str, rate: str) -> str:
        return f"CASE WHEN {rate} IS NULL THEN {currency} ELSE {self._currency} END" if rate else currency


def _converter(rate: str) -> Callable[[str], str]:
    """SQL of an amount in the report currency, rounded to four decimals."""

    def convert(amount: str) -> str:
        if not rate:
            return amount
        return f"CASE WHEN {rate} IS NULL THEN {amount} ELSE CAST(round({amount} * {rate}, 4) AS DECIMAL(18,4)) END"

    return convert
