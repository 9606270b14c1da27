"""What regions that were treated would have been, from regions that were not: a synthetic control with a ridge correction.

Weights w on the other regions, none negative, sum 1, fit the treated mean's movement before (each region's own level taken out); what they
leave is corrected by ridge regression of strength λ (Ben-Michael, Feller and Rothstein, The augmented synthetic control method, JASA 2021).
λ, or no correction, is what foretold the next stretch best at several times before. The error of the effect is that of regions that were not
treated, told in the same way and in units of their own errors before (placebos in space; Abadie, Diamond and Hainmueller, JASA 2010)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.optimize import nnls

F64 = npt.NDArray[np.float64]
Base = Literal["level", "own", "ratio"]
BASES: tuple[Base, ...] = ("level", "own", "ratio")
STRENGTHS = (0.03, 0.1, 0.3, 1.0, 3.0, 10.0)  # λ in units of the mean variance of a time
ORIGINS = 8
SURE = 1e3  # weight of the row that makes weights sum to one
WORTH = 0.98  # of the error without a correction: a correction must do better than that


@dataclass(frozen=True)
class Way:
    """`base`: "level" as they are; "own" each region's own level taken out first; "ratio" each as a multiple of its own level. `strength`: λ
    of the correction, None = none."""

    base: Base
    strength: float | None


@dataclass(frozen=True)
class Told:
    """`expected` at all times, `error`: the root mean square of how far it was off when it foretold (out of sample), `drift`: the same of
    the mean over a stretch as long as the test, `fit`: inside the times before. `weights` of the other regions."""

    expected: F64
    error: float
    drift: float
    fit: float
    weights: F64
    way: Way


def told(treated: F64, others: F64, before: int) -> Told:
    """`treated`: times; `others`: times × regions; the first `before` times are those before."""
    after = len(treated) - before
    means = np.append(others[:before].mean(axis=0), treated[:before].mean())
    bases = BASES if float(means.min()) > 0.02 * float(means.max()) else BASES[:2]
    plain = [Way(base, None) for base in bases]
    corrected = [Way(base, s) for base in bases for s in STRENGTHS]
    errors = {way: _foretold(treated[:before], others[:before], way, after) for way in plain + corrected}
    simple, best = (min(ways, key=lambda w: errors[w][0]) for ways in (plain, corrected))
    way = best if errors[best][0] < WORTH * errors[simple][0] else simple
    expected, weights = _expected(treated[:before], others, before, way)
    fit = float(np.sqrt(np.mean((treated[:before] - expected[:before]) ** 2)))
    error = max(errors[way][0], fit)
    return Told(expected, error, max(errors[way][1], error / float(np.sqrt(after))), fit, weights, way)


def _foretold(treated: F64, others: F64, way: Way, after: int) -> tuple[float, float]:
    """Root mean square of the errors over the next stretch, and of their means, from several origins; no time later than an origin is
    looked at."""
    n = len(treated)
    stretch = max(1, min(after, n // 4))
    least = max(6, n // 2)
    origins = sorted({max(least, n - stretch - k * max(1, stretch // 2)) for k in range(ORIGINS)})
    squares, means = [], []
    for origin in origins:
        if origin < n:
            end = min(n, origin + stretch)
            expected, _ = _expected(treated[:origin], others[:end], origin, way)
            gap = treated[origin:end] - expected[origin:]
            squares += (gap**2).tolist()
            means.append(float(gap.mean()))
    if not squares:
        return float(np.std(treated)), float(np.std(treated))
    return float(np.sqrt(np.mean(squares))), float(np.sqrt(np.mean(np.square(means))))


def _expected(treated: F64, others: F64, before: int, way: Way) -> tuple[F64, F64]:
    if way.base == "ratio":
        own = float(treated.mean())
        found, weights = _expected(
            treated / own, others / others[:before].mean(axis=0), before, Way("own", way.strength)
        )
        return own * found, weights
    level, levels = (
        (float(treated.mean()), others[:before].mean(axis=0)) if way.base == "own" else (0.0, np.zeros(others.shape[1]))
    )
    y, x = treated - level, others - levels
    past = x[:before]
    scale = float(np.sqrt(np.mean(past**2))) or 1.0
    rows = np.vstack([past / scale, np.full((1, past.shape[1]), SURE)])
    weights, _ = nnls(rows, np.concatenate([y / scale, [SURE]]), maxiter=50 * past.shape[1] + 200)
    weights = weights / weights.sum() if weights.sum() > 0 else np.full(past.shape[1], 1 / past.shape[1])
    if way.strength is not None:
        middle = past.mean(axis=0)
        gram = past @ past.T
        ridge = way.strength * float(np.trace((past - middle) @ (past - middle).T)) / before
        weights = weights + (y - past @ weights) @ np.linalg.solve(gram + ridge * np.eye(before), past)
    told_: F64 = level + x @ weights
    return told_, weights
