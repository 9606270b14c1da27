"""Where a deviation lies: published worlds with the reference of RiskLoc, worlds of our own, and the metric tree's residual."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from itertools import product

import numpy as np
import polars as pl

from bench.analysis.frame import Line, at_least, at_most, data
from castanea.analysis.diagnose.localise import diagnose
from castanea.analysis.diagnose.metric_tree import decompose

Where = Mapping[str, str]
DIMENSIONS = {"channel": 5, "province": 14, "category": 9, "device": 3}
WORLDS, EMPTY, DIFFUSE = 60, 60, 20


def _f1(pairs: Iterable[tuple[set[str], set[str]]]) -> float:
    right = wrong = missed = 0
    for found, wanted in pairs:
        right, wrong, missed = right + len(found & wanted), wrong + len(found - wanted), missed + len(wanted - found)
    return 2 * right / max(1, 2 * right + wrong + missed)


def _largest(leaves: pl.DataFrame, dims: Iterable[str]) -> set[str]:
    """The naive way: the one value of one dimension that deviates most in sum."""
    moved = {
        f"{d}={v}": abs(x)
        for d in dims
        for v, x in leaves.group_by(d).agg((pl.col("real") - pl.col("predict")).sum()).iter_rows()
    }
    return {max(sorted(moved), key=lambda name: moved[name])}


def _published(name: str, key: str, dims: str, reference: float, least: float) -> list[Line]:
    folder = data("root_cause", name)
    cases, ours, naive, slowest = pl.read_parquet(folder / "cases.parquet"), [], [], 0.0
    for truth in pl.read_csv(folder / "truth.csv").to_dicts():
        leaves = cases.filter(pl.col(key) == truth[key])
        if "setting" in truth:
            leaves = leaves.filter(pl.col("setting") == truth["setting"])
        begin = time.process_time()
        tree = diagnose(leaves, dims=tuple(dims), actual=("real",), expected=("predict",)).tree["all"]
        slowest = max(slowest, time.process_time() - begin)
        wanted = {"&".join(sorted(e.split("&"))) for e in truth["root_cause"].split(";")}
        ours.append(({_named(c["where"]) for c in tree}, wanted))
        naive.append((_largest(leaves, dims), wanted))
    return [
        Line(name, "micro-F1", _f1(ours), _f1(naive), reference, at_least(least)),
        Line(name, "seconds of the slowest case", slowest, None, None, at_most(1.0), slowest),
    ]


def riskloc_l() -> list[Line]:
    return _published("riskloc_l", "case_id", "abcd", 0.779, 0.93)


def riskloc_s() -> list[Line]:
    return _published("riskloc_s", "case_id", "abcde", 0.635, 0.70)


def squeeze_b0() -> list[Line]:
    return _published("squeeze_b0", "timestamp", "abcd", 0.962, 0.97)


def worlds() -> list[Line]:
    """Shops with one to three planted causes, with none, and with all leaves moved alike."""
    ours, naive, quiet, whole = [], [], 0, 0
    for seed in range(WORLDS):
        leaves, causes = _world(seed, causes=1 + seed % 3)
        ours.append(({_named(c["where"]) for c in _told(leaves)}, causes))
        naive.append((_largest(leaves, DIMENSIONS), causes))
    for seed in range(EMPTY):
        quiet += _told(_world(1_000 + seed, causes=0)[0]) == []
    for seed in range(DIFFUSE):
        whole += [c["where"] for c in _told(_world(2_000 + seed, causes=0, all_of_it=0.7 + 0.6 * (seed % 2))[0])] == [
            {}
        ]
    return [
        Line("planted worlds", "micro-F1", _f1(ours), _f1(naive), None, at_least(0.90)),
        Line("empty worlds", "share in which nothing is named", quiet / EMPTY, 0.0, None, at_least(0.90)),
        Line("diffuse worlds", "share called everywhere", whole / DIFFUSE, 0.0, None, at_least(0.90)),
    ]


def metric_tree() -> list[Line]:
    """The effects of random worlds, with groups that vanish and appear, add up to the change."""
    worst = 0.0
    for seed in range(50):
        rng = np.random.default_rng(seed)
        rows = [
            {
                "period": p,
                "group": f"g{g}",
                "visitors": float(rng.integers(1, 5_000)),
                "conversion": rng.beta(2, 60),
                "order_value": rng.lognormal(4, 0.5),
            }
            for p in "AB"
            for g in range(8)
            if rng.random() < 0.85 or g < 2
        ]
        table = pl.DataFrame(rows)
        revenue = {
            p: table.filter(pl.col("period") == p)
            .select((pl.col("visitors") * pl.col("conversion") * pl.col("order_value")).sum())
            .item()
            for p in "AB"
        }
        told = decompose(
            table,
            tree="revenue = visitors * conversion * order_value",
            period="period",
            before="A",
            after="B",
            by="group",
        ).table
        worst = max(
            worst, abs(float(told["effect"].sum()) - (revenue["B"] - revenue["A"])) / max(1.0, abs(revenue["A"]))
        )
    return [Line("metric trees", "residual, relative", worst, None, 0, at_most(1e-9))]


def _told(leaves: pl.DataFrame) -> list[dict[str, Where]]:
    found: list[dict[str, Where]] = diagnose(
        leaves, dims=tuple(DIMENSIONS), actual=("real",), expected=("predict",)
    ).tree["all"]
    return found


def _named(where: Where) -> str:
    return "&".join(f"{k}={v}" for k, v in sorted(where.items()))


def _world(seed: int, *, causes: int, all_of_it: float = 1.0) -> tuple[pl.DataFrame, set[str]]:
    """Log-normal leaves with 5 % noise; each cause moves the leaves of one random cuboid element by one ratio."""
    rng = np.random.default_rng(seed)
    table = pl.DataFrame(
        list(product(*([f"{d[0]}{n}" for n in range(size)] for d, size in DIMENSIONS.items()))),
        schema=list(DIMENSIONS),
        orient="row",
    )
    expected, ratio = rng.lognormal(4, 1.2, table.height), np.full(table.height, all_of_it)
    taken = np.zeros(table.height, dtype=bool)
    named: set[str] = set()
    while len(named) < causes:
        dims = sorted(rng.choice(list(DIMENSIONS), int(rng.integers(1, 4)), replace=False).tolist())
        where = {d: f"{d[0]}{rng.integers(DIMENSIONS[d])}" for d in dims}
        inside = np.logical_and.reduce([(table[d] == v).to_numpy() for d, v in where.items()])
        if (inside & taken).any():
            continue
        ratio[inside] *= (0.3, 0.5, 1.6, 2.2)[int(rng.integers(4))]
        taken |= inside
        named.add(_named(where))
    actual = expected * ratio * rng.normal(1, 0.05, table.height)
    return table.with_columns(pl.Series("real", actual), pl.Series("predict", expected)), named


CASES = {
    "riskloc_l": riskloc_l,
    "riskloc_s": riskloc_s,
    "squeeze_b0": squeeze_b0,
    "worlds": worlds,
    "metric_tree": metric_tree,
}
