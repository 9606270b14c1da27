"""Intake into facts and rollups: how many events a second, with the loader keeping up, what an acknowledgement costs, what stays resident."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable

from bench import limits
from bench.load import Sent, behaviour_bodies, order_bodies, send
from bench.report import Line, Report
from bench.server import Server, serving

MEGABYTE = 1_000_000
GAP = 0.2


def measure(report: Report, *, quick: bool) -> None:
    seconds = 8 if quick else 60
    _behaviour(report, seconds)
    _orders(report, seconds)
    _small_batches(report, 3 if quick else 20)
    _corrections(report, 20_000 if quick else 200_000)


def _behaviour(report: Report, seconds: int) -> None:
    report.say("intake: making behaviour events …")
    bodies = behaviour_bodies(seconds * 62_000, 1_000, seed=1)
    report.add(Line("limit: fsync", limits.fsyncs_per_second(), "1/s"))
    report.add(Line("limit: parse JSON alone", limits.json_events_per_second(bodies[:200]), "events/CPU-s"))
    report.add(Line("limit: bare DuckDB insert", limits.bare_inserts_per_second(bodies[:200]), "rows/CPU-s"))
    with serving() as server:
        sent, rate, resident = _run(server, bodies, 1_000)
    report.add(Line("behaviour events into facts and rollups", rate, "events/s", at_least=50_000, beside=_acks(sent)))
    report.add(Line("  resident, both processes", resident / MEGABYTE, "MB", at_most=600))


def _orders(report: Report, seconds: int) -> None:
    report.say("intake: making order events …")
    persons = 20_000 if seconds < 30 else 100_000
    known = order_bodies(persons, 1_000, seed=20, persons=persons, new_share=0)
    bodies = order_bodies(seconds * 25_000, 1_000, seed=2, persons=persons)
    with serving() as server:
        _run(server, known, 1_000)
        sent, rate, resident = _run(server, bodies, 1_000)
    report.add(Line("order events, sealed, 5 % new persons", rate, "events/s", at_least=20_000, beside=_acks(sent)))
    report.add(Line("  resident, both processes", resident / MEGABYTE, "MB", at_most=600))


def _small_batches(report: Report, seconds: int) -> None:
    with serving() as server:
        for per_body, guess in ((1, 600), (50, 12_000)):
            bodies = behaviour_bodies(seconds * guess, per_body, seed=3 + per_body)
            sent, rate, _ = _run(server, bodies, per_body)
            report.add(Line(f"behaviour events in batches of {per_body}", rate, "events/s", beside=_acks(sent)))


def _corrections(report: Report, orders: int) -> None:
    """Orders of the last 30 days, 5 % of which correct one that is known."""
    report.say("intake: making orders of 30 days …")
    known = order_bodies(orders, 1_000, seed=30, persons=20_000, days=30)
    bodies = order_bodies(orders, 1_000, seed=31, persons=20_000, days=30, again=(30, orders))
    with serving() as server:
        _run(server, known, 1_000)
        sent, rate, _ = _run(server, bodies, 1_000)
    report.add(Line("order events, 5 % corrections over 30 days", rate, "events/s", beside=_acks(sent)))


def _run(server: Server, bodies: list[bytes], per_body: int) -> tuple[Sent, float, int]:
    """Send all, wait until all are applied; the rate counts until then. Resident memory is the highest seen."""
    highest, ended = [0], threading.Event()
    watcher = threading.Thread(target=_watch, args=(server.resident, highest, ended))
    watcher.start()
    begin = time.perf_counter()
    sent = asyncio.run(send(server.port, server.key, bodies, per_body))
    wait_applied(server)
    took = time.perf_counter() - begin
    ended.set()
    watcher.join()
    return sent, sent.events / took, highest[0]


def wait_applied(server: Server, limit: float = 600) -> None:
    """Until the loader has applied all that was acknowledged."""
    end = time.monotonic() + limit
    while time.monotonic() < end:
        state = server.status()
        if state["offset"] == state["head"]:
            return
        time.sleep(GAP)
    raise RuntimeError("the loader did not catch up")


def _watch(resident: Callable[[], int], highest: list[int], ended: threading.Event) -> None:
    while not ended.wait(0.25):
        highest[0] = max(highest[0], resident())


def _acks(sent: Sent) -> str:
    return f"ack p50 {sent.quantile(0.5):.1f} ms, p99 {sent.quantile(0.99):.1f} ms" + (
        f", {sent.refused} × 429" if sent.refused else ""
    )
