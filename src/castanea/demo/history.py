"""The order in which a world's past is told: first what every board needs, then the last thirty days, then single web events, then the
rest of the year backwards. Each piece is small enough that live events never wait long behind it."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa

from castanea.demo.arrow import Ints
from castanea.demo.incidents import day_of
from castanea.demo.ledger import Ledger
from castanea.demo.paying import SECOND
from castanea.demo.sending import BEGINNING, between
from castanea.demo.sending_orders import FirstOrders, customer_facts, order_facts, order_numbers
from castanea.demo.sending_platform import platform_facts, settlement_facts
from castanea.demo.sending_service import inquiry_facts, ticket_facts
from castanea.demo.sending_things import day_facts, dimension_facts, review_facts
from castanea.demo.sending_traffic import DayEvents, draw_events, event_facts, hourly_facts
from castanea.demo.world import CHANNELS, DayOrders, World, WorldDay

RECENT_DAYS = 30
WAITING_DAYS = 14  # an order that is still to be sent was placed within this many days (a presale's before its balance)
T = TypeVar("T")


@dataclass(frozen=True)
class Piece:
    """Rows to land together. `name` is stable, so that a piece once landed is known; `day` is what it is about (None = everything);
    `urgent` pieces are those without which the boards of the last thirty days cannot be shown."""

    name: str
    day: date | None
    urgent: bool
    tables: dict[str, pa.Table]

    @property
    def rows(self) -> int:
        return sum(t.num_rows for t in self.tables.values())


class Past:
    """All days of a world up to a day number, with the first order of every customer in every shop."""

    def __init__(self, world: World, until: int) -> None:
        self.world = world
        self.days: dict[int, WorldDay] = {}
        self.first: dict[int, FirstOrders] = {}
        self._kept: dict[tuple[str, int], Any] = {}
        self._kept_days: Container[int] = ()
        seen = np.zeros((len(CHANNELS), world.people.count), dtype=bool)
        for day in world.days(until):
            self.days[day.orders.index] = day
            self.first[day.orders.index] = _first_orders(day, seen)
        self.ledger = Ledger(world, self.days)

    def facts(self, index: int, after: int, until: int, *, events: bool | None = None) -> dict[str, pa.Table]:
        """A day's rows whose state as of `until` is newer than `after`. `events`: True only the single web events, False all but them,
        None both."""
        day, tables = self.days[index], {}
        if events is not True:
            tables.update(order_facts(self.world, day.orders, after, until))
            first = self.first[index]
            known = between(first.at, after, until)
            tables["customer"] = customer_facts(
                self.world, FirstOrders(first.channel[known], first.customer[known], first.at[known])
            )
            tables["service_ticket"] = ticket_facts(self.world, day.orders, after, until)
            tables.update({n: _in_span(t, after, until) for n, t in self._of_day(day).items()})
            if not self.has_events(index):
                tables["traffic_hourly"] = hourly_facts(self.world, day.orders, after, until)
        if events is not False and self.has_events(index):
            tables["web_event"] = event_facts(self.world, day.orders, self._events(day), after, until)
        return {name: table for name, table in tables.items() if table.num_rows}

    def has_events(self, index: int) -> bool:
        return index > -self.world.config.event_days

    def keep(self, indexes: Container[int]) -> None:
        """Forget what was drawn for days outside `indexes`; days inside are drawn once and kept."""
        self._kept_days = indexes
        self._kept = {key: value for key, value in self._kept.items() if key[1] in indexes}

    def day_rows(self, day: date, table: str) -> pa.Table:
        """What was known of a table at the end of a day (`sending_things.day_facts`)."""
        index = (day - self.world.config.last_day).days
        return day_facts(self.world, self.days[index].stock, self._recent(index))[table]

    def _recent(self, index: int) -> list[DayOrders]:
        """The orders that may still wait to be sent, those of the day itself included."""
        return [self.days[i].orders for i in range(index - WAITING_DAYS, index + 1) if i in self.days]

    def _of_day(self, day: WorldDay) -> dict[str, pa.Table]:
        """Rows that are dated by the day itself, whatever is asked: its end, the morning after, and its orders' reviews and inquiries."""
        o = day.orders

        def draw() -> dict[str, pa.Table]:
            numbers = order_numbers(o, o.order)
            reviews = review_facts(
                self.world, o.index, o.product, o.channel[o.order], numbers, o.done[o.order], o.customer[o.order]
            )
            return {
                **day_facts(self.world, day.stock, self._recent(o.index)), "review": reviews, "inquiry": inquiry_facts(self.world, o),
                "platform_daily": platform_facts(self.world, self.ledger, day),
                "settlement_line": settlement_facts(self.world, self.ledger, day),
            }  # fmt: skip

        return self._once("day", o.index, draw)

    def _events(self, day: WorldDay) -> DayEvents:
        return self._once("events", day.orders.index, lambda: draw_events(self.world, day.orders))

    def _once(self, what: str, index: int, draw: Callable[[], T]) -> T:
        if index not in self._kept_days:
            return draw()
        if (what, index) not in self._kept:
            self._kept[what, index] = draw()
        kept: T = self._kept[what, index]
        return kept


def tell(past: Past, until: int, told: Container[str] = frozenset()) -> Iterator[Piece]:
    """The past as of `until` (µs UTC), piece by piece in the order in which it should be landed, without the pieces already told."""
    if "dimensions" not in told:
        yield Piece("dimensions", None, True, dimension_facts(past.world))
    for name, index, urgent, events in _plan(past, day_index(past.world, until)):
        if name not in told:
            tables = past.facts(index, BEGINNING, until, events=events)
            yield Piece(name, day_of(past.world.config, index), urgent, tables)


def day_index(world: World, at: int) -> int:
    """The day number of a moment (µs UTC) in the shop's zone."""
    return (datetime.fromtimestamp(at / SECOND, UTC).astimezone(world.zone).date() - world.config.last_day).days


def _plan(past: Past, today: int) -> Iterator[tuple[str, int, bool, bool | None]]:
    """Name, day, urgent, events (as in `Past.facts`) of each piece."""
    first = past.world.config.first_index
    recent = range(today, max(today - RECENT_DAYS, first - 1), -1)
    for index in recent:
        yield f"day{index}", index, True, False
        if index >= today - 1 and past.has_events(index):
            yield f"events{index}", index, True, True
    for index in recent[2:]:
        if past.has_events(index):
            yield f"events{index}", index, False, True
    for index in range(recent[-1] - 1, first - 1, -1):
        yield f"day{index}", index, False, None


def _in_span(table: pa.Table, after: int, until: int) -> pa.Table:
    version = table["_version"].cast(pa.int64()).to_numpy()
    return table.take(pa.array(between(version, after, until)))


def _first_orders(day: WorldDay, seen: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> FirstOrders:
    channel, customer, at = day.orders.channel, day.orders.customer, day.orders.ordered
    order = np.argsort(at, kind="stable")
    pair: Ints = channel[order] * seen.shape[1] + customer[order]
    _, firsts = np.unique(pair, return_index=True)
    rows = order[np.sort(firsts)]
    fresh = rows[~seen[channel[rows], customer[rows]]]
    seen[channel[fresh], customer[fresh]] = True
    return FirstOrders(channel[fresh], customer[fresh], at[fresh])
