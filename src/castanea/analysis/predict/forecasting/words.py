"""A forecast in a sentence or two, with the rate that was seen in the backtest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from castanea.analysis.predict.forecasting.history import History
from castanea.analysis.predict.forecasting.one_by_one import Path


def words(
    first: Path, series: Sequence[History], summary: Mapping[str, Any], rates: Sequence[float], horizon: int
) -> dict[str, str]:
    rate = rates[0]
    seen = (summary["covered"] or {}).get(f"{rate:g}")
    value, low, high = first.forecast[0], first.low[rate][0], first.high[rate][0]
    one = len(series) == 1
    about, low_, high_ = (figure(x, high - low) for x in (value, low, high))
    zh = f"{'' if one else f'“{series[0].name}”'}下一期约 {about}，{rate:g}% 的把握落在 {low_} 至 {high_} 之间。"
    en = f"{'Next' if one else f'“{series[0].name}” next'}: about {about}; {rate:g} times in 100 between {low_} and {high_}."
    if seen is not None:
        zh += f"回测中此类区间的实际命中率为 {seen:.0%}。"
        en += f" In the backtest such ranges held {seen:.0%} of the time."
    else:
        zh += "历史太短，区间未经回测，仅供参考。"
        en += " The history is too short for a backtest, so the range is a rule of thumb."
    if not one:
        zh += f"共 {len(series)} 个序列，各预测 {horizon} 期。"
        en += f" {len(series):,} series, {horizon} periods each."
    better = summary["better_than_naive"]
    if better is not None and better > 0.005:
        zh += f"回测误差比“照搬上期或去年同期”小 {better:.0%}。"
        en += f" In the backtest it erred {better:.0%} less than repeating the last value or the same time of the last cycle."
    elif better is not None:
        zh += "回测中并不优于“照搬上期或去年同期”。"
        en += " In the backtest it did no better than repeating the last value or the last cycle."
    zh += "若促销、缺货、价格或竞争有变化，结果会不同。"
    en += " A change in promotions, stock, prices or competition would change this."
    return {"zh": zh, "en": en}


def figure(value: float, width: float) -> str:
    """As many digits as the range leaves meaning."""
    if width <= 0:
        return f"{value:,.6g}"
    digits = 0
    while 10.0 ** (digits + 1) < width / 5 and digits < 12:
        digits += 1
    if width >= 20:
        return f"{round(value / 10**digits) * 10**digits:,.0f}"
    places = 0
    while 10.0**-places > width / 10 and places < 9:
        places += 1
    return f"{value:,.{places}f}"
