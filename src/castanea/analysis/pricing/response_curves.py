"""How sales may answer to spending: carried over from period to period, and less for each further unit. A grid of such curves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.signal import lfilter

from castanea.analysis.pricing.media_series import Floats

# carried(t) = (1 − carry)·spend(t) + carry·carried(t − 1); half: the carried spending at which half of all that can be is reached.
CARRY = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
CARRY_COARSE = (0.0, 0.15, 0.3, 0.45, 0.6, 0.75, 0.88)
HALF, HALF_COARSE = (0.12, 6.0, 11), (0.15, 5.0, 7)  # of the mean spending in periods with any: from, to, how many
SHAPES = (
    ("hill", 1.0, 1.0),
    ("hill", 2.0, 1.0),
    ("hill", 3.0, 0.5),
    ("exponential", 0.0, 1.0),
    ("tanh", 0.0, 1.0),
)  # and their weight
MANY = 6  # channels beyond which the grid is coarser
TAN = float(np.arctanh(0.5))


@dataclass(frozen=True)
class Curves:
    """Of a channel, each curve's carry-over, half saturation (in units of spending a period), shape (a place in SHAPES), prior weight."""

    carry: Floats
    half: Floats
    shape: Floats
    weight: Floats

    def __len__(self) -> int:
        return len(self.carry)


def curves_of(spend: Floats, channels: int) -> Curves:
    """The grid for a channel, on the scale of what was spent."""
    usual = float(spend[spend > 0].mean())
    coarse = channels > MANY
    carries = CARRY_COARSE if coarse else CARRY
    low, high, count = HALF_COARSE if coarse else HALF
    shapes = [0, 1, 3] if coarse else list(range(len(SHAPES)))
    carry, half, shape = (
        part.ravel() for part in np.meshgrid(carries, usual * np.geomspace(low, high, count), shapes, indexing="ij")
    )
    weight = np.array([SHAPES[int(n)][2] for n in shape])
    return Curves(carry, half, shape, weight / weight.sum())


def features(spend: Floats, curves: Curves, scale: float = 1.0) -> Floats:
    """Times × curves: what of its most each curve reaches when `scale` times as much is spent, from 0 to 1."""
    held = {float(carry): lfilter([1 - carry], [1, -carry], spend * scale) for carry in np.unique(curves.carry)}
    answer = np.empty((len(spend), len(curves)))
    for carry, carried in held.items():
        for shape in np.unique(curves.shape):
            at = np.flatnonzero((curves.carry == carry) & (curves.shape == shape))
            answer[:, at] = saturated(carried[:, None] / curves.half[None, at], int(shape))
    return answer


def saturated(relative: Floats, shape: int) -> Floats:
    """Of spending as a multiple of the half saturation: one half at 1."""
    name, power, _ = SHAPES[shape]
    if name == "exponential":
        return np.asarray(1 - np.exp2(-relative))
    if name == "tanh":
        return np.asarray(np.tanh(TAN * relative))
    raised = relative**power
    return np.asarray(raised / (1 + raised))
