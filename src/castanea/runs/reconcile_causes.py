"""Why two sums differ: which sets of orders, counted differently, make up the difference to the cent."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import combinations

MOST_CAUSES = 3  # together; more would explain anything
MOST_SHIFTED = 200  # orders next to midnight that may belong to the other day
CENT = Decimal("0.005")


@dataclass(frozen=True)
class Item:
    """An order, and by how much it makes ours larger than theirs."""

    order_id: str
    amount: Decimal


@dataclass(frozen=True)
class Cause:
    """`amount` is how much of the difference (ours − theirs) it makes; `orders` are its largest, `count` is how many it has."""

    cause: str
    amount: Decimal
    count: int
    orders: tuple[Item, ...] = field(default=())

    @classmethod
    def of(cls, name: str, items: Iterable[Item], most: int) -> Cause:
        found = [item for item in items if item.amount]
        largest = sorted(found, key=lambda item: (-abs(item.amount), item.order_id))[:most]
        return cls(name, sum((item.amount for item in found), Decimal(0)), len(found), tuple(largest))


def explained(
    difference: Decimal, blocks: Sequence[Cause], shifts: Sequence[Cause], singles: Sequence[Item]
) -> tuple[Cause, ...]:
    """The fewest causes that make up the difference exactly; empty when none do.

    `blocks` are causes that hold for all their orders or none, `shifts` alternatives of which one at most holds, `singles` orders of
    which one may be missing on one side.
    """
    held = [block for block in blocks if block.amount]
    for count in range(1, MOST_CAUSES + 1):
        for chosen in combinations(held, count):
            if abs(difference - _sum(chosen)) < CENT:
                return chosen
        for chosen in combinations(held, count - 1):
            left = difference - _sum(chosen)
            shift = next((s for s in shifts if abs(s.amount - left) < CENT), None)
            if shift is not None:
                return (*chosen, shift)
        single = next((item for item in singles if abs(item.amount - difference) < CENT), None)
        if single is not None:
            return (Cause("one_order", single.amount, 1, (single,)),)
    return ()


def _sum(causes: Iterable[Cause]) -> Decimal:
    return sum((cause.amount for cause in causes), Decimal(0))


def shifts(
    before: Sequence[Item], at_start: Sequence[Item], at_end: Sequence[Item], after: Sequence[Item], most: int
) -> list[Cause]:
    """Ways in which a day may begin or end at another moment there: the first of the day belong to the day before, or its last to the day
    after, or orders of the neighbours to it. Each sequence goes away from midnight; neighbours' amounts count against ours."""
    found = []
    for items, sign in ((at_start, 1), (at_end, 1), (before, -1), (after, -1)):
        taken: list[Item] = []
        for item in items[:MOST_SHIFTED]:
            taken.append(Item(item.order_id, sign * item.amount))
            found.append(Cause.of("day_boundary", taken, most))
    return [cause for cause in found if cause.amount]
