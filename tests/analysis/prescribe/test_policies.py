"""Stock policies against the textbooks and planted demand; positions against planted likings."""

from __future__ import annotations

import itertools

import numpy as np
import polars as pl
import pytest

from castanea.analysis.prescribe import textbook as book
from castanea.analysis.prescribe.constrained import choose
from castanea.analysis.prescribe.reorder import reorder
from castanea.analysis.prescribe.slots import slots


def test_the_textbooks_answers_are_reached() -> None:
    assert book.newsvendor(0.18, 0.7, 50, 8) == pytest.approx((56.603956, 1.997605), rel=1e-6)
    assert book.eoq(8, 0.225, 1300) == pytest.approx((304.04678, 68.410526), rel=1e-6)
    assert book.wagner_whitin(500, 2, [90, 120, 80, 70]) == ([210, 0, 150, 0], 1380)
    assert book.continuous_rq(8, 0.225, 7.5, 1300, 150, 1 / 12) == pytest.approx(
        (213.970442, 318.590181, 95.45114), rel=1e-6
    )
    assert book.poisson_ss(5, 1, 4, 6) == pytest.approx((4, 10, 8.034112), rel=1e-6)
    assert book.poisson_rq(100, 20, 150, 1.5, 2) == pytest.approx((3, 5, 107.923581), rel=1e-6)


def test_lots_for_known_demand_are_the_best_of_all_plans() -> None:
    rng = np.random.default_rng(2)
    for _ in range(10):
        demand = rng.integers(1, 60, 6)
        costs = []
        for plan in itertools.product((0, 1), repeat=5):
            held, begin = 0.0, 0
            for t, new in enumerate((1, *plan)):
                begin = t if new else begin
                held += (t - begin) * demand[t]
            costs.append(40 * (1 + sum(plan)) + held)
        assert book.wagner_whitin(40, 1, demand.tolist())[1] == pytest.approx(min(costs))


def test_the_choice_under_two_limits_lies_between_the_best_of_all_and_its_bound() -> None:
    rng = np.random.default_rng(4)
    quantity = np.tile(np.arange(4.0), (6, 1))
    gain = np.concatenate([np.zeros((6, 1)), np.cumsum(rng.uniform(0.1, 2, (6, 3)), axis=1)], axis=1)
    use, limits = rng.uniform(0.5, 2, (6, 2)), np.array([8.0, 9.0])
    best = max(
        sum(gain[n, k] for n, k in enumerate(pick))
        for pick in itertools.product(range(4), repeat=6)
        if np.all(np.array(pick) @ use <= limits)
    )
    told = choose(quantity, gain, use, limits)
    assert np.all(quantity[np.arange(6), told.option] @ use <= limits + 1e-9)
    assert 0.8 * best <= told.objective <= best + 1e-9
    assert best <= told.bound + 1e-6


def test_a_period_of_a_stock_out_is_not_taken_for_no_demand() -> None:
    sold = [10.0] * 20 + [0.0] * 20
    table = pl.DataFrame({"i": "a", "t": range(40), "q": sold, "out": [0] * 20 + [1] * 20})
    told = reorder(table, item="i", time="t", quantity="q", lead_time="2", stockout="out")
    assert told.table["reorder_point"].to_list() == [20.0]


def test_looks_are_told_from_likings_where_items_changed_places() -> None:
    looks, liked = np.array([1.0, 0.5, 0.25]), np.array([0.1, 0.3, 0.2])
    cells = [(i, p) for i in range(3) for p in range(3)]
    views = [100_000 if i == p else 20_000 for i, p in cells]
    hits = [round(n * liked[i] * looks[p]) for n, (i, p) in zip(views, cells, strict=True)]
    table = pl.DataFrame({"g": [f"g{i}" for i, _ in cells], "p": [p + 1 for _, p in cells], "n": views, "c": hits})
    told = slots(table, item="g", position="p", shown="n", clicked="c")
    assert told.table["item"].to_list() == ["g1", "g2", "g0"]
    assert list(told.summary["examination"].values()) == pytest.approx(looks, rel=0.01)
    assert told.summary["expected_clicks"] == pytest.approx(0.3 + 0.1 + 0.025, rel=0.01)
    assert told.summary["lo"] <= 0.425 <= told.summary["hi"]


def test_chances_of_being_shown_are_weighed_so_that_rare_visitors_count_as_often_as_they_come() -> None:
    """Two kinds of visitors, equally many: old ones like item a (8 %) and were shown it nine times in ten, new ones do not (2 %)."""
    views = 100_000
    rows = [
        ("a", 1, 0.9, 0.08), ("a", 2, 0.1, 0.04), ("b", 1, 0.1, 0.05), ("b", 2, 0.9, 0.025),
        ("a", 1, 0.1, 0.02), ("a", 2, 0.9, 0.01), ("b", 1, 0.9, 0.05), ("b", 2, 0.1, 0.025),
    ]  # fmt: skip
    table = pl.DataFrame(
        [(item, place, round(views * x), round(views * x * rate), x) for item, place, x, rate in rows],
        schema=["g", "p", "n", "c", "x"],
        orient="row",
    )
    raw = slots(table, item="g", position="p", shown="n", clicked="c").table
    weighed = slots(table, item="g", position="p", shown="n", clicked="c", propensity="x")
    liked = dict(zip(weighed.table["item"], weighed.table["attraction"], strict=True))
    assert raw["item"][0] == "a"
    assert liked["a"] == pytest.approx(0.05, rel=0.03)  # half 8 %, half 2 %
    assert liked["b"] == pytest.approx(0.05, rel=0.03)
    assert weighed.summary["examination"]["2"] == pytest.approx(0.5, rel=0.03)
    assert weighed.table["shown"].sum() == table["n"].sum()
