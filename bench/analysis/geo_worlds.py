"""Regions that move together, each with its own level and drift; in some of them an action adds a share of sales."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl

DAYS, AFTER, REGIONS = 84, 21, 30


def geo_world(seed: int, lift: float) -> tuple[pl.DataFrame, tuple[str, ...], str, float]:
    """Panel (region, day, sales), the treated regions, the day it began, and the true effect per region and day. Regions share three movements
    with loadings of their own, a week's season, noise of 6 % (persistence .3), and drift."""
    rng = np.random.default_rng([seed, 31])
    size = DAYS + AFTER
    common = np.cumsum(rng.normal(0, 0.008, (3, size)), axis=1)
    level = rng.lognormal(7, 0.5, REGIONS)
    loads = rng.dirichlet((2, 2, 2), REGIONS)
    week = 1 + 0.15 * np.sin(2 * np.pi * np.arange(size) / 7)
    noise = np.zeros((REGIONS, size))
    for t in range(1, size):
        noise[:, t] = 0.3 * noise[:, t - 1] + rng.normal(0, 0.06, REGIONS)
    drift = np.cumsum(rng.normal(0, 0.003, (REGIONS, size)), axis=1)
    sales = level[:, None] * week * np.exp(loads @ common * 3 + noise + drift)
    chosen = sorted(rng.choice(REGIONS, int(rng.integers(1, 4)), replace=False).tolist())
    plain = sales[chosen, DAYS:].mean()
    sales[chosen, DAYS:] *= 1 + lift
    first = date(2026, 6, 1)
    rows = [
        {"region": f"r{r:02d}", "day": first + timedelta(t), "sales": float(sales[r, t])}
        for r in range(REGIONS)
        for t in range(size)
    ]
    return pl.DataFrame(rows), tuple(f"r{r:02d}" for r in chosen), str(first + timedelta(DAYS)), float(plain * lift)
