"""Landed rows of a small shop, written as dicts; columns not named are null, system columns get plain values."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa

from castanea.contracts.log import NewBatch
from castanea.contracts.rollup import Contribution, RollupColumn, RollupPlan
from castanea.contracts.table import ARROW, Type
from castanea.contracts.tables import TABLES

NOON = datetime(2026, 3, 10, 4, 0, tzinfo=UTC)  # noon in Shanghai
_PLAIN = {"shop_id": "main", "_occurrence": 1, "_row": 1, "_version": NOON}


def person(name: str) -> uuid.UUID:
    return uuid.uuid5(uuid.NAMESPACE_URL, name)


def at(hours: float = 0, days: int = 0) -> datetime:
    return NOON + timedelta(days=days, hours=hours)


def rows(table: str, *given: dict[str, Any]) -> pa.Table:
    declared = TABLES[table].landed
    columns = []
    for column in declared:
        values = [row.get(column.name, _PLAIN.get(column.name)) for row in given]
        if column.type is Type.UUID:
            storage = pa.array([None if v is None else v.bytes for v in values], pa.binary(16))
            columns.append(pa.ExtensionArray.from_storage(pa.uuid(), storage))
        elif column.type in (Type.MONEY, Type.QUANTITY, Type.RATE):
            columns.append(pa.array([None if v is None else Decimal(str(v)) for v in values], ARROW[column.type]))
        else:
            columns.append(pa.array(values, ARROW[column.type]))
    return pa.table(columns, names=[c.name for c in declared])


def batch(table: str, *given: dict[str, Any], **options: Any) -> NewBatch:
    return NewBatch(table=table, source="test", rows=rows(table, *given), **options)


def order(number: str, **more: Any) -> dict[str, Any]:
    return {
        "order_id": number,
        "order_time": NOON,
        "customer_id": person(f"buyer of {number}"),
        "channel_id": "tmall",
        **more,
    }


def line(order_id: str, amount: str = "10", **more: Any) -> dict[str, Any]:
    return {
        "order_id": order_id,
        "line_id": "1",
        "kind": "product",
        "product_id": "tea",
        "amount": amount,
        "quantity": 1,
        **more,
    }


def payment(number: str, order_id: str, **more: Any) -> dict[str, Any]:
    return {
        "payment_id": number, "order_id": order_id, "kind": "full", "status": "succeeded", "time": at(1), "amount": "10", **more,
    }  # fmt: skip


def refund(number: str, order_id: str | None, amount: str = "4", **more: Any) -> dict[str, Any]:
    return {"refund_id": number, "order_id": order_id, "status": "succeeded", "amount": amount, **more}


def view(number: str, visitor: str, **more: Any) -> dict[str, Any]:
    return {
        "event_id": number,
        "time": NOON,
        "event": "page_view",
        "visitor_id": person(visitor),
        "channel_id": "tmall",
        **more,
    }


def rate(currency: str, value: str, day: date = date(2026, 3, 10), **more: Any) -> dict[str, Any]:
    return {"day": day, "currency": currency, "into": "CNY", "rate": value, **more}


def product(number: str, category: str | None, **more: Any) -> dict[str, Any]:
    return {"product_id": number, "category": category, **more}


_MONEY = "DECIMAL(38,4)"
_LINE = "kind = 'product' AND NOT excluded"
CATEGORY = {"category": ("product", "category", {"product_id": "product_id"})}


def _plan(
    name: str, grain: Any, dimensions: Sequence[str], measures: dict[str, str], *parts: Contribution
) -> RollupPlan:
    kinds = {"visitor": "UUID", "buyer": "UUID"}
    return RollupPlan(
        name,
        grain,
        tuple(RollupColumn(d, kinds.get(d, "VARCHAR")) for d in dimensions),
        tuple(RollupColumn(m, kind) for m, kind in measures.items()),
        parts,
    )


def plans() -> tuple[RollupPlan, ...]:
    """Rollups of every shape: by quarter hour and by day, several clocks in one, a counted thing as a dimension, looked-up attributes."""
    flat = {"shop": "shop_id", "channel": "channel_id", "currency": "report_currency"}
    ordered = Contribution(
        "order_line", "order_time", _LINE, flat, {"ordered": "report_amount", "units": "quantity"}, {}
    )
    paid = Contribution("order_line", "paid_time", _LINE, flat, {"paid": "report_paid"}, {})
    taken_back = Contribution("refund", "effective_time", "NOT excluded", flat, {"refunded": "report_amount"}, {})
    by_category = Contribution(
        "order_line", "order_time", _LINE, {"channel": "channel_id"}, {"ordered": "report_amount"}, CATEGORY
    )
    by_buyer = Contribution("order_line", "paid_time", _LINE, {"buyer": "customer_id"}, {"paid": "report_paid"}, {})
    seen = Contribution(
        "web_event", "time", "", {"channel": "channel_id", "visitor": "visitor_id"},
        {"views": "CASE WHEN event = 'page_view' THEN 1 END", "carts": "CASE WHEN event = 'add_to_cart' THEN 1 END"}, {},
    )  # fmt: skip
    hourly = Contribution("traffic_hourly", "hour", "", {"channel": "channel_id"}, {"views": "views"}, {})
    money = {"ordered": _MONEY, "paid": _MONEY, "refunded": _MONEY, "units": "DECIMAL(38,4)"}
    return (
        _plan("sales_quarter", "quarter_hour", ("shop", "channel", "currency"), money, ordered, paid, taken_back),
        _plan("sales_category", "day", ("channel", "category"), {"ordered": _MONEY}, by_category),
        _plan("buyers", "day", ("buyer",), {"paid": _MONEY}, by_buyer),
        _plan("visitors", "day", ("channel", "visitor"), {"views": "BIGINT", "carts": "BIGINT"}, seen),
        _plan(
            "traffic",
            "quarter_hour",
            ("channel",),
            {"views": "BIGINT"},
            replace(seen, dimensions={"channel": "channel_id"}),
            hourly,
        ),
    )
