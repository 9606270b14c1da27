"""Buyers in groups: what is asked of them, and what is told. Never one buyer: a group that is shown has at least LEAST_GROUP."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from castanea.contracts.query import Filter, Period

LEAST_GROUP = 10  # buyers
MOST_DAYS = 1_500
Every = Literal["week", "month", "quarter", "year"]


@dataclass(frozen=True)
class BuyerQuestion:
    """`segments`: buyers of the last `days` days (up to yesterday) by how lately, how often and for how much they bought. `cohorts`: all
    buyers by the period of their first purchase; `every` is its length. With filters, only purchases inside them count, also as first ones."""

    kind: Literal["segments", "cohorts"]
    where: tuple[Filter, ...] = ()
    days: int = 365
    every: Every = "month"


@dataclass(frozen=True)
class BuyerSegment:
    """`segment` is `others` for buyers of segments that are too small to be shown. `paid` in the workspace's currency; `recency_days` and
    `orders` are medians of a buyer."""

    segment: str
    labels: dict[str, str]
    buyers: int
    paid: str
    share: float | None
    recency_days: float
    orders: float


@dataclass(frozen=True)
class BuyerCohort:
    """A cell: of `size` buyers whose first purchase was in `cohort`, `buyers` bought `age` periods later. Both figures are None where fewer
    than LEAST_GROUP did. `complete` is false while the period runs."""

    cohort: str
    age: int
    size: int
    buyers: int | None
    retention: float | None
    complete: bool


@dataclass(frozen=True)
class BuyerGroups:
    """`buyers` are those of the groups that are told. `withheld`: some cohorts or cells are too small to be shown, or all buyers are fewer than
    LEAST_GROUP together. `words`: the answer in a sentence by language; empty when nothing is told."""

    kind: Literal["segments", "cohorts"]
    period: Period
    currency: str
    buyers: int
    withheld: bool
    segments: tuple[BuyerSegment, ...] = ()
    cohorts: tuple[BuyerCohort, ...] = ()
    words: dict[str, str] = field(default_factory=dict)


__all__ = [
    "LEAST_GROUP", "MOST_DAYS", "BuyerCohort", "BuyerGroups", "BuyerQuestion", "BuyerSegment", "Every",
]  # fmt: skip
