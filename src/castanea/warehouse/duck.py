"""The embedded warehouse: one DuckDB file behind `contracts.warehouse.Warehouse`."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import duckdb
import structlog

from castanea.contracts.log import Booking, EventLog, LandedBatch
from castanea.contracts.rollup import RollupPlan
from castanea.contracts.tables import TABLES
from castanea.contracts.warehouse import Change, LoadState, TableSum
from castanea.contracts.workspace import WorkspaceSettings
from castanea.kit.clock import monotonic
from castanea.kit.errors import NoSpace
from castanea.warehouse import books, engine
from castanea.warehouse.checksums import checksums
from castanea.warehouse.engine import Tuning, Unusable
from castanea.warehouse.loader import Applied, Loader
from castanea.warehouse.readers import DuckReader, Gate
from castanea.warehouse.undone import tells_of_imports, undone_imports

_log = structlog.get_logger(__name__)
Progress = Callable[[LoadState], None]
LIVE_ROWS = 30_000  # in one transaction while loading: larger ones gain little and hold much memory
ROOMY = "1GB"  # of memory for the rare transaction that needs more than the usual limit
QUIET_SECONDS = 5.0
QUIET_CHECKPOINT = 32 << 20  # bytes of write-ahead log worth a checkpoint in a quiet moment
# Of a table of which a transaction gains more than a row group (122,880 rows), DuckDB writes the columns at once, packed, instead of
# rows to the write-ahead log and columns at the next checkpoint: a quarter of the loader's time.
BULK_ROWS = 250_000


class DuckWarehouse:
    """Implements contracts.warehouse.Warehouse.

    One thread at a time writes (`apply`, `catch_up`, `rebuild`); any number read, each with its own `reader()`. A file that will not
    open, or whose blocks cannot be read, is set aside and made again from the log at the next `apply` or `catch_up`.
    """

    def __init__(
        self,
        path: Path,
        log: EventLog,
        settings: WorkspaceSettings,
        plans: Sequence[RollupPlan],
        memory_limit: str = "192MB",
        threads: int = 1,
        bulk_rows: int = BULK_ROWS,
    ) -> None:
        self._path, self._bulk_rows = path, bulk_rows
        self._event_log = log
        self._settings = settings
        self._plans = tuple(plans)
        self._tuning = Tuning(memory_limit, threads)
        self._writing = threading.RLock()
        self._gate = Gate()
        self._rebuilding: float | None = None
        self._message = ""
        self._suspect: duckdb.Error | None = None
        self._applied = 0
        self._newly_opened = True  # an earlier process may have ended between a record that takes back and the rebuild
        self._last_applied = monotonic()
        self._con: duckdb.DuckDBPyConnection | None = None
        self._loader: Loader | None = None
        self._open()

    # --- reading ---

    def reader(self) -> DuckReader:
        return DuckReader(self._gate, self._suspected)

    def state(self) -> LoadState:
        return LoadState(self._applied, self._event_log.head(), self._rebuilding, self._message)

    def bookings(self, import_id: str) -> list[Booking]:
        with self._gate.reading() as con, con.cursor() as cursor:
            return books.read_bookings(cursor, import_id)

    def checksums(self) -> list[TableSum]:
        """Sorted by table. When a block cannot be read the file is made again first."""
        with self._writing:
            self._mend()
            try:
                return self._summed()
            except duckdb.Error as error:
                if not engine.is_damage(error):
                    raise
                self._suspected(error)
                self._mend()
                return self._summed()

    # --- writing ---

    def apply(self, max_rows: int = LIVE_ROWS) -> Change | None:
        """One transaction with what waits in the log, about `max_rows` rows at most; None when nothing waits. Of files that are being
        imported up to `bulk_rows`.

        Raises NoSpace when the disk is full: nothing has changed then, and the rows wait in the log.
        """
        with self._writing:
            self._mend()
            batches = self._waiting(max_rows)
            if not batches:
                self._use_quiet()
                return None
            self._last_applied = monotonic()
            try:
                applied = _apply(self._loading, batches)
            except duckdb.OutOfMemoryException:
                applied = self._apply_with_room(batches[:1])
            except duckdb.Error as error:
                if engine.disk_is_full(error):
                    raise NoSpace(
                        f"the disk is full; {len(batches)} batches wait in the log and none was applied"
                    ) from error
                if not engine.is_damage(error):
                    raise
                self._suspected(error)
                self._mend()
                applied = _apply(self._loading, self._waiting(max_rows))
            self._applied = applied.change.offset
            if tells_of_imports(batches) and self._undone_changed():
                self.rebuild()
                return replace(applied.change, offset=self._applied, tables=dict.fromkeys(TABLES, (None, None)))
            return applied.change

    def tidy(self) -> None:
        """What makes reading cheaper and can wait a moment: to be called when a transaction has been told to those who watch."""
        with self._writing:
            if self._loader is not None:
                self._loader.merge_tails()

    def warm(self) -> None:
        """Open the key indices of all tables that hold rows now, instead of at each table's first batch."""
        with self._writing:
            self._mend()
            self._loading.warm()

    def catch_up(self, progress: Progress | None = None) -> int:
        """Apply all that waits; returns the offset reached."""
        while self.apply() is not None:
            if progress is not None:
                progress(self.state())
        return self._applied

    def rebuild(self, progress: Progress | None = None) -> int:
        """Make the warehouse again from the log alone, beside the present file, and put it in its place.

        Readers go on with the present file until then. Returns the offset reached.
        """
        with self._writing:
            fresh, undone = self._path.with_name(self._path.name + ".rebuild"), undone_imports(self._event_log)
            engine.remove(fresh)
            self._tell(0.0, "rebuilding the warehouse from the log", progress)
            con = engine.connect(fresh, self._tuning)
            try:
                engine.create(con, self._settings, undone)
                self._load_facts(con, fresh, progress)
                engine.keep_plans(con, self._plans, self._settings.zone)
                con.execute("CHECKPOINT")
            finally:
                con.close()
            self._swap(fresh)
            self._tell(None, "", progress)
            _log.info("warehouse rebuilt from the log", offset=self._applied, without=sorted(undone))
            return self.rebuild(progress) if self._undone_changed() else self._applied

    def close(self) -> None:
        with self._writing:
            self._gate.close_for_change("the warehouse is closed")
            self._close_file()

    # --- within ---

    @property
    def _loading(self) -> Loader:
        if self._loader is None:
            raise RuntimeError("the warehouse is closed")
        return self._loader

    @property
    def _connection(self) -> duckdb.DuckDBPyConnection:
        if self._con is None:
            raise RuntimeError("the warehouse is closed")
        return self._con

    def _waiting(self, max_rows: int) -> list[LandedBatch]:
        """What is next in the log; events are not made to wait for more of a file than is read with them."""
        batches = list(self._event_log.read(self._loading.offset, max_rows))
        if not all(landed.batch.import_id for landed in batches):
            return batches
        rows = sum(landed.batch.received for landed in batches)
        while batches and rows < self._bulk_rows:
            following = list(self._event_log.read(batches[-1].offset, 1))
            rows += sum(landed.batch.received for landed in following)
            if rows > self._bulk_rows or not following or not following[0].batch.import_id:
                break
            batches += following
        return batches

    def _undone_changed(self) -> bool:
        """Whether an import was taken back, or brought back, since the file was made."""
        return undone_imports(self._event_log) != self._loading.undone

    def _open(self) -> None:
        """Open the file; one that cannot be used is set aside and an empty one is left, marked to be rebuilt."""
        present = self._path.exists()
        try:
            if not present and self._event_log.head():
                raise Unusable("there is none, but the log is not empty")
            self._open_file(new=not present)
        except (Unusable, duckdb.Error) as error:
            self._close_file()
            if isinstance(error, duckdb.Error) and (
                engine.is_held_elsewhere(error)
                or engine.disk_is_full(error)
                or isinstance(error, duckdb.OutOfMemoryException)
            ):
                raise  # the file is sound: another process holds it, or the machine lacks room
            self._set_aside(str(error))

    def _open_file(self, *, new: bool) -> None:
        con = self._con = engine.connect(self._path, self._tuning)
        if new:
            engine.create(con, self._settings)
        engine.check(con, self._settings, self._event_log.head())
        for name in engine.keep_plans(con, self._plans, self._settings.zone):
            _log.info("rollup filled from the facts", rollup=name)
        self._start_loading()

    def _start_loading(self) -> None:
        folder = engine.index_folder(self._path, self._connection)
        self._loader = Loader(self._connection, self._plans, self._settings.currency, self._settings.zone, folder)
        self._applied = self._loader.offset
        self._gate.open(self._connection)

    def _summed(self) -> list[TableSum]:
        self._loading.merge_tails(all_days=True)
        return checksums(self._connection)

    def _apply_with_room(self, batches: Sequence[LandedBatch]) -> Applied:
        """One change that touches very much (a cost of all products, a year later): the file is opened with more memory for it alone, for
        the limit of an open file is locked."""
        usual, roomy = self._tuning, replace(self._tuning, memory_limit=ROOMY)
        _log.warning(
            "a transaction needs more memory than usual",
            offset=batches[0].offset,
            usual=usual.memory_limit,
            given=ROOMY,
        )
        try:
            self._reopen(roomy)
            return self._loading.apply(batches)
        finally:
            self._reopen(usual)

    def _reopen(self, tuning: Tuning) -> None:
        self._gate.close_for_change("the warehouse is opened anew; ask again at once")
        self._close_file()
        self._tuning = tuning
        self._open_file(new=False)

    def _use_quiet(self) -> None:
        """When nothing has landed for a while: merge what was appended, and checkpoint if that is worth it; the latter can wait if somebody
        else's transaction is open."""
        if monotonic() - self._last_applied < QUIET_SECONDS:
            return
        self._loading.merge_tails(all_days=True)
        wal = self._path.with_name(self._path.name + ".wal")
        if not wal.exists() or wal.stat().st_size < QUIET_CHECKPOINT:
            return
        try:
            self._connection.execute("CHECKPOINT")
        except duckdb.TransactionException:
            _log.info("checkpoint put off: a transaction is open")
        self._last_applied = monotonic()

    def _set_aside(self, reason: str) -> None:
        if self._path.exists():
            engine.set_aside(self._path, reason)
        else:
            _log.warning("no warehouse file, it is made from the log", file=str(self._path), reason=reason)
        self._applied = 0
        self._tell(0.0, "the warehouse is made again from the log", None)
        self._gate.close_for_change("the warehouse is being made again from the log; ask again in a while")

    def _mend(self) -> None:
        """Before anything is written: make the file again when there is none, or when a block of it proved unreadable."""
        if self._suspect is not None:
            error, self._suspect = self._suspect, None
            self._gate.close_for_change("the warehouse file is being checked after a read error")
            self._close_file()
            self._set_aside(str(error))
        if self._loader is None or (self._newly_opened and self._undone_changed()):
            self.rebuild()
        self._newly_opened = False

    def _suspected(self, error: duckdb.Error) -> None:
        """A reader met an unreadable block; the writer sees to it."""
        if engine.is_damage(error):
            self._suspect = error

    def _load_facts(self, con: duckdb.DuckDBPyConnection, path: Path, progress: Progress | None) -> None:
        loader = Loader(
            con,
            self._plans,
            self._settings.currency,
            self._settings.zone,
            engine.index_folder(path, con),
            keep_rollups=False,
        )
        done = 0
        while batches := list(self._event_log.read(loader.offset, BULK_ROWS)):
            done += _apply(loader, batches).change.rows
            left = self._event_log.rows_after(loader.offset)
            self._tell(done / (done + left) if done + left else 1.0, "rebuilding the warehouse from the log", progress)

    def _swap(self, fresh: Path) -> None:
        self._gate.close_for_change("the rebuilt warehouse takes its place; ask again at once")
        self._close_file()
        engine.take_place(fresh, self._path)
        self._open_file(new=False)

    def _close_file(self) -> None:
        con, self._con, self._loader = self._con, None, None
        if con is not None:
            con.close()

    def _tell(self, share: float | None, message: str, progress: Progress | None) -> None:
        self._rebuilding, self._message = share, message
        if progress is not None:
            progress(self.state())


def _apply(loader: Loader, batches: Sequence[LandedBatch]) -> Applied:
    """The batches in one transaction; where that needs more memory than there is, half of them, and so on."""
    while True:
        try:
            return loader.apply(batches)
        except duckdb.OutOfMemoryException:
            if len(batches) == 1:
                raise
            batches = batches[: len(batches) // 2]
            _log.info("a transaction needs more memory than allowed, it is made smaller", batches=len(batches))
