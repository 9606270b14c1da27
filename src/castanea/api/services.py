"""What the API is given: the rooms behind it, as protocols, and its own settings."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from castanea.access import (
    Accounts,
    Admission,
    Invitations,
    People,
    Provider,
    Sessions,
    Shares,
    Teams,
    Walls,
    WriteKeys,
)
from castanea.alerts import Alert
from castanea.alerts.channels import Channels
from castanea.alerts.kept import Alerts
from castanea.alerts.outbox import Outbox
from castanea.alerts.quiet import Silences
from castanea.boards.kept import KeptBoards
from castanea.boards.remarks import Remarks
from castanea.contracts.alert import AlertCause, AlertPast, AlertReadings, AlertRule
from castanea.contracts.analysis import AnalysisJob, AnalysisOffer, AnalysisResult, AnalysisWish
from castanea.contracts.behind import BehindQuestion
from castanea.contracts.board import BoardSpec, View
from castanea.contracts.buyers import BuyerQuestion
from castanea.contracts.importing import FileLook, ImportJob, ImportWish
from castanea.contracts.query import Query, Rights
from castanea.contracts.target import Target
from castanea.contracts.watching import NewWatch, WatchedFile, WatchedFolder
from castanea.contracts.workspace import Workspace
from castanea.decisions import Decision, Effect, EffectQuestion
from castanea.decisions.kept import Decisions
from castanea.kanban import KanbanBoards
from castanea.kit.clock import Clock
from castanea.targets import Targets


class OpenedView(Protocol):
    """A view that somebody may watch: `board` is the JSON of its BoardSpec, `frame` that of a Frame with all its tiles."""

    @property
    def view_id(self) -> str: ...
    @property
    def board(self) -> bytes: ...
    @property
    def frame(self) -> bytes: ...


class Link(Protocol):
    """The process that owns the warehouse, as the HTTP process sees it. Raises CastaneaError as the rooms behind it do,
    Unavailable while that process does not answer."""

    async def query(self, query: Query, rights: Rights) -> bytes:
        """The answer as JSON."""

    async def behind(self, asked: BehindQuestion, rights: Rights) -> bytes:
        """The rows behind a number, a RowsBehind as JSON."""

    async def buyer_groups(self, asked: BuyerQuestion, rights: Rights) -> bytes:
        """Buyers in groups of ten and more, a BuyerGroups as JSON. Raises InputError."""

    async def changes(self, board: BoardSpec | str, rights: Rights) -> bytes:
        """What changed on a board since yesterday, a BoardChanges as JSON. Raises NotFound for a board that is not."""

    async def understand(self, sentence: str, rights: Rights) -> bytes:
        """An Understanding as JSON."""

    async def know_targets(self, targets: list[Target]) -> None:
        """The targets that tiles may show, as they are now."""

    async def target_progress(self, targets: list[Target], rights: Rights, *, with_days: bool = False) -> bytes:
        """A JSON array of TargetProgress, without those whose figures the reader may not see."""

    async def check_target(self, target: Target, rights: Rights) -> Target:
        """The target with its names as the catalogue writes them. Raises InputError when it cannot be asked, or reaches too far."""

    async def alert_readings(self, rules: list[AlertRule], targets: list[Target]) -> list[AlertReadings]:
        """The figures of rules as they stand, with all rights."""

    async def alert_past(self, rule: AlertRule) -> AlertPast:
        """The figures of a rule over the last 90 days (28 by the hour), with all rights. Raises InputError."""

    async def check_alert(self, rule: AlertRule) -> AlertRule:
        """The rule with its names as the catalogue writes them. Raises InputError when it cannot be asked."""

    async def decision_effect(self, question: EffectQuestion) -> Effect:
        """What a decision changed so far. Raises InputError."""

    async def alert_cause(self, alert: Alert) -> AlertCause | None:
        """Where an alert lies, how it came about, and why; None where there is nothing to explain."""

    async def catalog(self) -> bytes:
        """Metrics and dimensions as JSON."""

    async def boards(self) -> bytes:
        """A JSON array of boards."""

    async def check_board(self, board: BoardSpec) -> None:
        """Raises InputError for a tile whose question cannot be asked, naming the tile."""

    async def open_view(self, view: View, rights: Rights) -> OpenedView:
        """Compute a view and keep it up to date until `close_view`; opening an open one gives the same id."""

    async def close_view(self, view_id: str) -> None: ...

    def frames(self) -> AsyncIterator[tuple[str, int, bytes]]:
        """(view id, sequence, JSON of a Frame with the tiles that changed) of all open views, as they are made."""

    def notify_soon(self) -> None:
        """Something landed: let the loader look at once. Does not wait, raises nothing; call it in the event loop."""

    async def state(self) -> Mapping[str, Any]:
        """Where loading stands."""

    async def imports(self, limit: int) -> bytes:
        """A JSON array of import records, newest first."""

    async def quarantine(self, import_id: str, limit: int) -> bytes:
        """A JSON object with quarantined rows (reasons and places, no personal values)."""

    async def grid(self, table: str, limit: int) -> bytes:
        """A JSON object with an input grid's columns, rows and versions."""


class Receipt(Protocol):
    """What happened to a request's events; counts add up: received = accepted + quarantined."""

    @property
    def received(self) -> int: ...
    @property
    def accepted(self) -> int: ...
    @property
    def quarantined(self) -> int: ...
    @property
    def errors(self) -> Any: ...


class EventIntake(Protocol):
    async def submit(self, body: bytes, content_type: str, content_encoding: str, source: str) -> Receipt:
        """Land the events of a body; returns after they are durable. Raises InputError, Busy, NoSpace."""


class Watching(Protocol):
    """What watches the alert rules."""

    def poke(self) -> None:
        """A rule changed: look at once. Call it in the event loop."""


class Grids(Protocol):
    """Where input grids land; blocking. What is returned has the fields of `models.GridPasted`."""

    def check(self, table: str, text: str) -> Any: ...

    def paste(self, table: str, text: str) -> Any: ...

    def undo(self, table: str, version: str) -> Any: ...


class Mending(Protocol):
    """Opens and replays rows of the quarantine; blocking. What is returned has the fields of `models.MendRows` and `models.Replayed`."""

    def rows(self, import_id: str, limit: int) -> Any: ...

    def replay(self, import_id: str, mended: Mapping[str, Mapping[str, str]]) -> Any: ...


class Imports(Protocol):
    """Takes imports back; blocking. What is returned has the fields of `models.ImportStands`."""

    def set_undone(self, import_id: str, *, undone: bool) -> Any: ...


class Watched(Protocol):
    """Folders whose new files are imported by themselves; blocking."""

    def folders(self) -> list[WatchedFolder]: ...

    def make(self, new: NewWatch, by: str) -> WatchedFolder: ...

    def remove(self, number: str) -> WatchedFolder: ...

    def files(self) -> list[WatchedFile]: ...


class Analyses(Protocol):
    """Analyses of the warehouse, for one event loop; `result` and `table` block."""

    async def offers(self, rights: Rights) -> list[AnalysisOffer]: ...

    def all(self, rights: Rights) -> list[AnalysisJob]: ...

    def get(self, number: str, rights: Rights) -> AnalysisJob: ...

    def result(self, number: str, rights: Rights) -> AnalysisResult: ...

    def table(self, number: str, rights: Rights) -> bytes: ...

    def begin(self, wish: AnalysisWish, by: str, rights: Rights) -> AnalysisJob: ...

    def cancel(self, number: str, rights: Rights, by: str = "") -> AnalysisJob: ...

    def remove(self, number: str, rights: Rights, by: str = "") -> None: ...


class Uploads(Protocol):
    """Files brought through the browser, and their imports; for one event loop."""

    def all(self) -> list[ImportJob]: ...
    def get(self, number: str) -> ImportJob: ...
    async def upload(self, name: str, by: str, chunks: AsyncIterator[bytes], most: int) -> ImportJob: ...
    async def look(self, number: str, wish: ImportWish) -> FileLook: ...
    async def keep_format(self, number: str, wish: ImportWish, name: str) -> str: ...
    def begin(self, number: str, wish: ImportWish) -> ImportJob: ...
    def cancel(self, number: str) -> ImportJob: ...
    def remove(self, number: str) -> None: ...


@dataclass(frozen=True)
class ApiSettings:
    """`allowed_hosts`: names under which the server is reached; IP addresses and localhost always are (a rebinding attack needs a
    name). `max_body` and `max_events_body` are bytes as sent. `secure_cookies`: None = when the request came over https."""

    allowed_hosts: tuple[str, ...] = ()
    web: Path | None = None
    max_body: int = 256 * 1024
    max_events_body: int = 32 * 1024 * 1024
    max_upload: int = 8 * 1024**3
    max_streams: int = 5_000
    max_views: int = 1_000
    secure_cookies: bool | None = None
    view_grace: float = 30.0
    heartbeat: float = 15.0
    revocation_check: float = 2.0


@dataclass(frozen=True)
class Telling:
    """How people are told of alerts. `mails`: whether a mail server is set up; `links`: whether messages carry links to this server."""

    channels: Channels
    silences: Silences
    outbox: Outbox
    mails: bool
    links: bool


class Measuring(Protocol):
    """Measures what decisions changed."""

    def poke(self) -> None: ...

    async def measure(self, decision: Decision) -> Decision: ...


@dataclass(frozen=True)
class Services:
    """Built and wired by the composition root."""

    workspace: Workspace
    link: Link
    events: EventIntake
    accounts: Accounts
    sessions: Sessions
    write_keys: WriteKeys
    people: People
    teams: Teams
    shares: Shares
    invitations: Invitations
    walls: Walls
    boards: KeptBoards
    kanban: KanbanBoards
    targets: Targets
    alerts: Alerts
    decisions: Decisions
    remarks: Remarks
    clock: Clock
    settings: ApiSettings = field(default_factory=ApiSettings)
    grids: Grids | None = None
    imports: Imports | None = None
    uploads: Uploads | None = None
    provider: Provider | None = None
    admission: Admission | None = None
    watching: Watching | None = None
    mending: Mending | None = None
    telling: Telling | None = None
    measuring: Measuring | None = None
    watched: Watched | None = None
    analyses: Analyses | None = None
