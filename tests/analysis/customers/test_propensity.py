"""Propensities against planted chances: calibrated, honest about time, and alert to features that give the outcome away."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from castanea.analysis.customers import purchase_chance as chances
from castanea.analysis.customers.propensity import propensity
from castanea.kit.errors import InputError


def visits(rows: int = 900, seed: int = 1) -> tuple[pl.DataFrame, np.ndarray]:
    """Visits whose chance of an order is known, and those chances."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(rows, 3))
    way = rng.integers(0, 3, rows)
    chance = 1 / (1 + np.exp(1.2 - x[:, 0] - 0.8 * np.abs(x[:, 1]) - (way == 1)))
    bought = (rng.random(rows) < chance).astype(int)
    table = pl.DataFrame({
        "a": x[:, 0], "b": x[:, 1], "noise": x[:, 2], "way": [("ad", "mail", "direct")[k] for k in way], "bought": bought, "n": range(rows),
    })  # fmt: skip
    return table, chance


FEATURES = ("a", "b", "noise", "way")


def test_chances_are_close_to_the_planted_ones_and_no_leak_is_cried() -> None:
    table, chance = visits()
    told = propensity(table, outcome="bought", features=FEATURES, row="n")
    assert told.summary["leaks"] == []
    known = told.table.sort("row")["probability"].to_numpy()
    best = chances.auc(chance, table["bought"].to_numpy().astype(float))
    assert best - 0.06 < told.summary["auc"] < best + 0.02
    assert np.mean(np.abs(known - chance)) < 0.1
    assert told.summary["calibration_error"] < 0.05
    assert told.summary["auc_lo"] < told.summary["auc"] < told.summary["auc_hi"]


def test_columns_known_only_afterwards_are_named_even_when_one_is_a_copy() -> None:
    table, _ = visits()
    rng = np.random.default_rng(2)
    paid = (table["bought"] * pl.Series(rng.random(table.height) < 0.8).cast(int)) * pl.Series(
        rng.integers(5, 90, table.height)
    )
    table = table.with_columns(paid.alias("shown_after"), (paid * 7.8).alias("in_yuan"))
    told = propensity(table, outcome="bought", features=(*FEATURES, "shown_after", "in_yuan"))
    assert set(told.summary["leaks"]) == {"shown_after", "in_yuan"}
    assert told.summary["auc_without_leaks"] < told.summary["auc"] - 0.08
    assert "shown_after" in told.words["en"]
    assert "shown_after" in told.words["zh"]


def test_with_time_the_figures_are_those_of_later_rows() -> None:
    table, _ = visits()
    turned = (
        pl.when(pl.col("n") >= 720).then(1 - pl.col("bought")).otherwise(pl.col("bought"))
    )  # the world turns over at the end
    told = propensity(table.with_columns(turned.alias("bought")), outcome="bought", features=FEATURES, time="n")
    assert told.summary["evaluation"] == "later rows"
    assert told.summary["auc"] < 0.5 < told.summary["random_split"]["auc"]
    assert "harder_later" in {w.code for w in told.warnings}
    assert told.table["row"].min() == 720


def test_features_that_tell_nothing_give_everyone_the_plain_rate() -> None:
    rng = np.random.default_rng(4)
    table = pl.DataFrame({"x": rng.normal(size=600), "y": rng.integers(0, 2, 600)})
    told = propensity(table, outcome="y", features=("x",), score=pl.DataFrame({"x": [0.0, 5.0]}))
    assert told.summary["model"] == "base_rate"
    assert told.table["probability"].to_list() == pytest.approx([float(table["y"].mean())] * 2)  # type: ignore[arg-type]


def test_rows_to_score_keep_their_names_and_strange_ones_are_told() -> None:
    table, _ = visits()
    later, chance = visits(200, 9)
    later = later.with_columns(pl.col("noise") * 100)
    told = propensity(table, outcome="bought", features=FEATURES, score=later.drop("bought"), row="n")
    assert told.table["row"].to_list() == list(range(200))
    assert np.corrcoef(told.table["probability"].to_numpy(), chance)[0, 1] > 0.85
    assert any(w.code == "unlike" and "noise" in w.message for w in told.warnings)


@pytest.mark.parametrize("change", ["constant outcome", "constant features", "few"])
def test_too_little_is_said_and_no_number_given(change: str) -> None:
    table, _ = visits(220)
    if change == "constant outcome":
        table = table.with_columns(bought=pl.lit(1))
    elif change == "constant features":
        table = table.with_columns(a=pl.lit(1), b=pl.lit(2), noise=pl.lit(None), way=pl.lit("ad"))
    else:
        table = table.head(150)
    told = propensity(table, outcome="bought", features=FEATURES)
    assert told.status == "not_enough_data"
    assert told.table.height == 0
    assert told.missing
    assert told.needed
    assert set(told.words) == {"zh", "en"}


def test_an_outcome_that_is_neither_yes_nor_no_is_refused() -> None:
    table, _ = visits(220)
    with pytest.raises(InputError, match=r"'a', row 1"):
        propensity(table, outcome="a", features=("b", "noise"))
    with pytest.raises(InputError, match="as a feature and as something else"):
        propensity(table, outcome="bought", features=("bought", "b"))


def test_the_scores_of_a_ranking_are_those_of_the_textbook() -> None:
    from sklearn.metrics import average_precision_score, roc_auc_score

    rng = np.random.default_rng(3)
    y, told = rng.integers(0, 2, 500).astype(float), np.round(rng.random(500), 2)
    assert chances.auc(told, y) == pytest.approx(roc_auc_score(y, told))
    assert chances.average_precision(told, y) == pytest.approx(average_precision_score(y, told))
