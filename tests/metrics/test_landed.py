"""Money against figures reckoned from the rows as they were sent, over cuts drawn from a seed: an error of the loader shows here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from tests.metrics.by_hand import Figures, Number, _filtered, _grouped, _keyed, _said, div
from tests.metrics.conftest import SmallShop
from tests.metrics.cuts import Cut, drawn
from tests.metrics.frames import SCALE
from tests.metrics.landed import FEES, Landed
from tests.metrics.test_every_metric import compare

CUTS = 12
WHOLE = ("shop", "channel", "platform", "country", "province")
GOODS = ("product", "category")
C = pl.col
COUNTED = C("counted")
# Each base figure: in which frames, by which day, which column.
SUMS: dict[str, list[tuple[str, str, pl.Expr]]] = {
    "ordered": [("lines", "placed", C("amount"))],
    "paid": [("lines", "day", C("paid"))],
    "adjusted": [("lines", "placed", C("adjusted"))],
    "refunded": [("refunds", "day", C("amount"))],
    "refunded_by_pay_day": [("refunds", "pay_day", C("amount"))],
    "product_paid": [("lines", "day", C("product_paid"))],
    "units": [("lines", "day", C("units"))],
    "goods": [("lines", "day", C("cost")), ("refunds", "day", -C("cost"))],
    "costed": [("lines", "day", C("costed"))],
    "uncosted": [("lines", "day", C("uncosted"))],
    "commission": [("fees", "day", C("commission")), ("refunds", "day", -C("commission"))],
    **{kind: [("fees", "day", C(kind))] for kind in FEES if kind != "commission"},
    "deposits": [("deposits", "day", C("amount"))],
}
PEOPLE = {"orders": ("day", "order"), "buyers": ("day", "customer"), "ordering_buyers": ("placed", "customer")}


def net(f: Figures) -> float:
    return float(f["paid"] - f["refunded"] + f["adjusted"])


def goods(f: Figures) -> Number:
    costed, uncosted, cost = f["costed"], f["uncosted"], f["goods"]
    return None if costed == 0 and uncosted > 0 else cost


def margin(f: Figures) -> Number:
    cost = goods(f)
    return None if cost is None else net(f) - cost


BY_GOODS: dict[str, Callable[[Figures], Number]] = {
    "order_amount": lambda f: f["ordered"],
    "paid_amount": lambda f: f["paid"],
    "refund_amount": lambda f: f["refunded"],
    "net_sales": net,
    "net_sales_by_order_day": lambda f: f["paid"] - f["refunded_by_pay_day"] + f["adjusted"],
    "product_sales": lambda f: f["product_paid"] - f["refunded"],
    "refund_rate": lambda f: div(f["refunded"], f["paid"]),
    "refund_rate_by_pay_day": lambda f: div(f["refunded_by_pay_day"], f["paid"]),
    "units": lambda f: f["units"],
    "goods_cost": goods,
    "gross_margin": margin,
    "gross_margin_rate": lambda f: div(margin(f), net(f)),
    "uncosted_share": lambda f: div(f["uncosted"], f["costed"] + f["uncosted"]),
    "orders": lambda f: f["orders"],
    "buyers": lambda f: f["buyers"],
    "ordering_buyers": lambda f: f["ordering_buyers"],
    "spend_per_buyer": lambda f: div(f["paid"], f["buyers"]),
    "aov": lambda f: div(f["paid"], f["orders"]),
}
BY_ORDER: dict[str, Callable[[Figures], Number]] = {
    "commission_cost": lambda f: f["commission"],
    "payment_fee_cost": lambda f: f["payment_fee"],
    "freight_cost": lambda f: f["freight"],
    "packing_cost": lambda f: f["packing"],
    "deposit_amount": lambda f: f["deposits"],
}


class Reckoned:
    def __init__(self, landed: Landed) -> None:
        self._frames = landed.frames

    def worked_out(self, formula: Callable[[Figures], Number], cut: Cut) -> dict[tuple[Any, ...], Number]:
        held: dict[str, dict[tuple[Any, ...], float]] = {}

        def noting(name: str) -> float:
            held[name] = self._base(name, cut)
            return 1.0

        formula(Figures(noting))
        keys = {key for table in held.values() for key in table} if cut.keys else {()}

        def cell(key: tuple[Any, ...]) -> Figures:
            return Figures(lambda name: held[name].get(key, None if name in FEES else 0.0))

        return {_said(cut, key): formula(cell(key)) for key in keys}

    def _base(self, name: str, cut: Cut) -> dict[tuple[Any, ...], float]:
        found: dict[tuple[Any, ...], float] = {}
        if name in PEOPLE:
            day, who = PEOPLE[name]
            by_goods = any(d in GOODS for d in (*cut.dimensions, *(d for d, _ in cut.where)))
            rows = self._rows("lines" if by_goods else "orders", day, cut)
            rows = rows.filter(COUNTED) if by_goods else rows
            return {tuple(key): float(n) for *key, n in _grouped(rows, cut, C(who).n_unique())}
        for frame, day, value in SUMS[name]:
            rows = self._rows(frame, day, cut).with_columns(value=value).filter(C("value").is_not_null())
            for *key, total in _grouped(rows, cut, C("value").sum()):
                found[tuple(key)] = found.get(tuple(key), 0.0) + total / SCALE
        return found

    def _rows(self, frame: str, day: str, cut: Cut) -> pl.DataFrame:
        rows = self._frames[frame].with_columns(local=C(day)).filter(C("local").is_between(cut.since, cut.until))
        return _keyed(_filtered(rows, cut), cut)


@pytest.fixture(scope="module")
def reckoned(shop: SmallShop) -> Reckoned:
    return Reckoned(Landed(shop.sent))


@pytest.mark.parametrize("name", [*BY_GOODS, *BY_ORDER])
def test_money_is_what_the_rows_that_were_sent_make(shop: SmallShop, reckoned: Reckoned, name: str) -> None:
    formula = BY_GOODS.get(name) or BY_ORDER[name]
    dimensions = (*WHOLE, *GOODS) if name in BY_GOODS else WHOLE
    for cut in drawn(f"landed {name}", dimensions, members(reckoned, dimensions), count=CUTS):
        compare(shop, name, cut, reckoned.worked_out(formula, cut))


def test_there_are_more_than_two_hundred_cuts_of_what_was_sent() -> None:
    assert CUTS * (len(BY_GOODS) + len(BY_ORDER)) > 200


def members(reckoned: Reckoned, dimensions: tuple[str, ...]) -> dict[str, list[str]]:
    frame = reckoned._frames["lines"]
    return {d: sorted(frame[f"d_{d}"].unique().to_list())[:20] for d in dimensions}
