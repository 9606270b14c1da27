"""The rows behind a number: the facts that count in it, read by the planner's own scan, so that filters and rules of rows hold here as in
the number itself. Columns that are personal, or that stand for a person, are never read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
from sqlglot import exp

from castanea.contracts.behind import BehindColumn, BehindQuestion, RowsBehind, RowSource, Why
from castanea.contracts.query import Cell, Period, Query, Rights
from castanea.contracts.table import Privacy, Type
from castanea.contracts.tables import TABLES
from castanea.contracts.warehouse import Reader
from castanea.kit.errors import InputError, NotFound
from castanea.kit.money import plain_text
from castanea.kit.zones import to_local
from castanea.semantics.catalog import Catalog
from castanea.semantics.fact_rows import FactRows
from castanea.semantics.model import Measure, Part
from castanea.semantics.question import Question, can_cut, measures_of
from castanea.semantics.templates import col, named, number

VALUE = "_value"
_SHOWN = ("shop", "channel", "platform", "province", "city", "product", "category", "keyword", "reason")
_TEXTS: Mapping[str, Mapping[str, str]] = {
    "order_id": {"zh-CN": "订单号", "en": "Order"},
    "refund_id": {"zh-CN": "退款号", "en": "Refund"},
    "event_id": {"zh-CN": "事件号", "en": "Event"},
    "title": {"zh-CN": "标题", "en": "Title"},
    "plan": {"zh-CN": "计划", "en": "Plan"},
    "quantity": {"zh-CN": "件数", "en": "Units"},
    VALUE: {"zh-CN": "计入", "en": "Counts as"},
}
_TIME = {"zh-CN": "时间", "en": "Time"}


@dataclass(frozen=True)
class _Listed:
    source: RowSource
    part: Part | None
    counted: bool  # rows are counted by who is behind them, so they do not add up to the number


def sources_of(question: Question, catalog: Catalog, rights: Rights) -> list[_Listed]:
    """The lists of rows behind the first metric of a question, without doubles."""
    declared, found = catalog.declared, {}
    for name in measures_of(question.metrics[0], declared):
        used = question.measures.get(name)
        if not used:
            continue
        measure = declared.measures[used]
        for number_of, (part, why) in enumerate(_parts(measure, catalog, question)):
            table = part.table if part else _table(measure)
            key = f"{used}.{number_of}"
            labels = dict(TABLES[table].labels) or {"zh-CN": table, "en": table}
            source = RowSource(key, table, labels, _said_by(used, catalog, rights), why)
            found[key] = _Listed(source, None if why else part, measure.count is not None)
    return list(found.values())


def _parts(measure: Measure, catalog: Catalog, question: Question) -> Iterable[tuple[Part | None, Why | None]]:
    declared = catalog.declared
    if measure.level:
        return [(None, "state")]
    if measure.report:
        return [(None, "reported")]
    if measure.running is not None or (measure.count and (measure.count.new or measure.count.window is not None)):
        return [(None, "looks_back")]
    if not all(can_cut(measure, f.dimension, declared) for f in question.where):
        return [(None, "unknown_cut")]
    parts = declared.measures[measure.count.base].parts if measure.count else measure.parts
    return [(part, None) for part in ((measure.median,) if measure.median else parts)]


def _table(measure: Measure) -> str:
    if measure.level:
        return measure.level.table
    return measure.parts[0].table if measure.parts else "platform_daily" if measure.report else "order"


def _said_by(measure: str, catalog: Catalog, rights: Rights) -> str:
    """The metric that says nothing but this measure, when the reader may see it."""
    plain = (m for m in catalog.declared.metrics.values() if m.formula_text.strip() == measure)
    return next((m.name for m in plain if m.name not in rights.hidden_metrics), "")


@dataclass
class BehindReader(FactRows):
    """Reads one list of rows."""

    def read(self, asked: BehindQuestion, listed: list[_Listed], reader: Reader) -> tuple[RowsBehind, pa.Table | None]:
        """The page, and its table for the names of members. Raises NotFound for a list that is not among the number's."""
        scope, metric = self.zones[0].scope, self.question.metrics[0].name
        period = Period(scope.start, scope.end, scope.zone.key, scope.complete)
        one = self._chosen(asked.source, listed)
        sources = tuple(each.source for each in listed)
        if one is None or one.part is None:
            chosen = one.source.id if one else ""
            return RowsBehind(metric, sources, chosen, (), (), 0, None, self.currency, period), None
        columns = self._columns(one.part)
        total, value = self._counted(one.part, reader)
        table = self._page(one.part, columns, asked, reader)
        rows = tuple(self._rows(table, columns))
        told = None if one.counted or value is None else plain_text(str(value))
        found = RowsBehind(metric, sources, one.source.id, tuple(columns), rows, total, told, self.currency, period)
        return found, table

    def _chosen(self, wish: str, listed: list[_Listed]) -> _Listed | None:
        if not wish:
            return next((each for each in listed if each.part), listed[0] if listed else None)
        found = next((each for each in listed if each.source.id == wish), None)
        if found is None:
            valid = ", ".join(each.source.id for each in listed) or "none"
            raise NotFound(
                f"the number has no rows {wish!r}; there are: {valid}.",
                code="query.no_such_rows",
                values={"source": wish},
            )
        return found

    def _columns(self, part: Part) -> list[BehindColumn]:
        table, declared = TABLES[part.table], self.catalog.declared
        open_ones = {
            c.name for c in table.columns if not c.identifies and c.privacy in (Privacy.OPEN, Privacy.INTERNAL)
        }
        made = [BehindColumn(part.clock, "time", dict(_TIME))]
        keyed = [k for k in table.key if k in _TEXTS]
        texts = [c for c in (*keyed, "title", "plan") if c in open_ones]
        made += [BehindColumn(name, "text", dict(_TEXTS[name])) for name in dict.fromkeys(texts)]
        for name in _SHOWN:
            dimension = declared.dimensions.get(name)
            if dimension and part.table in dimension.columns and name != part.clock and name not in texts:
                made.append(BehindColumn(name, "dimension", dict(dimension.labels)))
        if "quantity" in open_ones and not (isinstance(part.value, exp.Column) and part.value.name == "quantity"):
            made.append(BehindColumn("quantity", "quantity", dict(_TEXTS["quantity"]), "units"))
        return [*made, BehindColumn(VALUE, "value", dict(_TEXTS[VALUE]), self._unit(part))]

    def _unit(self, part: Part) -> str:
        """money where the value is made of amounts, else a plain number."""
        names = [c.name for c in part.value.find_all(exp.Column)]
        types = {TABLES[part.table].by_name[n].type for n in names if n in TABLES[part.table].by_name}
        return "money" if types and types <= {Type.MONEY} else "number"

    def _counted(self, part: Part, reader: Reader) -> tuple[int, Decimal | None]:
        shop = self.shop()
        scan = self.scan(part, shop)
        value = exp.Sum(this=exp.cast(scan.valued(part.value, part), "DECIMAL(18, 4)"))
        where = scan.valued(part.where, part)
        tree = scan.select([named(exp.Count(this=exp.Star()), "n"), named(value, VALUE)], [where])
        found = reader.fetch(tree.sql(dialect=self.dialect), self.values(shop)).to_pylist()[0]
        return int(found["n"]), found[VALUE]

    def _page(self, part: Part, columns: list[BehindColumn], asked: BehindQuestion, reader: Reader) -> pa.Table:
        shop = self.shop()
        scan = self.scan(part, shop)
        made: list[exp.Expr] = []
        for column in columns:
            if column.role == "dimension":
                tree = scan.dimension(column.name)
            elif column.role == "value":
                tree = exp.cast(scan.valued(part.value, part), "DECIMAL(18, 4)")
            else:
                tree = col(column.name, "f")
            made.append(named(tree, column.name))
        where = scan.valued(part.where, part)
        order = [
            exp.Ordered(this=scan.stamp, desc=True),
            *(exp.Ordered(this=col(k, "f")) for k in TABLES[part.table].key),
        ]
        tree = scan.select(made, [where]).order_by(*order).limit(number(asked.limit)).offset(number(asked.offset))
        return reader.fetch(tree.sql(dialect=self.dialect), self.values(shop))

    def _rows(self, table: pa.Table, columns: list[BehindColumn]) -> Iterable[dict[str, Cell]]:
        zone = self.zones[0].scope.zone
        for row in table.to_pylist():
            yield {c.name: _cell(row[c.name], zone) for c in columns}


def _cell(value: Any, zone: Any) -> Cell:
    if isinstance(value, datetime):
        return to_local(value.replace(tzinfo=UTC), zone).isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return plain_text(str(value))
    return value if isinstance(value, str | int | bool) or value is None else str(value)


def plain_query(asked: BehindQuestion) -> Query:
    """What of the question makes the number: one metric, its filters, its time, in the workspace's zone. Raises InputError without one."""
    if not asked.query.metrics:
        raise InputError("a query needs at least one metric.", code="query.no_metric")
    return Query(asked.query.metrics[:1], where=asked.query.where, time=asked.query.time)


def with_names(found: RowsBehind, names: Mapping[str, Mapping[str, Cell]]) -> RowsBehind:
    """The page with members' names beside their codes, as `<dimension>_name`."""
    known = [c.name for c in found.columns if c.role == "dimension" and c.name in names]
    if not known:
        return found
    rows = tuple({**row, **{f"{k}_name": names[k].get(str(row[k])) for k in known}} for row in found.rows)
    return replace(found, rows=rows)


__all__ = ["BehindReader", "plain_query", "sources_of", "with_names"]
