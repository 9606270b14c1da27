"""Feeds a workspace from a simulated world: the past first, then the present as it comes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Protocol

import pyarrow as pa

from castanea.demo.beside import Span, day_index, days_beside
from castanea.demo.diary import Diary
from castanea.demo.history import Past, Piece, tell
from castanea.demo.incidents import day_of
from castanea.demo.paying import DAY, HOUR, SECOND
from castanea.demo.stream import beside, planned
from castanea.demo.world import World
from castanea.kit.clock import Clock, micros

DAYS_AHEAD = 2
ROWS_WAITING = 60_000  # older history is told only while fewer rows than this wait for the loader, so live events are never behind it
PLAN_EVERY = 5 * SECOND
REFRESH_EVERY = HOUR  # nothing more becomes of an order in its first three hours
GAP_STEP = 6 * 3600 * SECOND
PAUSE = 0.5


class Shop(Protocol):
    """Where the world's facts go: the intake that anybody's data passes through."""

    def land(self, tables: dict[str, pa.Table]) -> None:
        """Land tables in their sent form together; durable when it returns."""

    def post(self, tables: dict[str, pa.Table]) -> None:
        """Send tables as events over HTTP; acknowledged when it returns."""

    def waiting(self) -> int:
        """How many landed rows the loader has not applied yet."""


class Feed:
    """`said` hears of every piece told, and None when all are. `ended` stops the feed between two pieces."""

    def __init__(
        self, diary: Diary, shop: Shop, clock: Clock, ended: threading.Event, said: Callable[[Piece | None], None]
    ) -> None:
        self._diary, self._shop, self._clock, self._ended, self._said = diary, shop, clock, ended, said
        self._world = World(diary.config)
        self._live(micros(clock.now()))
        self._beside_to = micros(clock.now())

    def run(self, per_minute: float) -> None:
        """Tell the past and go on with the present, until ended. `per_minute`: orders beside the world's own plan."""
        pieces = tell(self._past, self._diary.since, self._diary.told)
        waiting = self._tell_urgent(pieces)
        self._fill_gap()
        self._beside_to = micros(self._clock.now())
        while not self._ended.is_set():
            self._go_on(per_minute)
            if waiting is not None and self._shop.waiting() < ROWS_WAITING:
                self._tell(waiting)
                waiting = next(pieces, None)
                if waiting is None:
                    self._said(None)
            else:
                self._ended.wait(PAUSE)

    def _live(self, moment: int) -> None:
        """Live the days until shortly after a moment, with what was sent beside the plan so far."""
        self._today = day_index(self._world, moment)
        beside = days_beside(self._world, self._diary.beside)
        self._past, self._refreshed = Past(self._world, max(self._today, 0) + DAYS_AHEAD, beside), moment

    def _tell_urgent(self, pieces: Iterator[Piece]) -> Piece | None:
        """Tell pieces as long as they are urgent; the first that is not comes back."""
        for piece in pieces:
            if not piece.urgent or self._ended.is_set():
                return piece
            self._tell(piece)
        return None

    def _tell(self, piece: Piece) -> None:
        self._shop.land(piece.tables)
        self._diary.told.add(piece.name)
        self._diary.write()
        self._said(piece)

    def _fill_gap(self) -> None:
        """What the plan brought while nobody listened, landed like history."""
        now = micros(self._clock.now())
        while self._diary.cursor < now - PLAN_EVERY and not self._ended.is_set():
            until = min(now, self._diary.cursor + GAP_STEP)
            self._shop.land(planned(self._past, self._diary.cursor, until))
            self._diary.cursor = until
            self._diary.write()

    def _go_on(self, per_minute: float) -> None:
        now = micros(self._clock.now())
        if day_index(self._world, now) > self._today:
            self._go_beside(self._tomorrow() - 1, per_minute)
            self._live(now)
        self._go_beside(now, per_minute)
        if now - self._refreshed > REFRESH_EVERY:
            today = [span for span in self._diary.beside if span.until >= self._tomorrow() - DAY]
            self._past.beside.update(days_beside(self._world, today))
            self._refreshed = now
        # a day's end is told after it, when all its orders are known
        until = min(now, self._tomorrow() - SECOND - 1)
        if until - self._diary.cursor < PLAN_EVERY:
            return
        if facts := planned(self._past, self._diary.cursor, until, sent_live=True):
            self._shop.post(facts)
        self._diary.cursor = until
        self._diary.write()

    def _go_beside(self, until: int, per_minute: float) -> None:
        """Send the orders beside the plan since the last time. They are noted before they are sent: what a crash leaves unsent is told
        at the next start."""
        span = Span(self._beside_to, until, per_minute)
        if until <= self._beside_to:
            return
        self._diary.went_beside(span)
        self._beside_to = until
        if extra := beside(self._past, span):
            self._diary.write()
            self._shop.post(extra)

    def _tomorrow(self) -> int:
        return self._world.midnight(day_of(self._world.config, self._today + 1))
