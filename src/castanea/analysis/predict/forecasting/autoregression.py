"""Autoregressions of differences, with and without the lags about one season, averaged by evidence.

A series' differences d_t = c + Σ a_k d_{t−k} are fitted by least squares for several sets of lags; each weighs exp(−AICc / 2). One Gram
matrix of all lags serves all sets. (Burnham and Anderson, Model Selection and Multimodel Inference, 2002.)"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

ORDERS = (0, 1, 2, 3, 4, 6, 8, 10, 13)
RIDGE = 1e-6


def autoregress(values: Floats, season: int, horizon: int) -> tuple[Floats, float]:
    """The next values of one series (of about size 1), and the standard error of one step."""
    steps = np.diff(values)
    length = len(steps)
    short = [p for p in ORDERS if p <= max(1, length // 4)]
    sets = [tuple(range(1, p + 1)) for p in short]
    if season > 1 and length >= 2.2 * (season + 1) + 8:
        about = (season - 1, season, season + 1) if season > 2 else (season,)
        sets += [tuple(sorted({*range(1, p + 1), *about})) for p in short if p < season]
        sets += [tuple(sorted({*range(1, p + 1), season})) for p in short if p < season]
    lags = sorted({lag for each in sets for lag in each})
    deepest = max(lags)
    rows = length - deepest
    if rows < 5:
        return np.full(horizon, values[-1]), float(np.sqrt(np.mean(steps**2))) if length else 0.0
    columns = np.stack([np.ones(rows), *(steps[deepest - lag : length - lag] for lag in lags)], axis=1)
    target = steps[deepest:]
    gram, cross, square = columns.T @ columns, columns.T @ target, float(target @ target)
    weights = np.zeros((len(sets), len(lags) + 1))
    score, spread = np.full(len(sets), -np.inf), np.zeros(len(sets))
    for number, each in enumerate(sets):
        used = [0, *(1 + lags.index(lag) for lag in each)]
        many = len(used)
        if rows - many < 3:
            continue
        part = gram[np.ix_(used, used)]
        solved = np.linalg.solve(part + RIDGE * np.trace(part) / many * np.eye(many), cross[used])
        variance = max(square - 2 * solved @ cross[used] + solved @ part @ solved, 1e-12) / rows
        parameters = many + 1
        score[number] = -0.5 * (
            rows * np.log(variance)
            + 2 * parameters
            + 2 * parameters * (parameters + 1) / max(rows - parameters - 1, 0.5)
        )
        spread[number] = variance * rows / (rows - many)
        weights[number, used] = solved
    if not np.isfinite(score).any():
        return np.full(horizon, values[-1]), float(np.sqrt(np.mean(steps**2)))
    share = np.exp(score - score.max())
    share /= share.sum()
    live = share > 1e-6
    path = np.empty((int(live.sum()), deepest + horizon))
    path[:, :deepest] = steps[-deepest:]
    behind = np.array(lags)
    for ahead in range(horizon):
        path[:, deepest + ahead] = weights[live, 0] + (weights[live, 1:] * path[:, deepest + ahead - behind]).sum(
            axis=1
        )
    moved = share[live] / share[live].sum() @ path[:, deepest:]
    return values[-1] + np.cumsum(moved), float(np.sqrt(share @ spread))
