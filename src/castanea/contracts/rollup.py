"""Rollup plans: values that the semantic layer builds and the loader keeps. See docs/explanation for the arithmetic.

Every fact table's change is a set of removed rows and added rows (landed + derived columns). A rollup row is the signed sum over those
rows, with `n`, the signed number of contributing rows; a rollup row whose `n` reaches 0 goes. So a rollup always equals a group-by
over the facts, whatever was corrected or taken back, and a distinct count over a rollup keyed by the counted thing stays exact.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

RollupGrain = Literal["quarter_hour", "day"]


@dataclass(frozen=True)
class Contribution:
    """What one fact table adds to a rollup by one clock. All strings are SQL expressions (DuckDB) over the fact table's columns.

    `clock` is a UTC timestamp column; rows where it is null, or where `where` is not true, add nothing. `dimensions` and `measures` map
    the rollup's columns to expressions; a measure not named adds 0. For dimension attributes (`category` of a product) `lookups`
    maps the rollup column to (dimension table, its attribute, key column → expression over the fact).
    """

    table: str
    clock: str
    where: str
    dimensions: dict[str, str]
    measures: dict[str, str]
    lookups: dict[str, tuple[str, str, dict[str, str]]]


@dataclass(frozen=True)
class RollupColumn:
    name: str
    type: str  # DuckDB type


@dataclass(frozen=True)
class RollupPlan:
    """A rollup table `rollup.<name>`: columns `bucket` (TIMESTAMP start of quarter hour, UTC; or DATE in the workspace's zone), the
    dimensions, the measures, `n` BIGINT."""

    name: str
    grain: RollupGrain
    dimensions: tuple[RollupColumn, ...]
    measures: tuple[RollupColumn, ...]
    contributions: tuple[Contribution, ...]
