"""Experiments, against published figures and planted effects."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from castanea.analysis.predict.experiments import abtest
from castanea.kit.errors import InputError

DATA = Path(os.environ.get("CASTANEA_TEST_DATA", Path(__file__).parents[2] / ".." / "shared" / "data")) / "experiments"


def given(path: str) -> pl.DataFrame:
    if not (DATA / path).exists():
        pytest.skip(f"{DATA / path} is absent: set CASTANEA_TEST_DATA")
    return pl.read_parquet(DATA / path)


def world(effect: float, n: int = 400, seed: int = 2) -> pl.DataFrame:
    chance = np.random.default_rng(seed)
    x = chance.normal(10, 3, n)
    arm = np.arange(n) % 2
    y = x + chance.normal(0, 1, n) + effect * arm
    return pl.DataFrame({"u": np.arange(n), "arm": np.where(arm, "b", "a"), "x": x, "y": y})


@pytest.mark.parametrize(
    ("outcome", "arm", "expected"),
    [
        ("visit", "Mens", (0.07499, 0.06559, 0.08439)), ("conversion", "Mens", (0.00509, 0.00265, 0.00754)),
        ("spend", "Mens", (0.46632, 0.14146, 0.79118)), ("visit", "Womens", (0.04481, 0.03576, 0.05385)),
        ("conversion", "Womens", (0.00289, 0.00060, 0.00518)), ("spend", "Womens", (0.58799, 0.23129, 0.94469)),
    ],
)  # fmt: skip
def test_the_mail_experiment_gives_the_known_effects(outcome: str, arm: str, expected: tuple[float, ...]) -> None:
    table = given("hillstrom/customers.parquet")
    control = next(a for a in table["segment"].unique() if a.lower().startswith("no"))
    answer = abtest(table, unit="row", variant="segment", control=control, outcome=outcome)
    row = answer.table.filter(pl.col("variant").str.starts_with(arm)).row(0, named=True)
    assert (row["difference"], row["lo"], row["hi"]) == pytest.approx(expected, abs=3e-5)
    assert (row["verdict"], answer.summary["sample_ratio_ok"]) == ("up", True)


def test_the_gate_experiment_has_a_suspicious_split() -> None:
    table = given("cookie_cats/players.parquet")
    call = {"unit": "userid", "variant": "version", "control": "gate_30"}
    first = abtest(table, outcome="retention_1", **call)
    week = abtest(table, outcome="retention_7", **call)
    assert first.table["difference"][1] == pytest.approx(-0.00591, abs=1e-5)
    assert week.table["difference"][1] == pytest.approx(-0.00820, abs=1e-5)
    assert [a.table["verdict"][1] for a in (first, week)] == ["cannot_tell", "down"]
    assert first.summary["sample_ratio_p"] == pytest.approx(0.0086, abs=5e-5)
    assert first.summary["sample_ratio_ok"] is False
    assert "outlier" in [w.code for w in abtest(table, outcome="sum_gamerounds", **call).warnings]


def test_a_covariate_makes_the_interval_narrower_and_keeps_the_effect() -> None:
    call = {"unit": "u", "variant": "arm", "control": "a", "outcome": "y"}
    plain, adjusted = (abtest(world(0.5), **call, covariate=x).table.row(1, named=True) for x in ("", "x"))
    assert adjusted["hi"] - adjusted["lo"] < 0.5 * (plain["hi"] - plain["lo"])
    assert adjusted["lo"] < 0.5 < adjusted["hi"]
    assert (plain["verdict"], adjusted["verdict"]) == ("cannot_tell", "up")


def test_looking_often_raises_few_false_alarms_with_always_valid_intervals() -> None:
    call = {"unit": "u", "variant": "arm", "control": "a", "outcome": "y"}
    alarms = dict.fromkeys((False, True), 0)
    for seed in range(40):
        table = world(0.0, 1000, seed)
        for sequential in alarms:
            looks = (abtest(table.head(n), **call, sequential=sequential) for n in range(50, 1001, 95))
            alarms[sequential] += any(a.table["verdict"][1] != "cannot_tell" for a in looks)
    assert alarms[True] <= 3 < alarms[False]


def test_units_of_two_variants_are_left_out_and_rows_of_a_unit_summed() -> None:
    table = pl.DataFrame(
        {"u": [1, 1, 2, 3, 4, 5, 5], "arm": ["a", "a", "a", "b", "b", "a", "b"], "y": [1, 2, 4, 5, 7, 9, 9]}
    )
    answer = abtest(table, unit="u", variant="arm", control="a", outcome="y")
    assert answer.table["mean"].to_list() == [3.5, 6.0]
    assert {"mixed_units", "rows_summed"} <= {w.code for w in answer.warnings}
    with pytest.raises(InputError, match=r"no variant 'z'.*a, b"):
        abtest(table, unit="u", variant="arm", control="z", outcome="y")
    assert abtest(table.with_columns(y=1), unit="u", variant="arm", control="a", outcome="u").status == "ok"
    one = abtest(table.filter(pl.col("arm") == "a"), unit="u", variant="arm", control="a", outcome="y")
    assert one.status == "not_enough_data"
