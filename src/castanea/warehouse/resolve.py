"""Derived columns, whoever arrives first: the outcome is the same.

A transaction touches the orders of its new and replaced rows, and those that a changed rate, shop, product, bundle or cost has a say on.
All rows of a touched order, stored and new, are resolved together; those whose outcome differs from what is stored are moved. Stock rows
are touched by themselves, by their product, and purchase orders by their receipts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import duckdb
import numpy as np
import pyarrow as pa

from castanea.contracts.tables import TABLES
from castanea.warehouse.apply_facts import Moved, Settled
from castanea.warehouse.costs import winners
from castanea.warehouse.key_index import KeyIndex
from castanea.warehouse.lines import FROM_ORDER, GIVES_WAY, ORDER_JOIN, lines, mixed_orders, parts, placed
from castanea.warehouse.orders import orders
from castanea.warehouse.references import LOOSE, STOCKED, References
from castanea.warehouse.refunds import refunds
from castanea.warehouse.schema import fact, quoted
from castanea.warehouse.staging import U64
from castanea.warehouse.stocked import coded, stocked

ORDERED = ("order", "order_line", "payment", "refund", "shipment")  # tables whose rows belong to an order
RESOLVED = (*ORDERED, *STOCKED)  # tables with derived columns
ORDER_HASH = "hash(shop_id, order_id)"
SLICE = 20_000  # order lines whose costs are found at a time: their orders' windows and contracts must fit into memory
_OWN = ("_key", "_content", "_offset")
Names = Mapping[str, str]


class Resolver:
    """Resolves what a transaction touches, in the loader's session."""

    def __init__(self, con: duckdb.DuckDBPyConnection, currency: str, zone: str) -> None:
        self._con = con
        self._zone = zone
        self._known = References(con, currency, zone)

    def refresh(self) -> None:
        self._known.refresh()

    def resolve(self, settled: Mapping[str, Settled], index: KeyIndex) -> tuple[list[Moved], U64]:
        """Rows to write of the tables with derived columns, and the hashes of the touched orders (for the index).

        Call it when the transaction's other rows are written.
        """
        renewed = self._known.renew(settled)
        fresh = {name: s.fresh for name, s in settled.items() if name in RESOLVED and s.fresh}
        replaced = {name: s.replaced for name, s in settled.items() if name in RESOLVED and s.replaced}
        lifted = {name: s.lifted for name, s in settled.items() if name in ORDERED and s.lifted}
        if not fresh and not lifted and not renewed:
            return [], np.zeros(0, np.uint64)
        moved = self._resolve_stock(fresh, replaced, renewed=renewed)
        touching = [each[name] for each in (fresh, replaced, lifted) for name in ORDERED if name in each]
        if not touching and not renewed:
            return moved, np.zeros(0, np.uint64)
        hashes = self._touch(touching, renewed=renewed)
        stored = self._recall(replaced, hashes, index, renewed=renewed)
        self._resolve_orders(fresh, stored)
        self._resolve_parts(fresh, stored)
        moved += [self._compare(name, stored) for name in ORDERED if name in fresh or name in stored]
        return [m for m in moved if m.added or m.removed], hashes

    def _any(self, source: str) -> bool:
        return bool(self._con.execute(f"SELECT 1 FROM {source} LIMIT 1").fetchall())

    def _touch(self, sources: Sequence[str], *, renewed: bool) -> U64:
        found = [f"SELECT shop_id, order_id FROM {t}" for t in sources]
        if renewed:
            found.append("SELECT shop_id, order_id FROM renewed_order")
        self._con.execute(
            "CREATE OR REPLACE TEMP TABLE touched AS SELECT DISTINCT shop_id, order_id FROM "
            f"({' UNION ALL '.join(found)}) WHERE order_id IS NOT NULL"
        )
        fetched: U64 = self._con.execute(f"SELECT {ORDER_HASH} AS h FROM touched").fetchnumpy()["h"]
        return fetched

    def _recall(self, replaced: Names, hashes: U64, index: KeyIndex, *, renewed: bool) -> dict[str, str]:
        """Stored rows of the touched orders, and touched rows that have no order."""
        _, places = index.find(hashes)
        if not len(places) and not replaced and not renewed:
            return {}
        con = self._con
        con.register("hinted", pa.table({"place": np.unique(places)}))
        stored = {}
        for name in ORDERED:
            target = f"temp.stored_{name}"
            con.execute(
                f"CREATE OR REPLACE TEMP TABLE {target} AS SELECT f.* FROM {fact(name)} f SEMI JOIN touched t "
                "ON f.shop_id = t.shop_id AND f.order_id = t.order_id WHERE f._place IN (SELECT place FROM hinted)"
            )
            if name in LOOSE and name in replaced:
                con.execute(f"INSERT INTO {target} SELECT * FROM {replaced[name]} WHERE order_id IS NULL")
            if name in LOOSE and renewed:
                self._recall_renewed(name, target)
            if self._any(target):
                stored[name] = target
        con.unregister("hinted")
        return stored

    def _recall_renewed(self, name: str, target: str) -> None:
        self._con.execute(
            f"INSERT INTO {target} SELECT * FROM {fact(name)} WHERE _key IN (SELECT _key FROM renewed_{name}) AND _key NOT IN (SELECT _key FROM {target})"
        )

    def _current(self, name: str, fresh: Names, stored: Names) -> str:
        """A query of the landed columns of all touched rows as they will stand."""
        columns = ", ".join([*(quoted(c.name) for c in TABLES[name].landed), *_OWN])
        found = []
        if name in fresh:
            found.append(f"SELECT {columns} FROM {fresh[name]}")
        if name in stored:
            conditions = ["kind <> 'part'"] if name == "order_line" else []
            conditions += [f"_key NOT IN (SELECT _key FROM {fresh[name]})"] if name in fresh else []
            found.append(
                f"SELECT {columns} FROM {stored[name]}{' WHERE ' if conditions else ''}{' AND '.join(conditions)}"
            )
        return " UNION ALL ".join(found) or f"SELECT {columns} FROM {fact(name)} WHERE false"

    def _resolve_orders(self, fresh: Names, stored: Names) -> None:
        others = {
            name: self._current(name, fresh, stored) if name in fresh or name in stored else ""
            for name in ("payment", "shipment")
        }
        current = self._current("order", fresh, stored)
        query = orders(current, self._known, payments=others["payment"], shipments=others["shipment"])
        self._con.execute(f"CREATE OR REPLACE TEMP TABLE resolved_order AS {query}")
        # the same order more than once in one file: the newest row speaks for it
        newest = ""
        if self._any("resolved_order WHERE _occurrence > 1"):
            newest = " QUALIFY row_number() OVER (PARTITION BY shop_id, order_id ORDER BY _version DESC, _occurrence DESC, _content DESC) = 1"
        self._con.execute(f"CREATE OR REPLACE TEMP VIEW the_order AS SELECT * FROM resolved_order{newest}")

    def _resolve_parts(self, fresh: Names, stored: Names) -> None:
        for name, amount in (("payment", "amount"), ("shipment", "freight")):
            if name in fresh or name in stored:
                self._resolve_plainly(name, amount, self._current(name, fresh, stored))
        if "order_line" in fresh or "order_line" in stored:
            self._resolve_lines(
                self._current("order_line", fresh, stored), freight="shipment" in fresh or "shipment" in stored
            )
        if "refund" in fresh or "refund" in stored:
            query = refunds(
                self._current("refund", fresh, stored),
                self._known,
                with_lines="order_line" in fresh or "order_line" in stored,
            )
            self._con.execute(f"CREATE OR REPLACE TEMP TABLE resolved_refund AS {query}")

    def _resolve_plainly(self, name: str, amount: str, current: str) -> None:
        """Payments and shipments: the order's columns, and their amount in the report's currency."""
        known, clock = self._known, {"payment": "c.time", "shipment": "c.shipped_time"}[name]
        currency = known.own_currency("nullif(c.currency, '')", "nullif(o.currency, '')")
        rate, rate_join = known.rate(currency, f"coalesce(o.order_time, {clock})")
        self._con.execute(
            f"CREATE OR REPLACE TEMP TABLE resolved_{name} AS SELECT c.*, {FROM_ORDER}, {known.report_currency(currency, rate)} AS report_currency, "
            f"{known.converted(f'c.{amount}', rate)} AS report_{amount} FROM ({current}) c {ORDER_JOIN} {known.shop_join('c')} {rate_join}"
        )

    def _resolve_lines(self, current: str, *, freight: bool) -> None:
        con, known = self._con, self._known
        freight = freight and self._any("resolved_shipment WHERE report_freight IS NOT NULL AND order_id IS NOT NULL")
        if freight:
            con.execute(
                "CREATE OR REPLACE TEMP TABLE order_freight AS SELECT shop_id, order_id, CAST(sum(report_freight) AS DECIMAL(18,4)) AS freight "
                "FROM resolved_shipment WHERE order_id IS NOT NULL GROUP BY ALL"
            )
        stand_ins = self._any(f"({current}) WHERE {GIVES_WAY}")
        if stand_ins:
            con.execute(f"CREATE OR REPLACE TEMP TABLE mixed_order AS {mixed_orders(current)}")
            stand_ins = self._any("mixed_order")
        source, costs = placed(current, known, self._zone), bool(known.costs)
        sources = [source]
        if (
            costs or stand_ins or freight
        ):  # what looks at all lines of an order at once takes memory: some orders after others
            count = con.execute(f"SELECT count(*) FROM ({current})").fetchall()[0][0]
            slices = 1 + count // SLICE
            con.execute(
                f"CREATE OR REPLACE TEMP TABLE line_placed AS SELECT *, {ORDER_HASH} % {slices} AS _slice FROM ({source})"
            )
            sources = [f"FROM line_placed WHERE _slice = {n}" for n in range(slices)]
        for n, each in enumerate(sources):
            if costs:
                won = winners(f"({each})", known.currency, known.costs, rates=known.rates, parts=known.parts)
                con.execute(f"CREATE OR REPLACE TEMP TABLE cost_won AS {won}")
            query = lines(each, known, stand_ins=stand_ins, costs=costs, freight=freight)
            con.execute(
                f"{'INSERT INTO' if n else 'CREATE OR REPLACE TEMP TABLE'} resolved_order_line {'' if n else 'AS '}{query}"
            )
        if known.parts:
            con.execute(f"INSERT INTO resolved_order_line BY NAME {parts('resolved_order_line')}")

    def _compare(self, name: str, stored: Names) -> Moved:
        table, resolved = TABLES[name], f"temp.resolved_{name}"
        if name not in stored:
            return Moved(table, resolved, "")
        con = self._con
        differs = " OR ".join(
            [f"r.{quoted(c.name)} IS DISTINCT FROM s.{quoted(c.name)}" for c in table.derived]
            + ["r._content <> s._content", "r._version <> s._version", "r._offset <> s._offset"]
        )
        gone = f" OR (s.kind = 'part' AND s._key NOT IN (SELECT _key FROM {resolved}))" if name == "order_line" else ""
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE temp.removed_{name} AS SELECT s.* FROM {stored[name]} s "
            f"LEFT JOIN {resolved} r ON r._key = s._key WHERE r._key IS NOT NULL AND ({differs}){gone}"
        )
        # A view, for it leaves out few rows of many: to copy the others costs a tenth of an import, to delete these more
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE same_{name} AS SELECT s._key FROM {stored[name]} s JOIN {resolved} r ON r._key = s._key "
            f"WHERE NOT ({differs})"
        )
        con.execute(
            f"CREATE OR REPLACE TEMP VIEW added_{name} AS FROM {resolved} r ANTI JOIN same_{name} s ON r._key = s._key"
        )
        added = f"temp.added_{name}" if self._any(f"temp.added_{name}") else ""
        removed = f"temp.removed_{name}" if self._any(f"temp.removed_{name}") else ""
        return Moved(table, added, removed)

    # --- stock ---

    def _resolve_stock(self, fresh: Names, replaced: Names, *, renewed: bool) -> list[Moved]:
        """Rows to write of the stock tables."""
        moved: list[Moved] = []
        brings = [each["receipt"] for each in (fresh, replaced) if "receipt" in each]
        for name in STOCKED:
            touched = [f"_key IN (SELECT _key FROM renewed_{name})"] if renewed else []
            if name == "purchase_order":
                touched += [f"purchase_order_id IN (SELECT purchase_order_id FROM {t})" for t in brings]
            stored = self._recall_stock(name, replaced, " OR ".join(touched))
            if name not in fresh and name not in stored:
                continue
            current = self._current(name, fresh, stored)
            if name == "purchase_order":
                self._gather_receipts(current, fresh, replaced)
            self._con.execute(f"CREATE OR REPLACE TEMP TABLE resolved_{name} AS {stocked(name, current, self._known)}")
            moved.append(self._compare(name, stored))
        return [m for m in moved if m.added or m.removed]

    def _recall_stock(self, name: str, replaced: Names, touched: str) -> dict[str, str]:
        wanted = [f"FROM {replaced[name]}"] if name in replaced else []
        if touched:
            wanted.append(f"FROM {fact(name)} WHERE {touched}")
        if not wanted:
            return {}
        target = f"temp.stored_{name}"
        self._con.execute(f"CREATE OR REPLACE TEMP TABLE {target} AS {' UNION '.join(f'({w})' for w in wanted)}")
        return {name: target} if self._any(target) else {}

    def _gather_receipts(self, current: str, fresh: Names, replaced: Names) -> None:
        """`receipts_now`: all receipts, as they will stand, of the purchase orders in question."""
        among = f"purchase_order_id IN (SELECT purchase_order_id FROM ({current}))"
        columns = "purchase_order_id, product_id, quantity, _key"
        gone = [f"_key NOT IN (SELECT _key FROM {each['receipt']})" for each in (fresh, replaced) if "receipt" in each]
        found = [f"SELECT {columns} FROM fact.receipt WHERE {' AND '.join([among, *gone])}"]
        if "receipt" in fresh:
            found.append(f"SELECT {columns} FROM {fresh['receipt']} WHERE {among}")
        self._con.execute(
            f"CREATE OR REPLACE TEMP TABLE receipts_now AS {coded(' UNION ALL '.join(found), self._known)}"
        )
