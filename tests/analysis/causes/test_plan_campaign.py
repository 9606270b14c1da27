"""Campaigns before they run: a planted law is found, ranges widen where little is known, and too little is refused."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest

from castanea.analysis.causes.plan_campaign import plan_campaign
from castanea.kit.errors import InputError


def history(count: int = 24, *, noise: float = 0.1, seed: int = 1) -> pl.DataFrame:
    """Units a day = 100 · e^(2 · discount) · (2 for coffee)."""
    rng = np.random.default_rng(seed)
    discount, days = rng.choice([0.1, 0.2, 0.3], count), rng.integers(3, 9, count)
    scope = [("tea", "coffee")[n % 2] for n in range(count)]
    start = [date(2025, 1, 6) + timedelta(14 * n) for n in range(count)]
    units = np.round(
        100
        * np.exp(2 * discount + rng.normal(0, noise, count))
        * days
        * np.array([2.0 if s == "coffee" else 1.0 for s in scope])
    )
    return pl.DataFrame({
        "campaign": [f"c{n}" for n in range(count)], "start": start, "end": [s + timedelta(int(d) - 1) for s, d in zip(start, days, strict=True)],
        "kind": "sale", "discount": discount, "spend": 500.0, "scope": scope, "units": units, "paid_amount": units * 50 * (1 - discount), "cost": 20.0,
    })  # fmt: skip


def plan(**told: Any) -> pl.DataFrame:
    row = {
        "campaign": "next",
        "start": "2026-02-02",
        "end": "2026-02-06",
        "kind": "sale",
        "discount": 0.2,
        "spend": 500.0,
        "scope": "coffee",
    }
    return pl.DataFrame([row | told])


def test_the_planted_law_lies_inside_the_ranges() -> None:
    row = plan_campaign(history(), plan=plan()).table.row(0, named=True)
    true = 100 * np.exp(0.4) * 5 * 2
    assert row["units_lo"] < true < row["units_hi"]
    assert row["units"] == pytest.approx(true, rel=0.15)
    assert row["lo"] < true * 40 < row["hi"]
    assert row["profit"] == pytest.approx(true * 20 - 500, rel=0.25)
    assert row["units"] < row["stock_needed"] <= row["units_hi"] * 1.2


def test_a_deeper_discount_sells_more_at_less_each() -> None:
    plans = pl.concat([plan(discount=0.1), plan(discount=0.3)])
    low, high = plan_campaign(history(), plan=plans).table.iter_rows(named=True)
    assert high["units"] > low["units"]
    assert high["paid_amount"] / high["units"] < low["paid_amount"] / low["units"]


def test_like_names_past_campaigns_of_the_kind_the_nearest_first() -> None:
    past = history()
    like = plan_campaign(past, plan=plan()).table["like"][0].split(";")
    first = past.filter(pl.col("campaign") == like[0])
    assert first["scope"][0] == "coffee"
    assert set(like) <= set(past["campaign"])


def test_noisier_pasts_give_wider_ranges() -> None:
    def width(noise: float) -> float:
        row = plan_campaign(history(noise=noise), plan=plan()).table.row(0, named=True)
        return float(row["units_hi"] / row["units_lo"])

    assert width(0.5) > width(0.05)


def test_too_few_of_the_kind_are_refused_with_what_it_takes() -> None:
    told = plan_campaign(history(6), plan=plan())
    assert told.status == "not_enough_data"
    assert "5 of the kind" in told.needed
    assert plan_campaign(history(), plan=plan(kind="raffle")).status == "not_enough_data"


def test_a_plan_of_an_unknown_kind_beside_others_gets_no_numbers() -> None:
    told = plan_campaign(history(), plan=pl.concat([plan(), plan(kind="raffle", campaign="odd")]))
    assert told.table["units"].null_count() == 1
    assert "too_few_alike" in {w.code for w in told.warnings}


def test_without_costs_no_profit_is_told() -> None:
    told = plan_campaign(history().drop("cost"), plan=plan())
    assert told.table["profit"][0] is None
    assert "no_costs" in {w.code for w in told.warnings}


def test_past_profits_tell_the_cost_of_a_unit() -> None:
    past = (
        history()
        .with_columns((pl.col("paid_amount") - 20 * pl.col("units") - pl.col("spend")).alias("profit"))
        .drop("cost")
    )
    with_cost, with_profit = (plan_campaign(t, plan=plan()).table["profit"][0] for t in (history(), past))
    assert with_profit == pytest.approx(with_cost)


def test_campaigns_that_sold_out_are_left_out() -> None:
    past = history().with_row_index("n").with_columns((pl.col("n") % 6 == 0).cast(pl.Int64).alias("sold_out")).drop("n")
    told = plan_campaign(past, plan=plan())
    assert told.summary["campaigns"] == 20
    assert "sold_out" in {w.code for w in told.warnings}


def test_a_discount_beyond_what_was_tried_is_said() -> None:
    assert "outside_the_past" in {w.code for w in plan_campaign(history(), plan=plan(discount=0.7)).warnings}


def test_the_order_of_rows_does_not_matter() -> None:
    past = history()
    assert plan_campaign(past, plan=plan()).table.equals(
        plan_campaign(past.sample(fraction=1, shuffle=True, seed=4), plan=plan()).table
    )


@pytest.mark.parametrize(
    ("wrong", "said"), [({"end": "2026-01-01"}, "swap"), ({"discount": -0.1}, "negative"), ({"kind": None}, "kind")]
)
def test_a_wrong_plan_is_refused_in_words(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        plan_campaign(history(), plan=plan(**wrong))
