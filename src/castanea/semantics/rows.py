"""The rows of one group of measures: one SELECT per source, all with the same columns, ready for UNION ALL."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlglot import exp

from castanea.semantics.expressions import on_alias
from castanea.semantics.layout import FACTS, Layout, Segment, Work
from castanea.semantics.model import Measure, Part
from castanea.semantics.scan import Scan, Workshop
from castanea.semantics.templates import NULLS, Path, col, named, number, piece, sum_of, union

BEFORE = "before"
CURRENCY = "currency"


@dataclass(frozen=True)
class Rows:
    """A SELECT with the columns `before` (0 or 1), the keys, `currency` when it has one, and its own measures."""

    select: exp.Expression
    measures: tuple[str, ...]
    currency: bool


@dataclass
class RowMaker:
    """Makes the rows of works. `only` adds conditions on a dimension (for the row of all others)."""

    shop: Workshop
    layout: Layout
    part: str
    only: object = None

    def rows(self, index: int, work: Work) -> list[Rows]:
        if work.group.kind == "sum":
            return [self._sums(work, s, (self.part, index, "segments", n)) for n, s in enumerate(work.segments)]
        if work.group.kind == "level":
            from castanea.semantics.levels import level_rows

            return [Rows(level_rows(self, work, index), work.measures, work.currency)]
        from castanea.semantics.counts import count_rows

        made = count_rows(self, work, index)
        return [Rows(made, work.measures, work.currency)] if made is not None else []

    def _sums(self, work: Work, segment: Segment, at: Path) -> Rows:
        if segment.source != FACTS:
            scan = Scan(self.shop, self.layout, segment, at)
            values = [named(sum_of(col(m, "f")), m) for m in work.measures]
            return Rows(self.grouped(scan, work, values, []), work.measures, work.currency)
        selects = []
        for (table, clock), parts in parts_by_clock(self.measure(m) for m in work.measures).items():
            scan = Scan(self.shop, self.layout, segment, at, table, clock)
            wheres = list(dict.fromkeys(p.where for p in parts.values()))
            values = [named(self._sum(m, parts.get(m), single=len(wheres) == 1), m) for m in work.measures]
            condition = exp.or_(*(on_alias(w, "f", self.shop.currency) for w in wheres))
            selects.append(self.grouped(scan, work, values, [condition]))
        return Rows(union(selects), work.measures, work.currency)

    def _sum(self, name: str, part: Part | None, *, single: bool) -> exp.Expression:
        kind = NULLS[self.measure(name).type]
        if part is None:
            return exp.cast(exp.Null(), kind)
        value = exp.cast(
            on_alias(part.value, "f", self.shop.currency), "DECIMAL(18, 4)" if "DECIMAL" in kind else "BIGINT"
        )
        if single:
            return sum_of(value)
        return sum_of(exp.Case(ifs=[exp.If(this=on_alias(part.where, "f", self.shop.currency), true=value)]))

    def measure(self, name: str) -> Measure:
        return self.shop.declared.measures[name]

    def keys(self, scan: Scan, work: Work) -> list[tuple[str, exp.Expression]]:
        """The key columns by name, with the currency where the work has one."""
        found = [(k, scan.key(k)) for k in self.layout.keys]
        return [*found, (CURRENCY, scan.dimension("currency"))] if work.currency else found

    def grouped(
        self, scan: Scan, work: Work, values: Sequence[exp.Expression], conditions: list[exp.Expression]
    ) -> exp.Select:
        keys = self.keys(scan, work)
        columns: list[exp.Expression] = [named(number(int(scan.segment.before)), BEFORE)]
        columns += [named(tree, name) for name, tree in keys]
        tree = scan.select(
            [*columns, *values], [*conditions, *scan.aligned_days_only(self.layout.keys), *self.others(scan, work)]
        )
        return tree.group_by(*(number(n + 2) for n in range(len(keys))), copy=False) if keys else tree

    def others(self, scan: Scan, work: Work) -> list[exp.Expression]:
        """For the row of all others: members that are shown are left out."""
        if not self.only:
            return []
        shown, dimension = self.only  # type: ignore[misc]
        on = [exp.EQ(this=col(dimension, "s"), expression=scan.dimension(dimension))]
        if work.currency:
            on.append(exp.EQ(this=col(CURRENCY, "s"), expression=scan.dimension("currency")))
        found = exp.select("1").from_(exp.table_(shown, alias="s")).where(exp.and_(*on))
        return [exp.Not(this=exp.Exists(this=found))]


def parts_by_clock(measures: Iterable[Measure]) -> dict[tuple[str, str], dict[str, Part]]:
    """Parts that are read from the same table by the same clock, by measure."""
    found: dict[tuple[str, str], dict[str, Part]] = {}
    for measure in measures:
        for part in measure.parts:
            found.setdefault((part.table, part.clock), {})[measure.name] = part
    return found


def null_of(measure: Measure) -> exp.Expression:
    return exp.cast(exp.Null(), NULLS[measure.type])


__all__ = ["BEFORE", "CURRENCY", "RowMaker", "Rows", "null_of", "parts_by_clock", "piece"]
