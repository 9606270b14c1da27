"""Reading one source (a rollup or a fact table) for one segment: its time as cells, its dimensions, its filters."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlglot import exp

from castanea.contracts.query import CYCLES, GRAINS
from castanea.contracts.table import Type
from castanea.contracts.tables import TABLES
from castanea.kit.grain import FINE, Shift
from castanea.kit.zones import stretches
from castanea.semantics.expressions import names_in, on_alias
from castanea.semantics.layout import FACTS, Layout, Segment
from castanea.semantics.model import Declarations, Lookup, Part
from castanea.semantics.question import Question
from castanea.semantics.rollup_plans import dimension_in_table
from castanea.semantics.templates import Parameters, Path, all_of, col, named, number, piece, shifted, text


@dataclass
class Workshop:
    """What all parts of one statement share while it is built. `watched`: all money is taken to be in the workspace's currency;
    the statement counts the rows of another one, so that the planner can tell."""

    declared: Declarations
    question: Question
    currency: str
    week_start: int
    new_buyer_days: int
    watched: bool = False
    parameters: Parameters = field(default_factory=Parameters)


@dataclass
class Scan:
    """One source read for one segment. `at` is the path of the segment, for its parameters; `table` and `clock` for facts."""

    shop: Workshop
    layout: Layout
    segment: Segment
    at: Path
    table: str = ""
    clock: str = ""
    joins: list[tuple[exp.Expr, str, exp.Expr]] = field(default_factory=list)

    @property
    def rollup(self) -> bool:
        return self.segment.source != FACTS

    @property
    def dated(self) -> bool:
        """Whether the clock is a local DATE."""
        if self.rollup:
            return self.shop.declared.rollups[self.segment.source].grain == "day"
        return TABLES[self.table].by_name[self.clock].type == Type.DATE

    @property
    def stamp(self) -> exp.Expr:
        return col("bucket" if self.rollup else self.clock, "f")

    def select(self, columns: list[exp.Expr], conditions: list[exp.Expr], *, filtered: bool = True) -> exp.Select:
        """SELECT of the columns; the time range, filters (unless not `filtered`) and shops are added to the conditions."""
        schema, name = ("rollup", self.segment.source) if self.rollup else ("fact", self.table)
        source = exp.table_(exp.to_identifier(name, quoted=True), db=schema, alias="f")
        filters = [self._filter(n) for n in range(len(self.shop.question.where))] if filtered else []
        where = [*self._range(), *conditions, *filters, *self._shops()]
        tree = exp.select(*columns, copy=False).from_(source, copy=False)
        for joined, alias, on in self.joins:
            tree = tree.join(exp.alias_(joined, alias, table=True), on=on, join_type="left", copy=False)
        condition = all_of(where)
        return tree.where(condition, copy=False) if condition is not None else tree

    def key(self, name: str) -> exp.Expr:
        """The value of a grain, cycle or dimension."""
        if name in GRAINS:
            return self._cell(name)
        if name in CYCLES:
            unit = "HOUR" if name == "hour_of_day" else "ISODOW"
            return exp.cast(exp.Extract(this=exp.Var(this=unit), expression=self._local()), "INT")
        return self.dimension(name)

    def aligned_days_only(self, keys: tuple[str, ...]) -> list[exp.Expr]:
        """Months back, some days have no counterpart (29 February, the 31st); by day or finer they are left out of the rows."""
        scope = self.layout.zones[self.segment.zone].scope
        fine = any(k in (*FINE, "day") for k in keys)
        if not (self.segment.before and fine and scope.shift and scope.shift.months):
            return []
        return [piece("EXTRACT(DAY FROM _a) = EXTRACT(DAY FROM _l)", a=self._aligned(), l=self._local())]

    def has(self, name: str) -> bool:
        """Whether the source knows the dimension by a column of its own."""
        if self.rollup:
            return name in self.shop.declared.rollups[self.segment.source].dimensions
        return self.table in self.shop.declared.dimensions[name].columns

    def dimension(self, name: str) -> exp.Expr:
        """A member's name, '' where it is unknown."""
        dimension = self.shop.declared.dimensions[name]
        if self.rollup:
            spec = self.shop.declared.rollups[self.segment.source]
            if name in spec.dimensions:
                stored = col(name, "f")
                return piece("COALESCE(_x, '')", x=stored) if dimension.lookup else stored
            lookup = dimension.lookup
            if lookup is None:
                raise AssertionError(name)
            return self._joined(name, lookup, [col(lookup.of, "f")])
        found = dimension_in_table(dimension, self.table, self.shop.declared)
        if found is None:
            return text("")
        if isinstance(found, exp.Expr):
            return piece("COALESCE(_x, '')", x=on_alias(found, "f", self.shop.currency))
        if dimension.lookup is None:
            raise AssertionError(name)
        return self._joined(name, dimension.lookup, self._lookup_keys(dimension.lookup))

    def _lookup_keys(self, lookup: Lookup) -> list[exp.Expr]:
        if lookup.of:
            key = dimension_in_table(self.shop.declared.dimensions[lookup.of], self.table, self.shop.declared)
            if not isinstance(key, exp.Expr):
                raise AssertionError(lookup.of)
            return [on_alias(key, "f", self.shop.currency)]
        return [col(k, "f") for k in lookup.key]

    def _joined(self, name: str, lookup: Lookup, keys: list[exp.Expr]) -> exp.Expr:
        alias = f"look_{name}"
        if all(alias != known for _, known, _ in self.joins):
            on = [exp.EQ(this=col(k, alias), expression=value) for k, value in zip(lookup.key, keys, strict=True)]
            self.joins.append((newest(lookup, None), alias, exp.and_(*on)))
        return piece("COALESCE(_x, '')", x=col("value", alias))

    def valued(self, tree: exp.Expr, part: Part | None = None) -> exp.Expr:
        """An expression of a declaration over the fact's columns and over those that the part looks up elsewhere."""
        looked_up: dict[str, exp.Expr] = {}
        used = set(names_in(tree))
        for name, lookup in part.look if part else ():
            if name in used:
                alias = f"also_{name}"
                if all(alias != known for _, known, _ in self.joins):
                    on = [exp.EQ(this=col(k, alias), expression=col(k, "f")) for k in lookup.key]
                    self.joins.append((newest(lookup, None), alias, exp.and_(*on)))
                looked_up[name] = col("value", alias)
        return on_alias(tree, "f", self.shop.currency, looked_up)

    def _range(self) -> list[exp.Expr]:
        """[low, high) over the clock; without a bound, rows that have the time at all."""
        form = "date" if self.dated else "stamp"
        found: list[exp.Expr] = []
        if self.segment.low is not None:
            found.append(exp.GTE(this=self.stamp, expression=self.shop.parameters.bind(*self.at, "low", form)))
        if self.segment.high is not None:
            found.append(exp.LT(this=self.stamp, expression=self.shop.parameters.bind(*self.at, "high", form)))
        if not found and not self.rollup:
            found.append(piece("_x IS NOT NULL", x=self.stamp))
        return found

    def _filter(self, index: int) -> exp.Expr:
        condition = self.shop.question.where[index]
        member = self.dimension(condition.dimension)
        if condition.op == "is_empty":
            return exp.EQ(this=member, expression=text(""))
        if condition.op == "is_not_empty":
            return exp.NEQ(this=member, expression=text(""))
        values = [self.shop.parameters.bind("where", index, k) for k in range(len(condition.values))]
        inside = exp.In(this=member, expressions=values)
        return inside if condition.op == "in" else exp.Not(this=inside)

    def _shops(self) -> list[exp.Expr]:
        group = self.layout.zones[self.segment.zone]
        if not group.shops:
            return []
        values = [self.shop.parameters.bind("shop", self.segment.zone, k) for k in range(len(group.shops))]
        inside = exp.In(this=self.dimension("shop"), expressions=values)
        return [exp.Not(this=inside) if group.rest else inside]

    def local_day(self) -> exp.Expr:
        """The day on the wall, not moved onto another period."""
        return self.stamp if self.dated else exp.cast(self._local(), "DATE")

    def _local(self) -> exp.Expr:
        """The clock on the wall: a TIMESTAMP, or the DATE itself where days are stored."""
        if self.dated:
            return self.stamp
        offsets = stretches(self.layout.zones[self.segment.zone].scope.zone, self.segment.low, self.segment.high)
        if len(offsets) == 1:
            return shifted(self.stamp, offsets[0].minutes, "MINUTE")
        branches = [
            exp.If(
                this=exp.GTE(this=self.stamp, expression=self.shop.parameters.bind(*self.at, "jump", k)),
                true=shifted(self.stamp, offsets[k].minutes, "MINUTE"),
            )
            for k in range(len(offsets) - 1, 0, -1)
        ]
        return exp.Case(ifs=branches, default=shifted(self.stamp, offsets[0].minutes, "MINUTE"))

    def _aligned(self) -> exp.Expr:
        """The clock on the wall, moved onto the period it is compared with."""
        scope = self.layout.zones[self.segment.zone].scope
        local = self._local()
        if not self.segment.before or scope.shift is None:
            return local
        shift: Shift = scope.shift
        if self.dated and not shift.months:
            return exp.Add(this=local, expression=number(shift.days)) if shift.days else local
        return shifted(shifted(shifted(local, shift.months, "MONTH"), shift.days, "DAY"), scope.shift_minutes, "MINUTE")

    def _cell(self, grain: str) -> exp.Expr:
        aligned = self._aligned()
        if grain in FINE:
            return self._second_hour(_truncated(aligned, grain))
        if grain == "day":
            return aligned if self.dated and not self._months_back else exp.cast(aligned, "DATE")
        if grain == "week" and self.shop.week_start != 1:
            later = exp.cast(shifted(exp.cast(aligned, "TIMESTAMP"), 8 - self.shop.week_start, "DAY"), "DATE")
            return exp.Sub(this=_truncated(later, "week"), expression=number(8 - self.shop.week_start))
        return _truncated(aligned, grain)

    @property
    def _months_back(self) -> bool:
        shift = self.layout.zones[self.segment.zone].scope.shift
        return bool(self.segment.before and shift and shift.months)

    def _second_hour(self, cell: exp.Expr) -> exp.Expr:
        """Where clocks went back the hour comes twice: the second one is marked by one second, so that it stays a cell of its own."""
        if self.segment.before:
            return cell
        offsets = stretches(self.layout.zones[self.segment.zone].scope.zone, self.segment.low, self.segment.high)
        marked = []
        for k in range(1, len(offsets)):
            lost = offsets[k - 1].minutes - offsets[k].minutes
            if lost > 0:
                jump = self.shop.parameters.bind(*self.at, "jump", k)
                again = piece(
                    "_t >= _j AND _t < _e", t=self.stamp, j=jump, e=shifted(exp.cast(jump, "TIMESTAMP"), lost, "MINUTE")
                )
                marked.append(exp.If(this=again, true=shifted(cell.copy(), 1, "SECOND")))
        return exp.Case(ifs=marked, default=cell) if marked else cell


def newest(lookup: Lookup, only: exp.Expr | None) -> exp.Subquery:
    """(key columns, value) of the newest row of each key, optionally of the keys in a subquery only."""
    keys = [col(k) for k in lookup.key]
    order = [exp.Ordered(this=col(c), desc=True) for c in ("_version", "_content", "_key")]
    rank = exp.Window(this=exp.RowNumber(), partition_by=[k.copy() for k in keys], order=exp.Order(expressions=order))
    inner = exp.select(*keys, named(col(lookup.column), "value"), named(rank, "rank"))
    inner = inner.from_(exp.table_(exp.to_identifier(lookup.table, quoted=True), db="fact"))
    if lookup.where is not None:
        inner = inner.where(lookup.where.copy())
    if only is not None:
        inner = inner.where(only)
    outer = exp.select(*(col(k) for k in lookup.key), col("value")).from_(inner.subquery("ranked"))
    return outer.where(exp.EQ(this=col("rank"), expression=number(1))).subquery()


def _truncated(tree: exp.Expr, grain: str) -> exp.Expr:
    if grain == "quarter_hour":
        hour = piece("DATE_TRUNC('hour', _x)", x=tree)
        branches = [
            exp.If(this=piece(f"EXTRACT(MINUTE FROM _x) >= {m}", x=tree), true=shifted(hour.copy(), m, "MINUTE"))
            for m in (45, 30, 15)
        ]
        return exp.Case(ifs=branches, default=hour)
    if grain in ("minute", "hour"):
        return piece(f"DATE_TRUNC('{grain}', _x)", x=tree)
    return piece(f"CAST(DATE_TRUNC('{grain}', CAST(_x AS TIMESTAMP)) AS DATE)", x=tree)
