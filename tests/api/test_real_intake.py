"""Events over HTTP into the real landing log: what is acknowledged is in the log."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import zstandard

from castanea.contracts.workspace import WorkspaceSettings
from castanea.intake.events import EventIntake, EventLimits
from castanea.intake.landing import Landing
from castanea.intake.sqlite_log import SqliteEventLog
from castanea.kit.clock import SystemClock
from castanea.vault import Vault
from tests.api.conftest import SETTINGS, Served, serving


@dataclass
class Real:
    served: Served
    log: SqliteEventLog
    token: str

    def send(self, body: bytes, **headers: str) -> httpx.Response:
        given = {"Content-Type": "application/json", "Authorization": f"Bearer {self.token}"}
        return self.served.client().post("/api/v1/events", content=body, headers={**given, **headers})

    def landed(self) -> int:
        return sum(found.batch.received for found in self.log.read(0, 1_000_000) if not found.batch.derived)


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Real]:
    root: Path = tmp_path_factory.mktemp("real")
    log, vault = SqliteEventLog(root / "log" / "events.db", SystemClock()), Vault(root / "vault")
    landing = Landing(log, vault, WorkspaceSettings("test"), SystemClock())
    intake = EventIntake(landing, EventLimits(body_bytes=200_000), clock=SystemClock())
    with serving(root / "workspace", SETTINGS, intake) as served:
        yield Real(served, log, served.services.write_keys.create("till", "test").token)
    intake.close()
    vault.close()
    log.close()


def events(count: int, start: int, **more: Any) -> list[dict[str, Any]]:
    base = {"kind": "web_event", "time": "2026-11-20T14:36:00Z", "event": "page_view", "visitor_id": "v1"}
    return [{**base, "event_id": f"e{start + number}", **more} for number in range(count)]


def test_what_is_acknowledged_is_in_the_log(real: Real) -> None:
    before = real.landed()
    plain = json.dumps(events(10, 0)).encode()
    lines = b"\n".join(json.dumps(event).encode() for event in events(10, 10))
    for answer in (
        real.send(plain),
        real.send(gzip.compress(json.dumps(events(10, 20)).encode()), **{"Content-Encoding": "gzip"}),
        real.send(zstandard.compress(lines), **{"Content-Encoding": "zstd", "Content-Type": "application/x-ndjson"}),
    ):
        assert answer.status_code == 202, answer.text
        assert answer.json() == {"received": 10, "accepted": 10, "quarantined": 0, "errors": []}
    assert real.landed() == before + 30


def test_one_bad_event_does_not_refuse_the_others(real: Real) -> None:
    before = real.landed()
    answer = real.send(json.dumps([*events(3, 100), *events(1, 103, time="yesterday")]).encode())
    document = answer.json()
    assert answer.status_code == 202
    assert (document["received"], document["accepted"], document["quarantined"]) == (4, 3, 1)
    assert document["errors"][0]["row"] == 4
    assert document["errors"][0]["column"] == "time"
    assert real.landed() == before + 4


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"{", {}, 422),
        (b"\xff\xfe", {}, 422),
        (b"not packed", {"Content-Encoding": "gzip"}, 422),
        (b"no arrow", {"Content-Type": "application/vnd.apache.arrow.stream"}, 422),
        (gzip.compress(b"[" + b" " * 5_000_000 + b"]"), {"Content-Encoding": "gzip"}, 413),
        (b"[]", {"Content-Encoding": "br"}, 415),
        (b"[]", {"Content-Type": "text/xml"}, 415),
    ],
)
def test_a_body_that_is_unreadable_as_a_whole_is_a_problem_and_lands_nothing(
    real: Real, body: bytes, headers: dict[str, str], status: int
) -> None:
    before = real.landed()
    answer = real.send(body, **headers)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert real.landed() == before
