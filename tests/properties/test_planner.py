"""Laws of the planner: rollups, facts and the numbers worked out by hand agree; parts add up to the whole."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from castanea.contracts.query import Answer, Filter, Query, TimeRange
from castanea.contracts.workspace import WorkspaceSettings
from castanea.semantics import Catalog, Planner
from tests.semantics.by_hand import METRICS, Cut, work_out
from tests.semantics.small_shop import NOW, Facts, Reader, load, make_facts

SALES = [m for m in METRICS if m not in ("views", "searches", "product_visitors")]
LINE_ONLY = ("product", "category", "brand", "line_kind")
WHOLE_ORDER = {"orders", "buyers", "ordering_buyers", "spend_per_buyer", "aov"}
ZONES = ["Asia/Shanghai", "Europe/Berlin", "Asia/Kathmandu", "America/New_York"]


class Scene(tuple[Facts, WorkspaceSettings, Reader, Planner, Planner]):
    """The facts, the settings, a reader, a planner with rollups, a planner without."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"Scene({self[1].zone})"


RATIOS = {"refund_rate", "spend_per_buyer", "aov"}


@pytest.fixture(scope="module", params=ZONES)
def scene(request: pytest.FixtureRequest) -> Iterator[Scene]:
    settings = WorkspaceSettings("test", zone=request.param, week_start=1 if request.param != "America/New_York" else 7)
    catalog = Catalog.load(settings)
    facts = make_facts(seed=len(request.param))
    reader = Reader(load(facts, settings, catalog))
    yield Scene(
        (
            facts,
            settings,
            reader,
            Planner(catalog, settings, catalog.rollup_plans(settings)),
            Planner(catalog, settings, []),
        )
    )
    reader.close()


@st.composite
def queries(draw: st.DrawFn) -> Query:
    metrics = tuple(draw(st.lists(st.sampled_from(SALES), min_size=1, max_size=4, unique=True)))
    dimensions = ["shop", "channel", "province", "platform", "country"]
    if not WHOLE_ORDER & set(metrics):
        dimensions += LINE_ONLY
    by = draw(st.lists(st.sampled_from(dimensions), max_size=2, unique=True))
    timely = draw(st.sampled_from(["", "", "day", "week", "month", "year", "weekday", "hour_of_day"]))
    where = []
    for name in draw(
        st.lists(
            st.sampled_from(["channel", "province", *(["category"] if len(dimensions) > 5 else [])]),
            max_size=2,
            unique=True,
        )
    ):
        op = draw(st.sampled_from(["in", "not_in", "is_empty", "is_not_empty"]))
        members = {"channel": ["tmall", "jd"], "province": ["浙江", "上海", ""], "category": ["tea"]}[name]
        values = (
            tuple(draw(st.lists(st.sampled_from(members), min_size=1, unique=True)))
            if "in" in op[:6] and "empty" not in op
            else ()
        )
        where.append(Filter(name, op, values))  # type: ignore[arg-type]
    first = draw(st.dates(date(2025, 10, 20), date(2026, 11, 3)))
    length = draw(st.sampled_from([0, 1, 6, 30, 400]))
    time_ = draw(st.sampled_from([TimeRange(), TimeRange(since=first, until=first + timedelta(days=length))]))
    zone = draw(st.sampled_from(["", "", "", "Asia/Kathmandu", "Europe/Berlin", "shop"]))
    return Query(metrics, (*([timely] if timely else []), *by), tuple(where), time_, zone=zone)


def cut_of(query: Query, settings: WorkspaceSettings) -> Cut:
    def keep(members: dict[str, str]) -> bool:
        return all(_holds(f, members[f.dimension]) for f in query.where)

    named = ZoneInfo(query.zone or settings.zone) if query.zone != "shop" else ZoneInfo(settings.zone)
    paris = ZoneInfo("Europe/Paris")
    start = datetime.combine(query.time.since, time()) if query.time.since else None
    end = datetime.combine(query.time.until + timedelta(days=1), time()) if query.time.until else None

    def zone(members: dict[str, str]) -> ZoneInfo:
        return paris if query.zone == "shop" and members["shop"] == "paris" else named

    return Cut(query.by, keep, start, end, zone, week_start=settings.week_start)


def _holds(condition: Filter, member: str) -> bool:
    return {
        "in": member in condition.values,
        "not_in": member not in condition.values,
        "is_empty": member == "",
        "is_not_empty": member != "",
    }[condition.op]


def by_key(answer: Answer, query: Query, suffix: str = "") -> dict[tuple[object, ...], dict[str, Decimal | None]]:
    found = {}
    for row in answer.rows:
        values = {m: None if (v := row[m + suffix]) is None else Decimal(str(v)) for m in query.metrics}
        found[tuple(row[k] for k in query.by)] = values
    return found


def same(
    got: dict[tuple[object, ...], dict[str, Decimal | None]],
    wanted: dict[tuple[object, ...], dict[str, Decimal | None]],
) -> None:
    got = {k: v for k, v in got.items() if k in wanted or any(x for x in v.values())}
    if () in got and () not in wanted:
        wanted = {(): got[()]}
        assert all(not v for v in got[()].values())
    assert got.keys() == wanted.keys()
    for key, values in wanted.items():
        for metric, value in values.items():
            mine = got[key][metric]
            if value is None or mine is None:
                assert mine == value, (key, metric)
            else:
                assert abs(mine - value) <= (Decimal("0.0001") if metric in RATIOS else 0), (key, metric, mine, value)


@hypothesis_settings(max_examples=50)
@given(query=queries())
def test_rollups_facts_and_the_hand_agree(scene: Scene, query: Query) -> None:
    facts, settings, reader, planner, bare = scene
    answer = planner.answer(query, reader, NOW)
    from_facts = bare.answer(query, reader, NOW)
    assert answer.rows == from_facts.rows
    same(by_key(answer, query), work_out(facts, query.metrics, cut_of(query, settings)))


@hypothesis_settings(max_examples=25)
@given(query=queries())
def test_parts_add_up_to_the_whole(scene: Scene, query: Query) -> None:
    _, _, reader, planner, _ = scene
    additive = tuple(
        m for m in query.metrics if m in ("order_amount", "paid_amount", "net_sales", "units", "refund_amount")
    )
    if not additive or not query.by:
        return
    answer = planner.answer(replace(query, metrics=additive, totals=True), reader, NOW)
    assert answer.totals is not None
    for metric in additive:
        assert sum(Decimal(str(row[metric])) for row in answer.rows) == Decimal(str(answer.totals[metric]))


@hypothesis_settings(max_examples=25)
@given(query=queries(), limit=st.integers(1, 3))
def test_the_rows_shown_and_all_others_make_the_totals(scene: Scene, query: Query, limit: int) -> None:
    _, _, reader, planner, _ = scene
    names = [k for k in query.by if k not in ("day", "week", "month", "year", "weekday", "hour_of_day")]
    if not names:
        return
    asked = replace(query, metrics=("paid_amount", "refund_rate"), by=(names[0],), limit=limit, totals=True)
    answer = planner.answer(asked, reader, NOW)
    shown = sum(Decimal(str(row["paid_amount"])) for row in answer.rows)
    others = Decimal(str(answer.others["paid_amount"])) if answer.others else Decimal(0)
    assert answer.totals is not None
    assert shown + others == Decimal(str(answer.totals["paid_amount"]))
    assert len(answer.rows) == min(limit, answer.members or 0)


@hypothesis_settings(max_examples=25)
@given(
    metrics=st.lists(
        st.sampled_from(["paid_amount", "net_sales", "orders", "buyers"]), min_size=1, max_size=3, unique=True
    ),
    relative=st.sampled_from(["today", "last 7d", "this month", "this week", "yesterday"]),
    compare=st.sampled_from(["yesterday", "last_week", "last_year"]),
    by=st.sampled_from([(), ("channel",), ("day",)]),
)
def test_the_earlier_period_ends_at_the_same_clock_time(
    scene: Scene, metrics: list[str], relative: str, compare: str, by: tuple[str, ...]
) -> None:
    facts, settings, reader, planner, bare = scene
    query = Query(tuple(metrics), by, time=TimeRange(relative), compare=compare)  # type: ignore[arg-type]
    answer = planner.answer(query, reader, NOW)
    assert answer.rows == bare.answer(query, reader, NOW).rows
    local = NOW.astimezone(ZoneInfo(settings.zone)).replace(tzinfo=None)
    start, end = _local_range(relative, local, settings.week_start)

    def back(moment: datetime) -> datetime:
        if compare == "last_year":
            return moment.replace(year=moment.year - 1)
        return moment - timedelta(days=1 if compare == "yesterday" else 7)

    def forward(moment: datetime) -> datetime:
        if compare == "last_year":
            return moment.replace(year=moment.year + 1)
        return moment + timedelta(days=1 if compare == "yesterday" else 7)

    cut = cut_of(replace(query, time=TimeRange()), settings)
    before = replace(cut, start=back(start), end=back(min(end, local)), back=forward)
    same(by_key(answer, query), work_out(facts, query.metrics, replace(cut, start=start, end=end)))
    same(by_key(answer, query, "__before"), work_out(facts, query.metrics, before))


def _local_range(relative: str, local: datetime, week_start: int) -> tuple[datetime, datetime]:
    today = datetime.combine(local.date(), time())
    if relative == "today":
        return today, today + timedelta(days=1)
    if relative == "yesterday":
        return today - timedelta(days=1), today
    if relative == "last 7d":
        return today - timedelta(days=7), today
    if relative == "this week":
        first = today - timedelta(days=(today.isoweekday() - week_start) % 7)
        return first, first + timedelta(days=7)
    return today.replace(day=1), (today.replace(day=1) + timedelta(days=32)).replace(day=1)


@hypothesis_settings(max_examples=20)
@given(
    by=st.sampled_from([(), ("day",), ("channel",), ("device",), ("hour_of_day",), ("month",), ("day", "device")]),
    metrics=st.lists(st.sampled_from(["views", "searches", "product_visitors"]), min_size=1, unique=True),
    zone=st.sampled_from(["", "Asia/Kathmandu"]),
)
def test_visits_agree_with_the_hand(scene: Scene, by: tuple[str, ...], metrics: list[str], zone: str) -> None:
    facts, settings, reader, planner, bare = scene
    query = Query(tuple(metrics), by, zone=zone)
    answer = planner.answer(query, reader, NOW)
    assert answer.rows == bare.answer(query, reader, NOW).rows
    same(by_key(answer, query), work_out(facts, query.metrics, cut_of(query, settings)))
