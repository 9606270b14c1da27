"""Stock: the textbook's instances, the service that is achieved by reorder points, and thousands of items under two limits."""

from __future__ import annotations

import json
import time

import numpy as np
import numpy.typing as npt
import polars as pl

from bench.analysis.frame import Line, at_least, at_most, between, data
from castanea.analysis.prescribe import textbook as book
from castanea.analysis.prescribe.reorder import reorder

Floats = npt.NDArray[np.float64]


def textbook() -> list[Line]:
    """The given instances; the greatest relative difference of any number of their optima."""
    folder = data("inventory", "stockpyl")
    given = {
        each["name"].removeprefix("example_"): each["data"]
        for each in json.loads((folder / "instances.json").read_text())["instances"]
    }
    known = {
        row["instance"].removeprefix("example_"): json.loads(row["optimum"])
        for row in pl.read_csv(folder / "optima.csv").iter_rows(named=True)
    }

    def of(name: str, *keys: str) -> list[float]:
        return [given[name][key] for key in keys]

    single = ("holding_cost", "stockout_cost", "demand_mean", "demand_sd")
    ours: dict[str, list[float]] = {
        "3_1": list(book.eoq(*of("3_1", "fixed_cost", "holding_cost", "demand_rate"))),
        "3_8": list(book.eoq(*of("3_8", "fixed_cost", "holding_cost", "demand_rate", "stockout_cost"))),
        "3_5": list(book.eoq_all_units(*of("3_5", "fixed_cost", "holding_cost_rate", "demand_rate", "breakpoints", "unit_costs"))),  # type: ignore[arg-type]
        "4_1": list(book.newsvendor(*of("4_1", *single))), "4_3": list(book.newsvendor(*of("4_3", *single))),
        "4_2": list(book.newsvendor_profit(*of("4_2", "revenue", "purchase_cost", "salvage_value", "demand_mean", "demand_sd"))),
        "4_7": list(book.poisson_ss(*of("4_7", "fixed_cost", "holding_cost", "stockout_cost", "demand_mean"))),
        "5_1": list(book.continuous_rq(*of("5_1", "fixed_cost", "holding_cost", "stockout_cost", "demand_mean", "demand_sd", "lead_time"))),
        "5_8": list(book.poisson_rq(*of("5_8", "fixed_cost", "holding_cost", "stockout_cost", "demand_mean", "lead_time"))),
    }  # fmt: skip
    orders, cost = book.wagner_whitin(*of("3_9", "fixed_cost", "holding_cost", "demand"))  # type: ignore[arg-type]
    ours["3_9"] = [*orders, cost]
    worst = 0.0
    for name, found in ours.items():
        told = {k: v for k, v in known[name].items() if k not in ("region", "stockout_fraction")}
        flat = [x for v in told.values() for x in (v if isinstance(v, list) else [v])]
        worst = max(worst, *(abs(a - b) / max(abs(b), 1.0) for a, b in zip(found, flat, strict=True)))
    return [Line("textbook", "10 instances, furthest from the optimum", worst, None, 0, at_most(1e-4))]


def service() -> list[Line]:
    """Reorder points from 104 weeks and 30 receipts, tried on 20,000 fresh lead times each; asked 95 %. Naive: mean + z·σ·√L."""
    kinds = {
        "fast": lambda rng, size: rng.poisson(40, size),
        "slow": lambda rng, size: rng.poisson(0.8, size),
        "lumpy": lambda rng, size: rng.binomial(1, 0.25, size) * rng.geometric(0.08, size),
    }
    lines = []
    for n, (kind, draw) in enumerate(kinds.items()):
        rng = np.random.default_rng(n)
        count, weeks = 200, 104
        past = draw(rng, (count, weeks))
        leads = rng.choice([2, 3, 4, 5, 6], (count, 30), p=[0.1, 0.35, 0.3, 0.15, 0.1])
        names = [f"s{i:03}" for i in range(count)]
        table = pl.DataFrame(
            {"sku": np.repeat(names, weeks), "week": np.tile(np.arange(weeks), count), "sold": past.ravel()}
        )
        receipts = pl.DataFrame({"item": np.repeat(names, 30), "lead_time": leads.ravel()})
        points = (
            reorder(table, item="sku", time="week", quantity="sold", lead_times=receipts)
            .table.sort("item")["reorder_point"]
            .to_numpy()
        )
        future = rng.choice([2, 3, 4, 5, 6], 20_000, p=[0.1, 0.35, 0.3, 0.15, 0.1])
        sums = np.concatenate([np.zeros((20_000, 1)), np.cumsum(draw(rng, (20_000, 6)), axis=1)], axis=1)[
            np.arange(20_000), future
        ]
        plain = past.mean(axis=1) * leads.mean(axis=1) + 1.645 * past.std(axis=1) * np.sqrt(leads.mean(axis=1))
        got, lazy = (100 * float(np.mean([(sums <= p).mean() for p in these])) for these in (points, plain))
        lines.append(Line("made items", f"cycle service, {kind}, asked 95 %", got, lazy, None, between(93, 97)))
    return lines


def many() -> list[Line]:
    """10,000 items, half of what they would cost and of the space they would take, minimum orders and packs. Naive: all cut in proportion."""
    rng = np.random.default_rng(3)
    count, weeks = 10_000, 52
    sold = rng.poisson(rng.lognormal(1, 1, count)[:, None], (count, weeks))
    names = np.array([f"s{i:05}" for i in range(count)])
    table = pl.DataFrame(
        {"sku": np.repeat(names, weeks), "week": np.tile(np.arange(weeks), count), "sold": sold.ravel()}
    )
    stock = pl.DataFrame({
        "item": names, "on_hand": 0, "price": rng.uniform(1, 50, count), "litres": rng.uniform(0.1, 5, count),
        "least": rng.integers(1, 12, count), "box": rng.integers(1, 6, count),
    })  # fmt: skip
    asked = {
        "item": "sku",
        "time": "week",
        "quantity": "sold",
        "stock": stock,
        "lead_time": "3",
        "cost": "price",
        "volume": "litres",
        "minimum": "least",
        "pack": "box",
    }
    free = reorder(table, **asked).table.sort("item")["order_quantity"].to_numpy()  # type: ignore[arg-type]
    price, litres = stock["price"].to_numpy(), stock["litres"].to_numpy()
    budget, space = float(price @ free) / 2, float(litres @ free) / 2
    begin = time.process_time()
    told = reorder(table, **asked, budget=budget, space=space)  # type: ignore[arg-type]
    spent = time.process_time() - begin
    got = told.table.sort("item")["order_quantity"].to_numpy()
    least, box = stock["least"].to_numpy(), stock["box"].to_numpy()
    broken = (
        int(price @ got > budget)
        + int(litres @ got > space)
        + int(((got > 0) & ((got < least) | (got % box != 0))).sum())
    )
    cut = np.floor(free / 2 / box) * box
    cut[cut < least] = 0
    fresh = rng.poisson(np.repeat(sold.mean(axis=1)[:, None], 400, axis=1) * 6)
    served, lazy = (float(np.minimum(fresh, q[:, None]).mean(axis=1).sum()) for q in (got, cut))
    return [
        Line("10,000 items", "gap to the bound, per cent", 100 * told.summary["gap"], None, 0.04, at_most(0.1), spent),
        Line("10,000 items", "limits, minimums and packs broken", broken, None, 0, at_most(0), spent),
        Line("10,000 items", "demand met, times that of pro rata", served / lazy, 1, None, at_least(1.0), spent),
        Line("10,000 items", "processor seconds", spent, None, 5, at_most(5), spent),
    ]


CASES = {"textbook": textbook, "cycle-service": service, "many-items": many}
