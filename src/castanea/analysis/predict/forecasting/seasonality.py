"""Whether a season is there, which one, and what it does to each place of the cycle."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

CERTAIN = 1.645  # of a standard error, 90 % (Makridakis and Hibon, M3, IJF 16, 2000)
CYCLES = 3


def correlations(values: Floats, lags: int) -> Floats:
    """Autocorrelations at lags 1 … of columns (time, series); zero for a constant column."""
    centred = values - values.mean(axis=0)
    total = (centred * centred).sum(axis=0)
    found = np.stack([(centred[k:] * centred[:-k]).sum(axis=0) for k in range(1, lags + 1)])
    return np.asarray(found / np.where(total > 0, total, 1.0))


def seasonal(values: Floats, season: int) -> npt.NDArray[np.bool_]:
    """Which columns repeat with this season beyond what their shorter correlations would give by chance; none with fewer than 3 cycles."""
    length, count = values.shape
    if season < 2 or length < CYCLES * season:
        return np.zeros(count, dtype=bool)
    r = correlations(values, season)
    limit = CERTAIN * np.sqrt((1 + 2 * (r[:-1] ** 2).sum(axis=0)) / length)
    return np.asarray(np.abs(r[-1]) > limit)


def indices(values: Floats, season: int, *, multiplied: bool) -> Floats:
    """What each place of the cycle adds, or multiplies by: (place, series), mean 0 or 1. Classical decomposition by a centred moving
    average over one cycle."""
    count = values.shape[1]
    running = np.concatenate([np.zeros((1, count)), np.cumsum(values, axis=0)])
    if season % 2:
        centre = (running[season:] - running[:-season]) / season
    else:
        plain = (running[season:] - running[:-season]) / season
        centre = (plain[1:] + plain[:-1]) / 2
    first = season // 2
    middle = values[first : first + len(centre)]
    apart = middle / np.where(np.abs(centre) > 1e-12, centre, 1.0) if multiplied else middle - centre
    found = np.zeros((season, count))
    for place in range(season):
        found[(first + place) % season] = apart[place::season].mean(axis=0)
    if multiplied:
        found = np.maximum(found / np.maximum(found.mean(axis=0), 1e-9), 0.01)
        return np.asarray(found / found.mean(axis=0))
    return np.asarray(found - found.mean(axis=0))


LONGEST = 400
LEAST_CORRELATION = 0.2
NEARLY = 0.75
USUAL = (4, 7, 12, 24, 52)  # quarters, days, months, hours, weeks


def detected(series: list[Floats]) -> int:
    """The season of series whose axis does not tell it; 1 = none. By the autocorrelation of differences with outliers drawn in, pooled over
    the series that are long enough for a lag (3 cycles): a peak among its neighbours that stands above chance; of a season and its
    multiples the shortest that is nearly as strong."""
    longest = max((len(values) for values in series), default=0)
    most = min(LONGEST, longest // CYCLES)
    if most < 2:
        return 1
    total, voices, samples = np.zeros(most + 2), np.zeros(most + 2), np.zeros(most + 2)
    for values in series:
        steps = np.diff(values[-8 * LONGEST :])
        spread = float(np.median(np.abs(steps - np.median(steps)))) if len(steps) else 0.0
        if not spread:
            spread = float(steps.std()) if len(steps) else 0.0
        reach = min(most + 1, len(values) // CYCLES + 1, len(steps) - 1)
        if not spread or reach < 2:
            continue
        tame = np.clip((steps - np.median(steps)) / spread, -4.0, 4.0)
        found = correlations(tame[:, None], reach)[:, 0]
        total[1 : reach + 1] += found
        voices[1 : reach + 1] += 1
        samples[1 : reach + 1] += len(steps)
    enough = voices >= max(1.0, 0.2 * voices.max())
    mean = np.where(enough & (voices > 0), total / np.maximum(voices, 1), -1.0)
    usual = np.isin(np.arange(most + 2), USUAL)
    chance = np.where(usual, 2.0, 4.0) / np.sqrt(np.maximum(samples, 1.0))
    limit = np.maximum(np.minimum(LEAST_CORRELATION, 4 * chance), chance)
    peaks = [
        lag for lag in range(2, most + 1) if mean[lag] > limit[lag] and mean[lag] >= mean[lag - 1] and mean[lag] >= mean[lag + 1]
    ]  # fmt: skip
    if not peaks:
        return 1
    best = max(peaks, key=lambda lag: (mean[lag], -lag))
    return min((lag for lag in peaks if best % lag == 0 and mean[lag] >= NEARLY * mean[best]), default=best)
