"""The hub: takes each frame once from the warehouse's process and hands the same bytes to all who watch.

Bounded: nothing is queued per viewer. A viewer whose buffer is full misses frames and gets the newest whole frame once there is room;
one that takes nothing for two minutes is dropped (its browser connects again). Frames that come faster than they can be handed out
wait in the socket from the warehouse's process, whose tick stretches.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Mapping
from weakref import WeakValueDictionary

import msgspec

from castanea.access import Principal
from castanea.api.measurements import Measurements
from castanea.api.services import ApiSettings, Link
from castanea.api.streaming.subscriber import FULL, Subscriber, framed
from castanea.api.streaming.views import OpenView, OpenViews
from castanea.api.streaming.wire import HEARTBEAT, Snapshot, event, frame_event
from castanea.contracts.board import View
from castanea.contracts.query import Rights
from castanea.kit.clock import monotonic
from castanea.kit.errors import Busy

STUCK = 120.0
AT_ONCE = 200  # viewers served before others get the processor


class Hub:
    """Lives in the server's event loop; all methods are called there. `Upkeep` drives it."""

    def __init__(self, link: Link, settings: ApiSettings, measurements: Measurements) -> None:
        self._link = link
        self._measurements = measurements
        self._opening: WeakValueDictionary[bytes, asyncio.Lock] = WeakValueDictionary()
        self._most_views = settings.max_views
        self._viewers: set[Subscriber] = set()
        self._behind: set[Subscriber] = set()
        self._topics: dict[str, set[Subscriber]] = {}
        self._state_event = self._plain_state_event = b""
        self.views = OpenViews(settings.view_grace)
        self.stopping = False

    # Viewers

    @property
    def viewers(self) -> int:
        return len(self._viewers)

    def may_watch(self, principal: Principal, view_id: str) -> bool:
        """Whether the view is open and was opened with the same rights."""
        found = self.views.get(view_id)
        return found is not None and found.rights.key == principal.rights.key and principal.sees(found.view.board)

    def attach(self, viewer: Subscriber, known: Mapping[str, int]) -> None:
        """Let a viewer watch its views (all open, all its own); it gets the newest frame of each it does not know at once."""
        if self.stopping:
            viewer.close("stopping")
        self._viewers.add(viewer)
        self.views.attach(viewer, viewer.views)
        if viewer.topic:
            self._topics.setdefault(viewer.topic, set()).add(viewer)
            self._tell_who_is_here(viewer.topic)
        self._measurements.viewers.set(len(self._viewers))
        if self._state_event:
            _write((viewer,), self._state_for(viewer))
        for view_id in viewer.views:
            found = self.views.get(view_id)
            if found is not None and found.snapshot.sequence != known.get(view_id):
                _write((viewer,), found.snapshot.event())

    def detach(self, viewer: Subscriber) -> None:
        self._viewers.discard(viewer)
        self._behind.discard(viewer)
        self.views.detach(viewer, monotonic())
        self._leave_topic(viewer)
        self._measurements.viewers.set(len(self._viewers))

    def sessions_watching(self) -> set[str]:
        return {viewer.principal.session_id for viewer in self._viewers}

    def sessions_of(self, accounts: frozenset[str]) -> set[str]:
        """The sessions of these accounts that watch."""
        return {viewer.principal.session_id for viewer in self._viewers if viewer.principal.id in accounts}

    def close_streams(self, sessions: set[str] | None = None, reason: str = "signed_out") -> None:
        """End the streams of these sessions (None = all)."""
        for viewer in self._viewers:
            if sessions is None or viewer.principal.session_id in sessions:
                viewer.close(reason)

    def end_account(self, account_id: str) -> None:
        """End the streams of all sessions of an account."""
        self.close_streams(self.sessions_of(frozenset((account_id,))))

    def close_barred(self, board: str) -> None:
        """A board is shown to others now: whoever watches it connects again, and is let in or not."""
        for view in self.views.all():
            if view.view.board == board:
                for viewer in view.viewers:
                    viewer.close("changed")
        for viewer in self._topics.get(board, ()):
            viewer.close("changed")

    async def reopen(self, board: str) -> None:
        """A board was changed: its viewers are told that their views are gone, and open them again."""
        for view in [each for each in self.views.all() if each.view.board == board]:
            self.forget(view)
            await self._link.close_view(view.id)

    def stop(self) -> None:
        """End all streams and accept no more; call it when the server is told to stop, before it waits for its connections."""
        self.stopping = True
        self.close_streams(reason="stopping")

    # Views

    async def open_view(self, view: View, rights: Rights) -> tuple[str, bytes, bytes]:
        """(id, board, newest whole frame as JSON) of a view. Raises Busy when too many are open."""
        if len(self.views) >= self._most_views:
            raise Busy(
                f"{len(self.views)} views are open; close some pages", retry_after=30, code="server.too_many_views"
            )
        async with self._turn(view, rights):
            opened = await self._link.open_view(view, rights)
            self.views.put(opened.view_id, view, rights, opened.frame, monotonic())
            return opened.view_id, opened.board, opened.frame

    async def close_idle(self) -> None:
        """Close the views that nobody has watched for longer than the grace."""
        for over in self.views.take_idle(monotonic()):
            async with self._turn(over.view, over.rights):
                if self.views.get(over.id) is None:  # else it was opened again meanwhile
                    await self._link.close_view(over.id)
        self._measurements.views.set(len(self.views))

    def _turn(self, view: View, rights: Rights) -> asyncio.Lock:
        """Opening and closing of one view take turns; a turn is forgotten when nobody waits for it any more."""
        return self._opening.setdefault(msgspec.json.encode((view, rights.key)), asyncio.Lock())

    def renew(self, known: OpenView, frame: bytes) -> None:
        """A new warehouse process made the view again; its sequence may begin anew. All its viewers get the whole."""
        known.snapshot = Snapshot(known.id, frame)
        _write(known.viewers, known.snapshot.event())

    def forget(self, known: OpenView) -> None:
        """The view is gone: tell its viewers, who open it again."""
        self.views.drop(known.id)
        _write(known.viewers, event("gone", msgspec.json.encode({"view": known.id})))

    # Frames

    async def publish(self, view_id: str, sequence: int, frame: bytes) -> None:
        """Hand a frame to all who watch its view."""
        found = self.views.receive(view_id, sequence, frame)
        if found is None:
            return
        begun = time.thread_time()
        message = frame_event(view_id, sequence, frame)
        chunk = framed(message)
        sent = skipped = 0
        for viewer in tuple(found.viewers):
            if viewer.sink.waiting() < FULL and view_id not in viewer.behind:
                viewer.sink.write(message, chunk)
                sent += 1
            else:
                skipped += 1
                self._skip(viewer, view_id)
            if (sent + skipped) % AT_ONCE == 0:
                self._measurements.fanout.inc(time.thread_time() - begun)
                await asyncio.sleep(0)
                begun = time.thread_time()
        self._measurements.fanout.inc(time.thread_time() - begun)
        self._measurements.frames.inc()
        self._measurements.messages.inc(sent)
        self._measurements.skipped.inc(skipped)

    def _skip(self, viewer: Subscriber, view_id: str) -> None:
        viewer.behind.add(view_id)
        self._behind.add(viewer)
        if viewer.stuck_since is None:
            viewer.stuck_since = monotonic()

    def serve_the_slow(self) -> None:
        """Whoever missed frames gets the newest whole frame of those views once there is room."""
        now = monotonic()
        for viewer in tuple(self._behind):
            while viewer.behind and viewer.ready():
                found = self.views.get(viewer.behind.pop())
                if found is not None:
                    _write((viewer,), found.snapshot.event())
            if not viewer.behind:
                viewer.stuck_since = None
                self._behind.discard(viewer)
            elif viewer.stuck_since is not None and now - viewer.stuck_since > STUCK:
                viewer.sink.abort()
                viewer.close("stuck")

    # Topics: what is told once, in order, to those who look at one thing

    def tell_topic(self, topic: str, message: bytes) -> None:
        """Tell all who follow a topic. Who has not read what came before is closed, comes again, and reads the whole."""
        for viewer in self._topics.get(topic, ()):
            if viewer.ready():
                _write((viewer,), message)
            else:
                viewer.sink.abort()
                viewer.close("behind")

    def _leave_topic(self, viewer: Subscriber) -> None:
        followers = self._topics.get(viewer.topic)
        if followers is not None:
            followers.discard(viewer)
            if followers:
                self._tell_who_is_here(viewer.topic)
            else:
                del self._topics[viewer.topic]

    def _tell_who_is_here(self, topic: str) -> None:
        names = sorted({viewer.principal.name for viewer in self._topics[topic]})
        self.tell_topic(topic, event("here", msgspec.json.encode(names)))

    # To all

    def beat(self) -> None:
        """A comment to those for whom nothing waits, so that no proxy takes the line for dead."""
        _write((viewer for viewer in self._viewers if viewer.sink.waiting() == 0), HEARTBEAT)

    def tell_state(self, state: bytes, plain: bytes) -> None:
        """The load state, to all now and to everybody who comes; to those who see parts only `plain`, without counts of rows."""
        self._state_event, self._plain_state_event = event("state", state), event("state", plain)
        for viewer in self._viewers:
            if viewer.ready():
                _write((viewer,), self._state_for(viewer))

    def _state_for(self, viewer: Subscriber) -> bytes:
        return self._state_event if viewer.principal.rights == Rights() else self._plain_state_event


def _write(viewers: Iterable[Subscriber], message: bytes) -> None:
    chunk = framed(message)
    for viewer in viewers:
        viewer.sink.write(message, chunk)
