"""The loader thread: applies what lands, at once when little waits and in large transactions when much does."""

from __future__ import annotations

import threading
from collections.abc import Callable

import structlog

from castanea.contracts.warehouse import Change
from castanea.kit.clock import monotonic
from castanea.kit.errors import CastaneaError
from castanea.warehouse import DuckWarehouse

_log = structlog.get_logger("castanea.loading")
POLL = 0.1  # seconds between looks at the log when nobody says that something landed
RETRY = 2.0
PACE = 0.08  # seconds from one small transaction to the next: boards are not pushed more often, and each costs tens of milliseconds
LARGE = 5_000  # rows; after so large a transaction the next begins at once


class Loading(threading.Thread):
    """`changed` hears of every transaction, on this thread. A fault is logged and tried again: the rows wait in the log."""

    def __init__(self, warehouse: DuckWarehouse, changed: Callable[[Change], None]) -> None:
        super().__init__(name="loading", daemon=True)
        self._warehouse, self._changed = warehouse, changed
        self._landed, self._ended = threading.Event(), threading.Event()

    def landed(self) -> None:
        """Something new lies in the log."""
        self._landed.set()

    def end(self) -> None:
        """Stops after the transaction that runs."""
        self._ended.set()
        self._landed.set()

    def run(self) -> None:
        self._try(self._warehouse.warm)
        while not self._ended.is_set():
            self._landed.clear()
            begin = monotonic()
            try:
                change = self._warehouse.apply()
            except CastaneaError as refused:
                _log.warning("loading waits", code=refused.code, why=str(refused))
                self._ended.wait(RETRY)
                continue
            except Exception:  # noqa: BLE001 - the outermost loop of a worker: what waits in the log is not lost
                _log.exception("loading failed, trying again")
                self._ended.wait(RETRY)
                continue
            if change is None:
                self._landed.wait(POLL)
                continue
            self._changed(change)
            self._try(self._warehouse.tidy)
            if change.rows < LARGE:
                self._ended.wait(max(0.0, PACE - (monotonic() - begin)))

    def _try(self, housework: Callable[[], None]) -> None:
        """Work that makes the next transaction or question cheaper, and that each is right without."""
        try:
            housework()
        except Exception:  # noqa: BLE001 - the outermost loop of a worker: nothing was changed, and it is tried again
            _log.exception("housework in the warehouse failed")
