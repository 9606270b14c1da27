"""Next products against planted habits."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from castanea.analysis.customers import next_items
from castanea.analysis.customers.histories import held_out, histories
from castanea.analysis.customers.recommend import recommend
from castanea.kit.errors import InputError

ITEMS = 30


def chains(customers: int = 200, length: int = 6, seed: int = 1) -> pl.DataFrame:
    """Customers who take an item and next, four times in five, the one after it on a ring."""
    rng = np.random.default_rng(seed)
    rows = []
    for n in range(customers):
        at = int(rng.integers(ITEMS))
        for turn in range(length):
            rows.append((n, turn, f"item {at:02}"))
            at = (at + 1) % ITEMS if rng.random() < 0.8 else int(rng.integers(ITEMS))
    return pl.DataFrame(rows, schema=["who", "turn", "what"], orient="row")


def test_what_follows_is_offered_first_and_what_was_had_is_not() -> None:
    table = chains()
    told = recommend(table, user="who", item="what", order="turn", k=3, repeat="no")
    last = table.filter(pl.col("turn") == 5).with_columns(pl.col("what").str.slice(5).cast(int))
    first = told.table.filter(pl.col("rank") == 1).join(last, left_on="user", right_on="who")
    follows = first.filter(pl.col("item").str.slice(5).cast(int) == (pl.col("what") + 1) % ITEMS)
    assert follows.height > 0.8 * first.height
    assert told.table.join(table, left_on=["user", "item"], right_on=["who", "what"]).is_empty()
    assert told.summary["ndcg"] > 2 * told.summary["naive_ndcg"]


def test_with_repeats_the_data_decide_that_what_was_had_comes_again() -> None:
    rng = np.random.default_rng(2)
    own = {n: rng.choice(ITEMS, 3, replace=False) for n in range(120)}
    rows = [(n, t, f"i{int(rng.choice(own[n]))}") for n in range(120) for t in range(8)]
    table = pl.DataFrame(rows, schema=["who", "turn", "what"], orient="row")
    told = recommend(table, user="who", item="what", order="turn", k=3)
    assert told.summary["repeat"] == "yes"
    assert told.summary["hit_rate"] > 0.8
    had = told.table.join(table.unique(["who", "what"]), left_on=["user", "item"], right_on=["who", "what"])
    assert had.height > 0.8 * told.table.height


def test_nothing_follows_inside_a_basket() -> None:
    table = pl.DataFrame({"u": ["a", "a", "b", "b"], "t": [1, 1, 1, 2], "i": ["x", "y", "x", "z"]})
    held = next_items.memory(histories(table, "u", "i", "t", "", []))
    place = {name: n for n, name in enumerate(held.known.items)}
    then = held.then.toarray()
    assert then[place["x"], place["z"]] == 1
    assert then[place["x"], place["y"]] == 0
    assert held.with_.toarray()[place["x"], place["y"]] == 1


def test_with_dates_what_is_foretold_is_later_than_all_that_is_known() -> None:
    begin = date(2026, 1, 1)
    table = chains().with_columns(
        pl.Series("day", [str(begin + timedelta(days=n % 7 + 10 * (n % 6))) for n in range(1200)])
    )
    all_ = histories(table, "who", "what", "day", "", [])
    known, tested, how = held_out(all_)
    assert how == "later in time"
    assert tested
    assert known.at.max() < np.quantile(all_.at, 0.9)
    assert recommend(table, user="who", item="what", order="day", k=3).summary["test"] == how


def test_only_what_may_be_offered_is_and_strangers_get_what_all_take() -> None:
    offered = pl.DataFrame({"what": [f"item {n:02}" for n in range(0, ITEMS, 2)]})
    asked = pl.DataFrame({"who": ["3", "nobody"]})
    told = recommend(chains(), user="who", item="what", order="turn", k=4, users=asked, items=offered)
    assert told.table["user"].unique().sort().to_list() == ["3", "nobody"]
    assert set(told.table["item"]) <= set(offered["what"])
    assert "unknown_customers" in {w.code for w in told.warnings}


@pytest.mark.parametrize("change", ["few customers", "one basket each", "one item"])
def test_too_little_is_said(change: str) -> None:
    table = chains(20) if change == "few customers" else chains()
    if change == "one basket each":
        table = table.filter(pl.col("turn") == 0)
    elif change == "one item":
        table = table.with_columns(what=pl.lit("x"))
    told = recommend(table, user="who", item="what", order="turn", repeat="no")
    assert told.status == "not_enough_data"
    assert told.table.height == 0


def test_options_that_make_no_sense_are_refused() -> None:
    with pytest.raises(InputError, match="from 1 to"):
        recommend(chains(), user="who", item="what", order="turn", k=0)
    with pytest.raises(InputError, match="names no item"):
        recommend(chains(), user="who", item="what", order="turn", items=pl.DataFrame({"what": ["?"]}))
    with pytest.raises(InputError, match="twice"):
        recommend(chains(), user="who", item="who", order="turn")


def test_the_scores_of_a_ranking_count_a_hit_by_its_rank() -> None:
    top = np.array([[4, 1, 2], [0, 1, 2]])
    found = next_items.reached(top, [{1, 9}, {5}], 3)
    assert found.hit == 0.5
    assert found.recall == 0.25
    assert found.ndcg == pytest.approx((1 / np.log2(3)) / (1 + 1 / np.log2(3)) / 2)
    assert found.at_rank == (0.0, 0.5, 0.0)
