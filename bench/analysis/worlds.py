"""Worlds with known answers for the lines of effects, drawn by a seed."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import polars as pl

Floats = npt.NDArray[np.float64]


def wandering(rng: np.random.Generator, size: int, phi: float) -> Floats:
    """An AR(1) of variance 1."""
    found = np.zeros(size + 60)
    for n in range(1, len(found)):
        found[n] = phi * found[n - 1] + rng.standard_normal() * (1 - phi**2) ** 0.5
    return found[60:]


def campaign(
    seed: int, lift: float, *, before: int = 90, after: int = 28, noise: float = 0.08, phi: float = 0.3, alike: float = 0.7, control_lift: float = 0.0,
) -> tuple[pl.DataFrame, float]:  # fmt: skip
    """day, sales, market (a control), and the true mean effect of a campaign on sales from day `before` on."""
    rng, size = np.random.default_rng(seed), before + after
    control = wandering(rng, size, phi)
    own = 1000 * (1 + noise * (alike * control + (1 - alike**2) ** 0.5 * wandering(rng, size, phi)))
    market = 400 * (1 + noise * control)
    effect = lift * own[before:]
    own[before:] += effect
    market[before:] *= 1 + control_lift
    days = [date(2026, 1, 1) + timedelta(days=n) for n in range(size)]
    return pl.DataFrame({"day": days, "sales": own, "market": market}), float(effect.mean())


def begins(before: int = 90) -> str:
    """The first day of the campaign."""
    return str(date(2026, 1, 1) + timedelta(days=before))
