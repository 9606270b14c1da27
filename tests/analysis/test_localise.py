"""Where a deviation lies: worlds with planted causes, diffuse ones, and ones in which nothing happened."""

from __future__ import annotations

import json
import os
from itertools import product
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from castanea.analysis.diagnose.localise import diagnose
from castanea.cli.analyze_command import run
from castanea.kit.errors import InputError

DATA = Path(os.environ.get("CASTANEA_TEST_DATA", Path(__file__).parents[2] / ".." / "shared" / "data"))
DIMS = ("channel", "province", "category")
VALUES = (("tmall", "jd", "douyin", "own"), tuple(f"p{n}" for n in range(12)), tuple(f"c{n}" for n in range(10)))
CAUSES = (
    [{"channel": "jd"}],
    [{"province": "p3", "category": "c7"}],
    [{"channel": "own", "province": "p1"}, {"category": "c2"}],
    [{"channel": "tmall", "province": "p4", "category": "c1"}, {"province": "p9"}],
)


def world(seed: int, causes: list[dict[str, str]], everywhere: float = 1.0) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    table = pl.DataFrame(list(product(*VALUES)), schema=list(DIMS), orient="row")
    expected = rng.lognormal(4, 1.3, table.height)
    ratio = np.full(table.height, everywhere)
    for number, cause in enumerate(causes):
        inside = np.ones(table.height, dtype=bool)
        for name, value in cause.items():
            inside &= (table[name] == value).to_numpy()
        ratio[inside] *= (0.45, 1.6)[number % 2]
    actual = expected * ratio * rng.normal(1, 0.05, table.height)
    return table.with_columns(pl.Series("real", actual), pl.Series("predict", expected))


def places(table: pl.DataFrame) -> list[dict[str, str]]:
    return [c["where"] for c in diagnose(table, dims=DIMS, actual=("real",), expected=("predict",)).tree["all"]]


@pytest.mark.parametrize("causes", CAUSES)
def test_planted_causes_are_found_and_no_others(causes: list[dict[str, str]]) -> None:
    right = sum(sorted(map(str, places(world(seed, causes)))) == sorted(map(str, causes)) for seed in range(10))
    assert right >= 9


def test_where_nothing_happened_nothing_stands_out() -> None:
    assert sum(places(world(seed, [])) == [] for seed in range(30)) >= 28


def test_a_move_of_everything_is_everywhere() -> None:
    assert sum(places(world(seed, [], everywhere=0.8)) == [{}] for seed in range(10)) >= 9


def test_counts_too_small_to_say_anything_are_not_called_causes() -> None:
    quiet = 0
    for seed in range(10):
        rng = np.random.default_rng(seed)
        table = world(seed, [])
        mean = rng.lognormal(-0.5, 1, table.height)
        quiet += (
            places(table.with_columns(pl.Series("real", rng.poisson(mean).astype(float)), pl.Series("predict", mean)))
            == []
        )
    assert quiet >= 9


def test_deviation_and_share_are_those_of_the_leaves() -> None:
    table = world(1, [{"channel": "jd"}])
    (cause,) = diagnose(table, dims=DIMS, actual=("real",), expected=("predict",)).tree["all"]
    jd = table.filter(pl.col("channel") == "jd")
    assert cause["deviation"] == pytest.approx(jd["real"].sum() - jd["predict"].sum())
    assert cause["share"] == pytest.approx(cause["deviation"] / (table["real"].sum() - table["predict"].sum()))


def test_a_ratio_is_located_by_itself() -> None:
    """Visits move everywhere; the conversion falls for one channel alone."""
    rng = np.random.default_rng(7)
    table = world(7, [{"channel": "douyin"}]).rename({"real": "orders", "predict": "orders_e"})
    visits_e = table["orders_e"].to_numpy() * 30
    surge = 1.5 * rng.normal(1, 0.02, table.height)
    table = table.with_columns(
        pl.Series("visits", visits_e * surge), pl.Series("visits_e", visits_e), pl.col("orders") * surge
    )
    found = diagnose(
        table, dims=DIMS, actual=("orders", "visits"), expected=("orders_e", "visits_e"), derived="orders/visits"
    ).tree["all"]
    assert [c["where"] for c in found] == [{"channel": "douyin"}]
    assert found[0]["deviation"] < 0


def test_the_answer_is_one_tree_by_case_whatever_the_order_of_rows(tmp_path: Path) -> None:
    table = pl.concat(
        [world(n, c).with_columns(pl.lit(f"t{n}").alias("day")) for n, c in enumerate(([{"channel": "jd"}], []))]
    )
    call = ["--dims", ",".join(DIMS), "--actual", "real", "--expected", "predict", "--case", "day", "--quiet"]
    for number, rows in enumerate((table, table.sample(fraction=1.0, shuffle=True, seed=1))):
        rows.write_csv(tmp_path / "t.csv")
        assert run(["diagnose", str(tmp_path / "t.csv"), *call, "--output", str(tmp_path / f"{number}.json")]) == 0
    first, second = ((tmp_path / f"{n}.json").read_bytes() for n in range(2))
    assert first == second
    answer = json.loads(first)
    assert answer["t0"][0]["where"] == {"channel": "jd"}
    assert set(answer["t0"][0]) == {"where", "deviation", "share", "score"}
    assert answer["t1"] == []
    with pytest.raises(InputError, match="numerator first"):
        diagnose(table, dims=DIMS, actual=("real",), expected=("predict",), derived="a/b")


@pytest.mark.parametrize(
    ("name", "key", "dims", "least"),
    [("riskloc_l", "case_id", "abcd", 0.90), ("squeeze_b0", "timestamp", "abcd", 0.95)],
)
def test_published_worlds_are_located(name: str, key: str, dims: str, least: float) -> None:
    folder = DATA / "root_cause" / name
    if not folder.exists():
        pytest.skip(f"{folder} is absent: set CASTANEA_TEST_DATA")
    cases, right, wrong, missed = pl.read_parquet(folder / "cases.parquet"), 0, 0, 0
    for truth in pl.read_csv(folder / "truth.csv").to_dicts()[::9]:
        leaves = cases.filter(pl.col(key) == truth[key])
        if "setting" in truth:
            leaves = leaves.filter(pl.col("setting") == truth["setting"])
        tree = diagnose(leaves, dims=tuple(dims), actual=("real",), expected=("predict",)).tree["all"]
        found = {"&".join(f"{k}={v}" for k, v in sorted(c["where"].items())) for c in tree}
        wanted = {"&".join(sorted(e.split("&"))) for e in truth["root_cause"].split(";")}
        right, wrong, missed = right + len(found & wanted), wrong + len(found - wanted), missed + len(wanted - found)
    assert 2 * right / (2 * right + wrong + missed) >= least
