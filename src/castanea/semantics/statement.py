"""One SQLGlot tree per shape of question: named steps from the sources to the cells of the answer.

Steps: `rows` (every source, one SELECT each) → `merged` (one row per key, the earlier period beside the present one) → `ranked` →
the rows shown, the row of all others, and the totals, in one statement and so from one state of the warehouse.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlglot import exp

from castanea.semantics.formulas import BEFORE_SUFFIX, as_cell, change_cell, metric_tree
from castanea.semantics.layout import Layout
from castanea.semantics.model import Declarations, Metric
from castanea.semantics.question import Question
from castanea.semantics.rows import BEFORE, CURRENCY, RowMaker, Rows, null_of
from castanea.semantics.scan import Workshop, newest
from castanea.semantics.templates import Path, col, named, number, piece, union

ROWS, OTHERS, TOTALS = 0, 1, 2
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

    tree: exp.Expression
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
        self.steps: list[tuple[str, exp.Expression]] = []

    def build(self) -> Statement:
        merged = self._merged("", "main", self.main)
        source = self._ranked(merged)
        shown = self._output(ROWS, source, self.main.keys, merged, daily=self.wanted.daily)
        if self.wanted.limit:
            shown = shown.where(exp.LTE(this=col("place"), expression=self.shop.parameters.bind("limit")))
        parts = [shown]
        others = self._others(source, merged) if self.wanted.limit else None
        if others is not None:
            parts.append(others)
        if self.wanted.totals and self.totals is not None:
            totals = self._merged("total_", "totals", self.totals)
            parts.append(self._output(TOTALS, totals, (), totals, daily=self.wanted.daily_totals))
        tree: exp.Expression = self._ordered(parts)
        for name, step in self.steps:
            tree = tree.with_(name, step, copy=False)  # type: ignore[attr-defined]
        return Statement(tree, tuple(self.shop.parameters.paths), self._columns(), others is not None)

    # -- steps -----------------------------------------------------------------------------------------------------------------

    def _merged(self, prefix: str, part: str, layout: Layout, only: tuple[str, str] | None = None) -> str:
        """Add the steps that lead to one row per key; return the last one's name."""
        maker = RowMaker(self.shop, layout, part, only)
        made = [rows for index, work in enumerate(layout.works) for rows in maker.rows(index, work)]
        split = any(r.currency for r in made)
        self._step(f"{prefix}rows", self._union(prefix, made, split=split, keys=layout.keys))
        keys = [*layout.keys, *((CURRENCY,) if self.question.split else ())]
        values = [v for m in self._measures for v in self._pivot(m)]
        tree = exp.select(*(col(k) for k in keys), *values).from_(f"{prefix}rows")
        if keys:
            tree = tree.group_by(*(col(k) for k in keys))
        return self._step(f"{prefix}merged", tree)

    @property
    def _measures(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(m for g in self.question.groups for m in g.measures))

    def _pivot(self, measure: str) -> Iterable[exp.Expression]:
        sides = [(0, measure), (1, measure + BEFORE_SUFFIX)] if self.wanted.compare else [(0, measure)]
        for side, name in sides:
            value: exp.Expression = col(measure)
            if self.wanted.compare:
                value = exp.Case(ifs=[exp.If(this=exp.EQ(this=col(BEFORE), expression=number(side)), true=value)])
            total: exp.Expression = exp.Sum(this=value)
            if not self.declared.measures[measure].keeps_unknown and self.declared.measures[measure].kind != "level":
                total = piece("COALESCE(_x, 0)", x=total)
            yield named(total, name)

    def _union(self, prefix: str, made: list[Rows], *, split: bool, keys: tuple[str, ...]) -> exp.Expression:
        """All rows with the same columns. Rows without a currency stand beside each currency of the answer."""
        with_currency = self.question.split
        money = [r for r in made if r.currency]
        plain = [r for r in made if not r.currency]
        selects = [self._widened(r, keys, col(CURRENCY) if with_currency else None) for r in money]
        if plain and with_currency:
            if money:
                self._step(f"{prefix}money_rows", union(selects))
                known = exp.select(col(CURRENCY)).distinct().from_(f"{prefix}money_rows")
                self._step(f"{prefix}currencies", known)
                selects = [exp.select("*").from_(f"{prefix}money_rows")]
                selects += [self._beside(self._widened(r, keys, None), prefix, keys) for r in plain]
            else:
                selects += [self._widened(r, keys, exp.cast(exp.Null(), "TEXT")) for r in plain]
        else:
            selects += [self._widened(r, keys, None) for r in plain]
        return union(selects) if selects else self._nothing(keys)

    def _beside(self, select: exp.Select, prefix: str, keys: tuple[str, ...]) -> exp.Select:
        listed = [
            col(BEFORE, "r"),
            *(col(k, "r") for k in keys),
            col(CURRENCY, "c"),
            *(col(m, "r") for m in self._measures),
        ]
        return (
            exp.select(*listed)
            .from_(select.subquery("r"))
            .join(exp.table_(f"{prefix}currencies", alias="c"), on=exp.true(), join_type="left")
        )

    def _widened(self, rows: Rows, keys: tuple[str, ...], currency: exp.Expression | None) -> exp.Select:
        values = [
            col(m) if m in rows.measures else named(null_of(self.declared.measures[m]), m) for m in self._measures
        ]
        middle = (
            [named(currency, CURRENCY) if isinstance(currency, exp.Cast) else currency] if currency is not None else []
        )
        return exp.select(col(BEFORE), *(col(k) for k in keys), *middle, *values).from_(rows.select.subquery("s"))

    def _nothing(self, keys: tuple[str, ...]) -> exp.Select:
        middle = [
            named(exp.cast(exp.Null(), "TEXT"), k) for k in (*keys, *((CURRENCY,) if self.question.split else ()))
        ]
        values = [named(null_of(self.declared.measures[m]), m) for m in self._measures]
        return exp.select(named(number(0), BEFORE), *middle, *values).where(exp.false())

    def _ranked(self, merged: str) -> str:
        if not self.wanted.limit:
            return merged
        by = [col(CURRENCY)] if self.question.split else None
        order = exp.Order(expressions=[self._direction(name, down) for name, down in self.question.order])
        place = exp.Window(this=exp.RowNumber(), partition_by=by, order=order)
        members = exp.Window(this=exp.Count(this=exp.Star()), partition_by=[b.copy() for b in by] if by else None)
        return self._step("ranked", exp.select("*", named(place, "place"), named(members, "members")).from_(merged))

    def _direction(self, name: str, down: bool) -> exp.Ordered:
        metric = next((m for m in self.question.metrics if m.name == name), None)
        tree = self._value(metric, daily=self.wanted.daily) if metric else col(name)
        return exp.Ordered(this=tree, desc=down, nulls_first=False)

    def _value(self, metric: Metric, *, daily: bool, suffix: str = "") -> exp.Expression:
        return metric_tree(metric, self.declared, self.question.measures, suffix=suffix, daily=daily)

    # -- output ----------------------------------------------------------------------------------------------------------------

    def _columns(self) -> tuple[str, ...]:
        names = ["slot", *self.main.keys, *self._named_dimensions(), CURRENCY, "members"]
        for metric in self.question.metrics:
            names += [
                metric.name,
                *([f"{metric.name}{BEFORE_SUFFIX}", f"{metric.name}__change"] if self.wanted.compare else []),
            ]
        return (*names, *(f"note_{n}" for n in self._notes()), "as_of")

    def _named_dimensions(self) -> tuple[str, ...]:
        return tuple(f"{d}_name" for d in self.question.dimensions if self.declared.dimensions[d].member_name)

    def _notes(self) -> tuple[str, ...]:
        return tuple(m for m in ADDITIVE_NOTES if m in self._measures)

    def _output(self, slot: int, source: str, keys: tuple[str, ...], merged: str, *, daily: bool) -> exp.Select:
        split, limited = self.question.split, self.wanted.limit and slot == ROWS
        columns: list[exp.Expression] = [named(number(slot), "slot")]
        for key in self.main.keys:
            columns.append(col(key, "m") if key in keys else named(self._null_key(key), key))
        for dimension in self.question.dimensions:
            if self.declared.dimensions[dimension].member_name:
                value = col("value", f"name_{dimension}") if dimension in keys else exp.cast(exp.Null(), "TEXT")
                columns.append(named(value, f"{dimension}_name"))
        columns.append(col(CURRENCY, "m") if split else named(exp.cast(exp.Null(), "TEXT"), CURRENCY))
        columns.append(named(exp.cast(col("members", "m") if limited else exp.Null(), "BIGINT"), "members"))
        for metric in self.question.metrics:
            columns += self._cells(metric, daily=daily)
        for note in self._notes():
            total = exp.select(piece("CAST(SUM(_x) AS TEXT)", x=col(note))).from_(merged).subquery()
            columns.append(named(total if slot == ROWS else exp.cast(exp.Null(), "TEXT"), f"note_{note}"))
        as_of = piece("(SELECT MAX(value) FROM book.meta WHERE name = 'data_time')")
        columns.append(named(as_of if slot == ROWS else exp.cast(exp.Null(), "TEXT"), "as_of"))
        tree = exp.select(*columns).from_(exp.table_(source, alias="m"))
        for dimension in self.question.dimensions:
            lookup = self.declared.dimensions[dimension].member_name
            if lookup and dimension in keys:
                inside = exp.select(col(dimension)).from_(source)
                if limited:
                    inside = inside.where(exp.LTE(this=col("place"), expression=self.shop.parameters.bind("limit")))
                found = newest(lookup, exp.In(this=col(lookup.key[0]), query=inside.subquery()))
                alias = f"name_{dimension}"
                on = exp.EQ(this=col(lookup.key[0], alias), expression=col(dimension, "m"))
                tree = tree.join(exp.alias_(found, alias, table=True), on=on, join_type="left")
        return tree

    def _null_key(self, key: str) -> exp.Expression:
        if key in ("quarter_hour", "hour"):
            return exp.cast(exp.Null(), "TIMESTAMP")
        if key in self.declared.grains:
            return exp.cast(exp.Null(), "DATE")
        return exp.cast(exp.Null(), "INT" if key in self.declared.cycles else "TEXT")

    def _cells(self, metric: Metric, *, daily: bool) -> list[exp.Expression]:
        now = self._value(metric, daily=daily)
        cells = [named(as_cell(now, metric, self.declared), metric.name)]
        if self.wanted.compare:
            before = self._value(metric, daily=daily, suffix=BEFORE_SUFFIX)
            cells.append(named(as_cell(before, metric, self.declared), metric.name + BEFORE_SUFFIX))
            cells.append(named(change_cell(now.copy(), before.copy(), metric), f"{metric.name}__change"))
        return cells

    def _others(self, source: str, merged: str) -> exp.Select | None:
        """The row of all members beyond the limit: sums are summed, distinct counts are counted again over those members."""
        kinds = {g.kind for g in self.question.groups}
        keys = self.main.keys
        beyond = exp.GT(this=col("place"), expression=self.shop.parameters.bind("limit"))
        if kinds <= {"sum"} or (kinds <= {"sum", "level"} and not self.question.grain):
            names = [n for m in self._measures for n in ((m, m + BEFORE_SUFFIX) if self.wanted.compare else (m,))]
            currency = [col(CURRENCY)] if self.question.split else []
            tree = exp.select(
                *currency, *(named(exp.Sum(this=col(n)), n) for n in names), named(exp.Count(this=exp.Star()), "beyond")
            )
            tree = tree.from_(source).where(beyond)
            name = self._step("others", tree.group_by(*currency) if currency else tree)
            return self._output(OTHERS, name, (), merged, daily=self.wanted.daily).where(piece("beyond > 0"))
        if len(keys) != 1 or keys[0] not in self.declared.dimensions or self.totals is None:
            return None
        shown = exp.select(col(keys[0]), *([col(CURRENCY)] if self.question.split else [])).from_(source)
        self._step("shown", shown.where(exp.LTE(this=col("place"), expression=self.shop.parameters.bind("limit"))))
        rest = self._merged("other_", "totals", self.totals, ("shown", keys[0]))
        some = exp.Exists(this=exp.select("1").from_(source).where(beyond))
        return self._output(OTHERS, rest, (), merged, daily=self.wanted.daily_totals).where(some)

    def _ordered(self, parts: list[exp.Select]) -> exp.Expression:
        if len(parts) == 1:
            if self.wanted.limit:
                return parts[0].order_by(*([col(CURRENCY, "m")] if self.question.split else []), col("place", "m"))
            if not self.main.keys and not self.question.split:
                return parts[0]
            order = [self._direction(n, d) for n, d in self.question.order if n in self.main.keys or self.main.keys]
            if self.question.split:
                order.append(exp.Ordered(this=col(CURRENCY, "m")))
            return parts[0].order_by(*order)
        for part in parts:
            first = part is parts[0]
            place: exp.Expression = exp.cast(exp.Null(), "BIGINT")
            if first and self.wanted.limit:
                place = col("place", "m")
            elif first:
                by = exp.Order(expressions=[self._direction(n, d) for n, d in self.question.order])
                place = exp.Window(this=exp.RowNumber(), order=by)
            part.select(named(place, "row_place"), copy=False)
        united = union(parts).subquery("answer")
        listed = exp.select(*(col(c) for c in self._columns())).from_(united)
        return listed.order_by(col("slot"), col(CURRENCY), col("row_place"))

    def _step(self, name: str, tree: exp.Expression) -> str:
        self.steps.append((name, tree))
        return name
