"""The analyses that the warehouse can feed: what each may be told, and the table it gets.

Sums are zero on days without rows; of other figures such days stay out. Days that are not over are never used.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

from castanea.contracts.analysis import AnalysisField, AnalysisWish
from castanea.contracts.query import Query, TimeRange
from castanea.kit.errors import InputError
from castanea.runs.analysis_feed import Fed, Feed, Source, among, greatest, nothing, over

TOTAL = "_total"  # the series of all members together
STOCK = ("on_hand", "in_transit", "committed")


async def describe(source: Source, wish: AnalysisWish) -> Fed:
    """A row per day and member: describe tells centre, spread, share and trend of each."""
    metric, by = _sum(source, wish), wish.fields["by"]
    query = Query((metric,), where=wish.where, time=over(int(wish.fields["days"]), source.today))
    members = await greatest(source, query, by, int(wish.fields["members"]))
    if not members:
        raise nothing(metric)
    told = await source.ask(replace(query, by=("day", by), where=among(wish.where, by, members)))
    values = {(row["day"], row[by]): row[metric] for row in told.rows if row[metric] is not None}
    rows = _by_member(source, metric, values)
    options = {"value": metric, "by": "member", "time": "day"}
    return Fed(
        ("member", "day", metric), rows, options, names=told.names, metric=metric, unit=told.unit, currency=told.currency
    )  # fmt: skip


async def diagnose(source: Source, wish: AnalysisWish) -> Fed:
    """A row per leaf of the dimensions: what was, and what the days before lead to expect."""
    metric, days = _sum(source, wish), int(wish.fields["days"])
    dims = tuple(dict.fromkeys(part.strip() for part in wish.fields["dims"].split(",") if part.strip()))
    if not 1 <= len(dims) <= 4:
        raise InputError(f"diagnose takes one to four dimensions, not {len(dims)}", code="analysis.dimensions")
    base = Query((metric,), by=dims, where=wish.where)
    now = await source.ask(replace(base, time=over(days, source.today)))
    earlier = await source.ask(replace(base, time=_before(source.today, days, wish.fields["against"])))
    actual = {tuple(row[d] or "" for d in dims): row[metric] for row in now.rows}
    expected = {tuple(row[d] or "" for d in dims): row[metric] for row in earlier.rows}
    keys = sorted({*actual, *expected})
    rows = [(*key, actual.get(key) or "0", expected.get(key) or "0") for key in keys]
    if not any(float(row[-1]) or float(row[-2]) for row in rows):
        raise nothing(metric)
    options = {"dims": ",".join(dims), "actual": "actual", "expected": "expected"}
    names = {**earlier.names, **now.names}
    return Fed(
        (*dims, "actual", "expected"), rows, options, names=names, metric=metric, unit=now.unit, currency=now.currency
    )  # fmt: skip


async def forecast(source: Source, wish: AnalysisWish) -> Fed:
    """A row per series and day from its first value on."""
    fed = await _series(source, wish)
    return replace(fed, options={"id": "series", "time": "day", "value": fed.metric, "horizon": wish.fields["horizon"]})


async def anomalies(source: Source, wish: AnalysisWish) -> Fed:
    fed = await _series(source, wish)
    return replace(fed, options={"id": "series", "time": "day", "value": fed.metric})


async def reorder(source: Source, wish: AnalysisWish) -> Fed:
    """Units of each product by day, with what is in stock, on its way and promised."""
    query = Query(("units",), where=wish.where, time=over(int(wish.fields["days"]), source.today))
    members = await greatest(source, query, "product", int(wish.fields["members"]))
    if not members:
        raise nothing("units")
    where = among(wish.where, "product", members)
    sold = await source.ask(replace(query, by=("day", "product"), where=where))
    stock = await source.ask(Query(STOCK, by=("product",), where=where))
    levels = [
        (row["product"], *(row[name] or "0" for name in STOCK)) for row in stock.rows if row["on_hand"] is not None
    ]
    if not levels:
        raise nothing("on_hand")
    known = {level[0] for level in levels}  # what is in stock is known of these alone
    values = {
        (row["day"], row["product"]): row["units"] for row in sold.rows if row["units"] and row["product"] in known
    }
    rows = list(_filled(values, source.today))
    options = {
        "item": "item", "time": "day", "quantity": "quantity", "lead-time": wish.fields["lead-time"], "service": wish.fields["service"],
    }  # fmt: skip
    files = {"stock": (("item", *STOCK), levels)}
    return Fed(
        ("item", "day", "quantity"), rows, options, files, {**stock.names, **sold.names}, "units", sold.unit, None
    )


async def _series(source: Source, wish: AnalysisWish) -> Fed:
    """The whole, and with `by` each of its greatest members, by day."""
    metric, by = wish.fields["metric"], wish.fields["by"]
    query = Query((metric,), by=("day",), where=wish.where, time=over(int(wish.fields["days"]), source.today))
    whole = await source.ask(query)
    values = {(row["day"], TOTAL): row[metric] for row in whole.rows if row[metric] is not None}
    names = dict(whole.names)
    if by:
        members = await greatest(source, query, by, int(wish.fields["members"]))
        if members:
            told = await source.ask(replace(query, by=("day", by), where=among(wish.where, by, members)))
            values |= {(row["day"], row[by]): row[metric] for row in told.rows if row[metric] is not None}
            names |= told.names
    if not values:
        raise nothing(metric)
    rows = _by_member(source, metric, values)
    return Fed(
        ("series", "day", metric), rows, {}, names=names, metric=metric, unit=whole.unit, currency=whole.currency
    )  # fmt: skip


def _sum(source: Source, wish: AnalysisWish) -> str:
    """The metric chosen, which must add up: shares and parts of a rate or of a count of different persons mean nothing."""
    metric = wish.fields["metric"]
    if not source.sums(metric):
        raise InputError(
            f"{metric} does not add up over days and members; choose a figure that does, such as paid_amount, orders or units",
            code="analysis.not_a_sum", values={"metric": metric},
        )  # fmt: skip
    return metric


def _by_member(source: Source, metric: str, values: dict[tuple[str, str], str]) -> list[tuple[str, str, str]]:
    if source.sums(metric):
        return list(_filled(values, source.today))
    return [(member, day, value) for (day, member), value in sorted(values.items())]


def _filled(values: dict[tuple[str, str], str], today: date) -> Iterator[tuple[str, str, str]]:
    """(member, day, value), each member from its first day to yesterday, zero where it has no row."""
    first: dict[str, str] = {}
    for label, member in values:
        first[member] = min(first.get(member, label), label)
    for member, start in sorted(first.items()):
        day = date.fromisoformat(start)
        while day < today:
            yield member, day.isoformat(), values.get((day.isoformat(), member), "0")
            day += timedelta(days=1)


def _before(today: date, days: int, against: str) -> TimeRange:
    """The days compared with: as many before, or the same weekdays 52 weeks earlier."""
    back = timedelta(days=days if against == "previous" else 364)
    return over(days, today - back)


_SALES = "paid_amount"
_METRIC = AnalysisField("metric", "metric", _SALES, required=True)
_BY = AnalysisField("by", "dimension")
_AGAINST = AnalysisField("against", "choice", "previous", choices=("previous", "last_year"))


def _members(default: int, most: int = 200) -> AnalysisField:
    return AnalysisField("members", "whole", str(default), least=1, most=most)


def _days(default: int, least: int = 7) -> AnalysisField:
    return AnalysisField("days", "whole", str(default), required=True, least=least, most=1_500)


FEEDS: tuple[Feed, ...] = (
    Feed("describe", "describe", describe, (_METRIC, AnalysisField("by", "dimension", "product", required=True), _days(90), _members(20)), (), ("order",)),
    Feed("diagnose", "diagnose", diagnose, (
        _METRIC, AnalysisField("dims", "dimensions", "channel,province", required=True), _days(7, 1), _AGAINST,
    ), (), ("order",)),
    Feed("forecast", "predict", forecast, (
        _METRIC, AnalysisField("horizon", "whole", "28", required=True, least=1, most=400), _BY, _members(10), _days(800, 14),
    ), (), ("order",)),
    Feed("anomalies", "predict", anomalies, (_METRIC, _BY, _members(10), _days(180, 21)), (), ("order",)),
    Feed("reorder", "prescribe", reorder, (
        AnalysisField("lead-time", "whole", "14", required=True, least=1, most=365),
        AnalysisField("service", "share", "0.95", required=True, least=0.5, most=0.999), _days(180, 14), _members(200, 5_000),
    ), ("units", "on_hand"), ("order", "stock_level")),
)  # fmt: skip
