"""Market share: the own part of a market, and whether a change came from the market or from the share."""

from __future__ import annotations

import polars as pl

from castanea.analysis.common import Answer, Warned, numbers, present, texts, times
from castanea.analysis.common.columns import day_text
from castanea.kit.errors import InputError
from castanea.kit.nearest import nearest


def share(table: pl.DataFrame, *, brand: str, time: str, value: str, own: str) -> Answer:
    """Per time: own, market (sum of all brands), share, share_change (points of a share), market_effect and own_effect. The two effects
    add up to the change of `own`: what the market brought at the mean share, and what the share brought at the mean market (the Shapley
    value of a product of two factors)."""
    present(table, brand, time, value)
    at = times(table, time)
    frame = pl.DataFrame({"at": at.values, "brand": texts(table, brand), "v": numbers(table, value)})
    gaps = frame.height - frame.drop_nulls().height
    warnings = (
        [Warned("gaps", f"{gaps:,} of {frame.height:,} rows lack the brand or the value and are left out")]
        if gaps
        else []
    )
    frame = frame.drop_nulls()
    known = frame["brand"].unique().sort().to_list()
    if own not in known:
        raise InputError(
            f"there is no brand {own!r}{nearest(own, known).hint}; there are {', '.join(known[:30])}",
            code="analysis.no_brand",
        )
    mine = pl.col("v").filter(pl.col("brand") == own).sum().alias("own")
    rows = frame.group_by("at").agg(mine, pl.col("v").sum().alias("market")).sort("at")
    if (rows["market"] <= 0).any():
        raise InputError(
            "the market is not above zero at some time; a share of it means nothing", code="analysis.bad_market"
        )
    rows = rows.with_columns((pl.col("own") / pl.col("market")).alias("share"))
    change, before = pl.col("share").diff(), pl.col("share").shift()
    rows = rows.with_columns(
        change.alias("share_change"), (pl.col("market").diff() * (pl.col("share") + before) / 2).alias("market_effect"),
        (change * (pl.col("market") + pl.col("market").shift()) / 2).alias("own_effect"),
    )  # fmt: skip
    label = rows["at"] if at.counted else day_text(rows["at"], dated=at.dated)
    rows = rows.select(label.alias("time"), "own", "market", "share", "share_change", "market_effect", "own_effect")
    first, last = float(rows["share"][0]), float(rows["share"][-1])
    summary = {"own": own, "brands": len(known), "share_first": first, "share_last": last, "share_change": last - first}
    words = {
        "zh": f"“{own}”的份额从 {first:.1%} 变为 {last:.1%}（{(last - first) * 100:+.1f} 个百分点）。",
        "en": f"The share of “{own}” went from {first:.1%} to {last:.1%} ({(last - first) * 100:+.1f} points).",
    }
    return Answer("share", rows, summary, warnings, words)
