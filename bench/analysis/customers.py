"""Customers: what they still buy (CDNOW), how likely they are to, whom it pays to write to, and what to show them."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from bench.analysis import customers_chances, customers_next
from bench.analysis.frame import SHOWN, Figure, Line, at_most, between, data
from castanea.analysis.predict.clv import clv

PUBLISHED: dict[str, tuple[dict[str, float], float]] = {
    "bg-nbd": ({"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}, -9582.4),
    "pareto-nbd": ({"r": 0.553, "alpha": 10.578, "s": 0.606, "beta": 11.669}, -9595.0),
}
UNTIL = "1997-09-30"


def cdnow() -> list[Line]:
    """Parameters, likelihoods, and the 39 weeks kept back."""
    table = pl.read_csv(data("customers", "cdnow", "transactions.csv"), infer_schema=False)
    asked: dict[str, Any] = {
        "customer": "customer_id",
        "time": "date",
        "value": "dollars",
        "until": UNTIL,
        "horizon": "39w",
    }
    later = table.filter(pl.col("date") > UNTIL).unique(["customer_id", "date"]).group_by("customer_id").len()
    lines = []
    for model in ("bg-nbd", "pareto-nbd", "auto"):
        told = clv(table, **asked, model=model)
        both = told.table.join(later, left_on="customer", right_on="customer_id", how="left").fill_null(0)
        if model != "auto":
            known, likelihood = PUBLISHED[model]
            off = max(abs(round(told.summary["parameters"][k], 3) - v) for k, v in known.items())
            lines.append(Line("cdnow", f"{model}: parameter furthest off", off, None, 0, at_most(0.0011)))
            reached = told.summary["log_likelihood"]
            lines.append(Line("cdnow", f"{model}: log-likelihood", reached, None, likelihood, between(likelihood - 0.1, likelihood + 0.1)))  # fmt: skip
        lines += _held(both, model)
    spend = told.summary["spend_parameters"]
    lines.append(Line("cdnow", "Gamma-Gamma q", spend["q"], None, 3.74, between(3.735, 3.745)))
    return lines


def _held(both: pl.DataFrame, model: str) -> list[Line]:
    was, said = both["len"].to_numpy(), both["purchases"].to_numpy()
    naive = both["frequency"].to_numpy() / both["age_weeks"].to_numpy() * 39
    chosen = model == "auto"
    inside = float(np.mean((was >= both["purchases_lo"].to_numpy()) & (was <= both["purchases_hi"].to_numpy())))

    def error(told: Any) -> float:
        return float(np.sqrt(np.mean((told - was) ** 2)))

    def bias(told: Any) -> float:
        return float(100 * (told.sum() / was.sum() - 1))

    lines = [
        Line("cdnow", f"{model}: hold-out RMSE", error(said), error(naive), 1.608, at_most(1.61) if chosen else SHOWN),
        Line(
            "cdnow", f"{model}: hold-out bias %", bias(said), bias(naive), -11.5, between(-12, 12) if chosen else SHOWN
        ),
    ]
    return (
        [*lines, Line("cdnow", "auto: 95 % intervals hold %", 100 * inside, None, 95, Figure(93, 99))]
        if chosen
        else lines
    )


CASES = {"cdnow": cdnow, **customers_chances.CASES, **customers_next.CASES}
