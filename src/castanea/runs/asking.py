"""Asking about a workspace: the running server over its socket, else the warehouse itself. A command need not know which."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from castanea.contracts.log import Booking
from castanea.contracts.query import Query, Rights
from castanea.contracts.warehouse import TableSum
from castanea.contracts.workspace import Workspace
from castanea.kit.clock import monotonic
from castanea.kit.errors import Conflict, Unavailable
from castanea.runs.link import CommandLink
from castanea.runs.pairing_shops import OrderShop
from castanea.runs.workspace import lock

if TYPE_CHECKING:  # the planner and the engine are loaded by who opens the warehouse
    from castanea.runs.desk import Desk
    from castanea.runs.reconcile import ReconcileRequest

Progress = Callable[[dict[str, Any]], None]
SERVING = "castanea serve"  # what a server says it holds the workspace for
STARTING = 60.0  # seconds that a server may take until it listens
PATIENCE = 120.0  # seconds without any progress after which a command stops waiting for the loader
RESTARTS = 3  # a rebuild that begins anew more often than this moves in circles: from then on only new ground counts as progress


class Asking(Protocol):
    """What a command may ask. Raises what the rooms raise."""

    def query(self, query: Query) -> bytes:
        """The answer as JSON."""

    def catalog(self) -> bytes: ...

    def boards(self) -> bytes: ...

    def state(self) -> dict[str, Any]:
        """`offset`, `head`, `rebuilding`, `message`, `rows_waiting`."""

    def wait(self, offset: int, progress: Progress | None = None) -> None:
        """Until the loader has applied the log up to an offset. Raises Unavailable when nothing moves for two minutes."""

    def bookings(self, import_id: str) -> list[Booking]: ...

    def order_shops(self, orders: Sequence[str]) -> list[OrderShop]:
        """The shops in which some orders stand."""

    def imports(self, limit: int) -> bytes: ...

    def quarantine(self, import_id: str, limit: int) -> bytes: ...

    def grid(self, table: str, limit: int) -> bytes:
        """A `GridView` as JSON."""

    def reconcile(self, request: ReconcileRequest) -> bytes:
        """A `Reconciliation` as JSON."""

    def checksums(self) -> list[TableSum]: ...

    def rebuild(self, progress: Progress | None = None) -> None: ...


class AskingServer:
    """The running server."""

    def __init__(self, link: CommandLink, pause: Callable[[float], None], patience: float = PATIENCE) -> None:
        self._link, self._pause, self._patience = link, pause, patience

    def query(self, query: Query) -> bytes:
        return self._link.ask("query", query=msgspec.to_builtins(query), rights=msgspec.to_builtins(Rights()))[1]

    def catalog(self) -> bytes:
        return self._link.ask("catalog")[1]

    def boards(self) -> bytes:
        return self._link.ask("boards")[1]

    def state(self) -> dict[str, Any]:
        return dict(self._link.ask("state")[0]["state"])

    def wait(self, offset: int, progress: Progress | None = None) -> None:
        self._link.ask("notify")
        furthest, reached, since = (-1, -1.0), (-1, -1.0), monotonic()
        restarts = 0
        while True:
            state = self.state()
            if progress is not None:
                progress(state)
            if state["offset"] >= offset and state["rebuilding"] is None:
                return
            before, reached = reached, _reached(state)
            restarts += reached < before
            if reached > (before if restarts <= RESTARTS else furthest):
                since = monotonic()
            furthest = max(furthest, reached)
            if monotonic() - since > self._patience:
                raise Unavailable(
                    f"the server's loader has not moved for {self._patience:.0f} s; what was sent is safe in the log, "
                    "its log file says why it waits",
                    code="link.loader_stands",
                )
            self._pause(0.05)

    def bookings(self, import_id: str) -> list[Booking]:
        return msgspec.json.decode(self._link.ask("bookings", import_id=import_id)[1], type=list[Booking])

    def order_shops(self, orders: Sequence[str]) -> list[OrderShop]:
        answer = self._link.ask("order_shops", orders=list(orders))[1]
        return msgspec.json.decode(answer, type=list[OrderShop])

    def imports(self, limit: int) -> bytes:
        return self._link.ask("imports", limit=limit)[1]

    def quarantine(self, import_id: str, limit: int) -> bytes:
        return self._link.ask("quarantine", import_id=import_id, limit=limit)[1]

    def grid(self, table: str, limit: int) -> bytes:
        return self._link.ask("grid", table=table, limit=limit)[1]

    def reconcile(self, request: ReconcileRequest) -> bytes:
        return self._link.ask("reconcile", request=msgspec.to_builtins(request))[1]

    def checksums(self) -> list[TableSum]:
        return msgspec.json.decode(self._link.ask("checksums")[1], type=list[TableSum])

    def rebuild(self, progress: Progress | None = None) -> None:
        self._link.ask("rebuild", progress)


class AskingDesk:
    """The warehouse itself, opened by this process."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def query(self, query: Query) -> bytes:
        return self._desk.query(query)

    def catalog(self) -> bytes:
        return self._desk.catalog_json()

    def boards(self) -> bytes:
        return self._desk.boards_json()

    def state(self) -> dict[str, Any]:
        return self._desk.state()

    def wait(self, offset: int, progress: Progress | None = None) -> None:
        del offset  # all that waits is applied
        from castanea.runs.desk import described

        self._desk.warehouse.catch_up(lambda s: progress(described(s, self._desk.log)) if progress else None)

    def bookings(self, import_id: str) -> list[Booking]:
        return self._desk.warehouse.bookings(import_id)

    def order_shops(self, orders: Sequence[str]) -> list[OrderShop]:
        return self._desk.order_shops(orders)

    def imports(self, limit: int) -> bytes:
        return self._desk.imports(limit)

    def quarantine(self, import_id: str, limit: int) -> bytes:
        return self._desk.quarantine(import_id, limit)

    def grid(self, table: str, limit: int) -> bytes:
        return self._desk.grid(table, limit)

    def reconcile(self, request: ReconcileRequest) -> bytes:
        return self._desk.reconcile(request)

    def checksums(self) -> list[TableSum]:
        return self._desk.warehouse.checksums()

    def rebuild(self, progress: Progress | None = None) -> None:
        self._desk.rebuild(progress)


def _reached(state: dict[str, Any]) -> tuple[int, float]:
    """How far loading is: first the offset while nothing is rebuilt, else the rebuilt share, for the offset then begins again."""
    rebuilding = state["rebuilding"]
    return (state["offset"], 0.0) if rebuilding is None else (0, float(rebuilding))


@contextmanager
def asking(
    workspace: Workspace, purpose: str, open_desk: Callable[[Workspace], Desk], pause: Callable[[float], None]
) -> Iterator[Asking]:
    """The server when one runs on the workspace, else its warehouse under the lock, brought up to date first."""
    with ExitStack() as held:
        link = _server_or_lock(workspace, purpose, held, pause)
        if link is not None:
            held.callback(link.close)
            yield AskingServer(link, pause)
            return
        desk = open_desk(workspace)
        held.callback(desk.close)
        desk.warehouse.catch_up()
        yield AskingDesk(desk)


def _answers(link: CommandLink) -> bool:
    """Whether the other side is there to stay: a warehouse process whose server was killed ends within a second."""
    try:
        link.ask("notify")
    except Unavailable:
        link.close()
        return False
    return True


def _server_or_lock(
    workspace: Workspace, purpose: str, held: ExitStack, pause: Callable[[float], None]
) -> CommandLink | None:
    """A connection to the server, or None with the workspace's lock held. A server that is just starting is waited for."""
    end = monotonic() + STARTING
    while True:
        link = CommandLink.find(workspace.socket)
        if link is not None and _answers(link):
            return link
        try:
            held.enter_context(lock(workspace, purpose, pause))
        except Conflict as taken:
            if not str(taken.values.get("holder", "")).startswith(SERVING) or monotonic() > end:
                raise
            pause(0.1)
        else:
            return None
