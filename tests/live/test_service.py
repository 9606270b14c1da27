"""What changed → which tiles → asked once → pushed."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from castanea.contracts.board import View
from castanea.contracts.query import Rights
from castanea.kit.errors import NotFound
from tests.live.conftest import NOW, figure, order, view_event

YESTERDAY = NOW - timedelta(days=1, hours=1)


def tiles(frame: dict[str, Any] | None) -> set[str]:
    return {t["tile"] for t in frame["tiles"]} if frame else set()


def test_only_the_tiles_that_an_event_moves_are_pushed(shop: Any) -> None:
    async def story() -> None:
        await shop.take(view_event(1), order(1))
        opened = await shop.open()
        assert (figure(opened, "views", "views"), figure(opened, "paid", "paid_amount")) == (1, "100.0000")
        await shop.take(view_event(2))
        frame = await shop.tick()
        assert tiles(frame) == {"views"}
        assert figure(frame, "views", "views") == 2
        assert frame["sequence"] == 1
        assert await shop.tick() is None

    asyncio.run(story())


def test_a_late_event_moves_the_day_it_belongs_to(shop: Any) -> None:
    async def story() -> None:
        await shop.take(view_event(1))
        await shop.open()
        await shop.take(view_event(2, YESTERDAY))
        frame = await shop.tick()
        assert tiles(frame) == {"before", "views"}  # today is compared with yesterday
        assert figure(frame, "before", "views") == 1

    asyncio.run(story())


def test_a_question_is_asked_once_for_all_who_ask_it_with_the_same_rights(shop: Any) -> None:
    async def story() -> None:
        await shop.take(view_event(1))
        one, other = await asyncio.gather(shop.open(), shop.open())
        restricted = await shop.open(rights=Rights("jd only"))
        assert one["view"] == other["view"] != restricted["view"]
        shop.asked.clear()
        await shop.take(view_event(2))
        await shop.tick()
        assert len(shop.asked) == 2  # views of today, once for each kind of rights; nothing else was touched
        assert len(shop.frames) == 2

    asyncio.run(story())


def test_a_tile_that_fails_says_why_and_the_others_stand(shop: Any) -> None:
    async def story() -> None:
        await shop.take(view_event(1))
        frame = await shop.open()
        broken = next(t for t in frame["tiles"] if t["tile"] == "broken")
        assert broken["state"] == "error"
        assert "paid_amont" in broken["problem"]["detail"]["en"]
        assert broken["problem"]["detail"]["zh-CN"]
        assert figure(frame, "views", "views") == 1

    asyncio.run(story())


def test_midnight_and_the_moving_comparison_need_no_event(shop: Any) -> None:
    async def story() -> None:
        await shop.take(view_event(1), view_event(2, NOW - timedelta(days=1) + timedelta(minutes=10)))
        frame = await shop.open()
        compared = next(c["name"] for c in frame["tiles"][0]["answers"]["main"]["columns"] if c["role"] == "comparison")
        assert figure(frame, "views", compared) in (0, None)
        shop.clock.move(timedelta(minutes=20))
        frame = await shop.tick(clock_moved=True)
        assert figure(frame, "views", compared) == 1
        shop.clock.move(timedelta(hours=10))
        frame = await shop.tick(clock_moved=True)
        assert {"views", "before"} <= tiles(frame)
        assert figure(frame, "before", "views") == 1

    asyncio.run(story())


def test_a_view_that_was_closed_is_neither_asked_nor_pushed(shop: Any) -> None:
    async def story() -> None:
        await shop.take(view_event(1))
        frame = await shop.open()
        shop.live.close(frame["view"])
        shop.asked.clear()
        await shop.take(view_event(2))
        assert await shop.tick() is None
        assert shop.asked == []
        assert figure(await shop.open(), "views", "views") == 2

    asyncio.run(story())


def test_a_board_that_does_not_exist_is_named_with_the_ones_that_do(shop: Any) -> None:
    with pytest.raises(NotFound, match="live-today"):
        asyncio.run(shop.live.open(View("live-todai"), Rights()))


def test_what_changes_while_a_view_is_opened_is_not_missed(shop: Any) -> None:
    async def story() -> None:
        await shop.take(view_event(1))
        opening = asyncio.create_task(shop.open())
        for number in range(2, 12):
            await shop.take(view_event(number))
            await shop.tick()
        await opening
        await shop.tick()
        assert figure(await shop.open(), "views", "views") == 11

    asyncio.run(story())


@pytest.mark.parametrize("board", ["live-today", "sales"])
def test_every_tile_of_the_ready_boards_has_figures(shop: Any, board: str) -> None:
    async def story() -> None:
        days = [NOW - timedelta(days=n, minutes=30) for n in range(40)]
        await shop.take(*(order(n, at) for n, at in enumerate(days)), *(view_event(n, at) for n, at in enumerate(days)))
        frame = await shop.open(board)
        others = {t["tile"]: t["state"] for t in frame["tiles"] if t["state"] != "ok"}
        assert others == ({"categories": "no_data"} if board == "sales" else {})  # orders alone name no category
        if board == "live-today":
            by_name = {t["tile"]: t for t in frame["tiles"]}
            pace = by_name["hero"]["extra"]["pace"]
            assert float(pace["low"]) <= float(pace["forecast"]) <= float(pace["high"])
            assert pace["days"] == 28
            assert "_past" not in by_name["hero"]["answers"]
            parts = by_name["equation"]["extra"]["parts"]
            change = next(
                c["name"]
                for c in by_name["equation"]["answers"]["main"]["columns"]
                if c["role"] == "change" and c["metric"] == "paid_amount"
            )
            assert sum(map(float, parts.values())) == pytest.approx(float(figure(frame, "equation", change)), abs=1e-6)

    asyncio.run(story())


def test_the_loop_pushes_what_changed_and_ends_when_told(shop: Any) -> None:
    async def story() -> None:
        await shop.take(view_event(1))
        await shop.open()
        pushed = asyncio.Event()
        running = asyncio.create_task(shop.live.run(lambda *_: pushed.set()))
        await shop.take(view_event(2))
        await asyncio.wait_for(pushed.wait(), 10)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running

    asyncio.run(story())
