"""Baskets, funnels and cohorts against published and recomputed tables."""

from __future__ import annotations

import polars as pl

from bench.analysis.frame import Line, between, data
from castanea.analysis.describe.baskets import baskets
from castanea.analysis.describe.cohorts import cohorts
from castanea.analysis.describe.journeys import funnel

STEPS = ("product_view", "add_to_cart", "cart", "shipping_details", "payment_details", "purchase")
REACHED = (2868, 944, 477, 194, 72, 15)


def groceries() -> list[Line]:
    lines = data("recommend", "groceries", "baskets.csv").read_text().splitlines()
    rows = [(number, item) for number, line in enumerate(lines) for item in line.split(",")]
    answer = baskets(pl.DataFrame(rows, schema=["b", "i"], orient="row"), basket="b", item="i")
    found = answer.table.row(0, named=True)
    return [
        Line("groceries", "rules at .006, .25", float(answer.summary["rules"]), None, 463, between(463, 463)),
        Line("groceries", "lift of the best rule", float(found["lift"]), 1, 3.9565, between(3.95645, 3.95655)),
    ]


def clickstream() -> list[Line]:
    events = pl.read_csv(data("clickstream", "ecom_synthetic", "events.csv.gz"), infer_schema=False)
    told = funnel(events, user="user_id", session="session_id", event="event", time="timestamp", steps=STEPS).table
    wrong = sum(abs(ours - known) for ours, known in zip(told["reached"].to_list(), REACHED, strict=True))
    return [Line("ecom_synthetic", "sessions counted wrongly in 6 steps", float(wrong), None, 0, between(0, 0))]


def online_retail() -> list[Line]:
    folder = data("retail", "online_retail")
    known = pl.read_csv(data("reference", "online_retail_cohorts.csv"))
    table = pl.concat(pl.read_parquet(path) for path in sorted(folder.glob("*.parquet")))
    quantity = pl.col("Quantity").cast(pl.Float64, strict=False)
    sold = table.filter(
        ~pl.col("InvoiceNo").str.starts_with("C") & (quantity > 0) & (pl.col("CustomerID").fill_null("") != "")
    )
    told = cohorts(sold, customer="CustomerID", time="InvoiceDate").table
    count = {(str(row["cohort"])[:7], row["age"]): row["customers"] for row in told.to_dicts()}
    wrong = sum(
        abs(row[f"m{age}"] - count.get((row["first_month"], age), 0))
        for row in known.to_dicts()
        for age in range(len(known.columns) - 1)
    )
    return [Line("online_retail", "customers counted wrongly in all cells", float(wrong), None, 0, between(0, 0))]


CASES = {"groceries": groceries, "clickstream": clickstream, "online_retail": online_retail}
