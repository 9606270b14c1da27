"""Where a running day will end, from how past days ran."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

FEWEST_DAYS = 7
EARLIEST_SHARE = 0.02  # of a usual day; before that, so-far says too little about the day
NOMINAL = 0.8

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Pace:
    """A forecast of the day's total, in the unit of the values, and of the running total at the end of each hour still to come.

    `low`, `high` enclose the total in 8 of 10 past days treated likewise. `curve`, `curve_low`, `curve_high` have one value per hour of
    the day; hours that are over are None. `days` is how many past days were used.
    """

    total: float
    low: float
    high: float
    usual_share: float
    days: int
    curve: tuple[float | None, ...]
    curve_low: tuple[float | None, ...]
    curve_high: tuple[float | None, ...]


@dataclass(frozen=True)
class NotEnough:
    """`reason`: `few_days` (needs FEWEST_DAYS past days, `missing` are to come) or `early` (the day has hardly begun)."""

    reason: Literal["few_days", "early"]
    missing: int


def day_pace(so_far: float, hours_gone: float, past: Sequence[Sequence[float]]) -> Pace | NotEnough:
    """Forecast a day's total by the share of a day that is usually done at this time.

    so_far: what the day has brought. hours_gone: 0–24, a fraction for the running hour. past: one row per past day, 24 hourly values
    (not running totals), most recent last; days without anything are left out. Each past day says how many times its own figure at this
    time its total was; the median of these ratios times so_far is the forecast, their 10 % and 90 % quantiles give the range. (Ratios of
    running totals by time of day: the "pick-up" method of revenue management, multiplicative form; L. R. Weatherford and S. E. Kimes,
    International Journal of Forecasting 19, 2003.) Nothing is assumed of the distribution; with few days the range is widened to their
    extremes.
    """
    days = np.asarray([row for row in past if sum(row) > 0], dtype=np.float64).reshape(-1, 24)
    if len(days) < FEWEST_DAYS:
        return NotEnough("few_days", FEWEST_DAYS - len(days))
    running = np.concatenate([np.zeros((len(days), 1)), np.cumsum(days, axis=1)], axis=1)
    done = _at(running, hours_gone)
    totals = running[:, -1]
    usual = float(np.median(done / totals))
    ratios = totals[done > 0] / done[done > 0]
    if so_far <= 0 or usual < EARLIEST_SHARE or len(ratios) < FEWEST_DAYS:
        return NotEnough("early", 0)
    next_hour = int(np.floor(hours_gone)) + 1
    grown = running[done > 0, next_hour:] / done[done > 0, None]
    tail = (1 - NOMINAL) / 2 if len(ratios) >= 10 else 0.0
    # the running total never falls
    ahead = np.maximum(so_far * np.quantile(grown, (tail, 0.5, 1 - tail), axis=0), so_far)
    low, total, high = (float(v) for v in (ahead[:, -1] if ahead.size else np.full(3, so_far)))
    blank: list[float | None] = [None] * (next_hour - 1)
    curves = [tuple(blank + row.tolist())[:24] for row in ahead]
    return Pace(total, low, high, usual, len(ratios), curves[1], curves[0], curves[2])


def _at(running: Floats, hours: float) -> Floats:
    """Running totals at a time between two full hours."""
    whole = min(int(np.floor(hours)), 23)
    part = min(max(hours - whole, 0.0), 1.0)
    return np.asarray(running[:, whole] * (1 - part) + running[:, whole + 1] * part)
