"""An uplift and an offer said to people who are not analysts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def uplift_words(told: Mapping[str, Any], level: float) -> dict[str, str]:
    def shown(value: float) -> str:
        return f"{value:+.2%}" if told["outcome_kind"] == "share" else f"{value:+,.3g}"

    mean, low, high = (shown(told[k]) for k in ("effect", "effect_lo", "effect_hi"))
    clear = told["effect_lo"] > 0 or told["effect_hi"] < 0
    zh = f"处理组比对照组平均 {mean}（{level:g}% 区间 {low} 至 {high}）。" if clear else f"平均效果（{low} 至 {high}）与平时的波动分不开。"  # fmt: skip
    en = (
        f"On average treatment changes the outcome by {mean} ({level:g} % range {low} to {high})."
        if clear
        else f"The mean effect ({low} to {high}) cannot be told apart from ordinary variation."
    )
    if told["differs"]:
        zh += f"效果因人而异：排在前 30% 的人为 {shown(told['uplift_at_30'])}。先对他们投放，"
        en += f" It differs between customers: among the first 30 % it is {shown(told['uplift_at_30'])}. Treat these first"
    else:
        zh += "数据还看不出对谁更有用：请把顺序当作参考，"
        en += " The trial does not tell whom it moves more: take the order as a hint"
    return {
        "zh": f"{zh}并继续留出对照组。区间是同类人群的平均效果，不是单个人的。对照组不是随机抽取的，或客群、优惠改变了，结论就不再成立。",
        "en": f"{en}, and keep a control group out. The ranges are of the mean effect on customers of that kind, not of one person. It does not "
        f"hold where the "
        "control group was not drawn by lot, or once customers or the offer change.",
    }  # fmt: skip


def offer_words(told: Mapping[str, Any]) -> dict[str, str]:
    per, low, high = (told[k] for k in ("profit_per_row", "profit_per_row_lo", "profit_per_row_hi"))
    zh = {"give": "值得按名单发放", "none": "不值得发放", "test_first": "先小范围试验：收益还与零分不开"}[
        told["verdict"]
    ]
    en = {
        "give": "Give it to those named",
        "none": "Do not give it to anyone",
        "test_first": "Test first: the profit cannot yet be told apart from zero",
    }[told["verdict"]]
    return {
        "zh": f"{zh}。共 {told['offers']:,} 人预期利润为正，成本 {told['cost']:,.2f}，预期利润 {told['expected_profit']:,.2f}（悲观 "
        f"{told['expected_profit_lo']:,.2f}）。"
        f"用试验自身检验，这样发放每人带来 {per:,.4g}（{low:,.4g} 至 {high:,.4g}），全部发放为 {told['profit_per_row_all']:,.4g}。名单按优惠多带来的利润排，"
        "而不是按谁最可能买；利润、成本或客群变了请重算，并留出对照组。",
        "en": f"{en}. {told['offers']:,} are expected to bring more than the offer costs: cost {told['cost']:,.2f}, expected profit "
        f"{told['expected_profit']:,.2f} "
        f"(pessimistic {told['expected_profit_lo']:,.2f}). Tested on the trial itself, giving it so brings {per:,.4g} a customer ({low:,.4g} to "
        f"{high:,.4g}), "
        f"giving it to all {told['profit_per_row_all']:,.4g}. The order is by what the offer adds, not by who is likeliest to buy. Ask again when "
        f"profit, cost or "
        "customers change, and keep a control group out.",
    }  # fmt: skip
