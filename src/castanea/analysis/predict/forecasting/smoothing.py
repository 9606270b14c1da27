"""Exponential smoothing without a search: every model of a grid is fitted exactly, and the forecasts are averaged by evidence.

Additive innovations state space (Hyndman, Koehler, Ord, Snyder, Forecasting with Exponential Smoothing, 2008): with level l, trend b,
season s, damping φ and smoothing parameters α, β, γ,

    y_t = l + φ b + s_t + e_t,   l ← l + φ b + α e_t,   b ← φ b + α β e_t,   s_t ← s_t + γ (1 − α) e_t.

For fixed parameters the errors are linear in the initial state x: e = e⁰ + D x, where D does not depend on the data, so that x is a least
squares solution and nothing is iterated. Each model weighs exp(−AICc / 2), averaged over its parameters, so that a model with many
parameters has no more voices than one with few. The same filter serves all origins of a backtest: only sums over time differ.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

ALPHAS = (0.03, 0.1, 0.2, 0.3, 0.45, 0.6, 0.75, 0.9, 1.0)
ALPHAS_OF_A_SEASON = (0.03, 0.12, 0.25, 0.4, 0.6, 0.8, 1.0)
# (φ, β): none, a fixed slope, slopes that move, slopes that die away
TRENDS: tuple[tuple[tuple[float, float], ...], ...] = (
    ((0.0, 0.0),),
    ((1.0, 0.0),),
    ((1.0, 0.05), (1.0, 0.15), (1.0, 0.4)),
    ((0.8, 0.1), (0.8, 0.4), (0.9, 0.1), (0.9, 0.4), (0.97, 0.05), (0.97, 0.2)),
)
TRENDS_OF_A_SEASON: tuple[tuple[tuple[float, float], ...], ...] = (
    ((0.0, 0.0),),
    ((1.0, 0.0),),
    ((1.0, 0.1),),
    ((0.85, 0.2), (0.95, 0.1)),
)
GAMMAS = (0.0, 0.05, 0.15, 0.35)


@dataclass(frozen=True)
class Grid:
    """Parameters of all models, one a place; `family` says which model a place belongs to; `states`, how many initial states it has."""

    alpha: Floats
    beta: Floats
    phi: Floats
    gamma: Floats
    family: npt.NDArray[np.int64]
    trended: npt.NDArray[np.bool_]
    season: int


def grid(season: int, *, trends: Sequence[int] = (0, 1, 2, 3)) -> Grid:
    """The models for a season of so many periods (1 = none)."""
    rows = [
        (alpha, beta, phi, gamma, 2 * family + (gamma > 0), family > 0)
        for alpha in (ALPHAS if season == 1 else ALPHAS_OF_A_SEASON)
        for family in trends
        for phi, beta in (TRENDS if season == 1 else TRENDS_OF_A_SEASON)[family]
        for gamma in ((0.0,) if season == 1 else GAMMAS)
    ]
    a, b, p, g, f, t = (np.array(column) for column in zip(*rows, strict=True))
    return Grid(
        a.astype(float), b.astype(float), p.astype(float), g.astype(float), f.astype(np.int64), t.astype(bool), season
    )


@dataclass(frozen=True)
class Smoothed:
    """Per origin, series and step ahead the forecast; `sigma` the standard error of one step; `evidence` the log of the averaged weight."""

    forecast: Floats  # origin, series, step
    sigma: Floats  # origin, series
    evidence: Floats  # origin, series


def _filter(
    y: Floats, models: Grid, level: Floats, trend: Floats, season: Floats, origins: Sequence[int]
) -> tuple[Floats, dict[int, tuple[Floats, Floats, Floats]]]:
    """Errors (time, model, series) and the states after each origin. y: time, series."""
    length = y.shape[0]
    alpha, phi = models.alpha[:, None], models.phi[:, None]
    alpha_beta = alpha * models.beta[:, None]
    gamma = models.gamma[:, None] * (1 - alpha)
    errors = np.empty((length, *level.shape))
    kept: dict[int, tuple[Floats, Floats, Floats]] = {}
    seasonal = models.season > 1
    wanted = set(origins)
    for t in range(length):
        trend = phi * trend
        level = level + trend
        error = y[t] - level
        if seasonal:
            place = t % models.season
            error = error - season[place]
            season[place] += gamma * error
        errors[t] = error
        level = level + alpha * error
        trend = trend + alpha_beta * error
        if t + 1 in wanted:
            kept[t + 1] = (level, trend, season.copy())
    return errors, kept


@dataclass(frozen=True)
class _Design:
    """What does not depend on the data: errors and states that unit initial states leave."""

    errors: Floats  # time, model, state
    states: dict[int, tuple[Floats, Floats, Floats]]


def _design(models: Grid, length: int, origins: Sequence[int]) -> _Design:
    m, count = models.season, len(models.alpha)
    k = 2 + (m - 1)
    level, trend = np.zeros((count, k)), np.zeros((count, k))
    season = np.zeros((m, count, k))
    level[:, 0], trend[:, 1] = 1.0, 1.0
    trend[~models.trended, 1] = 0.0
    for place in range(m - 1):
        season[place, :, 2 + place] = 1.0
    errors, states = _filter(np.zeros((length, 1)), models, level, trend, season, origins)
    return _Design(errors, states)


def smooth(
    values: Floats, season: int, horizon: int, origins: Sequence[int], trends: Sequence[int] = (0, 1, 2, 3)
) -> Smoothed:
    """Forecast series of one length (time, series) from each origin (how many values are known then). Values of about size 1."""
    length, count = values.shape
    models = grid(season, trends=trends)
    size = len(models.alpha)
    design = _design(models, length, origins)
    zero = np.zeros((size, count))
    first, states = _filter(values, models, zero, zero, np.zeros((season, size, count)), origins)
    k = design.errors.shape[2]
    used = np.where(models.trended, k, k - 1)
    forecasts, sigmas, evidences = [], [], []
    done = 0
    gram, cross, square = np.zeros((size, k, k)), np.zeros((size, k, count)), np.zeros((size, count))
    results = {}
    for origin in sorted(origins):
        d = design.errors[done:origin].transpose(1, 0, 2)  # model, time, state
        e = first[done:origin].transpose(1, 0, 2)
        gram = gram + d.transpose(0, 2, 1) @ d
        cross = cross + d.transpose(0, 2, 1) @ e
        square = square + (e * e).sum(axis=1)
        done = origin
        results[origin] = _solved(models, design, states, (gram, cross, square), used, origin, horizon)
    for origin in origins:
        forecast, sigma, evidence = results[origin]
        forecasts.append(forecast)
        sigmas.append(sigma)
        evidences.append(evidence)
    return Smoothed(np.stack(forecasts), np.stack(sigmas), np.stack(evidences))


def _solved(
    models: Grid, design: _Design, states: dict[int, tuple[Floats, Floats, Floats]], sums: tuple[Floats, Floats, Floats], used: npt.NDArray[np.int64],
    origin: int, horizon: int,
) -> tuple[Floats, Floats, Floats]:  # fmt: skip
    """Forecast (series, step), standard error and evidence (series) at an origin. `sums` up to it: of D'D, D'e⁰, e⁰²."""
    gram, cross, square = sums
    k = gram.shape[1]
    eye = np.eye(k)
    held = gram + eye * 1e-9 * origin
    held[~models.trended, 1, 1] += 1.0  # the slope that such a model has not
    start = -np.linalg.solve(held, cross)  # model, state, series
    sse = np.maximum(square + np.einsum("gkn,gkn->gn", cross, start), 1e-12)
    level, trend, season = states[origin]
    level = level + np.einsum("gk,gkn->gn", design.states[origin][0], start)
    trend = trend + np.einsum("gk,gkn->gn", design.states[origin][1], start)
    steps = np.arange(1, horizon + 1)
    reach = np.where(
        models.phi[:, None] < 1,
        models.phi[:, None] * (1 - models.phi[:, None] ** steps) / np.maximum(1 - models.phi[:, None], 1e-9),
        steps,
    )
    if models.season > 1:
        season = season + np.einsum("mgk,gkn->mgn", design.states[origin][2], start)
        place = (origin + steps - 1) % models.season
        path = level[:, None, :] + reach[:, :, None] * trend[:, None, :] + season[place].transpose(1, 0, 2)
    else:
        path = level[:, None, :] + reach[:, :, None] * trend[:, None, :]
    room = np.maximum(origin - used - 2.0, 0.5)[:, None]
    parameters = used[:, None] + 1.0
    score = -0.5 * (origin * np.log(sse / origin) + 2 * parameters + 2 * parameters * (parameters + 1) / room)
    weight, evidence = averaged(score, models.family)
    forecast = np.einsum("gn,ghn->nh", weight, path)
    sigma = np.sqrt(np.einsum("gn,gn->n", weight, sse / np.maximum(origin - used, 1.0)[:, None]))
    return forecast, sigma, evidence


def averaged(score: Floats, family: npt.NDArray[np.int64]) -> tuple[Floats, Floats]:
    """Weights of the places that add up to 1 per series, each family with one voice; and the log of the mean evidence of the families."""
    top = score.max(axis=0)
    raw = np.exp(score - top)
    names, counts = np.unique(family, return_counts=True)
    share = np.zeros(len(family))
    for name, many in zip(names, counts, strict=True):
        share[family == name] = 1.0 / many
    raw = raw * share[:, None]
    total = raw.sum(axis=0)
    return raw / total, top + np.log(total / len(names))
