"""Levels over time, running sums, medians, repeats and reported figures, each beside its own calculation in plain Python."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from castanea.contracts.query import Answer, Cell, Filter, Query, Rights, TimeRange
from castanea.contracts.workspace import WorkspaceSettings
from castanea.kit.errors import InputError
from castanea.semantics import Catalog, Planner
from tests.semantics.small_shop import NOW, Facts, Reader, Row, load, make_facts

STOCK = "table: stock_level, clock: time, key: [product_id, warehouse_id, batch], value: on_hand"
SUCCEEDED = "status = 'succeeded' AND refund_time >= order_time AND excluded IS NOT TRUE"
REFUNDS = f'table: refund, clock: refund_time, where: "{SUCCEEDED}", value: "HOURS(order_time, refund_time)"'
PRODUCTS = "table: order_line, clock: paid_time, where: \"kind = 'product' AND excluded IS NOT TRUE\""
MEASURES = {
    "t_hours": f"{{type: quantity, parts: [{{{REFUNDS}}}]}}",
    "t_median": f"{{type: quantity, median: {{{REFUNDS}}}}}",
    "t_lead": (
        "{type: quantity, parts: [{table: receipt, clock: time, look: {begun: {table: purchase_order, on: [purchase_order_id, product_id], "
        'column: ordered}}, value: "HOURS(begun, time)"}]}'
    ),
    "t_running": f"{{type: quantity, running: true, parts: [{{{PRODUCTS}, value: quantity}}]}}",
    "t_week": f"{{type: quantity, running: 7, parts: [{{{PRODUCTS}, value: quantity}}]}}",
    "t_end": f"{{type: quantity, level: {{{STOCK}}}}}",
    "t_start": f"{{type: quantity, level: {{{STOCK}, at: start}}}}",
    "t_mean": f"{{type: quantity, level: {{{STOCK}, at: average}}}}",
    "t_skus": f'{{type: count, level: {{{STOCK}, per: [product_id], test: "value > 100"}}}}',
    "t_sku_days": f'{{type: count, level: {{{STOCK}, per: [product_id], test: "value > 100", days: true}}}}',
    "t_unsold": (
        f"{{type: quantity, level: {{{STOCK}, unsold: {{table: order_line, clock: paid_time, column: product_id, days: 1}}}}}}"
    ),
    "t_visitors": "{type: count, reported: {value: visitors}}",
    "t_views": "{type: count, reported: {value: views, adds: true}}",
    "t_score": "{type: quantity, reported: {value: shop_score, latest: true}}",
    "t_repeat": "{type: count, entity: buyer, base: paid_lines, at_least: 2, window: 90, each: order}",
}
MARKS = {"t_running": "sensitive: cost, ", "t_views": "within: [platform], "}
FIRST, LAST = date(2026, 10, 24), date(2026, 10, 29)
DAYS = [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]
RANGE = TimeRange(since=FIRST, until=LAST)


def declared(folder: Path) -> Path:
    texts = "labels: {zh-CN: 试, en: try}, description: {zh-CN: 试, en: try}, unit: points, additivity: non_additive, direction: none"
    lines = ["measures:", *(f"  {n}: {m}" for n, m in MEASURES.items()), "metrics:"]
    lines += [f"  {n}_x: {{formula: {n}, {MARKS.get(n, '')}{texts}}}" for n in MEASURES]
    (folder / "try.yaml").write_text("\n".join(lines), encoding="utf-8")
    return folder


def reports() -> list[Row]:
    common = {"shop_id": "main", "platform": "sycm"}
    found: list[Row] = []
    for n, day in enumerate(DAYS):
        found.append(
            {**common, "day": day, "days": 1, "scope": "shop", "member": "", "visitors": 100 + n, "views": 10 + n}
        )
        found[-1]["shop_score"] = Decimal("4.7") + n if n < 4 else None
        for source, visitors in (("搜索", 60 + n), ("推荐", 70 + n)):
            row = {**common, "day": day, "days": 1, "scope": "source", "member": source}
            found.append({**row, "visitors": visitors, "views": visitors // 2})
    found.append({**common, "day": FIRST, "days": 6, "scope": "shop", "member": "", "visitors": 400, "views": 75})
    found.append(
        {**common, "shop_id": "paris", "day": LAST, "days": 1, "scope": "shop", "member": "", "visitors": 9, "views": 1}
    )
    return found


class Desk:
    def __init__(self, folder: Path) -> None:
        settings = WorkspaceSettings("test")
        catalog = Catalog.load(settings, declared(folder))
        self.facts = make_facts(5, 150)
        self.facts.tables["platform_daily"] = reports()
        ordered = datetime(2026, 10, 20, tzinfo=UTC)
        item: Row = {"purchase_order_id": "b1", "product_id": "p1", "quantity": Decimal(5)}
        self.facts.tables["purchase_order"] = [{**item, "ordered": ordered}]
        self.facts.tables["receipt"] = [{**item, "receipt_id": "r1", "time": ordered + timedelta(hours=110)}]
        for name in ("platform_daily", "purchase_order", "receipt"):
            for row in self.facts[name]:
                row |= {"_occurrence": 1, "_version": NOW}
        self.reader = Reader(load(self.facts, settings, catalog))
        self.planner = Planner(catalog, settings, catalog.rollup_plans())
        self.bare = Planner(catalog, settings, [])

    def ask(self, *metrics: str, rights: Rights = Rights(), **rest: Any) -> Answer:  # noqa: B008
        query = Query(tuple(f"{m}_x" for m in metrics), **rest)
        answer = self.planner.answer(query, self.reader, NOW, rights)
        assert answer.rows == self.bare.answer(query, self.reader, NOW, rights).rows
        return answer

    def by_day(self, metric: str) -> dict[str, Cell]:
        return {str(row["day"]): row[f"{metric}_x"] for row in self.ask(metric, by=("day",), time=RANGE).rows}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    made = Desk(tmp_path_factory.mktemp("metrics"))
    yield made
    made.reader.close()


def edge(day: date) -> datetime:
    """The end of a day in Shanghai."""
    return datetime(day.year, day.month, day.day, 16, tzinfo=UTC)


def held(facts: Facts, at: datetime) -> dict[tuple[Any, ...], Row]:
    """The stock row that holds at an instant, by key."""
    found: dict[tuple[Any, ...], Row] = {}
    for row in sorted(facts["stock_level"], key=lambda r: r["time"]):
        if row["time"] < at:
            found[row["product_id"], row["warehouse_id"], row["batch"]] = row
    return found


def by_product(facts: Facts, at: datetime) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for (product, _, _), row in held(facts, at).items():
        found[product] = found.get(product, Decimal(0)) + row["on_hand"]
    return found


def number(cell: Cell) -> Decimal | None:
    return None if cell is None else Decimal(str(cell))


def test_stock_opens_a_day_as_it_closed_the_day_before(desk: Desk) -> None:
    ends, starts = desk.by_day("t_end"), desk.by_day("t_start")
    for day in DAYS:
        assert number(ends[str(day)]) == sum(by_product(desk.facts, edge(day)).values())
        assert number(starts[str(day)]) == sum(by_product(desk.facts, edge(day - timedelta(days=1))).values())


def test_the_mean_of_a_stock_weighs_each_level_by_the_time_it_held(desk: Desk) -> None:
    low, high = edge(FIRST - timedelta(days=1)), edge(LAST)
    moments = sorted({low, high, *(r["time"] for r in desk.facts["stock_level"] if low < r["time"] < high)})
    weighed = Decimal(0)
    for since, until in pairwise(moments):
        level = sum(r["on_hand"] for r in held(desk.facts, since + timedelta(microseconds=1)).values())
        weighed += level * Decimal((until - since).total_seconds())
    (row,) = desk.ask("t_mean", time=RANGE).rows
    mean = number(row["t_mean_x"])
    assert mean is not None
    assert abs(mean - weighed / Decimal((high - low).total_seconds())) < Decimal("0.001")


def test_products_are_tested_on_their_sum_over_warehouses_and_counted_each_day(desk: Desk) -> None:
    passing = {day: sum(v > 100 for v in by_product(desk.facts, edge(day)).values()) for day in DAYS}
    assert {d: number(v) for d, v in desk.by_day("t_skus").items()} == {str(d): n for d, n in passing.items()}
    (row,) = desk.ask("t_sku_days", time=RANGE).rows
    assert number(row["t_sku_days_x"]) == sum(passing.values())


def test_unsold_stock_is_of_products_without_a_sale_in_the_days_before(desk: Desk) -> None:
    for day, figure in desk.by_day("t_unsold").items():
        high = edge(date.fromisoformat(day))
        sold = {
            r["product_id"]
            for r in desk.facts["order_line"]
            if r["paid_time"] and high - timedelta(days=1) <= r["paid_time"] < high
        }
        levels = by_product(desk.facts, high)
        assert number(figure) == sum(v for p, v in levels.items() if p not in sold)


def test_running_sums_reach_back_to_the_first_row_or_so_many_days(desk: Desk) -> None:
    sold = [
        (r["paid_time"], r["quantity"])
        for r in desk.facts["order_line"] if r["paid_time"] and r["kind"] == "product" and not r["excluded"]
    ]  # fmt: skip
    running, week = desk.by_day("t_running"), desk.by_day("t_week")
    for day in DAYS:
        high = edge(day)
        assert number(running[str(day)]) == sum(q for at, q in sold if at < high)
        assert number(week[str(day)]) == sum(q for at, q in sold if high - timedelta(days=7) <= at < high)


def test_the_median_is_of_the_rows_of_a_cell_and_unknown_without_any(desk: Desk) -> None:
    hours: dict[str, list[float]] = {}
    for r in desk.facts["refund"]:
        if r["status"] == "succeeded" and r["refund_time"] and not r["excluded"] and r.get("order_time"):
            day = (r["refund_time"] + timedelta(hours=8)).date()
            if r["refund_time"] >= r["order_time"]:
                hours.setdefault(str(day), []).append((r["refund_time"] - r["order_time"]).total_seconds() / 3600)
    for day, figure in desk.by_day("t_median").items():
        assert (figure is None) == (day not in hours)
        if figure is not None:
            assert abs(float(str(figure)) - median(hours[day])) < 0.001


def test_a_part_takes_a_column_of_the_row_it_looks_up(desk: Desk) -> None:
    assert number(desk.ask("t_lead").rows[0]["t_lead_x"]) == 110


def test_a_repeat_within_a_category_counts_orders_not_lines(desk: Desk) -> None:
    until = edge(NOW.date() - timedelta(days=1))
    category = {p["product_id"]: p["category"] or "" for p in desk.facts["product"]}
    bought: dict[tuple[str, Any], set[str]] = {}
    for r in desk.facts["order_line"]:
        at = r["paid_time"]
        if (
            at
            and until - timedelta(days=90) <= at < until
            and r["kind"] != "adjustment"
            and not r["excluded"]
            and r["customer_id"]
        ):
            key = (category.get(r["product_id"], ""), r["customer_id"])
            bought.setdefault(key, set()).add(f"{r['shop_id']} {r['order_id']}")
    wanted: dict[str, int] = {}
    for (name, _), orders in bought.items():
        wanted[name] = wanted.get(name, 0) + (len(orders) >= 2)
    answer = desk.ask("t_repeat", by=("category",), time=TimeRange("yesterday"))
    assert {row["category"]: number(row["t_repeat_x"]) for row in answer.rows} == {k: v for k, v in wanted.items() if v}
    assert "repeat_within" in {n.code for n in answer.notes}


MAIN = (Filter("shop", "=", ("main",)),)


def test_a_reported_figure_stands_for_a_day_or_for_a_report_of_the_periods_length(desk: Desk) -> None:
    days = desk.ask("t_visitors", by=("day",), time=RANGE, where=MAIN).rows
    assert [number(row["t_visitors_x"]) for row in days] == [100 + n for n in range(len(DAYS))]
    assert desk.ask("t_visitors", time=RANGE, where=MAIN).rows == ({"t_visitors_x": "400"},)
    source = desk.ask("t_visitors", by=("source",), time=TimeRange(since=FIRST, until=FIRST), totals=True)
    assert {row["source"]: number(row["t_visitors_x"]) for row in source.rows} == {"搜索": 60, "推荐": 70}
    assert source.totals is not None
    assert source.totals["t_visitors_x"] is None


@pytest.mark.parametrize(
    "rest",
    [
        {
            "time": TimeRange(since=FIRST, until=FIRST + timedelta(days=2)),
            "where": MAIN,
        },  # three days, no report of three
        {"time": TimeRange(since=LAST, until=LAST)},  # two shops
        {"by": ("day",), "time": RANGE},
        {"time": TimeRange(since=FIRST, until=FIRST), "where": (Filter("source", "in", ("搜索", "推荐")),)},
        {"where": MAIN},
    ],
    ids=["shorter reports", "shops", "shops by day", "sources", "all time"],
)
def test_reported_figures_are_never_added_up(desk: Desk, rest: dict[str, Any]) -> None:
    with pytest.raises(InputError) as refused:
        desk.ask("t_visitors", **rest)
    assert refused.value.code == "not_additive"
    assert "Ask for it" in str(refused.value)


def test_what_a_platform_reports_as_sums_adds_up_within_one_platform_only(desk: Desk) -> None:
    with pytest.raises(InputError) as refused:
        desk.ask("t_views", time=RANGE)
    assert refused.value.code == "not_additive"
    answer = desk.ask("t_views", by=("platform",), time=RANGE, where=MAIN)
    assert [number(row["t_views_x"]) for row in answer.rows] == [sum(10 + n for n in range(len(DAYS)))]


def test_the_latest_report_is_the_last_that_knows_the_figure(desk: Desk) -> None:
    assert number(desk.ask("t_score", time=RANGE, where=MAIN).rows[0]["t_score_x"]) == Decimal("7.7")


def test_a_class_of_metrics_that_is_hidden_hides_every_metric_above_it(desk: Desk) -> None:
    with pytest.raises(InputError) as refused:
        desk.ask("t_running", rights=Rights("few", (), frozenset({"class:cost"})))
    assert refused.value.code == "query.metric_hidden"


def test_visitors_by_province_are_told_after_the_time_of_hourly_counts_only(desk: Desk) -> None:
    query = Query(("visitors",), ("province",), time=TimeRange("last 7d"))
    assert {row["province"] for row in desk.planner.answer(query, desk.reader, NOW).rows} == {"浙江", ""}
    with pytest.raises(InputError) as refused:
        desk.planner.answer(Query(("visitors",), ("province",), time=TimeRange("this year")), desk.reader, NOW)
    assert refused.value.code == "query.known_since"


def test_the_others_of_a_distinct_count_are_counted_from_a_source_that_knows_the_cut(desk: Desk) -> None:
    query = Query(("buyers",), ("city",), limit=1, totals=True)
    answer = desk.planner.answer(query, desk.reader, NOW)
    assert answer.others is not None
    assert answer.others["buyers"] == desk.bare.answer(query, desk.reader, NOW).others["buyers"]  # type: ignore[index]
