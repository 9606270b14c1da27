"""Live boards over a real workspace: log, vault, warehouse and planner, with a clock that the test moves."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from castanea.app import Castanea, Settings
from castanea.boards import Boards, read_board
from castanea.contracts.board import View
from castanea.contracts.query import Query, Rights
from castanea.contracts.workspace import WorkspaceSettings
from castanea.intake.events import EventIntake
from castanea.kit.clock import FixedClock
from castanea.live import Live
from castanea.runs.workspace import init_workspace
from tests.served import served

__all__ = ["served"]

NOW = datetime(2026, 11, 20, 6, 36, tzinfo=UTC)  # 14:36 in Shanghai
BOARD = """
board: test
title: {zh-CN: 试, en: Test}
range: today
compare: yesterday
tiles:
  - id: views
    kind: number
    title: {zh-CN: 浏览, en: Views}
    place: {x: 0, y: 0, w: 3, h: 3}
    query: {metrics: [views]}
  - id: paid
    kind: number
    title: {zh-CN: 支付, en: Paid}
    place: {x: 3, y: 0, w: 3, h: 3}
    query: {metrics: [paid_amount]}
  - id: before
    kind: number
    title: {zh-CN: 昨天, en: Yesterday}
    place: {x: 6, y: 0, w: 3, h: 3}
    query: {metrics: [views], range: yesterday}
  - id: broken
    kind: number
    title: {zh-CN: 错, en: Broken}
    place: {x: 9, y: 0, w: 3, h: 3}
    query: {metrics: [paid_amont]}
  - id: reviews
    kind: number
    title: {zh-CN: 退款, en: Refunds}
    place: {x: 0, y: 3, w: 3, h: 3}
    query: {metrics: [refund_amount]}
    needs: [refund, web_event|traffic_hourly]
  - id: falls
    kind: waterfall
    title: {zh-CN: 去了哪里, en: Where it went}
    place: {x: 3, y: 3, w: 3, h: 3}
    query: {metrics: [order_amount, refund_amount, net_sales]}
    options: {start: order_amount, less: [refund_amount], end: net_sales}
  - id: steps
    kind: funnel
    title: {zh-CN: 漏斗, en: Funnel}
    place: {x: 6, y: 3, w: 3, h: 3}
    query: {metrics: [orders, buyers]}
  - id: days
    kind: columns
    title: {zh-CN: 每天, en: By day}
    place: {x: 9, y: 3, w: 3, h: 3}
    query: {metrics: [paid_amount], by: [day], range: last 30d}
"""


class LiveShop:
    """`frames` holds what was pushed, decoded."""

    def __init__(self, folder: Path) -> None:
        self.clock = FixedClock(NOW)
        castanea = Castanea(Settings())
        castanea.clock = self.clock  # type: ignore[assignment]
        workspace = init_workspace(folder / "w", WorkspaceSettings("test"))
        self.desk = castanea.desk(workspace)
        self._landing = castanea.landing(workspace)
        landing, _ = self._landing.__enter__()
        self.events = EventIntake(landing, clock=self.clock)
        self.pool = ThreadPoolExecutor(2)
        boards = Boards((*Boards.load().all(), read_board(BOARD, "test.yaml")))
        self.asked: list[Query] = []
        self.live = Live(boards, self._planner, self.desk.reader, self.desk.standing, self.clock, self.pool)
        self.frames: list[dict[str, Any]] = []
        self.sent: list[bytes] = []

    def _planner(self) -> Any:
        planner, asked = self.desk.planner(), self.asked

        class Listening:
            depends_on = staticmethod(planner.depends_on)
            catalog, zone = planner.catalog, planner.zone

            @staticmethod
            def answer(query: Query, *rest: Any, **more: Any) -> Any:
                asked.append(query)
                return planner.answer(query, *rest, **more)

        return Listening

    async def take(self, *events: dict[str, Any]) -> None:
        """Land events, load them, and tell the boards."""
        body = json.dumps(events).encode()
        receipt = await self.events.submit(body, "application/json", "", "test")
        assert receipt.quarantined == 0, receipt.errors
        change = await asyncio.to_thread(self.desk.warehouse.apply)
        assert change is not None
        self.live.changed(change)

    async def tick(self, *, clock_moved: bool = False) -> dict[str, Any] | None:
        """One tick; the frame that it pushed, if any."""
        before = len(self.frames)
        await self.live._tick(self._push, clock_moved=clock_moved)
        return self.frames[-1] if len(self.frames) > before else None

    async def open(self, board: str = "test", rights: Rights = Rights()) -> dict[str, Any]:  # noqa: B008
        opened = await self.live.open(View(board), rights)
        frame: dict[str, Any] = json.loads(opened.frame)
        return frame

    def _push(self, view: str, sequence: int, frame: bytes) -> None:
        self.sent.append(frame)
        self.frames.append(json.loads(frame))

    def close(self) -> None:
        self.pool.shutdown()
        self.events.close()
        self._landing.__exit__(None, None, None)
        self.desk.close()


def view_event(number: int, at: datetime = NOW - timedelta(minutes=1)) -> dict[str, Any]:
    return {
        "kind": "web_event", "event_id": f"e{number}", "time": at.isoformat(), "event": "page_view", "visitor_id": f"v{number}",
        "channel_id": "jd",
    }  # fmt: skip


def order(
    number: int, at: datetime = NOW - timedelta(minutes=1), amount: str = "100.00", channel: str = "jd"
) -> dict[str, Any]:
    return {
        "kind": "order", "order_id": f"o{number}", "order_time": at.isoformat(), "pay_time": at.isoformat(), "status": "paid",
        "customer_id": f"c{number}", "channel_id": channel, "currency": "CNY",
        "lines": [{"kind": "product", "line_id": "1", "product_id": "p1", "quantity": "1", "amount": amount}],
    }  # fmt: skip


def figure(frame: dict[str, Any], tile: str, metric: str) -> Any:
    found = next(t for t in frame["tiles"] if t["tile"] == tile)
    return found["answers"]["main"]["rows"][0][metric]


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[LiveShop]:
    made = LiveShop(tmp_path)
    yield made
    made.close()
