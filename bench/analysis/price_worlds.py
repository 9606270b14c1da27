"""Worlds of prices with known answers, drawn by a seed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import polars as pl

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class PriceWorld:
    """`table`: item, shop, week, asked (price), promo, sold, cost. `slopes` and `costs` by item."""

    table: pl.DataFrame
    slopes: Floats
    costs: Floats

    def gain(self, item: int, now: float, then: float) -> float:
        """The true change of profit, of the profit now."""
        before = now - self.costs[item]
        after = (then / now) ** self.slopes[item] * (then - self.costs[item])
        return float((after - before) / abs(before))

    def lazy_gains(self) -> list[float]:
        """One slope for all items, promotions forgotten, the optimum of the point estimate."""
        x, y = np.log(self.table["asked"].to_numpy()), np.log(self.table["sold"].to_numpy() + 1)
        slope = float(np.polyfit(x, y, 1)[0])
        found = []
        for n in range(len(self.slopes)):
            rows = self.table.filter(pl.col("item") == f"p{n:02d}")
            now = float(rows.filter(pl.col("week") == pl.col("week").max())["asked"].median())  # type: ignore[arg-type]
            then = self.costs[n] * slope / (1 + slope) if slope < -1.05 else 2 * now
            found.append(self.gain(n, now, float(min(max(then, 0.5 * now), 2 * now))))
        return found


def price_world(seed: int, *, items: int = 12, shops: int = 6, weeks: int = 104, few: bool = False) -> PriceWorld:
    """Prices by item and week with differences of shops; promotions go with price cuts and sell by themselves; season, trend, and noise
    that lasts and is shared between shops. `few`: counts so small that many rows sell nothing."""
    rng = np.random.default_rng(seed)
    slopes = -np.exp(rng.normal(0.7, 0.35, items))
    usual, costs = np.exp(rng.normal(2.5, 0.6, items)), np.zeros(items)
    frames = []
    t = np.arange(weeks)
    days = [date(2024, 1, 1) + timedelta(weeks=int(n)) for n in t]
    for n in range(items):
        costs[n] = usual[n] * rng.uniform(0.35, 0.75)
        steps = np.repeat(rng.choice([0.9, 0.95, 1.0, 1.05, 1.12], weeks // 6 + 1), 6)[:weeks]
        promo = (rng.random(weeks) < 0.15).astype(float)
        price = usual[n] * steps * (1 - 0.15 * promo)
        shared = np.zeros(weeks)
        for k in range(1, weeks):
            shared[k] = 0.4 * shared[k - 1] + 0.1 * rng.standard_normal()
        level = rng.normal(0.5 if few else 4.5, 0.5)
        for shop in range(shops):
            asked = np.round(price * (1 + 0.02 * (shop % 3)), 3)
            log = (
                level + 0.3 * rng.standard_normal() + slopes[n] * np.log(asked / usual[n]) + 0.35 * promo + 0.003 * t
                + 0.2 * np.sin(2 * np.pi * t / 52.18) + shared + 0.15 * rng.standard_normal(weeks)
            )  # fmt: skip
            frames.append(pl.DataFrame({
                "item": f"p{n:02d}", "shop": f"s{shop}", "week": days, "asked": asked, "promo": promo,
                "sold": rng.poisson(np.exp(log)) if few else np.exp(log), "cost": costs[n],
            }).with_columns(pl.col("sold").cast(pl.Float64)))  # fmt: skip
    return PriceWorld(pl.concat(frames), slopes, costs)
