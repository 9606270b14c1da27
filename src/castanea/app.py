"""The composition root and console entry: the only place where things are built and wired.

Imports are inside the builders, so that `castanea --help` pays for none of them.
"""

from __future__ import annotations

import locale
import os
import sys
import time
from collections.abc import Coroutine, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from castanea.cli.wiring import Feeding
from castanea.kit.clock import SystemClock

if TYPE_CHECKING:
    from castanea.access import Accounts, Admission, Invitations, Keyring, People, Provider, WriteKeys
    from castanea.api.services import Telling
    from castanea.boards.kept import KeptBoards
    from castanea.contracts.workspace import Workspace
    from castanea.intake.landing import Landing
    from castanea.runs.alert_outbox import AlertOutbox
    from castanea.runs.asking import Asking
    from castanea.runs.desk import Desk
    from castanea.runs.watch_list import WatchList
    from castanea.state import Database
    from castanea.vault import Vault

WAREHOUSE_MEMORY = "128MB"  # measured as fast as 256 MB, and 55 MB less resident
COMMAND_MEMORY = "512MB"  # of a command that opens the warehouse itself: an import then spills nothing to disk
# An import's loading takes twice as long as reading and mapping beside it: with two threads both end together.
COMMAND_THREADS = min(2, os.cpu_count() or 1)
COMMAND_BULK = 600_000  # rows of an import in one transaction, where no board waits for the next one
SERVER_BULK = 250_000


@dataclass(frozen=True)
class Settings:
    """All that Castanea reads from its environment, read once."""

    workspace: Path | None = None
    allowed_hosts: tuple[str, ...] = ()
    log_level: str = ""
    language: str = ""

    @classmethod
    def from_environment(cls) -> Settings:
        workspace = os.environ.get("CASTANEA_WORKSPACE")
        hosts = tuple(h.strip() for h in os.environ.get("CASTANEA_HOSTS", "").split(",") if h.strip())
        language = (
            os.environ.get("LC_ALL")
            or os.environ.get("LC_MESSAGES")
            or os.environ.get("LANG")
            or (locale.getlocale()[0] or "")
        )
        return cls(Path(workspace) if workspace else None, hosts, os.environ.get("CASTANEA_LOG", ""), language)


class Castanea:
    """Everything built from the settings; implements the command line's `Wiring`."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.clock = SystemClock()

    @property
    def default_workspace(self) -> Path | None:
        return self._settings.workspace

    @property
    def terminal_language(self) -> str:
        return self._settings.language

    def workspace(self, root: Path) -> Workspace:
        from castanea.runs.workspace import open_workspace

        return open_workspace(root)

    def asking(self, workspace: Workspace, purpose: str) -> AbstractContextManager[Asking]:
        from castanea.runs.asking import asking

        return asking(
            workspace,
            purpose,
            lambda place: self.desk(place, COMMAND_MEMORY, COMMAND_THREADS, COMMAND_BULK),
            time.sleep,
        )

    def desk(
        self, workspace: Workspace, memory: str = WAREHOUSE_MEMORY, threads: int = 1, bulk_rows: int = SERVER_BULK
    ) -> Desk:
        """Opens the warehouse; the caller holds the workspace's lock. `memory`: for its buffers. `threads`: of one statement.
        `bulk_rows`: of an import in one transaction."""
        self._log_warnings_of_commands()
        from castanea.boards import Boards
        from castanea.intake.sqlite_log import SqliteEventLog
        from castanea.runs.desk import Desk
        from castanea.semantics import Catalog, Planner
        from castanea.warehouse import DuckWarehouse

        catalog = Catalog.load(workspace.settings, workspace.metrics)
        plans = catalog.rollup_plans(workspace.settings)
        boards = Boards.load(workspace.boards)
        log = SqliteEventLog(workspace.log, self.clock)
        warehouse = DuckWarehouse(workspace.warehouse, log, workspace.settings, plans, memory, threads, bulk_rows)
        return Desk(
            workspace, warehouse, log, catalog, lambda: Planner(catalog, workspace.settings, plans), boards, self.clock
        )

    @contextmanager
    def landing(self, workspace: Workspace) -> Iterator[tuple[Landing, Vault]]:
        from castanea.intake.landing import Landing
        from castanea.intake.sqlite_log import SqliteEventLog
        from castanea.vault import Vault

        log, vault = SqliteEventLog(workspace.log, self.clock), Vault(workspace.vault)
        try:
            yield Landing(log, vault, workspace.settings, self.clock), vault
        finally:
            vault.close()
            log.close()

    def accounts(self, workspace: Workspace) -> Accounts:
        from castanea.access import Accounts, Keyring
        from castanea.state import Database

        return Accounts(Database(workspace.state), Keyring(workspace.vault), self.clock)

    def write_keys(self, workspace: Workspace) -> WriteKeys:
        from castanea.access import Keyring, WriteKeys
        from castanea.state import Database

        return WriteKeys(Database(workspace.state), Keyring(workspace.vault), self.clock)

    def people(self, workspace: Workspace) -> People:
        from castanea.access import People
        from castanea.state import Database

        return People(Database(workspace.state), self.clock)

    def invitations(self, workspace: Workspace) -> Invitations:
        from castanea.access import Invitations
        from castanea.state import Database

        return Invitations(Database(workspace.state), self.accounts(workspace), self.clock)

    def watched(self, workspace: Workspace) -> WatchList:
        from castanea.runs.watch_list import WatchList
        from castanea.state import Database

        return WatchList(Database(workspace.state), self.clock, workspace.inbox)

    def boards(self, workspace: Workspace) -> KeptBoards:
        from castanea.boards.kept import KeptBoards
        from castanea.state import Database

        return KeptBoards(Database(workspace.state), self.clock)

    def serve(self, workspace: Workspace, host: str, port: int, feeding: Feeding | None = None) -> int:
        from castanea.kit.lean import go_lean

        go_lean()
        from castanea.runs.asking import SERVING
        from castanea.runs.workspace import lock

        self._start_logging("http", quiet=feeding is not None)
        with lock(workspace, SERVING) as held:
            return self._serve(workspace, host, port, feeding, held)

    def _serve(self, workspace: Workspace, host: str, port: int, feeding: Feeding | None, held: int) -> int:
        import asyncio

        import pyarrow as pa

        from castanea.access import Accounts, Invitations, Keyring, People, Sessions, Shares, Teams, Walls, WriteKeys
        from castanea.alerts.kept import Alerts
        from castanea.api import ApiSettings, Services, create_app
        from castanea.api.serving import Child, check_port, serve
        from castanea.boards.kept import KeptBoards
        from castanea.boards.remarks import Remarks
        from castanea.decisions.kept import Decisions
        from castanea.intake.events import EventIntake
        from castanea.intake.shop_zones import ShopZones
        from castanea.kanban import KanbanBoards
        from castanea.runs.alert_watch import AlertWatch
        from castanea.runs.analysis_feeds import FEEDS
        from castanea.runs.analysis_jobs import AnalysisJobs
        from castanea.runs.decision_watch import DecisionWatch
        from castanea.runs.grids import GridDesk
        from castanea.runs.import_jobs import ImportJobs
        from castanea.runs.link import Link
        from castanea.runs.replay_quarantine_desk import QuarantineDesk
        from castanea.runs.undo_import import ImportDesk
        from castanea.runs.watch_folders import FolderWatch
        from castanea.runs.watch_list import WatchList
        from castanea.state import Database
        from castanea.targets import Targets

        check_port(host, port)
        pa.set_memory_pool(pa.system_memory_pool())  # as fast here as Arrow's own, and 20 to 30 MB less stays resident
        database, keyring = Database(workspace.state), Keyring(workspace.vault)
        accounts = Accounts(database, keyring, self.clock)
        provider, admission = self._provider(workspace, database, keyring, accounts)
        owner = accounts.ensure_owner("owner")
        # people watch the demo's terminal for an address and a sign-in, not for a log
        quiet = None if feeding is None or self._settings.log_level else {**os.environ, "CASTANEA_LOG": "warning"}
        warehouse = _command("warehouse-process", workspace, "--parent", str(os.getpid()))
        # the warehouse process holds the workspace's lock too: killed or not, nobody else opens its file while it lives
        children = [Child("warehouse", warehouse, inherited=(held,), environment=quiet)]
        if feeding is not None:
            feed = _feed_command(workspace, port, feeding)
            children.append(Child("demo", feed, lasting=False, grace=2.0, environment=quiet))
        with self.landing(workspace) as (landing, vault):

            async def main() -> None:
                link = Link(workspace.socket)
                jobs = ImportJobs(workspace.uploads, self.clock, _command("import-process", workspace))
                jobs.open()
                analyses = AnalysisJobs(
                    workspace.analyses, FEEDS, link.query, link.catalog, workspace.settings.zone, self.clock
                )
                analyses.open()
                watched = WatchList(database, self.clock, workspace.inbox)
                folders = FolderWatch(watched, jobs, workspace.mappings)
                zones = ShopZones()
                events = EventIntake(landing, clock=self.clock, zones=zones)
                zoning = asyncio.create_task(link.keep_zones(zones.know))
                targets = Targets(database, self.clock)
                targeting = asyncio.create_task(link.keep_targets(targets.living))
                alerts = Alerts(database, self.clock)
                watch = AlertWatch(link, alerts, targets.living)
                above = workspace.settings.approve_above
                decisions = Decisions(database, self.clock, Decimal(above) if above else None)
                measuring = DecisionWatch(link, decisions, workspace.settings.zone, self.clock)
                telling, messages = self._telling(workspace, database, keyring)
                services = Services(
                    workspace, link, events, accounts, Sessions(database, keyring, self.clock),
                    WriteKeys(database, keyring, self.clock), People(database, self.clock),
                    Teams(database, self.clock), Shares(database),
                    Invitations(database, accounts, self.clock), Walls(database, self.clock),
                    KeptBoards(database, self.clock), KanbanBoards(database, self.clock), targets, alerts,
                    decisions, Remarks(database, self.clock), self.clock,
                    ApiSettings(allowed_hosts=self._settings.allowed_hosts, web=built_pages()),
                    GridDesk(landing, self.clock), ImportDesk(landing, self.clock), jobs, provider, admission, watch,
                    QuarantineDesk(landing, vault, self.clock), telling, measuring, watched, analyses,
                )  # fmt: skip
                app = create_app(services)
                watching = asyncio.create_task(watch.run(app.tell_of_alerts))
                sending = asyncio.create_task(messages.run())
                fetching = asyncio.create_task(folders.run())
                looking_back = asyncio.create_task(measuring.run())
                try:
                    await serve(app, host, port, children, lambda: _greet(host, port, owner))
                finally:
                    zoning.cancel()
                    targeting.cancel()
                    watching.cancel()
                    sending.cancel()
                    fetching.cancel()
                    looking_back.cancel()
                    await jobs.close()
                    await analyses.close()
                    await asyncio.to_thread(events.close)
                    await link.close()

            _run(main())
        return 0

    def _telling(self, workspace: Workspace, database: Database, keyring: Keyring) -> tuple[Telling, AlertOutbox]:
        """How people are told of alerts outside of the pages. Raises InputError for a wrong setting."""
        from zoneinfo import ZoneInfo

        from castanea.access import People
        from castanea.alerts.channels import Channels
        from castanea.alerts.delivering import Deliverer
        from castanea.alerts.outbox import Outbox
        from castanea.alerts.outgoing import Outgoing
        from castanea.alerts.quiet import Silences
        from castanea.api.services import Telling
        from castanea.runs.alert_outbox import AlertOutbox, read_alert_settings

        address, mail = read_alert_settings(workspace.alerts, workspace.root, os.environ)
        zone = ZoneInfo(workspace.settings.zone)
        channels = Channels(database, self.clock, keyring.derive("alerts", "channels"))
        silences = Silences(database, self.clock, zone)
        outbox = Outbox(database, self.clock, channels, silences, keyring.derive("alerts", "links"))
        deliverer = Deliverer(self.clock, zone, Outgoing(), address, mail)
        telling = Telling(channels, silences, outbox, deliverer.mails, deliverer.links)
        return telling, AlertOutbox(outbox, deliverer, People(database, self.clock))

    def _provider(
        self, workspace: Workspace, database: Database, keyring: Keyring, accounts: Accounts
    ) -> tuple[Provider | None, Admission | None]:
        """Where people sign in who have an account elsewhere, when `castanea.toml` says so."""
        from castanea.access import Admission, Provider
        from castanea.runs.provider_settings import read_provider

        if workspace.provider is None:
            return None, None
        settings = read_provider(workspace.provider, workspace.root, os.environ)
        return Provider(settings, keyring, self.clock), Admission(settings, database, accounts, self.clock)

    def warehouse_process(self, workspace: Workspace, parent: int) -> int:
        from castanea.kit.lean import go_lean

        go_lean()
        from castanea.runs.warehouse_process import WarehouseProcess

        self._start_logging("warehouse")
        desk = self.desk(workspace)
        try:
            _run(WarehouseProcess(desk, parent).serve())
        finally:
            desk.close()
        return 0

    def import_process(self, workspace: Workspace) -> int:
        from castanea.runs.import_process import ImportProcess, pipes

        self._start_logging("import")
        asked, said = pipes()

        @contextmanager
        def run() -> Iterator[tuple[Landing, Asking]]:
            with self.landing(workspace) as (landing, _), self.asking(workspace, "an import") as ask:
                yield landing, ask

        ImportProcess(workspace, self.clock, said).serve(asked, run)
        return 0

    def feed(self, workspace: Workspace, port: int, feeding: Feeding) -> int:
        from castanea.demo.feeding import feed_server

        self._start_logging("demo")
        with self.landing(workspace) as (landing, _):
            keys = self.write_keys(workspace)
            return feed_server(
                workspace,
                landing,
                keys,
                port,
                feeding.per_minute,
                feeding.language,
                feeding.seed,
                self.clock,
                os.getppid(),
            )

    def _log_warnings_of_commands(self) -> None:
        """A command's standard output holds its answer alone: logs go to standard error, and only what is wrong."""
        import structlog

        from castanea.kit.logs import configure_logs

        if not structlog.is_configured():
            configure_logs("warning")

    def _start_logging(self, process: str, *, quiet: bool = False) -> None:
        import structlog

        from castanea.kit.logs import configure_logs

        configure_logs(self._settings.log_level or ("warning" if quiet else "info"))
        structlog.contextvars.bind_contextvars(process=process)


def _run(main: Coroutine[Any, Any, None]) -> None:
    import asyncio

    import uvloop

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main)


def built_pages() -> Path | None:
    """The browser's side: inside an installed package, else in the checkout; None when it was not built."""
    package = Path(__file__).parent
    for folder in (package / "web_dist", package.parents[1] / "web" / "dist"):
        if (folder / "index.html").is_file():
            return folder
    return None


def _command(name: str, workspace: Workspace, *more: str) -> list[str]:
    return ["-m", "castanea", name, "--workspace", str(workspace.root), *more]


def _feed_command(workspace: Workspace, port: int, feeding: Feeding) -> list[str]:
    rate, seed = str(feeding.per_minute), str(feeding.seed)
    return _command(
        "feed-process", workspace, "--port", str(port), "--rate", rate, "--language", feeding.language, "--seed", seed
    )


def _greet(host: str, port: int, owner: object) -> None:
    sys.stderr.write(f"Castanea: http://{host}:{port}\n")
    if owner is not None:
        name, passphrase = owner.name, owner.passphrase  # type: ignore[attr-defined]
        sys.stderr.write(
            f"Sign in as {name} with {passphrase}\n(shown this once; `castanea passphrase` makes a new one)\n"
        )
    sys.stderr.flush()


def main() -> None:
    """Run the castanea command line."""
    from castanea.cli.program import program, run

    raise SystemExit(run(program(Castanea(Settings.from_environment()))))
