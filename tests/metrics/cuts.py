"""Cuts: which dimensions, which grain, which days, which filter; drawn from a seed, the same in every run."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

FIRST, LAST = date(2026, 8, 24), date(2026, 11, 19)


@dataclass(frozen=True)
class Cut:
    """`keys` as a query's `by`; days from `since` to `until`, both in; `where` pairs of dimension and member."""

    keys: tuple[str, ...]
    since: date
    until: date
    where: tuple[tuple[str, str], ...] = ()

    @property
    def grain(self) -> str:
        return next((k for k in self.keys if k in ("day", "week", "month")), "")

    @property
    def dimensions(self) -> tuple[str, ...]:
        return tuple(k for k in self.keys if k not in ("day", "week", "month"))

    def cell(self, day: date) -> date:
        """The time cell of a day."""
        if self.grain == "week":
            return day - timedelta(days=day.weekday())
        return day.replace(day=1) if self.grain == "month" else day


def drawn(
    seed: str,
    dimensions: Sequence[str],
    members: dict[str, list[str]],
    *,
    count: int,
    grains: Sequence[str] = ("", "day", "week", "month"),
    first: date = FIRST,
    last: date = LAST,
) -> list[Cut]:
    """So many cuts over the dimensions given; the first has none, so that the whole is always asked."""
    dice = random.Random(seed)
    found = [Cut((), first, last)]
    for _ in range(count - 1):
        chosen = tuple(dice.sample(list(dimensions), dice.randrange(min(len(dimensions), 2) + 1)))
        grain = dice.choice(grains)
        span = (last - first).days
        since = first + timedelta(days=dice.randrange(span + 1))
        until = since + timedelta(days=dice.randrange((last - since).days + 1))
        free = [d for d in dimensions if members.get(d)]
        where: tuple[tuple[str, str], ...] = ()
        if free and dice.random() < 0.5:
            name = dice.choice(free)
            where = ((name, dice.choice(members[name])),)
        found.append(Cut((*([grain] if grain else []), *chosen), since, until, where))
    return found
