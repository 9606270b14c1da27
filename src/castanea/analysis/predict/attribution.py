"""Which channels conversions are put down to, by five rules, with how sure the first is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from castanea.analysis.common import Answer, Warned, not_enough, numbers, present, texts
from castanea.kit.errors import InputError

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
RESAMPLES = 300
FEW = 30
MOST_CHANNELS = 1000


@dataclass(frozen=True)
class Paths:
    """Different paths in a fixed order: `steps` the channels of each, `won` conversions, `lost` paths without one, `value` what they brought.

    `origin`, `source`, `target`: one entry per step of each path, from channel (k = start) to channel, and the path it belongs to."""

    channels: tuple[str, ...]
    steps: tuple[Ints, ...]
    won: Floats
    lost: Floats
    value: Floats
    origin: Ints
    source: Ints
    target: Ints


def attribute(
    table: pl.DataFrame, *, path: str, conversions: str, separator: str = ">", value: str = "", nulls: str = "", seed: int = 0, level: float = 95,
) -> Answer:  # fmt: skip
    """Conversions per channel; each rule's column adds up to all conversions.

    markov: shares of the removal effects of a chain of order 1 (Anderl, Becker, von Wangenheim, Schumann, Mapping the customer journey,
    International Journal of Research in Marketing 33, 2016), by an exact linear solve: what is lost when every way through the channel
    ends there. markov_lo, markov_hi: percentiles over resampled paths. shapley: the Shapley value over sets of channels, whatever their
    order: a conversion is shared alike by the different channels of its path (Zhao, Mahboobi, Bagheri, 2018). linear: shared by touches.
    Then removal_effect, and with `value` the same rules for the value.

    `nulls`: how many took the path without converting; without that column a row of no conversion counts as one such path.
    Raises InputError for counts below zero."""
    present(table, path, conversions, value or None, nulls or None)
    if not separator:
        raise InputError(
            "--separator is empty; write what stands between two channels, such as >", code="analysis.bad_paths_table"
        )
    if not 50 <= level <= 99.9:
        raise InputError(f"--level is {level:g}; write a level from 50 to 99.9", code="analysis.bad_level")
    frame, warnings = _frame(table, path, conversions, separator, value, nulls)
    won = float(frame["won"].sum())
    if won <= 0:
        return not_enough(
            "attribute", "there is no conversion", f"{FEW} conversions", "none",
            f"没有任何转化，无法归因；至少需要约 {FEW} 次转化。", f"There is no conversion to attribute; about {FEW} are needed.",
        )  # fmt: skip
    paths = _paths(frame)
    effects = _removal(paths, paths.won, paths.lost)
    low, high = _interval(paths, seed, level)
    columns = {
        "channel": pl.Series(paths.channels), "markov": won * effects / effects.sum(), "markov_lo": won * low, "markov_hi": won * high,
        **_rules(paths, paths.won, ""), "removal_effect": effects,
    }  # fmt: skip
    if value:
        worth = float(paths.value.sum())
        columns |= {"markov_value": worth * effects / effects.sum(), **_rules(paths, paths.value, "_value")}
    rows = pl.DataFrame(columns).sort(pl.col("markov").round_sig_figs(9), "channel", descending=[True, False])
    if won < FEW:
        warnings.append(Warned("few_conversions", f"{won:g} conversions; from {FEW} on the shares begin to hold"))
    if not paths.lost.sum():
        warnings.append(Warned("no_nulls", "no path without a conversion is known (--nulls): channels passed in vain look too good"))  # fmt: skip
    warnings.append(Warned("not_causal", "paths tell where buyers passed, not who would have bought anyway; only a test (geo, abtest) tells that"))  # fmt: skip
    overlap = sum(b > a for a, b in zip(rows["markov_lo"][:-1], rows["markov_hi"][1:], strict=True))
    summary = {
        "conversions": won, "nulls": float(paths.lost.sum()), "rate": won / (won + float(paths.lost.sum())), "paths": len(paths.steps),
        "channels": len(paths.channels), "uncertain_neighbours": overlap, **({"value": float(paths.value.sum())} if value else {}),
    }  # fmt: skip
    return Answer("attribute", rows, summary, warnings, _words(rows, won, overlap, level))


def _frame(
    table: pl.DataFrame, path: str, conversions: str, separator: str, value: str, nulls: str
) -> tuple[pl.DataFrame, list[Warned]]:
    """Different paths, sorted, with won, lost and value; rows of one path are put together."""
    won = numbers(table, conversions)
    lost = numbers(table, nulls) if nulls else (won.fill_null(0) == 0).cast(pl.Float64)
    worth = numbers(table, value) if value else won
    for name, column in ((conversions, won), *(((nulls, lost),) if nulls else ())):
        wrong = (column < 0).fill_null(value=False).arg_true().to_list()
        if wrong:
            raise InputError(
                f"column {name!r}, row {wrong[0] + 1:,}: {column[wrong[0]]:g} is below zero; write how often it happened",
                code="analysis.bad_paths_table",
            )
    frame = pl.DataFrame({"path": texts(table, path), "won": won, "lost": lost, "worth": worth})
    frame = frame.with_columns(pl.col("won", "lost", "worth").fill_null(0.0), pl.col("path").str.split(separator))
    frame = frame.with_columns(
        pl.col("path").list.eval(pl.element().str.strip_chars().filter(pl.element().str.strip_chars() != ""))
    )
    full = frame.filter(pl.col("path").list.len() > 0)
    warnings = []
    if full.height < frame.height:
        warnings.append(Warned("gaps", f"{frame.height - full.height:,} rows name no channel and are left out"))
    if not nulls and (full["won"] == 0).any():
        warnings.append(Warned("rows_as_nulls", "rows of no conversion are counted as one path each that ended without one"))  # fmt: skip
    full = full.with_columns(pl.col("path").list.join("\x1f").alias("key")).sort("key", "won", "lost", "worth")
    return full.group_by("key", maintain_order=True).agg(
        pl.col("path").first(), pl.col("won", "lost", "worth").sum()
    ), warnings


def _paths(frame: pl.DataFrame) -> Paths:
    channels = tuple(frame["path"].explode().unique().sort().to_list())
    if len(channels) > MOST_CHANNELS:
        raise InputError(
            f"the paths name {len(channels):,} channels; up to {MOST_CHANNELS:,} can be told apart: check --separator or put some together",
            code="analysis.bad_paths_table",
        )
    number = {name: n for n, name in enumerate(channels)}
    steps = tuple(np.array([number[c] for c in each], dtype=np.int64) for each in frame["path"].to_list())
    start = len(channels)
    source = np.concatenate([np.concatenate(([start], s[:-1])) for s in steps])
    origin = np.repeat(np.arange(len(steps)), [len(s) for s in steps])
    won, lost, worth = (frame[n].to_numpy() for n in ("won", "lost", "worth"))
    return Paths(channels, steps, won, lost, worth, origin, source, np.concatenate(steps))


def _removal(paths: Paths, won: Floats, lost: Floats) -> Floats:
    """Removal effect per channel: P(pass the channel)·P(convert from it)/P(convert), which is 1 − P(convert without it)/P(convert).

    N = (I − Q)⁻¹ counts visits; P(pass c from the start) = N[start, c]/N[c, c]."""
    size = len(paths.channels)
    weight = won + lost
    moves = np.bincount(paths.source * size + paths.target, weight[paths.origin], (size + 1) * size).reshape(-1, size)
    last = np.array([s[-1] for s in paths.steps])
    ends, wins = np.bincount(last, weight, size), np.bincount(last, won, size)
    out = np.concatenate([moves[:size].sum(axis=1) + ends, [moves[size].sum()]])
    steps = np.divide(moves, out[:, None], out=np.zeros_like(moves), where=out[:, None] > 0)
    direct = np.divide(wins, out[:size], out=np.zeros(size), where=out[:size] > 0)
    visits = np.linalg.inv(np.eye(size) - steps[:size])
    converts = visits @ direct
    whole = float(steps[size] @ converts)
    if whole <= 0:
        return np.zeros(size)
    passed = (steps[size] @ visits) / np.diag(visits)
    found: Floats = np.clip(passed * converts / whole, 0.0, 1.0)
    return found


def _interval(paths: Paths, seed: int, level: float) -> tuple[Floats, Floats]:
    """Percentiles of the channels' shares over paths drawn anew, each as often as a Poisson count around what was seen."""
    chance = np.random.default_rng(seed)
    drawn = []
    for _ in range(RESAMPLES):
        effects = _removal(paths, chance.poisson(paths.won).astype(float), chance.poisson(paths.lost).astype(float))
        if effects.sum() > 0:
            drawn.append(effects / effects.sum())
    if not drawn:
        return np.zeros(len(paths.channels)), np.ones(len(paths.channels))
    low, high = np.percentile(np.array(drawn), [50 - level / 2, 50 + level / 2], axis=0)
    return low, high


def _rules(paths: Paths, weight: Floats, suffix: str) -> dict[str, Floats]:
    size = len(paths.channels)
    firsts, lasts = (np.array([s[at] for s in paths.steps]) for at in (0, -1))
    lengths = np.array([len(s) for s in paths.steps])
    kinds = [np.unique(s) for s in paths.steps]
    counts = np.array([len(k) for k in kinds])
    found = {
        f"shapley{suffix}": np.bincount(np.concatenate(kinds), np.repeat(weight / counts, counts), size),
        f"linear{suffix}": np.bincount(paths.target, (weight / lengths)[paths.origin], size),
        f"first_touch{suffix}": np.bincount(firsts, weight, size), f"last_touch{suffix}": np.bincount(lasts, weight, size),
    }  # fmt: skip
    return {name: sums.astype(np.float64) for name, sums in found.items()}


def _words(rows: pl.DataFrame, won: float, overlap: int, level: float) -> dict[str, str]:
    first = rows.row(0, named=True)
    gap = rows.with_columns((pl.col("markov") - pl.col("last_touch")).alias("gap")).sort("gap", "channel").row(-1, named=True)  # fmt: skip
    name, share = first["channel"], first["markov"] / won
    range_ = f"{first['markov_lo']:,.0f}–{first['markov_hi']:,.0f}"
    tied: Sequence[str] = ("", "")
    if overlap:
        tied = (f"有 {overlap} 对相邻渠道的区间重叠，先后不能确定。", f" {overlap} neighbouring pairs overlap: their order cannot be told.")  # fmt: skip
    return {
        "zh": f"{won:,.0f} 次转化中，马尔可夫模型把最多的 {first['markov']:,.0f} 次（{share:.0%}，{level:g}% 区间 {range_}）归于“{name}”；"
        f"与末次点击相比，“{gap['channel']}”最被低估（{gap['gap']:+,.0f}）。{tied[0]}路径只说明买家经过哪里，不能说明没有该渠道是否仍会购买；调整预算前请先做实验。",
        "en": f"Of {won:,.0f} conversions the Markov model puts most down to “{name}”: {first['markov']:,.0f} ({share:.0%}; {level:g} % interval {range_}). "
        f"Last touch undervalues “{gap['channel']}” most ({gap['gap']:+,.0f}).{tied[1]} Paths tell where buyers passed, not whether they would have "
        "bought anyway: test before moving money.",
    }
