"""What moved, counted once for all rollups: planning a statement costs DuckDB more than running it on a few thousand rows, and most
rollups count the same measures of the same facts by other dimensions.

Plans whose contributions agree form a group. For a group one statement writes the rows that moved, with every clock, dimension and
measure under a short name, and each rollup then merges a plain GROUP BY over those rows:

* `n`: +1 for a row that came, -1 for one that went; `q`, `d`: its quarter hour (UTC) and its day (the workspace's);
* `c_<dimension>`, `m_<measure>`: values, null where a contribution has none;
* `in_<number>`: how often the row counts in the group's rollup of that number, null or 0: not at all.

A fact that counts by two clocks (a line by the time of its order and of its payment) is one row where both fall into one quarter hour;
it counts twice in the rollups that go by both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from castanea.contracts.rollup import Contribution, RollupPlan
from castanea.warehouse.days import Between, day_expression, days_hold_quarter_hours, quarter_hour_expression
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
        self.day = self.quarter = False
        self.values: dict[str, str] = {}  # c_ and m_ names → SQL
        self.lookups: dict[str, tuple[Lookup, dict[str, str]]] = {}
        self.members: dict[int, str] = {}  # a plan's number in its group → which rows it counts

    def takes(self, plan: RollupPlan, contribution: Contribution, number: int) -> bool:
        """Whether the contribution can join without changing what a name means."""
        if number in self.members or (contribution.table, contribution.clock) != (self.table, self.clock):
            return False
        values = _values(plan, contribution)
        same = all(self.values.get(name, sql) == sql for name, sql in values.items())
        lookups = _lookups(contribution)
        same_lookups = all(self.lookups.get(name, found) == found for name, found in lookups.items())
        return (
            same and same_lookups and not (values.keys() & self.lookups.keys() or lookups.keys() & self.values.keys())
        )

    def add(self, plan: RollupPlan, contribution: Contribution, number: int) -> None:
        self.values.update(_values(plan, contribution))
        self.lookups.update(_lookups(contribution))
        self.members[number] = contribution.where
        self.day = self.day or plan.grain == "day"
        self.quarter = self.quarter or plan.grain == "quarter_hour"

    def folds(self, other: Atom, zone: str) -> bool:
        """Whether a row can count for both in one: of one table, with the same dimensions, and no measure in both."""
        dimensions = {name: sql for name, sql in self.values.items() if name.startswith("c_")}
        others = {name: sql for name, sql in other.values.items() if name.startswith("c_")}
        measures = self.values.keys() & other.values.keys() - dimensions.keys()
        same = (self.table, dimensions, self.lookups) == (other.table, others, other.lookups)
        return same and not measures and days_hold_quarter_hours(zone)

    def select(self, source: Source, zone: str, *, folded: Atom | None = None, unless: Atom | None = None) -> str:
        """The rows of a source. `zone`: of the days. `folded` counts in the same row where that is possible; `unless`: the atom in whose
        rows those of this one are folded, so that only the others are left."""
        clock = self.clock
        quarter, day = quarter_hour_expression(clock), day_expression(clock, zone, source.between)
        columns = [f"{source.sign}::TINYINT AS n"]
        columns += [f"{quarter} AS q"] if self.quarter or (folded and folded.quarter) else []
        columns += [f"{day} AS d"] if self.day or (folded and folded.day) else []
        columns += [f"{source.instead.get(name, sql)} AS {quoted(name)}" for name, sql in self.values.items()]
        joins = [source.join]
        for place, (name, (lookup, keys)) in enumerate(self.lookups.items()):
            if name in source.instead:
                columns.append(f"{source.instead[name]} AS {quoted(name)}")
                continue
            columns.append(f"look_{place}.value AS {quoted(name)}")
            joins.append(f"LEFT JOIN {lookup.table} look_{place} ON {lookup.on(f'look_{place}', keys)}")
        counts = {number: f"({where or 'true'})::TINYINT" for number, where in self.members.items()}
        rows, where = source.name, f"{clock} IS NOT NULL"
        if folded is not None:
            rows = f"(SELECT *, {self.together(folded)} AS __folded FROM {source.name})"
            more = {name: sql for name, sql in folded.values.items() if name not in self.values}
            columns += [f"CASE WHEN __folded THEN {sql} END AS {quoted(name)}" for name, sql in more.items()]
            for number, other in folded.members.items():
                once = f"(__folded AND ({other or 'true'}))::TINYINT"
                counts[number] = f"{counts[number]} + {once}" if number in counts else once
        elif unless is not None:
            where += f" AND NOT {unless.together(self)}"
        columns += [f"{count} AS in_{number}" for number, count in counts.items()]
        return f"SELECT {', '.join(columns)} FROM {rows} f {' '.join(joins)} WHERE {where}"

    def together(self, other: Atom) -> str:
        """Whether a row's clocks are in one quarter hour, and it counts by both or by none in every rollup that goes by both."""
        pairs = {
            (self.members[n] or "true", other.members[n] or "true") for n in self.members.keys() & other.members.keys()
        }
        alike = [f"(({mine}) IS TRUE) = (({its}) IS TRUE)" for mine, its in sorted(pairs) if mine != its]
        clocks = f"{quarter_hour_expression(self.clock)} = {quarter_hour_expression(other.clock)}"
        return f"coalesce({' AND '.join([clocks, *alike])}, false)"


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
        folded = self._folded(zone)
        into = {second: first for first, second in folded.items()}
        selects = [
            atom.select(source, zone, folded=folded.get(atom), unless=into.get(atom))
            for atom in self._atoms
            for source in sources.get(atom.table, ())
        ]
        return " UNION ALL BY NAME ".join(selects) or None

    def _folded(self, zone: str) -> dict[Atom, Atom]:
        """Atoms, each with the one that is folded into its rows."""
        pairs: dict[Atom, Atom] = {}
        for first, second in combinations(self._atoms, 2):
            free = not {first, second} & {*pairs, *pairs.values()}
            if free and first.folds(second, zone):
                pairs[first] = second
        return pairs

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
