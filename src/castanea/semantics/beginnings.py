"""When the data behind a metric begins: a comparison with a time before that is no comparison with nothing, but none at all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlglot import exp

from castanea.contracts.query import GRAINS
from castanea.contracts.warehouse import Reader
from castanea.kit.grain import following, midnight
from castanea.kit.zones import to_utc, zone_of
from castanea.semantics.model import Declarations, Metric
from castanea.semantics.periods import Scope
from castanea.semantics.question import Question, clocks_of, measures_of
from castanea.semantics.templates import col, named

_FRESH = timedelta(seconds=10)
_STEPS = {"minute": timedelta(minutes=1), "quarter_hour": timedelta(minutes=15), "hour": timedelta(hours=1)}


@dataclass
class Beginnings:
    """Reads the first time of each clock (the answer comes from a table's statistics). What was read is believed for ten seconds
    where it hides nothing; where it would hide a comparison it is read again, for rows of an earlier day may have come."""

    declared: Declarations
    zone: str
    dialect: str

    def __post_init__(self) -> None:
        self._since: datetime | None = None
        self._known: dict[tuple[str, str], datetime | None] = {}

    def of(self, question: Question, before: datetime | None, reader: Reader, now: datetime) -> dict[str, datetime]:
        """The first instant of any row that a metric is counted from, for metrics that are sums or counts and have data at all.
        `before`: where the comparison begins; None for the beginning of all."""
        if self._since is None or not timedelta() <= now - self._since < _FRESH:
            self._since, self._known = now, {}
        clocks = {m.name: self._clocks(m) for m in question.metrics}
        asked = {c for found in clocks.values() for c in found}
        self._read({c for c in asked if c not in self._known or _hides(self._known[c], before)}, reader)
        first = {name: [at for c in found if (at := self._known[c])] for name, found in clocks.items()}
        return {name: min(times) for name, times in first.items() if times}

    def _clocks(self, metric: Metric) -> set[tuple[str, str]]:
        measures = [self.declared.measures[n] for n in measures_of(metric, self.declared)]
        if any(m.kind not in ("sum", "count") for m in measures):
            return set()
        return {clock for m in measures for clock in clocks_of(m, self.declared)}

    def _read(self, missing: set[tuple[str, str]], reader: Reader) -> None:
        if not missing:
            return
        columns: list[exp.Expr] = []
        asked = sorted(missing)
        for n, (table, clock) in enumerate(asked):
            source = exp.table_(exp.to_identifier(table, quoted=True), db="fact")
            columns.append(named(exp.select(exp.Min(this=col(clock))).from_(source).subquery(), f"first_{n}"))
        found = reader.fetch(exp.select(*columns).sql(dialect=self.dialect))
        for n, clock_ in enumerate(asked):
            self._known[clock_] = self._instant(found.column(n)[0].as_py())

    def _instant(self, value: date | datetime | None) -> datetime | None:
        if value is None:
            return None
        if isinstance(value, datetime):
            return value.replace(tzinfo=UTC)
        return to_utc(midnight(value), zone_of(self.zone))


def _hides(begins: datetime | None, before: datetime | None) -> bool:
    return begins is None or before is None or before < begins


def lies_before(grain: str, scope: Scope, begins: datetime) -> Callable[[date | datetime | None], bool]:
    """Whether the cell that a cell of `grain` is compared with (None: the whole period) ends before the data begin."""

    def whole(_: date | datetime | None) -> bool:
        return scope.before_end is not None and scope.before_end <= begins

    def cell(key: date | datetime | None) -> bool:
        if key is None or scope.shift is None:
            return whole(key)
        start = key if isinstance(key, datetime) else midnight(key)
        end = start + _STEPS[grain] if grain in _STEPS else following(start, grain)
        return to_utc(scope.shift.back(end), scope.zone) - timedelta(minutes=scope.shift_minutes) <= begins

    if whole(None):
        return lambda _: True
    if grain not in GRAINS or (scope.before_start is not None and scope.before_start >= begins):
        return whole
    return cell


__all__ = ["Beginnings", "lies_before"]
