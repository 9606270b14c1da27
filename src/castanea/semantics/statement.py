"""One SQLGlot tree per shape of question: named steps from the sources to the cells of the answer.

Steps: `rows` (every source, one SELECT each) → `merged` (one row per key, the earlier period beside the present one) → `ranked` →
the rows shown, the row of all others, and the totals, in one statement and so from one state of the warehouse.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlglot import exp

from castanea.kit.grain import FINE
from castanea.semantics.formulas import BEFORE_SUFFIX, as_cell, change_cell, changes_by_hand, metric_tree
from castanea.semantics.layout import FACTS, Layout, Work
from castanea.semantics.model import SHORTER, SURPLUS, Declarations, Metric
from castanea.semantics.question import Question
from castanea.semantics.rows import BEFORE, CURRENCY, FOREIGN, RowMaker, Rows, null_of, parts_by_clock
from castanea.semantics.scan import Workshop
from castanea.semantics.templates import Path, as_table, col, named, number, piece, union

ROWS, OTHERS, TOTALS = 0, 1, 2
_ZERO = ("sum", "count")  # where nothing is known, there is nothing: 0. Other kinds are unknown then
ADDITIVE_NOTES = ("refunded", "refunded_undated", "costed_sales", "uncosted_sales", "hourly_visitors")


@dataclass(frozen=True)
class Wanted:
    """What of a statement depends on the query beyond its question."""

    compare: bool
    limit: bool
    totals: bool
    daily: bool
    daily_totals: bool


@dataclass(frozen=True)
class Statement:
    """A tree with where its parameters come from, and the columns it gives."""

    tree: exp.Expr
    paths: tuple[Path, ...]
    columns: tuple[str, ...]
    others: bool


class Builder:
    def __init__(self, shop: Workshop, main: Layout, totals: Layout | None, wanted: Wanted) -> None:
        self.shop = shop
        self.question: Question = shop.question
        self.declared: Declarations = shop.declared
        self.main = main
        self.totals = totals
        self.wanted = wanted
        self.steps: list[tuple[str, exp.Expr]] = []

    def build(self) -> Statement:
        merged = self._merged("", "main", self.main)
        source = self._ranked(merged)
        shown = self._output(ROWS, source, self.main.keys, daily=self.wanted.daily)
        if self.wanted.limit:
            shown = shown.where(exp.LTE(this=col("place"), expression=self.shop.parameters.bind("limit")))
        parts = [shown]
        others = self._others(source) if self.wanted.limit else None
        if others is not None:
            parts.append(others)
        if self.wanted.totals and self.totals is not None:
            totals = self._merged("total_", "totals", self.totals)
            parts.append(self._output(TOTALS, totals, (), daily=self.wanted.daily_totals))
        tree: exp.Expr = self._ordered(parts)
        for name, step in self.steps:
            tree = tree.with_(name, step, copy=False)  # type: ignore[attr-defined]
        return Statement(tree, tuple(self.shop.parameters.paths), self._columns(), others is not None)

    # -- steps -----------------------------------------------------------------------------------------------------------------

    def _merged(self, prefix: str, part: str, layout: Layout, only: tuple[str, str] | None = None) -> str:
        """Add the steps that lead to one row per key; return the last one's name."""
        keys = [*layout.keys, *((CURRENCY,) if self.question.split else ())]
        alone = not self.wanted.compare and self._stands_alone(layout)
        beside = not alone and self._stand_beside(layout)
        maker = RowMaker(self.shop, layout, part, self._measures, only, alone, beside)
        made = [rows for index, work in enumerate(layout.works) for rows in maker.rows(index, work)]
        if alone and len(made) == 1 and made[0].currency == self.question.split:
            return self._step(f"{prefix}merged", made[0].select)
        if beside:
            return self._step(f"{prefix}merged", self._side_by_side(made))
        self._step(f"{prefix}rows", self._union(prefix, made, layout.keys))
        known = bool(layout.keys) and self._always_known(layout)
        values = [*(v for m in self._measures for v in self._pivot(m, known=known)), *self._watched()]
        tree = exp.select(*(col(k) for k in keys), *values).from_(f"{prefix}rows")
        if keys:
            tree = tree.group_by(*(col(k) for k in keys))
        return self._step(f"{prefix}merged", tree)

    def _watched(self) -> list[exp.Expr]:
        if not self.shop.watched:
            return []
        return [named(exp.Sum(this=col(FOREIGN)), FOREIGN)]

    def _stands_alone(self, layout: Layout) -> bool:
        """Whether one SELECT gives all rows, so that nothing has to be united."""
        if len(layout.works) != 1 or layout.works[0].group.kind not in ("sum", "count", "new"):
            return False
        work = layout.works[0]
        return work.group.kind != "sum" or (
            len(work.segments) == 1 and (work.segments[0].source != FACTS or self._one_part(work))
        )

    def _stand_beside(self, layout: Layout) -> bool:
        """Whether each SELECT gives exactly one row with measures of its own, so that they stand in one row without a union."""
        if layout.keys or self.question.split or self.wanted.compare or len(layout.works) < 2:
            return False
        return all(self._one_row(work) for work in layout.works)

    def _one_row(self, work: Work) -> bool:
        if work.group.kind == "count":
            return bool(work.segments) and not work.buckets
        if work.group.kind != "sum" or len(work.segments) != 1:
            return False
        return work.segments[0].source != FACTS or all(len(self.declared.measures[m].parts) == 1 for m in work.measures)

    def _side_by_side(self, made: list[Rows]) -> exp.Select:
        """The rows, one of each, as one row."""
        place = {name: f"part_{n}" for n, rows in enumerate(made) for name in rows.select.named_selects}
        columns: list[exp.Expr] = [col(m, place[m]) for m in self._measures]
        if self.shop.watched:
            counts = [col(FOREIGN, f"part_{n}") for n, rows in enumerate(made) if FOREIGN in rows.select.named_selects]
            total: exp.Expr = counts[0] if counts else exp.cast(exp.Null(), "BIGINT")
            for count in counts[1:]:
                total = exp.Add(this=total, expression=count)
            columns.append(named(total, FOREIGN))
        tree = exp.select(*columns).from_(as_table(made[0].select, "part_0"))
        for n, rows in enumerate(made[1:], 1):
            tree = tree.join(as_table(rows.select, f"part_{n}"), join_type="cross", copy=False)
        return tree

    def _one_part(self, work: Work) -> bool:
        return len(parts_by_clock(self.declared.measures[m] for m in work.measures)) == 1

    @property
    def _measures(self) -> tuple[str, ...]:
        return (*dict.fromkeys(m for g in self.question.groups for m in g.measures), *self._told)

    @property
    def _told(self) -> tuple[str, ...]:
        """What reported figures say about themselves: whether they may stand."""
        return (SURPLUS, SHORTER) if any(g.kind == "report" for g in self.question.groups) else ()

    @property
    def _shown(self) -> tuple[str, ...]:
        """Measures that a metric says; the others are there for notes only and need no earlier period."""
        return tuple(m for m in self._measures if m in self.question.said)

    def _always_known(self, layout: Layout) -> bool:
        """Whether each row has all measures: all come from one rollup, whose columns are never null."""
        return (
            len(layout.works) == 1
            and all(s.source != FACTS and s.small for s in layout.works[0].segments)
            and not self._told
        )

    def _pivot(self, measure: str, *, known: bool) -> Iterable[exp.Expr]:
        if measure in (SURPLUS, SHORTER):
            yield named(piece("COALESCE(SUM(_x), 0)", x=col(measure)), measure)  # of both periods
            return
        sides = [(0, measure), (1, measure + BEFORE_SUFFIX)] if self.wanted.compare else [(0, measure)]
        if measure not in self._shown:
            sides = sides[:1]
        for side, name in sides:
            value: exp.Expr = col(measure)
            if self.wanted.compare:
                mine = exp.If(this=exp.EQ(this=col(BEFORE), expression=number(side)), true=value)
                value = exp.Case(ifs=[mine], default=number(0) if known else None)
            total: exp.Expr = exp.Sum(this=value)
            if (
                not known
                and not self.declared.measures[measure].keeps_unknown
                and self.declared.measures[measure].kind in _ZERO
            ):
                total = piece("COALESCE(_x, 0)", x=total)
            yield named(total, name)

    def _union(self, prefix: str, made: list[Rows], keys: tuple[str, ...]) -> exp.Expr:
        """All rows. Rows without a currency stand beside each currency of the answer."""
        money = [r.select for r in made if r.currency]
        plain = [r.select for r in made if not r.currency]
        if not made:
            return self._nothing(keys)
        if not (plain and self.question.split):
            return union([*money, *plain])
        if not money:
            return union([self._spread(select, exp.cast(exp.Null(), "TEXT"), keys) for select in plain])
        self._step(f"{prefix}money_rows", union(money))
        self._step(f"{prefix}currencies", exp.select(col(CURRENCY)).distinct().from_(f"{prefix}money_rows"))
        beside = exp.table_(f"{prefix}currencies", alias="c")
        spread = self._spread(union(plain), col(CURRENCY, "c"), keys).join(beside, on=exp.true(), join_type="left")
        return union([exp.select("*").from_(f"{prefix}money_rows"), spread])

    def _spread(self, rows: exp.Query, currency: exp.Expr, keys: tuple[str, ...]) -> exp.Select:
        listed = [
            col(BEFORE, "r"),
            *(col(k, "r") for k in keys),
            named(currency, CURRENCY),
            *(col(m, "r") for m in self._measures),
        ]
        return exp.select(*listed).from_(as_table(rows, "r"))

    def _nothing(self, keys: tuple[str, ...]) -> exp.Select:
        middle = [named(self._null_key(k), k) for k in keys]
        if self.question.split:
            middle.append(named(exp.cast(exp.Null(), "TEXT"), CURRENCY))
        values = [named(null_of(self.declared.measures[m]), m) for m in self._measures]
        if self.shop.watched:
            values.append(named(exp.cast(exp.Null(), "BIGINT"), FOREIGN))
        return exp.select(named(number(0), BEFORE), *middle, *values).where(exp.false())

    def _ranked(self, merged: str) -> str:
        if not self.wanted.limit:
            return merged
        by = [col(CURRENCY)] if self.question.split else None
        order = exp.Order(expressions=[self._direction(name, down) for name, down in self.question.order])
        place = exp.Window(this=exp.RowNumber(), partition_by=by, order=order)
        members = exp.Window(this=exp.Count(this=exp.Star()), partition_by=[b.copy() for b in by] if by else None)
        tree = exp.select("*", named(place, "place"), named(members, "members")).from_(merged)
        present = self._present()
        return self._step("ranked", tree.where(present) if present is not None else tree)

    def _present(self) -> exp.Expr | None:
        """A member or cell without any fact is no row, whatever else a rollup counts there. Levels and unknown values are facts."""
        measures = [self.declared.measures[m] for m in self._shown]
        if not (self.main.keys or self.question.split) or any(m.kind not in _ZERO or m.keeps_unknown for m in measures):
            return None
        suffixes = ("", BEFORE_SUFFIX) if self.wanted.compare else ("",)
        return exp.or_(*(exp.NEQ(this=col(m.name + s), expression=number(0)) for m in measures for s in suffixes))

    def _direction(self, name: str, down: bool) -> exp.Ordered:
        metric = next((m for m in self.question.metrics if m.name == name), None)
        tree = self._value(metric, daily=self.wanted.daily) if metric else col(name)
        return exp.Ordered(this=tree, desc=down, nulls_first=False)

    def _value(self, metric: Metric, *, daily: bool, suffix: str = "") -> exp.Expr:
        return metric_tree(metric, self.declared, self.question.measures, suffix=suffix, daily=daily)

    # -- output ----------------------------------------------------------------------------------------------------------------

    def _columns(self) -> tuple[str, ...]:
        """Only what is needed: each column costs planning, and a small answer is mostly planning."""
        names = ["slot"] if self._slots else []
        names += [*self.main.keys, *([CURRENCY] if self.question.split else [])]
        names += [*([FOREIGN] if self.shop.watched else []), *(["members"] if self.wanted.limit else [])]
        for metric in self.question.metrics:
            names.append(metric.name)
            if self.wanted.compare:
                names.append(metric.name + BEFORE_SUFFIX)
                names += [] if changes_by_hand(metric, self.declared) else [f"{metric.name}__change"]
        return (*names, *(f"note_{n}" for n in self._notes()))

    @property
    def _slots(self) -> bool:
        """Whether rows of several kinds stand in one answer."""
        return self.wanted.limit or self.wanted.totals

    def _notes(self) -> tuple[str, ...]:
        return tuple(m for m in (*ADDITIVE_NOTES, SURPLUS, SHORTER) if m in self._measures)

    def _output(self, slot: int, source: str, keys: tuple[str, ...], *, daily: bool) -> exp.Select:
        split, limited = self.question.split, self.wanted.limit and slot == ROWS
        columns: list[exp.Expr] = [named(number(slot), "slot")] if self._slots else []
        columns += [col(key, "m") if key in keys else named(self._null_key(key), key) for key in self.main.keys]
        if split:
            columns.append(col(CURRENCY, "m"))
        if self.shop.watched:
            columns.append(named(exp.cast(col(FOREIGN, "m"), "BIGINT"), FOREIGN))
        if self.wanted.limit:
            columns.append(named(exp.cast(col("members", "m") if limited else exp.Null(), "BIGINT"), "members"))
        for metric in self.question.metrics:
            columns += self._cells(metric, daily=daily)
        for note in self._notes():
            columns.append(
                named(null_of(self.declared.measures[note]) if slot == TOTALS else col(note, "m"), f"note_{note}")
            )
        tree = exp.select(*columns).from_(exp.table_(source, alias="m"))
        present = self._present() if slot == ROWS and not limited else None
        if present is not None:
            tree = tree.where(present)
        return tree

    def _null_key(self, key: str) -> exp.Expr:
        if key in FINE:
            return exp.cast(exp.Null(), "TIMESTAMP")
        if key in self.declared.grains:
            return exp.cast(exp.Null(), "DATE")
        return exp.cast(exp.Null(), "INT" if key in self.declared.cycles else "TEXT")

    def _cells(self, metric: Metric, *, daily: bool) -> list[exp.Expr]:
        now = self._value(metric, daily=daily)
        cells: list[exp.Expr] = [named(as_cell(now, metric, self.declared), metric.name)]
        if self.wanted.compare:
            before = self._value(metric, daily=daily, suffix=BEFORE_SUFFIX)
            cells.append(named(as_cell(before, metric, self.declared), metric.name + BEFORE_SUFFIX))
            if not changes_by_hand(metric, self.declared):
                cells.append(named(change_cell(now.copy(), before.copy(), metric), f"{metric.name}__change"))
        return cells

    def _others(self, source: str) -> exp.Select | None:
        """The row of all members beyond the limit: sums are summed, distinct counts are counted again over those members."""
        kinds = {g.kind for g in self.question.groups}
        keys = self.main.keys
        beyond = exp.GT(this=col("place"), expression=self.shop.parameters.bind("limit"))
        if "report" in kinds:
            return None
        if kinds <= {"sum"} or (kinds <= {"sum", "level"} and not self.question.grain):
            names = [
                n
                for m in self._measures
                for n in ((m, m + BEFORE_SUFFIX) if self.wanted.compare and m in self._shown else (m,))
            ]
            currency = [col(CURRENCY)] if self.question.split else []
            sums = [named(exp.Sum(this=col(n)), n) for n in names]
            tree = exp.select(*currency, *sums, *self._watched(), named(exp.Count(this=exp.Star()), "beyond"))
            tree = tree.from_(source).where(beyond)
            name = self._step("others", tree.group_by(*currency) if currency else tree)
            return self._output(OTHERS, name, (), daily=self.wanted.daily).where(piece("beyond > 0"))
        if len(keys) != 1 or keys[0] not in self.declared.dimensions or self.totals is None:
            return None
        shown = exp.select(col(keys[0]), *([col(CURRENCY)] if self.question.split else [])).from_(source)
        self._step("shown", shown.where(exp.LTE(this=col("place"), expression=self.shop.parameters.bind("limit"))))
        rest = self._merged("other_", "totals", self.totals, ("shown", keys[0]))
        some = exp.Exists(this=exp.select("1").from_(source).where(beyond))
        return self._output(OTHERS, rest, (), daily=self.wanted.daily_totals).where(some)

    def _ordered(self, parts: list[exp.Select]) -> exp.Expr:
        if len(parts) == 1:
            if self.wanted.limit:
                return parts[0].order_by(*([col(CURRENCY, "m")] if self.question.split else []), col("place", "m"))
            if not self.main.keys:
                return parts[0]  # one row, or one per currency, put in order when read
            order = [self._direction(n, d) for n, d in self.question.order]
            if self.question.split:
                order.append(exp.Ordered(this=col(CURRENCY, "m")))
            return parts[0].order_by(*order)
        for part in parts:
            first = part is parts[0]
            place: exp.Expr = exp.cast(exp.Null(), "BIGINT")
            if first and self.wanted.limit:
                place = col("place", "m")
            elif first:
                by = exp.Order(expressions=[self._direction(n, d) for n, d in self.question.order])
                place = exp.Window(this=exp.RowNumber(), order=by)
            part.select(named(place, "row_place"), copy=False)
        united = union(parts).subquery("answer")
        listed = exp.select(*(col(c) for c in self._columns())).from_(united)
        return listed.order_by(col("slot"), *([col(CURRENCY)] if self.question.split else []), col("row_place"))

    def _step(self, name: str, tree: exp.Expr) -> str:
        self.steps.append((name, tree))
        return name
