"""A metric's days to come, through the semantic layer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from castanea.contracts.query import Answer, Query
from castanea.contracts.workspace import WorkspaceSettings
from castanea.kit.errors import InputError
from castanea.runs.metric_forecast import Ask, ForecastRequest, forecast_metric
from castanea.semantics import Catalog, Planner
from tests.semantics.small_shop import Facts, Reader, load, person

DAYS = 70
BEGIN = datetime(2026, 3, 2, 4, tzinfo=UTC)
NOW = BEGIN + timedelta(days=DAYS, hours=3)


@pytest.fixture(scope="module")
def ask() -> Iterator[Ask]:
    """Ten orders a day, fifteen at week-ends, two thirds of them in one channel; today has begun."""
    orders: list[dict[str, Any]] = []
    lines: list[dict[str, Any]] = []
    for day in range(DAYS + 1):
        for number in range(15 if day % 7 > 4 else 10):
            paid = BEGIN + timedelta(days=day, minutes=number)
            common = {
                "order_id": f"o{day}-{number}", "order_time": paid, "paid_time": paid, "customer_id": person(number), "report_currency": "CNY",
                "channel_id": "own" if number % 3 else "tmall", "shop_id": "main", "_occurrence": 1, "_version": NOW,
            }  # fmt: skip
            orders.append({**common, "pay_time": paid})
            money = dict.fromkeys(("amount", "report_amount", "report_paid"), Decimal(20))
            lines.append({**common, **money, "kind": "product", "quantity": Decimal(1), "excluded": False})
    settings = WorkspaceSettings("test")
    catalog = Catalog.load(settings)
    reader = Reader(load(Facts({"order": orders, "order_line": lines}), settings, catalog))
    planner = Planner(catalog, settings, catalog.rollup_plans())

    def answer(query: Query) -> Answer:
        return planner.answer(query, reader, NOW)

    yield answer
    reader.close()


def test_the_week_comes_again_in_the_metrics_unit_and_today_is_not_taken_for_a_day(ask: Ask) -> None:
    told = forecast_metric(ask, ForecastRequest("paid_amount", 7))
    assert (told.summary["unit"], told.summary["currency"], told.summary["season"]) == ("money", "CNY", 7)
    first = (BEGIN + timedelta(days=DAYS)).date()
    assert told.table["time"].to_list() == [first + timedelta(days=n) for n in range(7)]
    assert told.table["forecast"].to_list() == pytest.approx([200] * 5 + [300] * 2, rel=0.02)


def test_the_greatest_members_have_their_own(ask: Ask) -> None:
    told = forecast_metric(ask, ForecastRequest("orders", 7, by="channel")).table
    assert set(told["series"]) == {"", "own", "tmall"}
    by = {str(k): float(rows["forecast"].sum()) for (k,), rows in told.partition_by("series", as_dict=True).items()}
    assert by["own"] + by["tmall"] == pytest.approx(by[""], rel=0.03)
    assert forecast_metric(ask, ForecastRequest("orders", 7, by="channel", members=1)).table["series"].n_unique() == 2


def test_a_sum_is_zero_where_nothing_happened() -> None:
    rows = ({"day": "2026-01-01", "m": 3}, {"day": "2026-01-04", "m": 5})
    from castanea.runs.metric_forecast import _table

    table = _table([("", r["day"], r["m"]) for r in rows], ForecastRequest("m", 1))
    assert table["value"].to_list() == [3, 0, 0, 5]
    unknown = _table([("", r["day"], r["m"]) for r in rows], ForecastRequest("m", 1, additive=False))
    assert unknown["value"].to_list() == [3, None, None, 5]
    assert table.schema["time"] == pl.Date


def test_what_cannot_be_asked_is_refused_in_words(ask: Ask) -> None:
    with pytest.raises(InputError, match=r"by day or month"):
        forecast_metric(ask, ForecastRequest("orders", 7, grain="hour"))  # type: ignore[arg-type]
    with pytest.raises(InputError, match=r"at most 200"):
        forecast_metric(ask, ForecastRequest("orders", 7, by="channel", members=1_000))
    with pytest.raises(InputError, match=r"ordersx"):
        forecast_metric(ask, ForecastRequest("ordersx", 7))
