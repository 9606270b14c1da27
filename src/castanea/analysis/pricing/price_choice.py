"""Which price of those already tried brings most, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import stats

from castanea.analysis.pricing.panel import Floats

Verdict = Literal["raise", "lower", "keep", "test_first", "price_never_varied"]
DRAWS, PRICES = 201, 161
TRIFLE, SAME = 0.005, 0.01  # a gain below this share of the profit, or a change below this share of the price, is none
ODD = 0.2  # chance of a slope above zero from which nothing is advised


@dataclass(frozen=True)
class Guard:
    """What a price must keep: at least this gross margin (a share of the price), at most this change, and this near a competitor's price."""

    margin: float = 0.0
    most_change: float = 0.0
    corridor: float = 0.0


@dataclass(frozen=True)
class Choice:
    """`best` with the change of profit a period (`mean`, `lo`, `hi`); the interval of the best price itself; `edge`: it stands where trying ended."""

    verdict: Verdict
    best: float
    mean: float
    lo: float
    hi: float
    best_lo: float
    best_hi: float
    edge: bool
    guarded: bool = False


def allowed(
    now: float, low: float, high: float, cost: float | None, rival: float | None, guard: Guard
) -> tuple[float, float, bool]:
    """The range of prices that may be advised inside the one that was tried, and whether a guard narrowed it."""
    floor, roof = low, high
    if cost is not None:
        floor = max(floor, cost / (1 - guard.margin))
    if guard.most_change:
        floor, roof = max(floor, now * (1 - guard.most_change)), min(roof, now * (1 + guard.most_change))
    if rival is not None and guard.corridor:
        floor, roof = max(floor, rival * (1 - guard.corridor)), min(roof, rival * (1 + guard.corridor))
    roof = max(roof, min(floor, high))
    floor = min(floor, roof)
    return floor, roof, floor > low or roof < high


def chosen(
    slope: float, se: float, now: float, units: float, cost: float, low: float, high: float, level: float
) -> Choice:
    """The best price from `low` to `high` when units go as price^slope, slope normal with `se`: that of the greatest expected profit among
    those that gain even at the pessimistic end of the interval; where there is none, that of the greatest expected profit, to be tested.

    `units` a period at `now`; profits a period, in the price's currency."""
    drawn = slope + se * stats.norm.ppf((np.arange(DRAWS) + 0.5) / DRAWS)
    prices = np.unique(np.concatenate([np.geomspace(low, high, PRICES), [min(max(now, low), high)]]))
    profit = units * (prices[None, :] / now) ** drawn[:, None] * (prices[None, :] - cost)
    change = profit - units * (now - cost)
    tail = [(1 - level / 100) / 2, (1 + level / 100) / 2]
    mean = change.mean(axis=0)
    lo, hi = np.quantile(change, tail, axis=0)
    trifle = TRIFLE * max(abs(units * (now - cost)), TRIFLE * units * now)
    best_lo, best_hi = (float(p) for p in np.quantile(prices[change.argmax(axis=1)], tail))
    moved = np.abs(prices / now - 1) > SAME
    sure = moved & (lo > 0) & (mean > trifle)
    odd = float(stats.norm.cdf(slope / se)) > ODD
    if sure.any() and not odd:
        at = int(np.flatnonzero(sure)[mean[sure].argmax()])
        verdict: Verdict = "raise" if prices[at] > now else "lower"
    else:
        at = int(mean.argmax())
        if not odd and (not moved[at] or mean[at] <= trifle) and float(hi[moved].max(initial=0.0)) <= 4 * trifle:
            return Choice("keep", now, 0.0, 0.0, 0.0, best_lo, best_hi, edge=False)
        if not odd and not moved[at]:
            return Choice("keep", now, 0.0, 0.0, 0.0, best_lo, best_hi, edge=False)
        verdict = "test_first"
    return Choice(
        verdict, float(prices[at]), float(mean[at]), float(lo[at]), float(hi[at]), best_lo, best_hi,
        edge=at in (0, len(prices) - 1) and bool(moved[at]),
    )  # fmt: skip


def by_turnover(
    slope: float, se: float, now: float, units: float, high: float, level: float
) -> tuple[Verdict, float, Floats]:
    """Without a cost: a rise that brings more turnover for fewer units gains whatever they cost; all else needs the cost.

    The verdict, the price, and the change of turnover a period (mean, lo, hi)."""
    told = chosen(slope, se, now, units, 0.0, now, max(high, now), level)
    if told.verdict == "raise":
        return "raise", told.best, np.array([told.mean, told.lo, told.hi])
    return "test_first", now, np.zeros(3)
