"""Rollups kept by signed changes: a rollup row is the sum over the facts in its group, and goes when no fact is left in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from castanea.contracts.rollup import Contribution, RollupPlan
from castanea.warehouse.apply_facts import Moved
from castanea.warehouse.days import day_expression, quarter_hour_expression
from castanea.warehouse.lookups import Lookup
from castanea.warehouse.schema import fact, quoted, rollup


@dataclass(frozen=True)
class Branch:
    """One source of a delta: rows of `source` count `sign` times. `joins` are put after it; `instead` replaces the value of a rollup
    column (an attribute before its change)."""

    source: str
    sign: int
    joins: str = ""
    instead: Mapping[str, str] = field(default_factory=dict)


def refill(plan: RollupPlan, zone: str) -> str:
    """INSERT of the whole rollup from the facts."""
    branches = [(c, Branch(fact(c.table), 1)) for c in plan.contributions]
    return f"INSERT INTO {rollup(plan.name)} {_delta(plan, branches, zone)}"


def merge_changes(plan: RollupPlan, moved: Sequence[Moved], zone: str) -> str | None:
    """MERGE of what moved; None when nothing of it concerns the plan."""
    branches = []
    for contribution in plan.contributions:
        for change in moved:
            if change.table.name != contribution.table:
                continue
            if change.added:
                branches.append((contribution, Branch(change.added, 1)))
            if change.removed:
                branches.append((contribution, Branch(change.removed, -1)))
    return merge(plan, branches, zone) if branches else None


def merge_attribute(plan: RollupPlan, lookup: Lookup, zone: str) -> str | None:
    """MERGE that moves stored facts from an attribute's old value to its new one; `lookup.changed` holds keys, old and new."""
    branches = []
    for contribution in plan.contributions:
        for column, reference in contribution.lookups.items():
            if Lookup.of(reference) != lookup:
                continue
            join = f"JOIN {lookup.changed} changed ON {lookup.on('changed', reference[2])}"
            branches += [
                (contribution, Branch(fact(contribution.table), sign, join, {column: f"changed.{side}"}))
                for sign, side in ((-1, "old"), (1, "new"))
            ]
    return merge(plan, branches, zone) if branches else None


def merge(plan: RollupPlan, branches: Sequence[tuple[Contribution, Branch]], zone: str) -> str:
    dimensions = [quoted(c.name) for c in plan.dimensions]
    measures = [quoted(c.name) for c in plan.measures]
    on = " AND ".join(["r.bucket = d.bucket", *(f"r.{name} IS NOT DISTINCT FROM d.{name}" for name in dimensions)])
    update = ", ".join([*(f"{name} = r.{name} + d.{name}" for name in measures), "n = r.n + d.n"])
    insert = ", ".join(f"d.{name}" for name in ["bucket", *dimensions, *measures, "n"])
    return (
        f"MERGE INTO {rollup(plan.name)} r USING ({_delta(plan, branches, zone)}) d ON {on} "
        f"WHEN MATCHED AND r.n + d.n = 0 THEN DELETE WHEN MATCHED THEN UPDATE SET {update} "
        f"WHEN NOT MATCHED AND d.n <> 0 THEN INSERT VALUES ({insert})"
    )


def _delta(plan: RollupPlan, branches: Sequence[tuple[Contribution, Branch]], zone: str) -> str:
    """Grouped and signed sums over all branches."""
    rows = " UNION ALL ".join(_rows(plan, contribution, branch, zone) for contribution, branch in branches)
    dimensions = [quoted(c.name) for c in plan.dimensions]
    sums = [f"CAST(sum({quoted(c.name)}) AS {c.type}) AS {quoted(c.name)}" for c in plan.measures]
    signed = any(branch.sign < 0 for _, branch in branches)
    zero = " AND ".join(["sum(n) = 0", *(f"sum({quoted(c.name)}) = 0" for c in plan.measures)])
    having = f" HAVING NOT ({zero})" if signed else ""
    return (
        f"SELECT {', '.join(['bucket', *dimensions, *sums])}, CAST(sum(n) AS BIGINT) AS n FROM ({rows}) "
        f"GROUP BY {', '.join(['bucket', *dimensions])}{having}"
    )


def _rows(plan: RollupPlan, contribution: Contribution, branch: Branch, zone: str) -> str:
    clock = contribution.clock
    bucket = day_expression(clock, zone) if plan.grain == "day" else quarter_hour_expression(clock)
    values = {
        **contribution.dimensions,
        **{column: f"look_{number}.value" for number, column in enumerate(contribution.lookups)},
    }
    values.update(branch.instead)
    joins = [branch.joins]
    for number, (column, reference) in enumerate(contribution.lookups.items()):
        if column not in branch.instead:
            lookup = Lookup.of(reference)
            joins.append(f"LEFT JOIN {lookup.table} look_{number} ON {lookup.on(f'look_{number}', reference[2])}")
    columns = [f"{bucket} AS bucket"]
    columns += [f"CAST({values.get(c.name, 'NULL')} AS {c.type}) AS {quoted(c.name)}" for c in plan.dimensions]
    for measure in plan.measures:
        expression = contribution.measures.get(measure.name)
        value = f"coalesce({expression}, 0)" if expression is not None else "0"
        columns.append(f"CAST({'-' if branch.sign < 0 else ''}({value}) AS {measure.type}) AS {quoted(measure.name)}")
    columns.append(f"{branch.sign} AS n")
    where = f"{clock} IS NOT NULL" + (f" AND ({contribution.where})" if contribution.where else "")
    return f"SELECT {', '.join(columns)} FROM {branch.source} f {' '.join(joins)} WHERE {where}"
