"""What is declared: measures, metrics, dimensions, entities, rollups. Values; checked by `declarations`, used by the planner."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from sqlglot import exp

from castanea.contracts.rollup import RollupGrain

MeasureType = Literal["money", "quantity", "count"]
MeasureKind = Literal["sum", "count", "level", "running", "median", "report"]
SHORTER = "shorter_reports"  # measure: how many cells hold reports of a platform, but none of their own length
SURPLUS = "surplus_reports"  # measure: how many reports too many lie in a cell; 0 = every figure stands for one report
Texts = Mapping[str, str]


@dataclass(frozen=True)
class Place:
    """Where a declaration stands, for error messages."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}, line {self.line}"


@dataclass(frozen=True)
class Lookup:
    """An attribute of dimension `of`, or of the row of `table` found by the columns `on` of the fact tables `tables`."""

    table: str
    key: tuple[str, ...]
    column: str
    of: str = ""
    tables: tuple[str, ...] = ()
    where: exp.Expr | None = None


@dataclass(frozen=True)
class Part:
    """`value` of the rows of `table` where `where` holds, dated by the column `clock` (UTC timestamp, or a local DATE). `look` names
    columns that are looked up in another table."""

    table: str
    clock: str
    where: exp.Expr
    value: exp.Expr
    look: tuple[tuple[str, Lookup], ...] = ()


@dataclass(frozen=True)
class Unsold:
    """Rows of a level whose first key is in no row of `table` (by its `column`) of the `days` that end with the cell."""

    table: str
    clock: str
    column: str
    days: int
    where: exp.Expr


@dataclass(frozen=True)
class Level:
    """The last value of each `key`, of the rows where `where` holds: at the end of the period, at its start, as the mean over its time,
    or that mean times its days. With `test` (over `value`, the sum of each group of `per`) the number of groups that pass, once or at
    the end of each of the period's days."""

    table: str
    clock: str
    key: tuple[str, ...]
    value: exp.Expr
    where: exp.Expr
    at: Literal["end", "start", "average", "average_days"] = "end"
    per: tuple[str, ...] = ()
    test: exp.Expr | None = None
    days: bool = False
    unsold: Unsold | None = None

    @property
    def same(self) -> tuple[object, ...]:
        """Levels that are equal in this are read together."""
        return (self.table, self.clock, self.key, self.where, self.at, self.per, self.days, self.unsold)


@dataclass(frozen=True)
class Report:
    """A figure of platform_daily that stands as reported: one row of its scope in a cell whose length is the report's, never a sum.
    `scope` is the dimension that the row's member belongs to ('' = the shop); `scopes` are the measures of the other scopes. `latest`:
    the newest report in the cell, whatever its length."""

    value: exp.Expr
    scope: str = ""
    latest: bool = False


@dataclass(frozen=True)
class Count:
    """Distinct entities with at least `at_least` of the measure `base` (of the entity `each`, when it is named); in the `window` days
    that end with the period, or `new`: those without one in the days before."""

    entity: str
    base: str
    at_least: int = 1
    window: int | None = None
    new: bool = False
    each: str = ""


@dataclass(frozen=True)
class Measure:
    """What it is computed from: `parts` (summed in the period; with `running` up to its end, or in so many days that end with it), a
    `count`, a `level`, a `median` or a `report`. `gap`: counts of a time whose single events are not kept; where they do not know a
    cut, it is answered after that time only. `scopes`: the measures that answer for members of other scopes of platform_daily."""

    name: str
    type: MeasureType
    parts: tuple[Part, ...] = ()
    count: Count | None = None
    level: Level | None = None
    fallback: str = ""
    keeps_unknown: bool = False
    running: int | None = None  # days; 0 = all
    median: Part | None = None
    report: Report | None = None
    gap: bool = False
    scope: str | None = None
    scopes: tuple[tuple[str, str], ...] = ()
    sensitive: str = ""

    @property
    def kind(self) -> MeasureKind:
        if self.running is not None:
            return "running"
        return (
            "count"
            if self.count
            else "level"
            if self.level
            else "median"
            if self.median
            else "report"
            if self.report
            else "sum"
        )


@dataclass(frozen=True)
class Dimension:
    name: str
    labels: Texts
    aliases: tuple[str, ...]
    description: Texts
    columns: Mapping[str, exp.Expr]
    lookup: Lookup | None = None
    member_name: Lookup | None = None
    place: Place = Place("", 0)


@dataclass(frozen=True)
class Metric:
    """`formula` names measures and metrics; `words` says it in both languages. `provisional_days`, `needs_cost` and `needs_events`
    ask for notes on the answer; `within` are dimensions over which the figure is never added up."""

    name: str
    labels: Texts
    aliases: tuple[str, ...]
    formula: exp.Expr
    formula_text: str
    words: Texts
    unit: str
    additivity: Literal["additive", "semi_additive", "non_additive"]
    direction: Literal["up", "down", "none"]
    description: Texts
    owner: str
    provisional_days: int = 0
    needs_cost: bool = False
    needs_events: bool = False
    sensitive: str = ""
    within: tuple[str, ...] = ()
    place: Place = Place("", 0)


@dataclass(frozen=True)
class RollupSpec:
    """`size` is rows a day in a middling shop: the planner takes the smallest that suffices."""

    name: str
    grain: RollupGrain
    size: int
    dimensions: tuple[str, ...]
    measures: tuple[str, ...]
    entity: str = ""


@dataclass(frozen=True)
class Word:
    """A grain or cycle as people say it."""

    name: str
    labels: Texts
    aliases: tuple[str, ...]
    description: Texts = field(default_factory=dict)


@dataclass(frozen=True)
class Declarations:
    measures: Mapping[str, Measure] = field(default_factory=dict)
    metrics: Mapping[str, Metric] = field(default_factory=dict)
    dimensions: Mapping[str, Dimension] = field(default_factory=dict)
    entities: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    rollups: Mapping[str, RollupSpec] = field(default_factory=dict)
    grains: Mapping[str, Word] = field(default_factory=dict)
    cycles: Mapping[str, Word] = field(default_factory=dict)
