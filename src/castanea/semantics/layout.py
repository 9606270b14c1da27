"""Where a question is answered from: the smallest rollups that suffice, cut at their buckets, and facts for what is left over."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from castanea.kit.errors import InputError
from castanea.kit.grain import FINE, floor, following, midnight
from castanea.kit.zones import stretches, to_local, to_utc
from castanea.semantics.model import Declarations, RollupSpec
from castanea.semantics.periods import Scope
from castanea.semantics.question import Group, Question, tables_of
from castanea.semantics.rollup_plans import dimension_in_table

FACTS = ""
_QUARTER = timedelta(minutes=15)
_MOST_BUCKETS = 5000
_FEW_ROWS = 20_000
_FIRST_DAY, _LAST_DAY = date(1970, 1, 1), date(2200, 1, 1)
Bounds = Callable[["Work"], tuple[datetime | None, datetime | None]]


@dataclass(frozen=True)
class ZoneGroup:
    """Shops that share a zone: those named, or (`rest`) all but those named; neither = every row."""

    scope: Scope
    shops: tuple[str, ...] = ()
    rest: bool = False


@dataclass(frozen=True)
class Segment:
    """[low, high) UTC read from one source, for the period or the one before it."""

    before: bool
    source: str
    low: datetime | None
    high: datetime | None
    zone: int = 0
    small: bool = False  # few rows: cheaper to read than to group twice


@dataclass(frozen=True)
class Bucket:
    """A time cell whose figure looks back: its key, the instants between which rows count (of a window, else of the cell), and the
    end of the cell as far as it has come."""

    before: bool
    key: datetime
    low: datetime
    high: datetime
    seen: datetime


@dataclass(frozen=True)
class Work:
    """One group of measures with its sources. `history` (for `new`) reaches further back; `buckets` are for levels and windows."""

    group: Group
    measures: tuple[str, ...]
    currency: bool
    sources: tuple[str, ...]
    segments: tuple[Segment, ...] = ()
    history: tuple[Segment, ...] = ()
    buckets: tuple[Bucket, ...] = ()


@dataclass(frozen=True)
class Layout:
    zones: tuple[ZoneGroup, ...]
    works: tuple[Work, ...]
    keys: tuple[str, ...]

    def shape(self) -> tuple[object, ...]:
        """What the SQL text depends on; instants and values are bound."""
        return (
            self.keys,
            tuple(_shape(work, self.zones) for work in self.works),
            tuple((len(z.shops), z.rest) for z in self.zones),
        )


def _shape(work: Work, zones: Sequence[ZoneGroup]) -> tuple[object, ...]:
    def one(segment: Segment) -> tuple[object, ...]:
        zone = zones[segment.zone].scope
        offsets = tuple(s.minutes for s in stretches(zone.zone, segment.low, segment.high))
        return (
            segment.before,
            segment.source,
            segment.low is None,
            segment.high is None,
            segment.zone,
            offsets,
            zone.shift,
            zone.shift_minutes,
        )

    return (
        work.group.kind,
        work.measures,
        work.currency,
        tuple(map(one, work.segments)),
        tuple(map(one, work.history)),
        bool(work.buckets),
    )


@dataclass
class Layouter:
    """Plans layouts over the declared rollups that the loader keeps (`kept`)."""

    declared: Declarations
    kept: frozenset[str]
    zone: str
    week_start: int
    new_buyer_days: int
    _found: dict[object, tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]] = field(default_factory=dict)

    def layout(
        self,
        question: Question,
        zones: tuple[ZoneGroup, ...],
        keys: tuple[str, ...],
        now: datetime,
        bounds: Bounds,
        known: tuple[str, ...] = (),
    ) -> Layout:
        """The layout of the question cut by `keys` (all of its keys, or none for totals); its sources know the dimensions `known` too."""
        works = [
            self._with_segments(work, zones, keys, now, bounds)
            for group in question.groups
            for work in self._works(group, question, keys, known)
        ]
        return Layout(zones, tuple(works), keys)

    def _works(self, group: Group, question: Question, keys: tuple[str, ...], known: tuple[str, ...]) -> list[Work]:
        cut = (*(k for k in keys if k in self.declared.dimensions), *(f.dimension for f in question.where), *known)
        needed = tuple(dict.fromkeys(cut))
        fine = "minute" if "minute" in keys else "hour" if any(k in (*FINE, "hour_of_day") for k in keys) else ""
        cache = (group, needed, fine, question.split)
        if cache not in self._found:
            self._found[cache] = tuple(self._assign(group, needed, fine, split=question.split))
        return [
            Work(group, measures, question.split and self._has_currency(measures), sources)
            for measures, sources in self._found[cache]
        ]

    def _has_currency(self, measures: Iterable[str]) -> bool:
        currency = self.declared.dimensions["currency"]
        tables = {t for m in measures for t in tables_of(self.declared.measures[m], self.declared)}
        return all(dimension_in_table(currency, t, self.declared) is not None for t in tables)

    def _assign(
        self, group: Group, needed: tuple[str, ...], fine: str, *, split: bool
    ) -> Iterable[tuple[tuple[str, ...], tuple[str, ...]]]:
        """Measures with the sources that can answer them, the smallest first; facts always last."""
        by_currency: dict[bool, list[str]] = {}
        for name in group.measures:
            by_currency.setdefault(split and self._has_currency([name]), []).append(name)
        for currency, names in by_currency.items():
            dimensions = (*needed, "currency") if currency and "currency" not in needed else needed
            if group.kind in ("level", "running", "median", "report") or group.each:
                yield tuple(names), (FACTS,)
                continue
            together = self._sources(group, names, dimensions, fine)
            if len(together) > 1:
                yield tuple(names), together
                continue
            apart: dict[tuple[str, ...], list[str]] = {}
            for name in names:
                apart.setdefault(self._sources(group, [name], dimensions, fine), []).append(name)
            for sources, some in apart.items():
                yield tuple(some), sources

    def _sources(self, group: Group, names: Sequence[str], dimensions: tuple[str, ...], fine: str) -> tuple[str, ...]:
        """The rollups that suffice, the smallest first, and facts. No rollup knows minutes."""
        bases = [c.base if (c := self.declared.measures[n].count) else n for n in names]
        able = [
            spec
            for spec in self.declared.rollups.values()
            if spec.name in self.kept
            and fine != "minute"
            and spec.entity == group.entity
            and set(bases) <= set(spec.measures)
            and not (fine and spec.grain == "day")
            and all(self._knows(spec, d) for d in dimensions)
        ]
        able.sort(key=lambda spec: spec.size)
        return (*(spec.name for spec in able), FACTS)

    def _knows(self, spec: RollupSpec, dimension: str) -> bool:
        lookup = self.declared.dimensions[dimension].lookup
        return dimension in spec.dimensions or bool(lookup and lookup.of in spec.dimensions)

    def _with_segments(
        self, work: Work, zones: tuple[ZoneGroup, ...], keys: tuple[str, ...], now: datetime, bounds: Bounds
    ) -> Work:
        if work.group.looks_back:
            return self._looking_back(work, zones[0].scope, keys, now, bounds)
        segments: list[Segment] = []
        history: list[Segment] = []
        days = timedelta(days=self.new_buyer_days)
        for index, group in enumerate(zones):
            scope = group.scope
            spans = [(False, scope.start, scope.end)]
            if scope.shift is not None:
                spans.append((True, scope.before_start, scope.before_end))
            for before, low, high in spans:
                segments += self._cover(before, low, high, work.sources, scope.zone, index)
                if work.group.kind == "new":
                    earlier = _local_days_before(low, days, scope.zone) if low else None
                    history += self._cover(before, earlier, high, work.sources, scope.zone, index)
        return Work(work.group, work.measures, work.currency, work.sources, tuple(segments), tuple(history))

    def _looking_back(self, work: Work, scope: Scope, keys: tuple[str, ...], now: datetime, bounds: Bounds) -> Work:
        """Levels, running sums, reports and windows: a bucket for each time cell, or for the whole period."""
        grain = next((k for k in keys if k in self.declared.grains), "")
        start, end = scope.start, scope.end
        if (grain and (start is None or end is None)) or self._needs_bounds(work, start, end):
            first, last = bounds(work)
            start = start or first
            end = end or (last + timedelta(microseconds=1) if last else now)
            start = start or end
        buckets = tuple(self._buckets(work, scope, grain, start, end, now))
        if work.group.kind in ("level", "report"):
            return replace(work, buckets=buckets)
        segments: list[Segment] = []
        for before in (False, True):
            mine = [b for b in buckets if b.before == before]
            if mine:
                low = min(b.low for b in mine) if work.group.window else None
                segments += self._cover(before, low, max(b.high for b in mine), work.sources, scope.zone, 0)
        return replace(work, segments=tuple(segments), buckets=buckets if grain or work.group.kind == "running" else ())

    def _needs_bounds(self, work: Work, start: datetime | None, end: datetime | None) -> bool:
        levels = [level for m in work.measures if (level := self.declared.measures[m].level)]
        spans = any(level.days or level.at.startswith("average") for level in levels)
        return (end is None and bool(work.group.window)) or (spans and (start is None or end is None))

    def _buckets(
        self, work: Work, scope: Scope, grain: str, start: datetime | None, end: datetime | None, now: datetime
    ) -> Iterable[Bucket]:
        zone = scope.zone
        first = to_local(start, zone) if start else midnight(_FIRST_DAY)
        last = to_local(end, zone) if end else midnight(_LAST_DAY)
        cells = [(first, first, last)]
        if grain and start and end:
            until = min(end, max(now, start) + _QUARTER)
            cells = [(low, max(low, first), high) for low, high in _cells(start, until, grain, zone, self.week_start)]
        daily = any((level := self.declared.measures[m].level) and level.days for m in work.measures)
        for key, low, high in cells:
            inside = [(low, high)]
            if daily:
                until = min(to_utc(high, zone), end or now, max(now, to_utc(low, zone)) + _QUARTER)
                inside = list(_cells(to_utc(low, zone), until, "day", zone, self.week_start))
            for since, till in inside:
                yield from self._bucket(work, scope, key, since, till, end if grain or daily else None, now)

    def _bucket(
        self,
        work: Work,
        scope: Scope,
        key: datetime,
        low: datetime,
        high: datetime,
        end: datetime | None,
        now: datetime,
    ) -> Iterable[Bucket]:
        """The bucket of a cell, and that of the cell it is compared with."""
        zone = scope.zone
        whole = (
            work.group.kind == "report"
        )  # its length picks the report, so an unfinished cell stays as long as it will be
        since, top = to_utc(low, zone), to_utc(high, zone)
        top = min(top, end) if end else top
        yield Bucket(False, key, self._window_start(work, high, zone) or since, top, min(top, max(now, since)))
        if scope.shift is None or scope.before_end is None:
            return
        back, back_high = scope.shift.back(low), scope.shift.back(high)
        minutes = timedelta(minutes=scope.shift_minutes)
        since, top = to_utc(back, zone) - minutes, to_utc(back_high, zone) - minutes
        top = top if whole else min(top, scope.before_end)
        yield Bucket(True, key, self._window_start(work, back_high, zone) or since, top, top)

    def _window_start(self, work: Work, local_end: datetime, zone: ZoneInfo) -> datetime | None:
        if not work.group.window:
            return None
        day = midnight((local_end - timedelta(microseconds=1)).date()) + timedelta(days=1)
        return to_utc(day - timedelta(days=work.group.window), zone)

    def _cover(
        self,
        before: bool,
        low: datetime | None,
        high: datetime | None,
        sources: Sequence[str],
        zone: ZoneInfo,
        index: int,
    ) -> list[Segment]:
        """Disjoint segments for [low, high): the core from the first source that fits, the edges from the finer ones."""
        if low is not None and high is not None and low >= high:
            return []
        source, rest = sources[0], sources[1:]
        short = low is not None and high is not None and high - low <= timedelta(hours=2)
        if source == FACTS:
            return [Segment(before, FACTS, low, high, index)]
        spec = self.declared.rollups[source]
        if spec.grain == "day" and zone.key != self.zone:
            return self._cover(before, low, high, rest, zone, index)
        core_low, core_high = _ceiling(low, spec.grain, zone), _floored(high, spec.grain, zone)
        ragged = core_low != low or core_high != high
        crooked = any(s.minutes % 15 for s in stretches(zone, low, high))
        empty = core_low is not None and core_high is not None and core_low >= core_high
        if empty or crooked or (short and ragged):
            return self._cover(before, low, high, rest, zone, index)
        found = [Segment(before, source, core_low, core_high, index, _small(spec, core_low, core_high))]
        if low != core_low:
            found += self._cover(before, low, core_low, rest, zone, index)
        if high != core_high:
            found += self._cover(before, core_high, high, rest, zone, index)
        return found


def _small(spec: RollupSpec, low: datetime | None, high: datetime | None) -> bool:
    return low is not None and high is not None and spec.size * max((high - low).days, 1) <= _FEW_ROWS


def _cells(
    start: datetime, end: datetime, grain: str, zone: ZoneInfo, week_start: int
) -> Iterable[tuple[datetime, datetime]]:
    local, last = floor(to_local(start, zone), grain, week_start), to_local(end, zone)
    step = {"minute": timedelta(minutes=1), "quarter_hour": _QUARTER, "hour": timedelta(hours=1)}.get(grain)
    count = 0
    while local < last:
        after = local + step if step else following(local, grain)
        yield local, after
        local = after
        count += 1
        if count > _MOST_BUCKETS:
            raise InputError(
                f"more than {_MOST_BUCKETS} cells of {grain} in the range; ask for a shorter range or a coarser grain.",
                code="query.too_many",
            )


def _local_days_before(at: datetime, days: timedelta, zone: ZoneInfo) -> datetime:
    return to_utc(midnight(to_local(at, zone).date()) - days, zone)


def _floored(at: datetime | None, grain: str, zone: ZoneInfo) -> datetime | None:
    if at is None:
        return None
    if grain == "day":
        return to_utc(midnight(to_local(at, zone).date()), zone)
    return at - timedelta(minutes=at.minute % 15, seconds=at.second, microseconds=at.microsecond)


def _ceiling(at: datetime | None, grain: str, zone: ZoneInfo) -> datetime | None:
    floored = _floored(at, grain, zone)
    if at is None or floored is None or floored == at:
        return at
    if grain == "day":
        return to_utc(midnight(to_local(at, zone).date()) + timedelta(days=1), zone)
    return floored + _QUARTER


def local_date(at: datetime, zone: ZoneInfo) -> date:
    """The first local day that begins at or after an instant."""
    local = to_local(at, zone)
    return local.date() if local == midnight(local.date()) else local.date() + timedelta(days=1)


def naive(at: datetime | None) -> datetime | None:
    """UTC without a zone, as the warehouse holds times."""
    return at and at.astimezone(UTC).replace(tzinfo=None)


__all__ = ["FACTS", "Bucket", "Layout", "Layouter", "Segment", "Work", "ZoneGroup", "local_date", "naive"]
