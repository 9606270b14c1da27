"""Prices: planted elasticities, promotions that would mislead, prices that never varied, and guards."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from bench.analysis.price_worlds import price_world
from castanea.analysis.common import Answer
from castanea.analysis.pricing.elasticity import Slope, elasticities, shrunk
from castanea.analysis.pricing.price import price
from castanea.kit.errors import InputError

COLUMNS = [
    "product", "elasticity", "se", "lo", "hi", "price_now", "price_best", "profit_change", "profit_lo", "profit_hi", "verdict",
]  # fmt: skip


def asked(table: pl.DataFrame, **more: object) -> Answer:
    given = {
        "product": "item",
        "price": "asked",
        "units": "sold",
        "time": "week",
        "store": "shop",
        "promotion": ("promo",),
        "cost": "cost",
    }
    return price(table, **(given | more))  # type: ignore[arg-type]


def test_planted_elasticities_lie_in_their_intervals_and_the_advice_gains() -> None:
    held, gains = [], []
    for seed in range(50, 54):
        world = price_world(seed)
        told = asked(world.table).table.sort("product")
        assert told.columns[: len(COLUMNS)] == COLUMNS
        held += ((told["lo"].to_numpy() <= world.slopes) & (world.slopes <= told["hi"].to_numpy())).tolist()
        for n, row in enumerate(told.iter_rows(named=True)):
            if row["verdict"] in ("raise", "lower"):
                gains.append(world.gain(n, row["price_now"], row["price_best"]))
                assert row["profit_lo"] > 0
                assert row["tried_from"] <= row["price_best"] <= row["tried_to"]
                assert (row["price_best"] > row["price_now"]) == (row["verdict"] == "raise")
    assert np.mean(held) >= 0.85
    assert len(gains) >= 10
    assert np.mean(np.array(gains) < 0) <= 0.05


def test_items_that_often_sell_nothing_keep_their_zeros() -> None:
    world = price_world(3, few=True)
    assert float((world.table["sold"] == 0).mean()) > 0.1  # type: ignore[arg-type]
    told = asked(world.table).table.sort("product")
    inside = (told["lo"].to_numpy() <= world.slopes) & (world.slopes <= told["hi"].to_numpy())
    assert inside.mean() >= 0.75
    dropped = elasticities(world.table.filter(pl.col("sold") > 0), product="item", price="asked", units="sold", store="shop", promotion=("promo",))  # fmt: skip
    assert abs(float(dropped["elasticity"].mean()) - world.slopes.mean()) > abs(
        float(told["elasticity_raw"].mean()) - world.slopes.mean()
    )  # type: ignore[arg-type]


def test_a_promotion_that_goes_with_price_cuts_does_not_count_as_the_prices_doing() -> None:
    world = price_world(7)
    with_it, without = asked(world.table).table, asked(world.table, promotion=()).table
    miss = [float(np.abs(t.sort("product")["elasticity"].to_numpy() - world.slopes).mean()) for t in (with_it, without)]
    assert miss[0] < miss[1]


def test_a_product_whose_price_never_varied_is_refused_and_the_others_are_answered() -> None:
    world = price_world(1, items=4)
    fixed = pl.when(pl.col("item") == "p01").then(9.9).otherwise(pl.col("asked")).alias("asked")
    told = asked(world.table.with_columns(fixed)).table
    row = told.row(by_predicate=pl.col("product") == "p01", named=True)
    assert row["verdict"] == "price_never_varied"
    assert row["elasticity"] is None
    assert row["price_best"] is None
    assert told.filter(pl.col("product") != "p01")["elasticity"].null_count() == 0


def test_prices_that_differ_only_from_store_to_store_never_varied() -> None:
    world = price_world(1, items=2)
    by_shop = world.table.with_columns((10 + pl.col("shop").str.slice(1).cast(pl.Float64)).alias("asked"))
    assert asked(by_shop).status == "not_enough_data"


def test_where_no_price_varied_or_for_too_short_it_is_not_enough_data() -> None:
    world = price_world(2, items=3)
    for table in (
        world.table.with_columns(pl.lit(5.0).alias("asked")),
        world.table.with_columns(pl.when(pl.col("week").dt.day() < 15).then(5.0).otherwise(6.0).alias("asked")),
        world.table.filter(pl.col("week") < pl.date(2024, 2, 5)),
    ):
        told = asked(table)
        assert told.status == "not_enough_data"
        assert "4" in told.needed
        assert len(told.words["zh"]) > 20


def test_a_product_tried_too_little_borrows_from_the_others_and_is_to_be_tested() -> None:
    world = price_world(4, items=5)
    two = (
        pl.when(pl.col("item") == "p02")
        .then(pl.when(pl.col("week").dt.day() < 15).then(5.0).otherwise(6.0))
        .otherwise(pl.col("asked"))
    )
    row = asked(world.table.with_columns(two.alias("asked"))).table.row(2, named=True)
    assert row["verdict"] == "test_first"
    assert row["hi"] - row["lo"] > 0.5


def test_guards_hold_margin_step_and_the_competitors_corridor() -> None:
    world = price_world(8)
    for row in asked(world.table, most_change=0.05).table.iter_rows(named=True):
        assert abs(row["price_best"] / row["price_now"] - 1) <= 0.05 + 1e-9
    for row in asked(world.table, margin=0.3).table.iter_rows(named=True):
        assert row["price_best"] >= min(row["cost"] / 0.7, row["tried_to"]) - 1e-9
    rival = world.table.with_columns((pl.col("asked").mean().over("item") * 0.97).alias("rival"))
    means = dict(rival.group_by("item").agg(pl.col("rival").first()).iter_rows())
    for row in asked(rival, competitor="rival", corridor=0.05).table.iter_rows(named=True):
        assert row["price_best"] <= means[row["product"]] * 1.05 + 1e-9


def test_without_a_cost_no_profit_is_told_and_no_price_is_lowered() -> None:
    told = asked(price_world(9).table, cost="")
    assert told.table["profit_change"].null_count() == told.table.height
    assert "lower" not in told.table["verdict"].to_list()
    assert "no_cost" in {w.code for w in told.warnings}


def test_order_lines_are_added_up_and_the_order_of_rows_does_not_matter() -> None:
    world = price_world(10, items=3)
    halves = pl.concat([world.table.with_columns(pl.col("sold") / 2)] * 2)
    told, other = asked(halves), asked(halves.sample(fraction=1.0, shuffle=True, seed=5))
    assert "rows_joined" in {w.code for w in told.warnings}
    assert told.table.equals(other.table)
    single = asked(world.table).table
    assert np.allclose(told.table["elasticity"].to_numpy(), single["elasticity"].to_numpy())


def test_demand_that_rises_with_the_price_is_not_advised_on() -> None:
    world = price_world(11, items=1)
    odd = world.table.with_columns((pl.col("asked") ** 1.5 * 10).alias("sold"))
    told = asked(odd)
    assert told.table["verdict"].to_list() == ["test_first"]
    assert "rising_demand" in {w.code for w in told.warnings}


def test_what_is_little_known_is_drawn_to_the_others_mean() -> None:
    sharp = [Slope(s, 0.05, 50.0, np.zeros(0), 100) for s in (-2.0, -2.2, -1.8, -2.1, -1.9)]
    held = shrunk([*sharp, Slope(-6.0, 2.0, 50.0, np.zeros(0), 10), None])
    assert abs(held.slope[0] + 2.0) < 0.03
    assert -3.0 < held.slope[5] < -1.9
    assert held.slope[6] == pytest.approx(held.mean)
    assert held.se[6] > held.se[0]


@pytest.mark.parametrize(
    "wrong", [{"margin": 1.0}, {"most_change": -0.1}, {"level": 3}, {"cost": "none"}, {"store": "item"}]
)
def test_a_wrong_call_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(InputError, match=r".{20,}"):
        asked(price_world(1, items=2).table, **wrong)


def test_where_nothing_was_sold_it_is_said() -> None:
    told = asked(price_world(2, items=2).table.with_columns(pl.lit(0.0).alias("sold")))
    assert told.status == "not_enough_data"
    assert "sold" in told.missing
