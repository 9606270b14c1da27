"""Single-item inventory policies of the textbooks, as closed forms or exact searches (Snyder and Shen, Fundamentals of Supply Chain Theory)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy import stats

from castanea.kit.errors import InputError


class Lot(NamedTuple):
    """What to order at a time, and its mean cost a period."""

    quantity: float
    cost: float


class Levels(NamedTuple):
    """A reorder point, with an order quantity (r, Q) or a level to order up to (s, S), and the mean cost a period."""

    point: float
    second: float
    cost: float


def eoq(fixed: float, holding: float, rate: float, shortage: float | None = None) -> Lot:
    """The economic order quantity; with `shortage` (per unit and period) demand may wait. Raises InputError."""
    _positive(fixed=fixed, holding=holding, rate=rate, **({} if shortage is None else {"shortage": shortage}))
    share = 1.0 if shortage is None else shortage / (holding + shortage)
    return Lot(math.sqrt(2 * fixed * rate / (holding * share)), math.sqrt(2 * fixed * rate * holding * share))


def eoq_all_units(
    fixed: float, holding_rate: float, rate: float, breaks: Sequence[float], costs: Sequence[float]
) -> Lot:
    """The best quantity where all units become cheaper from each of `breaks` on; holding is a share of a unit's cost. Includes purchases."""
    _positive(fixed=fixed, holding_rate=holding_rate, rate=rate)
    if not breaks or len(breaks) != len(costs) or min(costs) <= 0 or list(breaks) != sorted(breaks):
        raise InputError("breaks and costs must be as many, rising, and above 0", code="analysis.bad_number")
    found = []
    for n, (low, cost) in enumerate(zip(breaks, costs, strict=True)):
        q = max(eoq(fixed, holding_rate * cost, rate).quantity, low)
        if n + 1 == len(breaks) or q < breaks[n + 1]:
            found.append(Lot(q, cost * rate + fixed * rate / q + holding_rate * cost * q / 2))
    return min(found, key=lambda lot: lot.cost)


def wagner_whitin(fixed: float, holding: float, demand: Sequence[float]) -> tuple[list[float], float]:
    """What to order in each period for known demand, and the least cost in all (Wagner and Whitin 1958)."""
    best, following = [0.0] * (len(demand) + 1), [0] * len(demand)
    for t in reversed(range(len(demand))):
        cost, best[t] = fixed, math.inf
        for end in range(t + 1, len(demand) + 1):
            cost += holding * (end - 1 - t) * demand[end - 1]
            if cost + best[end] < best[t]:
                best[t], following[t] = cost + best[end], end
    orders, t = [0.0] * len(demand), 0
    while t < len(demand):
        orders[t] = float(sum(demand[t : following[t]]))
        t = following[t]
    return orders, best[0]


def newsvendor(holding: float, shortage: float, mean: float, deviation: float) -> Lot:
    """The stock for one season of normal demand, and its expected cost; `holding` of a unit too many, `shortage` of one too few."""
    _positive(holding=holding, shortage=shortage, mean=mean, deviation=deviation)
    z = float(stats.norm.ppf(shortage / (shortage + holding)))
    return Lot(mean + z * deviation, (holding + shortage) * float(stats.norm.pdf(z)) * deviation)


def newsvendor_profit(revenue: float, cost: float, salvage: float, mean: float, deviation: float) -> Lot:
    """As `newsvendor` from prices; its second number is the expected profit."""
    lot = newsvendor(cost - salvage, revenue - cost, mean, deviation)
    return Lot(lot.quantity, (revenue - cost) * mean - lot.cost)


def continuous_rq(
    fixed: float, holding: float, shortage: float, rate: float, deviation: float, lead_time: float
) -> Levels:
    """(r, Q) of the expected-inventory-level approximation: normal demand, `shortage` a unit short (Hadley and Whitin 1963)."""
    _positive(fixed=fixed, holding=holding, shortage=shortage, rate=rate, deviation=deviation, lead_time=lead_time)
    mean, spread = rate * lead_time, deviation * math.sqrt(lead_time)
    q, point, short = eoq(fixed, holding, rate).quantity, mean, 0.0
    for _ in range(1000):
        z = float(stats.norm.isf(min(q * holding / (shortage * rate), 0.5)))
        point, short = mean + z * spread, spread * float(stats.norm.pdf(z) - z * stats.norm.sf(z))
        last, q = q, math.sqrt(2 * rate * (fixed + shortage * short) / holding)
        if abs(q - last) < 1e-12 * q:
            break
    return Levels(point, q, holding * (point - mean + q / 2) + fixed * rate / q + shortage * rate * short / q)


def poisson_rq(fixed: float, holding: float, shortage: float, rate: float, lead_time: float) -> Levels:
    """The exact (r, Q) for Poisson demand, `shortage` per unit and period (Federgruen and Zheng 1992)."""
    _positive(fixed=fixed, holding=holding, shortage=shortage, rate=rate, lead_time=lead_time)
    best = int(stats.poisson.ppf(shortage / (shortage + holding), rate * lead_time))
    low, high = best - 1, best + 1
    total, q = fixed * rate + _waiting(best, holding, shortage, rate * lead_time), 1
    while True:
        left, right = (_waiting(y, holding, shortage, rate * lead_time) for y in (low, high))
        if min(left, right) >= total / q:
            return Levels(low, q, total / q)
        total, q = total + min(left, right), q + 1
        low, high = (low - 1, high) if left <= right else (low, high + 1)


def poisson_ss(fixed: float, holding: float, shortage: float, mean: float) -> Levels:
    """The exact (s, S) for Poisson demand each period without lead time (Zheng and Federgruen 1991)."""
    _positive(fixed=fixed, holding=holding, shortage=shortage, mean=mean)
    pmf = stats.poisson.pmf(np.arange(int(mean + 12 * math.sqrt(mean) + 200)), mean)
    renewal = [1 / (1 - pmf[0])]

    def cost(s: int, up: int) -> float:
        while len(renewal) < up - s:
            j = len(renewal)
            renewal.append(sum(pmf[j - k] * renewal[k] for k in range(j) if j - k < len(pmf)) / (1 - pmf[0]))
        weights = renewal[: up - s]
        held = sum(w * _waiting(up - j, holding, shortage, mean) for j, w in enumerate(weights))
        return float((fixed + held) / sum(weights))

    peak = int(stats.poisson.ppf(shortage / (shortage + holding), mean))
    s, up = peak - 1, peak
    while cost(s, up) > _waiting(s, holding, shortage, mean):
        s -= 1
    least, chosen, upper = cost(s, up), up, up + 1
    while _waiting(upper, holding, shortage, mean) <= least:
        if cost(s, upper) < least:
            chosen = upper
            while cost(s, chosen) <= _waiting(s + 1, holding, shortage, mean):
                s += 1
            least = cost(s, chosen)
        upper += 1
    return Levels(s, chosen, least)


def _waiting(level: int, holding: float, shortage: float, mean: float) -> float:
    """Holding and shortage of a period that begins at `level` and meets Poisson demand of `mean`."""
    over = 0.0
    if level > 0:
        over = level * stats.poisson.cdf(level - 1, mean) - mean * stats.poisson.cdf(level - 2, mean)
    return float(holding * over + shortage * (mean - level + over))


def _positive(**given: float) -> None:
    for name, value in given.items():
        if not (math.isfinite(value) and value > 0):
            raise InputError(f"{name} is {value:g}; write a number above 0", code="analysis.bad_number")


__all__ = [
    "Levels",
    "Lot",
    "continuous_rq",
    "eoq",
    "eoq_all_units",
    "newsvendor",
    "newsvendor_profit",
    "poisson_rq",
    "poisson_ss",
    "wagner_whitin",
]
