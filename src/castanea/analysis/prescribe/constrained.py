"""Quantities of many items under a budget and a space: one of each item's options is taken, so that the sum of gains is greatest.

The bound is that of the linear relaxation, reached by cutting planes on its dual (each a small program for HiGHS); its multipliers are the prices
of the constraints. The answer is the options those prices choose, made to fit, then filled greedily by gain per priced use (Everett 1963)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import linprog

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
ROUNDS = 200
EXACT = 1e-7


@dataclass(frozen=True)
class Chosen:
    """`option` of each item; the sum of gains, the bound that no choice exceeds, and what a further unit of each limit would bring."""

    option: Whole
    objective: float
    bound: float
    prices: Floats

    @property
    def gap(self) -> float:
        return 0.0 if self.bound <= 0 else max(0.0, 1 - self.objective / self.bound)


def choose(quantity: Floats, gain: Floats, use: Floats, limits: Floats) -> Chosen:
    """`quantity` and `gain` are items × options (option 0 is nothing); `use` is items × limits, of a unit."""
    rows = np.arange(len(quantity))
    scale = np.maximum(limits, 1e-300)
    each = use / scale  # of the limits, all of which are 1

    def at(prices: Floats) -> tuple[Whole, float, Floats]:
        value = gain - (each @ prices)[:, None] * quantity
        option = np.argmax(value, axis=1)
        return option, float(value[rows, option].sum() + prices.sum()), 1 - each.T @ quantity[rows, option]

    prices, bound = _dual(at, len(limits))
    option = _fitting(at, prices)
    option = _filled(option, quantity, gain, each, prices)
    return Chosen(option, float(gain[rows, option].sum()), bound, prices / scale)


def _dual(at, count: int) -> tuple[Floats, float]:  # type: ignore[no-untyped-def]
    """The prices of the least dual value, and that value."""
    best = np.zeros(count)
    _, least, slope = at(best)
    if np.all(slope >= 0):
        return best, least
    top = least + 1.0  # at higher prices than all the gain, nothing is taken
    cuts, edges = [np.append(slope, -1.0)], [slope @ best - least]
    for _ in range(ROUNDS):
        found = linprog(
            np.append(np.zeros(count), 1.0), A_ub=np.array(cuts), b_ub=edges, bounds=[(0, top)] * count + [(None, None)]
        )
        prices, low = found.x[:count], found.x[count]
        _, value, slope = at(prices)
        if value < least:
            best, least = prices, value
        if least - low <= EXACT * max(1e-12, abs(least)):
            break
        cuts.append(np.append(slope, -1.0))
        edges.append(slope @ prices - value)
    return best, least


def _fitting(at, prices: Floats) -> Whole:  # type: ignore[no-untyped-def]
    """The options at the least raise of all prices at which they fit."""
    option, _, left = at(prices)
    if np.all(left >= 0):
        return np.asarray(option)
    start = np.maximum(prices, 1e-9 * max(float(prices.max()), 1e-9))
    low, high = 1.0, 2.0
    while np.any(at(start * high)[2] < 0):
        high *= 2
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (low, middle) if np.all(at(start * middle)[2] >= 0) else (middle, high)
    return np.asarray(at(start * high)[0])


def _filled(option: Whole, quantity: Floats, gain: Floats, each: Floats, prices: Floats) -> Whole:
    """Further options as long as any fits, best gain for its priced use first."""
    rows = np.arange(len(quantity))
    option, cost = option.copy(), each @ np.maximum(prices, 1e-12)
    left = 1 - each.T @ quantity[rows, option]
    for _ in range(20):
        more = gain - gain[rows, option][:, None]
        extra = quantity - quantity[rows, option][:, None]
        fits = np.all(extra[:, :, None] * each[:, None, :] <= left, axis=2) & (more > 1e-12)
        with np.errstate(divide="ignore", invalid="ignore"):
            rate = np.where(fits, more / np.maximum(extra * cost[:, None], 1e-15), -1.0)
        target = np.argmax(rate, axis=1)
        able = np.flatnonzero(rate[rows, target] > 0)
        moved = False
        for i in able[np.argsort(-rate[able, target[able]], kind="stable")]:
            add = (quantity[i, target[i]] - quantity[i, option[i]]) * each[i]
            if np.all(add <= left):
                option[i], left, moved = target[i], left - add, True
        if not moved:
            break
    while np.any(each.T @ quantity[rows, option] > 1 + 1e-12):  # sums in another order; never over
        option[np.argmax(option > 0)] = 0
    return option
