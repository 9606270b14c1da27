"""What changed on a board: what was unlike a usual day is told, and a quiet day stays quiet."""

from __future__ import annotations

import math
import random
from datetime import date, timedelta

from castanea.contracts.board import BoardSpec, Place, TileSpec
from castanea.contracts.query import Answer, AnswerColumn, Period, Quality, Query, TimeRange
from castanea.runs.explore_changes import WEEKS, changes_of, is_worth_telling, unusual

DAY = date(2026, 11, 19)
RHYTHM = (1.0, 0.95, 1.0, 1.05, 1.2, 1.5, 1.4)


def shop(dice: random.Random, level: float = 10_000, noise: float = 0.12) -> dict[date, float]:
    """Days with a rhythm of the week, noise, and now and then a day that is far off."""
    days = [DAY - timedelta(days=n) for n in range(WEEKS * 7 + 1)]
    found = {d: level * RHYTHM[d.weekday()] * math.exp(dice.gauss(0, noise)) for d in days}
    for d in days[1:]:
        if dice.random() < 0.03:
            found[d] *= dice.choice((0.3, 2.5))
    return found


def board_of(*metrics: str, by: str = "") -> BoardSpec:
    tiles = tuple(
        TileSpec(m, "number", {"en": m}, Place(0, n, 3, 3), {"main": Query((m,), (by,) if by else ())})
        for n, m in enumerate(metrics)
    )
    return BoardSpec("b", {"en": "B"}, tiles, TimeRange("today"), None)


def answer_of(metric: str, rows: list[dict[str, object]], cut: str = "") -> Answer:
    columns = [AnswerColumn("day", "time"), *([AnswerColumn(cut, "dimension")] if cut else [])]
    columns.append(AnswerColumn(metric, "metric", "money", "CNY", metric))
    return Answer(tuple(columns), tuple(rows), None, Quality(100), Period(None, None, "UTC"))  # type: ignore[arg-type]


def rows_of(days: dict[date, float], metric: str, **more: object) -> list[dict[str, object]]:
    return [{"day": d.isoformat(), metric: f"{v:.4f}", **more} for d, v in days.items()]


def test_quiet_days_stay_quiet_and_a_third_of_a_day_is_told() -> None:
    dice = random.Random(11)
    told = missed = 0
    for _ in range(2000):
        days = shop(dice)
        told += is_worth_telling(unusual(days, DAY))
        missed += not is_worth_telling(unusual({**days, DAY: days[DAY] * 0.3}, DAY))
    assert told < 12  # of 2,000 numbers
    assert missed < 20


def test_one_odd_day_in_the_past_moves_neither_the_usual_nor_its_spread() -> None:
    days = shop(random.Random(4), noise=0.05)
    odd = {**days, DAY - timedelta(days=14): days[DAY - timedelta(days=14)] * 20}
    calm, shaken = unusual(days, DAY), unusual(odd, DAY)
    assert calm is not None
    assert shaken is not None
    assert abs(shaken.usual / calm.usual - 1) < 0.1
    assert (shaken.high - shaken.low) < 1.5 * (calm.high - calm.low)


def test_the_member_that_made_the_change_is_named() -> None:
    dice = random.Random(7)
    channels = {name: shop(dice, level, 0.04) for name, level in (("tmall", 9_000), ("jd", 5_000), ("douyin", 6_000))}
    channels["douyin"][DAY] *= 0.02

    def ask(query: Query) -> Answer:
        if len(query.by) == 1:
            total = {d: sum(c[d] for c in channels.values()) for d in channels["jd"]}
            return answer_of("paid", rows_of(total, "paid"))
        rows = [row for name, days in channels.items() for row in rows_of(days, "paid", channel=name)]
        return answer_of("paid", rows, "channel")

    found = changes_of(board_of("paid", by="channel"), DAY, ask)
    assert found.state == "ok"
    (thing,) = found.things
    part = thing.mostly or thing.part
    assert part is not None
    assert (thing.metric, part.member) == ("paid", "douyin")
    assert float(thing.change) < -0.2


def test_three_things_at_most_one_per_number_the_greatest_first() -> None:
    dice = random.Random(3)
    factors = {"a": 0.5, "b": 3.0, "c": 0.2, "d": 5.0, "e": 1.0}
    series = {name: shop(dice, noise=0.04) for name in factors}
    for name, factor in factors.items():
        series[name][DAY] *= factor
    found = changes_of(
        board_of(*factors), DAY, lambda q: answer_of(q.metrics[0], rows_of(series[q.metrics[0]], q.metrics[0]))
    )
    assert len({t.metric for t in found.things}) == 3
    assert found.things[0].metric == "d"


def test_too_few_days_are_said() -> None:
    days = {DAY - timedelta(days=n): 100.0 for n in range(10)}
    found = changes_of(board_of("paid"), DAY, lambda _: answer_of("paid", rows_of(days, "paid")))
    assert (found.state, found.things) == ("not_enough", ())


def test_numbers_that_tell_the_same_story_are_one_thing() -> None:
    paid = shop(random.Random(3), noise=0.04)
    paid[DAY] *= 0.4
    each = {day: value / 50 for day, value in paid.items()}
    series = {"paid": paid, "each": each}
    found = changes_of(
        board_of("paid", "each"), DAY, lambda q: answer_of(q.metrics[0], rows_of(series[q.metrics[0]], q.metrics[0]))
    )
    assert [thing.metric for thing in found.things] == ["paid"]
