"""Metrics worked out by hand: Polars groups the facts, plain Python does the arithmetic. Nothing here goes through the planner."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import polars as pl

from tests.metrics.cuts import Cut
from tests.metrics.facts_of import COST_KINDS, DISTINCT, LEVELS, SUMS, Distinct, Level, Part
from tests.metrics.frames import ZONE_HOURS, Frames, local_day

Key = tuple[Any, ...]
Number = float | None
BY_LINE = ("product", "category", "subcategory", "supplier", "line_kind", "merchant_code")


def div(a: Number, b: Number) -> Number:
    """a / b, unknown when either is or when it divides by nothing."""
    return None if a is None or not b else a / b


class Figures:
    """The base figures of one cell, by name, each worked out when asked for."""

    def __init__(self, of: Callable[[str], Number]) -> None:
        self._of = of

    def __getitem__(self, name: str) -> Any:
        return self._of(name)

    def known(self, name: str) -> float:
        return self._of(name) or 0.0


class ByHand:
    """`worked_out(formula, names, cut)`: every cell with any row behind it, and its figure."""

    def __init__(self, frames: Frames) -> None:
        self._frames = frames
        self._held: dict[tuple[str, Cut], dict[Key, float]] = {}

    def worked_out(self, formula: Callable[[Figures], Number], cut: Cut) -> dict[Key, Number]:
        asked: dict[str, None] = {}

        def noting(name: str) -> float:
            asked[name] = None
            return 1.0

        formula(Figures(noting))
        tables = {name: self._base(name, cut) for name in asked}
        keys = {key for table in tables.values() for key in table}
        if not cut.keys:
            keys = {()}

        def cell(key: Key) -> Figures:
            return Figures(lambda name: self._figure(name, cut, key))

        return {_said(cut, key): formula(cell(key)) for key in keys}

    def _figure(self, name: str, cut: Cut, key: Key) -> Number:
        nothing = None if name in SUMS and SUMS[name].unknown else 0.0
        return self._base(name, cut).get(key, nothing)

    def _base(self, name: str, cut: Cut) -> dict[Key, float]:
        if (name, cut) not in self._held:
            self._held[name, cut] = self._worked_out(name, cut)
        return self._held[name, cut]

    def _worked_out(self, name: str, cut: Cut) -> dict[Key, float]:
        if name in SUMS:
            return self._sum(name, cut)
        return self._distinct(DISTINCT[name], cut) if name in DISTINCT else self._level(LEVELS[name], cut)

    def _rows(self, part: Part, cut: Cut) -> pl.DataFrame:
        """The rows of a part inside the cut, with `value` and a column `k0`, `k1` … for each key."""
        frame = self._frames[part.table]
        if part.clock == "paid_or_done":
            frame = frame.with_columns(paid_or_done=pl.coalesce("paid_time", "effective_time"))
        frame = frame.with_columns(local=local_day(frame, part.clock)).filter(
            part.where & pl.col("local").is_between(cut.since, cut.until)
        )
        return _keyed(_filtered(frame, cut), cut).with_columns(value=part.value)

    def _sum(self, name: str, cut: Cut) -> dict[Key, float]:
        measure = SUMS[name]
        total: dict[Key, float] = {}
        for part in measure.parts:
            rows = self._rows(part, cut).filter(pl.col("value").is_not_null() | pl.lit(not measure.unknown))
            for *key, value in _grouped(rows, cut, pl.col("value").sum()):
                total[tuple(key)] = total.get(tuple(key), 0.0) + value / measure.scale
        return total

    def _distinct(self, measure: Distinct, cut: Cut) -> dict[Key, float]:
        cuts_lines = any(d in BY_LINE for d in (*cut.dimensions, *(d for d, _ in cut.where)))
        part = measure.lines if cuts_lines and measure.lines else measure.part
        rows = self._rows(part, cut).filter(pl.all_horizontal(pl.col(w).is_not_null() for w in measure.who))
        who = pl.struct(*measure.who) if len(measure.who) > 1 else pl.col(measure.who[0])
        return {tuple(key): float(value) for *key, value in _grouped(rows, cut, who.n_unique())}

    def _level(self, level: Level, cut: Cut) -> dict[Key, float]:
        found: dict[Key, float] = {}
        for cell, end in _ends(cut):
            instant = datetime.combine(end, datetime.min.time()) - timedelta(hours=ZONE_HOURS)
            frame = self._frames[level.table].filter(level.where)
            known = frame.filter(pl.col(level.clock).dt.replace_time_zone(None) < instant)
            newest = (
                known.sort(level.clock, "_version", "_key").group_by(level.key).last().with_columns(local=pl.lit(cell))
            )
            rows = _keyed(_filtered(newest, cut), cut).with_columns(value=level.value)
            for *key, value in _grouped(rows, cut, pl.col("value").sum()):
                found[tuple(key)] = value / level.scale
        return found


def _said(cut: Cut, key: Key) -> Key:
    """The key as answers write it: 2026-11-19, 2026-W47, 2026-11."""
    written = {"month": "%Y-%m", "week": "%G-W%V"}
    return tuple(
        format(part, written.get(name, "%Y-%m-%d")) if isinstance(part, date) else part
        for name, part in zip(cut.keys, key, strict=True)
    )


def _filtered(frame: pl.DataFrame, cut: Cut) -> pl.DataFrame:
    for dimension, member in cut.where:
        frame = frame.filter(pl.col(f"d_{dimension}") == member)
    return frame


def _keyed(frame: pl.DataFrame, cut: Cut) -> pl.DataFrame:
    cell = {"week": pl.col("local").dt.truncate("1w"), "month": pl.col("local").dt.truncate("1mo")}
    columns = [
        pl.col(f"d_{k}") if k in cut.dimensions else cell.get(k, pl.col("local")) for k in cut.keys
    ]  # fmt: skip
    return frame.with_columns(**{f"k{n}": column for n, column in enumerate(columns)})


def _grouped(rows: pl.DataFrame, cut: Cut, value: pl.Expr) -> list[tuple[Any, ...]]:
    names = [f"k{n}" for n in range(len(cut.keys))]
    if not rows.height:
        return []
    if not names:
        return rows.select(value.alias("v")).rows()
    return rows.group_by(names).agg(value.alias("v")).select(*names, "v").rows()


def _ends(cut: Cut) -> list[tuple[date, date]]:
    """Each time cell with the day after its last one."""
    if not cut.grain:
        return [(cut.since, cut.until + timedelta(days=1))]
    ends: dict[date, date] = {}
    day = cut.since
    while day <= cut.until:
        ends[cut.cell(day)] = day + timedelta(days=1)
        day += timedelta(days=1)
    return list(ends.items())


def net(f: Figures) -> float:
    return float(f["paid"] - f["refunded"] + f["adjusted"])


def goods(f: Figures) -> Number:
    every = f["costed"], f["uncosted"], f["goods"]
    return None if every[0] == 0 and every[1] > 0 else every[2]


def before_ads(f: Figures) -> Number:
    other = sum(f.known(k) for k in COST_KINDS if k != "advertising")
    whole, cost = net(f), goods(f)
    return None if cost is None else whole - cost - other


def known_costs(f: Figures) -> float:
    return float(f["goods"] + sum(f.known(k) for k in COST_KINDS if k != "advertising"))


def less(a: Number, b: Number) -> Number:
    return None if a is None or b is None else a - b


def contribution(f: Figures) -> Number:
    ads = f.known("advertising") + f.known("ad_spent")
    before = before_ads(f)
    return None if before is None else before - ads


def both(a: Number, b: Number) -> Number:
    return None if a is None and b is None else (a or 0.0) + (b or 0.0)


def plus_one(f: Figures, a: str, b: str) -> Number:
    ratio = div(f[a], f[b])
    return None if ratio is None else ratio - 1


METRICS: dict[str, Callable[[Figures], Number]] = {
    "order_amount": lambda f: f["ordered"],
    "paid_amount": lambda f: f["paid"],
    "refund_amount": lambda f: f["refunded"],
    "adjustment_amount": lambda f: f["adjusted"],
    "net_sales": net,
    "product_sales": lambda f: f["product_paid"] - f["product_refunded"],
    "net_sales_by_order_day": lambda f: f["paid"] - f["refunded_by_pay_day"] + f["adjusted"],
    "refund_rate": lambda f: div(f["refunded"], f["paid"]),
    "refund_rate_by_pay_day": lambda f: div(f["refunded_by_pay_day"], f["paid"]),
    "orders": lambda f: f["orders"],
    "units": lambda f: f["units"],
    "buyers": lambda f: f["buyers"],
    "ordering_buyers": lambda f: f["ordering_buyers"],
    "spend_per_buyer": lambda f: div(f["paid"], f["buyers"]),
    "aov": lambda f: div(f["paid"], f["orders"]),
    "price_per_unit": lambda f: div(f["paid"], f["units"]),
    "units_per_order": lambda f: div(f["units"], f["orders"]),
    "gross_margin": lambda f: less(net(f), goods(f)),
    "gross_margin_rate": lambda f: div(less(net(f), goods(f)), net(f)),
    "goods_cost": goods,
    "uncosted_share": lambda f: div(f["uncosted"], f["costed"] + f["uncosted"]),
    "commission_cost": lambda f: f["commission"],
    "payment_fee_cost": lambda f: f["payment_fee"],
    "freight_cost": lambda f: f["freight"],
    "packing_cost": lambda f: f["packing"],
    "return_insurance_cost": lambda f: f["return_insurance"],
    "influencer_cost": lambda f: f["influencer"],
    "other_cost": lambda f: f["other"],
    "ad_spend": lambda f: f["ad_spent"],
    "advertising_cost": lambda f: both(f["advertising"], f["ad_spent"]),
    "costs_before_ads": known_costs,
    "contribution_before_ads": before_ads,
    "contribution_profit": contribution,
    "contribution_margin_rate": lambda f: div(contribution(f), net(f)),
    "breakeven_roi": lambda f: div(net(f), b) if (b := before_ads(f)) is not None and b > 0 else None,
    "deposit_amount": lambda f: f["deposits"],
    "presale_orders": lambda f: f["presale_orders"],
    "balance_paid_rate": lambda f: div(f["completed_presales"], f["presale_orders"]),
    "settled_amount": lambda f: f["settled"],
    "shop_discounts": lambda f: f["shop_discounted"],
    "platform_discounts": lambda f: f["platform_discounted"],
    "shipping_income": lambda f: f["shipping"],
    "tax_amount": lambda f: f["tax"],
    "refunds": lambda f: f["refunds"],
    "refund_only_rate": lambda f: div(f["refund_only"], f["orders"]),
    "return_rate": lambda f: div(f["returns"], f["orders"]),
    "quality_refund_rate": lambda f: div(f["quality"], f["orders"]),
    "refund_hours": lambda f: div(f["refund_hours"], f["timed_refunds"]),
    "refunded_units": lambda f: f["refunded_units"],
    "restocked_units": lambda f: f["restocked"],
    "asked_refunds": lambda f: f["asked"],
    "asked_refund_amount": lambda f: f["asked_amount"],
    "open_refunds": lambda f: f["open_refunds"],
    "ship_48h": lambda f: div(f["sent_48h"], f["orders"]),
    "parcels": lambda f: f["parcels"],
    "pickup_in_time": lambda f: div(f["picked_up"], f["parcels"]),
    "delivery_hours": lambda f: div(f["delivery_hours"], f["delivered"]),
    "inquiries": lambda f: f["inquiries"],
    "inquiring_customers": lambda f: f["inquirers"],
    "inquiry_conversion": lambda f: div(f["ordering_inquirers"], f["inquirers"]),
    "first_response": lambda f: div(f["seconds"], f["answered"]),
    "three_minute_rate": lambda f: div(f["in_three_minutes"], f["inquiries"]),
    "tickets": lambda f: f["tickets"],
    "open_tickets": lambda f: f["open_tickets"],
    "ticket_hours": lambda f: div(f["ticket_hours"], f["solved"]),
    "reviews": lambda f: f["reviews"],
    "rating": lambda f: div(f["ratings"], f["rated"]),
    "negative_review_share": lambda f: div(f["negative_reviews"], f["toned_reviews"]),
    "mentions": lambda f: f["mentions"],
    "negative_share": lambda f: div(f["negative_mentions"], f["toned_mentions"]),
    "mention_reach": lambda f: f["reach"],
    "impressions": lambda f: f["impressions"],
    "clicks": lambda f: f["clicks"],
    "ctr": lambda f: div(f["clicks"], f["impressions"]),
    "cpc": lambda f: div(f["ad_spent"], f["clicks"]),
    "cpm": lambda f: v * 1000 if (v := div(f["ad_spent"], f["impressions"])) is not None else None,
    "blended_roi": lambda f: div(f["paid"], f["ad_spent"]),
    "cost_ratio": lambda f: div(f["ad_spent"], f["paid"]),
    "on_hand": lambda f: f["on_hand"],
    "committed": lambda f: f["committed"],
    "in_transit": lambda f: f["in_transit"],
    "presold": lambda f: f["presold"],
    "sellable_stock": lambda f: f["on_hand"] - f["committed"],
    "stock_position": lambda f: f["on_hand"] + f["in_transit"] - f["committed"] - f["presold"],
    "stock_value": lambda f: f["stock_cost"],
    "uncosted_stock_share": lambda f: div(f["uncosted_stock"], f["on_hand"]),
    "sold_skus": lambda f: f["sold_skus"],
    "stocked_skus": lambda f: f["stocked_skus"],
    "active_rate": lambda f: div(f["sold_skus"], f["stocked_skus"]),
    "received_units": lambda f: f["received"],
    "rejected_units": lambda f: f["rejected"],
    "purchased_units": lambda f: f["purchased"],
    "open_purchase_units": lambda f: f["open_purchases"],
}  # fmt: skip
for _w in ("1d", "7d", "15d", "30d"):
    METRICS[f"ad_sales_{_w}"] = lambda f, w=_w: f[f"attributed_{w}"]  # type: ignore[misc]
    METRICS[f"roi_{_w}"] = lambda f, w=_w: div(f[f"attributed_{w}"], f[f"spent_{w}"])  # type: ignore[misc]
    METRICS[f"net_roi_{_w}"] = lambda f, w=_w: div(  # type: ignore[misc]
        less(f[f"attributed_{w}"], f[f"attributed_refunds_{w}"]), f[f"spent_{w}"]
    )
    METRICS[f"ad_orders_{_w}"] = lambda f, w=_w: f[f"attributed_orders_{w}"]  # type: ignore[misc]
EVENTS: dict[str, Callable[[Figures], Number]] = {
    "visitors": lambda f: f["visitors"],
    "views": lambda f: f["views"],
    "product_visitors": lambda f: f["product_visitors"],
    "favourites": lambda f: f["favourite_visitors"],
    "cart_visitors": lambda f: f["cart_visitors"],
    "checkout_visitors": lambda f: f["checkout_visitors"],
    "cart_rate": lambda f: div(f["cart_visitors"], f["visitors"]),
    "order_conversion": lambda f: div(f["ordering_buyers"], f["visitors"]),
    "conversion_rate": lambda f: div(f["buyers"], f["visitors"]),
    "uv_value": lambda f: div(f["paid"], f["visitors"]),
    "searches": lambda f: f["searches"],
    "no_result_rate": lambda f: div(f["empty_searches"], f["searches"]),
    "checkouts": lambda f: f["checkouts"],
    "checkout_completion": lambda f: div(f["purchases"], f["checkouts"]),
}
