"""The numbers worked out by hand: plain Python over the fact rows, sharing nothing with the planner but the words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from tests.semantics.small_shop import Facts, Row

Key = tuple[Any, ...]


@dataclass(frozen=True)
class Hit:
    """One fact that adds to a measure: when (aware, or a day), its members, how much, and whom it counts."""

    at: datetime | date
    members: Row
    value: Decimal
    who: Any = None


def _lines(facts: Facts, clock: str, test: Callable[[Row], bool], value: Callable[[Row], Any]) -> Iterator[Hit]:
    for row in facts["order_line"]:
        if row[clock] and not row["excluded"] and test(row):
            yield Hit(row[clock], _members(facts, row, "order_line"), value(row) or Decimal(0), row["customer_id"])


def _refunds(
    facts: Facts, clock: Callable[[Row], Any], test: Callable[[Row], bool], value: Callable[[Row], Any]
) -> Iterator[Hit]:
    for row in facts["refund"]:
        if row["status"] == "succeeded" and not row.get("excluded") and clock(row) and test(row):
            yield Hit(clock(row), _members(facts, row, "refund"), value(row) or Decimal(0))


def _orders(facts: Facts, clock: str) -> Iterator[Hit]:
    for row in facts["order"]:
        if row[clock] and not row["test"]:
            yield Hit(row[clock], _members(facts, row, "order"), Decimal(1), row["customer_id"])


def _events(facts: Facts, kinds: Iterable[str] = ()) -> Iterator[Hit]:
    for row in facts["web_event"]:
        if not kinds or row["event"] in kinds:
            yield Hit(row["time"], _members(facts, row, "web_event"), Decimal(1), row["visitor_id"])


def _hours(facts: Facts, column: str) -> Iterator[Hit]:
    for row in facts["traffic_hourly"]:
        yield Hit(row["hour"], _members(facts, row, "traffic_hourly"), Decimal(row[column]))


def _members(facts: Facts, row: Row, table: str) -> Row:
    product = next((p for p in facts["product"] if p["product_id"] == row.get("product_id")), {})
    shop = next((s for s in facts["shop"] if s["shop_id"] == row.get("shop_id")), {})
    kind = row.get("kind") if table == "order_line" else row.get("line_kind") or "product"
    found = {
        "shop": row.get("shop_id"), "channel": row.get("channel_id"), "country": row.get("country"), "province": row.get("province"),
        "city": row.get("city"), "product": row.get("product_id"), "category": product.get("category"), "brand": product.get("brand"),
        "platform": shop.get("platform"), "device": row.get("device"), "line_kind": kind, "currency": row.get("report_currency"),
        "keyword": row.get("keyword"),
    }  # fmt: skip
    return {name: member or "" for name, member in found.items()}


def paid(line: Row) -> Any:
    return line["report_paid"]


SUMS: dict[str, Callable[[Facts], Iterator[Hit]]] = {
    "order_amount": lambda f: _lines(
        f, "order_time", lambda r: r["kind"] != "adjustment", lambda r: r["report_amount"]
    ),
    "paid_amount": lambda f: _lines(f, "paid_time", lambda r: r["kind"] != "adjustment", paid),
    "adjustment_amount": lambda f: _lines(
        f, "order_time", lambda r: r["kind"] == "adjustment", lambda r: r["report_amount"]
    ),
    "refund_amount": lambda f: _refunds(f, lambda r: r["effective_time"], lambda r: True, lambda r: r["report_amount"]),
    "refund_by_pay_day": lambda f: _refunds(
        f, lambda r: r.get("paid_time") or r["effective_time"], lambda r: True, lambda r: r["report_amount"]
    ),
    "product_paid": lambda f: _lines(f, "paid_time", lambda r: r["kind"] == "product", paid),
    "product_refund": lambda f: _refunds(
        f,
        lambda r: r["effective_time"],
        lambda r: (r.get("line_kind") or "product") == "product",
        lambda r: r["report_amount"],
    ),
    "line_cost": lambda f: _lines(f, "paid_time", lambda r: r["kind"] != "adjustment", lambda r: r["report_cost"]),
    "refund_cost": lambda f: _refunds(f, lambda r: r["effective_time"], lambda r: True, lambda r: r.get("report_cost")),
    "with_cost": lambda f: _lines(
        f, "paid_time", lambda r: r["kind"] == "product" and r["report_cost"] is not None, paid
    ),
    "without_cost": lambda f: _lines(
        f, "paid_time", lambda r: r["kind"] == "product" and r["report_cost"] is None, paid
    ),
    "units": lambda f: _lines(f, "paid_time", lambda r: r["kind"] == "product", lambda r: r["quantity"]),
    "orders": lambda f: _orders(f, "paid_time"),
    "views": lambda f: iter([*_events(f, ("page_view", "product_view")), *_hours(f, "views")]),
    "searches": lambda f: iter([*_events(f, ("search",)), *_hours(f, "searches")]),
    "hourly_visitors": lambda f: _hours(f, "first_visits"),
}
COUNTS: dict[str, Callable[[Facts], Iterator[Hit]]] = {
    "buyers": lambda f: _orders(f, "paid_time"),
    "ordering_buyers": lambda f: _orders(f, "order_time"),
    "line_buyers": lambda f: _lines(f, "paid_time", lambda r: r["kind"] != "adjustment", paid),
    "event_visitors": _events,
    "product_visitors": lambda f: _events(f, ("product_view",)),
}
Values = dict[str, Decimal]
METRICS: dict[str, tuple[tuple[str, ...], Callable[[Values], Decimal | None]]] = {
    "order_amount": (("order_amount",), lambda v: v["order_amount"]),
    "paid_amount": (("paid_amount",), lambda v: v["paid_amount"]),
    "refund_amount": (("refund_amount",), lambda v: v["refund_amount"]),
    "adjustment_amount": (("adjustment_amount",), lambda v: v["adjustment_amount"]),
    "net_sales": (
        ("paid_amount", "refund_amount", "adjustment_amount"),
        lambda v: v["paid_amount"] - v["refund_amount"] + v["adjustment_amount"],
    ),
    "product_sales": (("product_paid", "product_refund"), lambda v: v["product_paid"] - v["product_refund"]),
    "net_sales_by_order_day": (
        ("paid_amount", "refund_by_pay_day", "adjustment_amount"),
        lambda v: v["paid_amount"] - v["refund_by_pay_day"] + v["adjustment_amount"],
    ),
    "units": (("units",), lambda v: v["units"]),
    "refund_rate": (("refund_amount", "paid_amount"), lambda v: _over(v["refund_amount"], v["paid_amount"])),
    "gross_margin": (
        ("paid_amount", "refund_amount", "adjustment_amount", "line_cost", "refund_cost", "with_cost", "without_cost"),
        lambda v: None if v["with_cost"] == 0 < v["without_cost"] else (
            v["paid_amount"] - v["refund_amount"] + v["adjustment_amount"] - v["line_cost"] + v["refund_cost"]
        ),
    ),
    "orders": (("orders",), lambda v: v["orders"]),
    "buyers": (("buyers",), lambda v: v["buyers"]),
    "ordering_buyers": (("ordering_buyers",), lambda v: v["ordering_buyers"]),
    "spend_per_buyer": (("paid_amount", "buyers"), lambda v: _over(v["paid_amount"], v["buyers"])),
    "aov": (("paid_amount", "orders"), lambda v: _over(v["paid_amount"], v["orders"])),
    "views": (("views",), lambda v: v["views"]),
    "searches": (("searches",), lambda v: v["searches"]),
    "product_visitors": (
        ("product_visitors", "hourly_visitors"), lambda v: v["product_visitors"] if v["hourly_visitors"] == 0 else None
    ),
}  # fmt: skip


def _over(part: Decimal, whole: Decimal) -> Decimal | None:
    return part / whole if whole else None


@dataclass(frozen=True)
class Cut:
    """What the hand works out: keys, the test of members, the local range [start, end) and the zone of a member row."""

    keys: tuple[str, ...]
    keep: Callable[[Row], bool]
    start: datetime | None
    end: datetime | None
    zone: Callable[[Row], ZoneInfo]
    back: Callable[[datetime], datetime | None] = lambda local: local
    week_start: int = 1


def cell(local: datetime, key: str, week_start: int) -> Any:
    if key == "day":
        return local.strftime("%Y-%m-%d")
    if key == "week":
        first = local.date() - timedelta(days=(local.isoweekday() - week_start) % 7)
        year, week, _ = (first + timedelta(days=3)).isocalendar()
        return f"{year}-W{week:02d}"
    if key == "month":
        return local.strftime("%Y-%m")
    if key == "year":
        return local.strftime("%Y")
    if key == "weekday":
        return local.isoweekday()
    if key == "hour_of_day":
        return local.hour
    raise AssertionError(key)


def work_out(facts: Facts, metrics: tuple[str, ...], cut: Cut) -> dict[Key, dict[str, Decimal | None]]:
    """The metrics by key. Keys whose every measure is 0 are left out."""
    needed = dict.fromkeys(m for name in metrics for m in METRICS[name][0])
    found: dict[Key, Values] = defaultdict(lambda: dict.fromkeys(needed, Decimal(0)))
    for measure in needed:
        seen: dict[Key, set[Any]] = defaultdict(set)
        if measure not in facts.worked_out:
            facts.worked_out[measure] = list((SUMS.get(measure) or COUNTS[measure])(facts))
        for hit in facts.worked_out[measure]:
            key = _key(hit, cut)
            if key is None:
                continue
            if measure in SUMS:
                found[key][measure] += hit.value
            elif hit.who is not None:
                seen[key].add(hit.who)
        for key, people in seen.items():
            found[key][measure] = Decimal(len(people))
    present = {key: values for key, values in found.items() if any(values.values())}
    return {key: {name: METRICS[name][1](values) for name in metrics} for key, values in present.items()}


def _key(hit: Hit, cut: Cut) -> Key | None:
    if not cut.keep(hit.members):
        return None
    assert isinstance(hit.at, datetime)
    local = hit.at.astimezone(cut.zone(hit.members)).replace(tzinfo=None)
    if (cut.start and local < cut.start) or (cut.end and local >= cut.end):
        return None
    moved = cut.back(local)
    if moved is None:
        return None
    return tuple(hit.members[k] if k in hit.members else cell(moved, k, cut.week_start) for k in cut.keys)
