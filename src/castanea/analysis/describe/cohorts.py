"""Cohorts: customers by the period of their first purchase, and how many of them come again, period by period."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import polars as pl

from castanea.analysis.common import Answer, Warned, numbers, present, texts, times
from castanea.analysis.common.columns import earliest, latest, number
from castanea.kit.errors import InputError

EVERY = {"day": "1d", "week": "1w", "month": "1mo", "quarter": "1q", "year": "1y"}
_FORM = {"day": "%Y-%m-%d", "week": "%Y-%m-%d", "month": "%Y-%m", "year": "%Y"}


def cohorts(table: pl.DataFrame, *, customer: str, time: str, value: str = "", every: str = "month") -> Answer:
    """Per cohort and age (in periods, 0 = the first): customers who bought, retention = that ÷ the cohort's size, value (their sum),
    complete (false where the period had not ended with the data). Rows without a customer are left out and told."""
    if every not in EVERY:
        raise InputError(f"--every is {every!r}; there are {', '.join(EVERY)}", code="analysis.bad_choice")
    present(table, customer, time, value)
    at = times(table, time)
    if at.counted:
        raise InputError(f"column {time!r} holds numbers; cohorts need dates", code="analysis.not_dates")
    amounts = numbers(table, value) if value else pl.Series([None] * table.height, dtype=pl.Float64)
    frame = pl.DataFrame({"who": texts(table, customer), "at": at.values, "v": amounts})
    nobody = frame["who"].null_count()
    warnings = (
        [Warned("no_customer", f"{nobody:,} of {frame.height:,} rows name no {customer} and are left out")]
        if nobody
        else []
    )
    frame = frame.drop_nulls("who").with_columns(pl.col("at").dt.truncate(EVERY[every]).alias("period"))
    frame = frame.with_columns(pl.col("period").min().over("who").alias("first"))
    rows = _cells(frame, every) if frame.height else pl.DataFrame(schema={"first": pl.Datetime, "age": pl.Int64})
    if not value:
        rows = rows.with_columns(pl.lit(None, pl.Float64).alias("value"))
    label = _label(pl.col("first"), every).alias("cohort")
    rows = rows.select(label, "age", "customers", "retention", "value", "complete") if frame.height else _empty()
    sizes = rows.filter(pl.col("age") == 0)
    ripe = rows.filter(pl.col("complete") & (pl.col("age") == 1))
    joined = ripe.join(sizes.select("cohort", pl.col("customers").alias("size")), on="cohort")
    second = number(joined["customers"].sum()) / number(joined["size"].sum()) if joined.height else None
    summary = {"cohorts": sizes.height, "customers": int(sizes["customers"].sum()), "retention_1": second}
    return Answer("cohorts", rows, summary, warnings, _words(every, summary))


def _cells(frame: pl.DataFrame, every: str) -> pl.DataFrame:
    """All cells of all cohorts up to the last period of the data, those without a purchase too."""
    first, last = earliest(frame["period"]), latest(frame["period"])
    periods = pl.DataFrame({"period": pl.datetime_range(first, last, EVERY[every], eager=True)}).with_row_index("place")
    active = frame.group_by("first", "period").agg(
        pl.col("who").n_unique().alias("customers"), pl.col("v").sum().alias("value")
    )
    sizes = frame.group_by("first").agg(pl.col("who").n_unique().alias("size"))
    grid = sizes.join(periods, how="cross").filter(pl.col("period") >= pl.col("first"))
    start = periods.select(pl.col("period").alias("first"), pl.col("place").alias("from"))
    grid = grid.join(start, on="first").join(active, on=["first", "period"], how="left")
    midnight = latest(frame["at"]).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    ended = pl.col("period").dt.offset_by(EVERY[every]) <= midnight
    return grid.with_columns(
        (pl.col("place").cast(pl.Int64) - pl.col("from").cast(pl.Int64)).alias("age"), pl.col("customers").fill_null(0).cast(pl.Int64),
        pl.col("value").fill_null(0.0), ended.alias("complete"),
    ).with_columns((pl.col("customers") / pl.col("size")).alias("retention")).sort("first", "age")  # fmt: skip


def _label(column: pl.Expr, every: str) -> pl.Expr:
    if every == "quarter":
        return column.dt.year().cast(pl.String) + "-Q" + column.dt.quarter().cast(pl.String)
    return column.dt.strftime(_FORM[every])


def _empty() -> pl.DataFrame:
    kinds = {
        "cohort": pl.String,
        "age": pl.Int64,
        "customers": pl.Int64,
        "retention": pl.Float64,
        "value": pl.Float64,
        "complete": pl.Boolean,
    }
    return pl.DataFrame(schema=kinds)


def _words(every: str, summary: Mapping[str, Any]) -> dict[str, str]:
    unit = {"day": "天", "week": "周", "month": "月", "quarter": "季度", "year": "年"}[every]
    zh = f"共 {summary['customers']:,} 位客户，按首购{unit}分为 {summary['cohorts']} 组。"
    en = f"{summary['customers']:,} customers in {summary['cohorts']} cohorts by {every} of first purchase."
    again = summary["retention_1"]
    if again is not None:
        zh += f"已结束的周期里，{again:.1%} 的客户在下一{unit}再次购买。"
        en += f" In finished periods {again:.1%} bought again in the next {every}."
    return {"zh": zh, "en": en}
