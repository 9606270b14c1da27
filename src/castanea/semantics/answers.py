"""Cells of an answer out of the statement's result: labels of time, members, metrics as text, and what must be said beside them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import repeat
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from castanea.contracts.query import GRAINS, Answer, AnswerColumn, Cell, Period, Query
from castanea.contracts.workspace import WorkspaceSettings
from castanea.kit.grain import FINE, floor, following, label, midnight
from castanea.kit.money import plain_text
from castanea.kit.zones import to_local
from castanea.semantics.beginnings import lies_before
from castanea.semantics.catalog import Catalog
from castanea.semantics.facts_read import Surroundings
from castanea.semantics.formulas import BEFORE_SUFFIX, MONEY_UNIT, SHARE_UNIT, change_of, is_ratio
from castanea.semantics.layout import Layout
from castanea.semantics.model import Metric
from castanea.semantics.notes import notes_of, quality_of
from castanea.semantics.periods import Scope
from castanea.semantics.question import Question, measures_of
from castanea.semantics.statement import OTHERS, ROWS, TOTALS

Row = dict[str, Cell]
Names = dict[str, dict[str, Cell]]
_PLAIN = (MONEY_UNIT, SHARE_UNIT)
_MOST_FILLED = 2000


@dataclass(frozen=True)
class Asked:
    """What is needed to read a result: the question, the scope of its zone, and the result's columns."""

    question: Question
    query: Query
    scope: Scope
    columns: tuple[str, ...]
    daily: bool
    now: datetime
    begins: Mapping[str, datetime] = field(
        default_factory=dict
    )  # by metric, the first instant of its data; for comparisons


def answer_from(
    table: pa.Table,
    asked: Asked,
    layout: Layout,
    around: Surroundings,
    names: Names,
    catalog: Catalog,
    settings: WorkspaceSettings,
) -> Answer:
    """The answer of a result table with the columns of `asked`."""
    question, scope = asked.question, asked.scope
    read = _Reader(asked, catalog, settings, table, names)
    rows, others, totals = read.rows(ROWS), read.rows(OTHERS), read.rows(TOTALS)
    if not question.keys:
        rows = sorted(rows, key=lambda row: str(row.get("currency", ""))) or [read.empty_row()]
    if asked.query.totals and not totals:
        totals = [{**dict.fromkeys(read.keys()), **read.empty_row()}]
    rows = read.filled(rows)
    members = read.first("members")
    cells = read.note_sums()
    return Answer(
        columns=read.columns(),
        rows=tuple(rows),
        as_of=around.as_of,
        quality=quality_of(asked, rows, cells, around),
        period=Period(scope.start, scope.end, scope.zone.key, scope.complete),
        compared=Period(scope.before_start, scope.before_end, scope.zone.key) if scope.shift is not None else None,
        totals=totals[0] if len(totals) == 1 else None,
        others=others[0] if len(others) == 1 else None,
        members=members if members is not None else (len(rows) if question.dimensions else None),
        notes=notes_of(asked, rows, cells, around, catalog, settings, read.currencies),
        source=_sources(layout),
    )


def _sources(layout: Layout) -> str:
    """The rollups that answered, and `facts` where facts did."""
    found = dict.fromkeys(s.source or "facts" for w in layout.works for s in (*w.segments, *w.history))
    return ", ".join(found) or "facts"


class _Reader:
    def __init__(
        self, asked: Asked, catalog: Catalog, settings: WorkspaceSettings, table: pa.Table, names: Names
    ) -> None:
        self._asked = asked
        self._question = asked.question
        self._declared = catalog.declared
        self._settings = settings
        self._table = table
        self._values: dict[str, list[Any]] = {name: table.column(name).to_pylist() for name in table.column_names}
        self.currencies = sorted({c for c in self._values.get("currency", ()) if c})
        self.several = len(self.currencies) > 1
        grain = asked.question.grain
        self._unborn = {m: lies_before(grain, asked.scope, at) for m, at in asked.begins.items()}
        self._names = names
        self._made = self._cells()

    def first(self, name: str) -> Any:
        return self._values[name][0] if self._table.num_rows and name in self._values else None

    def keys(self) -> list[str]:
        """The names of the columns that are no metrics."""
        return [c.name for c in self.columns() if c.role in ("time", "dimension")]

    def note_sums(self) -> dict[str, Decimal]:
        """Sums over all rows (shown and others) of what notes speak of."""
        found: dict[str, Decimal] = {}
        for name, values in self._values.items():
            if name.startswith("note_"):
                found[name.removeprefix("note_")] = Decimal(sum(v for v in values if v is not None))
        return found

    def rows(self, slot: int) -> list[Row]:
        slots = self._values.get("slot")
        if slots is None and slot != ROWS:
            return []
        if slots is None or (slot == ROWS and slots.count(ROWS) == len(slots)):
            columns = list(self._made.values())
            names = list(self._made)
            return [dict(zip(names, cells, strict=True)) for cells in zip(*columns, strict=True)]
        return [{name: cells[n] for name, cells in self._made.items()} for n, s in enumerate(slots) if s == slot]

    def _cells(self) -> dict[str, list[Cell]]:
        made: dict[str, list[Cell]] = {}
        for key in self._question.keys:
            made[key] = self._labels(key, self._values[key])
            if key in self._names and key in self._question.dimensions:
                made[f"{key}_name"] = [self._names[key].get(member) for member in self._values[key]]
        if self.several:
            made["currency"] = self._values["currency"]
        for metric in self._question.metrics:
            made[metric.name] = self._numbers(metric, self._values[metric.name])
            if self._asked.query.compare:
                before = self._born(metric, self._numbers(metric, self._values[metric.name + BEFORE_SUFFIX]))
                made[metric.name + BEFORE_SUFFIX] = before
                changes = self._values.get(f"{metric.name}__change")
                pairs = zip(made[metric.name], before, strict=True)
                made[f"{metric.name}__change"] = (
                    self._born(metric, changes) if changes else [change_of(*p) for p in pairs]
                )
        return made

    def _born(self, metric: Metric, values: list[Any]) -> list[Cell]:
        """Earlier figures, unknown where they end before the data begin."""
        unborn = self._unborn.get(metric.name)
        if unborn is None:
            return values
        keys = self._values.get(self._question.grain) or [None] * len(values)
        return [None if unborn(k) else v for k, v in zip(keys, values, strict=True)]

    def _numbers(self, metric: Metric, values: list[Any]) -> list[Cell]:
        if metric.unit in _PLAIN or not any(isinstance(v, str) for v in values):
            return values
        return [None if v is None else plain_text(v) for v in values]

    def _labels(self, key: str, values: list[Any]) -> list[Cell]:
        if key not in GRAINS:
            return values
        name = self._namer(key)
        known: dict[Any, str] = {}
        return [None if v is None else known.get(v) or known.setdefault(v, name(v)) for v in values]

    def _namer(self, grain: str) -> Callable[[Any], str]:
        if grain in FINE:
            return lambda cell: clock_label(cell, self._asked.scope.zone)
        return lambda cell: label(cell, grain)

    def columns(self) -> tuple[AnswerColumn, ...]:
        single = self.currencies[0] if len(self.currencies) == 1 else self._settings.currency
        currency = None if self.several else single
        found: list[AnswerColumn] = []
        for key in self._question.keys:
            timely = key in GRAINS or key in self._declared.cycles
            found.append(AnswerColumn(key, "time" if timely else "dimension"))
            if key in self._names and key in self._question.dimensions:
                found.append(AnswerColumn(f"{key}_name", "dimension"))
        if self.several:
            found.append(AnswerColumn("currency", "currency"))
        for metric in self._question.metrics:
            money = currency if metric.unit == MONEY_UNIT else None
            found.append(AnswerColumn(metric.name, "metric", metric.unit, money, metric.name))
            if self._asked.query.compare:
                found.append(AnswerColumn(metric.name + BEFORE_SUFFIX, "comparison", metric.unit, money, metric.name))
                unit = "points" if metric.unit == SHARE_UNIT else SHARE_UNIT
                found.append(AnswerColumn(f"{metric.name}__change", "change", unit, None, metric.name))
        return tuple(found)

    def empty_row(self, cell: date | None = None) -> Row:
        """No rows at all: sums are 0, everything else is unknown."""
        row: Row = {}
        for metric in self._question.metrics:
            row[metric.name] = self._nothing(metric)
            if self._asked.query.compare:
                unborn = self._unborn.get(metric.name)
                row[metric.name + BEFORE_SUFFIX] = None if unborn and unborn(cell) else self._nothing(metric)
                row[f"{metric.name}__change"] = None
        return row

    def _nothing(self, metric: Metric) -> Cell:
        if metric.additivity == "semi_additive" or is_ratio(metric, self._declared):
            return None
        measures = [self._declared.measures[m] for m in measures_of(metric, self._declared)]
        if any(m.keeps_unknown or m.kind not in ("sum", "count") for m in measures):
            return None
        return {"money": "0.0000", "units": "0"}.get(metric.unit, 0)

    def filled(self, rows: list[Row]) -> list[Row]:
        """Cells without any row between the first one and now stand as zeros, when time alone is asked in a closed range."""
        grain, scope = self._question.grain, self._asked.scope
        if (
            self._question.keys != (grain,)
            or not rows
            or self.several
            or self._asked.query.order
            or self._asked.query.limit
        ):
            return rows
        if grain == "minute" and scope.start and scope.end:
            return self._every_minute(rows, scope.start, min(scope.end, max(self._asked.now, scope.start)))
        if grain in FINE or scope.end is None or any(m.additivity == "semi_additive" for m in self._question.metrics):
            return rows
        slots = self._values.get("slot") or repeat(ROWS)
        first = min(c for c, s in zip(self._values[grain], slots, strict=False) if c is not None and s == ROWS)
        cell = midnight(first)
        last = to_local(
            min(scope.end, max(self._asked.now, scope.start or scope.end)) - timedelta(microseconds=1), scope.zone
        )
        if grain == "day" and len(rows) == (last.date() - first).days + 1:
            return rows
        known = {str(row[grain]): row for row in rows}
        wanted: list[Row] = []
        empty = None if self._unborn else self.empty_row()
        while cell <= floor(last, grain, self._settings.week_start) and len(wanted) < _MOST_FILLED:
            name = label(cell.date(), grain)
            wanted.append(known.pop(name) if name in known else {grain: name, **(empty or self.empty_row(cell.date()))})
            cell = following(cell, grain)
        return sorted([*wanted, *known.values()], key=lambda row: str(row[grain])) if known else wanted

    def _every_minute(self, rows: list[Row], start: datetime, end: datetime) -> list[Row]:
        """A row for each minute, for at a rate a minute without orders is a figure too."""
        if any(m.additivity == "semi_additive" for m in self._question.metrics):
            return rows
        zone, empty = self._asked.scope.zone, self.empty_row()
        known = {row["minute"]: row for row in rows}
        at = start.astimezone(UTC).replace(second=0, microsecond=0)
        wanted: list[Row] = []
        while at < end:
            name = at.astimezone(zone).isoformat(timespec="minutes")
            wanted.append(known.pop(name) if name in known else {"minute": name, **empty})
            at += timedelta(minutes=1)
        return [*wanted, *known.values()]


def clock_label(cell: datetime, zone: ZoneInfo) -> str:
    """`2026-11-20T14:00+08:00`. A cell marked by one second is the second of two equal hours (clocks went back)."""
    local = cell.replace(second=0, tzinfo=zone, fold=1 if cell.second else 0)
    return local.isoformat(timespec="minutes")


def utc_text(at: datetime | None) -> str | None:
    """ISO 8601 with Z."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z") if at else None
