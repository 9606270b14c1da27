"""What an action brought in some regions: planted effects, the public example, and refusals."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from bench.analysis.frame import Skipped, data
from castanea.analysis.causes.geo import geo
from castanea.analysis.common import Answer
from castanea.kit.errors import InputError


def panel(lift: float, *, weeks: int = 40, after: int = 8, regions: int = 16, seed: int = 3) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    common = np.cumsum(rng.normal(0, 0.01, weeks))
    rows = []
    for r in range(regions):
        level = float(rng.uniform(80, 400))
        for w in range(weeks):
            more = 1 + lift if r < 2 and w >= weeks - after else 1.0
            rows.append(
                {"region": f"r{r}", "week": w, "sales": level * float(np.exp(common[w] + rng.normal(0, 0.02))) * more}
            )
    return pl.DataFrame(rows)


def asked(table: pl.DataFrame, *, treated: tuple[str, ...] = ("r0", "r1"), begin: str = "32", end: str = "") -> Answer:
    return geo(table, unit="region", time="week", value="sales", treated=treated, begin=begin, end=end)


def test_a_planted_effect_is_found_and_held_by_its_interval() -> None:
    told = asked(panel(0.15)).summary
    assert told["verdict"] == "up"
    assert told["lift_lo"] <= 0.15 <= told["lift_hi"]
    assert told["incremental"] == pytest.approx(told["att"] * 2 * 8)


def test_without_an_effect_nothing_is_claimed() -> None:
    assert [asked(panel(0.0, seed=s)).summary["verdict"] for s in range(4)].count("cannot_tell") >= 3


def test_a_harm_is_told_as_one() -> None:
    assert asked(panel(-0.2)).summary["verdict"] == "down"


def test_the_rows_are_those_of_the_test() -> None:
    table = asked(panel(0.1), end="35").table
    assert table["time"].to_list() == [32, 33, 34, 35]
    assert (table["lo"] < table["expected"]).all()
    assert (table["effect"] - (table["actual"] - table["expected"])).abs().max() < 1e-9  # type: ignore[operator]


def test_what_came_after_the_test_does_not_change_its_answer() -> None:
    whole = panel(0.1)
    cut = whole.filter(pl.col("week") <= 35)
    assert asked(whole, end="35").summary == asked(cut).summary


def test_too_few_other_regions_and_too_short_a_past_are_refused() -> None:
    assert asked(panel(0.1, regions=6)).status == "not_enough_data"
    assert asked(panel(0.1), begin="5").status == "not_enough_data"


def test_values_that_never_vary_are_refused() -> None:
    flat = panel(0.0).with_columns(pl.lit(5.0).alias("sales"))
    assert asked(flat).status == "not_enough_data"


def test_a_region_with_gaps_is_left_out_and_said() -> None:
    holed = panel(0.1).filter(~((pl.col("region") == "r9") & (pl.col("week") == 7)))
    told = asked(holed)
    assert "regions_left_out" in {w.code for w in told.warnings}
    assert told.summary["others"] == 13


@pytest.mark.parametrize(
    ("treated", "begin", "end", "said"),
    [
        (("rX",), "32", "", "rX"),
        (("r0",), "99", "", "from"),
        (("r0",), "32", "30", "swap"),
        (("r0",), "soon", "", "whole numbers"),
    ],
)
def test_a_wrong_call_is_refused_in_words(treated: tuple[str, ...], begin: str, end: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        asked(panel(0.1), treated=treated, begin=begin, end=end)


def test_the_public_example_lies_inside_the_interval() -> None:
    try:
        table = pl.read_parquet(data("marketing", "geolift", "test.parquet"))
    except Skipped as absent:
        pytest.skip(str(absent))
    told = geo(
        table, unit="location", time="date", value="Y", treated=("chicago", "portland"), begin="2021-04-01"
    ).summary
    assert told["lo"] <= 155.556 <= told["hi"]
