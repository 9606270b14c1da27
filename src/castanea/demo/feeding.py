"""The simulated shop as a process beside a server: the past goes through the intake's landing, the present through its HTTP door."""

from __future__ import annotations

import http.client
import os
import signal
import sys
import threading
from zoneinfo import ZoneInfo

import msgspec
import pyarrow as pa
import structlog

from castanea.access import WriteKeys
from castanea.contracts.sent import SentBatch
from castanea.contracts.workspace import Workspace
from castanea.demo.config import DemoConfig
from castanea.demo.diary import Diary
from castanea.demo.feed import Feed
from castanea.demo.history import Piece
from castanea.intake.landing import Landing
from castanea.kit.clock import Clock, micros
from castanea.kit.errors import CastaneaError, Unavailable
from castanea.runs.link import CommandLink

_log = structlog.get_logger("castanea.demo")
SOURCE = "demo"
KEY_NAME = "simulated shop"
PER_BODY = 2_000
PATIENCE = 60.0


class ServedShop:
    """A server's doors, as the simulated shop uses them."""

    def __init__(self, workspace: Workspace, landing: Landing, port: int, key: str, ended: threading.Event) -> None:
        self._workspace, self._landing, self._port, self._key, self._ended = workspace, landing, port, key, ended
        self._http: http.client.HTTPConnection | None = None
        self._link: CommandLink | None = None

    def land(self, tables: dict[str, pa.Table]) -> None:
        batches = [SentBatch(name, SOURCE, rows) for name, rows in tables.items() if rows.num_rows]
        if batches:
            self._landing.land(batches)

    def post(self, tables: dict[str, pa.Table]) -> None:
        events = [event for name, rows in tables.items() for event in _events(name, rows)]
        for first in range(0, len(events), PER_BODY):
            self._post(b"\n".join(map(msgspec.json.encode, events[first : first + PER_BODY])))

    def waiting(self) -> int:
        try:
            if self._link is None:
                self._link = CommandLink.find(self._workspace.socket)
            if self._link is None:
                return 1 << 40
            return int(self._link.ask("state")[0]["state"]["rows_waiting"])
        except CastaneaError:
            self._link = None
            return 1 << 40

    def _post(self, body: bytes) -> None:
        """Until it is acknowledged; what cannot be sent for a minute raises Unavailable."""
        for _ in range(int(PATIENCE * 2)):
            try:
                status, wait = self._try(body)
            except (OSError, http.client.HTTPException):
                self._http, status, wait = None, 503, 0.5
            if status == 202:
                return
            if self._ended.wait(wait):
                return
        raise Unavailable("the server does not take the simulated shop's events", code="demo.not_taken")

    def _try(self, body: bytes) -> tuple[int, float]:
        if self._http is None:
            self._http = http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)
        headers = {"Authorization": f"Bearer {self._key}", "Content-Type": "application/x-ndjson"}
        self._http.request("POST", "/api/v1/events", body, headers)
        answer = self._http.getresponse()
        said = answer.read()
        if answer.status not in (202, 429, 503, 507):
            raise Unavailable(
                f"the server refused the simulated shop's events with {answer.status}: {said[:300]!r}",
                code="demo.refused",
            )
        return answer.status, float(answer.headers.get("Retry-After", "0.5"))


def feed_server(
    workspace: Workspace,
    landing: Landing,
    keys: WriteKeys,
    port: int,
    per_minute: float,
    language: str,
    seed: int,
    clock: Clock,
    parent: int,
) -> int:
    """Feed until SIGTERM, or until the server (`parent`, a process id) has gone. Returns the exit code."""
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    threading.Thread(target=_watch, args=(parent, ended), daemon=True).start()
    now = clock.now()
    today = now.astimezone(ZoneInfo(workspace.settings.zone)).date()
    config = DemoConfig(
        seed=seed, last_day=today, language="zh" if language == "zh" else "en", zone=workspace.settings.zone
    )
    diary = Diary.open(workspace.root / "demo" / "diary.json", config, micros(now))
    for old in keys.list():
        if old.name == KEY_NAME and old.revoked_at is None:
            keys.revoke(old.id)
    shop = ServedShop(workspace, landing, port, keys.create(KEY_NAME, "demo").token, ended)
    Feed(diary, shop, clock, ended, Telling()).run(per_minute)
    return 0


class Telling:
    """Says on the terminal how far the telling of the past has come."""

    def __init__(self) -> None:
        self._recent = 0
        self._rest = 0

    def __call__(self, piece: Piece | None) -> None:
        if piece is None:
            self._line("The whole year has been told; orders keep coming in.")
            return
        _log.info("told", piece=piece.name, rows=piece.rows)
        if piece.urgent and not self._recent:
            self._line("The simulated shop tells its last 30 days …")
        elif not piece.urgent and self._recent and not self._rest:
            self._line("The last 30 days are on the boards; older history loads behind them.")
        self._recent += piece.urgent
        self._rest += not piece.urgent

    def _line(self, text: str) -> None:
        sys.stderr.write(f"{text}\n")
        sys.stderr.flush()


def _watch(parent: int, ended: threading.Event) -> None:
    while os.getppid() == parent and not ended.wait(1):
        pass
    ended.set()


def _events(name: str, rows: pa.Table) -> list[dict[str, object]]:
    """Rows as events: what is empty is left out; system columns are the intake's own affair."""
    columns = [c for c in rows.column_names if not c.startswith("_")]
    return [
        {"table": name, **{k: v for k, v in row.items() if v is not None}} for row in rows.select(columns).to_pylist()
    ]
