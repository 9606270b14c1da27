"""What a value of a stream is compared with: the last values, a longer past, the same place of earlier cycles; all of them trailing.

Each feature is large where the stream does something unlike its past: jumps up or down from the last values; away from the longer median;
means of short and of middle windows away from what such means were; the steps' spread above what it was; away from the same place of the
last cycles. Whatever is subtracted is known before the value arrives."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

Floats = npt.NDArray[np.float64]

NEAR, LONG, LONGEST = 12, 100, 1_000  # values of the near and of the longer past
SHORT_MEAN, MIDDLE_MEAN, STEPS = 10, 40, 20
CYCLES, FEWEST_CYCLES = 7, 2
RUN = 3
HELPS = 0.8  # the seasonal expectation is used where it errs less than this share of the longer median's error


@dataclass(frozen=True)
class Compared:
    """`features` by name, and what was expected of each value, from the past only."""

    features: dict[str, Floats]
    expected: Floats


def compared(values: Floats, season: int) -> Compared:
    """values: one stream in its order. season: values of a cycle, 1 = none."""
    context = min(max(season, LONG), LONGEST)
    near, far = _before(_rolling(values, NEAR, "median")), _before(_rolling(values, context, "median"))
    found: dict[str, Floats] = {}
    _both(found, "near", values - near)
    drift = _before(_rolling(values - far, context, "median"))
    _both(found, "far", values - far - drift)
    for name, window in (("short", SHORT_MEAN), ("middle", MIDDLE_MEAN)):
        mean = _rolling(values, window, "mean")
        _both(found, name, mean - _before(_rolling(mean, context, "median"), window))
    steps = np.diff(values, prepend=values[:1])
    usual = _before(_rolling(np.abs(steps), 20 * LONG, "mean"))
    spread = np.log(_rolling(steps, STEPS, "std") + 1e-3 * usual + 1e-9)
    found["spread"] = spread - _before(_rolling(spread, context, "median"), STEPS)
    expected = near
    if season > 1:
        expectation = _same_place(values - far, season) + far
        apart = np.where(np.isfinite(expectation), values - expectation, 0.0)
        window = 3 * season
        errs, else_errs = (_before(_rolling(np.abs(x), window, "mean")) for x in (apart, values - far))
        helps = np.isfinite(expectation) & (errs < HELPS * else_errs)
        _both(found, "season", np.where(helps, apart, 0.0))
        _both(found, "season_run", _rolling(np.where(helps, apart, 0.0), RUN, "mean"))
        expected = np.where(helps, expectation, near)
    return Compared(found, expected)


def _both(found: dict[str, Floats], name: str, apart: Floats) -> None:
    found[f"{name}_up"], found[f"{name}_down"] = apart, -apart


def _rolling(values: Floats, window: int, kind: str) -> Floats:
    series = pl.Series(values)
    if kind == "median":
        return series.rolling_median(window, min_samples=1).to_numpy()
    if kind == "mean":
        return series.rolling_mean(window, min_samples=1).to_numpy()
    return series.rolling_std(window, min_samples=2).fill_null(0.0).fill_nan(0.0).to_numpy()


def _before(values: Floats, by: int = 1) -> Floats:
    """Values of so many places earlier; the first where there is none."""
    moved = np.empty_like(values)
    moved[:by], moved[by:] = values[:1] if len(values) else 0.0, values[: max(0, len(values) - by)]
    return moved


def _same_place(values: Floats, season: int) -> Floats:
    """The median of the same place in the last cycles; NaN while there are too few."""
    length = len(values)
    earlier = np.full((CYCLES, length), np.nan)
    for cycle in range(1, CYCLES + 1):
        if cycle * season < length:
            earlier[cycle - 1, cycle * season :] = values[: length - cycle * season]
    found = np.full(length, np.nan)
    start = FEWEST_CYCLES * season
    if start < length:
        found[start:] = np.nanmedian(earlier[:, start:], axis=0)
    return found
