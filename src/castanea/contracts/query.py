"""The one question shape, and its answer. All numbers on boards, in alerts, exports and the API are asked and given in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

GRAINS = ("minute", "quarter_hour", "hour", "day", "week", "month", "quarter", "year")
CYCLES = ("hour_of_day", "weekday")
COMPARISONS = ("yesterday", "previous", "last_week", "last_year")

Operator = Literal["=", "!=", "in", "not_in", "is_empty", "is_not_empty"]
Comparison = Literal["yesterday", "previous", "last_week", "last_year"]
Cell = str | int | bool | None


@dataclass(frozen=True)
class Filter:
    dimension: str
    op: Operator
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class TimeRange:
    """Either `relative` (`today`, `yesterday`, `last 30d`, `last 12m`, `this week`, `this month`, `this year`, `last 60min`), or days
    from `since` up to and with `until`, in the report's zone. "last Nd" ends yesterday; "last Nmin" ends now; "this …" ends now.
    Neither = all time.
    """

    relative: str = ""
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True)
class Order:
    by: str
    descending: bool = True


@dataclass(frozen=True)
class Query:
    """`by` holds dimension names, grains (`day`), or cycles (`weekday`), in the order of the columns.

    `zone`: empty = the workspace's, "shop" = each shop's own, else an IANA name. `clock` names a metric clock where several exist.
    """

    metrics: tuple[str, ...]
    by: tuple[str, ...] = ()
    where: tuple[Filter, ...] = ()
    time: TimeRange = TimeRange()
    compare: Comparison | None = None
    order: tuple[Order, ...] = ()
    limit: int | None = None
    totals: bool = False
    zone: str = ""


@dataclass(frozen=True)
class Rights:
    """What the asker may see. `key` is equal for two askers exactly when all answers are; tiles are shared by it."""

    key: str = "all"
    where: tuple[Filter, ...] = ()
    hidden_metrics: frozenset[str] = frozenset()


@dataclass(frozen=True)
class AnswerColumn:
    """`role`: time, dimension, metric, comparison (the same metric in the earlier period), change (share, or points for a rate)."""

    name: str
    role: Literal["time", "dimension", "metric", "comparison", "change", "currency"]
    unit: str = ""
    currency: str | None = None
    metric: str = ""


@dataclass(frozen=True)
class Period:
    """Half-open, UTC, with the local label's zone. `complete` is false while the period still runs."""

    start: datetime | None
    end: datetime | None
    zone: str
    complete: bool = True


@dataclass(frozen=True)
class QualityCause:
    code: str
    share: str
    values: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Quality:
    """0–100; under 95 a cause is given."""

    score: int
    causes: tuple[QualityCause, ...] = ()


@dataclass(frozen=True)
class Note:
    """Something that must be said where the number is shown (`refund_without_date`, `provisional`, `without_cost`)."""

    code: str
    values: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """Rows are dicts by column name; decimals are strings, unknown is None. `others` is the row of all members beyond the limit,
    `totals` the row over all members (from the planner, never a sum of the rows shown)."""

    columns: tuple[AnswerColumn, ...]
    rows: tuple[dict[str, Cell], ...]
    as_of: datetime | None
    quality: Quality
    period: Period
    compared: Period | None = None
    totals: dict[str, Cell] | None = None
    others: dict[str, Cell] | None = None
    members: int | None = None
    notes: tuple[Note, ...] = ()
    source: str = ""  # which rollup or fact table answered
