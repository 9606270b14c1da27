"""Demand over a lead time as draws from what was seen: no distribution is assumed, and a short history widens the draws.

Each draw of a period's demand is by Pólya's urn (the predictive form of the Bayesian bootstrap, Rubin 1981): a drawn period goes back twice, so
that not knowing the true mean is part of the spread. Demand that comes in runs is drawn in runs (stationary bootstrap, Politis and Romano 1994)."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]


@lru_cache(maxsize=4096)
def _pattern(n: int, length: int, run: int, draws: int, seed: int) -> Whole:
    """Which of `n` periods each draw takes for each of `length` periods to come."""
    rng = np.random.default_rng([seed, n, length, run])
    taken = np.empty((draws, length), dtype=np.int64)
    for k in range(length):
        at = rng.integers(0, n + k, draws)
        fresh = np.where(at < n, at, taken[np.arange(draws), np.maximum(at - n, 0)])
        goes_on = (rng.random(draws) >= 1 / run) & (k > 0)
        taken[:, k] = np.where(goes_on, (taken[:, k - 1] + 1) % n, fresh)
    return taken


def run_length(demand: Floats) -> int:
    """Periods of a run: 1 unless a period resembles the one before more than chance lets it."""
    n = len(demand)
    spread = demand - demand.mean()
    total = float(spread @ spread)
    if n < 12 or total <= 0 or float(spread[1:] @ spread[:-1]) / total < 2 / np.sqrt(n):
        return 1
    third: float = n ** (1 / 3)
    return max(2, round(third) * 2)


def over(demand: Floats, leads: Floats, ahead: float, seed: int) -> tuple[Floats, Floats]:
    """Demand over each of `leads` (periods; a fraction takes that part of a further period), and over `ahead` more. One draw each, in order."""
    length = max(1, int(np.ceil(leads.max() + ahead)))
    taken = _pattern(len(demand), length, run_length(demand), len(leads), seed)
    drawn = demand[taken]
    sums = np.zeros((len(leads), length + 1))
    np.cumsum(drawn, axis=1, out=sums[:, 1:])
    whole = bool(np.all(demand == np.floor(demand)))
    return _summed(sums, drawn, leads, whole), _summed(sums, drawn, leads + ahead, whole)


def _summed(sums: Floats, drawn: Floats, spans: Floats, whole: bool) -> Floats:
    full = np.floor(spans).astype(int)
    part = spans - full
    rows = np.arange(len(spans))
    found = sums[rows, full]
    if part.any():
        begun = drawn[rows, np.minimum(full, drawn.shape[1] - 1)] * part
        found = found + (np.round(begun) if whole else begun)
    return np.asarray(found, dtype=np.float64)


def drawn_leads(receipts: Floats, draws: int, seed: int) -> Floats:
    """Lead times drawn from receipts, spread a little further, because the longest seen is seldom the longest there is."""
    n = len(receipts)
    if n == 1 or receipts.min() == receipts.max():
        return np.full(draws, receipts[0])
    rng = np.random.default_rng([seed, 77])
    drawn = np.sort(receipts)[rng.integers(0, n, draws)]
    wider = receipts.mean() + (drawn - receipts.mean()) * np.sqrt((n + 1) / (n - 1))
    return np.asarray(np.maximum(wider, 0.0), dtype=np.float64)


def point_for(drawn: Floats, service: float, *, units: bool, near: float = 0.01) -> float:
    """The stock that meets demand with this probability. In whole `units`: the smallest that does, or the next smaller where that is closer
    to what is asked and at most `near` short of it."""
    ordered = np.sort(drawn)
    if not units:
        return float(np.quantile(ordered, service))
    enough = ordered[max(0, int(np.ceil(service * len(ordered) - 1e-9)) - 1)]
    below = np.searchsorted(ordered, enough, side="left")
    short, over_ = (
        service - below / len(ordered),
        np.searchsorted(ordered, enough, side="right") / len(ordered) - service,
    )
    return float(ordered[below - 1]) if below and short < min(over_, near) else float(enough)


def missing(drawn: Floats, levels: Floats) -> Floats:
    """Expected units short at each level."""
    ordered = np.sort(drawn)
    above = np.concatenate([np.cumsum(ordered[::-1])[::-1], [0.0]])
    at = np.searchsorted(ordered, levels, side="right")
    return np.asarray((above[at] - (len(ordered) - at) * levels) / len(ordered), dtype=np.float64)
