"""A whole server on a free port, with a pocket warehouse behind it."""

from __future__ import annotations

import asyncio
import logging
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest
import structlog
import uvicorn

from castanea.access import Accounts, Invitations, Keyring, People, Sessions, Shares, Teams, Walls, WriteKeys
from castanea.alerts.channels import Channels
from castanea.alerts.kept import Alerts
from castanea.alerts.outbox import Outbox
from castanea.alerts.quiet import Silences
from castanea.api import ApiSettings, Services, create_app
from castanea.api.services import EventIntake, Telling
from castanea.boards.kept import KeptBoards
from castanea.boards.remarks import Remarks
from castanea.contracts.workspace import Workspace, WorkspaceSettings
from castanea.decisions.kept import Decisions
from castanea.kanban import KanbanBoards
from castanea.kit.clock import SystemClock
from castanea.runs.analysis_feeds import FEEDS
from castanea.runs.analysis_jobs import AnalysisJobs
from castanea.runs.decision_watch import DecisionWatch
from castanea.runs.watch_list import WatchList
from castanea.state import Database
from castanea.targets import Targets
from tests.api.pocket import PocketDesk, PocketIntake, PocketLink, PocketUploads


@dataclass
class Served:
    url: str
    services: Services
    link: PocketLink
    intake: PocketIntake
    name: str
    passphrase: str
    app: object
    loop: asyncio.AbstractEventLoop
    clients: list[httpx.Client] = field(default_factory=list)

    def client(self, **headers: str) -> httpx.Client:
        made = httpx.Client(base_url=self.url, headers=headers, timeout=10, trust_env=False)
        self.clients.append(made)
        return made

    def signed_in(self) -> httpx.Client:
        client = self.client()
        body = {"name": self.name, "passphrase": self.passphrase}
        answer = client.post("/api/v1/session", json=body, headers={"X-Castanea-CSRF": "sign-in"})
        assert answer.status_code == 200, answer.text
        client.headers["X-Castanea-CSRF"] = answer.json()["csrf"]
        return client

    def call(self, function: Callable[..., object], *arguments: object) -> object:
        """Run something in the server's loop."""

        async def run() -> object:
            return function(*arguments)

        return asyncio.run_coroutine_threadsafe(run(), self.loop).result(10)


def until(condition: Callable[[], object], seconds: float = 10) -> None:
    """Wait until a condition holds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.01)


@cache
def migrated() -> bytes:
    """A new state database; made once, because migrating takes a second."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(Path(folder) / "state.db")
        with database.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        database.close()
        return database.path.read_bytes()


@contextmanager
def serving(root: Path, settings: ApiSettings, events: EventIntake | None = None) -> Iterator[Served]:
    workspace = Workspace(root, WorkspaceSettings("test"))
    workspace.state.parent.mkdir(parents=True)
    workspace.state.write_bytes(migrated())
    database, keyring, clock = Database(workspace.state), Keyring(workspace.vault), SystemClock()
    accounts = Accounts(database, keyring, clock)
    link, intake = PocketLink(), PocketIntake()
    channels = Channels(database, clock, keyring.derive("alerts", "channels"), loopback=True)
    silences = Silences(database, clock, ZoneInfo("Asia/Shanghai"))
    outbox = Outbox(database, clock, channels, silences, keyring.derive("alerts", "links"))
    decisions = Decisions(database, clock)
    telling = Telling(channels, silences, outbox, mails=True, links=True)
    analyses = AnalysisJobs(workspace.analyses, FEEDS, link.query, link.catalog, "Asia/Shanghai", clock)
    services = Services(
        workspace=workspace,
        link=link,
        events=events or intake,
        accounts=accounts,
        sessions=Sessions(database, keyring, clock),
        write_keys=WriteKeys(database, keyring, clock),
        people=People(database, clock),
        teams=Teams(database, clock),
        shares=Shares(database),
        invitations=Invitations(database, accounts, clock),
        walls=Walls(database, clock),
        boards=KeptBoards(database, clock),
        kanban=KanbanBoards(database, clock),
        targets=Targets(database, clock),
        alerts=Alerts(database, clock),
        decisions=decisions,
        remarks=Remarks(database, clock),
        clock=clock,
        settings=settings,
        grids=PocketDesk(),
        imports=PocketDesk(),
        mending=PocketDesk(),
        uploads=PocketUploads(),
        telling=telling,
        measuring=DecisionWatch(link, decisions, "Asia/Shanghai", clock),
        watched=WatchList(database, clock, workspace.inbox),
        analyses=analyses,
    )
    analyses.open()
    owner = accounts.ensure_owner() or accounts.reset_passphrase("owner")
    app = create_app(services)
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        config = uvicorn.Config(app, log_config=None, access_log=False, timeout_graceful_shutdown=5)
        server = uvicorn.Server(config)
        loop = asyncio.new_event_loop()
        thread = threading.Thread(target=lambda: loop.run_until_complete(server.serve([listening])), daemon=True)
        thread.start()
        until(lambda: server.started)
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        served = Served(url, services, link, intake, owner.name, owner.passphrase, app, loop)
        try:
            yield served
        finally:
            loop.call_soon_threadsafe(app.close_streams)
            server.should_exit = True
            thread.join(15)
            for client in served.clients:
                client.close()
            loop.close()
            database.close()
            assert not thread.is_alive(), "the server did not stop"


@pytest.fixture(scope="session", autouse=True)
def _quiet() -> Iterator[None]:
    """The servers' lines would stand between the tests' own."""
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    yield
    structlog.configure(**before)


SETTINGS = ApiSettings(view_grace=0.5, heartbeat=0.2, revocation_check=0.2, max_body=10_000, max_events_body=100_000)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One server for a module's tests."""
    with serving(tmp_path_factory.mktemp("workspace"), SETTINGS) as running:
        yield running


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Served]:
    """A server of a test's own."""
    with serving(tmp_path, replace(SETTINGS)) as running:
        yield running
