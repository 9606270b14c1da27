"""Forecasts of parts and wholes that add up: every node's own forecast, weighed by how well it did.

For a tree with independent errors the generalised least squares solution (Wickramasuriya, Athanasopoulos, Hyndman, JASA 114, 2019, with a
diagonal covariance) needs no matrix: going up, a node's own forecast and the sum of its children's are averaged by their precision; going
down, what a node gained is shared among its children by their variances."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def reconciled(
    paths: Mapping[str, Floats],
    variance: Mapping[str, float],
    children: Mapping[str, Sequence[str]],
    root: str,
    *,
    positive: bool,
) -> dict[str, Floats]:
    """Forecasts by node that add up exactly from the leaves on. `positive`: none of the leaves is below zero."""
    up: dict[str, tuple[Floats, float]] = {}
    order = _downwards(children, root)
    for node in reversed(order):
        own, spread = paths[node], variance[node]
        parts = children.get(node, ())
        if parts:
            total, noise = sum((up[c][0] for c in parts), np.zeros_like(own)), sum(up[c][1] for c in parts)
            share = noise / (noise + spread) if noise + spread > 0 else 0.0
            up[node] = total + share * (own - total), noise * spread / (noise + spread) if noise + spread > 0 else 0.0
        else:
            up[node] = own, spread
    found = {root: up[root][0]}
    for node in order:
        parts = children.get(node, ())
        if not parts:
            continue
        rest = found[node] - sum((up[c][0] for c in parts), np.zeros_like(found[node]))
        noise = sum(up[c][1] for c in parts)
        for c in parts:
            found[c] = up[c][0] + rest * (up[c][1] / noise if noise > 0 else 1 / len(parts))
    for node in reversed(order):
        parts = children.get(node, ())
        if parts:
            found[node] = sum((found[c] for c in parts), np.zeros_like(found[node]))
        elif positive:
            found[node] = np.maximum(found[node], 0.0)
    return found


def _downwards(children: Mapping[str, Sequence[str]], root: str) -> list[str]:
    order = [root]
    for node in order:
        order.extend(children.get(node, ()))
    return order
