"""Reconciliation: what we count against what a platform says, per shop and day, and down to the orders that make the difference."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Literal

from castanea.contracts.warehouse import Reader
from castanea.contracts.workspace import WorkspaceSettings
from castanea.kit.errors import InputError, NotFound
from castanea.runs.reconcile_causes import CENT, Cause, Item, explained, shifts
from castanea.runs.reconcile_queries import Books, Row

Against = Literal["platform_daily", "settlement"]
AGAINST: tuple[Against, ...] = ("platform_daily", "settlement")
FIGURES = ("paid_amount", "refunded_amount", "ordered_amount", "orders", "units")
NOTHING = Decimal(0)
OTHER = "other_amount"
NEAR = timedelta(hours=2)  # of midnight: an order there may count on the other day


@dataclass(frozen=True)
class ReconcileRequest:
    """Empty shop = all; no days = all that the other side has. `most`: orders listed per cause."""

    against: Against = "platform_daily"
    shop: str = ""
    since: date | None = None
    until: date | None = None
    most: int = 20


@dataclass(frozen=True)
class Compared:
    """One figure of one shop and day. `difference` = ours − theirs; `unexplained` is what no cause makes up."""

    shop: str
    day: date
    source: str
    figure: str
    ours: Decimal
    theirs: Decimal
    difference: Decimal
    causes: tuple[Cause, ...]
    unexplained: Decimal


@dataclass(frozen=True)
class Reconciliation:
    """`equal` counts the compared figures without a difference; `differences` holds the others."""

    against: str
    compared: int
    equal: int
    ours: Decimal
    theirs: Decimal
    differences: tuple[Compared, ...]


def reconcile(reader: Reader, settings: WorkspaceSettings, request: ReconcileRequest) -> Reconciliation:
    """Compare. The totals are those of paid_amount, or of what the settlement holds for goods.

    Raises InputError for another side or turned days, NotFound when the other side has nothing there.
    """
    if request.against not in AGAINST:
        raise InputError(
            f"--against {request.against!r} is not known; use {' or '.join(AGAINST)}.", code="reconcile.against"
        )
    if request.since and request.until and request.since > request.until:
        raise InputError(
            f"the first day {request.since} is after the last {request.until}; turn them.", code="reconcile.days"
        )
    found: list[Compared] = []
    for shop, first, last in _scope(reader, request):
        books = Books(reader, shop, _zone(reader, settings, shop))
        days = (request.since or first, request.until or last)
        found += (
            _against_settlement(books, *days, request.most)
            if request.against == "settlement"
            else _against_days(books, *days, request.most)
        )
    if not found:
        raise NotFound(
            f"{request.against} has no rows {f'of shop {request.shop} ' if request.shop else ''}on these days; "
            "import the platform's day table or settlement first: castanea import FILE",
            code="reconcile.nothing",
        )
    headline = [c for c in found if c.figure in ("paid_amount", "settled")]
    differences = tuple(c for c in found if abs(c.difference) >= CENT)
    return Reconciliation(
        request.against, len(found), len(found) - len(differences), sum((c.ours for c in headline), NOTHING),
        sum((c.theirs for c in headline), NOTHING), differences,
    )  # fmt: skip


def _scope(reader: Reader, request: ReconcileRequest) -> list[tuple[str, date, date]]:
    """Shops that the other side knows, with the first and last day that it has to do with."""
    rows = reader.fetch(_SCOPES[request.against], [request.shop, request.shop]).to_pylist()
    return [(row["shop_id"], row["first"], row["last"]) for row in rows]


_SCOPES = {
    "platform_daily": "SELECT shop_id, min(day) AS first, max(day) AS last FROM fact.platform_daily WHERE scope = 'shop' AND days = 1 "
    "AND (? = '' OR shop_id = ?) GROUP BY 1 ORDER BY 1",
    # a settlement comes after the payment; a day more at both ends, for the shop's zone
    "settlement": "SELECT s.shop_id, CAST(least(min(s.time), min(o.paid_time)) - INTERVAL 1 DAY AS DATE) AS first, "
    "CAST(max(s.time) + INTERVAL 1 DAY AS DATE) AS last "
    'FROM fact.settlement_line s LEFT JOIN fact."order" o ON o.shop_id = s.shop_id AND o.order_id = s.order_id '
    "WHERE ? = '' OR s.shop_id = ? GROUP BY 1 ORDER BY 1",
}


def _zone(reader: Reader, settings: WorkspaceSettings, shop: str) -> str:
    rows = reader.fetch("SELECT max(nullif(zone, '')) AS zone FROM fact.shop WHERE shop_id = ?", [shop]).to_pylist()
    return str(rows[0]["zone"] or settings.zone)


# --- day tables ---


def _against_days(books: Books, since: date, until: date, most: int) -> list[Compared]:
    ours, found = books.ours(since, until), []
    for theirs in books.theirs(since, until):
        mine = ours.get(theirs["day"], {})
        for figure in FIGURES:
            if theirs[figure] is None:
                continue
            left, right = Decimal(mine.get(figure) or 0), Decimal(theirs[figure])
            causes = _day_causes(books, theirs["day"], figure, left - right, most) if abs(left - right) >= CENT else ()
            found.append(_compared(books.shop, theirs["day"], theirs["platform"], figure, left, right, causes))
    return found


def _compared(
    shop: str, day: date, source: str, figure: str, ours: Decimal, theirs: Decimal, causes: tuple[Cause, ...]
) -> Compared:
    difference = ours - theirs
    made = sum((c.amount for c in causes if c.cause != OTHER), NOTHING)
    return Compared(shop, day, source, figure, ours, theirs, difference, causes, difference - made)


def _day_causes(books: Books, day: date, figure: str, difference: Decimal, most: int) -> tuple[Cause, ...]:
    step = timedelta(days=1)
    if figure == "refunded_amount":
        rows = books.refunds_of(day - step, day + step)
        return explained(
            difference, _refund_blocks(rows, day, most), _neighbours(books, rows, day, "refunded", most), ()
        )
    if figure == "ordered_amount":
        return ()
    rows = books.orders_of(day - step, day + step)
    key = {"paid_amount": "paid", "orders": "orders", "units": "units"}[figure]
    for row in rows:
        row["orders"] = 1
    blocks = _order_blocks(books, rows, day, key, most)
    paid = [row for row in rows if row["is_paid"] and not row["test"]]
    singles = [Item(r["order_id"], _value(r, key)) for r in paid if r["day"] == day] if key == "paid" else []
    return explained(difference, blocks, _neighbours(books, paid, day, key, most), singles)


def _order_blocks(books: Books, rows: Sequence[Row], day: date, key: str, most: int) -> list[Cause]:
    """Sets of orders that a platform may count otherwise, the likeliest first."""
    today = [row for row in rows if row["day"] == day]
    paid = [row for row in today if row["is_paid"] and not row["test"]]

    def block(name: str, among: Sequence[Row], column: str, sign: int = 1) -> Cause:
        return Cause.of(name, [Item(r["order_id"], sign * _value(r, column)) for r in among], most)

    blocks = [
        block("cancelled", [r for r in paid if r["status"] in ("cancelled", "closed", "refunded")], key),
        block("unpaid", [r for r in today if not r["is_paid"] and not r["test"]], key, -1),
        block("test", [r for r in today if r["is_paid"] and r["test"]], key, -1),
        block("paid_by_status", [r for r in paid if r["paid_by"] == "status"], key),
    ]
    if key == "units":
        blocks.append(block("gifts", paid, "gifts"))
    if key == "paid":
        blocks += [block(name, paid, name) for name in ("freight", "coupon", "tax")]
        blocks.append(block("missing_order", books.orphans(day), "paid"))
        blocks.append(block("deposit", books.deposits(day), "paid"))
    return blocks


def _refund_blocks(rows: Sequence[Row], day: date, most: int) -> list[Cause]:
    today = [row for row in rows if row["day"] == day]
    asked = [row for row in rows if row["asked_day"] == day]

    def items(among: Sequence[Row], sign: int = 1) -> list[Item]:
        return [Item(r["order_id"], sign * _value(r, "refunded")) for r in among]

    moved = items([r for r in today if r not in asked]) + items([r for r in asked if r not in today], -1)
    return [
        Cause.of("refund_without_date", items([r for r in today if r["undated"]]), most),
        Cause.of("price_protection", items([r for r in today if r["kind"] == "price_protection"]), most),
        Cause.of("refund_date", moved, most),
    ]


def _neighbours(books: Books, rows: Sequence[Row], day: date, key: str, most: int) -> list[Cause]:
    """Days that begin or end up to NEAR earlier or later. `rows` are in the order of time, of this day and the days around it."""
    step = timedelta(days=1)

    def of(which: date, *, end: bool) -> list[Item]:
        edge = datetime.combine(which + step if end else which, time(), books.zone)
        near = [r for r in rows if r["day"] == which and abs(r["time"].replace(tzinfo=UTC) - edge) <= NEAR]
        return [Item(r["order_id"], _value(r, key)) for r in (near[::-1] if end else near)]

    return shifts(of(day - step, end=True), of(day, end=False), of(day, end=True), of(day + step, end=False), most)


def _value(row: Row, name: str) -> Decimal:
    return Decimal(row[name] or 0)


# --- settlement ---


def _against_settlement(books: Books, since: date, until: date, most: int) -> list[Compared]:
    """Per day of payment: what orders brought (paid less refunded) against what the platform settled for their goods."""
    days: dict[date, list[Row]] = {}
    for row in books.settled(since, until):
        days.setdefault(row["day"], []).append(row)
    return [_settled_day(books.shop, day, rows, most) for day, rows in sorted(days.items())]


def _settled_day(shop: str, day: date, rows: Sequence[Row], most: int) -> Compared:
    ours = theirs = NOTHING
    causes: dict[str, list[Item]] = {}
    for row in rows:
        mine = _value(row, "paid") - _value(row, "refunded") if not row["test"] else NOTHING
        said = _value(row, "theirs")
        ours, theirs = ours + mine, theirs + said
        if abs(mine - said) >= CENT:
            for name, amount in _settled_causes(row, mine - said):
                causes.setdefault(name, []).append(Item(row["order_id"], amount))
    named = [Cause.of(name, items, most) for name, items in causes.items()]
    named.sort(key=lambda cause: -abs(cause.amount))
    return _compared(shop, day, "settlement", "settled", ours, theirs, tuple(named))


def _settled_causes(row: Row, difference: Decimal) -> list[tuple[str, Decimal]]:
    """Why one order differs; OTHER is what nothing explains."""
    if not row["known"]:
        return [("missing_order", difference)]
    if row["theirs"] is None:
        return [("not_settled", difference)]
    parts = [
        Cause.of(name, [Item(row["order_id"], sign * _value(row, column))], 1)
        for name, column, sign in (
            ("coupon", "coupon", 1), ("freight", "freight", 1), ("tax", "tax", 1), ("fees", "fees", -1), ("refund", "refunded", -1),
            ("test", "paid", -1) if row["test"] else ("cancelled", "paid", 1),
        )
    ]  # fmt: skip
    found = explained(difference, parts, (), ())
    return [(cause.cause, cause.amount) for cause in found] or [(OTHER, difference)]
