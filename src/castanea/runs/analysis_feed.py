"""The form of a feed: how an analysis gets its table from the warehouse. No tables library is imported here: the server's process reads it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any, Protocol

from castanea.contracts.analysis import AnalysisField, AnalysisGroup, AnalysisWish
from castanea.contracts.query import Filter, Order, Query, TimeRange
from castanea.kit.errors import InputError

Row = dict[str, Any]


class Source(Protocol):
    """The warehouse as one reader sees it."""

    @property
    def today(self) -> date:
        """In the workspace's zone."""

    def sums(self, metric: str) -> bool:
        """Whether a metric is a sum, so that a day without rows is zero."""

    async def ask(self, query: Query) -> Told:
        """Raises what the planner raises; InputError for an answer in several currencies."""


@dataclass(frozen=True)
class Told:
    """An answer of the planner. `names`: of members, by code."""

    rows: list[Row]
    unit: str
    currency: str | None
    names: Mapping[str, str]


@dataclass(frozen=True)
class Fed:
    """What a command is given: a table as the cells of a CSV, its options as on the command line, further tables for its `file` options
    by the option's name."""

    header: tuple[str, ...]
    rows: list[tuple[Any, ...]]
    options: Mapping[str, str]
    files: Mapping[str, tuple[tuple[str, ...], list[tuple[Any, ...]]]] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    metric: str = ""
    unit: str = ""
    currency: str | None = None


@dataclass(frozen=True)
class Feed:
    """`needs`: metrics that must have values, besides the metric chosen; `bring`: canonical tables to import when they have none."""

    command: str
    group: AnalysisGroup
    make: Callable[[Source, AnalysisWish], Awaitable[Fed]]
    fields: tuple[AnalysisField, ...]
    needs: tuple[str, ...]
    bring: tuple[str, ...]


def over(days: int, today: date) -> TimeRange:
    """The last days that are over."""
    return TimeRange(since=today - timedelta(days=days), until=today - timedelta(days=1))


async def greatest(source: Source, query: Query, by: str, most: int) -> tuple[str, ...]:
    """The members of a dimension with the most of the query's first metric."""
    ranked = await source.ask(replace(query, by=(by,), order=(Order(query.metrics[0]),), limit=most))
    return tuple(str(row[by]) for row in ranked.rows if row.get(by) not in (None, ""))


def among(where: tuple[Filter, ...], by: str, members: tuple[str, ...]) -> tuple[Filter, ...]:
    return (*where, Filter(by, "in", members))


def nothing(metric: str) -> InputError:
    """What an analysis without a single value is refused with."""
    return InputError(
        f"{metric} has no values in this scope and time; choose a longer time or another scope, or import some first",
        code="analysis.no_values",
        values={"metric": metric},
    )
