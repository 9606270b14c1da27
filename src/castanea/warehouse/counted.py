"""What moved, counted once for all rollups: planning a statement costs DuckDB more than running it on a few thousand rows, and most
rollups count the same measures of the same facts by other dimensions.

Plans whose contributions agree form a group. For a group one statement writes the rows that moved, with every clock, dimension and
measure under a short name, and each rollup then merges a plain GROUP BY over those rows:

* `n`: +1 for a row that came, -1 for one that went; `q`, `d`: its quarter hour (UTC) and its day (the workspace's);
* `c_<dimension>`, `m_<measure>`: values, null where a contribution has none;
* `in_<number>`: whether the row counts in the group's rollup of that number.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from castanea.contracts.rollup import Contribution, RollupPlan
from castanea.warehouse.days import Between, day_expression, quarter_hour_expression
from castanea.warehouse.lookups import Lookup
from castanea.warehouse.schema import quoted


@dataclass(frozen=True)
class Source:
    """Rows of a table (or what stands for it) that count `sign` times. `join` is put after it; `instead` replaces the expression of a
    dimension (an attribute before its change); `between` holds all its times, where that is known."""

    name: str
    sign: int
    between: Between | None = None
    join: str = ""
    instead: Mapping[str, str] = field(default_factory=dict)


class Atom:
    """Contributions of several plans by the same fact table and clock, that give equal names equal meanings."""

    def __init__(self, table: str, clock: str) -> None:
        self.table, self.clock = table, clock
        self._day = self._quarter = False
        self._values: dict[str, str] = {}  # c_ and m_ names → SQL
        self._lookups: dict[str, tuple[Lookup, dict[str, str]]] = {}
        self._members: dict[int, str] = {}  # a plan's number in its group → which rows it counts

    def takes(self, plan: RollupPlan, contribution: Contribution, number: int) -> bool:
        """Whether the contribution can join without changing what a name means."""
        if number in self._members or (contribution.table, contribution.clock) != (self.table, self.clock):
            return False
        values = _values(plan, contribution)
        same = all(self._values.get(name, sql) == sql for name, sql in values.items())
        lookups = _lookups(contribution)
        same_lookups = all(self._lookups.get(name, found) == found for name, found in lookups.items())
        return (
            same and same_lookups and not (values.keys() & self._lookups.keys() or lookups.keys() & self._values.keys())
        )

    def add(self, plan: RollupPlan, contribution: Contribution, number: int) -> None:
        self._values.update(_values(plan, contribution))
        self._lookups.update(_lookups(contribution))
        self._members[number] = contribution.where
        self._day = self._day or plan.grain == "day"
        self._quarter = self._quarter or plan.grain == "quarter_hour"

    def select(self, source: Source, zone: str) -> str:
        """`zone`: of the days."""
        clock = self.clock
        columns = [f"{source.sign}::TINYINT AS n"]
        columns += [f"{quarter_hour_expression(clock)} AS q"] if self._quarter else []
        columns += [f"{day_expression(clock, zone, source.between)} AS d"] if self._day else []
        columns += [f"{source.instead.get(name, sql)} AS {quoted(name)}" for name, sql in self._values.items()]
        joins = [source.join]
        for place, (name, (lookup, keys)) in enumerate(self._lookups.items()):
            if name in source.instead:
                columns.append(f"{source.instead[name]} AS {quoted(name)}")
                continue
            columns.append(f"look_{place}.value AS {quoted(name)}")
            joins.append(f"LEFT JOIN {lookup.table} look_{place} ON {lookup.on(f'look_{place}', keys)}")
        columns += [f"({where or 'true'}) AS in_{number}" for number, where in self._members.items()]
        return f"SELECT {', '.join(columns)} FROM {source.name} f {' '.join(joins)} WHERE {clock} IS NOT NULL"


class Group:
    """Plans that are counted together. `name` is that of the temporary table of their rows."""

    def __init__(self, number: int) -> None:
        self.name = f"temp.counted_{number}"
        self.plans: list[RollupPlan] = []
        self._atoms: list[Atom] = []
        self._types: dict[str, str] = {}

    def takes(self, plan: RollupPlan) -> bool:
        """Two plans in one group agree on what a name means in every contribution they share, and on its type."""
        types = _types(plan)
        if any(self._types.get(name, kind) != kind for name, kind in types.items()):
            return False
        number = len(self.plans)
        shared = [(a, c) for c in plan.contributions for a in self._atoms if (a.table, a.clock) == (c.table, c.clock)]
        return all(atom.takes(plan, contribution, number) for atom, contribution in shared)

    def add(self, plan: RollupPlan) -> None:
        number = len(self.plans)
        self.plans.append(plan)
        self._types.update(_types(plan))
        for contribution in plan.contributions:
            atom = next((a for a in self._atoms if a.takes(plan, contribution, number)), None)
            if atom is None:
                atom = Atom(contribution.table, contribution.clock)
                self._atoms.append(atom)
            atom.add(plan, contribution, number)

    def rows(self, sources: Mapping[str, Sequence[Source]], zone: str) -> str | None:
        """All moved rows of the group; None when no source is a table of its contributions."""
        selects = [atom.select(source, zone) for atom in self._atoms for source in sources.get(atom.table, ())]
        return " UNION ALL BY NAME ".join(selects) or None

    def members(self, tables: Sequence[str]) -> list[tuple[int, RollupPlan]]:
        """Plans, with their numbers, that count one of the tables."""
        return [(n, p) for n, p in enumerate(self.plans) if any(c.table in tables for c in p.contributions)]


def grouped(plans: Sequence[RollupPlan]) -> list[Group]:
    groups: list[Group] = []
    for plan in plans:
        group = next((g for g in groups if g.takes(plan)), None)
        if group is None:
            group = Group(len(groups))
            groups.append(group)
        group.add(plan)
    return groups


def _values(plan: RollupPlan, contribution: Contribution) -> dict[str, str]:
    dimensions = {c.name: c.type for c in plan.dimensions}
    values = {
        f"c_{name}": f"({sql})::{dimensions[name]}"
        for name, sql in contribution.dimensions.items()
        if name in dimensions
    }
    return values | {f"m_{name}": sql for name, sql in contribution.measures.items()}


def _lookups(contribution: Contribution) -> dict[str, tuple[Lookup, dict[str, str]]]:
    return {f"c_{name}": (Lookup.of(reference), reference[2]) for name, reference in contribution.lookups.items()}


def _types(plan: RollupPlan) -> dict[str, str]:
    return {**{f"c_{c.name}": c.type for c in plan.dimensions}, **{f"m_{c.name}": c.type for c in plan.measures}}
