"""What is said of channels and budgets to people who spend them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from castanea.analysis.pricing.figures import said

SHOWN = 4


def mix_words(answer: pl.DataFrame, summary: Mapping[str, Any], level: float) -> dict[str, str]:
    """One paragraph in each language."""
    zh, en = [], []
    for row in (
        answer.drop_nulls("contribution")
        .sort("contribution", "channel", descending=[True, False])
        .head(SHOWN)
        .iter_rows(named=True)
    ):
        value, lo, hi, each = (said(row[k]) for k in ("contribution", "lo", "hi", "return_per_unit"))
        share = f"{row['share']:.0%}" if row["share"] is not None else "?"
        unsure = row["chance_of_none"] > 0.05
        zh.append(
            f"“{row['channel']}”带来约 {value}（{level:g}% 区间 {lo} 至 {hi}，占 {share}），每花 1 单位约 {each}"
            + ("，但也可能没有作用。" if unsure else "。")
        )
        en.append(f"{row['channel']} brought about {value} ({level:g} % interval {lo} to {hi}, {share} of all), {each} for each unit spent"
            + ("; it may also have done nothing." if unsure else "."))  # fmt: skip
    if summary["alike"]:
        pairs = summary["alike"]
        zh.append("、".join(f"{a} 与 {b}" for a, b in pairs) + " 总是一起增减，各自的作用难以分开。")
        en.append(
            "; ".join(f"{a} and {b}" for a, b in pairs)
            + " rose and fell together: their own parts can hardly be told apart."
        )
    if summary["advice"] == "move":
        zh.append(
            f"再多花一点时，{'、'.join(summary['more'])} 的回报明显高于 {'、'.join(summary['less'])}，可考虑调整（见 budget）。"
        )
        en.append(
            f"A further unit clearly brings more in {', '.join(summary['more'])} than in {', '.join(summary['less'])}: see budget."
        )
    else:
        zh.append("数据还分不清把钱挪到哪里更好：建议先在部分地区增减某个渠道的投放做实验。")
        en.append(
            "The data cannot tell where a further unit brings more: first test by region, more of one channel here and less there."
        )
    if summary["backtest_error"] is not None:
        beside = summary["backtest_without"]
        zh.append(f"用过去检验：预测平均差 {summary['backtest_error']:.1%}（不看渠道 {beside:.1%}）。")
        en.append(
            f"Tried on the past, forecasts were off by {summary['backtest_error']:.1%} on average ({beside:.1%} without the channels)."
        )
    zh.append("若有未记录的活动、价格或缺货与投放同时变化，结论会改变。")
    en.append(
        "Campaigns, prices or stock-outs that moved with the spending and are not among the controls would change this."
    )
    return {"zh": "".join(zh), "en": " ".join(en)}


def budget_words(answer: pl.DataFrame, summary: Mapping[str, Any], level: float) -> dict[str, str]:
    """One paragraph in each language."""
    gain, lo, hi = (said(summary[k], signed=True) for k in ("gain", "gain_lo", "gain_hi"))
    moves = answer.with_columns((pl.col("spend_best") - pl.col("status_quo")).alias("by")).sort("by", "channel")
    periods, many = summary["periods"], "period" if summary["periods"] == 1 else "periods"
    if summary["verdict"] == "move":
        zh = "，".join(
            f"{r['channel']} {said(r['status_quo'])} → {said(r['spend_best'])}" for r in moves.iter_rows(named=True)
        )
        en = ", ".join(
            f"{r['channel']} {said(r['status_quo'])} to {said(r['spend_best'])}" for r in moves.iter_rows(named=True)
        )
        return {
            "zh": f"{periods} 期预算 {summary['total']:,.10g}：{zh}。与按现有比例分配相比，预计变化 {gain}（{level:g}% 区间 {lo} 至 {hi}），"
            "悲观情形下仍不亏。调整后请对照实际结果；若投放内容、竞争或价格改变，结论会改变。",
            "en": f"A budget of {summary['total']:,.10g} for {periods:,} {many}: {en}. Against the present proportions that brings {gain} ({level:g} % "
            f"interval {lo} to {hi}), a gain even at the pessimistic end. Check it against what comes; other creatives, rivals or prices would change it.",
        }
    reason = _unsure(summary, lo, hi, level)
    return {
        "zh": f"先测试：最有希望的调整估计变化 {gain}，{reason[0]}因此建议暂时维持现有比例。"
        f"最值得做的实验：在部分地区增减“{summary['test']}”的投放数周；实验结果会缩小区间。",
        "en": f"Test first: the most promising change is put at {gain}, {reason[1]} Keep the present proportions meanwhile. "
        f"The test that would tell most: more and less of {summary['test']} in some regions for some weeks; its result would narrow the interval.",
    }


def _unsure(summary: Mapping[str, Any], lo: str, hi: str, level: float) -> tuple[str, str]:
    """Why nothing is moved, in each language."""
    if summary["channels_to_move"] < 2:
        return (
            "因为只有一个渠道的花费有变化，没有可以挪动的余地；",
            "as only one channel's spending varied: there is nothing to move between.",
        )
    if summary["unlike_the_past"]:
        return (
            "但这个总额与以往花费相差太远，从未试过，推算不可靠；",
            "but such a total is unlike anything that was tried, so what it brings is not known.",
        )
    if summary["gain_lo"] > 0:
        return f"{level:g}% 区间为 {lo} 至 {hi}，但余地太小，接近最坏的情形下可能不如现状；", (
            f"{level:g} % interval {lo} to {hi}, too close to nothing: at nearly the worst it would be worse than now."
        )
    return (
        f"但 {level:g}% 区间为 {lo} 至 {hi}，可能不如现状；",
        f"but the {level:g} % interval runs from {lo} to {hi}, so it may be worse than now.",
    )
