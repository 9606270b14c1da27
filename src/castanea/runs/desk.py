"""The desk: what may be asked of an open warehouse. The server's warehouse process answers from it over the socket; a command without
a server asks it directly. Both ways the same code answers."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from castanea.boards import Boards
from castanea.contracts.behind import BehindQuestion, RowsBehind
from castanea.contracts.board import BoardSpec
from castanea.contracts.log import EventLog
from castanea.contracts.query import Query, Rights
from castanea.contracts.warehouse import LoadState
from castanea.contracts.workspace import Workspace
from castanea.kit.clock import Clock, monotonic
from castanea.kit.errors import InputError
from castanea.runs.book_queries import import_records, quarantine_rows
from castanea.runs.grids import view as grid_view
from castanea.runs.pairing_shops import OrderShop, order_shops
from castanea.runs.reconcile import ReconcileRequest, reconcile
from castanea.semantics import Catalog, Planner, answer_to_json
from castanea.semantics.catalog_json import catalog_to_json
from castanea.warehouse import DuckWarehouse

EVERYTHING = Rights()
Progress = Callable[[dict[str, Any]], None]
Answer = tuple[dict[str, Any], bytes]


class Desk:
    """Thread-safe: each thread reads with a cursor of its own."""

    def __init__(
        self,
        workspace: Workspace,
        warehouse: DuckWarehouse,
        log: EventLog,
        catalog: Catalog,
        new_planner: Callable[[], Planner],
        boards: Boards,
        clock: Clock,
    ) -> None:
        self.workspace, self.warehouse, self.log = workspace, warehouse, log
        self.catalog, self.boards, self.clock = catalog, boards, clock
        self._new_planner = new_planner
        self._own = threading.local()
        self._standing: tuple[float, LoadState, int] | None = None

    def reader(self) -> Any:
        """This thread's cursor."""
        if not hasattr(self._own, "reader"):
            self._own.reader = self.warehouse.reader()
        return self._own.reader

    def planner(self) -> Planner:
        """This thread's planner: it keeps what it has prepared, and is not to be shared."""
        if not hasattr(self._own, "planner"):
            self._own.planner = self._new_planner()
        planner: Planner = self._own.planner
        return planner

    def query(self, query: Query, rights: Rights = EVERYTHING) -> bytes:
        return answer_to_json(self.planner().answer(query, self.reader(), self.clock.now(), rights=rights))

    def behind(self, asked: BehindQuestion, rights: Rights = EVERYTHING) -> RowsBehind:
        return self.planner().behind(asked, self.reader(), self.clock.now(), rights)

    def catalog_json(self) -> bytes:
        return catalog_to_json(self.catalog)

    def boards_json(self) -> bytes:
        return msgspec.json.encode(self.boards.all())

    def check_board(self, board: BoardSpec) -> None:
        """Raises InputError for a tile whose question cannot be asked, naming the tile."""
        planner = self.planner()
        for tile in board.tiles:
            for query in tile.queries.values():
                try:
                    planner.check(query)
                except InputError as wrong:
                    name = tile.title.get("en") or tile.id
                    raise InputError(
                        f"{name}: {wrong}",
                        code="board.tile",
                        values={"tile": tile.id, "title": name, "why": str(wrong)},
                    ) from wrong

    def board(self, name: str) -> BoardSpec:
        return self.boards.get(name)

    def state(self) -> dict[str, Any]:
        """Where loading stands, and how many rows wait."""
        return described(self.warehouse.state(), self.log)

    def standing(self) -> tuple[LoadState, int]:
        """Where loading stands and how many rows wait; looked up once a second at most, for the tiles' freshness."""
        now = monotonic()
        if self._standing is None or now - self._standing[0] > 1:
            state = self.warehouse.state()
            waiting = self.log.rows_after(state.offset) if state.head > state.offset else 0
            self._standing = (now, state, waiting)
        return self._standing[1:]

    def bookings(self, import_id: str) -> bytes:
        return msgspec.json.encode(self.warehouse.bookings(import_id))

    def order_shops(self, orders: Sequence[str]) -> list[OrderShop]:
        return order_shops(self.reader(), orders)

    def imports(self, limit: int) -> bytes:
        return msgspec.json.encode(import_records(self.reader(), limit))

    def quarantine(self, import_id: str, limit: int) -> bytes:
        return msgspec.json.encode(quarantine_rows(self.reader(), import_id, limit))

    def grid(self, table: str, limit: int) -> bytes:
        """A `GridView` as JSON."""
        return msgspec.json.encode(grid_view(self.reader(), table, limit))

    def reconcile(self, request: ReconcileRequest) -> bytes:
        return msgspec.json.encode(reconcile(self.reader(), self.workspace.settings, request))

    def zones(self) -> bytes:
        """JSON object: shop → its own zone, of the shops that have one."""
        rows = self.reader().fetch("SELECT shop_id, zone FROM fact.\"shop\" WHERE coalesce(zone, '') <> ''").to_pylist()
        return msgspec.json.encode({row["shop_id"]: row["zone"] for row in rows})

    def checksums(self) -> bytes:
        return msgspec.json.encode(self.warehouse.checksums())

    def rebuild(self, progress: Progress | None = None) -> bytes:
        def tell(state: LoadState) -> None:
            if progress is not None:
                progress(described(state, self.log))

        return msgspec.json.encode({"offset": self.warehouse.rebuild(tell)})

    def close(self) -> None:
        self.warehouse.close()
        self.log.close()


def described(state: LoadState, log: EventLog) -> dict[str, Any]:
    waiting = log.rows_after(state.offset) if state.head > state.offset else 0
    return {
        "offset": state.offset, "head": state.head, "rebuilding": state.rebuilding, "message": state.message, "rows_waiting": waiting,
    }  # fmt: skip
