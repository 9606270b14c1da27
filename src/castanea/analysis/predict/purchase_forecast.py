"""What customers will buy after the end of the data, given how they bought until then."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import optimize, special

from castanea.analysis.predict.purchase_models import Fitted

Floats = npt.NDArray[np.float64]
BLOCK = 20_000  # customers simulated at once


@dataclass(frozen=True)
class Bought:
    """Per customer: `x` repeat purchases, `last` the time from the first to the last of them, `age` to the end of the data (one unit)."""

    x: Floats
    last: Floats
    age: Floats

    def __len__(self) -> int:
        return len(self.x)


def alive(fitted: Fitted, bought: Bought) -> Floats:
    """The probability per customer of still buying at the end of the data."""
    x, last, age = bought.x, bought.last, bought.age
    if fitted.model == "bg-nbd":
        r, alpha, a, b = fitted.parameters.values()
        odds = a / (b + np.maximum(x, 1) - 1) * np.exp((r + x) * (np.log(alpha + age) - np.log(alpha + last)))
        found: Floats = np.where(x > 0, 1 / (1 + odds), 1.0)
        return found
    r, alpha, s, beta = fitted.parameters.values()
    whole, more, gap, base = r + s + x, (s + 1 if alpha >= beta else r + x), abs(alpha - beta), max(alpha, beta)
    with np.errstate(all="ignore"):
        early, late = (
            np.log(special.hyp2f1(whole, more, whole + 1, gap / (base + t))) - whole * np.log(base + t) for t in (last, age)
        )  # fmt: skip
        gone = early + np.log(-np.expm1(np.minimum(late - early, -1e-300))) + np.log(s / whole)
        still = -(r + x) * np.log(alpha + age) - s * np.log(beta + age)
        found = 1 / (1 + np.where(late < early, np.exp(np.clip(gone - still, -700, 700)), 0.0))
    return np.asarray(np.nan_to_num(found, nan=0.0))


def expected(fitted: Fitted, bought: Bought, ahead: float) -> Floats:
    """Expected purchases per customer within `ahead` after the end of the data (formulas of the papers of `purchase_models`)."""
    x, age = bought.x, bought.age
    if fitted.model == "bg-nbd":
        r, alpha, a, b = fitted.parameters.values()
        a = a if abs(a - 1) > 1e-6 else 1 + 1e-6
        share = ahead / (alpha + age + ahead)
        turn = special.hyp2f1(r + x, b + x, a + b + x - 1, share)
        with np.errstate(all="ignore"):
            rest = np.exp((r + x) * (np.log(alpha + age) - np.log(alpha + age + ahead))) * turn
        found = (a + b + x - 1) / (a - 1) * (1 - rest) * alive(fitted, bought)
    else:
        r, alpha, s, beta = fitted.parameters.values()
        s = s if abs(s - 1) > 1e-6 else 1 + 1e-6
        rest = ((beta + age) / (beta + age + ahead)) ** (s - 1)
        found = (r + x) * (beta + age) / ((alpha + age) * (s - 1)) * (1 - rest) * alive(fitted, bought)
    most = (r + x) / (alpha + age) * ahead  # nobody buys faster than while alive
    return np.clip(np.where(np.isfinite(found), found, most * alive(fitted, bought)), 0.0, most)


def drawn(fitted: Fitted, bought: Bought, ahead: float, draws: int, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """Draws × customers of purchases within `ahead`, rates and dropping out drawn from what the customer's past leaves of them."""
    shape = (draws, len(bought))
    r, alpha, c, d = fitted.parameters.values()
    still = rng.random(shape) < alive(fitted, bought)
    rate = rng.gamma(r + bought.x, 1.0, shape) / (alpha + bought.age)
    if fitted.model == "bg-nbd":
        p = np.clip(rng.beta(c, d + bought.x, shape), 1e-9, 1.0)
        bought_then = np.minimum(rng.poisson(rate * ahead), rng.geometric(p))
    else:
        leaving = np.maximum(rng.gamma(c, 1.0, shape) / (d + bought.age), 1e-12)
        bought_then = rng.poisson(rate * np.minimum(rng.exponential(1.0, shape) / leaving, ahead))
    return np.where(still, bought_then, 0)


@dataclass(frozen=True)
class Spend:
    """Gamma-Gamma: p, q, v (Fader, Hardie, Lee, "RFM and CLV", J. Marketing Research 42, 2005). `usual`: mean over all purchases."""

    p: float
    q: float
    v: float
    usual: float
    log_likelihood: float

    def of(self, x: Floats, mean: Floats) -> Floats:
        """Expected spend of a purchase, per customer with `x` purchases of that mean; without any, what is usual."""
        if self.q <= 1:
            return np.where(x > 0, (x * mean + 3 * self.usual) / (x + 3), self.usual)
        return np.asarray((self.p * (self.v + x * mean)) / (self.p * x + self.q - 1))


def fit_spend(x: Floats, mean: Floats) -> Spend:
    """By maximum likelihood over customers with x > 0 purchases whose mean spend is above zero."""
    usual = float((x * mean).sum() / x.sum())

    def loss(logs: Floats) -> float:
        p, q, v = np.exp(logs)
        with np.errstate(all="ignore"):
            each = (
                special.gammaln(p * x + q) - special.gammaln(p * x) - special.gammaln(q) + q * np.log(v)
                + (p * x - 1) * np.log(mean) + p * x * np.log(x) - (p * x + q) * np.log(x * mean + v)
            )  # fmt: skip
            total = float(each.sum())
        return -total if np.isfinite(total) else 1e15

    at = np.array([0.0, 1.0, np.log(max(usual, 1e-9))])
    for _ in range(3):
        at = optimize.minimize(
            loss, at, method="Nelder-Mead", options={"xatol": 1e-7, "fatol": 1e-8, "maxiter": 3000}
        ).x
    p, q, v = (float(part) for part in np.exp(at))
    return Spend(p, q, v, usual, -loss(at))
