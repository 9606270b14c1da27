"""From a sender's last byte to the first frame whose figure contains the event, with many viewers on the same board; and what a viewer costs."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field

import numpy as np

from bench.intake import wait_applied
from bench.load import behaviour_bodies, send
from bench.report import Line, Report
from bench.server import Server, serving
from bench.viewers import Audience, sign_in

BOARD = """\
board: bench
title: {zh-CN: 浏览, en: Views}
range: today
tiles:
  - id: views
    kind: number
    title: {zh-CN: 浏览量, en: Views}
    place: {x: 0, y: 0, w: 3, h: 3}
    query: {metrics: [views]}
"""
CELLS = ((1_000, 50, 300.0), (20_000, 200, 500.0), (20_000, 1_000, 800.0))


@dataclass
class Cell:
    """`latencies` in ms, one per event. Processor seconds of the two processes over the cell."""

    rate: int
    viewers: int
    latencies: np.ndarray[tuple[int, ...], np.dtype[np.float64]] = field(default_factory=lambda: np.zeros(0))
    reached: float = 0.0
    frames: int = 0
    http_cpu: float = 0.0
    warehouse_cpu: float = 0.0

    def quantile(self, q: float) -> float:
        return float(np.quantile(self.latencies, q))


def measure(report: Report, *, quick: bool) -> None:
    seconds = 10 if quick else 60
    cells = []
    for rate, viewers, limit in CELLS:
        cell = run_cell(rate, viewers, seconds)
        cells.append(cell)
        beside = f"p50 {cell.quantile(0.5):.0f} ms, {len(cell.latencies):,} events at {cell.reached:,.0f}/s, {cell.frames} frames"
        report.add(
            Line(
                f"latency p99 at {rate:,}/s with {viewers:,} viewers",
                cell.quantile(0.99),
                "ms",
                at_most=limit,
                beside=beside,
            )
        )
    few = run_cell(20_000, 50, seconds)
    many = cells[-1]
    per_event = [c.warehouse_cpu / max(len(c.latencies), 1) * 1e6 for c in (few, many)]
    report.add(Line("warehouse CPU per event, 1,000 viewers against 50", per_event[1] / per_event[0], "×", at_most=1.2,
                    beside=f"{per_event[0]:.1f} and {per_event[1]:.1f} µs"))  # fmt: skip
    fan_out = (many.http_cpu - few.http_cpu) / max(many.viewers * many.frames - few.viewers * few.frames, 1) * 1e6
    report.add(Line("fan-out, CPU of the HTTP process per viewer and frame", fan_out, "µs", at_most=40))


def run_cell(rate: int, viewers: int, seconds: int) -> Cell:
    """One rate with one number of viewers on a fresh workspace."""
    with serving(boards={"bench": BOARD}) as server:
        return asyncio.run(_watch(server, rate, viewers, seconds))


async def _watch(server: Server, rate: int, viewers: int, seconds: int) -> Cell:
    per_body = max(10, rate // 40)
    bodies = behaviour_bodies(rate * seconds, per_body, seed=rate + viewers)
    views = np.array([body.count(b'"page_view"') + body.count(b'"product_view"') for body in bodies])
    owner = await asyncio.to_thread(sign_in, server)
    view = await asyncio.to_thread(owner.ask, "/api/v1/views", {"board": "bench"})
    audience = Audience(owner, str(view["view"]), viewers, figure_of)
    await audience.gather()
    before = server.cpu(server.http), server.cpu(server.warehouse)
    sent_at: list[float] = []
    sent = await send(server.port, server.key, bodies, per_body, connections=1, rate=rate, sent_at=sent_at)
    total = int(views.sum())
    await audience.wait_for(total, 30)
    after = server.cpu(server.http), server.cpu(server.warehouse)
    audience.leave()
    await asyncio.to_thread(wait_applied, server)
    cell = Cell(rate, viewers, reached=sent.events / sent.seconds, frames=len(audience.seen))
    cell.http_cpu, cell.warehouse_cpu = after[0] - before[0], after[1] - before[1]
    cell.latencies = _latencies(np.cumsum(views), np.array(sent_at), audience.seen, per_body)
    return cell


def _latencies(
    needed: np.ndarray[tuple[int, ...], np.dtype[np.int64]],
    sent_at: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
    seen: list[tuple[float, int]],
    per_body: int,
) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """Per event, ms from its body's last byte to the first frame whose figure reached the body's running total."""
    at, figure = np.array([s[0] for s in seen]), np.maximum.accumulate(np.array([s[1] for s in seen]))
    first = np.searchsorted(figure, needed, side="left")
    if first.max() >= len(at):
        raise RuntimeError("some events were never seen in a frame")
    return np.repeat((at[first] - sent_at) * 1000, per_body)


def figure_of(data: bytes) -> int | None:
    """The figure of the first tile in a frame's JSON."""
    for tile in json.loads(data)["tiles"]:
        for answer in tile["answers"].values():
            if answer["rows"]:
                return int(answer["rows"][0]["views"] or 0)
    return None
