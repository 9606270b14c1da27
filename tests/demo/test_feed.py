"""The simulated shop as it is fed live: what it sends through the day is what its platforms report the morning after."""

from __future__ import annotations

import threading
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from castanea.contracts.tables import TABLES
from castanea.demo.config import DemoConfig
from castanea.demo.diary import Diary
from castanea.demo.feed import Feed
from castanea.demo.paying import SECOND
from castanea.demo.world import BESIDE_THE_PLAN
from castanea.kit.clock import micros

TODAY = date(2026, 11, 20)
CONFIG = DemoConfig(seed=3, history_days=30, orders_per_day=40.0, products=60, event_days=2, last_day=TODAY)
NOON, NEXT_MORNING = datetime(2026, 11, 20, 4, tzinfo=UTC), datetime(2026, 11, 21, 1, tzinfo=UTC)
Rows = dict[str, dict[tuple[Any, ...], dict[str, Any]]]


class Time:
    """A clock that goes on while somebody waits, and an end to the waiting."""

    def __init__(self, at: datetime, end: datetime, step: timedelta) -> None:
        self.at, self._end, self._step = at, end, step
        self.ended = _Ended(self)

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.at.timestamp()

    def pass_by(self) -> bool:
        self.at += self._step
        return self.at >= self._end


class _Ended(threading.Event):
    def __init__(self, time: Time) -> None:
        super().__init__()
        self._time = time

    def wait(self, timeout: float | None = None) -> bool:
        if self._time.pass_by():
            self.set()
        return self.is_set()


class Books:
    """A shop that remembers the last state of every fact, and complains when one version of a fact is told in two ways."""

    def __init__(self) -> None:
        self.rows: Rows = defaultdict(dict)
        self.contradicted: list[tuple[str, tuple[Any, ...]]] = []

    def land(self, tables: dict[str, pa.Table]) -> None:
        for name, table in tables.items():
            if name == "web_event":
                continue
            for row in table.to_pylist():
                key = tuple(row[k] for k in TABLES[name].key)
                del row["_row"]
                held = self.rows[name].get(key)
                if held and held["_version"] == row["_version"] and held != row:
                    self.contradicted.append((name, key))
                if held is None or held["_version"] <= row["_version"]:
                    self.rows[name][key] = row

    post = land

    def waiting(self) -> int:
        return 1 << 40


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> Books:
    """A shop fed from noon till the evening, and after a pause of two hours till the next morning."""
    path, shop = tmp_path_factory.mktemp("demo") / "diary.json", Books()
    evening = NOON + timedelta(hours=6)
    for begin, end in ((NOON, evening), (evening + timedelta(hours=2), NEXT_MORNING)):
        time = Time(begin, end, timedelta(minutes=40))
        diary = Diary.open(path, CONFIG, micros(begin))
        Feed(diary, shop, time, time.ended, lambda piece: None).run(1.5)  # type: ignore[arg-type]
    return shop


def test_the_day_table_of_a_live_day_tells_of_the_orders_that_were_sent(books: Books) -> None:
    paid: dict[str, Decimal] = defaultdict(Decimal)
    orders: dict[str, int] = defaultdict(int)
    sent_beside = 0
    lines: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in books.rows["order_line"].values():
        if row["borne_by"] != "platform":
            lines[row["shop_id"], row["order_id"]] += row["amount"]
    for (shop, number), row in books.rows["order"].items():
        moment = row["received_time"] if row["cash_on_delivery"] else row["pay_time"]
        if moment and (moment + timedelta(hours=8)).date() == TODAY:
            paid[shop] += lines[shop, number]
            orders[shop] += 1
            sent_beside += int(number[6:]) >= BESIDE_THE_PLAN
    told = {r["shop_id"]: r for r in books.rows["platform_daily"].values()
            if (r["day"], r["days"], r["scope"]) == (TODAY, 1, "shop")}  # fmt: skip
    assert sent_beside > 700
    assert len(told) == 3
    for shop, row in told.items():
        assert (row["paid_amount"], row["orders"]) == (paid[shop], orders[shop])


def test_the_stock_of_a_live_day_has_given_what_was_sent(books: Books) -> None:
    def on(day: date, column: str) -> int:
        return sum(
            int(r[column]) for r in books.rows["stock_level"].values() if (r["time"] + timedelta(hours=8)).date() == day
        )

    yesterday = TODAY - timedelta(days=1)
    moved = sum(
        int(r["quantity"])
        for r in books.rows["stock_movement"].values()
        if (r["time"] + timedelta(hours=8)).date() == TODAY
    )
    sellable = [on(day, "on_hand") - on(day, "committed") for day in (yesterday, TODAY)]
    assert sellable[1] - sellable[0] == moved
    assert moved < -500


def test_no_fact_is_told_in_two_ways(books: Books) -> None:
    assert books.contradicted == []


def test_orders_beside_the_plan_are_sent_to_their_buyers(books: Books) -> None:
    beside = [r for (_, n), r in books.rows["order"].items() if int(n[6:]) >= BESIDE_THE_PLAN]
    assert {r["status"] for r in beside} == {"paid", "shipped"}
    known = {(r["shop_id"], r["customer_id"]) for r in books.rows["customer"].values()}
    assert {(r["shop_id"], r["customer_id"]) for r in beside} <= known


def test_no_moment_is_after_it_is_told(books: Books) -> None:
    latest = max(row["_version"] for rows in books.rows.values() for row in rows.values())
    assert micros(latest) <= micros(NEXT_MORNING) + 60 * SECOND
