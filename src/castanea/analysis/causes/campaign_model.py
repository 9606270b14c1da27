"""What a campaign sells a day, from past ones: a linear model of logarithms with shrinkage, each campaign kind and scope with a level of its own
that borrows from the others (Bayesian regression with normal priors; Gelman et al., Bayesian Data Analysis, chapter 14).

log(units a day) = level + kind + scope + β₁·discount + β₂·log(1 + spend a day) + β₃·log(days) + β₄·time + noise. The noise's size has the
conjugate prior, so that forecasts follow a Student law; how strongly effects are shrunk is weighed by the marginal likelihood."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import gammaln

F64 = npt.NDArray[np.float64]
WIDTHS = (0.5, 1.0, 2.0)  # of the priors, as multiples of those below
LEVEL, GROUP, SLOPE, TREND = 20.0, 2.0, 1.5, 0.5  # standard deviations of effects in units of the noise's
A0, B0 = 2.0, 2.0 * 0.15**2  # the noise: about 15 % a priori, loosely


@dataclass(frozen=True)
class Design:
    """How campaigns become rows: the groups known, and the middle and spread of each number."""

    kinds: tuple[str, ...]
    scopes: tuple[str, ...]
    middle: F64
    spread: F64

    def rows(self, kinds: Sequence[str], scopes: Sequence[str], numbers: F64) -> F64:
        """Level, kinds, scopes, numbers; a group that was never seen has the level alone."""
        return np.column_stack([
            np.ones(len(kinds)),
            *[np.array([k == known for k in kinds], dtype=float) for known in self.kinds],
            *[np.array([s == known for s in scopes], dtype=float) for known in self.scopes],
            (numbers - self.middle) / self.spread,
        ])  # fmt: skip

    def priors(self) -> F64:
        """Variance of each effect in units of the noise's."""
        numbers = [SLOPE] * (len(self.middle) - 1) + [TREND]
        return np.asarray(np.square([LEVEL, *[GROUP] * (len(self.kinds) + len(self.scopes)), *numbers]))


def design(kinds: Sequence[str], scopes: Sequence[str], numbers: F64) -> Design:
    spread = numbers.std(axis=0)
    return Design(
        tuple(sorted(set(kinds))),
        tuple(sorted(set(scopes))),
        numbers.mean(axis=0),
        np.where(spread > 1e-9, spread, 1.0),
    )


@dataclass(frozen=True)
class Forecast:
    """Student laws, one per campaign asked: `draws` draws × campaigns of the logarithm, and the middle of each."""

    middle: F64
    draws: F64


def forecast(rows: F64, y: F64, priors: F64, asked: F64, rng: np.random.Generator, draws: int) -> Forecast:
    """Forecasts of the logarithm for `asked` from past `rows` and `y`; each campaign's noise is its own, the effects are shared."""
    points = [_point(rows, y, priors, width) for width in WIDTHS]
    weights = np.exp([p[0] - max(q[0] for q in points) for p in points])
    weights /= weights.sum()
    parts, middle = [], np.zeros(len(asked))
    for weight, count, (_, mean, root, shape, scale) in zip(
        weights, rng.multinomial(draws, weights), points, strict=True
    ):
        middle += weight * (asked @ mean)
        if count:
            sigma = np.sqrt(scale / rng.gamma(shape, 1.0, count))
            effects = mean + sigma[:, None] * (rng.standard_normal((count, len(mean))) @ root.T)
            parts.append(effects @ asked.T + sigma[:, None] * rng.standard_normal((count, len(asked))))
    return Forecast(middle, np.concatenate(parts))


def _point(rows: F64, y: F64, priors: F64, width: float) -> tuple[float, F64, F64, float, float]:
    """Log marginal likelihood, mean of the effects, a root of their covariance (per noise variance), shape and scale of the noise's variance."""
    wide = priors.copy()
    wide[1:] *= width**2
    precision = rows.T @ rows + np.diag(1 / wide)
    inverse = np.linalg.inv(precision)
    mean = inverse @ (rows.T @ y)
    shape = A0 + len(y) / 2
    scale = B0 + 0.5 * float(y @ y - mean @ precision @ mean)
    scale = max(scale, 1e-9)
    _, logdet = np.linalg.slogdet(precision)
    likelihood = -0.5 * logdet - 0.5 * float(np.log(wide).sum()) - shape * np.log(scale) + float(gammaln(shape))
    return likelihood, mean, np.linalg.cholesky(inverse), shape, scale
