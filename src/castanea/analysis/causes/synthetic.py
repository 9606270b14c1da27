"""What regions that were treated would have been, from regions that were not: a synthetic control with a ridge correction.

Weights w on the other regions, none negative, sum 1, fit the treated mean's movement before (each region's own level taken out); what they
leave is corrected by ridge regression of strength λ (Ben-Michael, Feller and Rothstein, The augmented synthetic control method, JASA 2021).
λ, or no correction, is what foretold the next stretch best at several times before. The error of the effect is that of regions that were not
treated, told in the same way and in units of their own errors before (placebos in space; Abadie, Diamond and Hainmueller, JASA 2010)."""

from __future__ import annotations

from collections.abc import Sequence
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
    early = max(6, before // 2)  # the first origin
    means = np.append(others[:early].mean(axis=0), treated[:early].mean())
    bases = BASES if float(means.min()) > 0.02 * float(means.max()) else BASES[:2]
    errors: dict[Way, tuple[float, float]] = {}
    for base in bases:
        errors |= _foretold(treated[:before], others[:before], base, after)
    simple, best = (
        min((w for w in errors if (w.strength is None) == bare), key=lambda w: errors[w][0]) for bare in (True, False)
    )
    way = best if errors[best][0] < WORTH * errors[simple][0] else simple
    expected, weights = _expected(treated[:before], others, before, way)
    fit = float(np.sqrt(np.mean((treated[:before] - expected[:before]) ** 2)))
    error = max(errors[way][0], fit)
    return Told(expected, error, max(errors[way][1], error / float(np.sqrt(after))), fit, weights, way)


def _foretold(treated: F64, others: F64, base: Base, after: int) -> dict[Way, tuple[float, float]]:
    """Of each strength the root mean square of the errors over the next stretch, and of their means, from several origins; no time later
    than an origin is looked at."""
    n = len(treated)
    ways = [Way(base, strength) for strength in (None, *STRENGTHS)]
    stretch = max(1, min(after, n // 4))
    least = max(6, n // 2)
    origins = sorted({o for k in range(ORIGINS) if (o := max(least, n - stretch - k * max(1, stretch // 2))) < n})
    squares: dict[Way, list[float]] = {way: [] for way in ways}
    means: dict[Way, list[float]] = {way: [] for way in ways}
    for origin in origins:
        end = min(n, origin + stretch)
        for way, (expected, _) in zip(ways, _all_expected(treated[:origin], others[:end], origin, ways), strict=True):
            gap = treated[origin:end] - expected[origin:]
            squares[way] += (gap**2).tolist()
            means[way].append(float(gap.mean()))
    if not origins:
        return dict.fromkeys(ways, (float(np.std(treated)), float(np.std(treated))))
    return {w: (float(np.sqrt(np.mean(squares[w]))), float(np.sqrt(np.mean(np.square(means[w]))))) for w in ways}


def _expected(treated: F64, others: F64, before: int, way: Way) -> tuple[F64, F64]:
    return _all_expected(treated, others, before, [way])[0]


def _all_expected(treated: F64, others: F64, before: int, ways: Sequence[Way]) -> list[tuple[F64, F64]]:
    """What is expected at all times, and the weights, of ways of one base."""
    base = ways[0].base
    if base == "ratio":
        own = float(treated.mean())
        parts = _all_expected(
            treated / own, others / others[:before].mean(axis=0), before, [Way("own", w.strength) for w in ways]
        )
        return [(own * expected, weights) for expected, weights in parts]
    level, levels = (
        (float(treated.mean()), others[:before].mean(axis=0)) if base == "own" else (0.0, np.zeros(others.shape[1]))
    )
    y, x = treated - level, others - levels
    past = x[:before]
    scale = float(np.sqrt(np.mean(past**2))) or 1.0
    rows = np.vstack([past / scale, np.full((1, past.shape[1]), SURE)])
    weights, _ = nnls(rows, np.concatenate([y / scale, [SURE]]), maxiter=50 * past.shape[1] + 200)
    weights = weights / weights.sum() if weights.sum() > 0 else np.full(past.shape[1], 1 / past.shape[1])
    gram, left = past @ past.T, y - past @ weights
    usual = float(np.square(past - past.mean(axis=0)).sum()) / before
    found = []
    for way in ways:
        own_weights = weights
        if way.strength is not None:
            own_weights = weights + left @ np.linalg.solve(gram + (way.strength * usual + 1e-12) * np.eye(before), past)
        found.append((level + x @ own_weights, own_weights))
    return found
