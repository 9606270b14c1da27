"""The figures of alert rules, read in the process that owns the warehouse: as they stand, and as they were."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from castanea.alerts.rules import COMPARED
from castanea.contracts.alert import AlertPast, AlertReading, AlertReadings, AlertRule
from castanea.contracts.query import Answer, AnswerColumn, Filter, Order, Query, Rights, TimeRange
from castanea.contracts.target import Target
from castanea.contracts.warehouse import Reader
from castanea.kit.errors import CastaneaError, InputError
from castanea.runs.desk import Desk
from castanea.runs.target_progress import target_progress
from castanea.semantics import Planner

WHOLE: Rights = Rights()
SPAN = {"now": "today", "today": "today", "yesterday": "yesterday", "week": "last 7d"}
LOOKED_BACK = {"day": 400, "hour": 56}  # days of `unusual`
PREVIEW_DAYS, PREVIEW_HOURS = 90, 28
MOST_UNUSUAL = 50  # members whose past is looked through
SILENCE_DAYS = 2  # further back a silence is not measured
WEEKS_EVERY = 3  # days between the sliding weeks of a preview


@dataclass(frozen=True)
class _Row:
    member: str
    name: str
    value: str | None
    base: str | None = None


class AlertDesk:
    """Blocks; may be asked from several threads."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def read(self, rule: AlertRule, targets: Sequence[Target]) -> AlertReadings:
        """What stands now. What cannot be asked says why."""
        try:
            return self._read(rule, targets)
        except CastaneaError as refused:
            problem = {"code": refused.code, "message": str(refused), "values": refused.values}
            return AlertReadings(rule.id, problem=msgspec.to_builtins(problem, str_keys=True, enc_hook=str))

    def past(self, rule: AlertRule) -> AlertPast:
        """The readings of the last 90 days (of the last 28, by the hour), for members one after another. Raises InputError."""
        if rule.watch.kind in ("silent", "off_pace"):
            return AlertPast((), 0)
        planner, reader, now = self._desk.planner(), self._desk.reader(), self._desk.clock.now()
        grain, days = ("hour", PREVIEW_HOURS) if rule.window == "hour" else ("day", PREVIEW_DAYS)
        if rule.watch.kind == "unusual":
            told, column = self._judge(rule, planner, reader, now)
            first = now - timedelta(days=days)
            return AlertPast(tuple(r for r in told if r.at >= first), days, column.unit, column.currency)
        if rule.window == "week":
            return self._past_weeks(rule, planner, reader, now)
        query = _query(rule, _members(rule, planner, reader, now))
        query = replace(query, by=(grain, *query.by), time=_until_today(days, now, planner.zone), order=(), limit=None)
        answer = planner.answer(query, reader, now)
        column, base = _columns(answer, rule)
        readings = [
            AlertReading(
                str(row[rule.each] or "") if rule.each else "", _name(row, rule),
                _end_of(str(row[grain]), grain, planner.zone), _text(row[column.name]), _text(row[base]) if base else None,
            )
            for row in answer.rows
            if row[grain] is not None and _counts(row, answer, rule)
        ]  # fmt: skip
        readings.sort(key=lambda r: (r.member, r.at))
        return AlertPast(tuple(r for r in readings if r.at <= now), days, column.unit, column.currency)

    def check(self, rule: AlertRule) -> AlertRule:
        """The rule with its names as the catalogue writes them. Raises InputError when it cannot be asked."""
        planner = self._desk.planner()
        named = replace(
            rule,
            metric=planner.catalog.metric(rule.metric).name,
            each=planner.catalog.dimension(rule.each) if rule.each else "",
            where=tuple(replace(f, dimension=planner.catalog.dimension(f.dimension)) for f in rule.where),
            volume=planner.catalog.metric(rule.volume).name if rule.volume else "",
        )
        planner.check(_query(named, None))
        return named

    def _read(self, rule: AlertRule, targets: Sequence[Target]) -> AlertReadings:
        planner, reader, now = self._desk.planner(), self._desk.reader(), self._desk.clock.now()
        if rule.watch.kind == "off_pace":
            return self._pace(rule, targets)
        if rule.watch.kind == "unusual":
            told, column = self._judge(rule, planner, reader, now)
            newest = {each.member: each for each in told}
            return AlertReadings(rule.id, tuple(newest.values()), column.unit, column.currency)
        wanted = _members(rule, planner, reader, now)
        if rule.watch.kind == "silent" and rule.each:
            return _silences(rule, wanted or [], planner, reader, now)
        query, grain = _query(rule, wanted), "hour"
        if rule.window == "hour":  # the last one that is over
            query = replace(query, by=(grain, *query.by), time=_until_today(1, now, planner.zone), order=(), limit=None)
        answer = planner.answer(query, reader, now)
        column, base = _columns(answer, rule)
        if rule.watch.kind == "silent":
            hours = None if answer.as_of is None else (now - answer.as_of).total_seconds() / 3600
            return AlertReadings(
                rule.id, (AlertReading("", "", now, None if hours is None else f"{hours:.2f}"),), "hours"
            )
        at = now if answer.period.complete is False or answer.period.end is None else min(answer.period.end, now)
        if not answer.period.complete and answer.as_of is not None:
            at = min(now, max(answer.as_of, answer.period.start or answer.as_of))
        rows_told = answer.rows
        if rule.window == "hour":
            at = now.replace(minute=0, second=0, microsecond=0)
            rows_told = tuple(
                row
                for row in rows_told
                if row[grain] is not None and _end_of(str(row[grain]), grain, planner.zone) == at
            )
        zero = planner.catalog.metric(rule.metric).additivity == "additive" and answer.as_of is not None
        if rule.volume:  # who has too little of it is not judged: what was known of it stands
            rows_told = tuple(row for row in rows_told if _counts(row, answer, rule))
            wanted, zero = [str(row[rule.each] or "") for row in rows_told] if rule.each else wanted, False
            if not rows_told:
                return AlertReadings(rule.id, (), column.unit, column.currency)
        rows = _rows(rows_told, rule, column, base, wanted, zero=zero)
        readings = tuple(AlertReading(r.member, r.name, at, r.value, r.base) for r in rows)
        return AlertReadings(rule.id, readings, column.unit, column.currency)

    def _past_weeks(self, rule: AlertRule, planner: Planner, reader: Reader, now: datetime) -> AlertPast:
        """Sliding weeks that end every few days."""
        query = _query(rule, _members(rule, planner, reader, now))
        today = now.astimezone(planner.zone).date()
        readings: list[AlertReading] = []
        for back in range(PREVIEW_DAYS, 0, -WEEKS_EVERY):
            last = today - timedelta(days=back)
            week = TimeRange(since=last - timedelta(days=6), until=last)
            answer = planner.answer(replace(query, time=week, order=(), limit=None), reader, now)
            column, _ = _columns(answer, rule)
            at = _end_of(last.isoformat(), "day", planner.zone)
            readings += [
                AlertReading(
                    str(row[rule.each] or "") if rule.each else "", _name(row, rule), at, _text(row[column.name])
                )
                for row in answer.rows
                if _counts(row, answer, rule)
            ]
        readings.sort(key=lambda r: (r.member, r.at))
        return AlertPast(tuple(readings), PREVIEW_DAYS, column.unit, column.currency)

    def _pace(self, rule: AlertRule, targets: Sequence[Target]) -> AlertReadings:
        wanted = [target for target in targets if target.id == rule.watch.target]
        if not wanted:
            raise InputError("the rule's target is no longer kept; choose another", code="alerts.no_target")
        told = target_progress(self._desk, wanted, WHOLE, with_days=False)
        if not told or told[0].standing != "running":
            return AlertReadings(rule.id)
        progress = told[0]
        at = progress.at or self._desk.clock.now()
        reading = AlertReading("", wanted[0].name, at, progress.actual, progress.expected)
        return AlertReadings(rule.id, (reading,), progress.unit, progress.currency)

    def _judge(
        self, rule: AlertRule, planner: Planner, reader: Reader, now: datetime
    ) -> tuple[tuple[AlertReading, ...], AnswerColumn]:
        """All times that are over of each member, each judged by those before it."""
        import polars as pl

        from castanea.analysis.predict.anomalies import anomalies

        grain = "hour" if rule.window == "hour" else "day"
        watched = replace(rule, most=min(rule.most, MOST_UNUSUAL))
        query = _query(watched, _members(watched, planner, reader, now))
        back = _until_today(LOOKED_BACK[grain], now, planner.zone)
        query = replace(query, by=(grain, *query.by), time=back, order=(), limit=None, compare=None)
        answer = planner.answer(query, reader, now)
        column, _ = _columns(answer, replace(rule, watch=replace(rule.watch, kind="threshold")))
        zone, names = planner.zone, dict[str, str]()
        values: dict[str, dict[datetime, str | None]] = {}
        for row in answer.rows:
            if row[grain] is not None:
                member = str(row[rule.each] or "") if rule.each else ""
                names[member] = _name(row, rule)
                values.setdefault(member, {})[_end_of(str(row[grain]), grain, zone)] = _text(row[column.name])
        zero = planner.catalog.metric(rule.metric).additivity == "additive"
        told: list[AlertReading] = []
        for member, known in values.items():
            times = _every(min(known), now, grain, zone)
            series = [(at, known.get(at, "0" if zero else None)) for at in times if at <= now]
            table = pl.DataFrame({"at": [at for at, _ in series], "value": [None if v is None else float(v) for _, v in series]},
                                 schema={"at": pl.Datetime("us", "UTC"), "value": pl.Float64})  # fmt: skip
            answered = anomalies(table, time="at", value="value", level=99)
            rows = {row["at"]: row for row in answered.table.to_dicts()} if answered.table.width > 2 else {}
            told += [_judged(member, names[member], at, value, rows.get(at)) for at, value in series]
        return tuple(told), column


def _judged(member: str, name: str, at: datetime, value: str | None, row: Mapping[str, Any] | None) -> AlertReading:
    if row is None or row["expected"] is None:
        return AlertReading(member, name, at, value)
    figures = (None if row[key] is None else f"{row[key]:.4f}" for key in ("expected", "lo", "hi"))
    expected, low, high = figures
    return AlertReading(member, name, at, value, expected, low, high, bool(row["flag"]))


def _query(rule: AlertRule, members: Sequence[str] | None) -> Query:
    where = rule.where if members is None or not rule.each else (*rule.where, Filter(rule.each, "in", tuple(members)))
    compare = COMPARED[rule.watch.base] if rule.watch.kind == "change" else None
    time = TimeRange(SPAN.get(rule.window, "yesterday"))
    metrics = (rule.metric, rule.volume) if rule.volume else (rule.metric,)
    return Query(metrics, by=(rule.each,) if rule.each else (), where=where, time=time, compare=compare,
                 order=(Order(rule.metric),) if rule.each else (), limit=rule.most if rule.each else None)  # fmt: skip


def _members(rule: AlertRule, planner: Planner, reader: Reader, now: datetime) -> list[str] | None:
    """The greatest members of the last 30 days: one that sells nothing any more is still among them."""
    if not rule.each:
        return None
    ranked = "paid_amount" if planner.catalog.metric(rule.metric).additivity != "additive" else rule.metric
    asked = Query(
        (ranked,),
        by=(rule.each,),
        where=rule.where,
        time=TimeRange("last 30d"),
        order=(Order(ranked),),
        limit=rule.most,
    )
    try:
        answer = planner.answer(asked, reader, now)
    except InputError:  # this scope cannot be ranked by sales: by the figure itself
        asked = replace(asked, metrics=(rule.metric,), order=(Order(rule.metric),))
        answer = planner.answer(asked, reader, now)
    return [str(row[rule.each]) for row in answer.rows if row[rule.each] is not None]


def _columns(answer: Answer, rule: AlertRule) -> tuple[AnswerColumn, str]:
    if any(column.role == "currency" for column in answer.columns):
        raise InputError(
            f"{rule.metric} is in several currencies here; watch one of them (where currency = …)",
            code="alerts.currencies", values={"metric": rule.metric},
        )  # fmt: skip
    value = next(column for column in answer.columns if column.role == "metric")
    base = next((c.name for c in answer.columns if c.role == "comparison" and c.metric == value.metric), "")
    return value, base


def _counts(row: Mapping[str, Any], answer: Answer, rule: AlertRule) -> bool:
    """Whether there is enough of the rule's volume for its share to say something."""
    if not rule.volume:
        return True
    columns = [c.name for c in answer.columns if c.role in ("metric", "comparison") and c.metric == rule.volume]
    # what fell to nothing had enough before
    return any(row[name] is not None and Decimal(str(row[name])) >= Decimal(rule.least) for name in columns)


def _silences(
    rule: AlertRule, members: Sequence[str], planner: Planner, reader: Reader, now: datetime
) -> AlertReadings:  # fmt: skip
    """Hours since the last hour in which each member had a row."""
    since = _until_today(SILENCE_DAYS, now, planner.zone)
    answer = planner.answer(
        replace(_query(rule, members), by=("hour", rule.each), time=since, order=(), limit=None), reader, now
    )
    last: dict[str, datetime] = {}
    names: dict[str, str] = {}
    column, _ = _columns(answer, rule)
    for row in answer.rows:
        if row["hour"] is not None and row[column.name] is not None:
            member, at = str(row[rule.each] or ""), _end_of(str(row["hour"]), "hour", planner.zone)
            last[member], names[member] = max(at, last.get(member, at)), _name(row, rule)
    begin = now - timedelta(days=SILENCE_DAYS)
    readings = tuple(
        AlertReading(m, names.get(m, m), now, f"{max((now - last.get(m, begin)).total_seconds(), 0) / 3600:.2f}")
        for m in members
    )
    return AlertReadings(rule.id, readings, "hours")


def _rows(
    rows: Sequence[Mapping[str, Any]],
    rule: AlertRule,
    column: AnswerColumn,
    base: str,
    wanted: Sequence[str] | None,
    *,
    zero: bool,
) -> list[_Row]:
    """With `zero`, a member of which nothing came stands at zero; else it is unknown."""
    found = {
        str(row[rule.each] or "") if rule.each else "": _Row(
            str(row[rule.each] or "") if rule.each else "", _name(row, rule), _text(row[column.name]), _text(row[base]) if base else None
        )
        for row in rows
    }  # fmt: skip
    nothing = "0" if zero else None
    if wanted is None:
        return [found.get("", _Row("", "", nothing))]
    return [found.get(member, _Row(member, "", nothing)) for member in wanted]


def _name(row: Mapping[str, Any], rule: AlertRule) -> str:
    return str(row.get(f"{rule.each}_name") or row.get(rule.each) or "") if rule.each else ""


def _text(cell: object) -> str | None:
    return None if cell is None else str(Decimal(str(cell)))


def _end_of(label: str, grain: str, zone: ZoneInfo) -> datetime:
    """When a day or an hour of the report's zone is over, in UTC."""
    if grain == "day":
        day = date.fromisoformat(label[:10]) + timedelta(days=1)
        return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
    begun = datetime.fromisoformat(label)
    return (begun if begun.tzinfo else begun.replace(tzinfo=zone)).astimezone(UTC) + timedelta(hours=1)


def _until_today(days: int, now: datetime, zone: ZoneInfo) -> TimeRange:
    today = now.astimezone(zone).date()
    return TimeRange(since=today - timedelta(days=days), until=today)


def _every(first: datetime, last: datetime, grain: str, zone: ZoneInfo) -> list[datetime]:
    if grain == "hour":
        return [first + timedelta(hours=n) for n in range(int((last - first).total_seconds() // 3600) + 1)]
    begin, end = first.astimezone(zone).date(), last.astimezone(zone).date()
    days = [begin + timedelta(days=n) for n in range((end - begin).days + 1)]
    return [datetime(d.year, d.month, d.day, tzinfo=zone).astimezone(UTC) for d in days]
