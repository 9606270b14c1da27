"""Pace: how much of a target should have come by now, against planted years."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from castanea.analysis.predict.target_pace import aligned_days, expected_so_far, hours_gone, pace, spread


def days(first: date, count: int) -> list[date]:
    return [first + timedelta(days=n) for n in range(count)]


def test_a_usual_day_is_like_the_same_weekday_52_weeks_before() -> None:
    (like,) = aligned_days([date(2026, 3, 4)], []).values()
    assert like == date(2025, 3, 5)
    assert like.weekday() == date(2026, 3, 4).weekday()


def test_a_festival_that_moved_is_held_against_its_own_day() -> None:
    spring = [(date(2025, 1, 28 + n), "spring", n) for n in (1, 2)] + [
        (date(2026, 2, 16 + n), "spring", n) for n in (1, 2)
    ]
    like = aligned_days(days(date(2026, 2, 16), 4), spring)
    assert like[date(2026, 2, 17)] == date(2025, 1, 29)
    assert like[date(2026, 2, 18)] == date(2025, 1, 30)


def test_a_usual_day_is_never_held_against_a_festival_of_last_year() -> None:
    spring = [(day, "spring", n + 1) for n, day in enumerate(days(date(2025, 1, 28), 8))]
    like = aligned_days(days(date(2026, 1, 25), 14), spring)
    assert not set(like.values()) & {day for day, _, _ in spring}
    assert all(a.weekday() == b.weekday() for a, b in like.items())


@given(st.floats(1, 1e9), st.lists(st.floats(-100, 1e6), min_size=1, max_size=400))
def test_the_days_of_a_target_add_up_to_it_and_none_is_negative(value: float, weights: list[float]) -> None:
    parts = spread(value, weights)
    assert sum(parts) == pytest.approx(value)
    assert min(parts) >= 0


def test_the_running_day_counts_by_its_usual_hours() -> None:
    evening = [0.0] * 18 + [1.0] * 6
    month = days(date(2026, 11, 1), 2)
    at = datetime(2026, 11, 2, 21, 0)  # noqa: DTZ001 - the shop's own clock
    assert expected_so_far(month, [100, 200], at, evening) == pytest.approx(100 + 200 * 0.5)
    assert expected_so_far(month, [100, 200], at) == pytest.approx(100 + 200 * 21 / 24)


@given(st.floats(0, 24), st.floats(0, 24), st.lists(st.floats(0, 1000), min_size=24, max_size=24))
def test_a_later_hour_never_has_less_behind_it(one: float, other: float, hours: list[float]) -> None:
    low, high = sorted((one, other))
    assert 0 <= hours_gone(low, hours) <= hours_gone(high, hours) <= 1


def test_nothing_is_expected_before_and_all_after_the_period() -> None:
    month = days(date(2026, 11, 1), 30)
    assert expected_so_far(month, [1.0] * 30, datetime(2026, 10, 31, 23, 59)) == 0  # noqa: DTZ001
    assert expected_so_far(month, [1.0] * 30, datetime(2026, 12, 1)) == 30  # noqa: DTZ001


def test_pace_says_what_has_come_against_what_should_have() -> None:
    told = pace(830, 1000, 780)
    assert told is not None
    assert (told.share, told.usual, told.verdict) == (0.83, 0.78, "ok")
    assert told.pace == pytest.approx(830 / 780)


@pytest.mark.parametrize(("actual", "verdict"), [(980, "ok"), (950, "watch"), (880, "critical")])
def test_behind_is_watched_and_far_behind_critical(actual: float, verdict: str) -> None:
    told = pace(actual, 2000, 1000)
    assert told is not None
    assert told.verdict == verdict


def test_where_less_is_better_more_is_critical() -> None:
    told = pace(1200, 2000, 1000, less_is_better=True)
    assert told is not None
    assert told.verdict == "critical"


def test_a_target_of_nothing_has_no_pace() -> None:
    assert pace(1, 0, 0) is None
