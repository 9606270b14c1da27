"""Worlds of channels with known responses, drawn by a seed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import polars as pl

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class MediaWorld:
    """`table`: week, sales, a column of spending for each channel, holiday. `contributions`: what each channel truly brought."""

    table: pl.DataFrame
    channels: Sequence[str]
    spend: Floats
    carry: Floats
    half: Floats
    power: Floats
    size: Floats
    contributions: Floats

    def brings(self, spend: Floats) -> float:
        """What the channels bring over all weeks when each one's spending is scaled to this mean a week."""
        scale = spend / self.spend.mean(axis=0)
        return float(sum(self._response(c, self.spend[:, c] * scale[c]).sum() for c in range(len(self.channels))))

    def _response(self, c: int, spend: Floats) -> Floats:
        return response(spend, float(self.carry[c]), float(self.half[c]), float(self.power[c]), float(self.size[c]))


def response(spend: Floats, carry: float, half: float, power: float, size: float) -> Floats:
    """Geometric carry-over, then Hill."""
    carried, held = np.zeros(len(spend)), 0.0
    for t, amount in enumerate(spend):
        held = (1 - carry) * amount + carry * held
        carried[t] = held
    return np.asarray(size * carried**power / (carried**power + half**power))


def media_world(
    seed: int, *, weeks: int = 156, channels: int = 4, noise: float = 0.05, rho: float = 0.0, alike: float = 0.0
) -> MediaWorld:
    """`noise`: its standard deviation by the mean of sales; `rho` its persistence; `alike`: how much the channels' spending moves together."""
    rng = np.random.default_rng(seed)
    t = np.arange(weeks)
    names = [f"m{c + 1}" for c in range(channels)]
    scale = 10 ** rng.uniform(3, 3.8, channels)
    together = rng.standard_normal(weeks)
    pattern = np.exp(
        0.6 * (alike**0.5 * together[:, None] + (1 - alike) ** 0.5 * rng.standard_normal((weeks, channels)))
    )
    for c in range(channels):
        if rng.random() < 0.4:  # in flights
            pattern[:, c] *= np.repeat(rng.random(weeks // 4 + 1) < 0.6, 4)[:weeks]
    spend = scale * pattern
    base = 10_000.0 * (1 + 0.25 * t / weeks + 0.12 * np.sin(2 * np.pi * t / 52.18 + rng.uniform(0, 6)))
    carry, power = rng.uniform(0, 0.75, channels), rng.choice([0.8, 1.0, 1.5, 2.0], channels)
    half = spend.mean(axis=0) * rng.uniform(0.4, 2.5, channels)
    size, parts = np.zeros(channels), np.zeros((weeks, channels))
    for c in range(channels):
        plain = response(spend[:, c], float(carry[c]), float(half[c]), float(power[c]), 1.0)
        size[c] = rng.uniform(0.02, 0.14) * float(base.sum()) / float(plain.sum())
        parts[:, c] = size[c] * plain
    holiday = (t % 52 == 46).astype(float)
    clean = base + parts.sum(axis=1) + 1500 * holiday
    shock = np.zeros(weeks)
    for n in range(weeks):
        shock[n] = rho * (shock[n - 1] if n else 0.0) + (1 - rho**2) ** 0.5 * rng.standard_normal()
    sales = clean + noise * clean.mean() * shock
    days = [date(2023, 1, 2) + timedelta(weeks=int(n)) for n in t]
    table = pl.DataFrame(
        {"week": days, "sales": sales, **{name: spend[:, c] for c, name in enumerate(names)}, "holiday": holiday}
    )
    return MediaWorld(table, names, spend, carry, half, power, size, parts.sum(axis=0))
