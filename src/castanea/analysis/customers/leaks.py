"""Features that may give the outcome away because they are known only after it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from castanea.analysis.customers.purchase_chance import Floats, auc, light, out_of_fold, stratified

SURELY, STRONG, MORE, MOST = 0.98, 0.75, 0.03, 3
LEAST = 30  # rows of a constant part that tell something


@dataclass(frozen=True)
class Suspect:
    """`alone`: AUC of the feature by itself, out of fold; `rest`: that of all the features not suspected (0.5 where none is left)."""

    feature: str
    alone: float
    rest: float
    why: str


def suspects(
    x: Floats, y: Floats, owner: npt.NDArray[np.int64], names: Sequence[str], seed: int
) -> tuple[list[Suspect], dict[str, float]]:
    """The features that by themselves tell more than all the others together (by .03 AUC, and at least .75), up to three of them at once so
    that copies do not hide each other, and those that tell nearly everything (.98). Also the AUC of each feature alone.

    A suspect need not be a leak: only who knows when a column is filled can say."""
    folds = stratified(y, seed, 3)

    def told(features: Sequence[int]) -> float:
        columns = np.isin(owner, features)
        return auc(out_of_fold(x[:, columns], y, folds, seed, light), y)

    alone = {k: told([k]) for k in range(len(names))}
    ranked = sorted(alone, key=lambda k: (-alone[k], names[k]))
    found: list[int] = []
    rest = 0.5
    for count in range(1, min(MOST, len(ranked) - 1) + 1):
        top, others = ranked[:count], ranked[count:]
        if alone[top[-1]] < STRONG:
            break
        beside = told(others)
        if alone[top[-1]] >= beside + MORE:
            found, rest = top, beside
    sure = [k for k in ranked if alone[k] >= SURELY and k not in found]
    if sure:
        left = [k for k in ranked if k not in found and k not in sure]
        rest = told(left) if left else 0.5
    listed = [Suspect(names[k], alone[k], rest, _why(alone[k], rest)) for k in [*found, *sure]]
    return listed, {names[k]: alone[k] for k in ranked}


def _why(alone: float, rest: float) -> str:
    if alone >= SURELY:
        return f"alone it tells nearly everything (AUC {alone:.3f})"
    return f"alone it tells more (AUC {alone:.3f}) than all the other features together ({rest:.3f})"
