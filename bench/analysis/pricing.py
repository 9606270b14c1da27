"""Prices and budgets: the orange-juice elasticities, planted channels, and what became of the money that was moved."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import polars as pl

from bench.analysis.frame import SHOWN, Line, at_least, at_most, data
from bench.analysis.media_worlds import MediaWorld, media_world, response
from bench.analysis.price_worlds import price_world
from castanea.analysis.pricing.budget import budget
from castanea.analysis.pricing.elasticity import elasticities
from castanea.analysis.pricing.media_mix import media_mix
from castanea.analysis.pricing.price import price

Floats = npt.NDArray[np.float64]
KNOWN = (-2.480, -1.404, -2.776, -3.198, -2.354, -1.768, -2.268, -2.031, -3.279, -2.810, -1.120)
POOLED = -2.528
WORLDS = 20


def juice() -> list[Line]:
    """Brand by brand, store effects, deal and feat, without time effects, before the brands are held against each other."""
    rows = pl.read_parquet(data("pricing", "orange_juice") / "sales.parquet")
    own = pl.coalesce(pl.when(pl.col("brand") == n).then(pl.col(f"price{n}")) for n in range(1, 12))
    table = rows.with_columns(own.alias("price"), pl.col("logmove").exp().alias("units"))
    told = elasticities(table, product="brand", price="price", units="units", store="store", promotion=("deal", "feat"))
    plain = elasticities(table, product="brand", price="price", units="units")
    worst = float(np.abs(told["elasticity"].to_numpy() - KNOWN).max())
    pooled = float(np.abs(POOLED - np.array(KNOWN)).max())
    lazy = float(np.abs(plain["elasticity"].to_numpy() - KNOWN).max())
    return [
        Line("orange_juice", "11 elasticities, furthest from published", worst, pooled, 0, at_most(0.005)),
        Line("orange_juice", "the same without promotions and stores", lazy, None, None, SHOWN),
    ]


def prices() -> list[Line]:
    """Planted elasticities, promotions that go with price cuts, stores and seasons; the advice judged by the true profit."""
    held, gained, lazy, asked, worse = [], [], [], 0, 0
    for seed in range(WORLDS):
        world = price_world(seed)
        told = price(
            world.table,
            product="item",
            price="asked",
            units="sold",
            time="week",
            store="shop",
            promotion=("promo",),
            cost="cost",
        ).table.sort("product")
        held += ((told["lo"].to_numpy() <= world.slopes) & (world.slopes <= told["hi"].to_numpy())).tolist()
        for n, row in enumerate(told.iter_rows(named=True)):
            if row["verdict"] in ("raise", "lower"):
                gain = world.gain(n, row["price_now"], row["price_best"])
                asked, worse = asked + 1, worse + (gain < 0)
                gained.append(gain)
        lazy += world.lazy_gains()
    return [
        Line("price worlds", "95 % intervals hold %", 100 * float(np.mean(held)), None, 95, at_least(90)),
        Line("price worlds", "advice worse than the price now %", 100 * worse / max(asked, 1), 100 * float(np.mean(np.array(lazy) < 0)), None, at_most(5)),
        Line("price worlds", "products with advice to move", float(asked), None, None, at_least(20)),
        Line("price worlds", "true profit gained, mean %", 100 * float(np.mean(gained)), 100 * float(np.mean(lazy)), None, SHOWN),
    ]  # fmt: skip


def given() -> list[Line]:
    """The series whose contributions are known: 3,000 and 2,000 × saturated adstock, summed."""
    table = pl.read_csv(data("marketing", "mmm_example", "weekly.csv"), infer_schema=False)
    told = media_mix(table, time="date_week", value="y", spend=("x1", "x2"), controls=("event_1", "event_2"))
    spend = table.select(pl.col("x1", "x2").cast(pl.Float64)).to_numpy()
    lines = []
    for n, (size, carry, bend) in enumerate(((3000, 0.4, 4), (2000, 0.2, 3))):
        weights = carry ** np.arange(8)
        held = np.convolve(spend[:, n], weights / weights.sum())[: len(spend)]
        truth = float(size * ((1 - np.exp(-bend * held)) / (1 + np.exp(-bend * held))).sum())
        row = told.table.row(n, named=True)
        inside = float(row["lo"] <= truth <= row["hi"])
        lines += [
            Line("mmm_example", f"x{n + 1}: truth inside the interval", inside, None, 1, at_least(1)),
            Line("mmm_example", f"x{n + 1}: contribution", row["contribution"], None, truth, SHOWN),
        ]
    error, naive = 100 * told.summary["backtest_error"], 100 * told.summary["backtest_naive"]
    return [*lines, Line("mmm_example", "backtest error %", error, naive, None, SHOWN)]


@dataclass(frozen=True)
class _Moved:
    gain: float
    moved: bool
    crude: float


@lru_cache(maxsize=1)
def _moved() -> tuple[_Moved, ...]:
    found = []
    for seed in range(WORLDS):
        world = media_world(seed)
        now = world.spend.mean(axis=0)
        told = budget(
            world.table,
            time="week",
            value="sales",
            spend=world.channels,
            controls=("holiday",),
            total=float(now.sum()),
            periods=1,
        )
        base = world.brings(now)
        gain = world.brings(told.table["spend_best"].to_numpy()) / base - 1
        found.append(_Moved(gain, told.summary["verdict"] == "move", world.brings(_crude(world, now)) / base - 1))
    return tuple(found)


def budgets() -> list[Line]:
    """20 worlds, noise 5 % of the mean: what the advice truly brought against leaving the money where it is."""
    found = _moved()
    worse, lazy = (
        100 * float(np.mean([m.gain < -1e-9 for m in found])),
        100 * float(np.mean([m.crude < 0 for m in found])),
    )
    gain, crude = 100 * float(np.mean([m.gain for m in found])), 100 * float(np.mean([m.crude for m in found]))
    return [
        Line("media-mix worlds", "advice worse than the status quo %", worse, lazy, 50, at_most(5)),
        Line("media-mix worlds", "worlds in which money is moved", float(sum(m.moved for m in found)), float(len(found)), None, at_least(5)),
        Line("media-mix worlds", "true gain by the advice, mean %", gain, crude, None, at_least(0)),
        Line("media-mix worlds", "true gain by the advice, worst %", 100 * min(m.gain for m in found), 100 * min(m.crude for m in found), None, SHOWN),
    ]  # fmt: skip


def contributions() -> list[Line]:
    """Whether the intervals of what channels brought hold in other worlds, persistent noise and like spending among them."""
    held = []
    for seed in range(12):
        world = media_world(1000 + seed, rho=0.3 * (seed % 2), alike=0.5 * (seed % 3 == 2))
        told = media_mix(world.table, time="week", value="sales", spend=world.channels, controls=("holiday",)).table
        held += (
            (told["lo"].to_numpy() <= world.contributions) & (world.contributions <= told["hi"].to_numpy())
        ).tolist()
    return [
        Line(
            "media-mix worlds",
            "95 % intervals of contributions hold %",
            100 * float(np.mean(held)),
            None,
            95,
            at_least(85),
        )
    ]


def _crude(world: MediaWorld, now: Floats) -> Floats:
    """The lazy way: one carry-over and one saturation for all, least squares, all money by the point estimates within the same bounds."""
    x = np.column_stack([response(world.spend[:, c], 0.5, float(now[c]), 1.0, 1.0) for c in range(len(now))])
    columns = np.column_stack([np.ones(len(x)), np.arange(len(x)), world.table["holiday"].to_numpy(), x])
    size = np.maximum(np.linalg.lstsq(columns, world.table["sales"].to_numpy(), rcond=None)[0][3:], 0.0)
    spend, step = 0.5 * now, now.sum() / 400
    while spend.sum() < now.sum() - step:
        gain = np.array(
            [
                size[c] * now[c] / (spend[c] + now[c]) ** 2 if spend[c] + step <= 1.5 * now[c] else -1.0
                for c in range(len(now))
            ]
        )
        spend[int(gain.argmax())] += step
    return np.asarray(spend * now.sum() / spend.sum())


CASES = {"juice": juice, "prices": prices, "media-mix-given": given, "budgets": budgets, "contributions": contributions}
