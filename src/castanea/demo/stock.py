"""The shop's warehouse: what is sold leaves it, what runs low is ordered again, deliveries take their supplier's time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from castanea.demo.arrow import Flags, Floats, Ints
from castanea.demo.catalogue import Catalogue
from castanea.demo.config import DemoConfig
from castanea.demo.incidents import Incident


@dataclass(frozen=True)
class StockDay:
    """The end of a day: units per product. `ordered` and `received` are purchase orders placed and arrived that day:
    (number, product, units, day placed, day expected). `left` is what went out, the parts of bundles and gifts included, `came_last` the
    day number of the last receipt."""

    index: int
    day: date
    on_hand: Ints
    in_transit: Ints
    ordered: tuple[tuple[int, int, int, int, int], ...]
    received: tuple[tuple[int, int, int, int, int], ...]
    lost_units: int
    left: Ints
    came_last: Ints


class Warehouse:
    def __init__(self, catalogue: Catalogue, config: DemoConfig, incidents: Sequence[Incident]) -> None:
        self._catalogue = catalogue
        self._stock_out = next((i for i in incidents if i.name == "stock_out"), None)
        self._usual: Floats = catalogue.popularity * config.orders_per_day * 2.5
        self._on_hand = np.ceil(self._usual * (catalogue.lead_days + 26)).astype(np.int64) + 6
        self._in_transit = np.zeros(catalogue.count, dtype=np.int64)
        self._coming: list[tuple[int, int, int, int, int]] = []
        self._came = np.full(catalogue.count, config.first_index - 20, dtype=np.int64)
        self._numbers = 0

    def sell(
        self,
        index: int,
        day: date,
        product: Ints,
        quantity: Ints,
        moment: Ints,
        beside: tuple[Ints, Ints] | None = None,
    ) -> tuple[Flags, StockDay]:
        """Which of the day's lines can be served, first come first served, and the day's end. `beside`: product and quantity of lines
        sold beside the plan, out of what is left."""
        received = tuple(p for p in self._coming if p[4] <= index)
        self._coming = [p for p in self._coming if p[4] > index]
        for _, item, came, _, _ in received:
            self._on_hand[item] += came
            self._in_transit[item] -= came
            self._came[item] = index
        catalogue = self._catalogue
        units = quantity * catalogue.part_units[product]
        kept, sold = self._serve(index, self._catalogue.part[product], units, moment)
        gift = self._catalogue.gift[product]
        with_gift = kept & (gift >= 0)
        given = np.bincount(gift[with_gift], weights=quantity[with_gift], minlength=self._catalogue.count).astype(
            np.int64
        )
        sold += np.minimum(given, self._on_hand - sold)  # a gift that has run out is not given
        if beside is not None:
            more = np.bincount(
                catalogue.part[beside[0]],
                weights=beside[1] * catalogue.part_units[beside[0]],
                minlength=catalogue.count,
            )
            sold += np.minimum(more.astype(np.int64), self._on_hand - sold)
        self._on_hand -= sold
        self._usual = 0.93 * self._usual + 0.07 * sold
        ordered = self._reorder(index)
        lost = int(quantity[~kept].sum())
        return kept, StockDay(
            index, day, self._on_hand.copy(), self._in_transit.copy(), ordered, received, lost, sold, self._came.copy()
        )

    def _serve(self, index: int, product: Ints, quantity: Ints, moment: Ints) -> tuple[Flags, Ints]:
        available = self._on_hand.copy()
        if self._stock_out and self._stock_out.covers(index):
            available[self._stock_out.product] = (
                0  # the pallet stands blocked in quarantine until the delivery is cleared
            )
        order = np.lexsort((moment, product))
        sorted_units = quantity[order]
        running = np.cumsum(sorted_units)
        starts = (
            np.flatnonzero(np.r_[True, np.diff(product[order]) != 0]) if len(order) else np.zeros(0, dtype=np.int64)
        )
        before = np.zeros(len(order), dtype=np.int64)
        if len(order):
            lengths = np.diff(np.r_[starts, len(order)])
            before = np.repeat(np.r_[0, running][starts], lengths)
        kept = np.empty(len(order), dtype=bool)
        kept[order] = running - before <= available[product[order]]
        sold = np.bincount(product[kept], weights=quantity[kept], minlength=self._catalogue.count).astype(np.int64)
        return kept, sold

    def _reorder(self, index: int) -> tuple[tuple[int, int, int, int, int], ...]:
        lead = self._catalogue.lead_days
        position = self._on_hand + self._in_transit
        needed = position < self._usual * (lead + 9)
        placed = []
        for item in map(int, np.flatnonzero(needed)):
            units = int(np.ceil(max(self._usual[item] * (lead[item] + 32) - position[item], 12) / 12) * 12)
            self._numbers += 1
            placed.append((self._numbers, item, units, index, index + int(lead[item]) + (self._numbers * 7) % 4 - 1))
            self._in_transit[item] += units
        self._coming.extend(placed)
        return tuple(placed)
