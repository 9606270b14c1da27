"""Alert rules are watched: read when data arrives, at least every minute, followed, and told; a firing one gets its cause."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any, Protocol

import structlog

from castanea.alerts import Alert
from castanea.alerts.kept import Alerts
from castanea.contracts.alert import AlertCause, AlertReadings, AlertRule
from castanea.contracts.target import Target
from castanea.kit.clock import monotonic
from castanea.kit.errors import CastaneaError

_log = structlog.get_logger("castanea.alerts")
AT_LEAST_EVERY = 60.0  # seconds
LOOK_EVERY = 1.0
BREATH = 4.0  # times the time that a round took: the boards come first
MOST_CAUSES = 8  # of one round: who fires more at once has one cause, not forty

Tell = Callable[[list[str]], None]


class Readers(Protocol):
    async def state(self) -> dict[str, Any]: ...
    async def alert_readings(self, rules: list[AlertRule], targets: list[Target]) -> list[AlertReadings]: ...
    async def alert_cause(self, alert: Alert) -> AlertCause | None: ...


class AlertWatch:
    """Belongs to one event loop."""

    def __init__(self, link: Readers, alerts: Alerts, targets: Callable[[], list[Target]]) -> None:
        self._link, self._alerts, self._targets = link, alerts, targets
        self._offset: object = None
        self._read_at = -AT_LEAST_EVERY
        self._poked = asyncio.Event()

    def poke(self) -> None:
        """A rule changed: look at once."""
        self._poked.set()

    async def run(self, tell: Tell) -> None:
        """Until it is cancelled; `tell` is given the ids of alerts that changed. What fails is logged and tried again."""
        while True:
            pause = LOOK_EVERY
            try:
                began = monotonic()
                if await self._due():
                    await self.look(tell)
                    pause = max(LOOK_EVERY, BREATH * (monotonic() - began))
            except CastaneaError as refused:  # the warehouse process is away, or starts
                _log.info("alerts wait", code=refused.code)
            except Exception:  # noqa: BLE001 - the outermost loop of a worker: it is logged, and the next round comes
                _log.exception("a round of alerts failed")
                pause = AT_LEAST_EVERY / 4
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._poked.wait(), pause)
            if self._poked.is_set():
                self._offset = None
                self._poked.clear()

    async def look(self, tell: Tell) -> None:
        """One round: read all rules, follow them, tell, and find the causes of what fired."""
        rules = await asyncio.to_thread(self._alerts.watching)
        if not rules:
            return
        told = await self._link.alert_readings(rules, await asyncio.to_thread(self._targets))
        news = await asyncio.to_thread(self._alerts.evaluate, told)
        if news.changed:
            tell(list(news.changed))
        for alert in news.fired[:MOST_CAUSES]:
            await self._explain(alert, tell)

    async def _explain(self, alert: Alert, tell: Tell) -> None:
        try:
            cause = await self._link.alert_cause(alert)
        except CastaneaError as refused:
            _log.info("an alert goes without its cause", alert=alert.id, code=refused.code)
            return
        if cause is not None:
            await asyncio.to_thread(self._alerts.set_cause, alert.id, cause)
            tell([alert.id])

    async def _due(self) -> bool:
        state = await self._link.state()
        if state.get("rebuilding") is not None:
            return False  # half a warehouse has half the sales
        offset, now = state.get("offset"), monotonic()
        if offset == self._offset and now - self._read_at < AT_LEAST_EVERY:
            return False
        self._offset, self._read_at = offset, now
        return True
