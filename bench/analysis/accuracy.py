"""Accuracy as the M competitions define it: sMAPE, MASE, OWA, MSIS."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Scores:
    smape: float
    mase: float

    def owa(self, naive: Scores) -> float:
        return 0.5 * (self.smape / naive.smape + self.mase / naive.mase)


def scores(
    told: dict[str, Floats], series: dict[str, tuple[Floats, Floats]], season: dict[str, int], *, pooled: bool
) -> Scores:
    points = [200 * np.abs(y - told[n]) / (np.abs(y) + np.abs(told[n])) for n, (_, y) in series.items()]
    smape = np.concatenate(points).mean() if pooled else np.mean([p.mean() for p in points])
    scaled = [np.abs(y - told[n]).mean() / step(train, season[n]) for n, (train, y) in series.items()]
    return Scores(float(smape), float(np.mean(scaled)))


def step(train: Floats, season: int) -> float:
    return float(np.abs(train[season:] - train[:-season]).mean())


def msis(train: Floats, truth: Floats, low: Floats, high: Floats, season: int) -> float:
    outside = np.maximum(low - truth, 0) + np.maximum(truth - high, 0)
    return float((high - low + 40 * outside).mean()) / step(train, season)
