"""A query in a few words of a language: how a sentence was understood."""

from __future__ import annotations

from castanea.contracts.query import Query, TimeRange
from castanea.kit.messages import Locale
from castanea.semantics.catalog import Catalog, Labelled

_TIMES: dict[str, tuple[str, str]] = {
    "today": ("今天", "today"), "yesterday": ("昨天", "yesterday"), "this week": ("本周", "this week"), "this month": ("本月", "this month"),
    "this quarter": ("本季度", "this quarter"), "this year": ("今年", "this year"), "last 1w": ("上周", "last week"),
    "last 1m": ("上个月", "last month"), "last 1y": ("去年", "last year"), "": ("所有时间", "all time"),
}  # fmt: skip
_UNITS = {
    "min": ("分钟", "minutes"), "h": ("小时", "hours"), "d": ("天", "days"), "w": ("周", "weeks"), "m": ("个月", "months"), "y": ("年", "years"),
}  # fmt: skip
_AGAINST = {
    "last_year": ("对比去年同期", "against last year"),
    "previous": ("对比上期", "against the period before"),
    "last_week": ("对比上周同期", "against a week before"),
    "yesterday": ("对比昨天", "against yesterday"),
}


def told(query: Query, catalog: Catalog, locale: Locale) -> str:
    """Such as "Refund rate · by Product · Channel = douyin · last week"."""
    zh = locale == "zh-CN"
    declared = catalog.declared
    named: dict[str, Labelled] = {**declared.grains, **declared.cycles, **declared.dimensions}
    parts = [("、" if zh else ", ").join(declared.metrics[name].labels[locale] for name in query.metrics)]
    parts += [f"{'按' if zh else 'by '}{named[name].labels[locale]}" for name in query.by]
    for condition in query.where:
        sign = "=" if condition.op == "in" else "≠"
        values = (" 或 " if zh else " or ").join(condition.values)
        parts.append(f"{declared.dimensions[condition.dimension].labels[locale]} {sign} {values}")
    parts.append(_time(query.time, zh=zh))
    if query.compare:
        parts.append(_AGAINST[query.compare][not zh])
    if query.limit and query.order:
        way = ("最高", "highest") if query.order[0].descending else ("最低", "lowest")
        parts.append(f"{way[0]} {query.limit} 个" if zh else f"{query.limit} {way[1]}")
    return " · ".join(parts)


def _time(time: TimeRange, *, zh: bool) -> str:
    if time.since and time.until:
        if time.since == time.until:
            return str(time.since)
        return f"{time.since} 到 {time.until}" if zh else f"{time.since} to {time.until}"
    if time.since:
        return f"{time.since} 以来" if zh else f"since {time.since}"
    if time.relative in _TIMES:
        return _TIMES[time.relative][not zh]
    count = time.relative.removeprefix("last ").rstrip("abcdefghijklmnopqrstuvwxyz ")
    unit = _UNITS[time.relative.removeprefix("last ")[len(count) :].strip()][not zh]
    return f"最近 {count} {unit}" if zh else f"the last {count} {unit}"
