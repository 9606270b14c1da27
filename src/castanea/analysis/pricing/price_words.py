"""What is said of prices to people who set them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from castanea.analysis.pricing.figures import said

SHOWN = 3


def words(answer: pl.DataFrame, summary: Mapping[str, Any], level: float) -> dict[str, str]:
    """One paragraph in each language: what to do, the range, the reason, and what would change it."""
    counts = summary["verdicts"]
    names = {"raise": ("可提价", "to raise"), "lower": ("可降价", "to lower"), "keep": ("维持", "to keep"),
        "test_first": ("先测试", "to test first"), "price_never_varied": ("从未变价、无法判断", "never varied, cannot be told")}  # fmt: skip
    zh = [f"{answer.height} 个商品：" + "，".join(f"{n} 个{names[v][0]}" for v, n in counts.items()) + "。"]
    en = [f"Of {answer.height} products: " + ", ".join(f"{n} {names[v][1]}" for v, n in counts.items()) + "."]
    for row in _first(answer):
        zh.append(_zh(row, level, summary["profit_per"]))
        en.append(_en(row, level, summary["profit_per"]))
    if summary["shrunk"]:
        zh.append(f"商品之间互相参照后，平均弹性约 {summary['elasticity_mean']:.2f}。")
        en.append(f"Held against one another, the products' elasticities lie around {summary['elasticity_mean']:.2f}.")
    if summary["objective"] == "turnover":
        zh.append("没有成本数据，不能计算利润：只有“提价后销售额反而增加”的情形才能放心建议；其余请提供单位成本。")
        en.append(
            "Without unit costs no profit can be told; only a rise that brings more turnover is advised. Give --cost for the rest."
        )
    zh.append(
        "建议只在试过的价格范围内；若竞争对手跟价、缺货，或未记录的促销与变价同时发生，结论会改变。标为“先测试”的，可在部分门店或时段试价数周。"
    )
    en.append(
        "Prices stay inside the range that was tried. Competitors that follow, stock that runs out, or promotions that were not"
    )
    en.append("recorded would change this. What is to be tested first: try it for some weeks in some stores.")
    return {"zh": "".join(zh), "en": " ".join(en)}


def _first(answer: pl.DataFrame) -> list[dict[str, Any]]:
    """The advice that brings most; where there is none, the first that is to be tested."""
    sure = answer.filter(pl.col("verdict").is_in(["raise", "lower"])).sort(
        "profit_change", "product", descending=[True, False], nulls_last=True
    )
    return (
        (sure if sure.height else answer.filter(pl.col("elasticity").is_not_null()))
        .head(SHOWN if sure.height else 1)
        .to_dicts()
    )


def _zh(row: Mapping[str, Any], level: float, per: str) -> str:
    answer = f"“{row['product']}”：价格涨 1%，销量变化约 {row['elasticity']:+.1f}%（{level:g}% 区间 {row['lo']:+.1f} 至 {row['hi']:+.1f}）"
    each = "每期" if per == "period" else "每行"
    if row["verdict"] in ("raise", "lower"):
        way = "提" if row["price_best"] > row["price_now"] else "降"
        answer += f"；建议从 {said(row['price_now'])} {way}到 {said(row['price_best'])}"
        answer += _profit(row, f"，{each}利润变化 ", " 至 ", "（约 ", "）")
        return answer + ("，已到试过价格的边缘" if row["at_edge"] else "") + "。"
    if row["price_best"] is None or row["verdict"] == "keep":
        return answer + (
            f"；现价 {said(row['price_now'])} 合适。" if row["verdict"] == "keep" else "；现在还不能给出价格建议。"
        )
    return (
        answer
        + f"；{said(row['price_best'])} 值得一试"
        + _profit(row, f"，{each}利润变化可能 ", " 至 ", "（约 ", "）")
        + "，但数据还分不清好坏。"
    )


def _en(row: Mapping[str, Any], level: float, per: str) -> str:
    answer = f"{row['product']}: 1 % dearer changes units by {row['elasticity']:+.1f} % ({level:g} % interval {row['lo']:+.1f} to {row['hi']:+.1f})"
    if row["verdict"] in ("raise", "lower"):
        way = "raise" if row["price_best"] > row["price_now"] else "lower"
        answer += f"; {way} it from {said(row['price_now'])} to {said(row['price_best'])}" + _profit(
            row, f", profit a {per} ", " to ", " (about ", ")"
        )
        return answer + (", the edge of what was tried." if row["at_edge"] else ".")
    if row["price_best"] is None or row["verdict"] == "keep":
        return answer + (
            f"; {said(row['price_now'])} is right." if row["verdict"] == "keep" else "; no price can be advised yet."
        )
    told = _profit(row, f", profit a {per} ", " to ", " (about ", ")")
    return f"{answer}; {said(row['price_best'])} is worth a test{told}, but the data cannot tell yet."


def _profit(row: Mapping[str, Any], before: str, between: str, about: str, end: str) -> str:
    if row["profit_change"] is None:
        return ""
    return f"{before}{said(row['profit_lo'], signed=True)}{between}{said(row['profit_hi'], signed=True)}{about}{said(row['profit_change'], signed=True)}{end}"
