"""The rows of one group of measures: one SELECT per source, all with the same columns, ready for UNION ALL."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlglot import exp

from castanea.semantics.layout import FACTS, Layout, Segment, Work
from castanea.semantics.model import Measure, Part
from castanea.semantics.scan import Scan, Workshop
from castanea.semantics.templates import NULLS, Path, col, named, number, piece, sum_of, text

BEFORE = "before"
CURRENCY = "currency"
FOREIGN = "foreign_rows"


@dataclass(frozen=True)
class Rows:
    """A SELECT with the columns `before` (0 or 1), the keys, `currency` when it has one, and all measures (null where not its own)."""

    select: exp.Select
    currency: bool


@dataclass
class RowMaker:
    """Makes the rows of works. `measures` are all columns of the result; `only` (steps shown, dimension) leaves out members that are
    shown (for the row of all others); `alone`: the rows stand by themselves, with no union after them; `beside`: each select is one row
    with the columns of its own measures only, and they are put side by side."""

    shop: Workshop
    layout: Layout
    part: str
    measures: tuple[str, ...]
    only: tuple[str, str] | None = None
    alone: bool = False
    beside: bool = False

    @property
    def whole(self) -> bool:
        """Whether nothing is added up after a select."""
        return self.alone or self.beside

    def rows(self, index: int, work: Work) -> list[Rows]:
        if work.group.kind == "sum":
            return [
                r for n, s in enumerate(work.segments) for r in self._sums(work, s, (self.part, index, "segments", n))
            ]
        return [Rows(select, work.currency) for select in self._others_than_sums(index, work)]

    def _others_than_sums(self, index: int, work: Work) -> list[exp.Select]:
        from castanea.semantics.counts import count_rows
        from castanea.semantics.levels import level_rows
        from castanea.semantics.looking_back import median_rows, running_rows
        from castanea.semantics.reports import report_rows

        makers: dict[str, Callable[[RowMaker, Work, int], Any]] = {
            "level": level_rows,
            "report": report_rows,
            "running": running_rows,
            "median": median_rows,
        }
        made = makers.get(work.group.kind, count_rows)(self, work, index)
        return made if isinstance(made, list) else [made] if made is not None else []

    def _sums(self, work: Work, segment: Segment, at: Path) -> list[Rows]:
        if segment.source != FACTS:
            scan = Scan(self.shop, self.layout, segment, at)
            raw = segment.small and not self.whole
            values = {m: col(m, "f") if raw else self._total(m, col(m, "f")) for m in work.measures}
            return [Rows(self.grouped(scan, work, values, [], raw=raw), work.currency)]
        made = []
        for (table, clock), parts in parts_by_clock(self.measure(m) for m in work.measures).items():
            scan = Scan(self.shop, self.layout, segment, at, table, clock)
            wheres = list(dict.fromkeys(p.where for p in parts.values()))
            values = {
                m: self._total(m, self.value(scan, m, part, single=len(wheres) == 1)) for m, part in parts.items()
            }
            condition = exp.or_(*(scan.valued(p.where, p) for p in {p.where: p for p in parts.values()}.values()))
            made.append(Rows(self.grouped(scan, work, values, [condition]), work.currency))
        return made

    def _total(self, name: str, value: exp.Expr) -> exp.Expr:
        total = sum_of(value)
        return piece("COALESCE(_x, 0)", x=total) if self.whole and not self.measure(name).keeps_unknown else total

    def value(self, scan: Scan, name: str, part: Part, *, single: bool) -> exp.Expr:
        """What a row adds to a measure; `single`: the rows are chosen by the part's own condition alone."""
        kind = "BIGINT" if self.measure(name).type == "count" else "DECIMAL(18, 4)"
        value = exp.cast(scan.valued(part.value, part), kind)
        if single:
            return value
        return exp.Case(ifs=[exp.If(this=scan.valued(part.where, part), true=value)])

    def columns(self, values: Mapping[str, exp.Expr], foreign: exp.Expr | None = None) -> list[exp.Expr]:
        """All measures by name, in order, and the number of rows of another currency where they are watched (`beside`: its own)."""
        if self.beside:
            own: list[exp.Expr] = [named(value, m) for m, value in values.items()]
            return [*own, named(foreign, FOREIGN)] if foreign is not None else own
        found: list[exp.Expr] = [
            named(values[m] if m in values else null_of(self.measure(m)), m) for m in self.measures
        ]
        if self.shop.watched:
            found.append(named(foreign if foreign is not None else exp.cast(exp.Null(), "BIGINT"), FOREIGN))
        return found

    def _foreign(self, scan: Scan, *, raw: bool) -> exp.Expr | None:
        if not self.shop.watched or not scan.has("currency"):
            return None
        other = exp.NEQ(this=scan.dimension("currency"), expression=text(self.shop.currency))
        hit = exp.Case(ifs=[exp.If(this=other, true=exp.cast(number(1), "BIGINT"))])
        return hit if raw else exp.Count(this=hit)

    def measure(self, name: str) -> Measure:
        return self.shop.declared.measures[name]

    def keys(self, scan: Scan, work: Work) -> list[tuple[str, exp.Expr]]:
        """The key columns by name, with the currency where the work has one."""
        found = [(k, scan.key(k)) for k in self.layout.keys]
        return [*found, (CURRENCY, scan.dimension("currency"))] if work.currency else found

    def grouped(
        self,
        scan: Scan,
        work: Work,
        values: Mapping[str, exp.Expr],
        conditions: list[exp.Expr],
        *,
        raw: bool = False,
    ) -> exp.Select:
        """The select of a scan, grouped by its keys unless `raw`."""
        keys = self.keys(scan, work)
        columns: list[exp.Expr] = [] if self.beside else [named(number(int(scan.segment.before)), BEFORE)]
        columns += [named(tree, name) for name, tree in keys]
        tree = scan.select(
            [*columns, *self.columns(values, self._foreign(scan, raw=raw))],
            [*conditions, *scan.aligned_days_only(self.layout.keys), *self.others(scan, work)],
        )
        return tree.group_by(*(number(n + 2) for n in range(len(keys))), copy=False) if keys and not raw else tree

    def others(self, scan: Scan, work: Work) -> list[exp.Expr]:
        """For the row of all others: members that are shown are left out."""
        if self.only is None:
            return []
        shown, dimension = self.only
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


def null_of(measure: Measure) -> exp.Expr:
    return exp.cast(exp.Null(), NULLS[measure.type])


__all__ = ["BEFORE", "CURRENCY", "RowMaker", "Rows", "null_of", "parts_by_clock", "piece"]
