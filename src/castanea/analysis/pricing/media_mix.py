"""What each channel brought, with what carries over and what wears off, and how sure that is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl

from castanea.analysis.common import Answer, Warned, not_enough
from castanea.analysis.pricing.media_model import Drawn, base_columns, drawn
from castanea.analysis.pricing.media_series import Floats, Media, media_of
from castanea.analysis.pricing.media_words import mix_words
from castanea.kit.errors import InputError

LEAST_WEEKS, LEAST_ROWS = 100, 60
ALIKE = (
    0.85  # correlation of two channels' spending, trend and season taken out, from which they can hardly be told apart
)
FOLDS = 3
COLUMNS: Mapping[str, Any] = {
    "channel": pl.String, "contribution": pl.Float64, "lo": pl.Float64, "hi": pl.Float64, "return_per_unit": pl.Float64,
    "return_lo": pl.Float64, "return_hi": pl.Float64, "adstock": pl.Float64, "half_saturation": pl.Float64, "share": pl.Float64,
    "spend": pl.Float64, "marginal_return": pl.Float64, "marginal_lo": pl.Float64, "marginal_hi": pl.Float64, "chance_of_none": pl.Float64,
    "advice": pl.String,
}  # fmt: skip


@dataclass(frozen=True)
class Fitted:
    """The model of the channels that varied; `fixed`: those that did not."""

    whole: Media
    drawn: Drawn
    fixed: Sequence[str]


def media_mix(
    table: pl.DataFrame, *, time: str, value: str, spend: Sequence[str], controls: Sequence[str] = (), season: int = 0, level: float = 95, seed: int = 0,
) -> Answer:  # fmt: skip
    """Per channel: channel, contribution (over all times, in the value's unit), lo, hi, return_per_unit (of spending), return_lo, return_hi, adstock
    (share of the effect that carries over to the next period), half_saturation (spending a period, carried over, at which half of all
    that can be is reached); further the share of the value, the spending, what a further unit brings, the chance that it does nothing, advice.

    Summary: r2, backtest_error (mean error of forecasts inside the past, by the mean value; `backtest_without` the channels and
    `backtest_naive` beside), advice (move, test_first). Method: `media_model`. A channel that never varied has no number. Not enough
    data: less than 100 weeks, or too few rows for so many columns. Raises InputError."""
    check_level(level)
    media, warnings = media_of(table, time, value, spend, controls, season)
    short = too_little("media-mix", media)
    if short:
        return short
    fitted = fit(media, seed, warnings)
    if fitted is None:
        return too_little("media-mix", media, still=True) or _none()
    summary = _fit_of(fitted.drawn) | backtest(fitted.drawn.media, seed)
    answer = _table(fitted, level)
    more, less = (answer.filter(pl.col("advice") == word)["channel"].to_list() for word in ("more", "less"))
    weak = summary["backtest_error"] is not None and summary["backtest_error"] > summary["backtest_without"]
    summary |= {"advice": "move" if more and less and not weak else "test_first", "more": more, "less": less}
    summary |= {
        "alike": _alike(fitted.drawn, warnings),
        "season_waves": fitted.drawn.base.waves,
        "trend_bends": fitted.drawn.base.bends,
    }
    summary |= {"persistence": fitted.drawn.base.rho, "times": len(media), "joint": _joint(fitted.drawn, level)}
    if weak:
        warnings.append(
            Warned(
                "channels_do_not_forecast",
                "inside the past, forecasts with the channels were no better than without them",
            )
        )
    return Answer("media-mix", answer, summary, warnings, mix_words(answer, summary, level))


def check_level(level: float) -> None:
    """Raises InputError."""
    if not 50 <= level <= 99.9:
        raise InputError(f"--level is {level:g}; write a level from 50 to 99.9", code="analysis.bad_level")


def fit(media: Media, seed: int, warnings: list[Warned]) -> Fitted | None:
    """The posterior of the channels whose spending varied; None when none did."""
    varied = np.flatnonzero(media.spend.max(axis=0) > media.spend.min(axis=0) * (1 + 1e-6) + 1e-12)
    fixed = [name for n, name in enumerate(media.channels) if n not in varied]
    if fixed:
        warnings.append(
            Warned("constant_spend", f"{', '.join(fixed)}: the spending never varied, so what it brings cannot be told")
        )
    if not len(varied):
        return None
    flat = [n for n, spread in zip(media.control_names, media.controls.std(axis=0), strict=True) if spread == 0]
    if flat:
        warnings.append(Warned("constant_control", f"{', '.join(flat)} never varies and tells nothing"))
    kept = replace(media, spend=media.spend[:, varied], channels=[media.channels[int(n)] for n in varied])
    found = drawn(kept, seed)
    if found.doubt > 1.2:
        warnings.append(
            Warned("not_settled", f"the drawing had not settled (R-hat {found.doubt:.2f}); the intervals are rough")
        )
    return Fitted(media, found, fixed)


def too_little(method: str, media: Media, *, still: bool = False) -> Answer | None:
    """The typed answer where there is too little to go by."""
    rows, wanted = int(media.seen.sum()), max(LEAST_ROWS, 4 * (len(media.channels) + len(media.control_names) + 2))
    fallback = "a region test: spend more in some regions and compare (geo, impact)"
    if still or (rows and float(np.ptp(media.y[media.seen])) == 0):
        what = (
            ("渠道花费从未变化", "the spending never varied") if still else ("该指标从未变化", "the value never varies")
        )
        return not_enough(method, what[1], "a value and spending that vary over time", fallback,
            f"数据不足：{what[0]}，看不出花费带来了什么。可先在部分地区有意增减投放，再做比较。",
            f"Too little: {what[1]}, so nobody can say what spending brings. Vary it on purpose in some regions and compare.")  # fmt: skip
    if media.weeks < LEAST_WEEKS - 0.5 or rows < wanted:
        missing = f"{rows:,} usable times over {media.weeks:,.0f} weeks"
        return not_enough(method, missing, f"{LEAST_WEEKS} weeks and {wanted} times, or a test by region", fallback,
            f"数据不足：只有 {rows:,} 个可用时点、约 {media.weeks:,.0f} 周；"
            f"区分各渠道的作用至少需要 {LEAST_WEEKS} 周和 {wanted} 个时点。更快的办法：在部分地区做增减投放实验。",
            f"Too little: {missing}. Telling channels apart takes {LEAST_WEEKS} weeks and {wanted} times; a test by region is faster.")  # fmt: skip
    return None


def _none() -> Answer:
    raise AssertionError("a channel that varied is there")


def _table(fitted: Fitted, level: float) -> pl.DataFrame:
    told = fitted.drawn
    sums, more = told.contributions(), told.marginal()
    spent = told.media.spend.sum(axis=0)
    tail = [(1 - level / 100) / 2, (1 + level / 100) / 2]
    total = float(told.media.y[told.media.seen].sum())
    rows: list[dict[str, Any]] = []
    for c, name in enumerate(told.media.channels):
        lo, hi = (float(v) for v in np.quantile(sums[:, c], tail))
        marginal_lo, marginal_hi = (float(v) for v in np.quantile(more[:, c], tail))
        mean, at = float(sums[:, c].mean()), told.curve[:, c][told.curve[:, c] >= 0]
        curves = told.curves[c]
        rows.append({
            "channel": name, "contribution": mean, "lo": lo, "hi": hi, "return_per_unit": mean / spent[c], "return_lo": lo / spent[c],
            "return_hi": hi / spent[c], "adstock": float(curves.carry[at].mean()) if len(at) else None,
            "half_saturation": float(np.median(curves.half[at])) if len(at) else None, "share": mean / total if total > 0 else None,
            "spend": float(spent[c]), "marginal_return": float(more[:, c].mean()), "marginal_lo": marginal_lo, "marginal_hi": marginal_hi,
            "chance_of_none": float((told.curve[:, c] < 0).mean()), "advice": _advice(more, spent, c, tail),
        })  # fmt: skip
    idle = fitted.whole.spend.sum(axis=0)
    rows += [
        {"channel": n, "spend": float(idle[list(fitted.whole.channels).index(n)]), "advice": "cannot_tell"}
        for n in fitted.fixed
    ]
    order = {name: n for n, name in enumerate(fitted.whole.channels)}
    rows.sort(key=lambda row: order[row["channel"]])
    return pl.DataFrame([dict.fromkeys(COLUMNS) | row for row in rows], schema=dict(COLUMNS))


def _advice(more: Floats, spent: Floats, c: int, tail: Sequence[float]) -> str:
    """Whether a further unit surely brings more, or less, here than in the other channels as they are spent on."""
    others = np.arange(more.shape[1]) != c
    if not others.any():
        return "cannot_tell"
    gap = more[:, c] - more[:, others] @ spent[others] / spent[others].sum()
    low, high = np.quantile(gap, tail)
    return "more" if low > 0 else "less" if high < 0 else "cannot_tell"


def _fit_of(told: Drawn) -> dict[str, Any]:
    fitted = told.level()[0] + told.course().sum(axis=1)
    seen = told.media.seen
    y = told.media.y[seen]
    return {"r2": float(1 - ((y - fitted[seen]) ** 2).sum() / ((y - y.mean()) ** 2).sum())}


def backtest(media: Media, seed: int) -> dict[str, Any]:
    """Mean absolute error over the last stretches, each forecast from what was before (the spending known), by the mean of the value."""
    length = max(4, min(13, len(media) // 12))
    errors: dict[str, list[float]] = {"backtest_error": [], "backtest_without": [], "backtest_naive": []}
    for fold in range(FOLDS):
        end = len(media) - fold * length
        cut = end - length
        past, whole = media.until(cut), media.until(end)
        ahead = np.flatnonzero(whole.seen[cut:]) + cut
        if (
            cut < len(media) // 2
            or not len(ahead)
            or past.spend.max(axis=0).min() == 0
            or int(past.seen.sum()) < LEAST_ROWS // 2
        ):
            continue
        told = drawn(past, seed, chains=8, sweeps=120)
        columns = base_columns(whole, told.base.bends, told.base.waves)
        y = whole.y[ahead]
        longer = replace(told, media=whole, base=replace(told.base, columns=columns)).course()
        for name, brought in (("backtest_error", longer.sum(axis=1)), ("backtest_without", np.zeros(end))):
            theta = np.linalg.lstsq(columns[:cut][past.seen], (past.y - brought[:cut])[past.seen], rcond=1e-8)[0]
            errors[name] += np.abs(y - columns[ahead] @ theta - brought[ahead]).tolist()
        back = round(media.cycles[-1]) if media.cycles and cut > round(media.cycles[-1]) >= length else length
        errors["backtest_naive"] += np.abs(y - whole.y[ahead - back]).tolist()
    mean = float(np.abs(media.y[media.seen]).mean())
    return {name: float(np.mean(found)) / mean if found else None for name, found in errors.items()}


def _alike(told: Drawn, warnings: list[Warned]) -> list[list[str]]:
    """Pairs of channels whose spending moved together beyond trend, season and controls."""
    columns = told.base.columns
    left = told.media.spend - columns @ np.linalg.lstsq(columns, told.media.spend, rcond=1e-10)[0]
    spread = np.maximum(left.std(axis=0), 1e-300)
    close = (left - left.mean(axis=0)).T @ (left - left.mean(axis=0)) / len(left) / np.outer(spread, spread)
    names = told.media.channels
    pairs = [[names[a], names[b]] for a in range(len(names)) for b in range(a + 1, len(names)) if close[a, b] > ALIKE]
    if pairs:
        warnings.append(Warned("channels_alike", "; ".join(f"{a} and {b}" for a, b in pairs) + " were spent on together: what each "
            "brought alone can hardly be told, their sum better; vary one without the other"))  # fmt: skip
    return pairs


def _joint(told: Drawn, level: float) -> dict[str, float]:
    """What all channels brought together."""
    sums = told.contributions().sum(axis=1)
    lo, hi = np.quantile(sums, [(1 - level / 100) / 2, (1 + level / 100) / 2])
    return {"contribution": float(sums.mean()), "lo": float(lo), "hi": float(hi)}
