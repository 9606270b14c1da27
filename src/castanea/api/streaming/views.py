"""Which views are open, for whom, and until when."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field

from castanea.api.streaming.subscriber import Subscriber
from castanea.api.streaming.wire import Snapshot
from castanea.contracts.board import View
from castanea.contracts.query import Rights

# Frames of a view whose opening is still on its way: they may overtake it.
EARLY_VIEWS = 32
EARLY_FRAMES = 16


@dataclass(eq=False)
class OpenView:
    """`idle_since`: when the last viewer left (or the view was opened), None while somebody watches."""

    id: str
    view: View
    rights: Rights
    snapshot: Snapshot
    idle_since: float | None
    viewers: set[Subscriber] = field(default_factory=set)


class OpenViews:
    """Views by id. A view without viewers is kept for `grace` seconds, so that a dropped connection finds it again."""

    def __init__(self, grace: float) -> None:
        self._grace = grace
        self._by_id: dict[str, OpenView] = {}
        self._early: OrderedDict[str, list[tuple[int, bytes]]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._by_id)

    def get(self, view_id: str) -> OpenView | None:
        return self._by_id.get(view_id)

    def all(self) -> list[OpenView]:
        return list(self._by_id.values())

    def put(self, view_id: str, view: View, rights: Rights, frame: bytes, now: float) -> OpenView:
        """A view that was just opened (again): its newest whole frame replaces what was known."""
        snapshot = Snapshot(view_id, frame)
        known = self._by_id.get(view_id)
        if known is None:
            known = self._by_id[view_id] = OpenView(view_id, view, rights, snapshot, now)
        elif snapshot.sequence >= known.snapshot.sequence:
            known.snapshot = snapshot
        if known.idle_since is not None:
            known.idle_since = now
        for sequence, early in self._early.pop(view_id, ()):
            self.receive(view_id, sequence, early)
        return known

    def receive(self, view_id: str, sequence: int, frame: bytes) -> OpenView | None:
        """Take a frame into its view's newest; returns the view when the frame is news to its viewers."""
        found = self._by_id.get(view_id)
        if found is None:
            self._early.setdefault(view_id, []).append((sequence, frame))
            del self._early[view_id][:-EARLY_FRAMES]
            while len(self._early) > EARLY_VIEWS:
                self._early.popitem(last=False)
            return None
        if sequence <= found.snapshot.sequence:
            return None
        found.snapshot.add(sequence, frame)
        return found

    def attach(self, viewer: Subscriber, view_ids: tuple[str, ...]) -> None:
        for view_id in view_ids:
            found = self._by_id[view_id]
            found.viewers.add(viewer)
            found.idle_since = None

    def detach(self, viewer: Subscriber, now: float) -> None:
        for view_id in viewer.views:
            found = self._by_id.get(view_id)
            if found is not None:
                found.viewers.discard(viewer)
                if not found.viewers:
                    found.idle_since = now

    def take_idle(self, now: float) -> list[OpenView]:
        """Remove and return the views that nobody has watched for longer than the grace."""
        over = [v for v in self._by_id.values() if v.idle_since is not None and now - v.idle_since >= self._grace]
        for view in over:
            self.drop(view.id)
        return over

    def drop(self, view_id: str) -> None:
        self._by_id.pop(view_id, None)
        self._early.pop(view_id, None)
