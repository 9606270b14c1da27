"""Segments of customers by how lately, how often and for how much they bought (RFM)."""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from castanea.analysis.common import Answer, Warned, numbers, present, texts, times
from castanea.analysis.common.columns import latest, moment
from castanea.kit.errors import InputError

SCORES = 5
# (name, zh, least r, most r, least fm, most fm): the first that fits; fm = mean of f and m
_SEGMENTS = (
    ("champions", "核心客户", 4, 5, 4.0, 5.0),
    ("loyal", "忠诚客户", 3, 3, 4.0, 5.0),
    ("cannot_lose", "不能流失", 1, 2, 4.0, 5.0),
    ("promising", "潜力客户", 4, 5, 2.5, 4.0),
    ("new", "新客户", 4, 5, 0.0, 2.5),
    ("need_attention", "需要关注", 3, 3, 2.5, 4.0),
    ("about_to_sleep", "即将沉睡", 3, 3, 0.0, 2.5),
    ("at_risk", "流失风险", 1, 2, 2.5, 4.0),
    ("lost", "已流失", 1, 2, 0.0, 2.5),
)

SEGMENT_NAMES = {name: zh for name, zh, *_ in _SEGMENTS}  # in Chinese, by name


def segments(table: pl.DataFrame, *, customer: str, time: str, value: str, until: str = "") -> Answer:
    """Per customer: recency_days (from the last purchase to `until`, else to the last day of the data), frequency (moments of purchase:
    rows of one moment are one), monetary (their sum), scores r, f, m from 1 to 5 (fifths of the customers; equal values score alike),
    segment. Rows without a customer or value are left out and told."""
    present(table, customer, time, value)
    at = times(table, time)
    if at.counted:
        raise InputError(f"column {time!r} holds numbers; recency needs dates", code="analysis.not_dates")
    frame = pl.DataFrame({"customer": texts(table, customer), "at": at.values, "v": numbers(table, value)})
    warnings = []
    gaps = frame.height - frame.drop_nulls().height
    if gaps:
        warnings.append(
            Warned("gaps", f"{gaps:,} of {frame.height:,} rows lack the customer or the value and are left out")
        )
    frame = frame.drop_nulls()
    if not frame.height:
        raise InputError("no row names a customer and a value", code="analysis.empty")
    end = moment(until) if until else latest(frame["at"])
    if until:
        frame = frame.filter(pl.col("at") < end + timedelta(days=1))
    if not frame.height:
        raise InputError("no row is left: none names a customer and a value by then", code="analysis.empty")
    day = pl.lit(end).dt.truncate("1d")
    people = frame.group_by("customer").agg(
        (day - pl.col("at").max().dt.truncate("1d")).dt.total_days().alias("recency_days"),
        pl.col("at").n_unique().cast(pl.Int64).alias("frequency"), pl.col("v").sum().alias("monetary"),
    )  # fmt: skip
    scored = people.with_columns(
        _fifth(-pl.col("recency_days")).alias("r"),
        _fifth(pl.col("frequency")).alias("f"),
        _fifth(pl.col("monetary")).alias("m"),
    )
    rows = scored.with_columns(_segment().alias("segment")).sort("customer")
    if rows.height < 50:
        warnings.append(Warned("few_customers", f"fifths of {rows.height} customers say little"))
    sizes = (
        rows.group_by("segment")
        .agg(pl.len().alias("n"), pl.col("monetary").sum().alias("v"))
        .sort("v", descending=True)
    )
    summary = {
        "customers": rows.height, "until": end.strftime("%Y-%m-%d"),
        "segments": {s: {"customers": n, "monetary": v} for s, n, v in sizes.iter_rows()},
    }  # fmt: skip
    return Answer("segments", rows, summary, warnings, _words(rows.height, sizes))


def _fifth(column: pl.Expr) -> pl.Expr:
    """1 to 5 by rank; ties take the middle of their ranks, so that equal customers score alike."""
    place = (column.rank("average") - 0.5) / pl.len()
    return (place * SCORES).floor().clip(0, SCORES - 1).cast(pl.Int64) + 1


def _segment() -> pl.Expr:
    value = (pl.col("f") + pl.col("m")) / 2
    found: pl.Expr = pl.lit("lost")
    for name, _, low, high, least, most in reversed(_SEGMENTS):
        fits = pl.col("r").is_between(low, high) & (value >= least) & ((value < most) | (most >= SCORES))
        found = pl.when(fits).then(pl.lit(name)).otherwise(found)
    return found


def _words(customers: int, sizes: pl.DataFrame) -> dict[str, str]:
    name, n, v = sizes.row(0)
    share = v / sizes["v"].sum() if sizes["v"].sum() else 0.0
    return {
        "zh": f"{customers:,} 位客户分为 {sizes.height} 个人群；贡献最大的是“{SEGMENT_NAMES[name]}”：{n:,} 人，占金额 {share:.1%}。",
        "en": f"{customers:,} customers in {sizes.height} segments; most of the value comes from “{name}”: {n:,} people with {share:.1%}.",
    }
