"""Campaigns before they run: planted histories with laws of their own."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl

from bench.analysis.frame import Line, at_most, between
from castanea.analysis.causes.plan_campaign import plan_campaign

WORLDS, FIRST_SEED, PLANNED = 60, 2_000, 4
KINDS, SCOPES = ("discount", "bundle", "gift", "live"), ("tea", "coffee", "ware")


def campaigns(seed: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """14–40 past campaigns and four to come: units a day by kind, scope, discount, spend, length and growth, with noise of 10–30 %."""
    rng = np.random.default_rng([seed, 13])
    count = int(rng.integers(14, 41)) + PLANNED
    kind, scope = rng.choice(KINDS[: int(rng.integers(2, 5))], count), rng.choice(SCOPES, count)
    of_kind, of_scope = (
        dict(zip(KINDS, rng.normal(0, 0.4, 4), strict=True)),
        dict(zip(SCOPES, rng.normal(0, 0.6, 3), strict=True)),
    )
    days, discount = rng.integers(2, 15, count), rng.choice([0.05, 0.1, 0.15, 0.2, 0.3, 0.4], count)
    spend = rng.lognormal(6.5, 0.7, count) * days
    start = [date(2025, 1, 6) + timedelta(int(d)) for d in np.sort(rng.integers(0, 600, count))]
    growth = np.array([(s - date(2025, 1, 6)).days for s in start]) / 365 * rng.normal(0, 0.25)
    law = (
        rng.normal(4.5, 0.5)
        + rng.uniform(1, 4) * discount
        + rng.uniform(0, 0.4) * np.log(spend / days)
        - rng.uniform(0, 0.3) * np.log(days)
        + growth
    )
    law += np.array([of_kind[k] for k in kind]) + np.array([of_scope[s] for s in scope])
    units = np.round(np.exp(law + rng.normal(0, rng.uniform(0.1, 0.3), count)) * days)
    price = {s: float(rng.lognormal(4, 0.4)) for s in SCOPES}
    paid = units * np.array([price[s] for s in scope]) * (1 - discount) * np.exp(rng.normal(0, 0.04, count))
    table = pl.DataFrame({
        "campaign": [f"c{n}" for n in range(count)], "start": start, "end": [s + timedelta(int(d) - 1) for s, d in zip(start, days, strict=True)],
        "kind": kind.tolist(), "scope": scope.tolist(), "discount": discount, "spend": spend, "units": units, "paid_amount": paid,
        "cost": [0.4 * price[s] for s in scope],
    })  # fmt: skip
    return table.head(count - PLANNED), table.tail(PLANNED)


def histories() -> list[Line]:
    inside, money, profit, ours, naive, stock = [], [], [], [], [], []
    for seed in range(FIRST_SEED, FIRST_SEED + WORLDS):
        past, coming = campaigns(seed)
        told = plan_campaign(past, plan=coming.drop("units", "paid_amount"))
        if told.status != "ok":
            continue
        for row, true in zip(told.table.iter_rows(named=True), coming.iter_rows(named=True), strict=True):
            if row["units"] is None:
                continue
            gained = true["paid_amount"] - true["cost"] * true["units"] - true["spend"]
            days = (true["end"] - true["start"]).days + 1
            alike = past.filter(pl.col("kind") == true["kind"])
            usual = (alike["units"] / ((alike["end"] - alike["start"]).dt.total_days() + 1)).median()
            inside.append(row["units_lo"] <= true["units"] <= row["units_hi"])
            money.append(row["lo"] <= true["paid_amount"] <= row["hi"])
            profit.append(row["profit_lo"] <= gained <= row["profit_hi"])
            stock.append(true["units"] <= row["stock_needed"])
            ours.append(abs(np.log(row["units"] / true["units"])))
            naive.append(abs(np.log(float(str(usual)) * days / true["units"])))
    off = [100 * float(np.expm1(np.mean(v))) for v in (ours, naive)]
    name = "campaigns to come"
    return [
        Line(name, "95 % intervals of units hold %", 100 * float(np.mean(inside)), None, 95, between(91, 98.5)),
        Line(name, "95 % intervals of money hold %", 100 * float(np.mean(money)), None, 95, between(91, 98.5)),
        Line(name, "95 % intervals of profit hold %", 100 * float(np.mean(profit)), None, 95, between(91, 98.5)),
        Line(name, "stock suffices %", 100 * float(np.mean(stock)), None, 95, between(90, 99)),
        Line(name, "units off by %", off[0], off[1], None, at_most(0.7 * off[1])),
    ]


CASES = {"campaigns": histories}
