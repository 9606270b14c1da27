"""Products on positions: planted worlds whose looks and likings are known, clicks of an order that favours what sells, with some swaps."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

from bench.analysis.frame import SHOWN, Line, at_least
from castanea.analysis.prescribe.slots import slots

Floats = npt.NDArray[np.float64]
WORLDS = 20


def slot_world(seed: int) -> tuple[pl.DataFrame, Floats, Floats]:
    """Clicks by item and position of pages in the shop's own order, a fifth of them with two items swapped; likings and looks."""
    rng = np.random.default_rng(seed)
    count = int(rng.integers(6, 25))
    liked = rng.beta(3, 27, count)
    looks = (1 + np.arange(count)) ** -rng.uniform(0.4, 1.2)
    order = np.argsort(-liked * np.exp(rng.normal(0, 0.7, count)))
    shown = np.zeros((count, count))
    pages, swapped = int(rng.integers(40_000, 120_000)), 0.2
    shown[order, np.arange(count)] += pages * (1 - swapped)
    each = int(pages * swapped / 400)
    for _ in range(400):
        a, b = rng.choice(count, 2, replace=False)
        other = order.copy()
        other[[a, b]] = other[[b, a]]
        shown[other, np.arange(count)] += each
    views = shown.astype(int)
    clicked = rng.binomial(views, liked[:, None] * looks)
    i, p = np.nonzero(views)
    table = pl.DataFrame({"what": [f"g{k:03}" for k in i], "slot": p + 1, "views": views[i, p], "hits": clicked[i, p]})
    return table, liked, looks


def worlds() -> list[Line]:
    """The share of the clicks that one who knows all would get, of our order and that of raw click rates."""
    ours, naive, held = [], [], []
    for seed in range(WORLDS):
        table, liked, looks = slot_world(seed)
        told = slots(table, item="what", position="slot", shown="views", clicked="hits")
        best = float(np.sort(liked)[::-1] @ looks)
        rows = told.table.sort("position")
        true = float(liked[[int(name[1:]) for name in rows["item"]]] @ looks)
        ours.append(true / best)
        held.append(told.summary["lo"] <= true <= told.summary["hi"])
        raw = (
            table.group_by("what")
            .agg(pl.col("hits").sum() / pl.col("views").sum())
            .sort(["hits", "what"], descending=[True, False])
        )
        naive.append(float(liked[[int(name[1:]) for name in raw["what"]]] @ looks) / best)
    return [
        Line(
            "slot worlds",
            "share of the oracle's clicks, mean of 20",
            float(np.mean(ours)),
            float(np.mean(naive)),
            0.99,
            at_least(0.97),
        ),
        Line("slot worlds", "the same, worst of 20", min(ours), min(naive), None, SHOWN),
        Line("slot worlds", "value inside its 95 % interval", float(np.mean(held)), None, None, SHOWN),
    ]


CASES = {"slot-worlds": worlds}
