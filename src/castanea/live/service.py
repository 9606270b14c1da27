"""Open views, and the tick that keeps them up to date."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

import msgspec
import structlog

from castanea.contracts.board import BoardSpec, View
from castanea.contracts.query import Rights
from castanea.contracts.target import Target
from castanea.contracts.warehouse import Change, LoadState, Reader
from castanea.kit.clock import Clock, monotonic
from castanea.live.book import AnswerBook, Held, Question, Span
from castanea.live.ground import Ground
from castanea.live.habits import Habits
from castanea.live.payloads import COSTS, Composer, Payload
from castanea.live.targets import TargetBook
from castanea.live.views import WatchedTile, resolve, view_id
from castanea.semantics import Planner

_log = structlog.get_logger("castanea.live")
TICK, LONGEST_TICK = 0.1, 0.5
BREATH = 3.0  # a tick lasts at least this many times the processor time of what it asked, so that loading gets its share of the processor
CLOCK_EVERY = 15.0  # seconds after which figures that move with the clock alone are looked at
REBUILDING_EVERY = 1.0
SHOWN_AGE = timedelta(seconds=45)  # a tile whose age has grown by this is pushed though its figures stand
Push = Callable[[str, int, bytes], None]


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
    questions: dict[str, dict[str, Question]]
    board: bytes
    rights: Rights
    sequence: int = 0
    shown: dict[str, Payload] = field(default_factory=dict)

    def asked(self) -> set[Question]:
        return {question for roles in self.questions.values() for question in roles.values()}


class Live:
    """Belongs to one event loop; questions are asked on `pool`."""

    def __init__(
        self,
        boards: Boards,
        planner: Callable[[], Planner],
        reader: Callable[[], Reader],
        state: Callable[[], tuple[LoadState, int]],
        clock: Clock,
        pool: Executor,
    ) -> None:
        self._boards, self._state, self._clock, self._pool = boards, state, clock, pool
        self._book = AnswerBook(planner, reader)
        self._habits = Habits(planner, reader)
        self._ground = Ground(reader, planner)
        self._targets = TargetBook(planner, reader)
        self._composer = Composer(state, self._habits, self._ground, self._targets)
        self._views: dict[str, Watched] = {}
        self._opening: dict[str, asyncio.Task[Watched]] = {}
        self._changed: dict[str, Span] = {}
        self._changes = 0
        self._news = asyncio.Event()
        self._rebuilding = False
        self._new_targets = False

    def changed(self, change: Change) -> None:
        """A load transaction touched these tables and times."""
        for table, span in change.tables.items():
            self._changed[table] = _joined(self._changed[table], span) if table in self._changed else span
        self._changes += 1
        self._news.set()

    def know_targets(self, targets: Iterable[Target]) -> None:
        """The targets as they are now; tiles that show one follow within a tick."""
        if self._targets.know(targets):
            self._new_targets = True
            self._news.set()

    async def open(self, view: View, rights: Rights) -> OpenedView:
        """Compute a view and keep it up to date until it is closed. Raises NotFound for a board that does not exist."""
        number = view_id(view, rights)
        watched = self._views.get(number)
        if watched is None:
            if number not in self._opening:
                opening = self._opening[number] = asyncio.create_task(self._begin(number, view, rights))
                opening.add_done_callback(lambda _: self._opening.pop(number, None))
            watched = await asyncio.shield(self._opening[number])
        return OpenedView(number, watched.board, self._frame(watched, watched.shown))

    def close(self, number: str) -> None:
        if self._views.pop(number, None) is not None:
            self._book.keep_only(set().union(*(w.asked() for w in self._views.values())))

    async def run(self, push: Push) -> None:
        """Tick until cancelled."""
        next_clock = monotonic() + CLOCK_EVERY
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), max(0.0, next_clock - monotonic()))
            begin = monotonic()
            clock_moved = begin >= next_clock
            try:
                await self._tick(push, clock_moved=clock_moved)
            except Exception:  # noqa: BLE001 - the outermost loop of a worker: the next tick tries again
                _log.exception("a tick failed")
            if clock_moved:
                next_clock = monotonic() + (REBUILDING_EVERY if self._rebuilding else CLOCK_EVERY)
            lasts = min(max(TICK, self._book.cost * BREATH), LONGEST_TICK)
            await asyncio.sleep(max(0.0, lasts - (monotonic() - begin)))

    async def _begin(self, number: str, view: View, rights: Rights) -> Watched:
        board = view.spec or self._boards.get(view.board)
        tiles = resolve(board, view)
        questions = {t.spec.id: {role: Question(q, rights) for role, q in t.queries.items()} for t in tiles}
        watched = Watched(number, {t.spec.id: t for t in tiles}, questions, msgspec.json.encode(board), rights)
        if not self._views:
            await self._look_at_sources()
        await self._look_at_ground([watched])
        changes, missing = self._changes, self._missing(watched.asked())
        answers = self._book.held(watched.asked())  # kept here: a tick may forget them while the others are asked
        answers.update(await self._book.ask_all(missing, self._clock.now(), self._pool))
        if changes != self._changes:
            await self._look_at_ground([watched])  # what the answers hold may have come after the first look
        for name in watched.tiles:
            watched.shown[name] = self._compose(watched, name, answers)
        if changes != self._changes:  # an answer may be older than a change that was already seen to: ask again
            self._book.forget(missing)
            self._news.set()
        self._views[number] = watched
        return watched

    async def _tick(self, push: Push, *, clock_moved: bool) -> None:
        """Ask again what changed (and what moved with the clock), and push the tiles that differ."""
        self._news.clear()
        changed, self._changed = self._changed, {}
        self._book.forget_touched(changed)
        if clock_moved:
            self._see_to_rebuilding()
            self._book.forget_moved(self._clock.now())
            if self._views:
                await self._look_at_sources()
        views = list(self._views.values())
        known = self._ground.present
        new_targets, self._new_targets = self._new_targets, False
        if views and (clock_moved or new_targets or not self._ground.knows(changed)):
            await self._look_at_ground(views)
        # What a tile lacked may have come with rows of another time.
        anew = clock_moved or new_targets or known != self._ground.present
        missing = self._missing(set().union(*(w.asked() for w in views)))
        await self._book.ask_all(missing, self._clock.now(), self._pool)
        for watched in views:
            if self._views.get(watched.id) is watched:
                self._push_changes(watched, missing, push, anew=anew)

    def _push_changes(self, watched: Watched, asked: set[Question], push: Push, *, anew: bool) -> None:
        different: dict[str, Payload] = {}
        for name, roles in watched.questions.items():
            if anew or not asked.isdisjoint(roles.values()):
                answers = self._book.held(roles.values())
                if len(answers) < len(set(roles.values())):
                    continue  # a view that was opened meanwhile made the book forget it: the next tick asks again
                payload = self._compose(watched, name, answers)
                if _differs(watched.shown.get(name), payload):
                    different[name] = watched.shown[name] = payload
        if different:
            watched.sequence += 1
            push(watched.id, watched.sequence, self._frame(watched, different))

    def _see_to_rebuilding(self) -> None:
        """A warehouse that was made again may hold anything."""
        rebuilding = self._state()[0].rebuilding is not None
        if self._rebuilding and not rebuilding:
            self._book.clear()
            self._ground.forget()
        self._rebuilding = rebuilding

    async def _look_at_sources(self) -> None:
        await asyncio.get_running_loop().run_in_executor(self._pool, self._habits.look, self._clock.now())

    async def _look_at_ground(self, views: Iterable[Watched]) -> None:
        tiles = [tile for watched in views for tile in watched.tiles.values()]
        needed = {table for tile in tiles for group in tile.spec.needs for table in group} | {COSTS}
        for metric in {metric for tile in tiles for query in tile.queries.values() for metric in query.metrics}:
            needed |= self._ground.tables_of(metric)
        loop, now = asyncio.get_running_loop(), self._clock.now()
        await loop.run_in_executor(self._pool, self._ground.look, needed)
        await loop.run_in_executor(self._pool, self._targets.look, now)

    def _missing(self, questions: Iterable[Question]) -> set[Question]:
        return {question for question in questions if question not in self._book}

    def _compose(self, watched: Watched, name: str, answers: Mapping[Question, Held]) -> Payload:
        held = {role: answers[question] for role, question in watched.questions[name].items()}
        return self._composer.compose(watched.tiles[name], held, self._clock.now(), watched.rights)

    def _frame(self, watched: Watched, tiles: dict[str, Payload]) -> bytes:
        head = {"view": watched.id, "sequence": watched.sequence, "at": self._clock.now()}
        return msgspec.json.encode({**head, "tiles": [msgspec.Raw(p.body) for p in tiles.values()]})


def _joined(one: Span, other: Span) -> Span:
    begins = None if one[0] is None or other[0] is None else min(one[0], other[0])
    ends = None if one[1] is None or other[1] is None else max(one[1], other[1])
    return begins, ends


def _differs(before: Payload | None, after: Payload) -> bool:
    if before is None or before.figures != after.figures:
        return True
    old, new = before.freshness, after.freshness
    if (old.state, old.source, old.share) != (new.state, new.source, new.share):
        return True
    return old.as_of is not None and new.as_of is not None and new.as_of - old.as_of >= SHOWN_AGE
