"""Who will buy (online shoppers), and whom a letter moves (Hillstrom)."""

from __future__ import annotations

from typing import Any

import polars as pl

from bench.analysis.frame import SHOWN, Line, at_least, at_most, between, data
from castanea.analysis.customers.propensity import propensity
from castanea.analysis.customers.uplift import uplift

SHOP = "online_shoppers"


def shoppers() -> list[Line]:
    """Folds drawn at random and the last fifth of time; with all features and without the one that leaks. Naive: one boosted model."""
    table = pl.read_csv(data("customers", SHOP, "sessions.csv"), infer_schema=False)
    features = tuple(name for name in table.columns if name not in ("row", "Revenue"))
    told: dict[str, Any] = dict(propensity(table, outcome="Revenue", features=features, time="row").summary)
    drawn, without = told["random_split"], told["random_split_without_leaks"]
    return [
        Line(SHOP, "AUC, all features", drawn["auc"], 0.9293, 0.937, at_least(0.93)),
        Line(SHOP, "average precision", drawn["average_precision"], 0.7290, 0.754, at_least(0.735)),
        Line(SHOP, "calibration error, 10 bins", drawn["calibration_error"], None, None, at_most(0.015)),
        Line(SHOP, "PageValues named as the only leak", float(told["leaks"] == ["PageValues"]), None, 1, at_least(1)),
        Line(SHOP, "AUC without it", without["auc"], None, 0.7741, SHOWN),
        Line(SHOP, "AUC, last fifth of time", told["auc"], None, 0.83, SHOWN),
        Line(SHOP, "calibration error, last fifth of time", told["calibration_error"], None, None, SHOWN),
        Line(SHOP, "AUC without it, last fifth of time", told["auc_without_leaks"], None, None, SHOWN),
    ]


def hillstrom() -> list[Line]:
    """Women's mail against none, visits; naive: two logistic models cross-fitted once on the same folds, paired draw by draw of folds."""
    table = pl.read_parquet(data("experiments", "hillstrom", "customers.parquet"))
    features = ("recency", "history_segment", "history", "mens", "womens", "zip_code", "newbie", "channel")
    told = [
        uplift(table, treatment="segment", treated="Womens E-Mail", control="No E-Mail", outcome="visit", features=features, seed=seed).summary
        for seed in range(SEEDS)
    ]  # fmt: skip

    def mean(name: str) -> float:
        return sum(t[name] for t in told) / SEEDS

    qini, first = mean("qini_normalised"), mean("uplift_at_30")
    one, other = mean("naive_qini_normalised"), mean("naive_uplift_at_30")
    return [
        Line("hillstrom", "normalised Qini, mean of 10 seeds", qini, one, 0.0635, at_least(one)),
        Line("hillstrom", "uplift in the first 30 %, mean of 10", first, other, 0.0796, at_least(other)),
        Line("hillstrom", "effect on all, visits", mean("effect"), None, 0.04481, between(0.0398, 0.0498)),
    ]


SEEDS = 10
CASES = {"shoppers": shoppers, "hillstrom": hillstrom}
