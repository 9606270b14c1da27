"""The diagnosis of an alert: where it lies, how it came about by the equation of sales, and why, from evidence of the shop's own figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

import polars as pl

from castanea.alerts import Alert
from castanea.analysis.causes import KINDS, Deviation, Kind, NotEnough, why
from castanea.analysis.diagnose.equation import equation_parts
from castanea.analysis.diagnose.localise import diagnose
from castanea.contracts.alert import AlertCause, AlertRule
from castanea.contracts.query import Answer, Comparison, Filter, Order, Query, TimeRange
from castanea.kit.errors import CastaneaError, InputError
from castanea.runs.alert_words import named, own_words, silent_words
from castanea.runs.desk import Desk

EQUATION = ("visitors", "conversion_rate", "spend_per_buyer")
OF_SALES = frozenset({"paid_amount", "net_sales", "order_amount", "product_sales"})
PLACES = ("product", "channel", "province", "device")
MOST_MEMBERS, LOOKED_BACK = 50, 60
# What an alert watches may itself be the evidence: then there is nothing further to find out about its class.
OWN_CLASS = {
    "days_of_cover": "supply", "sellable_stock": "supply", "out_of_stock_rate": "supply", "competitor_price": "competition",
    "price_gap": "competition", "ad_spend": "marketing", "quality_refund_rate": "quality", "checkout_completion": "site",
}  # fmt: skip
BEFORE: dict[str, Comparison] = {"yesterday": "yesterday", "same_weekday": "last_week", "last_year": "last_year"}
Ask = Callable[[Query], Answer]


@dataclass(frozen=True)
class _Span:
    """What deviates: the days, and what they are compared with."""

    first: date
    last: date
    compare: Comparison

    @property
    def time(self) -> TimeRange:
        return TimeRange(since=self.first, until=self.last)


class AlertCauses:
    """Blocks; may be asked from several threads."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def of(self, alert: Alert) -> AlertCause | None:
        """Where, how and why; of data that do not come, that they do not."""
        rule, desk = alert.rule, self._desk
        if rule.watch.kind == "silent":
            certain = ({"cause_class": "data", "probability": 1.0, "grade": "likely", "evidence": []},)
            return AlertCause(
                desk.clock.now(), alert.fired.value or "", alert.against or "", silent_words(alert), why=certain
            )
        planner, reader, now = desk.planner(), desk.reader(), desk.clock.now()
        ask: Ask = lambda query: planner.answer(query, reader, now)  # noqa: E731
        today = now.astimezone(planner.zone).date()
        day = today - timedelta(days=1) if rule.window == "yesterday" else today
        span = _Span(day, day, BEFORE[rule.watch.base] if rule.watch.kind == "change" else "last_week")
        scope = (*rule.where, Filter(rule.each, "in", (alert.member,))) if rule.each else rule.where
        actual, expected = _sides(alert)
        where = self._where(ask, rule, scope, span)
        how = self._how(ask, rule, scope, span)
        ranked, words = self._why(ask, alert, scope, span, where, actual, expected)
        return AlertCause(now, f"{actual:.4f}", f"{expected:.4f}", words, tuple(where), tuple(how), tuple(ranked), ())

    def _where(self, ask: Ask, rule: AlertRule, scope: tuple[Filter, ...], span: _Span) -> list[dict[str, Any]]:
        """The parts of the scope that explain it, as the localisation of causes finds them; empty where nothing stands out."""
        fixed = {f.dimension for f in scope if len(f.values) == 1}
        dims: list[str] = []
        leaves: Answer | None = None
        for name in (d for d in PLACES if d not in fixed):
            try:
                answer = ask(Query((rule.metric,), by=(*dims, name), where=scope, time=span.time, compare=span.compare))
            except CastaneaError:
                continue  # the metric does not know this dimension
            if 1 < len(answer.rows) <= 20_000:
                dims, leaves = [*dims, name], answer
            if len(dims) == 2:
                break
        if leaves is None:
            return []
        value = next(c.name for c in leaves.columns if c.role == "metric")
        base = next((c.name for c in leaves.columns if c.role == "comparison"), None)
        if base is None:
            return []
        rows = [
            {**{d: str(row[d] or "") for d in dims}, "actual": _number(row[value]), "expected": _number(row[base])}
            for row in leaves.rows
        ]
        named = {(d, str(row[d] or "")): str(row.get(f"{d}_name") or row[d] or "") for d in dims for row in leaves.rows}
        told = diagnose(pl.DataFrame(rows), dims=dims, actual=["actual"], expected=["expected"])
        found: list[dict[str, Any]] = next(iter((told.tree or {}).values()), [])
        return [
            {
                "parts": [{"dimension": d, "member": m, "name": named.get((d, m), m)} for d, m in cause["where"].items()],
                "deviation": round(cause["deviation"], 4), "share": cause["share"],
            }
            for cause in found[:3]
            if cause["where"]
        ]  # fmt: skip

    def _how(self, ask: Ask, rule: AlertRule, scope: tuple[Filter, ...], span: _Span) -> list[dict[str, Any]]:
        """visitors × conversion × spend per buyer, with what each brought in the metric's unit; empty where visits are not known."""
        if rule.metric not in OF_SALES:
            return []
        try:
            answer = ask(Query(EQUATION, where=scope, time=span.time, compare=span.compare))
        except CastaneaError:
            return []
        row = answer.rows[0] if answer.rows else {}
        bases = {c.metric: c.name for c in answer.columns if c.role == "comparison"}
        before = [_known(row.get(bases.get(name, ""))) for name in EQUATION]
        after = [_known(row.get(name)) for name in EQUATION]
        if None in before or None in after or not all(before):
            return []
        parts = equation_parts([float(x or 0) for x in before], [float(x or 0) for x in after])
        return [
            {"metric": name, "before": before[n], "after": after[n], "effect": round(parts.parts[n], 4)}
            for n, name in enumerate(EQUATION)
        ]

    def _why(
        self, ask: Ask, alert: Alert, scope: tuple[Filter, ...], span: _Span, where: list[dict[str, Any]], actual: float, expected: float
    ) -> tuple[list[dict[str, Any]], dict[str, str]]:  # fmt: skip
        place = {f.dimension: f.values[0] for f in scope if f.op in ("=", "in") and len(f.values) == 1}
        if where:
            place |= {part["dimension"]: part["member"] for part in where[0]["parts"]}
        own = OWN_CLASS.get(alert.rule.metric)
        if own is not None:
            certain = {"cause_class": own, "probability": 1.0, "grade": "likely", "evidence": []}
            return [certain], own_words(
                alert, own, self._desk.catalog.metric(alert.rule.metric).labels, actual, expected
            )
        names = {place[f.dimension]: alert.name for f in scope if place.get(f.dimension) == alert.member and alert.name}
        names |= {part["member"]: part["name"] for part in where[0]["parts"]} if where else {}
        series = self._series(ask, place, span)
        begin = datetime.combine(span.first, time.min)
        relative = (actual - expected) / expected if expected else None
        asked = Deviation(place, begin, begin, actual - expected, relative, alert.rule.metric)
        try:
            told = why(series, asked, None)
        except (NotEnough, InputError):
            return [{"cause_class": "unknown", "probability": 1.0, "grade": "", "evidence": []}], {
                "zh-CN": "可对照的历史还不到 8 天，暂时说不出原因。",
                "en": "There are fewer than 8 days to compare with, so no cause can be named yet.",
            }
        ranked = [
            {
                "cause_class": cause.cause_class, "probability": round(cause.probability, 4), "grade": cause.grade,
                "evidence": [_evidence(each, names) for each in sorted(cause.evidence, key=lambda e: -e.score)[:3] if each.score > 0],
            }
            for cause in told.causes
            if cause.probability >= 0.02
        ]  # fmt: skip
        return ranked, named({"zh-CN": told.words["zh"], "en": told.words["en"]}, place, names)

    def _series(self, ask: Ask, place: Mapping[str, str], span: _Span) -> pl.DataFrame:
        """Each kind of evidence that a metric tells, by day, and by those of the place's dimensions that it knows, the others beside it."""
        rows: list[dict[str, Any]] = []
        days = TimeRange(since=span.first - timedelta(days=LOOKED_BACK), until=span.last)
        for kind in KINDS:
            if kind.metric:
                by = next((d for d in kind.by if d in place), "")
                rows += self._of_kind(ask, kind, by, days)
        rows += self._rows_received(ask, place, days)
        dims = sorted({d for kind in KINDS for d in kind.by if d in place})
        schema: dict[str, Any] = {
            "time": pl.Datetime("us"),
            "kind": pl.String,
            "value": pl.Float64,
            **dict.fromkeys(dims, pl.String),
        }
        return pl.DataFrame([{**dict.fromkeys(dims, ""), **row} for row in rows], schema=schema)

    def _rows_received(self, ask: Ask, place: Mapping[str, str], days: TimeRange) -> list[dict[str, Any]]:
        """How many hours of a day have visits, by channel where the place is one: a connection that breaks leaves whole hours out."""
        by = ("channel",) if "channel" in place else ()
        try:
            answer = ask(Query(("views",), by=("hour", *by), time=days))
        except CastaneaError:
            return []
        counted = Counter(
            (str(row["hour"])[:10], *(str(row[d] or "") for d in by)) for row in answer.rows if row["hour"] is not None
        )
        return [
            {"time": datetime.fromisoformat(key[0]), "kind": "rows_received", "value": float(n), **dict(zip(by, key[1:], strict=True))}
            for key, n in counted.items()
        ]  # fmt: skip

    def _of_kind(self, ask: Ask, kind: Kind, by: str, days: TimeRange) -> list[dict[str, Any]]:
        query = Query((kind.metric,), by=("day", *((by,) if by else ())), time=days)
        try:
            if by:
                ranked = ask(
                    Query((kind.metric,), by=(by,), time=days, order=(Order(kind.metric),), limit=MOST_MEMBERS)
                )
                members = tuple(str(row[by]) for row in ranked.rows if row[by] is not None)
                query = replace(query, where=(Filter(by, "in", members),)) if members else query
            answer = ask(query)
        except CastaneaError:
            return []  # the shop has no such data, or it is hidden: nothing can be said of it
        return [
            {"time": datetime.fromisoformat(str(row["day"])[:10]), "kind": kind.name, "value": _known(row[kind.metric]),
             **({by: str(row[by] or "")} if by else {})}
            for row in answer.rows
            if row["day"] is not None
        ]  # fmt: skip


def _sides(alert: Alert) -> tuple[float, float]:
    """The figure, and what it was held against: for `unusual` and changes what was expected, not the edge that it crossed."""
    fired = alert.fired
    expected = fired.base if fired.base is not None else alert.against
    return _number(fired.value), _number(expected)


def _evidence(each: Any, names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "kind": each.kind, "scope": dict(each.scope), "score": round(each.score, 3), "before": each.before, "during": each.during,
        "words": named({"zh-CN": each.text["zh"], "en": each.text["en"]}, dict(each.scope), names),
        "times": [str(t)[:10] for t in each.times], "values": list(each.values),
    }  # fmt: skip


def _known(cell: object) -> float | None:
    return None if cell is None else float(str(cell))


def _number(cell: object) -> float:
    return _known(cell) or 0.0
