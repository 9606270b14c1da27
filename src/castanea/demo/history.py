"""The order in which a world's past is told: first what every board needs, then the last thirty days, then single web events, then the
rest of the year backwards. Each piece is small enough that live events never wait long behind it."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa

from castanea.demo.beside import day_index
from castanea.demo.incidents import day_of
from castanea.demo.ledger import Ledger
from castanea.demo.sending import BEGINNING, END, between
from castanea.demo.sending_orders import FirstOrders, customer_facts, order_facts, order_numbers
from castanea.demo.sending_platform import platform_facts, settlement_facts
from castanea.demo.sending_service import inquiry_facts, ticket_facts
from castanea.demo.sending_things import day_facts, dimension_facts, review_facts
from castanea.demo.sending_traffic import DayEvents, draw_events, event_facts, hourly_facts
from castanea.demo.world import CHANNELS, DayOrders, World, WorldDay

RECENT_DAYS = 30
WAITING_DAYS = 14  # an order that is still to be sent was placed within this many days (a presale's before its balance)
REVIEWS_BESIDE = 50_000  # their chances are drawn from streams of their own
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
    """All days of a world up to a day number, with the first order of every customer in every shop. `beside`: by day number, the orders
    that were sent beside the plan."""

    def __init__(self, world: World, until: int, beside: Mapping[int, DayOrders] = MappingProxyType({})) -> None:
        self.world = world
        self.beside = dict(beside)
        self.days: dict[int, WorldDay] = {}
        self.first: dict[int, FirstOrders] = {}
        self._kept: dict[tuple[str, int], Any] = {}
        self._kept_days: Container[int] = ()
        self._first_at = np.full((len(CHANNELS), world.people.count), END, dtype=np.int64)
        for day in world.days(until, self.beside):
            self.days[day.orders.index] = day
            self.first[day.orders.index] = self.meet(*day.all_orders)
        self.ledger = Ledger(world, self.days)

    def facts(self, index: int, after: int, until: int, *, events: bool | None = None) -> dict[str, pa.Table]:
        """A day's rows whose state as of `until` is newer than `after`. `events`: True only the single web events, False all but them,
        None both."""
        day, tables = self.days[index], {}
        if events is not True:
            tables.update(order_facts(self.world, day.orders, after, until))
            tables["customer"] = customer_facts(self.world, self._met(index, after, until))
            tables["service_ticket"] = ticket_facts(self.world, day.orders, after, until)
            tables.update({n: _in_span(t, after, until) for n, t in self._of_day(day).items()})
            if not self.has_events(index):
                tables["traffic_hourly"] = hourly_facts(self.world, day.orders, after, until)
        if events is not False and self.has_events(index):
            tables["web_event"] = event_facts(self.world, day.orders, self._events(day), after, until)
        return {name: table for name, table in tables.items() if table.num_rows}

    def meet(self, *days: DayOrders) -> FirstOrders:
        """Those of the orders that are their customers' first in a shop, as far as is known by now; from now on they are known."""
        channel, customer, at = (
            np.concatenate([getattr(d, name) for d in days]) for name in ("channel", "customer", "ordered")
        )
        order = np.argsort(at, kind="stable")
        _, firsts = np.unique(channel[order] * self._first_at.shape[1] + customer[order], return_index=True)
        rows = order[np.sort(firsts)]
        fresh = rows[at[rows] < self._first_at[channel[rows], customer[rows]]]
        self._first_at[channel[fresh], customer[fresh]] = at[fresh]
        return FirstOrders(channel[fresh], customer[fresh], at[fresh])

    def _met(self, index: int, after: int, until: int) -> FirstOrders:
        """The day's first orders in the span, but for customers who turned out to have ordered before beside the plan."""
        first = self.first[index]
        rows = between(first.at, after, until)
        rows = rows[first.at[rows] == self._first_at[first.channel[rows], first.customer[rows]]]
        return FirstOrders(first.channel[rows], first.customer[rows], first.at[rows])

    def facts_beside(self, day: DayOrders, after: int, until: int) -> dict[str, pa.Table]:
        """Rows about orders beside the plan whose state as of `until` is newer than `after`: the orders, and what follows from them."""
        numbers, of = order_numbers(day, day.order), day.order
        reviews = review_facts(
            self.world,
            day.index + REVIEWS_BESIDE,
            day.product,
            day.channel[of],
            numbers,
            day.done[of],
            day.customer[of],
        )
        return {
            **order_facts(self.world, day, after, until), "review": _in_span(reviews, after, until),
            "service_ticket": ticket_facts(self.world, day, after, until),
        }  # fmt: skip

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
        found = [self.days[i] for i in range(index - WAITING_DAYS, index + 1) if i in self.days]
        return [orders for day in found for orders in day.all_orders]

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
    rows = between(version, after, until)
    return table if len(rows) == len(version) else table.take(pa.array(rows))
