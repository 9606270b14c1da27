"""Answers worked out on facts small enough to check by eye."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from castanea.contracts.query import Answer, Filter, Order, Query, Rights, TimeRange
from castanea.contracts.workspace import WorkspaceSettings
from castanea.kit.errors import InputError
from castanea.semantics import Catalog, Planner, answer_to_json, query_from_arguments
from tests.semantics.small_shop import NOW, Facts, Reader, Row, load, make_facts, person

VERSION = datetime(2026, 11, 1, tzinfo=UTC)


@dataclass
class Desk:
    planner: Planner
    bare: Planner
    reader: Reader

    def ask(self, *metrics: str, now: datetime = NOW, rights: Rights = Rights(), **rest: Any) -> Answer:  # noqa: B008
        query = Query(metrics, **rest)
        answer = self.planner.answer(query, self.reader, now, rights)
        assert answer.rows == self.bare.answer(query, self.reader, now, rights).rows
        return answer


def desk_of(tables: dict[str, list[Row]], **settings: Any) -> Desk:
    for rows in tables.values():
        for row in rows:
            row.setdefault("_occurrence", 1)
            row.setdefault("_version", VERSION)
            row.setdefault("shop_id", "main")
    chosen = WorkspaceSettings("test", **settings)
    catalog = Catalog.load(chosen)
    reader = Reader(load(Facts(tables), chosen, catalog))
    return Desk(Planner(catalog, chosen, catalog.rollup_plans()), Planner(catalog, chosen, []), reader)


def sale(number: int, paid: datetime, amount: str, buyer: int = 1, **more: Any) -> tuple[Row, Row]:
    common = {
        "order_id": f"o{number}", "order_time": paid, "paid_time": paid, "customer_id": person(buyer), "report_currency": "CNY", **more,
    }  # fmt: skip
    money = Decimal(amount)
    line = {
        **common,
        "kind": "product",
        "quantity": Decimal(1),
        "amount": money,
        "report_amount": money,
        "report_paid": money,
    }
    return {**common, "pay_time": paid}, {**line, "excluded": False}


def shop_of(sales: list[tuple[Row, Row]], **more: list[Row]) -> dict[str, list[Row]]:
    return {"order": [o for o, _ in sales], "order_line": [line for _, line in sales], **more}


@pytest.fixture(scope="module")
def desk() -> Iterator[Desk]:
    settings = WorkspaceSettings("test")
    catalog = Catalog.load(settings)
    reader = Reader(load(make_facts(3, 120), settings, catalog))
    yield Desk(Planner(catalog, settings, catalog.rollup_plans()), Planner(catalog, settings, []), reader)
    reader.close()


def test_a_day_of_25_hours_holds_what_happened_in_all_of_them() -> None:
    begin = datetime(2026, 10, 24, 22, tzinfo=UTC)  # 25 October in Berlin, when the clocks go back
    desk = desk_of(shop_of([sale(n, begin + timedelta(hours=n), "1") for n in range(25)]), zone="Europe/Berlin")
    assert desk.ask("orders", by=("day",)).rows == ({"day": "2026-10-25", "orders": 25},)
    hours = desk.ask("orders", by=("hour",)).rows
    assert len(hours) == 25
    assert [r["hour"] for r in hours[2:4]] == ["2026-10-25T02:00+02:00", "2026-10-25T02:00+01:00"]


def test_a_day_of_23_hours_ends_an_hour_earlier() -> None:
    begin = datetime(2026, 3, 28, 23, tzinfo=UTC)  # 29 March in Berlin, when the clocks go forward
    desk = desk_of(shop_of([sale(n, begin + timedelta(hours=n), "1") for n in range(24)]), zone="Europe/Berlin")
    assert desk.ask("orders", by=("day",)).rows == (
        {"day": "2026-03-29", "orders": 23},
        {"day": "2026-03-30", "orders": 1},
    )


def test_kathmandu_days_begin_at_a_quarter_past_the_hour_in_utc() -> None:
    edge = datetime(2026, 5, 1, 18, 15, tzinfo=UTC)
    sales = [sale(1, edge - timedelta(microseconds=1), "1"), sale(2, edge, "2")]
    rows = ({"day": "2026-05-01", "paid_amount": "1.0000"}, {"day": "2026-05-02", "paid_amount": "2.0000"})
    assert desk_of(shop_of(sales), zone="Asia/Kathmandu").ask("paid_amount", by=("day",)).rows == rows
    elsewhere = desk_of(shop_of(sales), zone="Asia/Shanghai").ask("paid_amount", by=("day",), zone="Asia/Kathmandu")
    assert elsewhere.rows == rows
    assert elsewhere.source == "sales"


def test_each_shop_may_have_its_own_day() -> None:
    noon = datetime(2026, 5, 1, 23, tzinfo=UTC)
    sales = [sale(1, noon, "1", shop_id="main"), sale(2, noon, "2", shop_id="paris")]
    shops = [{"shop_id": "main"}, {"shop_id": "paris", "zone": "America/New_York"}]
    desk = desk_of(shop_of(sales, shop=shops), zone="Asia/Shanghai")
    rows = desk.ask("paid_amount", by=("day",), zone="shop").rows
    assert rows == ({"day": "2026-05-01", "paid_amount": "2.0000"}, {"day": "2026-05-02", "paid_amount": "1.0000"})


def test_yesterday_counts_only_up_to_the_same_clock_time() -> None:
    now = datetime(2026, 11, 2, 9, 41, 23, tzinfo=UTC)
    before = now - timedelta(days=1)
    sales = [
        sale(1, now - timedelta(minutes=1), "5", 1),
        sale(2, before - timedelta(seconds=1), "3", 2),
        sale(3, before, "100", 3),
    ]
    answer = desk_of(shop_of(sales)).ask("paid_amount", "buyers", time=TimeRange("today"), compare="yesterday", now=now)
    assert answer.rows[0]["paid_amount__before"] == "3.0000"
    assert answer.rows[0]["buyers__before"] == 1
    assert answer.rows[0]["paid_amount__change"] == "0.666667"
    assert not answer.period.complete


def test_a_buyer_of_two_days_is_one_buyer_of_the_week() -> None:
    first = datetime(2026, 5, 4, 3, tzinfo=UTC)
    desk = desk_of(shop_of([sale(1, first, "1"), sale(2, first + timedelta(days=1), "1")]))
    assert [r["buyers"] for r in desk.ask("buyers", by=("day",)).rows] == [1, 1]
    assert desk.ask("buyers").rows == ({"buyers": 1},)


def test_new_buyers_are_those_without_a_payment_in_the_365_days_before() -> None:
    day = datetime(2026, 5, 4, 3, tzinfo=UTC)
    sales = [
        sale(1, day - timedelta(days=366), "1", 1), sale(2, day, "1", 1),
        sale(3, day - timedelta(days=365), "1", 2), sale(4, day, "1", 2), sale(5, day, "1", 3),
    ]  # fmt: skip
    answer = desk_of(shop_of(sales)).ask("new_buyers", time=TimeRange(since=date(2026, 5, 4), until=date(2026, 5, 4)))
    assert answer.rows == ({"new_buyers": 2},)


def test_repeat_rate_looks_at_the_days_that_end_with_the_period() -> None:
    day = datetime(2026, 5, 30, 3, tzinfo=UTC)
    sales = [
        sale(1, day, "1", 1),
        sale(2, day - timedelta(days=29), "1", 1),
        sale(3, day, "1", 2),
        sale(4, day - timedelta(days=30), "1", 2),
    ]
    desk = desk_of(shop_of(sales))
    span = TimeRange(since=date(2026, 5, 30), until=date(2026, 5, 30))
    assert desk.ask("repeat_rate_30", time=span).rows == ({"repeat_rate_30": "0.500000"},)
    assert desk.ask("repeat_rate_90", time=span).rows == ({"repeat_rate_90": "1.000000"},)
    assert desk.ask("repeat_rate_30", by=("day",), time=span).rows == (
        {"day": "2026-05-30", "repeat_rate_30": "0.500000"},
    )


def test_stock_is_summed_over_products_and_never_over_time() -> None:
    def level(product: str, day: int, units: int) -> Row:
        at = datetime(2026, 5, day, 3, tzinfo=UTC)
        return {
            "product_id": product,
            "warehouse_id": "east",
            "time": at,
            "on_hand": Decimal(units),
            "committed": Decimal(1),
            "shop_id": None,
        }

    levels = [level("a", 1, 10), level("a", 2, 8), level("b", 1, 5)]
    for row in levels:
        del row["shop_id"]
    desk = desk_of_levels(levels)
    assert desk.ask("on_hand", "sellable_stock").rows == ({"on_hand": "13", "sellable_stock": "11"},)
    by_day = desk.ask("on_hand", by=("day",), time=TimeRange(since=date(2026, 5, 1), until=date(2026, 5, 3))).rows
    assert [r["on_hand"] for r in by_day] == ["15", "13", "13"]


def desk_of_levels(levels: list[Row]) -> Desk:
    settings = WorkspaceSettings("test")
    catalog = Catalog.load(settings)
    for row in levels:
        row |= {"_occurrence": 1, "_version": VERSION}
    reader = Reader(load(Facts({"stock_level": levels}), settings, catalog))
    return Desk(Planner(catalog, settings, catalog.rollup_plans()), Planner(catalog, settings, []), reader)


def test_several_currencies_stand_in_rows_of_their_own() -> None:
    at = datetime(2026, 5, 1, 3, tzinfo=UTC)
    sales = [sale(1, at, "10"), sale(2, at, "4", 2, report_currency="USD"), sale(3, at, "1", 3)]
    answer = desk_of(shop_of(sales)).ask("paid_amount", "buyers")
    assert answer.rows == (
        {"currency": "CNY", "paid_amount": "11.0000", "buyers": 2}, {"currency": "USD", "paid_amount": "4.0000", "buyers": 1},
    )  # fmt: skip
    assert [c.role for c in answer.columns] == ["currency", "metric", "metric"]
    assert [n.code for n in answer.notes] == ["unconverted"]


def test_nothing_at_all_is_one_row() -> None:
    answer = desk_of({}).ask("paid_amount", "orders", "aov")
    assert answer.rows == ({"paid_amount": "0.0000", "orders": 0, "aov": None},)


def test_the_answer_is_written_as_the_contract_says(desk: Desk) -> None:
    said = json.loads(answer_to_json(desk.ask("net_sales", by=("month",))))
    assert said["columns"][0] == {"name": "month", "unit": "", "currency": None, "role": "time", "metric": ""}
    assert said["columns"][1]["currency"] == "CNY"
    assert said["rows"][0]["month"] == "2025-10"
    assert "." in said["rows"][0]["net_sales"]
    assert said["as_of"] == "2026-11-02T09:41:23Z"
    assert said["quality"] == {"score": 100, "causes": []}


@pytest.mark.parametrize(
    ("query", "words"),
    [
        (Query(("net_slaes",)), "Nearest: net_sales"),
        (Query(("net_sales",), ("chanel",)), "Nearest: channel"),
        (Query(("on_hand",), ("province",)), "cannot be cut or filtered by province"),
        (Query(("visitors",), ("category",)), "is known from 2026-04-01 on"),
        (Query(("net_sales",), time=TimeRange("last fortnight")), "last 30d"),
        (Query(("net_sales",), where=(Filter("channel", "like", ("x",)),)), "unknown operator 'like'"),  # type: ignore[arg-type]
        (Query(("net_sales",), compare="previous"), "previous period of all time"),
        (Query(("net_sales",), ("day", "month")), "two grains at once"),
        (Query(("net_sales",), zone="Asia/Shangai"), "Asia/Shanghai"),
        (Query(("net_sales",), order=(Order("buyers"),)), "order by one of net_sales"),
        (Query(("listing_value",), ("hour",)), "known by day only"),
        (Query(("on_hand",), ("weekday",)), "state at the end of a period"),
    ],
)
def test_what_cannot_be_answered_says_what_can(desk: Desk, query: Query, words: str) -> None:
    with pytest.raises(InputError, match=words.replace("(", r"\(")):
        desk.planner.answer(query, desk.reader, NOW)


def test_rights_narrow_every_number_and_hide_metrics(desk: Desk) -> None:
    rights = Rights("jd", (Filter("channel", "=", ("jd",)),), frozenset({"gross_margin"}))
    mine = desk.ask("paid_amount", rights=rights).rows
    assert (
        mine == desk.ask("paid_amount", where=(Filter("channel", "=", ("jd",)),)).rows != desk.ask("paid_amount").rows
    )
    with pytest.raises(InputError, match="not shown to you"):
        desk.ask("gross_margin_rate", rights=rights)


def test_names_may_be_given_in_chinese(desk: Desk) -> None:
    assert desk.ask("净支付金额", by=("渠道",)).rows == desk.ask("net_sales", by=("channel",)).rows


def test_a_product_comes_with_its_name(desk: Desk) -> None:
    row = desk.ask("units", by=("product",), where=(Filter("product", "=", ("p1",)),)).rows[0]
    assert row["product_name"] == "商品 1"


def test_the_words_of_a_command_line_make_a_query() -> None:
    query = query_from_arguments(
        "net_sales,buyers",
        "month,channel",
        last="30d",
        where=["channel=jd|tmall", "city="],
        order="-net_sales",
        limit=5,
    )
    assert query == Query(
        ("net_sales", "buyers"), ("month", "channel"), (Filter("channel", "in", ("jd", "tmall")), Filter("city", "is_empty")),
        TimeRange("last 30d"), order=(Order("net_sales", True),), limit=5,
    )  # fmt: skip


def test_a_query_depends_on_the_tables_behind_its_metrics(desk: Desk) -> None:
    assert desk.planner.depends_on(Query(("net_sales",), ("category",))) == {"order_line", "refund", "product"}


def test_a_shape_is_prepared_once(desk: Desk) -> None:
    day = Query(("paid_amount",), ("channel",), time=TimeRange(since=date(2026, 10, 25), until=date(2026, 10, 26)))
    later = Query(("paid_amount",), ("channel",), time=TimeRange(since=date(2026, 10, 27), until=date(2026, 10, 28)))
    one, two = (desk.planner.plan(q, desk.reader, NOW).prepared for q in (day, later))
    assert one is two


def test_orders_are_counted_by_the_minute_and_a_minute_without_orders_is_a_row(desk: Desk) -> None:
    start = datetime(2026, 11, 2, 9, 0, 30, tzinfo=UTC)
    sales = [sale(n, start + timedelta(seconds=s), "10") for n, s in enumerate((0, 10, 45, 600))]
    one = desk_of(shop_of(sales))
    answer = one.ask("orders", by=("minute",), time=TimeRange("last 60min"))
    said = {str(row["minute"]): row["orders"] for row in answer.rows}
    assert len(said) == 61  # the first and the last minute are parts of one
    assert {k: v for k, v in said.items() if v} == {
        "2026-11-02T17:00+08:00": 2, "2026-11-02T17:01+08:00": 1, "2026-11-02T17:10+08:00": 1,
    }  # fmt: skip
    assert answer.source == "facts"
    by_channel = desk.ask("paid_amount", by=("minute", "channel"), time=TimeRange("yesterday"))
    whole = desk.ask("paid_amount", time=TimeRange("yesterday"))
    assert sum(Decimal(str(r["paid_amount"])) for r in by_channel.rows) == Decimal(str(whole.rows[0]["paid_amount"]))


def test_minutes_of_a_long_range_are_refused_with_what_to_ask(desk: Desk) -> None:
    with pytest.raises(InputError, match=r"by minute at most 2 days .* quarter_hour"):
        desk.ask("orders", by=("minute",), time=TimeRange("last 30d"))


def test_a_period_before_the_first_data_is_unknown_and_not_nothing() -> None:
    days = [datetime(2026, 10, d, 4, tzinfo=UTC) for d in (10, 20, 31)]
    desk = desk_of(shop_of([sale(n, day, "100") for n, day in enumerate(days)]))
    answer = desk.ask("paid_amount", "orders", time=TimeRange("last 30d"), compare="last_year")
    assert answer.rows[0]["paid_amount"] == "300.0000"
    assert answer.rows[0]["paid_amount__before"] is None
    assert answer.rows[0]["paid_amount__change"] is None
    assert [(n.code, n.values) for n in answer.notes] == [("nothing_before", {"since": "2026-10-10"})]
    by_day = desk.ask(
        "orders", by=("day",), time=TimeRange(since=date(2026, 10, 15), until=date(2026, 10, 31)), compare="last_week"
    )
    before = {row["day"]: row["orders__before"] for row in by_day.rows}
    assert before["2026-10-20"] == 0  # a week earlier the shop was open, and sold nothing
    assert before["2026-10-27"] == 1
    month = desk.ask("orders", time=TimeRange(since=date(2026, 10, 12), until=date(2026, 10, 20)), compare="last_week")
    assert month.rows[0]["orders__before"] == 1  # partly before: what is known is told
    assert month.notes == ()
