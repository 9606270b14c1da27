"""The shop goes on: what its world has planned for the time that passes, and orders beside the plan at a rate that can be set."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pyarrow as pa

from castanea.demo.arrow import Ints
from castanea.demo.history import Past, day_index
from castanea.demo.incidents import day_of
from castanea.demo.paying import SECOND, UNPAID_CLOSES_AFTER
from castanea.demo.sending import BEGINNING, END
from castanea.demo.sending_orders import order_facts
from castanea.demo.sending_traffic import event_facts, extra_events
from castanea.demo.world import DayOrders, World

LOOK_BACK_DAYS = 58  # an order's last change (its refund, of a presale after the balance) comes within this many days
BESIDE_THE_PLAN = 1_000_000  # order numbers from here on were not planned


def planned(past: Past, after: int, until: int) -> dict[str, pa.Table]:
    """All rows that the world's plan brings in the span (after, until], from any day that may still change."""
    last = max(i for i in past.days)
    found: dict[str, list[pa.Table]] = defaultdict(list)
    span = range(max(past.world.config.first_index, day_index(past.world, after) - LOOK_BACK_DAYS), last + 1)
    past.keep(span)
    for index in span:
        today = index >= day_index(past.world, after) - 1
        for name, table in past.facts(index, after, until, events=None if today else False).items():
            found[name].append(table)
    return {name: pa.concat_tables(tables) for name, tables in found.items()}


def beside(world: World, after: int, until: int, per_minute: float) -> dict[str, pa.Table]:
    """Orders beside the plan, evenly spaced over the span at `per_minute`, paid at once, with the visits around them."""
    if per_minute <= 0:
        return {}
    step = int(60 * SECOND / per_minute)
    moments = np.arange(after // step + 1, until // step + 1, dtype=np.int64) * step
    if not len(moments):
        return {}
    orders = _orders_at(world, moments)
    facts = order_facts(world, orders, BEGINNING, END)
    events = extra_events(world, orders)
    facts["web_event"] = event_facts(world, orders, events, BEGINNING, END)
    return facts


def _orders_at(world: World, moments: Ints) -> DayOrders:
    index = day_index(world, int(moments[0]))
    day = day_of(world.config, index)
    rng = np.random.default_rng([world.config.seed, 99, int(moments[0] // 1000)])
    count = len(moments)
    channel = rng.choice(5, count, p=(0.40, 0.29, 0.16, 0.09, 0.06))
    customer = rng.integers(0, world.people.count, count)
    order, product, quantity, amount, discount = world.draw_lines(rng, day, channel, customer)
    no = np.zeros(count, dtype=bool)
    none, never = np.zeros(len(product), dtype=np.int64), np.zeros(count, dtype=np.int64)
    numbers = BESIDE_THE_PLAN + (moments - world.midnight(day)) // 10_000
    return DayOrders(
        index, day, numbers, channel, customer, world.people.device[customer], moments - SECOND, moments, never, never, never,
        moments + UNPAID_CLOSES_AFTER, no, no, no, order, product, quantity, amount, discount, none, none, none, none, none, np.ones(len(product), dtype=bool),
    )  # fmt: skip
