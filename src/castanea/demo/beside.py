"""Orders beside the world's plan, at a rate that can be set. They are drawn minute by minute, so that the same minutes at the same rate
give the same orders however they are cut into spans: what was sent live can be told again, with all that follows from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import UTC, datetime
from typing import NamedTuple

import numpy as np

from castanea.demo.arrow import Ints
from castanea.demo.incidents import day_of
from castanea.demo.paying import DAY, SECOND, UNPAID_CLOSES_AFTER
from castanea.demo.people import known_customers
from castanea.demo.world import BESIDE_THE_PLAN, DayOrders, World

MINUTE = 60 * SECOND
_CHANNEL_SHARES = (0.40, 0.29, 0.16, 0.09, 0.06)
_OF_LINES = frozenset(("product", "quantity", "amount", "discount", "refund_asked", "refund_done", "refund_cents", "refund_kind",
                       "refund_reason", "refund_succeeds"))  # fmt: skip


class Span(NamedTuple):
    """Orders were sent live after a moment until another (µs UTC), at a rate."""

    after: int
    until: int
    per_minute: float


def day_index(world: World, at: int) -> int:
    """The day number of a moment (µs UTC) in the shop's zone."""
    return (datetime.fromtimestamp(at / SECOND, UTC).astimezone(world.zone).date() - world.config.last_day).days


def days_beside(world: World, spans: Sequence[Span]) -> dict[int, DayOrders]:
    """All orders of the spans, paid at once, by their day number."""
    drawn: dict[int, list[DayOrders]] = {}
    for span in spans:
        if span.per_minute <= 0:
            continue
        for minute in range((span.after + 1) // MINUTE, span.until // MINUTE + 1):
            step = int(MINUTE / span.per_minute)
            moments = np.arange(-(-minute * MINUTE // step), -(-(minute + 1) * MINUTE // step), dtype=np.int64) * step
            if len(moments):
                orders = _minute(world, minute, moments)
                kept = picked(orders, (moments > span.after) & (moments <= span.until))
                if kept.orders:
                    drawn.setdefault(kept.index, []).append(kept)
    return {index: _joined(parts) for index, parts in drawn.items()}


def picked(day: DayOrders, which: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> DayOrders:
    """Only those orders, with their lines."""
    if which.all():
        return day
    lines, place = which[day.order], np.cumsum(which) - 1
    columns = {
        f.name: getattr(day, f.name)[lines if f.name in _OF_LINES else which]
        for f in fields(day)
        if f.name not in ("index", "day", "order")
    }
    return DayOrders(index=day.index, day=day.day, order=place[day.order[lines]], **columns)


def _joined(parts: list[DayOrders]) -> DayOrders:
    """Days' orders one after the other, as one."""
    if len(parts) == 1:
        return parts[0]
    starts = np.cumsum([0, *(p.orders for p in parts[:-1])])
    columns = {f.name: np.concatenate([getattr(p, f.name) for p in parts])
               for f in fields(DayOrders) if f.name not in ("index", "day", "order")}  # fmt: skip
    order = np.concatenate([p.order + start for p, start in zip(parts, starts, strict=True)])
    return DayOrders(index=parts[0].index, day=parts[0].day, order=order, **columns)


def _minute(world: World, minute: int, moments: Ints) -> DayOrders:
    config, index = world.config, day_index(world, int(moments[0]))
    day, rng, count = day_of(config, index), np.random.default_rng([config.seed, 99, minute]), len(moments)
    channel = rng.choice(5, count, p=_CHANNEL_SHARES)
    customer = rng.integers(0, known_customers(world.people, index, config.first_index, config.history_days), count)
    lines = world.draw_lines(rng, day, channel, customer)
    sent = moments + ((0.15 + 0.9 * rng.random(count)) * DAY).astype(np.int64)
    done = moments + ((2 + 4 * rng.random(count)) * DAY).astype(np.int64)
    refunds, succeeds = world.draw_refunds(index, moments, lines, rng, rng)
    never, no = np.zeros(count, dtype=np.int64), np.zeros(count, dtype=bool)
    numbers = BESIDE_THE_PLAN + (moments - world.midnight(day)) // 10_000
    return DayOrders(
        index, day, numbers, channel, customer, world.people.device[customer], moments, moments, done, never, sent,
        moments + UNPAID_CLOSES_AFTER, no, no, no, *lines, *refunds, succeeds,
    )  # fmt: skip
