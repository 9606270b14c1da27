"""What a transaction moved, counted for several rollups in one pass, against one plain query per clock."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import duckdb
import numpy as np
import pytest

from castanea.contracts.rollup import Contribution, RollupColumn, RollupPlan
from castanea.warehouse.counted import Source, grouped
from castanea.warehouse.days import days_hold_quarter_hours

FLAT = {"shop": "shop"}
SHOP = (RollupColumn("shop", "VARCHAR"),)
MONEY = (RollupColumn("ordered", "DECIMAL(38,4)"), RollupColumn("paid", "DECIMAL(38,4)"))
ORDERED = Contribution("order_line", "order_time", "kind <> 'fee'", FLAT, {"ordered": "amount"}, {})
PAID = Contribution("order_line", "paid_time", "kind <> 'gift'", FLAT, {"paid": "paid"}, {})
LATE = Contribution("order_line", "paid_time", "kind = 'late'", FLAT, {"paid": "paid"}, {})
PLANS = (
    RollupPlan("both", "day", SHOP, MONEY, (ORDERED, PAID)),
    RollupPlan("quarters", "quarter_hour", SHOP, MONEY, (ORDERED, PAID)),
    RollupPlan("ordered_only", "day", SHOP, MONEY[:1], (ORDERED,)),
    RollupPlan("late_only", "day", SHOP, MONEY[1:], (LATE,)),
)
# each with a moment at which its days are odd: clocks set one minute past midnight, and in the middle of a quarter hour
ODD = {
    "Asia/Shanghai": datetime.fromisoformat("2026-03-10 16:00:00"), "Asia/Kathmandu": datetime.fromisoformat("2026-03-10 18:15:00"),
    "Europe/London": datetime.fromisoformat("2025-10-26 00:00:00"), "America/St_Johns": datetime.fromisoformat("2009-11-01 02:31:00"),
    "Africa/Monrovia": datetime.fromisoformat("1971-12-31 00:44:30"),
}  # fmt: skip


def _lines(con: duckdb.DuckDBPyConnection, around: datetime) -> None:
    """400 lines ordered within some hours of a moment: unpaid, paid at once, minutes or days later, or before they were ordered."""
    rng = np.random.default_rng(3)
    con.execute("SET TimeZone = 'UTC'")
    con.execute(
        "CREATE TABLE line (shop VARCHAR, kind VARCHAR, order_time TIMESTAMP, paid_time TIMESTAMP, amount DECIMAL(18,4), paid DECIMAL(18,4))"
    )
    rows = []
    for number in range(400):
        ordered = around + timedelta(minutes=float(rng.integers(-90, 90)), seconds=float(rng.integers(0, 60)))
        after = rng.choice([0.0, 0.5, 3.0, 14.0, 20.0, 3000.0, -4.0])
        paid = None if number % 11 == 0 else ordered + timedelta(minutes=after)
        kind = str(rng.choice(["product", "fee", "gift", "late"]))
        shop = None if number % 13 == 0 else "ab"[number % 2]
        rows.append((shop, kind, None if number % 17 == 0 else ordered, paid, number, number / 2))
    con.executemany("INSERT INTO line VALUES (?, ?, ?, ?, ?, ?)", rows)


def _oracle(con: duckdb.DuckDBPyConnection, plan: RollupPlan, zone: str) -> dict[object, list[float]]:
    """By bucket and shop the sums of the plan's measures and the number of rows by each clock, row by row in Python."""
    totals: dict[object, list[float]] = {}
    for shop, kind, ordered, paid, amount, paid_amount in con.execute("FROM line").fetchall():
        for part in plan.contributions:
            clock = ordered if part.clock == "order_time" else paid
            counts = {"kind <> 'fee'": kind != "fee", "kind <> 'gift'": kind != "gift", "kind = 'late'": kind == "late"}
            if clock is None or not counts[part.where]:
                continue
            if plan.grain == "day":
                bucket: object = clock.replace(tzinfo=ZoneInfo("UTC")).astimezone(ZoneInfo(zone)).date()
            else:
                bucket = clock.replace(minute=clock.minute // 15 * 15, second=0, microsecond=0)
            sums = totals.setdefault((bucket, shop), [0.0] * (len(plan.measures) + 1))
            sums[-1] += 1
            place = [m.name for m in plan.measures].index(next(iter(part.measures)))
            sums[place] += float(amount if part.clock == "order_time" else paid_amount)
    return totals


@pytest.mark.parametrize("zone", ODD)
def test_a_fact_of_two_clocks_counts_in_each_day_and_quarter_hour_that_its_clocks_name(zone: str) -> None:
    with duckdb.connect() as con:
        _lines(con, ODD[zone])
        (group,) = grouped(PLANS)
        rows = group.rows({"order_line": [Source("line", 1), Source("line", -1), Source("line", 1)]}, zone)
        con.execute(f"CREATE TABLE counted AS {rows}")
        for number, plan in enumerate(PLANS):
            sums = ", ".join(f"coalesce(sum(n * m_{m.name}), 0)::DOUBLE" for m in plan.measures)
            bucket = "d" if plan.grain == "day" else "q"
            found = con.execute(
                f"SELECT {bucket}, c_shop, {sums}, sum(n * in_{number}) FROM counted WHERE in_{number} > 0 GROUP BY ALL"
            ).fetchall()
            assert {(row[0], row[1]): list(row[2:]) for row in found} == _oracle(con, plan, zone)


def test_a_line_paid_when_it_is_ordered_is_counted_in_one_row() -> None:
    with duckdb.connect() as con:
        _lines(con, ODD["Asia/Shanghai"])
        con.execute("UPDATE line SET paid_time = order_time, kind = 'product'")
        (group,) = grouped(PLANS)
        rows = group.rows({"order_line": [Source("line", 1)]}, "Asia/Shanghai")
        both = "SELECT count(*) FROM line WHERE order_time IS NOT NULL"
        assert con.execute(f"SELECT count(*) FROM ({rows})").fetchall() == con.execute(both).fetchall()


def test_days_that_begin_inside_a_quarter_hour_are_known() -> None:
    assert [zone for zone in ODD if not days_hold_quarter_hours(zone)] == ["America/St_Johns", "Africa/Monrovia"]
