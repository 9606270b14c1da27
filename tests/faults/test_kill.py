"""kill -9 at random moments under load: what was acknowledged is there, and nothing is counted twice."""

from __future__ import annotations

import os
import random
import threading
from pathlib import Path
from typing import Any

import duckdb
import psutil
import pytest

pytestmark = pytest.mark.faults

ROUNDS = int(os.environ.get("CASTANEA_FAULT_ROUNDS", "20"))
PER_BODY = 50


class Sender(threading.Thread):
    """Sends bodies of events until told to stop; remembers which were acknowledged, and sends again those that were not."""

    def __init__(self, served: Any, name: str) -> None:
        super().__init__(daemon=True)
        self._served, self._name, self._ended = served, name, threading.Event()
        self._bodies = 0
        self.sent: set[str] = set()
        self.acknowledged: set[str] = set()
        self.strange: list[int] = []

    def run(self) -> None:
        body: list[dict[str, object]] = []
        while not self._ended.is_set():
            body = body or self._next()
            status = self._served.post(body)
            if status == 202:
                self.acknowledged |= {str(e["event_id"]) for e in body}
                body = []
            elif status not in (0, 429, 503):
                self.strange.append(status)
            else:
                self._ended.wait(0.05)

    def end(self) -> None:
        self._ended.set()
        self.join(60)

    def _next(self) -> list[dict[str, object]]:
        self._bodies += 1
        body: list[dict[str, object]] = [
            {"kind": "web_event", "event_id": f"{self._name}-{self._bodies}-{n}", "time": "2026-11-20T10:00:00Z", "event": "page_view",
             "visitor_id": f"v{n}", "channel_id": "tmall"}
            for n in range(PER_BODY)
        ]  # fmt: skip
        self.sent |= {str(e["event_id"]) for e in body}
        return body


def test_nothing_acknowledged_is_lost_and_nothing_is_counted_twice(served: Any) -> None:
    chance = random.Random(20)
    senders = [Sender(served, f"s{n}") for n in range(3)]
    served.start()
    for sender in senders:
        sender.start()
    for number in range(ROUNDS):
        threading.Event().wait(chance.uniform(0.05, 0.6))
        everyone = served.processes()
        kind = number % 3
        if kind == 2 and len(everyone) > 1:
            _kill_warehouse_and_wait_for_another(served, everyone)
            continue
        served.kill(everyone if kind == 0 else everyone[:1])
        psutil.wait_procs(everyone, timeout=20)
        served.process.wait(20)
        served.start()
    for sender in senders:
        sender.end()
    assert served.stop() == 0
    served.run("status")  # applies what still waits
    acknowledged, sent = set.union(*(s.acknowledged for s in senders)), set.union(*(s.sent for s in senders))
    assert [s for sender in senders for s in sender.strange] == []
    assert len(acknowledged) > ROUNDS * PER_BODY
    _check(served.workspace, acknowledged, sent)


def _kill_warehouse_and_wait_for_another(served: Any, everyone: list[psutil.Process]) -> None:
    """The HTTP process goes on acknowledging, and starts its warehouse process again."""
    served.kill(everyone[1:])
    for _ in range(400):
        if len(served.processes()) > 1:
            return
        threading.Event().wait(0.05)
    raise AssertionError("the warehouse process was not started again")


def _check(workspace: Path, acknowledged: set[str], sent: set[str]) -> None:
    with duckdb.connect(str(workspace / "warehouse" / "castanea.duckdb"), read_only=True) as engine:
        found = [row[0] for row in engine.execute("SELECT event_id FROM fact.web_event").fetchall()]
        rolled = engine.execute("SELECT coalesce(sum(views), 0) FROM rollup.traffic").fetchall()[0][0]
        books = engine.execute(
            "SELECT count(*) FROM book.booking WHERE received <> loaded + duplicates + superseded + quarantined"
        ).fetchall()[0][0]
    assert acknowledged - set(found) == set(), "acknowledged and lost"
    assert len(found) == len(set(found)), "held twice"
    assert set(found) - sent == set(), "never sent"
    assert int(rolled) == len(found), "counted otherwise than held"
    assert books == 0


def test_a_command_right_after_the_server_was_killed_answers(served: Any) -> None:
    served.start()
    assert served.post([{"kind": "order", "order_id": "o1", "order_time": "2026-11-20T10:00:00Z"}]) == 202
    served.kill(served.processes()[:1])
    assert '"rows"' in served.run("query", "--metrics", "order_amount", "--json")
    served.process.wait(10)
    served.start()
    assert served.stop() == 0
