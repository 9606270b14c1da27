"""What rows make, reckoned from the rows as they were sent: versions, pay times, costs and refunds resolved once more in plain Python, from
docs/explanation/money.md and not from the loader. So an error of the loader cannot hide behind an equal error of the facts.

Money and quantities are whole numbers of ten-thousandths, days are those of the shop's wall clock.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import polars as pl

from tests.metrics.frames import SCALE, ZONE_HOURS

Row = dict[str, Any]
KEYS = {
    "order": ("shop_id", "order_id"),
    "order_line": ("shop_id", "order_id", "line_id", "product_id", "kind"),
    "payment": ("shop_id", "payment_id"),
    "refund": ("shop_id", "refund_id"),
    "shipment": ("shop_id", "shipment_id"),
    "cost": ("cost_id", "valid_from"),
    "product": ("product_id",),
    "bundle_part": ("product_id", "part_id"),
    "shop": ("shop_id",),
}
FEES = ("commission", "payment_fee", "freight", "packing", "return_insurance", "influencer", "other")


def newest(tables: Iterable[Any], key: tuple[str, ...]) -> list[Row]:
    """The newest version of each row."""
    held: dict[tuple[Any, ...], Row] = {}
    for table in tables:
        for row in table.to_pylist():
            name = (*(row[k] for k in key), row["_occurrence"])
            if name not in held or row["_version"] > held[name]["_version"]:
                held[name] = row
    return list(held.values())


def small(value: Decimal | None) -> int:
    return int((value or Decimal(0)) * SCALE)


def rounded(value: Decimal) -> int:
    return int((value * SCALE).quantize(Decimal(1), ROUND_HALF_UP))


def day_of(moment: datetime | None) -> date | None:
    return None if moment is None else (moment.replace(tzinfo=None) + timedelta(hours=ZONE_HOURS)).date()


@dataclass
class Contracts:
    """Which cost contract holds: product before all, channel before all, shop before all, then the newest."""

    rows: list[Row]
    products: dict[str, Row]

    def of(self, kind: str, product: str, shop: str, channel: str, day: date) -> Row | None:
        goods = self.products.get(product, {})
        names = [product, goods.get("merchant_code") or product, goods.get("spu_id") or product]
        found = []
        for row in self.rows:
            if row["kind"] != kind or row["per"] in ("day", "month"):
                continue
            if row["shop_id"] not in (None, "", shop) or row["channel_id"] not in (None, "", channel):
                continue
            if not row["valid_from"] <= day <= (row["valid_until"] or date.max):
                continue
            scope = row["product_id"] or ""
            if scope and scope not in names:
                continue
            place = 3 - names.index(scope) if scope else 0
            rank = (place, bool(row["channel_id"]), bool(row["shop_id"]), row["valid_from"], row["_version"])
            found.append((rank, row["cost_id"], row))
        return max(found, key=lambda f: f[:2])[2] if found else None


class Landed:
    """Frames of what was sold (`lines`), what orders cost (`fees`), what went back (`refunds`), who ordered (`orders`), deposits."""

    def __init__(self, sent: dict[str, list[Any]]) -> None:
        rows = {name: newest(sent.get(name, []), key) for name, key in KEYS.items()}
        self._products = {r["product_id"]: r for r in rows["product"]}
        self._platforms = {r["shop_id"]: r["platform"] for r in rows["shop"]}
        self._parts: dict[str, list[Row]] = defaultdict(list)
        for part in rows["bundle_part"]:
            self._parts[part["product_id"]].append(part)
        self._contracts = Contracts(rows["cost"], self._products)
        self._found: dict[tuple[Any, ...], Row | None] = {}
        self._orders = {(o["shop_id"], o["order_id"]): o for o in rows["order"]}
        self._pay(rows)
        self._lines: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
        for line in rows["order_line"]:
            self._lines[line["shop_id"], line["order_id"]].append(line)
        made: dict[str, list[Row]] = {"lines": [], "fees": [], "orders": [], "refunds": [], "deposits": []}
        for key, order in self._orders.items():
            made["orders"].append(self._order(order))
            made["lines"] += [self._line(order, line) for line in self._lines[key]]
            made["fees"].append(self._fees(order, self._lines[key]))
        made["refunds"] = [r for refund in rows["refund"] if (r := self._refund(refund))]
        made["deposits"] = [
            {**self._dims(self._orders[p["shop_id"], p["order_id"]]), "day": day_of(p["time"]), "amount": small(p["amount"])}
            for p in rows["payment"] if p["kind"] == "deposit" and p["status"] == "succeeded"
        ]  # fmt: skip
        self.frames = {name: pl.DataFrame(listed, infer_schema_length=None) for name, listed in made.items()}

    def _pay(self, rows: dict[str, list[Row]]) -> None:
        """When each order was paid: a presale on its balance, cash on delivery on receipt, else as told, else by its status."""
        deposits: dict[Any, datetime] = {}
        wholes: dict[Any, datetime] = {}
        for p in rows["payment"]:
            if p["status"] == "succeeded":
                held = deposits if p["kind"] == "deposit" else wholes
                key = (p["shop_id"], p["order_id"])
                held[key] = max(held.get(key, p["time"]), p["time"])
        delivered = {
            (s["shop_id"], s["order_id"]): s["delivered_time"]
            for s in rows["shipment"] if s["status"] == "delivered" and s["delivered_time"]
        }  # fmt: skip
        for key, order in self._orders.items():
            deposit, told, status = deposits.get(key), order["pay_time"], order["status"]
            at_deposit = status == "deposit_paid" or (deposit is not None and told is not None and told <= deposit)
            on_delivery = bool(order["cash_on_delivery"])
            paid = told if not at_deposit else None
            paid = paid or wholes.get(key)
            if paid is None and on_delivery:
                paid = order["received_time"] or delivered.get(key)
            says_paid = status == "done" or (status in ("paid", "shipped", "refunded") and not on_delivery)
            if paid is None and says_paid and deposit is None:
                paid = order["order_time"]
            order["paid"] = paid

    def _dims(self, order: Row) -> Row:
        return {
            "d_shop": order["shop_id"], "d_channel": order["channel_id"] or "", "d_country": order["country"] or "",
            "d_province": order["province"] or "", "d_platform": self._platforms.get(order["shop_id"], ""),
        }  # fmt: skip

    def _goods(self, product: str | None) -> Row:
        return {"d_product": product or "", "d_category": self._products.get(product or "", {}).get("category") or ""}

    def _order(self, order: Row) -> Row:
        days = {"day": day_of(order["paid"]), "placed": day_of(order["order_time"])}
        name = f"{order['shop_id']}/{order['order_id']}"
        return {**self._dims(order), **days, "order": name, "customer": f"{order['shop_id']}/{order['customer_id']}"}

    def _line(self, order: Row, line: Row) -> Row:
        kind, goods = line["kind"], line["kind"] == "product"
        borne = kind == "discount" and line["borne_by"] == "platform"
        amount = 0 if borne else small(line["amount"])
        paid = 0 if borne else small(line["amount"] if line["paid_amount"] is None else line["paid_amount"])
        cost = self._cost(order, line)
        line["owed"], line["costs"] = paid, cost
        counted = kind != "adjustment"
        return {
            **self._order(order), **self._goods(line["product_id"]), "counted": counted, "goods": goods,
            "amount": amount if counted else 0, "adjusted": 0 if counted else amount, "paid": paid if counted else 0,
            "product_paid": paid if goods else 0, "units": small(line["quantity"]) if goods else 0, "cost": cost or 0,
            "costed": paid if goods and cost is not None else 0, "uncosted": paid if goods and cost is None else 0,
        }  # fmt: skip

    def _contract(self, kind: str, product: str, order: Row) -> Row | None:
        day = day_of(order["order_time"])
        assert day is not None
        key = (kind, product, order["shop_id"], order["channel_id"] or "", day)
        if key not in self._found:
            self._found[key] = self._contracts.of(*key)
        return self._found[key]

    def _unit_cost(self, product: str, order: Row) -> Decimal | None:
        """By contract, else what the parts of a bundle cost; and what its gifts cost. Unknown while a part or a gift is."""
        found = self._contract("goods", product, order)
        gifts = (
            self._sum_of([p for p in self._parts[product] if p["gift"]], order)
            if product in self._parts
            else Decimal(0)
        )
        parts = [p for p in self._parts.get(product, ()) if not p["gift"]]
        unit = Decimal(found["amount"]) if found is not None else self._sum_of(parts, order) if parts else None
        return None if unit is None or gifts is None else unit + gifts

    def _sum_of(self, parts: list[Row], order: Row) -> Decimal | None:
        costs = [(self._contract("goods", p["part_id"], order), p["quantity"]) for p in parts]
        return None if any(c is None for c, _ in costs) else sum((c["amount"] * n for c, n in costs if c), Decimal(0))

    def _cost(self, order: Row, line: Row) -> int | None:
        if line["cost"] is not None:
            return small(line["cost"])
        if line["kind"] != "product" or not line["product_id"]:
            return None
        unit = self._unit_cost(line["product_id"], order)
        return None if unit is None else rounded(unit * line["quantity"])

    def _fees(self, order: Row, lines: list[Row]) -> Row:
        """What the order costs beside its goods. All contracts of these kinds are for all products here."""
        row: Row = {**self._order(order), **dict.fromkeys(FEES)}
        for kind in FEES:
            found = self._contract(kind, "", order)
            if found is None:
                continue
            assert found["amount"] is None or found["per"] == "order", kind
            share = found["share"] or Decimal(0)
            shared = [
                rounded(share * x["amount"])
                for x in lines
                if kind == "payment_fee" or x["kind"] in ("product", "discount")
            ]
            bears = any(line["kind"] == "product" for line in lines)
            row[kind] = sum(shared) + (small(found["amount"]) if bears else 0)
        return row

    def _refund(self, refund: Row) -> Row | None:
        if refund["status"] != "succeeded":
            return None
        order = self._orders[refund["shop_id"], refund["order_id"]]
        lines = [
            line for line in self._lines[refund["shop_id"], refund["order_id"]]
            if line["kind"] == "product" and line["line_id"] == refund["line_id"]
        ]  # fmt: skip
        paid, units = sum(x["owed"] for x in lines), sum(small(x["quantity"]) for x in lines)
        known = [x["costs"] for x in lines if x["costs"] is not None]
        part = min(Decimal(small(refund["quantity"])) / units, Decimal(1)) if units else Decimal(0)
        whole = rounded(Decimal(sum(known)) * part / SCALE) if known else 0
        kind, broken = refund["kind"], refund["sellable"] is False
        back = {"return": 0 if broken else whole, "exchange": -whole if broken else 0}.get(kind, 0)
        contract = self._contract("commission", "", order)
        taken = None
        if contract is not None and kind != "exchange" and lines:
            whole = sum(rounded((contract["share"] or Decimal(0)) * Decimal(x["owed"]) / SCALE) for x in lines)
            taken = (
                rounded(Decimal(whole) * min(Decimal(small(refund["amount"])) / paid, Decimal(1)) / SCALE)
                if paid > 0
                else 0
            )
        return {
            **self._dims(order), **self._goods(refund["product_id"]), "day": day_of(refund["refund_time"] or order["paid"]),
            "pay_day": day_of(order["paid"]) or day_of(refund["refund_time"]),
            "amount": 0 if kind == "exchange" else small(refund["amount"]), "cost": back,
            "commission": taken,
        }  # fmt: skip
