"""Where a running day will end."""

from __future__ import annotations

import numpy as np
import pytest

from castanea.analysis.predict.day_pace import NotEnough, Pace, day_pace

SHAPE = np.array([1, 1, 1, 1, 1, 2, 3, 4, 5, 6, 7, 7, 6, 6, 6, 6, 6, 6, 6, 8, 9, 9, 7, 4], dtype=float)


def past_days(count: int, seed: int = 0, noise: float = 0.1) -> list[list[float]]:
    rng = np.random.default_rng(seed)
    return [list(SHAPE * rng.uniform(80, 120) * rng.lognormal(0, noise, 24)) for _ in range(count)]


def test_days_that_always_run_alike_end_where_their_share_says() -> None:
    found = day_pace(SHAPE[:12].sum() * 2, 12, [list(SHAPE)] * 10)
    assert isinstance(found, Pace)
    assert found.total == pytest.approx(SHAPE.sum() * 2)
    assert found.low == pytest.approx(found.high)
    assert found.usual_share == pytest.approx(SHAPE[:12].sum() / SHAPE.sum())


def test_the_range_holds_what_eight_of_ten_days_really_reach() -> None:
    """Planted truth: days drawn like the past ones, watched at three in the afternoon."""
    rng, hits, worlds = np.random.default_rng(5), 0, 400
    for seed in range(worlds):
        day = SHAPE * rng.uniform(80, 120) * rng.lognormal(0, 0.25, 24)
        found = day_pace(day[:15].sum(), 15, past_days(28, seed, 0.25))
        assert isinstance(found, Pace)
        hits += found.low <= day.sum() <= found.high
    assert 0.70 <= hits / worlds <= 0.90


def test_a_running_hour_counts_for_the_part_that_is_over() -> None:
    days = [[1.0] * 24] * 10
    found = day_pace(10.5, 10.5, days)
    assert isinstance(found, Pace)
    assert found.total == pytest.approx(24)


def test_the_curve_begins_with_the_running_hour_and_never_falls() -> None:
    found = day_pace(500.0, 9.25, past_days(20))
    assert isinstance(found, Pace)
    assert found.curve[:9] == (None,) * 9
    ahead = [v for v in found.curve if v is not None]
    assert len(ahead) == 15
    assert ahead == sorted(ahead)
    assert ahead[-1] == found.total >= 500


def test_with_few_days_it_says_how_many_are_missing() -> None:
    assert day_pace(100, 12, past_days(3)) == NotEnough("few_days", 4)


def test_empty_days_do_not_count_as_past_days() -> None:
    assert day_pace(100, 12, [*past_days(5), [0.0] * 24, [0.0] * 24]) == NotEnough("few_days", 2)


def test_just_after_midnight_it_is_too_early_to_say() -> None:
    assert day_pace(3, 0.2, past_days(20)) == NotEnough("early", 0)


def test_the_order_of_the_past_days_does_not_matter() -> None:
    days = past_days(15)
    assert day_pace(900, 13, days) == day_pace(900, 13, days[::-1])
