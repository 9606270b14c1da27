"""How a value is distributed, over all and by group: centre, spread, share, ABC classes, and the trend beneath week and season."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl

from castanea.analysis.common import Answer, Warned, numbers, present, texts, times

CLASS_A, CLASS_B = 0.80, 0.95  # of the sum: what comes before is A, then B, the rest C
WEEK = 7
LEAST_DAYS = 28


def describe(table: pl.DataFrame, *, value: str, by: Sequence[str] = (), time: str = "") -> Answer:
    """Per group, greatest sum first: n, sum, mean, median, p10, p90, std (of the sample), share of the sum, cumulative share, abc.

    Quantiles by linear interpolation. Rows without a value are left out and told. Shares are given where no group's sum is negative.
    With `time`, the summary holds the trend a day (Theil–Sen slope of days after each weekday's median is taken out; Sen, JASA 63, 1968).
    """
    present(table, value, time, *by)
    frame = pl.DataFrame(
        [*(texts(table, name).fill_null("").alias(name) for name in by), numbers(table, value).alias("__v")]
    )
    gaps = frame["__v"].null_count()
    warnings = [Warned("gaps", f"{gaps:,} of {frame.height:,} rows have no {value} and are left out")] if gaps else []
    known = frame.filter(pl.col("__v").is_not_null())
    grouped = known.group_by(list(by) or [pl.lit("all").alias("group")])
    v = pl.col("__v")
    rows = grouped.agg(
        pl.len().alias("n"), v.sum().alias("sum"), v.mean().alias("mean"), v.median().alias("median"),
        v.quantile(0.1, "linear").alias("p10"), v.quantile(0.9, "linear").alias("p90"), v.std().alias("std"),
    )  # fmt: skip
    rows = rows.sort(["sum", *(list(by) or ["group"])], descending=[True, *[False] * max(1, len(by))])
    total = float(known["__v"].sum())
    if known.height and rows["sum"].min() < 0:  # type: ignore[operator]
        warnings.append(Warned("negative_sums", "some sums are negative: shares would mislead and are left out"))
        rows = rows.with_columns(
            *(pl.lit(None, pl.Float64).alias(n) for n in ("share", "cumulative_share")),
            pl.lit(None, pl.String).alias("abc"),
        )
    else:
        rows = _shared(rows, total)
    summary = {"n": known.height, "sum": total, "groups": rows.height, **_whole(known["__v"])}
    summary["a_groups"] = int((rows["abc"] == "A").sum()) if rows.height else 0
    if time:
        summary |= _trend(table, time, frame["__v"])
    return Answer("describe", rows, summary, warnings, _words(value, by, rows, summary))


def _shared(rows: pl.DataFrame, total: float) -> pl.DataFrame:
    share = pl.col("sum") / total if total else pl.lit(None, pl.Float64)
    shared = rows.with_columns(share.alias("share")).with_columns(pl.col("share").cum_sum().alias("cumulative_share"))
    before = pl.col("cumulative_share") - pl.col("share")
    kind = (
        pl.when(before < CLASS_A - 1e-12)
        .then(pl.lit("A"))
        .when(before < CLASS_B - 1e-12)
        .then(pl.lit("B"))
        .otherwise(pl.lit("C"))
    )
    return shared.with_columns(pl.when(pl.col("share").is_not_null()).then(kind).alias("abc"))


def _whole(values: pl.Series) -> dict[str, float]:
    if not len(values):
        return {}
    found = {
        "mean": values.mean(),
        "median": values.median(),
        "p10": values.quantile(0.1, "linear"),
        "p90": values.quantile(0.9, "linear"),
    }
    return {name: float(value) for name, value in found.items() if isinstance(value, (int, float))}


def _trend(table: pl.DataFrame, time: str, values: pl.Series) -> dict[str, Any]:
    """The slope a day, with a 95 % interval by the order statistics of all pairs' slopes."""
    at = times(table, time)
    if at.counted:
        return {}
    days = (
        pl.DataFrame({"day": at.values.dt.truncate("1d"), "v": values})
        .drop_nulls()
        .group_by("day")
        .agg(pl.col("v").sum())
        .sort("day")
    )
    if days.height < LEAST_DAYS:
        return {"trend": "not_enough_data", "trend_needed": f"{LEAST_DAYS} days, there are {days.height}"}
    x = (days["day"].dt.epoch("s") / 86_400).to_numpy()
    y = days["v"].to_numpy()
    weekday = days["day"].dt.weekday().to_numpy()
    centre = {d: np.median(y[weekday == d]) for d in np.unique(weekday)}
    flat = y - np.array([centre[d] for d in weekday])
    keep = np.unique(np.linspace(0, len(x) - 1, min(len(x), 1_500)).astype(int))
    i, j = np.triu_indices(len(keep), 1)
    slopes = np.sort((flat[keep][j] - flat[keep][i]) / (x[keep][j] - x[keep][i]))
    n = len(keep)
    half = 1.96 * np.sqrt(n * (n - 1) * (2 * n + 5) / 18) / 2
    low, high = (int(np.clip(len(slopes) / 2 + s * half, 0, len(slopes) - 1)) for s in (-1, 1))
    verdict = "up" if slopes[low] > 0 else "down" if slopes[high] < 0 else "cannot_tell"
    return {
        "trend": verdict, "trend_a_day": float(np.median(slopes)), "trend_a_day_lo": float(slopes[low]), "trend_a_day_hi": float(slopes[high]),
    }  # fmt: skip


def _words(value: str, by: Sequence[str], rows: pl.DataFrame, summary: Mapping[str, Any]) -> dict[str, str]:
    if not rows.height:
        return {"zh": f"没有任何一行有 {value}。", "en": f"No row has a {value}."}
    total, n, a = summary["sum"], summary["n"], summary["a_groups"]
    middle = rows["median"][0] if not by else summary["median"]
    zh = f"{value} 合计 {total:,.2f}，共 {n:,} 行，中位数 {middle:,.2f}。"
    en = f"{value} adds up to {total:,.2f} over {n:,} rows; the median is {middle:,.2f}."
    if by and rows["share"].null_count() == 0:
        top = "、".join(str(rows[name][0]) for name in by), ", ".join(str(rows[name][0]) for name in by)
        zh += f"最大的是 {top[0]}，占 {rows['share'][0]:.1%}；{a} 组构成约八成。"
        en += f" The largest is {top[1]} with {rows['share'][0]:.1%}; {a} of {rows.height} groups make up about four fifths."
    told = {
        "up": ("去掉星期因素后呈上升趋势。", " With weekdays taken out it rises."),
        "down": ("去掉星期因素后呈下降趋势。", " With weekdays taken out it falls."),
        "cannot_tell": ("与日常波动相比，看不出趋势。", " A trend cannot be told apart from ordinary movement."),
    }
    more = told.get(str(summary.get("trend", "")), ("", ""))
    return {"zh": zh + more[0], "en": en + more[1]}
