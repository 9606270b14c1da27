"""The scoring of the Numenta anomaly benchmark (Lavin and Ahmad, ICMLA 2015), from its formula; see the data's own description."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
PROBATION, LONGEST_PROBATION = 0.15, 750
BEYOND = 3.0  # widths after a window: from there on a false alarm costs all


@dataclass(frozen=True)
class Weights:
    tp: float = 1.0
    fp: float = 0.11
    fn: float = 1.0


STANDARD, LOW_FP = Weights(), Weights(fp=0.22)


def sigmoid(place: float) -> float:
    """1 far before, 0 at the right edge of a window, −1 beyond three widths after it."""
    return -1.0 if place > BEYOND else 2 / (1 + exp(5 * place)) - 1


def probation(rows: int) -> int:
    """The rows at the beginning of a file that are not scored."""
    return min(int(PROBATION * rows), LONGEST_PROBATION)


def raw_score(
    detections: Sequence[int] | npt.NDArray[np.int64], windows: Sequence[tuple[int, int]], rows: int, weights: Weights
) -> float:
    """Of one file: `detections` are rows, `windows` first and last rows, both counted from 0."""
    begin, best = probation(rows), dict.fromkeys(range(len(windows)), -weights.fn)
    total = 0.0
    for row in sorted({int(d) for d in detections}):
        if row < begin:
            continue
        inside = next((n for n, (first, last) in enumerate(windows) if first <= row <= last), None)
        if inside is not None:
            first, last = windows[inside]
            found = weights.tp * sigmoid(-(last - row + 1) / (last - first + 1)) / sigmoid(-1.0)
            best[inside] = max(best[inside], found)
            continue
        before = [window for window in windows if window[1] < row]
        if before:
            first, last = before[-1]
            total += weights.fp * sigmoid((row - last) / max(last - first, 1))
        else:
            total -= weights.fp
    return total + sum(best.values())


def normalised(raw: float, windows: int, weights: Weights) -> float:
    """0 for a detector that says nothing, 100 for one that finds every window at once and nothing else."""
    return 100 * (raw + weights.fn * windows) / ((weights.tp + weights.fn) * windows)


def best_threshold(
    scores: Mapping[str, Floats],
    windows: Mapping[str, Sequence[tuple[int, int]]],
    weights: Weights,
    tried: Sequence[float],
) -> tuple[float, float]:
    """The one threshold for all files with the highest normalised score, and that score; a detection is a score at or above it."""
    many = sum(len(w) for w in windows.values())
    found = [
        (
            normalised(
                sum(raw_score(np.flatnonzero(scores[f] >= t), windows[f], len(scores[f]), weights) for f in scores),
                many,
                weights,
            ),
            -t,
        )
        for t in tried
    ]
    score, threshold = max(found)
    return -threshold, score
