"""Demand with many zeros: the mean of what is to come, and the spread that has been.

Members: the mean of all, of the last values, simple smoothing, Teunter–Syntetos–Babai (EJOR 214, 2011: the chance of demand and its size
smoothed apart), each flat or with the places of the season in their shares, and the mean of the last cycles. They are weighed by their
squared error at origins inside the history, which asks for the mean and does not reward a forecast of zero. Intervals are quantiles of what
was seen, at like places of the season where that tells something."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from castanea.analysis.predict.forecasting.combination import origins_of

Floats = npt.NDArray[np.float64]

MANY_ZEROS = 0.4
SMOOTHINGS = (0.05, 0.1, 0.2, 0.3)
SHARPNESS = 16.0
RECENT = 12  # cycles, or 84 values without a season
CYCLES = (1, 2, 4, 8)  # whose places are averaged as they are
PRIOR = 2.0  # cycles that the flat profile counts for


@dataclass(frozen=True)
class Intermittent:
    forecast: Floats
    low: dict[float, Floats]
    high: dict[float, Floats]
    error: float | None
    naive_error: float | None
    origins: int


def is_intermittent(values: Floats) -> bool:
    """Whether so much of a history without negative values is zero that its typical value is no measure of its mean."""
    return bool((values >= 0).all() and values.max() > 0 and (values == 0).mean() >= MANY_ZEROS)


def intermittent(values: Floats, season: int, horizon: int, levels: Sequence[float]) -> Intermittent:
    """Forecast one series of counts or amounts with many zeros."""
    origins = origins_of(len(values), horizon, season)
    paths = [_members(values[:origin], season, horizon) for origin in origins]
    squared, absolute, naive = [], [], []
    for origin, path in zip(origins[1:], paths[1:], strict=True):
        truth = values[origin : origin + horizon]
        squared.append(((path[:, : len(truth)] - truth) ** 2).mean(axis=1))
        before = values[max(0, origin - season) : origin]
        naive.append(float(np.abs(np.resize(before, len(truth)) - truth).mean()))
    weights = np.full(len(paths[0]), 1.0 / len(paths[0]))
    if squared:
        total = np.mean(squared, axis=0)
        least = max(float(total.min()), 1e-6 * float(total.max()))
        weights = np.maximum(total / least, 1.0) ** -SHARPNESS if least > 0 else weights
        weights /= weights.sum()
        for origin, path in zip(origins[1:], paths[1:], strict=True):
            truth = values[origin : origin + horizon]
            absolute.append(float(np.abs(weights @ path[:, : len(truth)] - truth).mean()))
    forecast = weights @ paths[0]
    seasonal = bool(weights[2 + 2 * len(SMOOTHINGS) :].sum() > 0.5) and season > 1
    low, high = {}, {}
    for level in levels:
        tails = (0.5 - level / 200, 0.5 + level / 200)
        low[level], high[level] = _seen(values, season if seasonal else 1, horizon, forecast, tails)
    return Intermittent(
        forecast,
        low,
        high,
        float(np.mean(absolute)) if absolute else None,
        float(np.mean(naive)) if naive else None,
        len(squared),
    )


def _members(values: Floats, season: int, horizon: int) -> Floats:
    """Flat levels, the same levels with the season's shares, and means of the places of the last cycles: (member, step)."""
    window = max(8, min(len(values), 4 * season if season > 1 else 28))
    levels = [float(values.mean()), float(values[-window:].mean())]
    for share in SMOOTHINGS:
        weight = (1 - share) ** np.arange(len(values))[::-1]
        levels.append(float(values @ weight / weight.sum()))
        happens = (values > 0) @ weight / weight.sum()
        sizes = values[values > 0]
        aged = (1 - share) ** np.arange(len(sizes))[::-1]
        levels.append(float(happens * (sizes @ aged / aged.sum())) if len(sizes) else 0.0)
    flat = np.tile(np.array(levels)[:, None], (1, horizon))
    profile = _profile(values, season)
    places = (len(values) + np.arange(horizon)) % season
    told = [flat, flat * profile[places]]
    if season > 1 and len(values) >= season:
        whole = values[len(values) % season :].reshape(-1, season)[-RECENT:]
        told.append(np.stack([whole[-many:].mean(axis=0)[np.arange(horizon) % season] for many in CYCLES]))
    else:
        told.append(flat[: len(CYCLES)])
    return np.concatenate(told)


def _profile(values: Floats, season: int) -> Floats:
    """The mean of each place of the cycle over that of all, drawn to 1."""
    mean = float(values.mean())
    if season < 2 or mean <= 0:
        return np.ones(max(season, 1))
    recent = values[-RECENT * season :]
    if recent.mean() <= 0:
        return np.ones(season)
    offset = len(values) - len(recent)
    places = (offset + np.arange(len(recent))) % season
    many = np.bincount(places, minlength=season)
    total = np.bincount(places, weights=recent, minlength=season)
    share = (total + PRIOR * recent.mean()) / ((many + PRIOR) * recent.mean())
    return np.asarray(share / share.mean())


def _seen(
    values: Floats, season: int, horizon: int, forecast: Floats, tails: tuple[float, float]
) -> tuple[Floats, Floats]:
    recent = values[-(RECENT * season if season > 1 else 84) :]
    offset = len(values) - len(recent)
    low, high = np.zeros(horizon), np.zeros(horizon)
    for step in range(horizon):
        here = recent
        if season > 1:
            start = (len(values) + step - offset) % season
            here = recent[start::season]
        edge = np.quantile(here, tails, method="inverted_cdf") if len(here) else (forecast[step], forecast[step])
        low[step], high[step] = min(float(edge[0]), forecast[step]), max(float(edge[1]), forecast[step])
    return low, high
