"""What a watched number goes through, by event time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import permutations

import pytest

from castanea.alerts import (
    ChangeAgainst,
    OffPace,
    Patience,
    Reading,
    State,
    Step,
    Threshold,
    compare,
    follow,
    times_fired,
)
from castanea.kit.errors import InputError

START = datetime(2026, 11, 2, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
BELOW_TEN = Threshold("below", Decimal(10))


def readings(*values: int | None) -> list[Reading]:
    return [Reading(START + n * MINUTE, None if value is None else Decimal(value)) for n, value in enumerate(values)]


def states(steps: tuple[Step, ...]) -> list[str]:
    return [step.after.state.value for step in steps]


def test_a_number_is_pending_until_the_condition_held_long_enough() -> None:
    steps = follow(BELOW_TEN, Patience(before_firing=2 * MINUTE), readings(12, 9, 9, 9, 11))
    assert states(steps) == ["ok", "pending", "pending", "firing", "resolved"]
    assert times_fired(steps) == (START + 3 * MINUTE,)


def test_a_short_dip_never_fires() -> None:
    steps = follow(BELOW_TEN, Patience(before_firing=2 * MINUTE), readings(12, 9, 11, 9, 11))
    assert times_fired(steps) == ()


def test_silence_is_never_taken_for_resolved() -> None:
    steps = follow(BELOW_TEN, Patience(), readings(9, None, 9, None, 11))
    assert states(steps) == ["firing", "no_data", "firing", "no_data", "resolved"]
    assert times_fired(steps) == (START,)
    assert steps[1].after.fired_at == START


def test_silence_starts_the_waiting_anew() -> None:
    steps = follow(BELOW_TEN, Patience(before_firing=2 * MINUTE), readings(9, None, 9, 9))
    assert states(steps) == ["pending", "no_data", "pending", "pending"]


def test_within_the_margin_an_open_alert_stays_open_and_says_what_it_was_compared_with() -> None:
    steps = follow(Threshold("below", Decimal(10), margin=Decimal(3)), Patience(), readings(9, 11, 9, 12, 13, 11))
    assert states(steps) == ["firing", "firing", "firing", "firing", "resolved", "resolved"]
    assert [step.compared.against for step in steps] == [10, 13, 13, 13, 13, 10]


def test_an_alert_is_resolved_only_when_the_number_stays_good_long_enough() -> None:
    steps = follow(BELOW_TEN, Patience(before_resolved=2 * MINUTE), readings(9, 11, 9, 11, 11, 11))
    assert states(steps) == ["firing"] * 5 + ["resolved"]


def test_late_readings_give_the_history_that_timely_ones_would_have_given() -> None:
    patience = Patience(before_firing=MINUTE, before_resolved=MINUTE)
    timely = follow(BELOW_TEN, patience, readings(9, 9, 11, None, 11))
    for order in permutations(readings(9, 9, 11, None, 11)):
        assert follow(BELOW_TEN, patience, order) == timely


def test_a_corrected_reading_counts_instead_of_the_one_before() -> None:
    corrected = Reading(START, Decimal(50))
    assert states(follow(BELOW_TEN, Patience(), [*readings(9), corrected])) == [State.OK.value]


@pytest.mark.parametrize(("value", "holds"), [(79, True), (80, False), (120, False)])
def test_a_fall_is_a_share_of_the_same_weekday(value: int, holds: bool) -> None:
    fall = ChangeAgainst("same_weekday", "below", Decimal("0.2"))
    assert compare(fall, Reading(START, Decimal(value), Decimal(100))).holds is holds


def test_a_rise_is_held_against_the_base_raised_by_its_share() -> None:
    rise = compare(ChangeAgainst("last_year", "above", Decimal("0.2")), Reading(START, Decimal(121), Decimal(100)))
    assert (rise.against, rise.holds) == (Decimal("120.0"), True)


@pytest.mark.parametrize("base", [None, Decimal(0), Decimal(-5)])
def test_a_change_against_nothing_is_unknown(base: Decimal | None) -> None:
    assert compare(ChangeAgainst("last_year", "below", Decimal("0.2")), Reading(START, Decimal(5), base)).holds is None


def test_off_pace_is_held_against_what_the_target_expects_by_now() -> None:
    assert compare(OffPace(Decimal("0.1")), Reading(START, Decimal(89), Decimal(100))).holds is True
    assert compare(OffPace(Decimal("0.1")), Reading(START, Decimal(91), Decimal(100))).holds is False


def test_a_share_below_zero_is_refused() -> None:
    with pytest.raises(InputError, match=r"by is -0\.2"):
        ChangeAgainst("same_weekday", "below", Decimal("-0.2"))
