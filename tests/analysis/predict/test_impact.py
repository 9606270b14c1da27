"""What a campaign did: planted worlds, controls that were hit, and files that cannot tell."""

from __future__ import annotations

import polars as pl
import pytest

from bench.analysis.worlds import begins, campaign
from castanea.analysis.predict.impact import impact
from castanea.kit.errors import InputError


def asked(table: pl.DataFrame, **more: object):  # type: ignore[no-untyped-def]
    return impact(table, **({"time": "day", "value": "sales", "controls": ("market",), "begin": begins()} | more))  # type: ignore[arg-type]


def test_intervals_hold_and_a_tenth_more_is_seen() -> None:
    held = seen = alarms = 0
    for seed in range(24):
        for lift in (0.0, 0.1):
            table, effect = campaign(1000 + seed, lift)
            told = asked(table).summary
            held += told["effect_mean_lo"] <= effect <= told["effect_mean_hi"]
            seen += told["verdict"] == "up" and lift > 0
            alarms += told["verdict"] != "cannot_tell" and lift == 0
    assert held >= 42
    assert seen >= 16
    assert alarms <= 4


def test_the_effects_of_all_times_add_up_to_the_total() -> None:
    told = asked(campaign(3, 0.1)[0])
    assert told.table.columns == ["time", "actual", "expected", "lo", "hi", "effect"]
    assert told.table.height == 28
    assert told.table["effect"].sum() == pytest.approx(told.summary["effect_total"])
    assert told.summary["effect_mean"] * 28 == pytest.approx(told.summary["effect_total"])
    assert told.summary["placebo"]["dates"] >= 1


def test_a_control_that_was_hit_is_named_and_left_out() -> None:
    table, effect = campaign(5, 0.15, control_lift=0.15)
    told = asked(table)
    assert told.summary["controls_hit"] == ["market"]
    assert told.summary["effect_mean_lo"] <= effect <= told.summary["effect_mean_hi"]
    assert "market" in told.words["zh"]


def test_only_the_control_that_was_hit_is_left_out_among_several() -> None:
    table, _ = campaign(6, 0.0)
    other = campaign(6, 0.0, control_lift=0.2)[0]["market"]
    told = asked(
        table.with_columns(other.alias("b"), (table["market"] * 2 + 7).alias("c")), controls=("market", "b", "c")
    )
    assert told.summary["controls_hit"] == ["b"]


def test_until_ends_the_time_looked_at() -> None:
    told = asked(campaign(2, 0.1)[0], end="2026-04-10")
    assert told.table["time"].cast(pl.String).to_list()[-1] == "2026-04-10"
    assert told.table.height == 10


def test_too_short_a_past_and_a_constant_value_are_too_little() -> None:
    table, _ = campaign(2, 0.1)
    assert asked(table, begin="2026-02-01").status == "not_enough_data"
    assert asked(table.with_columns(pl.lit(4.0).alias("sales"))).status == "not_enough_data"


def test_numbered_times_and_gaps_are_read() -> None:
    table, effect = campaign(4, 0.1)
    numbered = table.with_columns((pl.int_range(pl.len()) * 2 + 5).alias("day")).with_columns(
        pl.when(pl.int_range(pl.len()) % 11 == 3).then(None).otherwise(pl.col("sales")).alias("sales")
    )
    told = asked(numbered, begin="185")
    assert told.table["time"][0] == 185
    assert {w.code for w in told.warnings} == {"gaps"}
    assert told.summary["effect_mean_lo"] <= effect <= told.summary["effect_mean_hi"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"begin": "2027-01-01"},
        {"begin": "soon"},
        {"end": "2026-01-05"},
        {"controls": ("market", "market")},
        {"controls": ("none",)},
    ],
)
def test_a_wrong_call_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(InputError, match=r".{20,}"):
        asked(campaign(1, 0)[0], **wrong)
