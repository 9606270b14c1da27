"""What systems send afterwards: corrections, old versions that come late, the same rows once more, a contract nobody had mentioned."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa

Row = dict[str, Any]


def _moved(row: Row, days: int, **changed: Any) -> Row:
    version = row["_version"] + timedelta(days=days)
    return {**row, "_version": version, "updated_at": version, **changed}


def _dearer(row: Row) -> Row:
    return _moved(row, 1, amount=row["amount"] * 3 / 2)


def _stale(row: Row) -> Row:
    return _moved(row, -1, amount=row["amount"] * 3)


def _later_paid(row: Row) -> Row:
    return _moved(row, 2, pay_time=row["pay_time"] and row["pay_time"] + timedelta(hours=26))


def _less_refunded(row: Row) -> Row:
    return _moved(row, 1, amount=(row["amount"] / 2).quantize(Decimal("0.0001")))


_CHANGES: dict[str, tuple[tuple[int, Callable[[Row], Row]], ...]] = {
    "order_line": ((97, _dearer), (101, _stale), (103, dict)),
    "order": ((83, _later_paid), (89, dict)),
    "refund": ((41, _less_refunded), (43, dict)),
}


def later(sent: dict[str, list[Any]]) -> dict[str, pa.Table]:
    """Rows by table, made of every so manieth row that was sent."""
    found: dict[str, pa.Table] = {}
    for name, changes in _CHANGES.items():
        rows = [row for table in sent[name] for row in table.to_pylist()]
        made = [change(row) for step, change in changes for row in rows[step::step]]
        found[name] = pa.Table.from_pylist(_once(made), schema=sent[name][0].schema)
    commission = next(r for t in sent["cost"] for r in t.to_pylist() if r["kind"] == "commission" and r["shop_id"])
    narrower = _moved(
        commission, 3, cost_id="late", channel_id="tmall", shop_id="hillside-tmall", share=Decimal("0.07000000"),
        valid_from=date(2026, 10, 1), valid_until=date(2026, 10, 31),
    )  # fmt: skip
    found["cost"] = pa.Table.from_pylist([narrower], schema=sent["cost"][0].schema)
    return found


def _once(rows: list[Row]) -> list[Row]:
    """One change of a row only, so that no two versions tie."""
    seen: dict[tuple[Any, ...], Row] = {}
    for row in rows:
        seen.setdefault(
            tuple(row.get(k) for k in ("shop_id", "order_id", "line_id", "product_id", "kind", "refund_id")), row
        )
    return [{**row, "_row": n} for n, row in enumerate(seen.values(), 1)]
