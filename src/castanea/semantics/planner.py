"""The planner: the only door to numbers. A query becomes one SQLGlot tree, rendered once per shape; values are bound each time."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from castanea.contracts.behind import BehindQuestion, RowsBehind
from castanea.contracts.buyers import BuyerQuestion
from castanea.contracts.query import Answer, Query, Rights
from castanea.contracts.rollup import RollupPlan
from castanea.contracts.warehouse import Reader
from castanea.contracts.workspace import WorkspaceSettings
from castanea.kit.errors import InputError
from castanea.kit.zones import stretches, zone_of
from castanea.semantics.answers import Asked, answer_from
from castanea.semantics.beginnings import Beginnings
from castanea.semantics.behind import BehindReader, plain_query, sources_of, with_names
from castanea.semantics.bounded import read_bounded
from castanea.semantics.buyers import PurchaseReader, Purchases, purchases_query
from castanea.semantics.catalog import Catalog
from castanea.semantics.facts_read import Surroundings, data_bounds, read_as_of, read_surroundings
from castanea.semantics.layout import Bucket, Layout, Layouter, Segment, Work, ZoneGroup, local_date, naive
from castanea.semantics.member_names import MemberNames
from castanea.semantics.periods import Span, scope_of, span_of
from castanea.semantics.question import Question, behind, resolve
from castanea.semantics.refusals import refuse_inside_gap, refuse_what_cannot_stand
from castanea.semantics.rows import FOREIGN
from castanea.semantics.scan import Workshop
from castanea.semantics.statement import Builder, Wanted
from castanea.semantics.templates import Path

_KEPT_SHAPES = 512
_SOME_DAY = datetime(
    2100, 1, 1, tzinfo=UTC
)  # on which a query is checked that nobody asks yet: no range begins after it
_MOST_MINUTES = timedelta(days=2)
_FRESH, _NEWEST = timedelta(seconds=10), timedelta(seconds=1)


@dataclass(frozen=True)
class Prepared:
    """A shape's SQL, with where each bound value comes from."""

    sql: str
    paths: tuple[Path, ...]
    columns: tuple[str, ...]
    others: bool
    steps: tuple[str, ...]


@dataclass(frozen=True)
class Plan:
    """A query made ready: its SQL, its values, and what is needed to read its result."""

    prepared: Prepared
    values: list[Any]
    asked: Asked
    layout: Layout
    watched: bool


class Planner:
    """Answers queries from the rollups of `plans` and the facts. Not to be shared between threads."""

    def __init__(
        self, catalog: Catalog, settings: WorkspaceSettings, rollups: Iterable[RollupPlan], dialect: str = "duckdb"
    ) -> None:
        self._catalog = catalog
        self._settings = settings
        self._dialect = dialect
        self._zone = zone_of(settings.zone)
        self._layouter = Layouter(
            catalog.declared,
            frozenset(p.name for p in rollups),
            settings.zone,
            settings.week_start,
            settings.new_buyer_days,
        )
        self._questions: OrderedDict[object, Question] = OrderedDict()
        self._prepared: OrderedDict[object, Prepared] = OrderedDict()
        self._one_currency = True  # until an answer shows another; from then on money is always grouped by currency
        self._names = MemberNames(catalog.declared, dialect)
        self._beginnings = Beginnings(catalog.declared, settings.zone, dialect)
        self._surroundings: tuple[datetime, datetime, Surroundings] | None = None
        self._bounded: OrderedDict[object, tuple[datetime, Surroundings]] = OrderedDict()

    @property
    def catalog(self) -> Catalog:
        """The metrics and dimensions that it answers from."""
        return self._catalog

    @property
    def zone(self) -> ZoneInfo:
        """The workspace's zone, in which days begin and end."""
        return self._zone

    def answer(self, query: Query, reader: Reader, now: datetime, rights: Rights = Rights()) -> Answer:  # noqa: B008 - frozen
        """The answer as of `now` (aware). Raises InputError when the query cannot be answered, saying what can be asked."""
        plan = self.plan(query, reader, now, rights)
        table = reader.fetch(plan.prepared.sql, plan.values)
        if plan.watched and _several(table):
            self._one_currency = False
            return self.answer(query, reader, now, rights)
        refuse_what_cannot_stand(plan.asked.question, table)
        if query.compare is not None and rights == Rights():  # where the whole begins is told to who sees the whole
            begins = self._beginnings.of(plan.asked.question, plan.asked.scope.before_start, reader, now)
            plan = replace(plan, asked=replace(plan.asked, begins=begins))
        names = self._names.of(plan.asked.question, table, reader, now)
        around = self.surroundings(reader, now, rights)
        return answer_from(table, plan.asked, plan.layout, around, names, self._catalog, self._settings)

    def check(self, query: Query, rights: Rights = Rights()) -> None:  # noqa: B008
        """Raises InputError when the query cannot be answered, with the nearest valid names."""
        self._question(query, rights)
        zone = self._zone_of(query)
        span = span_of(query.time, _SOME_DAY, zone, self._settings.week_start)
        _refuse_long_minutes(self._question(query, rights), span)

    def behind(
        self,
        asked: BehindQuestion,
        reader: Reader,
        now: datetime,
        rights: Rights = Rights(),  # noqa: B008 - frozen
    ) -> RowsBehind:
        """The rows that a number is made of, as far as the reader may see them. Raises InputError as `answer` does, NotFound for a list of
        rows that the number does not have."""
        query = plain_query(asked)
        question = self._question(query, rights)
        read = BehindReader(
            self._catalog,
            question,
            self._zones(query, question, reader, now),
            self._settings.currency,
            self._settings.week_start,
            self._dialect,
        )
        found, table = read.read(asked, sources_of(question, self._catalog, rights), reader)
        if table is None:
            return found
        named = replace(question, keys=tuple(c.name for c in found.columns if c.role == "dimension"))
        return with_names(found, self._names.of(named, table, reader, now))

    def purchases(self, asked: BuyerQuestion, reader: Reader, now: datetime, rights: Rights = Rights()) -> Purchases:  # noqa: B008
        """The purchases by buyer that the reader's rules let through. Raises InputError as `answer` does of the paid amount and of buyers."""
        query = purchases_query(asked)
        question = self._question(query, rights)
        zones, settings = self._zones(query, question, reader, now), self._settings
        read = PurchaseReader(self._catalog, question, zones, settings.currency, settings.week_start, self._dialect)
        return read.read(reader)

    def depends_on(self, query: Query) -> frozenset[str]:
        """The tables whose change may change the answer."""
        question = self._question(query, Rights())
        declared = self._catalog.declared
        tables = {
            t for name, used in question.measures.items() for t in behind(declared.measures[used or name], declared)
        }
        for name in (*question.dimensions, *(f.dimension for f in question.where)):
            dimension = declared.dimensions[name]
            tables |= {lookup.table for lookup in (dimension.lookup, dimension.member_name) if lookup}
        if query.zone == "shop":
            tables.add("shop")
        return frozenset(tables)

    def plan(self, query: Query, reader: Reader, now: datetime, rights: Rights = Rights()) -> Plan:  # noqa: B008
        """The query's SQL and values, without running it (the reader is asked for shop zones or the data's span when they matter)."""
        question = self._question(query, rights)
        measures = self._catalog.declared.measures
        sums = all(measures[m].kind == "sum" for m in question.measures.values() if m and measures[m].type == "money")
        watched = question.split and self._one_currency and sums
        if watched:
            question = replace(question, split=False)
        zones = self._zones(query, question, reader, now)

        def bounds(work: Work) -> tuple[datetime | None, datetime | None]:
            return data_bounds(work, reader, self._catalog.declared, self._dialect)

        for gap in sorted(question.gaps):
            refuse_inside_gap(self._catalog.declared.measures[gap], question, zones, reader, self._dialect)
        layout = self._layouter.layout(question, zones, question.keys, now, bounds)
        whole = None
        if query.totals or query.limit is not None:
            counted = query.limit is not None and any(g.kind != "sum" for g in question.groups)
            known = question.dimensions if counted else ()  # members that are shown are left out of the others
            whole = layout if not question.keys else self._layouter.layout(question, zones, (), now, bounds, known)
        wanted = self._wanted(query, question, zones)
        shape = (_static(query, rights), layout.shape(), whole.shape() if whole else None, wanted, watched)
        prepared = self._prepared.get(shape)
        if prepared is None:
            prepared = self._build(question, layout, whole, wanted, watched=watched)
            _keep(self._prepared, shape, prepared)
        layouts = {"main": layout, "totals": whole or layout}
        values = [_value(path, layouts, question, query) for path in prepared.paths]
        asked = Asked(question, query, zones[0].scope, prepared.columns, wanted.daily, now)
        return Plan(prepared, values, asked, layout, watched)

    def surroundings(self, reader: Reader, now: datetime, rights: Rights = Rights()) -> Surroundings:  # noqa: B008
        """What answers say about the data as a whole (or of the parts that are seen), read at most every ten seconds (how new the data is,
        every second)."""
        if rights != Rights():
            return self._bounded_surroundings(reader, now, rights)
        held = self._surroundings
        if held is None or not timedelta() <= now - held[0] < _FRESH:
            held = (now, now, replace(read_surroundings(reader), as_of=read_as_of(reader)))
        elif not timedelta() <= now - held[1] < _NEWEST:
            held = (held[0], now, replace(held[2], as_of=read_as_of(reader)))
        self._surroundings = held
        return held[2]

    def _bounded_surroundings(self, reader: Reader, now: datetime, rights: Rights) -> Surroundings:
        known = self._bounded.get(rights.key)
        if known is None or not timedelta() <= now - known[0] < _FRESH:
            known = (now, read_bounded(reader, rights, now, self._dialect))
            _keep(self._bounded, rights.key, known)
        return known[1]

    def _build(
        self, question: Question, layout: Layout, whole: Layout | None, wanted: Wanted, *, watched: bool
    ) -> Prepared:
        settings = self._settings
        shop = Workshop(
            self._catalog.declared, question, settings.currency, settings.week_start, settings.new_buyer_days, watched
        )
        built = Builder(shop, layout, whole, wanted)
        statement = built.build()
        sql = statement.tree.sql(dialect=self._dialect)
        return Prepared(
            sql, statement.paths, statement.columns, statement.others, tuple(name for name, _ in built.steps)
        )

    def _question(self, query: Query, rights: Rights) -> Question:
        static = (_static(query, rights), tuple(f.values for f in query.where), tuple(f.values for f in rights.where))
        found = self._questions.get(static)
        if found is None:
            found = resolve(query, rights, self._catalog)
            _keep(self._questions, static, found)
        return found

    def _zone_of(self, query: Query) -> ZoneInfo:
        return zone_of(query.zone) if query.zone not in ("", "shop") else self._zone

    def _zones(self, query: Query, question: Question, reader: Reader, now: datetime) -> tuple[ZoneGroup, ...]:
        by_week = "week" in question.keys

        def scoped(zone: ZoneInfo, shops: tuple[str, ...] = (), *, rest: bool = False) -> ZoneGroup:
            span = span_of(query.time, now, zone, self._settings.week_start)
            _refuse_long_minutes(question, span)
            return ZoneGroup(scope_of(span, now, zone, query.compare, by_week=by_week), shops, rest)

        if query.zone != "shop":
            return (scoped(self._zone_of(query)),)
        apart = {
            z: shops for z, shops in read_surroundings(reader).shop_zones.items() if z and z != self._settings.zone
        }
        others = tuple(s for shops in apart.values() for s in shops)
        return (
            scoped(self._zone, others, rest=True),
            *(scoped(zone_of(z), shops) for z, shops in sorted(apart.items())),
        )

    def _wanted(self, query: Query, question: Question, zones: tuple[ZoneGroup, ...]) -> Wanted:
        span = zones[0].scope.span
        here = all(z.scope.zone.key == self._settings.zone for z in zones)
        one_day = (
            here and span.start is not None and span.end is not None and span.end - span.start <= timedelta(days=1)
        )
        one_day = one_day and not span.minutes
        daily = here and (question.grain == "day" or (one_day and not question.fine and not question.cycles))
        return Wanted(query.compare is not None, query.limit is not None, query.totals, daily, one_day)


def _refuse_long_minutes(question: Question, span: Span) -> None:
    """Minutes are counted from single facts, so only a few days of them are: raises InputError (`query.too_many`) for more."""
    length = span.end - span.start if span.start and span.end else None
    if question.grain == "minute" and (length is None or length > _MOST_MINUTES):
        raise InputError(
            f"by minute at most {_MOST_MINUTES.days} days can be asked; ask for a shorter range (last 60min, today), or by quarter_hour.",
            code="query.too_many",
        )


def _several(table: pa.Table) -> bool:
    """Whether a statement that took all money to be in the workspace's currency met another one."""
    return any(table.column(FOREIGN).to_pylist())


def _static(query: Query, rights: Rights) -> tuple[object, ...]:
    """What of a query shapes its SQL: everything but instants and filter values."""
    where = tuple((f.dimension, f.op, len(f.values)) for f in (*query.where, *rights.where))
    return (
        query.metrics, query.by, where, query.compare, query.order, query.limit is not None, query.totals, query.zone == "shop",
        rights.hidden_metrics,
    )  # fmt: skip


def _keep(cache: OrderedDict[object, Any], key: object, value: Any) -> None:
    cache[key] = value
    while len(cache) > _KEPT_SHAPES:
        cache.popitem(last=False)


def _value(path: Path, layouts: dict[str, Layout], question: Question, query: Query) -> Any:
    """The value of a parameter: what the paths given to `Parameters.bind` mean."""
    head, *rest = path
    if head == "limit":
        return query.limit
    if head == "where":
        return question.where[rest[0]].values[rest[1]]
    if head == "shop":
        return layouts["main"].zones[rest[0]].shops[rest[1]]
    layout = layouts[head]
    work, field = rest[0], rest[1]
    if field == "buckets":
        what, form = rest[2], rest[3]
        zone = layout.zones[0].scope.zone
        return [_instant(bucket, what, form, zone) for bucket in layout.works[work].buckets]
    _, _, index, what, form = rest
    item = getattr(layout.works[work], field)[index]
    zone = layout.zones[getattr(item, "zone", 0)].scope.zone
    if what == "jump":
        return naive(stretches(zone, item.low, item.high)[form].since)
    return _instant(item, what, form, zone)


def _instant(item: Segment | Bucket, what: str, form: str, zone: ZoneInfo) -> Any:
    """A bound of a segment or bucket: a day in the zone, or UTC as the warehouse holds times."""
    if isinstance(item, Bucket) and what == "before":
        return int(item.before)
    if isinstance(item, Bucket) and what == "key":
        return item.key.date() if form == "DATE" else item.key
    at: datetime = getattr(item, what)
    return local_date(at, zone) if form in ("date", "days") else naive(at)
