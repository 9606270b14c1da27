"""Likelihoods of how customers go on buying until they stop, fitted by maximum likelihood."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import optimize, special

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Fitted:
    """`parameters` by name, for times in the unit that was given."""

    model: str
    parameters: dict[str, float]
    log_likelihood: float


def fit_bg_nbd(x: Floats, last: Floats, age: Floats) -> Fitted:
    """BG/NBD: r, alpha, a, b (Fader, Hardie, Lee, Marketing Science 24, 2005).

    Per customer: x repeat purchases, `last` the time from the first to the last purchase, `age` from the first to the end of the data."""
    x, last, age, count = _alike(x, last, age)

    def likelihood(r: float, alpha: float, a: float, b: float) -> Floats:
        front = special.gammaln(r + x) - special.gammaln(r) + r * np.log(alpha) - special.betaln(a, b)
        alive = special.betaln(a, b + x) - (r + x) * np.log(alpha + age)
        gone = special.betaln(a + 1, b + np.maximum(x, 1) - 1) - (r + x) * np.log(alpha + last)
        found: Floats = front + np.logaddexp(alive, np.where(x > 0, gone, -np.inf))
        return count * found

    return _fitted("bg-nbd", ("r", "alpha", "a", "b"), likelihood)


def fit_pareto_nbd(x: Floats, last: Floats, age: Floats) -> Fitted:
    """Pareto/NBD: r, alpha, s, beta (Schmittlein, Morrison, Colombo, Management Science 33, 1987; the form of Fader and Hardie, 2005).

    Arguments as of `fit_bg_nbd`."""
    x, last, age, count = _alike(x, last, age)

    def likelihood(r: float, alpha: float, s: float, beta: float) -> Floats:
        whole, more, gap = r + s + x, (s + 1 if alpha >= beta else r + x), abs(alpha - beta)
        base = max(alpha, beta)
        early, late = (
            np.log(special.hyp2f1(whole, more, whole + 1, gap / (base + t))) - whole * np.log(base + t) for t in (last, age)
        )  # fmt: skip
        gone = early + np.log(-np.expm1(np.minimum(late - early, -1e-300))) + np.log(s / whole)
        alive = -(r + x) * np.log(alpha + age) - s * np.log(beta + age)
        front = special.gammaln(r + x) - special.gammaln(r) + r * np.log(alpha) + s * np.log(beta)
        found: Floats = front + np.logaddexp(alive, np.where(late < early, gone, -np.inf))
        return count * found

    return _fitted("pareto-nbd", ("r", "alpha", "s", "beta"), likelihood)


def _alike(x: Floats, last: Floats, age: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Customers with the same past once, and how many they are."""
    rows, count = np.unique(np.column_stack([x, last, age]), axis=0, return_counts=True)
    return rows[:, 0], rows[:, 1], rows[:, 2], count.astype(np.float64)


def _fitted(model: str, names: tuple[str, ...], likelihood: Callable[..., Floats]) -> Fitted:
    """Nelder–Mead over logarithms, begun again from where it stopped until that changes nothing."""

    def loss(logs: Floats) -> float:
        with np.errstate(all="ignore"):
            total = float(likelihood(*np.exp(logs)).sum())
        return -total if np.isfinite(total) else 1e15

    at, reached = np.zeros(len(names)), np.inf
    for near in (1e-4, 1e-7, 1e-7):
        found = optimize.minimize(
            loss, at, method="Nelder-Mead", options={"xatol": near, "fatol": near / 10, "maxiter": 3000}
        )
        at, better, reached = found.x, reached - found.fun, float(found.fun)
        if better < 1e-7:
            break
    return Fitted(model, dict(zip(names, (float(v) for v in np.exp(at)), strict=True)), -reached)
