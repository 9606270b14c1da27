"""What is declared: measures, metrics, dimensions, entities, rollups. Values; checked by `declarations`, used by the planner."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from sqlglot import exp

from castanea.contracts.rollup import RollupGrain

MeasureType = Literal["money", "quantity", "count"]
Texts = Mapping[str, str]


@dataclass(frozen=True)
class Place:
    """Where a declaration stands, for error messages."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}, line {self.line}"


@dataclass(frozen=True)
class Part:
    """`value` of the rows of `table` where `where` holds, dated by the column `clock` (UTC timestamp, or a local DATE)."""

    table: str
    clock: str
    where: exp.Expr
    value: exp.Expr


@dataclass(frozen=True)
class Level:
    """The last value of each `key` at or before the end of the period."""

    table: str
    clock: str
    key: tuple[str, ...]
    value: exp.Expr


@dataclass(frozen=True)
class Count:
    """Distinct entities with at least `at_least` of the measure `base`; in the `window` days that end with the period, or `new`:
    those without one in the days before."""

    entity: str
    base: str
    at_least: int = 1
    window: int | None = None
    new: bool = False


@dataclass(frozen=True)
class Measure:
    name: str
    type: MeasureType
    parts: tuple[Part, ...] = ()
    count: Count | None = None
    level: Level | None = None
    fallback: str = ""
    keeps_unknown: bool = False

    @property
    def kind(self) -> Literal["sum", "count", "level"]:
        return "count" if self.count else "level" if self.level else "sum"


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
    ask for notes on the answer."""

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
