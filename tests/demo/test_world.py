"""The simulated shop: the same seed gives the same world, and its parts agree with one another."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from castanea.contracts.tables import TABLES
from castanea.demo.beside import Span
from castanea.demo.config import DemoConfig, small
from castanea.demo.history import Past, tell
from castanea.demo.paying import SECOND
from castanea.demo.sending import BEGINNING, END
from castanea.demo.sending_orders import order_facts
from castanea.demo.stream import beside, planned
from castanea.demo.truth import outcome, truths
from castanea.demo.world import World

HOUR = 3600 * SECOND
# what a shop of one currency in one country has not, and what the workspace writes itself
ELSEWHERE = {"fx_rate", "region", "import_run", "quarantine"}


@pytest.fixture(scope="module")
def past() -> Past:
    return Past(World(small(seed=3)), 1)


@pytest.fixture(scope="module")
def now(past: Past) -> int:
    return past.world.midnight(past.world.config.last_day) + 14 * HOUR


def test_the_same_seed_gives_the_same_world_and_another_seed_another() -> None:
    assert outcome(small(seed=5)) == outcome(small(seed=5))
    assert outcome(small(seed=5)) != outcome(small(seed=6))


def test_a_small_world_has_about_thirty_thousand_orders_in_ninety_days(past: Past) -> None:
    days = [d for i, d in past.days.items() if i <= 0]
    assert len(days) == 90
    assert 27_000 < sum(d.orders.orders for d in days) < 33_000


def test_days_already_lived_do_not_change_when_the_world_goes_on() -> None:
    short, long = list(World(small(seed=4)).days(0)), list(World(small(seed=4)).days(3))
    assert [d.orders.paid_cents for d in short] == [d.orders.paid_cents for d in long[: len(short)]]
    assert np.array_equal(short[-1].stock.on_hand, long[len(short) - 1].stock.on_hand)


def test_stock_is_never_below_zero_and_adds_up_with_what_came_and_went(past: Past) -> None:
    days = [past.days[i] for i in sorted(past.days)]
    catalogue = past.world.catalogue
    for before, day in pairwise(days):
        product, units = day.orders.product, day.orders.quantity * catalogue.part_units[day.orders.product]
        sold = np.bincount(catalogue.part[product], weights=units, minlength=catalogue.count).astype(int)
        with_gift = catalogue.gift[product] >= 0
        gifts = np.bincount(
            catalogue.gift[product][with_gift], weights=units[with_gift], minlength=catalogue.count
        ).astype(int)
        came = np.zeros(catalogue.count, dtype=int)
        for _, item, count, _, _ in day.stock.received:
            came[item] += count
        assert (day.stock.on_hand >= 0).all()
        assert np.array_equal(before.stock.on_hand - day.stock.left + came, day.stock.on_hand)
        assert (sold <= day.stock.left).all()
        assert (day.stock.left <= sold + gifts).all()


def test_the_order_s_total_is_the_sum_of_its_lines(past: Past) -> None:
    facts = order_facts(past.world, past.days[-20].orders, BEGINNING, END)
    lines = facts["order_line"].group_by(["shop_id", "order_id"]).aggregate([("amount", "sum")])
    joined = facts["order"].select(["shop_id", "order_id", "total"]).join(lines, ["shop_id", "order_id"])
    assert joined.num_rows == facts["order"].num_rows
    assert pc.all(pc.equal(joined["total"], joined["amount_sum"].cast(pa.decimal128(18, 4)))).as_py()


def test_told_once_or_in_spans_every_fact_arrives_with_its_last_state(now: int) -> None:
    """A past told as of noon and then carried on ends as a past told as of the evening."""
    past = Past(World(replace(small(seed=3), history_days=40, orders_per_day=50.0)), 1)
    later = now + 8 * HOUR
    at_once = _latest([p.tables for p in tell(past, later)])
    in_spans = _latest(
        [*(p.tables for p in tell(past, now)), planned(past, now, now + HOUR), planned(past, now + HOUR, later)]
    )
    assert at_once == in_spans


def test_every_table_that_the_boards_need_is_fed_but_what_only_others_have(past: Past, now: int) -> None:
    told = {name for piece in tell(past, now) for name, rows in piece.tables.items() if rows.num_rows}
    assert set(TABLES) - told == ELSEWHERE


def test_presales_are_paid_by_deposit_and_balance_and_cash_on_delivery_on_receipt(past: Past, now: int) -> None:
    telling = list(tell(past, now))
    payments = pa.concat_tables([p.tables["payment"] for p in telling if "payment" in p.tables])
    kinds = Counter(payments["kind"].to_pylist())
    assert kinds["deposit"] > kinds["balance"] > 0
    orders = pa.concat_tables([p.tables["order"] for p in telling if "order" in p.tables])
    cash = orders.filter(orders["cash_on_delivery"])
    assert cash.num_rows > 50
    assert cash["pay_time"].null_count == cash.num_rows
    assert {"placed", "deposit_paid", "closed", "paid", "shipped", "done"} >= set(orders["status"].to_pylist())


def test_a_platform_s_day_table_is_what_was_paid_and_refunded_that_day(past: Past, now: int) -> None:
    telling = list(tell(past, now))
    daily = pa.concat_tables([p.tables["platform_daily"] for p in telling if "platform_daily" in p.tables])
    shop = daily.filter(pc.and_(pc.equal(daily["scope"], "shop"), pc.equal(daily["days"], 1)))
    refunds = pa.concat_tables([p.tables["refund"] for p in telling if "refund" in p.tables])
    refunds = refunds.filter(pc.equal(refunds["status"], "succeeded"))
    refunds = refunds.append_column(
        "day", pc.local_timestamp(refunds["refund_time"].cast(pa.timestamp("us", tz="Asia/Shanghai"))).cast(pa.date32())
    )
    truth = {
        (r["shop_id"], r["day"]): r["amount_sum"]
        for r in refunds.group_by(["shop_id", "day"]).aggregate([("amount", "sum")]).to_pylist()
    }
    assert shop.num_rows > 200
    for row in shop.select(["shop_id", "day", "refunded_amount"]).to_pylist():
        assert row["refunded_amount"] == truth.get((row["shop_id"], row["day"]), 0)


def test_nothing_from_the_future_is_told(past: Past, now: int) -> None:
    moment = datetime.fromtimestamp(now / SECOND, UTC)
    for piece in tell(past, now):
        for name, table in piece.tables.items():
            assert pc.max(table["_version"]).as_py() <= moment, name


def test_the_last_thirty_days_are_told_before_older_ones(past: Past, now: int) -> None:
    days = [p.day for p in tell(past, now) if p.name.startswith("day")]
    assert days == sorted(days, key=lambda d: d or past.world.config.last_day, reverse=True)


def test_orders_beside_the_plan_come_at_their_rate_and_are_the_same_however_time_is_cut(past: Past, now: int) -> None:
    def sold(*cuts: int) -> list[tuple[object, ...]]:
        found = [beside(past, Span(now + a * SECOND, now + b * SECOND, 8))["order_line"] for a, b in pairwise(cuts)]
        return [
            tuple(row.values()) for t in found for row in t.select(["order_id", "product_id", "amount"]).to_pylist()
        ]

    assert len({row[0] for row in sold(0, 60)}) == 8
    assert sorted(sold(0, 31, 60), key=str) == sorted(sold(0, 60), key=str)


def test_every_incident_has_a_true_effect_in_its_own_direction() -> None:
    found = {str(t["name"]): t for t in truths(small(seed=11))}
    effect = {name: record["effect"] for name, record in found.items()}
    for name in ("stock_out", "checkout_broken", "price_cut", "ads_off"):
        assert effect[name]["paid_cents"] < 0, name  # type: ignore[index]
    assert effect["faulty_batch"]["refunded_cents"] > 0  # type: ignore[index]
    assert effect["source_silent"]["paid_cents"] == 0  # type: ignore[index]  # data were missing, customers were not
    for name, record in found.items():
        if counter := record.get("counter_effect"):
            gain = counter["paid_cents"] if name != "faulty_batch" else -counter["refunded_cents"]  # type: ignore[index]
            assert gain > 0, name


def test_without_its_incidents_a_world_differs_only_from_their_first_day_on() -> None:
    config = small(seed=8)
    incident = next(i for i in World(config).incidents if i.name == "faulty_batch")
    names = frozenset(i.name for i in World(config).incidents)
    quiet, real = World(replace(config, without=names)), World(config)
    for a, b in zip(quiet.days(-1), real.days(-1), strict=True):
        if a.orders.index < incident.first:
            assert a.orders.paid_cents == b.orders.paid_cents


def test_a_full_world_has_about_a_million_order_lines() -> None:
    lines = sum(len(d.orders.product) for d in World(DemoConfig()).days())
    assert 900_000 < lines < 1_150_000


def _latest(tellings: list[dict[str, pa.Table]]) -> dict[str, Counter[tuple[object, ...]]]:
    """Per table the last state of every key, as plain values."""
    from castanea.contracts.tables import TABLES

    state: dict[str, dict[tuple[object, ...], tuple[object, ...]]] = {}
    for tables in tellings:
        for name, whole in tables.items():
            table = whole.select(["shop_id", "event_id", "time", "event", "_version"]) if name == "web_event" else whole
            keys = list(zip(*(table[k].to_pylist() for k in TABLES[name].key), strict=True))
            values = zip(*(table[c].to_pylist() for c in table.column_names if c != "_row"), strict=True)
            version = table["_version"].to_pylist()
            for key, at, row in zip(keys, version, values, strict=True):
                held = state.setdefault(name, {}).get(key)
                if held is None or held[0] <= at:  # type: ignore[operator]
                    state[name][key] = (at, *row)
    return {name: Counter(rows.values()) for name, rows in state.items()}
