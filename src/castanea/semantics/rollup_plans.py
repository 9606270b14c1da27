"""Rollup plans out of the declarations: what the loader keeps, and what the planner may answer from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlglot import exp

from castanea.contracts.rollup import Contribution, RollupColumn, RollupPlan
from castanea.semantics.expressions import on_alias
from castanea.semantics.model import Declarations, Dimension, Part, RollupSpec

TYPES = {"money": "DECIMAL(18,4)", "quantity": "DECIMAL(18,4)", "count": "BIGINT"}


@dataclass(frozen=True)
class _Placed:
    measure: str
    part: Part


def rollup_plans(declared: Declarations, currency: str) -> tuple[RollupPlan, ...]:
    """The plans of all declared rollups, in the order of their declaration. `currency` is the workspace's."""
    return tuple(_plan(spec, declared, currency) for spec in declared.rollups.values())


def _plan(spec: RollupSpec, declared: Declarations, currency: str) -> RollupPlan:
    dimensions = [RollupColumn(name, "VARCHAR") for name in spec.dimensions]
    if spec.entity:
        dimensions.append(RollupColumn(spec.entity, "UUID"))
    measures = tuple(RollupColumn(name, TYPES[declared.measures[name].type]) for name in spec.measures)
    placed: dict[tuple[str, str], list[_Placed]] = {}
    for name in spec.measures:
        for part in declared.measures[name].parts:
            if not spec.entity or part.table in declared.entities[spec.entity]:
                placed.setdefault((part.table, part.clock), []).append(_Placed(name, part))
    contributions = tuple(
        _contribution(spec, declared, table, clock, parts, currency) for (table, clock), parts in placed.items()
    )
    return RollupPlan(spec.name, spec.grain, tuple(dimensions), measures, contributions)


def _contribution(
    spec: RollupSpec, declared: Declarations, table: str, clock: str, parts: Iterable[_Placed], currency: str
) -> Contribution:
    parts = list(parts)
    wheres = list(dict.fromkeys(p.part.where for p in parts))
    any_of: exp.Expr = exp.or_(*(w.copy() for w in wheres)) if len(wheres) > 1 else wheres[0].copy()
    values: dict[str, str] = {}
    lookups: dict[str, tuple[str, str, dict[str, str]]] = {}
    for name in spec.dimensions:
        found = dimension_in_table(declared.dimensions[name], table, declared)
        if isinstance(found, exp.Expr):
            values[name] = _sql(exp.Coalesce(this=found.copy(), expressions=[exp.Literal.string("")]), currency)
        elif found is not None:
            lookups[name] = found
    if spec.entity:
        (column,) = declared.entities[spec.entity][table]
        values[spec.entity] = _sql(exp.column(exp.to_identifier(column, quoted=True)), currency)
        known = exp.Not(this=exp.Is(this=exp.column(exp.to_identifier(column, quoted=True)), expression=exp.Null()))
        any_of = exp.and_(any_of, known)
    measures = {p.measure: _sql(_value(p.part, wheres), currency) for p in parts}
    return Contribution(table, clock, _sql(any_of, currency), values, measures, lookups)


def dimension_in_table(
    dimension: Dimension, table: str, declared: Declarations
) -> exp.Expr | tuple[str, str, dict[str, str]] | None:
    """How a fact table knows a dimension: an expression, a look-up (table, column, key → expression), or not at all."""
    if table in dimension.columns:
        return dimension.columns[table]
    lookup = dimension.lookup
    if lookup is None:
        return None
    if lookup.of:
        key = dimension_in_table(declared.dimensions[lookup.of], table, declared)
        if not isinstance(key, exp.Expr):
            return None
        return lookup.table, lookup.column, {lookup.key[0]: key.sql("duckdb")}
    if table in lookup.tables:
        return lookup.table, lookup.column, {k: f'"{k}"' for k in lookup.key}
    return None


def _value(part: Part, wheres: list[exp.Expr]) -> exp.Expr:
    if len(wheres) == 1:
        return part.value.copy()
    return exp.Case(ifs=[exp.If(this=part.where.copy(), true=part.value.copy())], default=exp.Literal.number(0))


def _sql(tree: exp.Expr, currency: str) -> str:
    return on_alias(tree, "", currency).sql("duckdb")
