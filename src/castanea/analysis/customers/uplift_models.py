"""What treatment changes for each row: a linear model of either arm, and how good the order by their difference is.

Sources: two models (Hansotia and Rukstales 2002); doubly robust pseudo-outcomes (Kennedy 2023); Qini (Radcliffe 2007). With e the share
treated and m1, m0 the outcomes expected with and without treatment, the pseudo-outcome of a row is
m1 − m0 + t (y − m1) / e − (1 − t) (y − m0) / (1 − e); its mean over any group is the effect on it where the lot decided who was treated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from castanea.analysis.customers.purchase_chance import Floats

FOLDS, DRAWS = 5, 5
CLIP = 6.0  # standard deviations of a feature
FIRST = 0.3


@dataclass(frozen=True)
class Scaler:
    """Numbers standardised, gaps filled by the mean."""

    mean: Floats
    spread: Floats

    def __call__(self, x: Floats) -> Floats:
        z = (np.where(np.isnan(x), self.mean, x) - self.mean) / self.spread
        return np.asarray(np.clip(z, -CLIP, CLIP))


def scaler(x: Floats) -> Scaler:
    mean = np.array([column[np.isfinite(column)].mean() if np.isfinite(column).any() else 0.0 for column in x.T])
    spread = np.where(np.isnan(x), mean, x).std(axis=0)
    return Scaler(mean, np.where(spread > 0, spread, 1.0))


@dataclass(frozen=True)
class Outcomes:
    """The outcome expected in either arm, by a linear model of each."""

    scale: Scaler
    treated: Any
    control: Any
    binary: bool

    def told(self, x: Floats) -> tuple[Floats, Floats]:
        z = self.scale(x)
        if self.binary:
            return self.treated.predict_proba(z)[:, 1], self.control.predict_proba(z)[:, 1]
        return self.treated.predict(z), self.control.predict(z)


def outcomes(x: Floats, t: Floats, y: Floats, *, binary: bool) -> Outcomes:
    from sklearn.linear_model import LogisticRegression, Ridge

    scale = scaler(x)
    z = scale(x)
    made = [LogisticRegression(max_iter=500) if binary else Ridge(10.0) for _ in range(2)]
    return Outcomes(scale, made[0].fit(z[t == 1], y[t == 1]), made[1].fit(z[t == 0], y[t == 0]), binary)


def parts(t: Floats, y: Floats, seed: int, count: int = FOLDS) -> npt.NDArray[np.int64]:
    """A fold for each row, alike in arms and outcomes."""
    rng, part = np.random.default_rng(seed), np.zeros(len(t), dtype=np.int64)
    for arm in (0, 1):
        for some in (False, True):
            at = np.flatnonzero((t == arm) & ((y != 0) == some))
            part[rng.permutation(at)] = np.arange(len(at)) % count
    return part


def cross_fitted(x: Floats, t: Floats, y: Floats, seed: int, *, binary: bool) -> tuple[Floats, Floats, Floats]:
    """Of each row the uplift told by models that have not seen it, the mean over several draws of the folds; the same of the first draw
    alone; and its pseudo-outcome."""
    told, truth = np.zeros((DRAWS, len(t))), np.zeros(len(t))
    for draw in range(DRAWS):
        part = parts(t, y, seed * DRAWS + draw)
        for k in range(FOLDS):
            here, share = part == k, t[part != k].mean()
            one, none = outcomes(x[~here], t[~here], y[~here], binary=binary).told(x[here])
            told[draw, here] = one - none
            mine, came = t[here], y[here]
            truth[here] += one - none + mine * (came - one) / share - (1 - mine) * (came - none) / (1 - share)
    return told.mean(axis=0), told[0], truth / DRAWS


def qini(told: Floats, t: Floats, y: Floats) -> float:
    """(Area under q over the share treated − ½ q(N)) / N, q(k) = Y_T(k) − Y_C(k) · N_T(k) / N_C(k) in the order of `told`, highest first."""
    order = np.argsort(-told, kind="stable")
    t, y = t[order], y[order]
    treated, control = np.cumsum(t), np.cumsum(1 - t)
    q = np.cumsum(y * t) - np.cumsum(y * (1 - t)) * treated / np.maximum(control, 1)
    share = treated / treated[-1]
    return float((np.trapezoid(np.append(0.0, q), np.append(0.0, share)) - q[-1] / 2) / len(t))


def qini_normalised(told: Floats, t: Floats, y: Floats) -> float:
    """The Qini divided by that of the perfect order: the treated with the highest outcomes first, the control with the highest last."""
    top = qini(np.where(t == 1, y, -y), t, y)
    return qini(told, t, y) / top if top > 0 else 0.0


def uplift_first(told: Floats, t: Floats, y: Floats, share: float = FIRST) -> float:
    """The difference of the arms' means among the first `share` of the rows."""
    first = np.argsort(-told, kind="stable")[: max(round(share * len(t)), 1)]
    t, y = t[first], y[first]
    return float(y[t == 1].mean() - y[t == 0].mean()) if 0 < t.sum() < len(t) else 0.0


@dataclass(frozen=True)
class Effect:
    """`mean` effect, and `slope` times what was told beyond its `centre`; both with their standard errors."""

    mean: float
    slope: float
    centre: float
    mean_error: float
    slope_error: float

    def of(self, told: Floats) -> tuple[Floats, Floats]:
        """The effect on rows, and its standard error. The slope stays between 0 and 1: nothing is told to differ more than it was seen to."""
        kept = min(max(self.slope, 0.0), 1.0)
        away = told - self.centre
        return self.mean + kept * away, np.sqrt(self.mean_error**2 + (self.slope_error * away) ** 2)


def effect(told: Floats, truth: Floats) -> Effect:
    """By least squares of the pseudo-outcomes on what was told."""
    centre, spread, n = float(told.mean()), float(told.var()), len(told)
    flat = spread < 1e-18
    slope = 0.0 if flat else float(np.mean((told - centre) * truth) / spread)
    left = truth - truth.mean() - slope * (told - centre)
    slope_error = 0.0 if flat else float(np.sqrt(np.mean((left * (told - centre)) ** 2) / n) / spread)
    return Effect(float(truth.mean()), slope, centre, float(left.std() / np.sqrt(n)), slope_error)
