"""How much each factor of a product brought to its change."""

from __future__ import annotations

from itertools import permutations
from math import prod

import pytest
from hypothesis import given
from hypothesis import strategies as st

from castanea.analysis.diagnose.equation import equation_parts

factors = st.lists(st.tuples(st.floats(0, 1e6), st.floats(0, 1e6)), min_size=2, max_size=4)


@given(factors)
def test_the_parts_add_up_to_the_change(pairs: list[tuple[float, float]]) -> None:
    before, after = zip(*pairs, strict=True)
    found = equation_parts(before, after)
    scale = max(1.0, prod(max(b, a) for b, a in pairs))
    assert abs(sum(found.parts) - (prod(after) - prod(before))) <= 1e-9 * scale


@given(factors, st.randoms())
def test_the_order_in_which_factors_are_named_does_not_matter(pairs: list[tuple[float, float]], chance: object) -> None:
    for order in list(permutations(range(len(pairs))))[:6]:
        before, after = zip(*(pairs[i] for i in order), strict=True)
        plain = equation_parts([p[0] for p in pairs], [p[1] for p in pairs])
        scale = max(1.0, prod(max(b, a) for b, a in pairs))
        assert all(
            abs(equation_parts(before, after).parts[n] - plain.parts[i]) <= 1e-9 * scale for n, i in enumerate(order)
        )


def test_a_factor_that_did_not_move_brought_nothing() -> None:
    assert equation_parts([100, 0.03, 180], [120, 0.03, 180]).parts[1:] == pytest.approx((0, 0))


def test_two_factors_share_what_they_brought_together_equally() -> None:
    """10 × 10 → 20 × 20: +300, of which each brings 100 alone and half of the 100 that only both bring."""
    assert equation_parts([10, 10], [20, 20]).parts == (150, 150)


def test_from_nothing_there_is_a_change_but_no_share() -> None:
    found = equation_parts([0, 0.03], [100, 0.04])
    assert found.change == pytest.approx(4)
    assert found.share is None


def test_unlike_numbers_of_factors_are_refused() -> None:
    with pytest.raises(ValueError, match="same 2 to 6 factors"):
        equation_parts([1, 2, 3], [1, 2])
