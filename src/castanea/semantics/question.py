"""A query with its names looked up: which measures it needs, by what it is cut, whether that can be answered at all."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from castanea.contracts.query import COMPARISONS, CYCLES, GRAINS, Filter, Query, Rights
from castanea.contracts.table import Type
from castanea.contracts.tables import TABLES
from castanea.kit.errors import InputError
from castanea.kit.nearest import nearest
from castanea.semantics.catalog import Catalog
from castanea.semantics.expressions import names_in
from castanea.semantics.model import Declarations, Measure, Metric
from castanea.semantics.rollup_plans import dimension_in_table

FINE_GRAINS = ("quarter_hour", "hour")
OPERATORS = ("=", "!=", "in", "not_in", "is_empty", "is_not_empty")
MOST_ROWS = 100_000


@dataclass(frozen=True)
class Group:
    """Measures that are computed together: sums; counts of one entity (over one window); levels of one table."""

    kind: str  # sum | count | new | level
    measures: tuple[str, ...]
    entity: str = ""
    window: int | None = None


@dataclass(frozen=True)
class Question:
    """A query whose names are found and whose cuts are possible. `said` are the computed measures that metrics name (`measures` may hold more, for notes).

    `keys` are the names of grains, cycles and dimensions in the order asked; `measures` maps what formulas say to what is computed
    (a fallback where order lines are cut)."""

    metrics: tuple[Metric, ...]
    keys: tuple[str, ...]
    where: tuple[Filter, ...]
    order: tuple[tuple[str, bool], ...]
    measures: dict[str, str]
    groups: tuple[Group, ...]
    split: bool
    said: frozenset[str] = frozenset()

    @property
    def grain(self) -> str:
        return next((k for k in self.keys if k in GRAINS), "")

    @property
    def cycles(self) -> tuple[str, ...]:
        return tuple(k for k in self.keys if k in CYCLES)

    @property
    def dimensions(self) -> tuple[str, ...]:
        return tuple(k for k in self.keys if k not in GRAINS and k not in CYCLES)

    @property
    def fine(self) -> bool:
        return self.grain in FINE_GRAINS or "hour_of_day" in self.keys


def resolve(query: Query, rights: Rights, catalog: Catalog) -> Question:
    """Raises InputError for unknown names, hidden metrics, and metrics that cannot be cut as asked; the message says what can be."""
    if not query.metrics:
        raise InputError(
            f"a query needs at least one metric; known: {', '.join(catalog.declared.metrics)}.", code="query.no_metric"
        )
    metrics = tuple({m.name: m for m in map(catalog.metric, query.metrics)}.values())
    for metric in metrics:
        _visible(metric, rights, catalog.declared)
    keys = tuple(dict.fromkeys(map(catalog.grouping, query.by)))
    if sum(k in GRAINS for k in keys) > 1:
        raise InputError(
            f"two grains at once: {', '.join(k for k in keys if k in GRAINS)}; choose one.", code="query.two_grains"
        )
    where = tuple(_filter(f, catalog) for f in (*query.where, *rights.where))
    _check_words(query)
    dimensions = tuple(
        dict.fromkeys([*(k for k in keys if k in catalog.declared.dimensions), *(f.dimension for f in where)])
    )
    measures: dict[str, str] = {}
    for metric in metrics:
        for name in measures_of(metric, catalog.declared):
            measures[name] = _answerable(name, metric, dimensions, catalog)
    said = frozenset(measures.values())
    for name in _hidden_measures(measures):
        measures.setdefault(name, name)
    _check_grain(keys, measures, catalog.declared)
    split = "currency" not in keys and any(catalog.declared.measures[m].type == "money" for m in measures.values())
    groups = _grouped(measures.values(), catalog.declared)
    return Question(metrics, keys, where, _order(query, metrics, keys, catalog), measures, groups, split, said)


def _hidden_measures(measures: Iterable[str]) -> tuple[str, ...]:
    """What the notes of an answer need besides."""
    return ("refunded_undated",) if "refunded" in measures else ()


def measures_of(metric: Metric, declared: Declarations) -> tuple[str, ...]:
    """The measures behind a metric, through other metrics."""
    found: dict[str, None] = {}
    for name in names_in(metric.formula):
        if name in declared.measures:
            found[name] = None
        else:
            found.update(dict.fromkeys(measures_of(declared.metrics[name], declared)))
    return tuple(found)


def tables_of(measure: Measure, declared: Declarations) -> tuple[str, ...]:
    """The fact tables that a measure is computed from."""
    if measure.level:
        return (measure.level.table,)
    if measure.count:
        base = declared.measures[measure.count.base]
        return tuple(dict.fromkeys(p.table for p in base.parts if p.table in declared.entities[measure.count.entity]))
    return tuple(dict.fromkeys(p.table for p in measure.parts))


def can_cut(measure: Measure, dimension: str, declared: Declarations) -> bool:
    return any(
        dimension_in_table(declared.dimensions[dimension], t, declared) is not None
        for t in tables_of(measure, declared)
    )


def cuts_of(metric: Metric, declared: Declarations) -> tuple[str, ...]:
    """The dimensions by which a metric can be cut."""
    return tuple(
        d for d in declared.dimensions if all(_with_fallback(m, d, declared) for m in measures_of(metric, declared))
    )


def _with_fallback(name: str, dimension: str, declared: Declarations) -> bool:
    measure = declared.measures[name]
    if can_cut(measure, dimension, declared):
        return True
    return bool(measure.fallback) and can_cut(declared.measures[measure.fallback], dimension, declared)


def _answerable(name: str, metric: Metric, dimensions: tuple[str, ...], catalog: Catalog) -> str:
    declared = catalog.declared
    measure = declared.measures[name]
    if all(can_cut(measure, d, declared) for d in dimensions):
        return name
    if measure.fallback and all(can_cut(declared.measures[measure.fallback], d, declared) for d in dimensions):
        return measure.fallback
    possible = cuts_of(metric, declared)
    wrong = next((d for d in dimensions if d not in possible), dimensions[0])
    raise InputError(
        f"{metric.name} cannot be cut or filtered by {wrong}. It can be asked by {', '.join(possible) or 'no dimension'}; "
        "or ask for it without that dimension.",
        code="query.cannot_cut",
        values={"metric": metric.name, "dimension": wrong, "valid": possible},
    )


def _visible(metric: Metric, rights: Rights, declared: Declarations) -> None:
    hidden = rights.hidden_metrics & {metric.name, *_metrics_behind(metric, declared)}
    if hidden:
        raise InputError(
            f"{metric.name} is not shown to you; ask the workspace's owner for it.",
            code="query.metric_hidden",
            values={"metric": metric.name},
        )


def _metrics_behind(metric: Metric, declared: Declarations) -> set[str]:
    names = {n for n in names_in(metric.formula) if n not in declared.measures}
    return names.union(*(_metrics_behind(declared.metrics[n], declared) for n in names))


def _filter(condition: Filter, catalog: Catalog) -> Filter:
    if condition.op not in OPERATORS:
        raise InputError(
            f"unknown operator {condition.op!r}{nearest(condition.op, OPERATORS).hint}; valid: {', '.join(OPERATORS)}.",
            code="query.operator",
        )
    name = catalog.dimension(condition.dimension)
    if condition.op in ("is_empty", "is_not_empty"):
        return Filter(name, condition.op)
    if not condition.values or (condition.op in ("=", "!=") and len(condition.values) != 1):
        raise InputError(
            f"the filter {name} {condition.op} needs {'one value' if condition.op in ('=', '!=') else 'values'}; use in for several.",
            code="query.filter_values",
        )
    op = {"=": "in", "!=": "not_in"}.get(condition.op, condition.op)
    return Filter(name, op, condition.values)  # type: ignore[arg-type]


def _check_words(query: Query) -> None:
    if query.compare is not None and query.compare not in COMPARISONS:
        raise InputError(
            f"unknown comparison {query.compare!r}{nearest(query.compare, COMPARISONS).hint}; valid: {', '.join(COMPARISONS)}.",
            code="query.comparison",
        )
    if query.limit is not None and not 1 <= query.limit <= MOST_ROWS:
        raise InputError(f"limit {query.limit} is out of range; give 1 to {MOST_ROWS}.", code="query.limit")


def _check_grain(keys: tuple[str, ...], measures: dict[str, str], declared: Declarations) -> None:
    fine = next((k for k in keys if k in (*FINE_GRAINS, "hour_of_day")), "")
    for name in measures.values():
        measure = declared.measures[name]
        clocks = {(p.table, p.clock) for p in measure.parts}
        if measure.count:
            clocks = {(p.table, p.clock) for p in declared.measures[measure.count.base].parts}
        if fine and any(TABLES[t].by_name[c].type == Type.DATE for t, c in clocks):
            raise InputError(
                f"{name} is known by day only, so it cannot be shown by {fine}; ask by day or longer.",
                code="query.grain",
            )
        if fine and measure.count and measure.count.window:
            raise InputError(
                f"{name} looks back over whole days, so it cannot be shown by {fine}; ask by day or longer.",
                code="query.grain",
            )
        timeless = measure.level or (measure.count and measure.count.window)
        if timeless and any(k in CYCLES for k in keys):
            raise InputError(
                f"{name} is a state at the end of a period, so it cannot be shown by weekday or hour of day; ask by day, week or month.",
                code="query.grain",
            )


def _order(
    query: Query, metrics: tuple[Metric, ...], keys: tuple[str, ...], catalog: Catalog
) -> tuple[tuple[str, bool], ...]:
    names = {m.name for m in metrics}
    chosen = []
    for order in query.order:
        by = order.by
        if by not in names and by not in keys:
            try:
                by = catalog.metric(by).name
            except InputError:
                by = catalog.grouping(by)
        if by not in names and by not in keys:
            raise InputError(
                f"cannot order by {by}, which is not asked for; order by one of {', '.join([*names, *keys])}.",
                code="query.order",
            )
        chosen.append((by, order.descending))
    if not chosen:
        chosen = [(k, False) for k in keys if k in GRAINS or k in CYCLES] or [(metrics[0].name, True)]
    return (*chosen, *((k, False) for k in keys if k not in {c[0] for c in chosen}))


def _grouped(measures: Iterable[str], declared: Declarations) -> tuple[Group, ...]:
    found: dict[tuple[str, str, int | None], list[str]] = {}
    for name in dict.fromkeys(measures):
        measure = declared.measures[name]
        if measure.count:
            kind = "new" if measure.count.new else "count"
            key = (kind, measure.count.entity, measure.count.window)
        elif measure.level:
            key = ("level", measure.level.table, None)
        else:
            key = ("sum", "", None)
        found.setdefault(key, []).append(name)
    return tuple(Group(k[0], tuple(names), k[1] if k[0] != "level" else "", k[2]) for k, names in found.items())
