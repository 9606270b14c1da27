"""Which source is silent for longer than its habit."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from castanea.live.habits import Habits, expected
from tests.live.conftest import NOW, order


def test_what_is_usual_is_counted_by_hour_and_part_of_an_hour() -> None:
    per_hour = [float(h) for h in range(24)]
    since = datetime(2026, 11, 20, 6, 30, tzinfo=UTC)
    assert expected(per_hour, since, since + timedelta(hours=2), ZoneInfo("Asia/Shanghai")) == pytest.approx(7 + 15 + 8)
    assert expected(per_hour, since, since, ZoneInfo("Asia/Shanghai")) == 0


def test_a_source_that_was_live_and_falls_silent_is_late_then_stopped_then_back(shop: Any) -> None:
    """jd usually has 20 orders in each hour of the afternoon, tmall one."""

    async def story() -> None:
        afternoon = [
            NOW - timedelta(days=d, minutes=36) + timedelta(minutes=3 * n) for d in range(1, 29) for n in range(100)
        ]
        events = [order(n, at) for n, at in enumerate(afternoon)]
        events += [order(100_000 + n, at, channel="tmall") for n, at in enumerate(afternoon[::20])]
        await shop.take(*events, order(-1), order(-2, channel="tmall"))
        habits = Habits(shop.desk.planner, shop.desk.reader)
        habits.look(NOW)
        assert (habits.worst(), habits.items()) == (None, [])
        habits.look(NOW + timedelta(minutes=45))
        late = habits.worst()
        assert (late.source, late.level) == ("jd", "late")
        assert [i["level"] for i in habits.items()] == ["watch"]
        habits.look(NOW + timedelta(minutes=150))
        assert habits.worst().level == "stopped"
        await shop.take(order(-3, NOW + timedelta(minutes=151)))
        habits.look(NOW + timedelta(minutes=152))
        assert habits.worst() is None
        assert [i["code"] for i in habits.items()] == ["source_back"]

    asyncio.run(story())


def test_a_source_that_was_never_seen_live_is_not_called_late(shop: Any) -> None:
    async def story() -> None:
        hourly = [NOW - timedelta(hours=h) for h in range(3, 700)]
        await shop.take(*(order(10 * n + m, at) for n, at in enumerate(hourly) for m in range(4)))
        habits = Habits(shop.desk.planner, shop.desk.reader)
        habits.look(NOW)
        assert habits.worst() is None

    asyncio.run(story())
