"""A propensity said to people who are not analysts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def words(summary: Mapping[str, Any], outcome: str, level: float) -> dict[str, str]:
    if summary["model"] == "base_rate":
        return {
            "zh": f"现有特征看不出谁更可能“{outcome}”：预测并不比总体比例 {summary['rate']:.1%} 更准，因此每一行都给这个比例。"
            f"需要与该行为更相关、且事前就知道的特征。",
            "en": f"These features do not tell who is more likely to be a yes in {outcome!r}: they foretell no better than the plain rate of "
            f"{summary['rate']:.1%}, "
            "which every row is given. What would help: features closer to the behaviour, known beforehand.",
        }  # fmt: skip
    top = summary["calibration"][-1]
    late = summary["evaluation"] == "later rows"
    leak_zh, leak_en = _leaks(summary)
    base_zh = f"在{'更晚的' if late else '模型没见过的'} {summary['tested']:,} 行上检验"
    base_en = f"Tested on {summary['tested']:,} {'later rows' if late else 'rows that the models had not seen'}"
    return {
        "zh": f"{base_zh}：任取一个“是”和一个“否”，模型把“是”排在前面的机会为 {summary['auc']:.1%}（{level:g}% 区间 "
        f"{summary['auc_lo']:.1%}–{summary['auc_hi']:.1%}，"
        f"瞎猜为 50%）。得分最高的十分之一预计 {top['told']:.0%} 为“是”，实际 {top['came']:.0%}（全体 {summary['rate']:.1%}）；概率与实际平均相差 "
        f"{summary['calibration_error']:.1%}。{leak_zh}可先联系概率高的人，并留出一组不联系作对照：概率高不等于联系了就有用（见 uplift、offers）。"
        f"客群或页面改变后请重算。",
        "en": f"{base_en}: of a yes and a no taken at random, the yes ranks first {summary['auc']:.1%} of the time ({level:g} % range "
        f"{summary['auc_lo']:.1%} to "
        f"{summary['auc_hi']:.1%}; guessing gives 50 %). Of the tenth with the highest scores {top['told']:.0%} were expected to be a yes and "
        f"{top['came']:.0%} were "
        f"(of all {summary['rate']:.1%}); told and come differ by {summary['calibration_error']:.1%} on average.{leak_en} Start with the highest, "
        f"and keep a group "
        "out to compare with: likely to buy is not the same as worth an offer (see uplift and offers). Ask again when customers or pages change.",
    }  # fmt: skip


def _leaks(summary: Mapping[str, Any]) -> tuple[str, str]:
    named = summary["leaks"]
    if not named:
        return "", ""
    without = summary["auc_without_leaks"]
    return (
        f"注意：{'、'.join(named)} 单独就说明了大部分结果，可能要到事后才知道；去掉后该机会为 {without:.1%}，实际使用时请以此为准。",
        (
            f" Mind {', '.join(named)}: it tells most of the outcome by itself and may be known only afterwards; without it the figure is {without:.1%}, "
            "and that is what to expect in use unless it is known beforehand."
        ),
    )
