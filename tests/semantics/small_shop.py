"""A small shop with every trap: two changes of the clocks, unpaid and test orders, refunds without date or order, unknown members,
two currencies, products without a category, costs that are missing, hourly counts before events."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import duckdb
import pyarrow as pa

from castanea.contracts.table import ARROW
from castanea.contracts.tables import TABLES
from castanea.contracts.workspace import WorkspaceSettings
from castanea.semantics import Catalog
from castanea.warehouse.lookups import all_lookups
from castanea.warehouse.rollups import refill
from castanea.warehouse.schema import create_all, create_rollup

Row = dict[str, Any]
NOW = datetime(2026, 11, 2, 9, 41, 23, tzinfo=UTC)
STRETCHES = [datetime(2025, 10, 24, tzinfo=UTC), datetime(2026, 3, 27, tzinfo=UTC), datetime(2026, 10, 21, tzinfo=UTC)]


@dataclass(frozen=True)
class Facts:
    """Rows as the warehouse holds them, by table; times are aware here."""

    tables: dict[str, list[Row]] = field(repr=False)
    worked_out: dict[str, list[Any]] = field(default_factory=dict, repr=False)

    def __getitem__(self, table: str) -> list[Row]:
        return self.tables.get(table, [])


class Reader:
    """A reader on a connection of the test's own."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        con.execute("SET threads = 1")
        self._con = con
        self.statements: list[str] = []

    def fetch(self, sql: str, parameters: Sequence[Any] = ()) -> pa.Table:
        self.statements.append(sql)
        return self._con.execute(sql, list(parameters)).to_arrow_table()

    def close(self) -> None:
        self._con.close()


def money(dice: random.Random, most: int = 40_000) -> Decimal:
    return Decimal(dice.randrange(1, most)) / 100


def make_facts(seed: int = 1, orders: int = 250, *, currencies: tuple[str, ...] = ("CNY",)) -> Facts:
    """Facts of about two weeks around each of three dates; the last stretch runs up to NOW."""
    dice = random.Random(seed)
    tables: dict[str, list[Row]] = {"product": _products(), "shop": _shops()}
    for number in range(orders):
        _order(dice, number, tables, currencies)
    for number in range(25):
        _loose_refund(dice, number, tables, currencies)
    for number in range(1200):
        tables.setdefault("web_event", []).append(_event(dice, number))
    for hour in range(0, 24 * 4, 2):
        tables.setdefault("traffic_hourly", []).append(_hour(dice, STRETCHES[1] + timedelta(hours=hour)))
    tables["stock_level"] = [_level(dice, n) for n in range(120)]
    tables["listing_snapshot"] = [_listing(dice, n) for n in range(60)]
    for rows in tables.values():
        for row in rows:
            row.setdefault("_occurrence", 1)
            row.setdefault("_version", datetime(2026, 11, 1, tzinfo=UTC))
    return Facts(tables)


def load(facts: Facts, settings: WorkspaceSettings, catalog: Catalog) -> duckdb.DuckDBPyConnection:
    """A warehouse in memory with these facts and the catalogue's rollups made from them."""
    con = duckdb.connect()
    con.execute("SET TimeZone = 'UTC'")
    for statement in create_all():
        con.execute(statement)
    for name, rows in facts.tables.items():
        con.register("rows_in", arrow(name, rows))
        con.execute(f'INSERT INTO fact."{name}" BY NAME SELECT * FROM rows_in')
        con.unregister("rows_in")
    con.execute("INSERT INTO book.meta VALUES ('data_time', ?)", [NOW.isoformat()])
    plans = catalog.rollup_plans(settings)
    for lookup in all_lookups(plans):
        lookup.create(con)
    for plan in plans:
        con.execute(create_rollup(plan))
        con.execute(refill(plan, settings.zone))
    return con


def arrow(name: str, rows: list[Row]) -> pa.Table:
    declared = {c.name: ARROW[c.type] for c in (*TABLES[name].landed, *TABLES[name].derived)}
    columns = [c for c in declared if any(c in row for row in rows)]
    arrays = []
    for column in columns:
        values = [row.get(column) for row in rows]
        kind = declared[column]
        if kind == pa.uuid():
            arrays.append(
                pa.ExtensionArray.from_storage(
                    pa.uuid(), pa.array([v.bytes if v else None for v in values], pa.binary(16))
                )
            )
        elif pa.types.is_timestamp(kind):
            arrays.append(pa.array([v.replace(tzinfo=None) if v else None for v in values], pa.timestamp("us")))
        else:
            arrays.append(pa.array(values, kind))
    return pa.table(arrays, names=columns)


def person(number: int) -> UUID:
    return UUID(int=number)


def _moment(dice: random.Random) -> datetime:
    start = dice.choice(STRETCHES)
    length = min(timedelta(days=13), NOW - start)
    return start + timedelta(microseconds=dice.randrange(int(length.total_seconds()) * 1_000_000))


def _products() -> list[Row]:
    found = []
    for n in range(12):
        row: Row = {
            "product_id": f"p{n}",
            "name": f"商品 {n}",
            "category": ["tea", "nuts", None][n % 3],
            "brand": ["山野", None][n % 2],
        }
        found.append(row)
    return found[:10]  # p10 and p11 are sold and not known


def _shops() -> list[Row]:
    return [
        {"shop_id": "main", "name": "山野集", "platform": "tmall"},
        {"shop_id": "paris", "name": "Paris", "platform": "shopify", "zone": "Europe/Paris"},
    ]


def _order(dice: random.Random, number: int, tables: dict[str, list[Row]], currencies: tuple[str, ...]) -> None:
    placed = _moment(dice)
    paid = min(placed + timedelta(seconds=dice.randrange(1, 90_000)), NOW) if dice.random() < 0.8 else None
    currency = dice.choice(currencies)
    common: Row = {
        "shop_id": dice.choice(["main", "main", "paris"]), "order_id": f"o{number}", "order_time": placed, "paid_time": paid,
        "customer_id": person(dice.randrange(1, 90)) if dice.random() < 0.9 else None,
        "channel_id": dice.choice(["tmall", "jd", "douyin", None]), "country": "中国", "province": dice.choice(["浙江", "上海", "广东", None]),
        "city": dice.choice(["杭州", None]), "report_currency": currency,
    }  # fmt: skip
    test = dice.random() < 0.05
    status = dice.choice(["placed", "paid", "done", None])
    order = {**common, "pay_time": paid, "test": test or None, "status": status}
    tables.setdefault("order", []).append(order)
    for line in range(dice.randrange(1, 4)):
        kind = dice.choice(["product", "product", "product", "shipping", "adjustment"])
        amount = money(dice) if kind != "adjustment" else money(dice) - 200
        row: Row = {
            **common, "line_id": str(line), "kind": kind, "product_id": f"p{dice.randrange(12)}" if kind == "product" else None,
            "quantity": Decimal(dice.randrange(1, 5)), "amount": amount, "excluded": test, "report_amount": amount,
            "report_paid": amount if paid else None,
            "report_cost": money(dice, 9000) if kind == "product" and dice.random() < 0.7 else None,
        }  # fmt: skip
        tables.setdefault("order_line", []).append(row)
        if paid and dice.random() < 0.2:
            _refund(dice, row, len(tables.get("refund", [])), tables)


def _refund(dice: random.Random, line: Row, number: int, tables: dict[str, list[Row]]) -> None:
    status = dice.choice(["succeeded", "succeeded", "succeeded", "asked"])
    day = line["paid_time"] + timedelta(seconds=dice.randrange(1, 200_000)) if dice.random() < 0.8 else None
    shared = (
        "shop_id",
        "order_id",
        "order_time",
        "paid_time",
        "customer_id",
        "channel_id",
        "country",
        "province",
        "city",
        "excluded",
    )
    amount = money(dice, 3000)
    tables.setdefault("refund", []).append(
        {
            **{k: line[k] for k in shared}, "refund_id": f"r{number}", "status": status, "refund_time": day, "amount": amount,
            "effective_time": (day or line["paid_time"]) if status == "succeeded" else None, "product_id": line["product_id"],
            "line_kind": dice.choice([line["kind"], None]), "reason_class": dice.choice(["quality", None]), "report_amount": amount,
            "report_currency": line["report_currency"], "report_cost": dice.choice([money(dice, 500), None]),
        }
    )  # fmt: skip


def _loose_refund(dice: random.Random, number: int, tables: dict[str, list[Row]], currencies: tuple[str, ...]) -> None:
    """A refund whose order nobody knows."""
    at, amount = _moment(dice), money(dice, 3000)
    tables.setdefault("refund", []).append(
        {
            "shop_id": "main", "refund_id": f"x{number}", "status": "succeeded", "refund_time": at, "effective_time": at, "amount": amount,
            "channel_id": dice.choice(["jd", None]), "excluded": False, "report_amount": amount, "report_currency": dice.choice(currencies),
        }
    )  # fmt: skip


def _event(dice: random.Random, number: int) -> Row:
    kind = dice.choice(["page_view", "product_view", "favourite", "search", "add_to_cart", "checkout", "error"])
    at = STRETCHES[2] + timedelta(microseconds=dice.randrange(int((NOW - STRETCHES[2]).total_seconds()) * 1_000_000))
    row: Row = {
        "shop_id": dice.choice(["main", "paris"]), "event_id": f"e{number}", "time": at, "event": kind,
        "visitor_id": person(10_000 + dice.randrange(150)),
        "channel_id": dice.choice(["tmall", "jd", None]), "device": dice.choice(["phone", "desktop", None]),
        "province": dice.choice(["浙江", None]),
    }  # fmt: skip
    if kind == "search":
        row |= {"keyword": dice.choice(["栗子", "茶"]), "result_count": dice.choice([0, 3])}
    if kind in ("product_view", "add_to_cart"):
        row["product_id"] = f"p{dice.randrange(12)}"
    return row


def _hour(dice: random.Random, at: datetime) -> Row:
    return {
        "shop_id": "main", "hour": at, "channel_id": "tmall", "device": "phone", "first_visits": dice.randrange(1, 9), "views": 20,
        "product_views": 9, "searches": 3, "no_results": 1, "favourites": 1, "carts": 2, "cart_visitors": 1, "checkouts": 1,
    }  # fmt: skip


def _level(dice: random.Random, number: int) -> Row:
    return {
        "product_id": f"p{number % 6}", "warehouse_id": dice.choice(["east", "south"]), "batch": dice.choice([None, "b1"]),
        "time": STRETCHES[2] + timedelta(hours=2 * number, minutes=dice.randrange(60)), "on_hand": Decimal(dice.randrange(200)),
        "committed": Decimal(dice.randrange(20)), "in_transit": dice.choice([None, Decimal(50)]), "presold": Decimal(3),
    }  # fmt: skip


def _listing(dice: random.Random, number: int) -> Row:
    return {
        "item_id": f"i{number % 20}", "day": date(2026, 10, 20) + timedelta(days=number // 20), "brand": dice.choice(["相宜", "雪花秀"]),
        "price": money(dice), "sales": dice.choice([None, Decimal(dice.randrange(5000))]), "platform": "tmall",
    }  # fmt: skip
