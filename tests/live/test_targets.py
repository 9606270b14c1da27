"""Targets on tiles and their progress, over a real warehouse with a planted year."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from castanea.contracts.query import Filter, Rights
from castanea.contracts.target import CurveDay, Target
from castanea.kit.errors import InputError
from castanea.runs.target_progress import check_target, target_progress
from tests.live.conftest import NOW, LiveShop, order

NOVEMBER = Target("t1", "November", "paid_amount", date(2026, 11, 1), date(2026, 11, 30), "3000")


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 4, tzinfo=UTC)  # 12:00 in Shanghai


async def last_year(shop: LiveShop) -> None:
    """100 on each day that this November is held against."""
    first = date(2025, 10, 20)
    await shop.take(*(order(1000 + n, noon(first + timedelta(days=n))) for n in range(50)))


def told(shop: LiveShop, *targets: Target, rights: Rights = Rights(), days: bool = False) -> list[Any]:  # noqa: B008
    return target_progress(shop.desk, targets, rights, with_days=days)


def test_pace_holds_what_has_come_against_last_years_days(shop: LiveShop) -> None:
    async def run() -> None:
        await last_year(shop)
        await shop.take(order(1, noon(date(2026, 11, 2)), "1500.00"), order(2, NOW - timedelta(minutes=1), "600.00"))

    asyncio.run(run())
    (progress,) = told(shop, NOVEMBER, days=True)
    assert (progress.standing, progress.used, progress.lacking) == ("running", "last_year", "")
    assert float(progress.actual) == 2100
    assert float(progress.share) == pytest.approx(0.7)
    assert float(progress.usual) == pytest.approx(20 / 30, abs=1e-6)  # 19 days, and today's usual hour, noon, is over
    assert float(progress.pace) == pytest.approx(float(progress.share) / float(progress.usual), rel=1e-4)
    assert progress.verdict == "ok"
    assert len(progress.days) == 30
    assert sum(float(day.planned) for day in progress.days) == pytest.approx(3000)
    assert progress.days[1].actual == "1500"
    assert progress.days[25].actual is None


def test_without_last_year_the_plan_says_so(shop: LiveShop) -> None:
    asyncio.run(shop.take(order(1)))
    (progress,) = told(shop, NOVEMBER)
    assert (progress.used, progress.lacking) == ("flat", "no_history")


def test_a_curve_by_hand_is_followed(shop: LiveShop) -> None:
    asyncio.run(shop.take(order(1, noon(date(2026, 11, 19)), "100.00"), order(2, amount="1.00")))
    days = (CurveDay(date(2026, 11, 19), "400"), CurveDay(date(2026, 11, 20), "0"), CurveDay(date(2026, 11, 21), "600"))
    target = Target("t", "Three", "paid_amount", days[0].day, days[2].day, "1000", shape="given", curve=days)
    (progress,) = told(shop, target)
    assert (progress.used, float(progress.expected), progress.verdict) == ("given", 400.0, "critical")


def test_a_rate_has_its_whole_target_every_day(shop: LiveShop) -> None:
    asyncio.run(shop.take(order(1), order(2, amount="50.00")))
    (progress,) = told(shop, Target("t", "aov", "aov", date(2026, 11, 1), date(2026, 11, 30), "150"))
    assert (progress.used, float(progress.expected)) == ("level", 150.0)
    assert float(progress.share) == pytest.approx(0.5)


def test_a_reader_is_told_only_of_targets_over_figures_that_they_may_see(shop: LiveShop) -> None:
    asyncio.run(shop.take(order(1)))
    jd = Target(
        "t2", "JD", "paid_amount", NOVEMBER.since, NOVEMBER.until, "10", where=(Filter("channel", "=", ("jd",)),)
    )
    margin = Target("t3", "Margin", "gross_margin", NOVEMBER.since, NOVEMBER.until, "10")
    bound = Rights("jd", (Filter("channel", "in", ("jd",)),), frozenset({"class:profit"}))
    assert [p.target.id for p in told(shop, NOVEMBER, jd, margin)] == ["t1", "t2", "t3"]
    assert [p.target.id for p in told(shop, NOVEMBER, jd, margin, rights=bound)] == ["t2"]
    with pytest.raises(InputError) as refused:
        check_target(shop.desk, NOVEMBER, bound)
    assert refused.value.code == "target.beyond"


def test_what_cannot_be_asked_is_refused_and_a_kept_one_says_why(shop: LiveShop) -> None:
    asyncio.run(shop.take(order(1)))
    unknown = Target("t", "x", "paid_amont", NOVEMBER.since, NOVEMBER.until, "1")
    with pytest.raises(InputError):
        check_target(shop.desk, unknown, Rights())
    (progress,) = told(shop, unknown)
    assert progress.standing == "problem"
    assert progress.problem is not None
    assert set(progress.problem["detail"]) == {"zh-CN", "en"}
    rate = Target("t", "x", "aov", NOVEMBER.since, NOVEMBER.until, "1", shape="given")
    with pytest.raises(InputError) as refused:
        check_target(shop.desk, rate, Rights())
    assert refused.value.code == "target.no_curve"
    assert (
        check_target(shop.desk, Target("", "x", "Paid amount", NOVEMBER.since, NOVEMBER.until, "1"), Rights()).metric
        == "paid_amount"
    )


def test_a_tile_of_today_shows_todays_part_of_the_months_target(shop: LiveShop) -> None:
    async def run() -> None:
        await last_year(shop)
        await shop.take(order(1, amount="60.00"))
        shop.live.know_targets([NOVEMBER])
        frame = await shop.open()
        shown = next(t for t in frame["tiles"] if t["tile"] == "paid")["extra"]["target"]
        assert (shown["id"], float(shown["value"])) == ("t1", 100.0)
        assert float(shown["share"]) == pytest.approx(0.6)
        assert 0 < float(shown["expected"]) <= 100
        assert "target" not in next(t for t in frame["tiles"] if t["tile"] == "views")["extra"]
        await shop.take(order(2, amount="20.00"))
        pushed = await shop.tick()
        assert pushed is not None
        (paid,) = (t for t in pushed["tiles"] if t["tile"] == "paid")
        assert float(paid["extra"]["target"]["share"]) == pytest.approx(0.8)

    asyncio.run(run())


def test_a_changed_target_reaches_open_tiles_and_a_removed_one_leaves_them(shop: LiveShop) -> None:
    async def run() -> None:
        await last_year(shop)
        await shop.take(order(1, amount="60.00"))
        await shop.open()
        shop.live.know_targets([NOVEMBER])
        pushed = await shop.tick()
        assert pushed is not None
        (paid,) = (t for t in pushed["tiles"] if t["tile"] == "paid")
        assert float(paid["extra"]["target"]["value"]) == 100.0
        shop.live.know_targets([])
        pushed = await shop.tick()
        assert pushed is not None
        (paid,) = (t for t in pushed["tiles"] if t["tile"] == "paid")
        assert "target" not in paid["extra"]

    asyncio.run(run())


def test_a_reader_of_a_part_does_not_see_the_wholes_target_on_a_tile(shop: LiveShop) -> None:
    async def run() -> None:
        await last_year(shop)
        await shop.take(order(1, amount="60.00"))
        shop.live.know_targets([NOVEMBER])
        frame = await shop.open(rights=Rights("jd", (Filter("channel", "in", ("jd",)),)))
        assert "target" not in next(t for t in frame["tiles"] if t["tile"] == "paid")["extra"]

    asyncio.run(run())
