"""What goes on beside requests while the server runs: frames come in, slow viewers catch up, ended sessions and idle views are closed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any

import anyio.to_thread
import msgspec
import structlog

from castanea.access import Sessions
from castanea.api.services import ApiSettings, Link
from castanea.api.streaming.hub import Hub
from castanea.kit.errors import CastaneaError, Unavailable

CATCH_UP = 0.1
STATE_EVERY = 1.0
RETRY = 0.25
# Changes of these alone are no news for a browser, and those who see parts only are not told them.
VOLATILE = frozenset({"offset", "head", "at", "rows", "rows_waiting"})
_log = structlog.get_logger("castanea.api.stream")


class Upkeep:
    """`start` and `stop` in the server's event loop."""

    def __init__(self, hub: Hub, link: Link, sessions: Sessions, settings: ApiSettings) -> None:
        self._hub = hub
        self._link = link
        self._sessions = sessions
        self._settings = settings
        self._told: Mapping[str, Any] = {}
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        idle = min(1.0, self._settings.view_grace)
        loops: tuple[tuple[float, Callable[[], Awaitable[None]]], ...] = (
            (RETRY, self._take_frames),
            (CATCH_UP, self._serve_the_slow),
            (self._settings.heartbeat, self._beat),
            (STATE_EVERY, self._watch_state),
            (self._settings.revocation_check, self._watch_sessions),
            (idle, self._hub.close_idle),
        )
        self._tasks = [asyncio.create_task(_repeat(seconds, step), name=step.__name__) for seconds, step in loops]

    async def stop(self) -> None:
        self._hub.stop()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []

    async def _take_frames(self) -> None:
        """Frames until the warehouse's process goes away; the next round opens all views again there."""
        again = asyncio.create_task(self._open_again())
        try:
            async for view_id, sequence, frame in self._link.frames():
                await self._hub.publish(view_id, sequence, frame)
        finally:
            again.cancel()
            with suppress(asyncio.CancelledError):
                await again

    async def _open_again(self) -> None:
        """Each view that was open before, as soon as it can be. Runs after `frames` has begun to listen."""
        for known in self._hub.views.all():
            while True:
                try:
                    opened = await self._link.open_view(known.view, known.rights)
                except Unavailable:
                    await asyncio.sleep(RETRY)
                    continue
                except CastaneaError as error:
                    _log.warning("view not opened again", view=known.id, code=error.code)
                    self._hub.forget(known)
                    break
                if opened.view_id == known.id:
                    self._hub.renew(known, opened.frame)
                else:
                    self._hub.forget(known)
                break

    async def _serve_the_slow(self) -> None:
        self._hub.serve_the_slow()

    async def _beat(self) -> None:
        self._hub.beat()

    async def _watch_state(self) -> None:
        if not self._hub.viewers:
            return
        try:
            state = dict(await self._link.state())
        except CastaneaError as error:
            state = {"available": False, "code": error.code}
        told = {name: value for name, value in state.items() if name not in VOLATILE}
        if told != self._told:
            self._told = told
            said, plain = ({"available": True, **each} for each in (state, told))
            self._hub.tell_state(msgspec.json.encode(said), msgspec.json.encode(plain))

    async def _watch_sessions(self) -> None:
        """Streams of ended sessions close, also when another process ended them."""
        held = self._hub.sessions_watching()
        if held:
            living = await anyio.to_thread.run_sync(self._sessions.living, held)
            self._hub.close_streams(held - living)


WORTH_A_WORD = 30  # failures in a row: while a server starts, its warehouse process is simply not there yet


async def _repeat(seconds: float, step: Callable[[], Awaitable[None]]) -> None:
    """Do a step again and again; what it raises is told once until it goes well again, and does not end it."""
    times = 0
    while True:
        try:
            await step()
            times = 0
        except CastaneaError as error:
            times += 1
            if times == WORTH_A_WORD:
                _log.warning("interrupted", step=step.__name__, code=error.code, error=str(error))
        except Exception:  # noqa: BLE001 (the outermost loop of a worker)
            _log.exception("step broke", step=step.__name__)
        await asyncio.sleep(seconds)
