"""Search demand: which words rise and fall, and which find or sell nothing."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from castanea.analysis.common import Answer, Warned, not_enough, numbers, present, texts, times

LEVEL = 0.05  # share of false alarms among those called rising or falling
TYPICAL = 0.05  # of the excess variance, where there are too few periods to see it
PRIOR = 5.0  # searches that a word is taken to have had more, in both halves: small words move little
F64 = npt.NDArray[np.float64]


def keywords(
    table: pl.DataFrame, *, keyword: str, time: str, searches: str, results: str = "", orders: str = ""
) -> Answer:
    """The later half of the periods against the earlier (as many; an odd one out is the oldest): keyword, searches (later half),
    change (shrunken, against the movement of all words), q_value, trend, no_result, no_sale.

    A word's count is compared with what the median word's movement gives, by a Poisson test widened by how much the words vary from
    period to period (a variance of mean + alpha · mean²; McCullagh and Nelder 1989); false discoveries are held at 5 % (Benjamini and
    Hochberg 1995).
    no_result: the later half found nothing. no_sale: it sold nothing though that many searches of all words would have (95 %).
    """
    present(table, keyword, time, searches, results, orders)
    at = times(table, time).values
    extra = {
        name: numbers(table, column).fill_null(0.0)
        for name, column in (("results", results), ("orders", orders))
        if column
    }
    frame = pl.DataFrame({"keyword": texts(table, keyword), "at": at, "n": numbers(table, searches), **extra})
    gaps = frame.height - frame.drop_nulls().height
    warnings = (
        [Warned("gaps", f"{gaps:,} of {frame.height:,} rows lack the word or its searches and are left out")]
        if gaps
        else []
    )
    frame = frame.drop_nulls()
    periods = frame["at"].unique().sort()
    half = len(periods) // 2
    if half < 1:
        return not_enough(
            "keywords", "periods to compare", "2 or more, there is 1", "none",
            "只有一个时间段，无法判断升降；至少需要两个。", "There is one period only; two or more are needed to tell what rises.",
        )  # fmt: skip
    split = periods[len(periods) - half]
    frame = frame.filter(pl.col("at") >= periods[len(periods) - 2 * half]).with_columns(
        (pl.col("at") >= split).alias("later")
    )
    sums = [
        pl.col("n").filter(~pl.col("later")).sum().alias("before"),
        pl.col("n").filter(pl.col("later")).sum().alias("searches"),
    ]
    sums += [pl.col(name).filter(pl.col("later")).sum().alias(name) for name in extra]
    words = frame.group_by("keyword").agg(*sums).sort("keyword")
    before, after = words["before"].to_numpy().astype(float), words["searches"].to_numpy().astype(float)
    movement = _movement(before, after)
    expected = before * movement
    change = (after + PRIOR) / (expected + PRIOR) - 1
    p = _p_values(expected, after, movement, 1 + _excess(frame, half) * (before + after) / (2 * half))
    q = _false_discovery(p)
    trend = np.where(q > LEVEL, "steady", np.where(change > 0, "rising", "falling"))
    rows = words.select("keyword", "searches").with_columns(
        pl.Series("change", change), pl.Series("q_value", q), pl.Series("trend", trend.tolist()), _none(words, "results", results),
        _unsold(words, orders),
    ).sort(["searches", "keyword"], descending=[True, False])  # fmt: skip
    summary = {
        "keywords": rows.height, "periods": 2 * half, "movement_of_all": movement - 1, "rising": int((trend == "rising").sum()),
        "falling": int((trend == "falling").sum()),
    }  # fmt: skip
    return Answer("keywords", rows, summary, warnings, _words(rows, summary))


def _movement(before: F64, after: F64) -> float:
    """How the middle of the search demand moved: the weighted median of the words' ratios, so that a few rising words do not make the
    others fall."""
    ratio = (after + 0.5) / (before + 0.5)
    weight = np.sqrt(before + after)
    order = np.argsort(ratio, kind="stable")
    reached = np.cumsum(weight[order])
    return float(ratio[order][np.searchsorted(reached, reached[-1] / 2)]) if reached[-1] > 0 else 1.0


def _excess(frame: pl.DataFrame, half: int) -> float:
    """How much more than Poisson the words vary from period to period inside a half: alpha of a variance of mean + alpha · mean², of the
    middle word."""
    if half < 3:
        return TYPICAL
    cells = frame.group_by("keyword", "later", "at").agg(pl.col("n").sum())
    inside = cells.group_by("keyword", "later").agg(
        pl.col("n").mean().alias("mean"), pl.col("n").var().alias("var"), pl.len().alias("k")
    )
    inside = inside.filter((pl.col("k") == half) & (pl.col("mean") >= 1))
    if not inside.height:
        return TYPICAL
    middle = ((inside["var"] - inside["mean"]) / inside["mean"] ** 2).median()
    return max(0.0, float(middle)) if isinstance(middle, (int, float)) else TYPICAL


def _p_values(expected: F64, after: F64, movement: float, spread: F64) -> F64:
    """Two-sided, of the later count given the sum of both, both with the word's spread."""
    total = after + expected / movement
    share = movement / (1 + movement)
    deviation = np.sqrt(np.maximum(spread * total * share * (1 - share), 1e-12))
    distance = np.maximum(np.abs(after - total * share) - 0.5, 0.0) / deviation
    return np.array([math.erfc(z / math.sqrt(2)) for z in distance])


def _false_discovery(p: F64) -> F64:
    order = np.argsort(p, kind="stable")
    scaled = p[order] * len(p) / np.arange(1, len(p) + 1)
    q = np.empty(len(p))
    q[order] = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1.0)
    return q


def _none(words: pl.DataFrame, name: str, given: str) -> pl.Series:
    if not given:
        return pl.Series("no_result", [None] * words.height, dtype=pl.Boolean)
    return ((words[name] == 0) & (words["searches"] > 0)).alias("no_result")


def _unsold(words: pl.DataFrame, given: str) -> pl.Series:
    if not given:
        return pl.Series("no_sale", [None] * words.height, dtype=pl.Boolean)
    total = float(words["searches"].sum())
    rate = min(float(words["orders"].sum()) / total, 1 - 1e-9) if total else 0.0
    likely = (
        words["searches"].to_numpy() * math.log1p(-rate) < math.log(0.05)
        if rate
        else np.zeros(words.height, dtype=bool)
    )
    return pl.Series("no_sale", (words["orders"] == 0).to_numpy() & likely)


def _words(rows: pl.DataFrame, summary: Mapping[str, Any]) -> dict[str, str]:
    top = rows.filter(pl.col("trend") == "rising").sort("change", descending=True)["keyword"].head(3).to_list()
    zh = f"{summary['keywords']:,} 个词中，{summary['rising']} 个上升，{summary['falling']} 个下降。"
    en = f"Of {summary['keywords']:,} words {summary['rising']} rise and {summary['falling']} fall."
    if top:
        zh, en = zh + f"上升最多：{'、'.join(top)}。", en + f" Most of all: {', '.join(top)}."
    return {"zh": zh, "en": en}
