"""What customers will still buy: the published hold-out of CDNOW, and planted customers."""

from __future__ import annotations

import os
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from castanea.analysis.predict.clv import clv
from castanea.kit.errors import InputError

DATA = Path(os.environ.get("CASTANEA_TEST_DATA", Path(__file__).parents[3] / ".." / "shared" / "data"))


def shop(customers: int, seed: int = 1) -> tuple[pl.DataFrame, int]:
    """Customers of BG/NBD over 52 weeks, known for 26 of them; and how often they bought on new days after that."""
    rng, begin = np.random.default_rng(seed), date(2025, 1, 6)
    rows, later = [], 0
    for n in range(customers):
        rate, leaves = rng.gamma(0.9) / 8, rng.beta(0.8, 2.5)
        at = float(rng.uniform(0, 60))
        days = {int(at)}
        while rng.random() > leaves and (at := at + 7 * rng.exponential(1 / rate)) < 364:
            days.add(int(at))
        later += sum(day > 182 for day in days)
        rows += [(f"k{n}", begin + timedelta(days=day), float(20 * rng.gamma(4) / 4)) for day in days]
    return pl.DataFrame(rows, schema=["who", "on", "paid"], orient="row"), later


def test_planted_customers_buy_about_what_was_expected_of_them() -> None:
    table, later = shop(1500)
    told = clv(table, customer="who", time="on", value="paid", until="2025-07-07", horizon="26w")
    assert told.table.columns[:7] == [
        "customer",
        "purchases",
        "purchases_lo",
        "purchases_hi",
        "p_alive",
        "spend",
        "value",
    ]
    assert told.table["purchases"].sum() == pytest.approx(later, rel=0.15)
    assert told.table["p_alive"].is_between(0, 1).all()
    assert (told.table["purchases_lo"] <= told.table["purchases"]).all()
    assert float(told.table["spend"].mean()) == pytest.approx(20, rel=0.1)  # type: ignore[arg-type]
    assert {w.code for w in told.warnings} == {"after_until"}


def test_what_comes_after_until_is_not_looked_at() -> None:
    table, _ = shop(600)
    early = table.filter(pl.col("on") <= date(2025, 7, 7))
    asked = {"customer": "who", "time": "on", "until": "2025-07-07", "horizon": "8w", "model": "bg-nbd"}
    assert clv(table, **asked).table.equals(clv(early, **asked).table)  # type: ignore[arg-type]


def test_too_few_customers_are_told_and_how_many_are_needed() -> None:
    table, _ = shop(100)
    told = clv(table, customer="who", time="on", until="2025-07-07", horizon="8w")
    assert told.status == "not_enough_data"
    assert "500 customers" in told.needed


def test_constant_spend_and_returns_are_said() -> None:
    table, _ = shop(600)
    odd = table.with_columns(pl.when(pl.int_range(pl.len()) % 50 == 7).then(-5.0).otherwise(9.0).alias("paid"))
    told = clv(odd, customer="who", time="on", value="paid", until="2025-07-07", horizon="8w", model="bg-nbd")
    assert {"constant_spend", "returns"} <= {w.code for w in told.warnings}
    assert told.table["spend"].unique().to_list() == [9.0]


@pytest.mark.parametrize("wrong", [{"horizon": "soon"}, {"until": "last week"}, {"model": "magic"}, {"level": 12}])
def test_a_wrong_call_is_refused(wrong: dict[str, object]) -> None:
    table, _ = shop(5)
    asked = {"customer": "who", "time": "on", "until": "2025-07-07", "horizon": "8w"} | wrong
    with pytest.raises(InputError):
        clv(table, **asked)  # type: ignore[arg-type]


def test_the_hold_out_of_cdnow_is_met_by_the_model_chosen() -> None:
    path = DATA / "customers" / "cdnow" / "transactions.csv"
    if not path.exists():
        pytest.skip(f"{path} is absent: set CASTANEA_TEST_DATA")
    table = pl.read_csv(path, infer_schema=False)
    told = clv(table, customer="customer_id", time="date", value="dollars", until="1997-09-30", horizon="39w")
    later = table.filter(pl.col("date") > "1997-09-30").unique(["customer_id", "date"]).group_by("customer_id").len()
    both = told.table.join(later, left_on="customer", right_on="customer_id", how="left").fill_null(0)
    off = (both["purchases"] - both["len"]).to_numpy()
    assert float(np.sqrt(np.mean(off**2))) <= 1.61
    assert abs(off.sum() / both["len"].sum()) <= 0.12
    inside = both["len"].is_between(both["purchases_lo"], both["purchases_hi"]).mean()
    assert 0.93 <= float(inside) <= 0.995  # type: ignore[arg-type]
