"""Open views, and the tick that keeps them up to date."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterable
from concurrent.futures import Executor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

import msgspec
import structlog

from castanea.contracts.board import BoardSpec, View
from castanea.contracts.query import Rights
from castanea.contracts.warehouse import Change, LoadState, Reader
from castanea.kit.clock import Clock, monotonic
from castanea.live.payloads import Answers, Computed, Computer
from castanea.live.views import WatchedTile, resolve, view_id
from castanea.semantics import Planner

_log = structlog.get_logger("castanea.live")
TICK, LONGEST_TICK = 0.1, 0.5
BREATH = 2.0  # a tick lasts at least this many times what it computed, so that loading gets its share of the processor
CLOCK_EVERY = 15.0  # seconds after which figures that move with the clock alone are looked at
SHOWN_AGE = timedelta(seconds=45)  # a tile whose age has grown by this is pushed though its figures stand
Push = Callable[[str, int, bytes], None]
Span = tuple[datetime | None, datetime | None]


class Boards(Protocol):
    """The boards there are, wherever they are kept."""

    def get(self, name: str) -> BoardSpec:
        """Raises NotFound, naming the nearest boards."""


@dataclass(frozen=True)
class OpenedView:
    """`board` is the JSON of the BoardSpec, `frame` that of a Frame with all tiles."""

    view_id: str
    board: bytes
    frame: bytes


@dataclass
class Watched:
    """A view that somebody watches, with what its viewers have been sent."""

    id: str
    tiles: dict[str, WatchedTile]
    rights: Rights
    tables: dict[str, frozenset[str]]
    board: bytes
    sequence: int = 0
    shown: dict[str, Computed] = field(default_factory=dict)


class Live:
    """Belongs to one event loop; tiles are computed on `pool`."""

    def __init__(
        self,
        boards: Boards,
        planner: Callable[[], Planner],
        reader: Callable[[], Reader],
        state: Callable[[], tuple[LoadState, int]],
        clock: Clock,
        pool: Executor,
    ) -> None:
        self._boards, self._planner, self._clock, self._pool = boards, planner, clock, pool
        self._computer = Computer(planner, reader, state)
        self._views: dict[str, Watched] = {}
        self._changed: dict[str, Span] = {}
        self._news = asyncio.Event()
        self._busy = asyncio.Lock()

    def changed(self, change: Change) -> None:
        """A load transaction touched these tables and times."""
        for table, span in change.tables.items():
            self._changed[table] = _joined(self._changed[table], span) if table in self._changed else span
        self._news.set()

    async def open(self, view: View, rights: Rights) -> OpenedView:
        """Compute a view and keep it up to date until it is closed. Raises NotFound for a board that does not exist."""
        number = view_id(view, rights)
        async with self._busy:
            watched = self._views.get(number)
            if watched is None:
                watched = self._watch(number, view, rights)
                await self._compute(watched, watched.tiles, Answers())
                self._views[number] = watched
            return OpenedView(number, watched.board, self._frame(watched, watched.shown))

    def close(self, number: str) -> None:
        self._views.pop(number, None)

    async def run(self, push: Push) -> None:
        """Tick until cancelled."""
        next_clock = monotonic() + CLOCK_EVERY
        while True:
            timeout = max(0.0, next_clock - monotonic())
            try:
                await asyncio.wait_for(self._news.wait(), timeout)
            except TimeoutError:
                next_clock = monotonic() + CLOCK_EVERY
            begin = monotonic()
            self._news.clear()
            changed, self._changed = self._changed, {}
            clock_moved = not changed
            if monotonic() >= next_clock:
                clock_moved, next_clock = True, monotonic() + CLOCK_EVERY
            async with self._busy:
                await self._tick(None if clock_moved else changed, push)
            took = monotonic() - begin
            await asyncio.sleep(min(max(TICK, took * BREATH), LONGEST_TICK) - min(took, TICK))

    async def _tick(self, changed: dict[str, Span] | None, push: Push) -> None:
        """Recompute what the changes touch (None: everything, the clock has moved) and push what differs."""
        answers = Answers()
        for watched in list(self._views.values()):
            touched = [name for name in watched.tiles if changed is None or _touches(watched, name, changed)]
            if not touched:
                continue
            before = dict(watched.shown)
            await self._compute(watched, touched, answers)
            different = {
                name: watched.shown[name] for name in touched if _differs(before.get(name), watched.shown[name])
            }
            for name in set(touched) - set(different):
                watched.shown[name] = before[name]
            if different:
                watched.sequence += 1
                push(watched.id, watched.sequence, self._frame(watched, different))

    def _watch(self, number: str, view: View, rights: Rights) -> Watched:
        board = self._boards.get(view.board)
        tiles = resolve(board, view)
        tables = {
            t.spec.id: frozenset().union(*(self._planner().depends_on(q) for q in t.queries.values())) for t in tiles
        }
        return Watched(number, {t.spec.id: t for t in tiles}, rights, tables, msgspec.json.encode(board))

    async def _compute(self, watched: Watched, names: Collection[str], answers: Answers) -> None:
        now, loop = self._clock.now(), asyncio.get_running_loop()
        jobs = [
            loop.run_in_executor(self._pool, self._computer.compute, watched.tiles[name], watched.rights, now, answers)
            for name in names
        ]
        for computed in await asyncio.gather(*jobs):
            watched.shown[computed.tile] = computed

    def _frame(self, watched: Watched, tiles: dict[str, Computed]) -> bytes:
        head = {"view": watched.id, "sequence": watched.sequence, "at": self._clock.now()}
        return msgspec.json.encode({**head, "tiles": [msgspec.Raw(c.payload) for c in tiles.values()]})


def _touches(watched: Watched, name: str, changed: dict[str, Span]) -> bool:
    """Whether a change may move a tile: it touched a table behind it, at a time that counts for it."""
    shown = watched.shown.get(name)
    spans: Iterable[Span] = shown.spans if shown is not None else ((None, None),)
    return any(
        table in changed and any(_overlap(changed[table], span) for span in spans) for table in watched.tables[name]
    )


def _overlap(change: Span, period: Span) -> bool:
    """A change's span is closed, a period half-open; None is open on that side."""
    begins, ends = change
    start, end = period
    return (ends is None or start is None or ends >= start) and (begins is None or end is None or begins < end)


def _joined(one: Span, other: Span) -> Span:
    begins = None if one[0] is None or other[0] is None else min(one[0], other[0])
    ends = None if one[1] is None or other[1] is None else max(one[1], other[1])
    return begins, ends


def _differs(before: Computed | None, after: Computed) -> bool:
    if before is None or before.figures != after.figures or before.freshness != after.freshness:
        return True
    return before.as_of is not None and after.as_of is not None and after.as_of - before.as_of >= SHOWN_AGE
