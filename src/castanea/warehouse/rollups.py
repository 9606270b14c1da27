"""Rollups kept by signed changes: a rollup row is the sum over the facts in its group, and goes when no fact is left in it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

import duckdb

from castanea.contracts.rollup import RollupPlan
from castanea.warehouse.apply_facts import Moved
from castanea.warehouse.counted import Group, Source, grouped
from castanea.warehouse.days import Between
from castanea.warehouse.lookups import Lookup, all_lookups
from castanea.warehouse.schema import fact, quoted, rollup
from castanea.warehouse.spans import Span
from castanea.warehouse.tails import Tails, may_be_appended

MANY = 20_000  # counted rows from which on they are appended, as to a tail, also where they may be taken back one day
ANEW = 20_000  # counted rows, some of which take back, from which on it is worth looking whether a rollup's rows are better written anew
HELD = 2  # stored rows per counted row up to which they are: a MERGE takes several µs for each row that it changes, wherever it lies


class Rollups:
    """Keeps the rollups of the plans in one warehouse file."""

    def __init__(self, con: duckdb.DuckDBPyConnection, plans: Sequence[RollupPlan], zone: str, tails: str = "") -> None:
        """`tails`: what `self.tails.text()` was when the file was left."""
        self._con, self._zone = con, zone
        self.tails = Tails(con, plans, zone, tails)
        self._groups = grouped(plans)
        self._lookups = all_lookups(plans)
        for lookup in self._lookups:
            lookup.create(con)

    def merge(self, moved: Sequence[Moved], spans: Mapping[str, Span]) -> None:
        """Count what a transaction moved, after the facts were written. `spans`: per table the first and the last of all its times."""
        sources: dict[str, list[Source]] = defaultdict(list)
        for change in moved:
            low, high = spans[change.table.name]
            between = (low, high) if low and high else None
            if change.added:
                sources[change.table.name].append(Source(change.added, 1, between))
            if change.removed:
                sources[change.table.name].append(Source(change.removed, -1, between))
        signed = any(source.sign < 0 for each in sources.values() for source in each)
        for group in self._groups:
            rows = group.rows(sources, self._zone)
            if rows is None:
                continue
            count = int(self._con.execute(f"CREATE OR REPLACE TEMP TABLE {group.name} AS {rows}").fetchall()[0][0])
            for number, plan in group.members(list(sources)):
                if not signed and (count >= MANY or may_be_appended(plan, sources)):
                    rows = _delta(plan, group.name, number, sources, signed=False)
                    self.tails.append(plan, rows, group.name, number, _between(plan, sources))
                elif count < ANEW or not self._rewrite(plan, group.name, number, sources, count, signed=signed):
                    self.tails.merge_touched(plan, group.name, number)
                    self._con.execute(_merge(plan, group.name, number, sources, signed=signed))

    def _rewrite(
        self, plan: RollupPlan, counted: str, number: int, tables: Collection[str], count: int, *, signed: bool
    ) -> bool:
        """Write the rollup's rows of all the buckets between the first and the last that changed anew, where they are not many more than
        the `count` rows counted; else do nothing and return false. The same rows come of it as of a MERGE."""
        clock, target = _clock(plan), rollup(plan.name)
        span = f"(SELECT min({clock}) AS low, max({clock}) AS high FROM {counted} WHERE in_{number} > 0)"
        low, high, held = self._con.execute(
            f"SELECT any_value(low), any_value(high), count(bucket) FROM {span} LEFT JOIN {target} ON bucket BETWEEN low AND high"
        ).fetchall()[0]
        if low is None:
            return True
        if held > HELD * count:
            return False
        names = ", ".join(["bucket", *(quoted(c.name) for c in plan.dimensions)])
        sums = [f"sum({quoted(c.name)})::{c.type} AS {quoted(c.name)}" for c in plan.measures]
        delta = _delta(plan, counted, number, tables, signed=signed)
        self._con.execute(
            f"CREATE OR REPLACE TEMP TABLE rewritten AS SELECT {', '.join([names, *sums, 'sum(n)::BIGINT AS n'])} FROM "
            f"(FROM {target} WHERE bucket BETWEEN ? AND ? UNION ALL BY NAME {delta}) GROUP BY {names} HAVING sum(n) <> 0",
            [low, high],
        )
        self._con.execute(f"DELETE FROM {target} WHERE bucket BETWEEN ? AND ?", [low, high])
        self._con.execute(f"INSERT INTO {target} FROM rewritten")
        self._con.execute("DROP TABLE rewritten")
        return True

    def correct_attributes(self, dimension: str, sources: Sequence[str]) -> None:
        """A dimension's rows changed, no fact did yet: move the stored facts from the attribute's old value to its new one.

        `sources` name the tables of rows that came, went, or had their version lifted."""
        for lookup in self._lookups:
            if lookup.dimension == dimension and sources and lookup.find_changed(self._con, sources):
                for group in self._groups:
                    for plan in group.plans:
                        self._move_attribute(plan, lookup)
                lookup.keep_changed(self._con)

    def _move_attribute(self, plan: RollupPlan, lookup: Lookup) -> None:
        alone = Group(0)
        sources: dict[str, list[Source]] = defaultdict(list)
        alone.add(plan)
        for contribution in plan.contributions:
            for column, reference in contribution.lookups.items():
                if Lookup.of(reference) == lookup and not sources[contribution.table]:
                    join = f"JOIN {lookup.changed} changed ON {lookup.on('changed', reference[2])}"
                    sources[contribution.table] += [
                        Source(fact(contribution.table), sign, None, join, {f"c_{column}": f"changed.{side}"})
                        for sign, side in ((-1, "old"), (1, "new"))
                    ]
        rows = alone.rows(sources, self._zone)
        if rows is not None:
            self.tails.merge_all(plan)
            self._con.execute(_merge(plan, f"({rows})", 0, sources, signed=True))


def _clock(plan: RollupPlan) -> str:
    """The column of counted rows that holds the plan's bucket."""
    return "d" if plan.grain == "day" else "q"


def _between(plan: RollupPlan, sources: Mapping[str, Sequence[Source]]) -> Between | None:
    """The first and the last time of all rows that may count in the plan; None where one of them is not known."""
    spans = [source.between for c in plan.contributions for source in sources.get(c.table, ())]
    known = [span for span in spans if span]
    if not known or len(known) < len(spans):
        return None
    return min(low for low, _ in known), max(high for _, high in known)


def refill(plan: RollupPlan, zone: str) -> str:
    """INSERT of the whole rollup from the facts; the look-up tables must be there."""
    return f"INSERT INTO {rollup(plan.name)} {recount(plan, zone)}"


def recount(plan: RollupPlan, zone: str) -> str:
    """SELECT of what the rollup must hold, from the facts."""
    alone = Group(0)
    alone.add(plan)
    tables = {c.table for c in plan.contributions}
    rows = alone.rows({table: [Source(fact(table), 1)] for table in tables}, zone)
    return _delta(plan, f"({rows})", 0, tables, signed=False)


def _merge(plan: RollupPlan, source: str, number: int, tables: Collection[str], *, signed: bool) -> str:
    """MERGE of counted rows that come from the given fact tables; measures that those do not count are left alone."""
    dimensions = [quoted(c.name) for c in plan.dimensions]
    counted = {name for c in plan.contributions if c.table in tables for name in c.measures}
    on = " AND ".join(["r.bucket = d.bucket", *(f"r.{name} IS NOT DISTINCT FROM d.{name}" for name in dimensions)])
    changed = [quoted(c.name) for c in plan.measures if c.name in counted]
    update = ", ".join(f"{name} = r.{name} + d.{name}" for name in [*changed, "n"])
    insert = ", ".join(f"d.{quoted(c.name)}" for c in (*plan.dimensions, *plan.measures))
    return (
        f"MERGE INTO {rollup(plan.name)} r USING ({_delta(plan, source, number, tables, signed=signed)}) d ON {on} "
        f"WHEN MATCHED AND r.n + d.n = 0 THEN DELETE WHEN MATCHED THEN UPDATE SET {update} "
        f"WHEN NOT MATCHED AND d.n <> 0 THEN INSERT VALUES (d.bucket, {insert}, d.n)"
    )


def _delta(plan: RollupPlan, source: str, number: int, tables: Collection[str], *, signed: bool) -> str:
    """Sums over the counted rows, by the plan's bucket and dimensions; groups in which nothing changed are left out."""
    contributions = [c for c in plan.contributions if c.table in tables]
    given = {name for c in contributions for name in (*c.dimensions, *c.lookups)}
    counted = {name for c in contributions for name in c.measures}
    columns = [f"{_clock(plan)} AS bucket"]
    columns += [
        f"{quoted('c_' + c.name) if c.name in given else f'NULL::{c.type}'} AS {quoted(c.name)}"
        for c in plan.dimensions
    ]
    for measure in plan.measures:
        total = f"coalesce(sum({'n * ' if signed else ''}{quoted('m_' + measure.name)}), 0)"
        columns.append(f"{total if measure.name in counted else '0'} AS {quoted(measure.name)}")
    having = ""
    if signed:
        zero = [f"{quoted(c.name)} = 0" for c in plan.measures if c.name in counted]
        having = f" HAVING NOT ({' AND '.join([f'sum(n * in_{number}) = 0', *zero])})"
    return f"SELECT {', '.join(columns)}, sum(n * in_{number}) AS n FROM {source} WHERE in_{number} > 0 GROUP BY ALL{having}"
