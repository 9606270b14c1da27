"""How much each factor of a product brought to its change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations


@dataclass(frozen=True)
class Parts:
    """`change` = after − before of the product, in its unit; `parts` one per factor, they add up to `change`.

    `share` and `shares` are the same relative to the product before (0.093 = +9.3 points); None when there was nothing before.
    """

    change: float
    parts: tuple[float, ...]
    share: float | None
    shares: tuple[float, ...] | None


def equation_parts(before: Sequence[float], after: Sequence[float]) -> Parts:
    """The change of a product of factors, divided among them so that nothing is left over.

    Each factor gets the mean, over all orders in which the factors could have changed one after another, of what its own change adds:
    the Shapley value (L. S. Shapley, A value for n-person games, 1953; for decompositions: Albrecht, François, Schoors, Energy Policy 30,
    2002). Unlike logarithmic means it needs no special case for zeros, and unlike one order of changes it depends on none.

    before, after: the factors' values, same length, 2 to 6, finite. Raises ValueError otherwise.
    """
    if len(before) != len(after) or not 2 <= len(before) <= 6:
        raise ValueError(
            f"a product needs the same 2 to 6 factors before and after, not {len(before)} and {len(after)}"
        )
    orders = list(permutations(range(len(before))))
    sums = [0.0] * len(before)
    for order in orders:
        values, reached = list(before), _product(before)
        for factor in order:
            values[factor] = after[factor]
            now = _product(values)
            sums[factor] += now - reached
            reached = now
    parts = tuple(s / len(orders) for s in sums)
    base, change = _product(before), _product(after) - _product(before)
    if base == 0:
        return Parts(change, parts, None, None)
    return Parts(change, parts, change / base, tuple(p / base for p in parts))


def _product(factors: Sequence[float]) -> float:
    result = 1.0
    for factor in factors:
        result *= factor
    return result
