"""The chance of a yes: boosted trees and forests averaged, brought to the rates that were seen.

Sources: Friedman (2001), gradient boosting; Breiman (2001), random forests; Geurts et al. (2006), extremely randomised trees; Platt (1999),
scaling by a logistic regression. The mean is taken of log-odds. One thread, so that the number of cores changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import optimize, stats

Floats = npt.NDArray[np.float64]
Fold = tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]
NEAR = 1e-4
TREES, LEAF = 120, 5
FOLDS, LAST = 5, 0.2  # folds; share of time that is foretold


def log_odds(chance: Floats) -> Floats:
    kept = np.clip(chance, NEAR, 1 - NEAR)
    return np.log(kept / (1 - kept))


def chance_of(odds: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-odds)))


@dataclass(frozen=True)
class Scale:
    """log-odds → `shift` + `slope` · log-odds, as Platt has it."""

    shift: float = 0.0
    slope: float = 1.0

    def __call__(self, odds: Floats) -> Floats:
        return chance_of(self.shift + self.slope * odds)


def scale_of(odds: Floats, y: Floats) -> Scale:
    """By maximum likelihood, with a small penalty that keeps the slope near 1 on little data."""

    def loss(at: Floats) -> float:
        told = at[0] + at[1] * odds
        return float(np.sum(np.logaddexp(0, told) - y * told) + 2 * (at[1] - 1) ** 2)

    found = optimize.minimize(loss, np.array([0.0, 1.0]), method="BFGS")
    shift, slope = (float(v) for v in found.x)
    return Scale(shift, slope) if np.isfinite(found.x).all() and slope > 0 else Scale()


def members(seed: int) -> list[Any]:
    """The models whose log-odds are averaged; fixed, whatever the data."""
    from sklearn.ensemble import ExtraTreesClassifier, HistGradientBoostingClassifier, RandomForestClassifier

    def boosted(rate: float, rounds: int, leaves: int, share: float) -> Any:
        return HistGradientBoostingClassifier(
            learning_rate=rate, max_iter=rounds, max_leaf_nodes=leaves, max_features=share, l2_regularization=1.0, early_stopping=False, random_state=seed,
        )  # fmt: skip

    return [
        boosted(0.05, 150, 15, 1.0), boosted(0.03, 250, 8, 0.5),
        RandomForestClassifier(TREES, min_samples_leaf=LEAF, max_features="sqrt", random_state=seed),
        ExtraTreesClassifier(TREES, min_samples_leaf=LEAF, max_features=0.5, random_state=seed),
    ]  # fmt: skip


def light(seed: int) -> list[Any]:
    """One small member, where many fits are compared with each other."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    return [
        HistGradientBoostingClassifier(
            learning_rate=0.08,
            max_iter=60,
            max_leaf_nodes=8,
            l2_regularization=1.0,
            early_stopping=False,
            random_state=seed,
        )
    ]


@dataclass(frozen=True)
class Model:
    fitted: Sequence[Any]

    def odds(self, x: Floats) -> Floats:
        """The mean log-odds of each row."""
        with _one_thread():
            return np.asarray(np.mean([log_odds(m.predict_proba(x)[:, 1]) for m in self.fitted], axis=0))


def fit(x: Floats, y: Floats, seed: int, made: Callable[[int], list[Any]] = members) -> Model:
    with _one_thread():
        return Model([m.fit(x, y) for m in made(seed)])


def stratified(y: Floats, seed: int, folds: int = FOLDS) -> list[Fold]:
    """Of each class, every fold gets its share, drawn by the seed."""
    rng, part = np.random.default_rng(seed), np.zeros(len(y), dtype=np.int64)
    for kind in (0.0, 1.0):
        at = np.flatnonzero(y == kind)
        part[rng.permutation(at)] = np.arange(len(at)) % folds
    return [(np.flatnonzero(part != k), np.flatnonzero(part == k)) for k in range(folds)]


def forward(at: Floats) -> Fold:
    """The last fifth of time, and all before it. Rows of one time stay together; either part may be empty."""
    edge = np.quantile(at, 1 - LAST, method="higher")
    return np.flatnonzero(at < edge), np.flatnonzero(at >= edge)


def out_of_fold(
    x: Floats, y: Floats, folds: Sequence[Fold], seed: int, made: Callable[[int], list[Any]] = members
) -> Floats:
    """The log-odds of each row from a model that has not seen it; NaN for rows in no test part."""
    odds = np.full(len(y), np.nan)
    for train, test in folds:
        odds[test] = fit(x[train], y[train], seed, made).odds(x[test])
    return odds


def scaled_across(odds: Floats, y: Floats, folds: Sequence[Fold]) -> Floats:
    """Chances, each fold scaled by what was seen in the others."""
    told = np.full(len(y), np.nan)
    for _, test in folds:
        other = np.isfinite(odds)
        other[test] = False
        told[test] = scale_of(odds[other], y[other])(odds[test])
    return told


def auc(chance: Floats, y: Floats) -> float:
    """The chance that a yes ranks above a no, ties counting half."""
    ranks, yes = stats.rankdata(chance), float(y.sum())
    no = len(y) - yes
    return float((ranks[y == 1].sum() - yes * (yes + 1) / 2) / (yes * no))


def auc_error(area: float, y: Floats) -> float:
    """The standard error of an AUC (Hanley and McNeil 1982)."""
    yes, no = float(y.sum()), float(len(y) - y.sum())
    one, two = area / (2 - area), 2 * area**2 / (1 + area)
    spread = area * (1 - area) + (yes - 1) * (one - area**2) + (no - 1) * (two - area**2)
    return float(np.sqrt(max(spread, 0.0) / (yes * no)))


def average_precision(chance: Floats, y: Floats) -> float:
    """Σ (recall gained) · precision over falling chances; rows of one chance come together."""
    order = np.argsort(-chance, kind="stable")
    hits, ends = np.cumsum(y[order]), np.append(np.flatnonzero(np.diff(chance[order])), len(y) - 1)
    found = hits[ends]
    return float(np.sum(np.diff(found, prepend=0.0) * found / (ends + 1)) / y.sum())


def bins(chance: Floats, y: Floats, count: int = 10) -> list[dict[str, float]]:
    """What was told and what came, in bins of equally many rows."""
    parts = [p for p in np.array_split(np.argsort(chance, kind="stable"), count) if len(p)]
    return [{"told": float(chance[p].mean()), "came": float(y[p].mean()), "n": float(len(p))} for p in parts]


def calibration_error(chance: Floats, y: Floats) -> float:
    """The mean distance of told and came over ten bins of equally many rows, weighted by rows."""
    return float(sum(abs(b["told"] - b["came"]) * b["n"] for b in bins(chance, y)) / len(y))


def clearly_better(chance: Floats, y: Floats, rate: float) -> bool:
    """Whether the chances' log-likelihood beats that of one rate for all by more than chance would (one-sided, 95 %)."""
    kept = np.clip(chance, 1e-9, 1 - 1e-9)
    gain = y * np.log(kept / rate) + (1 - y) * np.log((1 - kept) / (1 - rate))
    return bool(gain.mean() > 1.645 * gain.std(ddof=1) / np.sqrt(len(y)))


def _one_thread() -> Any:
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    return threadpool_limits(1)
