"""The hub: takes each frame once from the warehouse's process and hands the same bytes to all who watch.

Bounded: nothing is queued per viewer. A viewer whose buffer is full misses frames and gets the newest whole frame once there is room;
one that takes nothing for two minutes is dropped (its browser connects again). Frames that come faster than they can be handed out
wait in the socket from the warehouse's process, whose tick stretches.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from typing import Any

import anyio.to_thread
import msgspec
import structlog

from castanea.access import Principal, Sessions
from castanea.api.measurements import Measurements
from castanea.api.services import ApiSettings, Link
from castanea.api.streaming.subscriber import Subscriber, framed
from castanea.api.streaming.views import OpenView, OpenViews
from castanea.api.streaming.wire import HEARTBEAT, event, frame_event
from castanea.contracts.board import View
from castanea.contracts.query import Rights
from castanea.kit.clock import monotonic
from castanea.kit.errors import CastaneaError

STUCK = 120.0
CATCH_UP = 0.1
STATE_EVERY = 1.0
AT_ONCE = 200  # viewers served before others get the processor
_VOLATILE = frozenset({"offset", "head", "at", "rows", "rows_waiting"})
_log = structlog.get_logger("castanea.api.stream")


class Hub:
    """Lives in the server's event loop: `start` and `stop` there. All methods are called there."""

    def __init__(self, link: Link, sessions: Sessions, settings: ApiSettings, measurements: Measurements) -> None:
        self._link = link
        self._sessions = sessions
        self._settings = settings
        self._measurements = measurements
        self._views = OpenViews(settings.view_grace)
        self._boards: dict[str, tuple[float, bytes]] = {}
        self._opening: dict[tuple[View, str], asyncio.Lock] = {}
        self._viewers: set[Subscriber] = set()
        self._behind: set[Subscriber] = set()
        self._tasks: list[asyncio.Task[None]] = []
        self._state: Mapping[str, Any] = {}
        self._state_event = b""
        self.stopping = False

    @property
    def viewers(self) -> int:
        return len(self._viewers)

    def start(self) -> None:
        loops = (
            self._take_frames,
            self._serve_the_slow,
            self._beat,
            self._watch_state,
            self._watch_sessions,
            self._close_idle,
        )
        self._tasks = [asyncio.create_task(loop(), name=loop.__name__) for loop in loops]

    def close_streams(self) -> None:
        """End all open streams and accept no more; call it when the server is told to stop, before it waits for connections."""
        self.stopping = True
        for viewer in self._viewers:
            viewer.close("stopping")

    async def stop(self) -> None:
        self.close_streams()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []

    # Views

    async def open_view(self, view: View, rights: Rights) -> tuple[str, bytes, bytes]:
        """(id, board, newest whole frame as JSON) of a view; computed once for all who ask within five seconds."""
        key = (view, rights.key)
        lock = self._opening.setdefault(key, asyncio.Lock())
        async with lock:
            opened = await self._link.open_view(view, rights)
            self._views.put(opened.view_id, view, rights, opened.frame, monotonic())
            return opened.view_id, opened.board, opened.frame

    def may_watch(self, principal: Principal, view_id: str) -> bool:
        """Whether the view is open and was opened with the same rights."""
        found = self._views.get(view_id)
        return found is not None and found.rights.key == principal.rights.key

    # Viewers

    def attach(self, viewer: Subscriber, known: Mapping[str, int]) -> None:
        """Let a viewer watch its views (all open, all its own); it gets the newest frame of each it does not know at once."""
        self._viewers.add(viewer)
        self._views.attach(viewer, viewer.views)
        self._measurements.viewers.set(len(self._viewers))
        if self._state_event:
            self._write(viewer, self._state_event)
        for view_id in viewer.views:
            found = self._views.get(view_id)
            if found is not None and found.snapshot.sequence != known.get(view_id):
                self._write(viewer, found.snapshot.event())

    def detach(self, viewer: Subscriber) -> None:
        self._viewers.discard(viewer)
        self._behind.discard(viewer)
        self._views.detach(viewer, monotonic())
        self._measurements.viewers.set(len(self._viewers))

    async def publish(self, view_id: str, sequence: int, frame: bytes) -> None:
        """Hand a frame to all who watch its view."""
        found = self._views.get(view_id)
        if found is None or sequence <= found.snapshot.sequence:
            return
        begun = time.thread_time()
        found.snapshot.add(sequence, frame)
        message = frame_event(view_id, sequence, frame)
        chunk = framed(message)
        sent = skipped = 0
        for viewer in list(found.viewers):
            if viewer.sink.waiting() < 32_768 and view_id not in viewer.behind:
                viewer.sink.write(message, chunk)
                sent += 1
            else:
                skipped += 1
                viewer.behind.add(view_id)
                self._behind.add(viewer)
                viewer.stuck_since = viewer.stuck_since or monotonic()
            if (sent + skipped) % AT_ONCE == 0:
                self._measurements.fanout.inc(time.thread_time() - begun)
                await asyncio.sleep(0)
                begun = time.thread_time()
        self._measurements.fanout.inc(time.thread_time() - begun)
        self._measurements.frames.inc()
        self._measurements.messages.inc(sent)
        self._measurements.skipped.inc(skipped)

    def _write(self, viewer: Subscriber, message: bytes) -> None:
        viewer.sink.write(message, framed(message))

    # Loops

    async def _take_frames(self) -> None:
        """Frames from the warehouse's process; when it went away, open all views again as soon as it is back."""
        while True:
            try:
                async for view_id, sequence, frame in self._link.frames():
                    await self.publish(view_id, sequence, frame)
            except CastaneaError as error:
                _log.warning("no frames", code=error.code, error=str(error))
            await asyncio.sleep(0.25)
            await self._open_again()

    async def _open_again(self) -> None:
        for known in self._views.all():
            try:
                opened = await self._link.open_view(known.view, known.rights)
            except CastaneaError as error:
                _log.warning("view not opened again", view=known.id, code=error.code)
                return
            if opened.view_id != known.id:
                self._forget(known)
                continue
            await self._renew(known, opened.frame)

    async def _renew(self, known: OpenView, frame: bytes) -> None:
        """All viewers get the whole frame that a new process made; its sequence may begin anew."""
        known.snapshot = type(known.snapshot)(known.id, frame)
        message = known.snapshot.event()
        for viewer in list(known.viewers):
            self._write(viewer, message)

    def _forget(self, known: OpenView) -> None:
        """The view is gone: tell its viewers, who open it again."""
        self._views.drop(known.id)
        message = event("gone", msgspec.json.encode({"view": known.id}))
        for viewer in known.viewers:
            self._write(viewer, message)

    async def _serve_the_slow(self) -> None:
        """Whoever missed frames gets the newest whole frame of those views once its buffer has room."""
        while True:
            await asyncio.sleep(CATCH_UP)
            now = monotonic()
            for viewer in list(self._behind):
                if viewer.ready():
                    self._catch_up(viewer)
                elif viewer.stuck_since is not None and now - viewer.stuck_since > STUCK:
                    viewer.sink.abort()
                    viewer.close("stuck")

    def _catch_up(self, viewer: Subscriber) -> None:
        while viewer.behind and viewer.ready():
            found = self._views.get(viewer.behind.pop())
            if found is not None:
                self._write(viewer, found.snapshot.event())
        if not viewer.behind:
            viewer.stuck_since = None
            self._behind.discard(viewer)

    async def _beat(self) -> None:
        chunk = framed(HEARTBEAT)
        while True:
            await asyncio.sleep(self._settings.heartbeat)
            for viewer in self._viewers:
                if viewer.sink.waiting() == 0:
                    viewer.sink.write(HEARTBEAT, chunk)

    async def _watch_state(self) -> None:
        while True:
            if self._viewers:
                await self._read_state()
            await asyncio.sleep(STATE_EVERY)

    async def _read_state(self) -> None:
        try:
            state = dict(await self._link.state())
        except CastaneaError as error:
            state = {"available": False, "code": error.code}
        told = {name: value for name, value in state.items() if name not in _VOLATILE}
        if told == self._state:
            return
        self._state = told
        self._state_event = event("state", msgspec.json.encode(state))
        chunk = framed(self._state_event)
        for viewer in self._viewers:
            if viewer.ready():
                viewer.sink.write(self._state_event, chunk)

    async def _watch_sessions(self) -> None:
        """Streams of ended sessions close, also when another process ended them."""
        while True:
            await asyncio.sleep(self._settings.revocation_check)
            held = {viewer.principal.session_id for viewer in self._viewers}
            if not held:
                continue
            living = await anyio.to_thread.run_sync(self._sessions.living, held)
            for viewer in self._viewers:
                if viewer.principal.session_id not in living:
                    viewer.close("signed_out")

    def end_session(self, session_id: str) -> None:
        """Close the streams of a session that this process just ended."""
        for viewer in self._viewers:
            if viewer.principal.session_id == session_id:
                viewer.close("signed_out")

    async def _close_idle(self) -> None:
        while True:
            await asyncio.sleep(min(1.0, self._settings.view_grace))
            for view in self._views.take_idle(monotonic()):
                await self._close(view)
            self._measurements.views.set(len(self._views))

    async def _close(self, view: OpenView) -> None:
        lock = self._opening.pop((view.view, view.rights.key), None) or asyncio.Lock()
        async with lock:
            if self._views.get(view.id) is not None:
                return  # opened again meanwhile
            try:
                await self._link.close_view(view.id)
            except CastaneaError as error:
                _log.warning("view not closed", view=view.id, code=error.code)
