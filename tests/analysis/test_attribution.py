"""Attribution of conversions to channels, against the textbook, hand reckoning and published figures."""

from __future__ import annotations

import os
from pathlib import Path

import polars as pl
import pytest

from castanea.analysis.predict.attribution import attribute
from castanea.kit.errors import InputError

DATA = Path(os.environ.get("CASTANEA_TEST_DATA", Path(__file__).parents[2] / ".." / "shared" / "data"))
THREE = "way,n,none\nC1 > C2 > C3,1,0\nC1,0,1\nC2 > C3,0,1\n"


def rows(text: str) -> pl.DataFrame:
    return pl.read_csv(text.encode(), infer_schema=False)


def by_channel(table: pl.DataFrame, column: str) -> dict[str, float]:
    return dict(table.select("channel", column).sort("channel").iter_rows())


def test_the_textbook_three_paths_give_a_fifth_and_twice_two_fifths() -> None:
    answer = attribute(rows(THREE), path="way", conversions="n", nulls="none")
    assert by_channel(answer.table, "markov") == pytest.approx({"C1": 0.2, "C2": 0.4, "C3": 0.4}, abs=1e-12)
    assert by_channel(answer.table, "removal_effect") == pytest.approx({"C1": 0.5, "C2": 1, "C3": 1})
    plain = attribute(rows(THREE).drop("none"), path="way", conversions="n")
    assert by_channel(plain.table, "markov") == pytest.approx({"C1": 0.2, "C2": 0.4, "C3": 0.4}, abs=1e-12)
    assert "rows_as_nulls" in [w.code for w in plain.warnings]


def test_the_simple_rules_are_as_by_hand_and_all_add_up() -> None:
    table = rows("way,n,v,none\na > a > b,6,60,1\nb > c,4,20,2\n")
    answer = attribute(table, path="way", conversions="n", value="v", nulls="none")
    assert by_channel(answer.table, "shapley") == pytest.approx({"a": 3, "b": 5, "c": 2})
    assert by_channel(answer.table, "linear") == pytest.approx({"a": 4, "b": 4, "c": 2})
    assert by_channel(answer.table, "first_touch") == pytest.approx({"a": 6, "b": 4, "c": 0})
    assert by_channel(answer.table, "last_touch") == pytest.approx({"a": 0, "b": 6, "c": 4})
    assert by_channel(answer.table, "linear_value") == pytest.approx({"a": 40, "b": 30, "c": 10})
    for rule in ("markov", "shapley", "linear", "first_touch", "last_touch"):
        assert answer.table[rule].sum() == pytest.approx(10)
    assert (answer.table["markov_lo"] <= answer.table["markov"]).all()
    assert (answer.table["markov_hi"] >= answer.table["markov"]).all()


def test_the_given_paths_give_the_published_figures() -> None:
    folder = DATA / "marketing" / "attribution_paths"
    if not folder.exists():
        pytest.skip(f"{folder} is absent: set CASTANEA_TEST_DATA")
    table = pl.read_parquet(folder / "paths.parquet")
    call = {"path": "path", "conversions": "total_conversions", "nulls": "total_null"}
    answer = attribute(table, **call)
    told = by_channel(answer.table, "markov")
    assert (told["alpha"], told["eta"], told["iota"]) == pytest.approx((1802.39, 1560.64, 1524.02), abs=0.006)
    known = pl.read_csv(folder / "reference_attribution.csv")
    for ours, theirs in (("markov", "markov_order1"), ("linear", "linear"), ("first_touch", "first"), ("last_touch", "last")):  # fmt: skip
        assert by_channel(answer.table, ours) == pytest.approx(by_channel(known, theirs), abs=1e-3)
    assert attribute(table.reverse(), **call).table.equals(answer.table)
    assert not attribute(table, **call, seed=1).table["markov_lo"].equals(answer.table["markov_lo"])


def test_no_conversion_is_too_little_and_counts_below_zero_are_refused() -> None:
    assert attribute(rows("way,n\na,0\n"), path="way", conversions="n").status == "not_enough_data"
    with pytest.raises(InputError, match=r"column 'n', row 2.*below zero"):
        attribute(rows("way,n\na,1\nb,-1\n"), path="way", conversions="n")
    with pytest.raises(InputError, match=r"--separator"):
        attribute(rows(THREE), path="way", conversions="n", separator="")
