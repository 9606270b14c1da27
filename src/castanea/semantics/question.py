"""A query with its names looked up: which measures it needs, by what it is cut, whether that can be answered at all."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from castanea.contracts.query import COMPARISONS, CYCLES, GRAINS, Filter, Query, Rights
from castanea.contracts.table import Type
from castanea.contracts.tables import TABLES
from castanea.kit.errors import InputError
from castanea.kit.grain import FINE
from castanea.kit.nearest import nearest
from castanea.semantics.catalog import Catalog
from castanea.semantics.expressions import names_in
from castanea.semantics.measures_reader import REPORTS, SCOPES
from castanea.semantics.model import SHORTER, SURPLUS, Declarations, Measure, Metric
from castanea.semantics.rollup_plans import dimension_in_table

FINE_GRAINS = FINE
OPERATORS = ("=", "!=", "in", "not_in", "is_empty", "is_not_empty")
MOST_ROWS = 100_000


@dataclass(frozen=True)
class Group:
    """Measures that are computed together: sums; counts of one entity (over one window); levels of one table."""

    kind: str  # sum | count | new | level | running | median | report
    measures: tuple[str, ...]
    entity: str = ""
    window: int | None = None  # days; 0 = all before
    each: str = ""

    @property
    def looks_back(self) -> bool:
        """Whether its figure is not made of the rows inside its cells alone."""
        return self.kind in ("level", "running", "report") or bool(self.window)


@dataclass(frozen=True)
class Question:
    """A query whose names are found and whose cuts are possible. `said` are the computed measures that metrics name (`measures` may
    hold more, for notes).

    `gaps` are measures that do not know a cut: nothing of theirs may lie in the period. `keys` are the names of grains, cycles and
    dimensions in the order asked; `measures` maps what formulas say to what is computed (a fallback where order lines are cut)."""

    metrics: tuple[Metric, ...]
    keys: tuple[str, ...]
    where: tuple[Filter, ...]
    order: tuple[tuple[str, bool], ...]
    measures: dict[str, str]
    groups: tuple[Group, ...]
    split: bool
    said: frozenset[str] = frozenset()
    gaps: frozenset[str] = frozenset()

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
    def cut(self) -> tuple[str, ...]:
        """The dimensions of the keys and filters."""
        return tuple(dict.fromkeys((*self.dimensions, *(f.dimension for f in self.where))))

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
    pinned = {*keys, *(f.dimension for f in where if f.op == "in" and len(f.values) == 1)}
    for metric in metrics:
        _check_within(metric, pinned, catalog.declared)
    dimensions = tuple(
        dict.fromkeys([*(k for k in keys if k in catalog.declared.dimensions), *(f.dimension for f in where)])
    )
    measures: dict[str, str] = {}
    for metric in metrics:
        for name in measures_of(metric, catalog.declared):
            measures[name] = _answerable(name, metric, dimensions, catalog)
    gaps = frozenset(name for name, used in measures.items() if not used)
    said = frozenset(used for used in measures.values() if used)
    for name in _hidden_measures(measures.values(), catalog.declared):
        measures.setdefault(name, name)
    _check_grain(keys, measures, catalog.declared)
    split = "currency" not in keys and any(catalog.declared.measures[m].type == "money" for m in measures.values() if m)
    groups = _grouped((m for m in measures.values() if m), catalog.declared)
    return Question(metrics, keys, where, _order(query, metrics, keys, catalog), measures, groups, split, said, gaps)


def _hidden_measures(measures: Iterable[str], declared: Declarations) -> tuple[str, ...]:
    """What the notes of an answer need besides."""
    used = set(measures)
    found = ("refunded_undated",) if "refunded" in used else ()
    return (*found, SURPLUS, SHORTER) if any(m and declared.measures[m].report for m in used) else found


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
    if measure.median:
        return (measure.median.table,)
    if measure.report:
        return (REPORTS,)
    if measure.count:
        base = declared.measures[measure.count.base]
        return tuple(dict.fromkeys(p.table for p in base.parts if p.table in declared.entities[measure.count.entity]))
    return tuple(dict.fromkeys(p.table for p in measure.parts))


def behind(measure: Measure, declared: Declarations) -> frozenset[str]:
    """The tables whose change may change the measure: those it is computed from and those it looks things up in."""
    found = set(tables_of(measure, declared))
    parts = declared.measures[measure.count.base].parts if measure.count else measure.parts
    for part in (*parts, *((measure.median,) if measure.median else ())):
        found |= {lookup.table for _, lookup in part.look}
    if measure.level and measure.level.unsold:
        found.add(measure.level.unsold.table)
    return frozenset(found)


def can_cut(measure: Measure, dimension: str, declared: Declarations) -> bool:
    if measure.scope is not None and scope_of_dimension(dimension, declared) not in ("", measure.scope):
        return False  # rows of another scope of the platform's table
    return any(
        dimension_in_table(declared.dimensions[dimension], t, declared) is not None
        for t in tables_of(measure, declared)
    )


def scope_of_dimension(dimension: str, declared: Declarations) -> str:
    """The scope of platform_daily whose members the dimension speaks of: its own, or that of the dimension it is an attribute of."""
    lookup = declared.dimensions[dimension].lookup
    of = lookup.of if lookup and REPORTS not in declared.dimensions[dimension].columns else ""
    return next((name for name in (dimension, of) if name in SCOPES), "")


def cuts_of(metric: Metric, declared: Declarations) -> tuple[str, ...]:
    """The dimensions by which a metric can be cut."""
    return tuple(
        d for d in declared.dimensions if all(_with_fallback(m, d, declared) for m in measures_of(metric, declared))
    )


def _with_fallback(name: str, dimension: str, declared: Declarations) -> bool:
    measure = declared.measures[name]
    return measure.gap or any(can_cut(declared.measures[n], dimension, declared) for n in _instead(measure))


def _instead(measure: Measure) -> tuple[str, ...]:
    """The measure itself, and those that answer where it cannot."""
    return (measure.name, *((measure.fallback,) if measure.fallback else ()), *(n for _, n in measure.scopes))


def _answerable(name: str, metric: Metric, dimensions: tuple[str, ...], catalog: Catalog) -> str:
    """The measure that answers: itself or what stands in for it; '' where nothing of it may lie in the period."""
    declared = catalog.declared
    measure = declared.measures[name]
    for stand_in in _instead(measure):
        if all(can_cut(declared.measures[stand_in], d, declared) for d in dimensions):
            return stand_in
    if measure.gap:
        return ""
    possible = cuts_of(metric, declared)
    wrong = next((d for d in dimensions if d not in possible), dimensions[0])
    raise InputError(
        f"{metric.name} cannot be cut or filtered by {wrong}. It can be asked by {', '.join(possible) or 'no dimension'}; "
        "or ask for it without that dimension.",
        code="query.cannot_cut",
        values={"metric": metric.name, "dimension": wrong, "valid": possible},
    )


def _visible(metric: Metric, rights: Rights, declared: Declarations) -> None:
    classes = {f"class:{c}" for c in classes_of(metric, declared)}
    hidden = rights.hidden_metrics & {metric.name, *_metrics_behind(metric, declared), *classes}
    if hidden or (any(f.dimension == "category" for f in rights.where) and _looks_outside(metric, declared)):
        raise InputError(
            f"{metric.name} is not shown to you; ask the workspace's owner for it.",
            code="query.metric_hidden",
            values={"metric": metric.name},
        )


def _looks_outside(metric: Metric, declared: Declarations) -> bool:
    """Whether the metric asks what somebody bought before in whatever category: who sees some categories alone would learn of the others."""
    counts = (declared.measures[name].count for name in measures_of(metric, declared))
    return any(count and (count.new or count.window is not None) for count in counts)


def classes_of(metric: Metric, declared: Declarations) -> frozenset[str]:
    """What is sensitive about it (`cost`, `profit`): its own class and those of every metric and measure behind it."""
    found = {metric.sensitive} | {declared.metrics[n].sensitive for n in _metrics_behind(metric, declared)}
    for name in measures_of(metric, declared):
        measure = declared.measures[name]
        found.add(measure.sensitive)
        for other in (measure.fallback, measure.count.base if measure.count else ""):
            found.add(declared.measures[other].sensitive if other else "")
    return frozenset(found - {""})


def _metrics_behind(metric: Metric, declared: Declarations) -> set[str]:
    names = {n for n in names_in(metric.formula) if n not in declared.measures}
    return names.union(*(_metrics_behind(declared.metrics[n], declared) for n in names))


def _check_within(metric: Metric, pinned: set[str], declared: Declarations) -> None:
    """Figures that overlap (several platforms' attributed sales) are never added up over the dimensions they stand within."""
    for each in (metric, *(declared.metrics[n] for n in sorted(_metrics_behind(metric, declared)))):
        loose = [d for d in each.within if d not in pinned]
        if loose:
            names = ", ".join(loose)
            raise InputError(
                f"{metric.name} cannot be added up over {names}: the figures overlap or are not comparable. Ask for it by {names}, or "
                f"filter on one {loose[0]}.",
                code="not_additive",
                values={"metrics": metric.name, "by": names},
            )


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
    for name in filter(None, measures.values()):
        measure = declared.measures[name]
        clocks = clocks_of(measure, declared)
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
        timeless = measure.kind in ("level", "running", "report") or (measure.count and measure.count.window)
        if timeless and any(k in CYCLES for k in keys):
            raise InputError(
                f"{name} is a state at the end of a period, so it cannot be shown by weekday or hour of day; ask by day, week or month.",
                code="query.grain",
            )


def clocks_of(measure: Measure, declared: Declarations) -> set[tuple[str, str]]:
    """The tables and columns that date the measure."""
    if measure.level:
        return {(measure.level.table, measure.level.clock)}
    if measure.report:
        return {(REPORTS, "day")}
    parts = declared.measures[measure.count.base].parts if measure.count else measure.parts
    return {(p.table, p.clock) for p in ((measure.median,) if measure.median else parts)}


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
    found: dict[tuple[object, ...], tuple[Group, list[str]]] = {}
    for name in dict.fromkeys(measures):
        measure = declared.measures[name]
        group, apart = Group(measure.kind, ()), None
        if measure.count:
            count = measure.count
            group = Group("new" if count.new else "count", (), count.entity, count.window, count.each)
        elif measure.level:
            apart = measure.level.same
        elif measure.running is not None:
            group = Group("running", (), window=measure.running)
        elif measure.report:
            apart = (measure.report.scope, name if measure.report.latest else "")
        elif measure.median:
            apart = (name,)
        elif name in (SURPLUS, SHORTER):
            continue  # told by the reports themselves
        found.setdefault((group, apart), (group, []))[1].append(name)
    return tuple(replace(group, measures=tuple(names)) for group, names in found.values())
