"""Uplift and offers against planted effects."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest

from castanea.analysis.customers import uplift_models as models
from castanea.analysis.customers.uplift import offers, uplift
from castanea.kit.errors import InputError

ASKED: dict[str, Any] = {
    "treatment": "arm",
    "treated": "mail",
    "control": "none",
    "outcome": "bought",
    "features": ("a", "b"),
}


def letters(rows: int = 4000, seed: int = 1, moved: float = 0.25) -> tuple[pl.DataFrame, Any]:
    """A trial where a letter moves those of `b` by `moved` and nobody else, though those of high `a` buy anyway; and its effects."""
    rng = np.random.default_rng(seed)
    a, b, arm = rng.normal(size=rows), rng.integers(0, 2, rows), rng.integers(0, 2, rows)
    effect = moved * b
    chance = np.clip(0.25 + 0.15 * np.tanh(a) + effect * arm, 0, 1)
    table = pl.DataFrame({
        "a": a, "b": [("x", "y")[k] for k in b], "arm": [("none", "mail")[k] for k in arm], "bought": (rng.random(rows) < chance).astype(int),
        "n": range(rows),
    })  # fmt: skip
    return table, effect


def test_the_planted_effect_is_found_where_it_is_and_within_its_range() -> None:
    table, effect = letters()
    told = uplift(table, **ASKED, row="n")
    rows = told.table.sort("row")
    assert np.corrcoef(rows["uplift"].to_numpy(), effect)[0, 1] > 0.8
    assert np.mean((rows["lo"].to_numpy() <= effect) & (effect <= rows["hi"].to_numpy())) > 0.7
    assert told.summary["effect_lo"] < effect.mean() < told.summary["effect_hi"]
    assert told.summary["differs"]
    assert told.summary["uplift_at_30"] > 0.15


def test_where_nobody_differs_no_order_is_claimed_and_no_effect_is_not_called_one() -> None:
    table, _ = letters(moved=0.0)
    told = uplift(table, **ASKED)
    assert not told.summary["differs"]
    assert "no_order" in {w.code for w in told.warnings}
    assert "cannot be told apart" in told.words["en"]


def test_offers_go_to_those_whom_they_move_and_not_to_those_who_buy_anyway() -> None:
    table, _ = letters()
    later, effect = letters(500, 9)
    told = offers(table, **ASKED, profit=20.0, offer_cost=2.5, score=later, row="n")
    given = told.table.sort("row")["give"].to_numpy()
    assert effect[given].mean() > 0.23
    assert given[effect > 0].mean() > 0.95
    assert told.summary["verdict"] == "give"
    assert told.summary["profit_per_row"] > told.summary["profit_per_row_all"]


def test_a_budget_is_kept_and_goes_to_the_most_profit_first() -> None:
    table, _ = letters()
    told = offers(table, **ASKED, profit=20.0, offer_cost=2.5, budget=101.0)
    given = told.table.filter("give")
    assert given.height == 40
    assert given["expected_profit"].min() >= told.table.filter(~pl.col("give"))["expected_profit"].max()


def test_an_offer_that_costs_more_than_it_brings_is_given_to_nobody() -> None:
    table, _ = letters(moved=0.0)
    told = offers(table, **ASKED, profit=1.0, offer_cost=5.0)
    assert told.summary["offers"] == 0
    assert told.summary["verdict"] == "none"


def test_arms_that_were_not_drawn_by_lot_are_told() -> None:
    table, _ = letters()
    skewed = table.filter((pl.col("arm") == "none") | (pl.col("a") > -0.3))
    told = uplift(skewed, **ASKED)
    assert any(w.code == "arms_differ" and "a" in w.message for w in told.warnings)


@pytest.mark.parametrize("change", ["few", "constant outcome", "constant features"])
def test_too_little_is_said(change: str) -> None:
    table, _ = letters(300 if change == "few" else 1000)
    if change == "constant outcome":
        table = table.with_columns(bought=pl.lit(1))
    elif change == "constant features":
        table = table.with_columns(a=pl.lit(1), b=pl.lit("x"))
    told = offers(table, **ASKED, profit=1.0, offer_cost=1.0)
    assert (told.status, told.method) == ("not_enough_data", "offers")
    assert told.needed


def test_arms_and_amounts_that_make_no_sense_are_refused() -> None:
    table, _ = letters(1000)
    with pytest.raises(InputError, match="holds mail, none"):
        uplift(table, **{**ASKED, "treated": "letter"})
    with pytest.raises(InputError, match="from 0 on"):
        offers(table, **ASKED, profit=-1.0, offer_cost=1.0)


def test_the_qini_of_the_perfect_order_is_one_and_of_its_opposite_below_zero() -> None:
    rng = np.random.default_rng(3)
    t, y = rng.integers(0, 2, 400).astype(float), rng.integers(0, 2, 400).astype(float)
    perfect = np.where(t == 1, y, -y)
    assert models.qini_normalised(perfect, t, y) == pytest.approx(1)
    assert models.qini_normalised(-perfect, t, y) < 0
