"""What each platform counts of its own shop, by the day of payment and the day of the refund: the truth behind its day tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from castanea.demo.arrow import Ints
from castanea.demo.sending_orders import goods_cents, postage_cents
from castanea.demo.world import BESIDE_THE_PLAN, DayOrders, World, WorldDay


@dataclass(frozen=True)
class _Rows:
    """Rows in the order of their moment; `columns` lie beside it."""

    moment: Ints
    columns: Mapping[str, Ints]

    def between(self, first: int, until: int) -> dict[str, Ints]:
        a, b = np.searchsorted(self.moment, (first, until))
        return {name: column[a:b] for name, column in self.columns.items()}


class Ledger:
    """All payments (per order and per line), orders and refunds of a world's days, to be cut by any span (µs UTC)."""

    def __init__(self, world: World, days: Mapping[int, WorldDay]) -> None:
        drawn = [orders for i in sorted(days) for orders in days[i].all_orders]
        people = world.people.count
        self.orders = _joined([(o.paid, {"channel": o.channel, "buyer": o.channel * people + o.customer,
                                         "cents": goods_cents(o) + postage_cents(o)}) for o in drawn])  # fmt: skip
        self.lines = _joined([(o.paid[o.order], {"channel": o.channel[o.order], "buyer": o.channel[o.order] * people + o.customer[o.order],
                                                 "product": o.product, "units": o.quantity, "cents": o.amount}) for o in drawn])  # fmt: skip
        self.placed = _joined([(o.ordered, {"channel": o.channel, "buyer": o.channel * people + o.customer,
                                            "cents": goods_cents(o) + postage_cents(o)}) for o in drawn])  # fmt: skip
        self.refunds = _joined([(np.where(o.refund_succeeds, o.refund_done, 0), {
            "channel": o.channel[o.order], "product": o.product, "cents": o.refund_cents}) for o in drawn])  # fmt: skip
        self.received = _joined(
            [(o.done, {"channel": o.channel, "cents": settled_cents(o), "number": _numbers(o)}) for o in drawn]
        )


def settled_cents(day: DayOrders) -> Ints:
    """What a platform owes the shop for each order: the buyer's money and what the platform bears itself."""
    return goods_cents(day) + postage_cents(day)


def _numbers(day: DayOrders) -> Ints:
    """Order numbers as they are written, without their text."""
    return day.number + int(day.day.strftime("%y%m%d")) * (10 if day.beside else 1) * BESIDE_THE_PLAN


def _joined(parts: list[tuple[Ints, dict[str, Ints]]]) -> _Rows:
    """Rows with a moment, all days together, sorted by it."""
    moment = np.concatenate([m for m, _ in parts])
    happened = np.flatnonzero(moment > 0)
    order = happened[np.argsort(moment[happened], kind="stable")]
    return _Rows(moment[order], {n: np.concatenate([c[n] for _, c in parts])[order] for n in parts[0][1]})
