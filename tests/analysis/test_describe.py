"""The describing analyses, against tables reckoned by hand and against published figures."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from castanea.analysis.describe.baskets import baskets
from castanea.analysis.describe.cohorts import cohorts
from castanea.analysis.describe.distribution import describe
from castanea.analysis.describe.journeys import funnel, paths
from castanea.analysis.describe.market import share
from castanea.analysis.describe.segments import segments
from castanea.analysis.describe.words import keywords
from castanea.kit.errors import InputError

DATA = Path(os.environ.get("CASTANEA_TEST_DATA", Path(__file__).parents[2] / ".." / "shared" / "data"))


def given(path: str) -> Path:
    found = DATA / path
    if not found.exists():
        pytest.skip(f"{found} is absent: set CASTANEA_TEST_DATA")
    return found


def rows(text: str) -> pl.DataFrame:
    return pl.read_csv(text.strip().encode(), infer_schema=False)


def test_shares_classes_and_spread_of_a_small_table() -> None:
    table = rows("g,v\na,60\na,10\nb,20\nc,7\nd,3\nb,\n")
    answer = describe(table, value="v", by=("g",))
    assert answer.table.select("g", "n", "sum", "abc").rows() == [
        ("a", 2, 70, "A"),
        ("b", 1, 20, "A"),
        ("c", 1, 7, "B"),
        ("d", 1, 3, "C"),
    ]
    assert answer.table["cumulative_share"].to_list() == pytest.approx([0.7, 0.9, 0.97, 1.0])
    assert answer.table["std"].to_list() == [pytest.approx(np.std([60, 10], ddof=1)), None, None, None]
    assert [w.code for w in answer.warnings] == ["gaps"]


def test_sums_below_zero_have_no_shares() -> None:
    answer = describe(rows("g,v\na,5\nb,-2\n"), value="v", by=("g",))
    assert answer.table["share"].null_count() == 2
    assert "negative_sums" in [w.code for w in answer.warnings]


@pytest.mark.parametrize(("slope", "verdict"), [(0.0, "cannot_tell"), (0.5, "up"), (-0.5, "down")])
def test_a_trend_is_told_apart_from_the_week(slope: float, verdict: str) -> None:
    days = pl.date_range(pl.date(2026, 1, 1), pl.date(2026, 4, 30), eager=True)
    noise = np.random.default_rng(5).normal(0, 3, len(days))
    values = 100 + slope * np.arange(len(days)) + 30 * (days.dt.weekday().to_numpy() >= 6) + noise
    summary = describe(pl.DataFrame({"day": days, "v": values}), value="v", time="day").summary
    assert summary["trend"] == verdict
    assert summary["trend_a_day_lo"] <= slope <= summary["trend_a_day_hi"]


def test_cohorts_of_a_small_table() -> None:
    table = rows(
        "who,day,v\na,2026-01-05,1\na,2026-03-01,2\nb,2026-01-31,4\nb,2026-02-01,8\nc,2026-03-15,16\n,2026-03-16,32\n"
    )
    answer = cohorts(table, customer="who", time="day", value="v")
    assert answer.table.rows() == [
        ("2026-01", 0, 2, 1.0, 5.0, True), ("2026-01", 1, 1, 0.5, 8.0, True), ("2026-01", 2, 1, 0.5, 2.0, False), ("2026-03", 0, 1, 1.0, 16.0, False),
    ]  # fmt: skip
    assert answer.summary["retention_1"] == 0.5


def test_a_month_that_the_data_ends_with_is_complete() -> None:
    answer = cohorts(rows("who,day\na,2026-01-05\na,2026-02-28 13:00\n"), customer="who", time="day")
    assert answer.table["complete"].to_list() == [True, True]


def test_the_published_cohorts_of_online_retail() -> None:
    wanted = pl.read_csv(given("reference/online_retail_cohorts.csv"))
    table = pl.read_parquet(given("retail/online_retail/online_retail.parquet"))
    bought = (
        ~pl.col("InvoiceNo").str.starts_with("C")
        & (pl.col("CustomerID") != "")
        & (pl.col("Quantity").cast(pl.Float64) > 0)
    )
    found = cohorts(table.filter(bought), customer="CustomerID", time="InvoiceDate").table
    for month, age, customers in found.select("cohort", "age", "customers").rows():
        assert wanted.filter(pl.col("first_month") == month)[f"m{age}"][0] == customers, (month, age)


def test_fifths_of_customers_and_their_names() -> None:
    table = pl.DataFrame(
        {
            "who": [f"{n:02d}" for n in range(10)],
            "day": [f"2026-01-{n + 1:02d}" for n in range(10)],
            "v": [float(n) for n in range(10)],
        }
    )
    found = segments(table, customer="who", time="day", value="v", until="2026-01-12").table
    assert found["recency_days"].to_list() == list(range(11, 1, -1))
    assert found["r"].to_list() == found["m"].to_list() == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
    assert found["f"].unique().to_list() == [3]
    assert (found["segment"][0], found["segment"][9]) == ("lost", "champions")
    assert segments(table, customer="who", time="day", value="v", until="2026-01-05").table.height == 5


def test_a_funnel_takes_the_way_that_leads_furthest_within_its_time() -> None:
    table = rows(
        "u,e,t\na,x,2026-01-01\na,x,2026-01-20\na,y,2026-01-21\na,z,2026-01-22\nb,y,2026-01-01\nb,x,2026-01-02\nb,z,2026-01-03\nc,x,2026-01-01\nc,y,2026-02-01\n"
    )
    free = funnel(table, user="u", event="e", time="t", steps=("x", "y", "z")).table
    week = funnel(table, user="u", event="e", time="t", steps=("x", "y", "z"), within="7d").table
    assert free["reached"].to_list() == [3, 2, 1]
    assert week["reached"].to_list() == [3, 1, 1]
    assert week["median_seconds"].to_list() == [None, 86_400, 86_400]
    twice = funnel(table, user="u", event="e", time="t", steps=("x", "x")).table
    assert twice["reached"].to_list() == [3, 1]
    with pytest.raises(InputError, match="no event 'w'"):
        funnel(table, user="u", event="e", time="t", steps=("x", "w"))


def test_the_published_funnel_of_the_clickstream() -> None:
    table = pl.read_csv(given("clickstream/ecom_synthetic/events.csv.gz"), infer_schema=False)
    steps = ("product_view", "add_to_cart", "cart", "shipping_details", "payment_details", "purchase")
    found = funnel(table, user="user_id", session="session_id", event="event", time="timestamp", steps=steps).table
    assert found["reached"].to_list() == [2868, 944, 477, 194, 72, 15]


def test_ways_after_and_before_an_event() -> None:
    table = rows("u,e,t\na,x,1\na,y,2\na,z,3\nb,y,1\nb,x,2\nb,y,3\nb,z,4\n")
    after = paths(table, user="u", event="e", time="t", start="x", length=1).table
    assert after.rows() == [("x > y", 2, 1.0)]
    before = paths(table, user="u", event="e", time="t", end="z", length=2).table
    assert before.rows() == [("x > y > z", 2, 1.0)]


def test_rules_of_a_small_table_and_the_published_groceries() -> None:
    table = rows("b,i\n1,m\n1,n\n2,m\n2,n\n2,n\n3,m\n4,o\n")
    found = baskets(table, basket="b", item="i", support=0.5, confidence=0.6).table
    assert found.rows() == [
        ("m", "n", 0.5, pytest.approx(2 / 3), pytest.approx(4 / 3), 2),
        ("n", "m", 0.5, 1.0, pytest.approx(4 / 3), 2),
    ]
    lines = given("recommend/groceries/baskets.csv").read_text().splitlines()
    items = [(str(n), item.strip()) for n, line in enumerate(lines) for item in line.split(",") if item.strip()]
    answer = baskets(pl.DataFrame(items, schema=["b", "i"], orient="row"), basket="b", item="i")
    assert (answer.summary["rules"], answer.summary["frequent_sets"]) == (463, 747)
    best = answer.table.row(0, named=True)
    assert (best["antecedent"], best["consequent"], round(best["lift"], 4)) == ("herbs", "root vegetables", 3.9565)


def worlds(seed: int, moved: int) -> tuple[pl.DataFrame, set[str]]:
    """300 words over eight weeks with a weekly wave and a market that grows; some words double."""
    rng = np.random.default_rng(seed)
    level = rng.lognormal(3, 1, 300)
    days = np.arange(56)
    lift = np.where((np.arange(300) < moved)[:, None] & (days >= 28), 2.0, 1.0)
    mean = (
        level[:, None]
        * (1 + 0.4 * (days % 7 == 6))
        * (1 + 0.5 * (days >= 28))
        * lift
        * rng.gamma(20, 1 / 20, (300, 56))
    )
    word, day = np.meshgrid(np.arange(300), days, indexing="ij")
    table = pl.DataFrame({"w": [f"w{n}" for n in word.ravel()], "d": day.ravel(), "n": rng.poisson(mean).ravel()})
    return table, {f"w{n}" for n in range(moved)}


def test_rising_words_are_found_and_few_others_called_so() -> None:
    found = wrong = planted = 0
    for seed in range(6):
        table, truth = worlds(seed, 30)
        rising = set(
            keywords(table, keyword="w", time="d", searches="n").table.filter(pl.col("trend") == "rising")["keyword"]
        )
        found, wrong, planted = found + len(rising & truth), wrong + len(rising - truth), planted + 30
    assert found / planted > 0.9
    assert wrong / max(1, found + wrong) < 0.1


def test_where_nothing_moved_nothing_rises() -> None:
    called = 0
    for seed in range(10, 16):
        trend = keywords(worlds(seed, 0)[0], keyword="w", time="d", searches="n").table["trend"]
        called += int((trend != "steady").sum())
    assert called <= 6


def test_words_that_find_or_sell_nothing() -> None:
    table = rows("w,d,n,r,o\n" + "".join(f"a,{d},100,9,5\nb,{d},100,0,0\nc,{d},1,3,0\n" for d in range(1, 9)))
    found = {
        r["keyword"]: r
        for r in keywords(table, keyword="w", time="d", searches="n", results="r", orders="o").table.to_dicts()
    }
    assert [(found[w]["no_result"], found[w]["no_sale"]) for w in "abc"] == [
        (False, False),
        (True, True),
        (False, False),
    ]


def test_the_two_effects_add_up_to_the_change() -> None:
    table = rows("b,t,v\nA,2026-01,10\nB,2026-01,30\nA,2026-02,20\nB,2026-02,30\n")
    first, second = share(table, brand="b", time="t", value="v", own="A").table.rows(named=True)
    assert (first["share"], first["own_effect"]) == (0.25, None)
    assert second["market_effect"] + second["own_effect"] == pytest.approx(10)
    assert second["share_change"] == pytest.approx(0.15)
    with pytest.raises(InputError, match="no brand 'C'"):
        share(table, brand="b", time="t", value="v", own="C")
