"""The rows behind a number, as they are asked for and answered."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from castanea.contracts.query import Cell, Period, Query

MOST_ROWS = 200  # of one page
MOST_EXPORTED = 20_000
Why = Literal["state", "reported", "looks_back", "unknown_cut"]


@dataclass(frozen=True)
class BehindQuestion:
    """Of the query, the first metric, the filters and the time count; its cuts and its comparison do not. `source`: which of the lists of
    rows, empty = the first. `limit` is at most MOST_ROWS, in an export at most MOST_EXPORTED."""

    query: Query
    source: str = ""
    offset: int = 0
    limit: int = 50


@dataclass(frozen=True)
class RowSource:
    """A list of rows that a number is made of: those of `table` that count in a measure. `metric`: the metric that says just this measure,
    where there is one. `why`: why single rows cannot be shown (`state`: what stood at the period's end; `reported`: a figure as a platform
    gives it; `looks_back`: counted over days before the period too; `unknown_cut`: a filter is not known of these rows)."""

    id: str
    table: str
    labels: dict[str, str]
    metric: str = ""
    why: Why | None = None


@dataclass(frozen=True)
class BehindColumn:
    """`role`: time · dimension (a declared one, with `<name>_name` beside it) · text · quantity · value (what the row adds to the number)."""

    name: str
    role: Literal["time", "dimension", "text", "quantity", "value"]
    labels: dict[str, str] = field(default_factory=dict)
    unit: str = ""


@dataclass(frozen=True)
class RowsBehind:
    """A page of rows, newest first. `total` rows there are; `value` is the sum of all of them, as the number has it (None where rows are
    counted by who is behind them). Times stand in `period.zone`. Personal columns are never among them."""

    metric: str
    sources: tuple[RowSource, ...]
    source: str
    columns: tuple[BehindColumn, ...]
    rows: tuple[dict[str, Cell], ...]
    total: int
    value: str | None
    currency: str
    period: Period
