"""What a series would have been after a time, from its own past and from controls: joint paths with every parameter drawn.

y = level + controls·β + season + trend + u, all but u normal a priori on the scale of the noise σ; u is an AR(1) of persistence φ that makes up
the share ρ of σ², the rest is white. φ, ρ and the priors' widths lie on a grid that is weighed by its marginal likelihood, so that both the
parameters' and the models' uncertainty is in the paths (a Gaussian process with the conjugate prior of σ²; Rasmussen and Williams, 2006,
chapter 2; the question as put by Brodersen et al., Annals of Applied Statistics 9, 2015)."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
import numpy.typing as npt
from scipy import linalg

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
PERSISTENCE = ((0.0, 1.0), (0.2, 1.0), (0.4, 1.0), (0.6, 1.0), (0.8, 1.0), (0.93, 0.6), (0.99, 0.3))  # φ and its weight
COARSE = ((0.0, 1.0), (0.3, 1.0), (0.6, 1.0), (0.9, 0.6), (0.99, 0.3))
SHARES, SLOPES, SEASONS, TRENDS = (0.4, 1.0), (1.0, 5.0, 25.0), (0.0, 0.3, 1.5), (0.0, 0.7)
FREE, A0, B0 = 1e4, 0.5, 0.005  # the level's variance against the noise's; the prior of σ² of a series of spread 1
NEGLIGIBLE = 1e-4


@dataclass(frozen=True)
class Paths:
    """`drawn`: draws × times after; `expected`: their mean; `fitted`: the share of the spread before that the model explains."""

    drawn: Floats
    expected: Floats
    fitted: float


@dataclass(frozen=True)
class _Point:
    weight: float
    mean: Floats
    root: Floats
    spread: float
    inside: Floats


def paths(
    y: Floats, before: Ints, after: Ints, controls: Floats, season: int, rng: np.random.Generator, *, draws: int = 2000, coarse: bool = False,
) -> Paths:  # fmt: skip
    """Paths at the places `after`, from `y` at the places `before`. `controls`: (before + after) × controls; `season`: places of a cycle, 1 = none."""
    middle, scale = float(y.mean()), float(y.std()) or 1.0
    own = (y - middle) / scale
    places = np.concatenate([before, after]).astype(np.float64)
    n = len(before)
    parts = _kernels(places, n, controls, season if n >= 3 * season else 1)
    slopes: tuple[float, ...] = SLOPES if controls.shape[1] else (1.0,)
    seasons: tuple[float, ...] = SEASONS if season > 1 and n >= 3 * season else (0.0,)
    if coarse or n > 250:
        slopes, seasons = slopes[1:] or slopes, seasons[:1] if len(seasons) == 1 else (0.0, 0.8)
    persistence = COARSE if coarse or n > 250 else PERSISTENCE
    found = [
        _point(own, n, parts, places, phi, share, slope, cycle, trend, weight)
        for (phi, weight), share, slope, cycle, trend in product(persistence, SHARES, slopes, seasons, TRENDS)
        if phi > 0 or share == 1.0
    ]
    weights = np.array([p.weight for p in found])
    weights = np.exp(weights - weights.max())
    weights /= weights.sum()
    weights[weights < NEGLIGIBLE] = 0
    times = rng.multinomial(draws, weights / weights.sum())
    drawn = [_drawn(point, int(k), n, rng) for point, k in zip(found, times, strict=True) if k]
    inside = sum((w * p.inside for w, p in zip(weights / weights.sum(), found, strict=True)), np.zeros(n))
    return Paths(
        middle + scale * np.concatenate(drawn),
        middle
        + scale * sum((w * p.mean for w, p in zip(weights / weights.sum(), found, strict=True)), np.zeros(len(after))),
        1 - float(np.var(own - inside)),
    )


def _kernels(places: Floats, n: int, controls: Floats, season: int) -> tuple[Floats, Floats, Floats]:
    """The covariances that controls, season and trend bring, for a prior width of 1."""
    size = len(places)
    linear = np.zeros((size, size))
    for column in controls.T:
        spread = float(column[:n].std())
        if spread > 1e-12 * (1 + abs(float(column[:n].mean()))):
            own = (column - column[:n].mean()) / spread
            linear += np.outer(own, own)
    same = (places[:, None] - places[None, :]) % season == 0 if season > 1 else np.zeros((size, size), dtype=bool)
    spread = float(places[:n].std()) or 1.0
    line = (places - places[:n].mean()) / spread
    return linear, same.astype(np.float64), np.outer(line, line)


def _point(
    y: Floats, n: int, parts: tuple[Floats, Floats, Floats], places: Floats, phi: float, share: float, slope: float, cycle: float, trend: float, weight: float,
) -> _Point:  # fmt: skip
    apart = np.abs(places[:, None] - places[None, :])
    noise = share * (phi**apart if phi else (apart == 0).astype(np.float64)) + (1 - share) * (apart == 0)
    whole = noise + FREE + slope**2 * parts[0] + cycle**2 * parts[1] + trend**2 * parts[2]
    root = linalg.cholesky(whole[:n, :n] + 1e-9 * np.eye(n), lower=True, check_finite=False)
    white = linalg.solve_triangular(root, y, lower=True, check_finite=False)
    cross = linalg.solve_triangular(root, whole[:n, n:], lower=True, check_finite=False)
    left = whole[n:, n:] - cross.T @ cross
    spread = B0 + 0.5 * float(white @ white)
    likelihood = -float(np.log(np.diag(root)).sum()) - (A0 + n / 2) * np.log(spread)
    prior = np.log(weight) + np.log(0.3 if trend else 0.7)
    solved = linalg.solve_triangular(root, white, lower=True, trans="T", check_finite=False)
    inside = y - noise[:n, :n] @ solved
    return _Point(likelihood + prior, cross.T @ white, left, spread, inside)


def _drawn(point: _Point, draws: int, n: int, rng: np.random.Generator) -> Floats:
    size = len(point.mean)
    root = linalg.cholesky(point.root + 1e-8 * np.eye(size), lower=True, check_finite=False)
    sigma = np.sqrt(point.spread / rng.gamma(A0 + n / 2, 1.0, draws))
    return np.asarray(point.mean + sigma[:, None] * (rng.standard_normal((draws, size)) @ root.T))
