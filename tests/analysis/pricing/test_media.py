"""Channels and budgets: planted responses, channels that cannot be told apart, bounds, and series that cannot tell."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import polars as pl
import pytest

from bench.analysis.media_worlds import MediaWorld, media_world
from castanea.analysis.common import Answer
from castanea.analysis.pricing.allocation import Room, best_known, within
from castanea.analysis.pricing.budget import budget
from castanea.analysis.pricing.media_mix import media_mix
from castanea.analysis.pricing.media_series import media_of
from castanea.kit.errors import InputError


@lru_cache(maxsize=4)
def world(seed: int = 0, channels: int = 2, weeks: int = 110) -> MediaWorld:
    return media_world(seed, channels=channels, weeks=weeks)


def mixed(table: pl.DataFrame, **more: object) -> Answer:
    given = {"time": "week", "value": "sales", "spend": ("m1", "m2"), "controls": ("holiday",)}
    return media_mix(table, **(given | more))  # type: ignore[arg-type]


def divided(table: pl.DataFrame, **more: object) -> Answer:
    given = {"time": "week", "value": "sales", "spend": ("m1", "m2"), "controls": ("holiday",), "periods": 1}
    return budget(table, **(given | more))  # type: ignore[arg-type]


def test_planted_contributions_lie_in_their_intervals() -> None:
    told = mixed(world().table)
    table = told.table
    assert table.columns[:9] == [
        "channel", "contribution", "lo", "hi", "return_per_unit", "return_lo", "return_hi", "adstock", "half_saturation",
    ]  # fmt: skip
    truth = world().contributions
    assert ((table["lo"].to_numpy() <= truth) & (truth <= table["hi"].to_numpy())).all()
    assert np.allclose(
        table["return_per_unit"].to_numpy() * world().spend.sum(axis=0), table["contribution"].to_numpy()
    )
    assert told.summary["r2"] > 0.5
    assert 0 < told.summary["backtest_error"] < told.summary["backtest_naive"]
    assert told.summary["advice"] in ("move", "test_first")


def test_a_channel_that_does_nothing_may_have_done_nothing() -> None:
    rng = np.random.default_rng(1)
    table = world().table.with_columns(pl.Series("idle", np.exp(rng.standard_normal(110)) * 100))
    row = mixed(table, spend=("m1", "m2", "idle")).table.row(2, named=True)
    assert row["lo"] == 0
    assert row["chance_of_none"] > 0.1


def test_channels_that_move_together_are_named_and_their_intervals_are_wide() -> None:
    table = world().table.with_columns((pl.col("m1") * 2.5 + 10).alias("twin"))
    told = mixed(table, spend=("m1", "m2", "twin"))
    assert told.summary["alike"] == [["m1", "twin"]]
    alone = mixed(world().table).table
    wide = told.table.row(0, named=True)
    assert wide["hi"] - wide["lo"] > float((alone["hi"] - alone["lo"])[0])
    assert told.summary["joint"]["lo"] > 0


def test_a_spending_that_never_varied_has_no_number() -> None:
    told = mixed(world().table.with_columns(pl.lit(50.0).alias("still")), spend=("still", "m1", "m2"))
    row = told.table.row(0, named=True)
    assert row["contribution"] is None
    assert row["advice"] == "cannot_tell"
    assert "constant_spend" in {w.code for w in told.warnings}


def test_too_short_constant_and_still_series_are_not_enough_data() -> None:
    table = world().table
    still = table.with_columns(pl.lit(3.0).alias("m1"), pl.lit(0.0).alias("m2"))
    for short in (table.head(90), table.with_columns(pl.lit(3.0).alias("sales")), still):
        for told in (mixed(short), divided(short, total=100.0)):
            assert told.status == "not_enough_data"
            assert told.fallback
            assert len(told.words["zh"]) > 20


def test_gaps_repeats_words_and_dates_with_slashes_are_read() -> None:
    table = world().table
    split = pl.concat([table.with_columns(pl.col("sales", "m1", "m2") / 2)] * 2).with_columns(
        pl.col("week").dt.strftime("%m/%d/%Y"),
        pl.when(pl.col("holiday") > 0).then(pl.lit("feast")).otherwise(pl.lit("na")).alias("holiday"),
    )
    media, warnings = media_of(split, "week", "sales", ["m1", "m2"], ["holiday"], 0)
    assert {w.code for w in warnings} == {"times_joined"}
    assert np.allclose(media.y, table["sales"].to_numpy())
    assert media.control_names == ["holiday=feast"]
    media, warnings = media_of(table.filter(pl.int_range(pl.len()) != 30), "week", "sales", ["m1"], [], 0)
    assert len(media) == 110
    assert not media.seen[30]
    assert {w.code for w in warnings} == {"gaps"}


def test_the_advice_on_a_budget_adds_up_keeps_the_bounds_and_is_no_worse() -> None:
    now = world().spend.mean(axis=0)
    told = divided(world().table, total=float(now.sum()))
    table = told.table
    assert table.columns[:5] == ["channel", "spend_now", "spend_best", "lo", "hi"]
    assert np.allclose(table["spend_now"].to_numpy(), now)
    assert float(table["spend_best"].sum()) == pytest.approx(float(now.sum()))
    assert (table["spend_best"] >= table["bound_lo"] - 1e-9).all()
    assert (table["spend_best"] <= table["bound_hi"] + 1e-9).all()
    assert world().brings(table["spend_best"].to_numpy()) >= world().brings(now) * (1 - 1e-9)
    if told.summary["verdict"] == "move":
        assert told.summary["gain_lo"] > 0
    else:
        assert np.allclose(table["spend_best"].to_numpy(), table["status_quo"].to_numpy())


def test_where_nothing_can_be_told_the_money_stays_and_a_test_is_proposed() -> None:
    rng = np.random.default_rng(3)
    noise = world().table.with_columns(pl.Series("sales", 1000 + 50 * rng.standard_normal(110)))
    told = divided(noise, total=float(world().spend.mean(axis=0).sum()))
    assert told.summary["verdict"] == "test_first"
    assert told.summary["test"] in ("m1", "m2")
    assert np.allclose(told.table["spend_best"].to_numpy(), told.table["spend_now"].to_numpy())


def test_the_total_is_of_one_period_a_year_or_the_whole_file_whichever_is_nearest() -> None:
    whole = float(world().spend.sum())
    told = divided(world().table, total=whole, periods=0)
    assert told.summary["periods"] == 110
    assert float(told.table["spend_now"].sum()) == pytest.approx(whole)
    assert "periods" in {w.code for w in told.warnings}


def test_bounds_of_a_file_are_kept_and_wrong_ones_are_refused() -> None:
    now = world().spend.mean(axis=0)
    total = float(now.sum())
    bounds = pl.DataFrame({"channel": ["m1"], "min": [str(now[0] * 0.95)], "max": [str(now[0] * 1.05)]})
    row = divided(world().table, total=total, bounds=bounds).table.row(0, named=True)
    assert 0.95 * now[0] - 1e-6 <= row["spend_best"] <= 1.05 * now[0] + 1e-6
    for wrong in (
        {"channel": ["m9"], "min": ["1"], "max": ["2"]},
        {"channel": ["m1"], "min": ["9"], "max": ["2"]},
        {"channel": ["m1", "m2"], "min": ["0", "0"], "max": ["1", "1"]},
        {"name": ["m1"], "min": ["1"], "max": ["2"]},
        {"channel": ["m1"], "least": ["1"]},
    ):
        with pytest.raises(InputError, match=r".{20,}"):
            divided(world().table, total=total, bounds=pl.DataFrame(wrong))


def test_a_known_response_is_divided_best_also_where_it_rises_late() -> None:
    at = np.array([np.linspace(0, 100, 49)] * 3)
    brings = np.stack([10 * np.sqrt(at[0]), 5 * np.sqrt(at[1]), 90 * at[2] ** 3 / (at[2] ** 3 + 40**3)])[:, None, :]
    room = Room(np.zeros(3), np.full(3, 100.0), at, brings)
    best = best_known(room, 100.0)[0]
    assert best.sum() == pytest.approx(100)
    tried = [np.array([a, b, 100 - a - b]) for a in np.arange(0, 101, 2.5) for b in np.arange(0, 101 - a, 2.5)]
    assert room.value(best)[0] >= max(room.value(spend)[0] for spend in tried) * 0.999


def test_proportions_are_kept_as_far_as_the_bounds_let_them() -> None:
    found = within(np.array([0.0, 30.0]), np.array([100.0, 40.0]), np.array([1.0, 1.0]), 100.0)
    assert found.tolist() == pytest.approx([60.0, 40.0])


@pytest.mark.parametrize(
    "wrong", [{"spend": ("m1", "m1")}, {"season": -1}, {"level": 10}, {"controls": ("m1",)}, {"value": "none"}]
)
def test_a_wrong_call_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(InputError, match=r".{20,}"):
        mixed(world().table, **wrong)
    for total in (0.0, -1.0):
        with pytest.raises(InputError, match=r"total"):
            divided(world().table, total=total)


def test_a_total_unlike_anything_tried_moves_nothing() -> None:
    told = divided(world().table, total=50 * float(world().spend.mean(axis=0).sum()))
    assert told.summary["verdict"] == "test_first"
    assert {w.code for w in told.warnings} >= {"unlike_the_past"}
    assert "unlike" in told.words["en"]


def test_a_single_channel_has_nothing_to_move() -> None:
    told = divided(world().table, spend=("m1",), total=float(world().spend[:, 0].mean()))
    assert told.summary["verdict"] == "test_first"
    assert "nothing to move" in told.words["en"]
