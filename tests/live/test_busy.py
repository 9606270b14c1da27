"""When the warehouse has no memory for a question: the last value stays and says so; nothing fails for good."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import duckdb
import pytest

from castanea.contracts.query import Query
from castanea.kit.errors import Unavailable
from castanea.warehouse.readers import DuckReader, Gate
from tests.live.conftest import LiveShop, figure, view_event


@pytest.fixture
def full(shop: LiveShop) -> list[str]:
    """The metrics for which there is no memory."""
    metrics: list[str] = []
    usual = shop.live._book._planner

    def planner() -> Any:
        planner = usual()

        class Full:
            depends_on = staticmethod(planner.depends_on)

            @staticmethod
            def answer(query: Query, *rest: Any, **more: Any) -> Any:
                if set(query.metrics) & set(metrics):
                    shop.asked.append(query)
                    raise Unavailable("no memory left", code="warehouse.busy")
                return planner.answer(query, *rest, **more)

        return Full

    shop.live._book._planner = planner
    return metrics


def tile(frame: dict[str, Any] | None, name: str) -> dict[str, Any]:
    assert frame is not None
    found: dict[str, Any] = next(t for t in frame["tiles"] if t["tile"] == name)
    return found


def test_a_tile_keeps_its_last_value_while_there_is_no_memory_and_says_so(shop: LiveShop, full: list[str]) -> None:
    async def story() -> None:
        await shop.take(view_event(1))
        await shop.open()
        full.append("views")
        await shop.take(view_event(2))
        frame = await shop.tick()
        assert frame is not None
        kept = tile(frame, "views")
        assert (kept["state"], kept["problem"]["code"]) == ("ok", "warehouse.busy")
        assert figure(frame, "views", "views") == 1
        full.clear()
        shop.clock.move(timedelta(seconds=15))
        frame = await shop.tick(clock_moved=True)
        assert frame is not None
        assert tile(frame, "views")["problem"] is None
        assert figure(frame, "views", "views") == 2

    asyncio.run(story())


def test_a_tile_that_had_no_value_yet_waits_and_comes_by_itself(shop: LiveShop, full: list[str]) -> None:
    async def story() -> None:
        await shop.take(view_event(1))
        full.append("views")
        waiting = tile(await shop.open(), "views")
        assert (waiting["state"], waiting["problem"]["code"]) == ("error", "warehouse.busy")
        assert waiting["problem"]["detail"]["zh-CN"] != waiting["problem"]["detail"]["en"]
        full.clear()
        frame = await shop.tick(clock_moved=True)
        assert frame is not None
        assert figure(frame, "views", "views") == 1

    asyncio.run(story())


def test_what_had_no_room_beside_the_others_is_asked_once_more_alone(shop: LiveShop, full: list[str]) -> None:
    async def story() -> None:
        await shop.take(view_event(1))
        full.append("views")
        await shop.open()
        asked = [query for query in shop.asked if "views" in query.metrics]
        assert len(asked) == 2 * len(set(asked))

    asyncio.run(story())


def test_a_reader_without_memory_says_that_the_warehouse_is_busy() -> None:
    gate = Gate()
    with duckdb.connect(config={"memory_limit": "8MB", "temp_directory": ""}) as connection:
        gate.open(connection)
        reader = DuckReader(gate, lambda _: None)
        with pytest.raises(Unavailable) as refused:
            reader.fetch("SELECT i, count(*) FROM range(5000000) t(i) GROUP BY i ORDER BY i")
        assert refused.value.code == "warehouse.busy"
        assert reader.fetch("SELECT 1 AS one").column(0).to_pylist() == [1]
        reader.close()
