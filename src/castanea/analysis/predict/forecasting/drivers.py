"""What is known in advance (promotions, holidays, prices) and moves sales: its effects, taken out before forecasting and put back after.

The effect of a driver is estimated beside a level that moves: value and drivers go through the same simple smoothing (their errors of
one step are then free of the level), with the places of the season, and least squares gives the coefficients; on logarithms where all
values are positive, so that an effect is a factor. Coefficients of series are drawn to their common mean by how sure they are (DerSimonian
and Laird, Controlled Clinical Trials 7, 1986)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

ALPHAS = np.array([0.03, 0.1, 0.25, 0.5, 0.8, 1.0])
MOST_PLACES_OF_A_SEASON = 60
WORTH = 6.0  # AICc that a driver must bring over all series


@dataclass(frozen=True)
class Effect:
    """Coefficients of one series with their variances; `gain`: how much better AICc is with the drivers than without."""

    coefficients: Floats
    variance: Floats
    gain: float


def effect(values: Floats, drivers: Floats, season: int) -> Effect:
    """values: (time,); drivers: (time, driver)."""
    length, many = drivers.shape
    columns = [np.ones((length, 1))]
    if 1 < season <= MOST_PLACES_OF_A_SEASON and length >= 2 * season + many + 4:
        columns.append((np.arange(length)[:, None] % season == np.arange(season - 1)).astype(float))
    base = sum(c.shape[1] for c in columns)
    filtered = _errors(np.concatenate([values[:, None], *columns, drivers], axis=1))
    nothing = Effect(np.zeros(many), np.full(many, np.inf), 0.0)
    if length < base + many + 4:
        return nothing
    best: tuple[float, Floats, Floats, float] | None = None
    for each in filtered:  # time, column
        y, x = each[:, 0], each[:, 1:]
        plain = _solved(y, x[:, :base])[1]
        coefficients, squares, inverse = _solved(y, x)
        if best is None or squares < best[0]:
            variance = squares / (length - base - many) * np.diag(inverse)[base:]
            gain = length * np.log(max(plain, 1e-300) / max(squares, 1e-300)) - 2 * many
            best = squares, coefficients[base:], variance, gain
    if best is None:
        return nothing
    varies = np.ptp(drivers, axis=0) > 0
    return Effect(np.where(varies, best[1], 0.0), np.where(varies, np.maximum(best[2], 1e-12), np.inf), float(best[3]))


def shared(effects: Sequence[Effect]) -> list[Floats]:
    """Each series' coefficients drawn to the mean of all; a series in which a driver never varied takes the mean."""
    told = np.stack([e.coefficients for e in effects])
    variance = np.stack([e.variance for e in effects])
    found = np.zeros_like(told)
    for driver in range(told.shape[1]):
        b, v = told[:, driver], variance[:, driver]
        known = np.isfinite(v)
        if not known.any():
            continue
        w = 1 / v[known]
        mean = float(w @ b[known] / w.sum())
        spread = float(w @ (b[known] - mean) ** 2) - (known.sum() - 1)
        between = max(0.0, spread / max(float(w.sum() - (w @ w) / w.sum()), 1e-300))
        if between > 0 or known.sum() > 1:
            w = 1 / (v[known] + between)
            mean = float(w @ b[known] / w.sum())
            pull = np.where(known, v / (np.where(known, v, 1.0) + between), 1.0) if between > 0 else np.ones(len(b))
        else:
            pull = np.where(known, 0.0, 1.0)
        found[:, driver] = np.where(known, b + np.where(np.isfinite(pull), pull, 1.0) * (mean - b), mean)
    return list(found)


def _errors(columns: Floats) -> Floats:
    """Errors of one step of simple smoothing of every column, from a level of zero: (alpha, time, column). Those of a column of ones
    are what a first level of one leaves."""
    level = np.zeros((len(ALPHAS), columns.shape[1]))
    found = np.empty((len(ALPHAS), *columns.shape))
    for t, row in enumerate(columns):
        found[:, t] = row - level
        level = level + ALPHAS[:, None] * found[:, t]
    return found


def _solved(y: Floats, x: Floats) -> tuple[Floats, float, Floats]:
    gram = x.T @ x
    inverse = np.linalg.pinv(gram + 1e-9 * np.trace(gram) / max(len(gram), 1) * np.eye(len(gram)), hermitian=True)
    solved = inverse @ (x.T @ y)
    rest = y - x @ solved
    return solved, float(rest @ rest), inverse
