"""Values of a stream that are unlike its past: for alerts, without a look ahead."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from castanea.analysis.common import Answer, Times, Warned, not_enough, numbers, present, texts, times
from castanea.analysis.predict.anomaly.features import compared
from castanea.analysis.predict.anomaly.rarity import LEAST, rarity, together, told_once
from castanea.analysis.predict.forecasting.axis import DAY
from castanea.analysis.predict.forecasting.seasonality import detected
from castanea.kit.errors import InputError

Floats = npt.NDArray[np.float64]

FLAGGED = 5.0  # evidence, in powers of ten, that is flagged: a score of one half
FIRST_STEPS = 50  # distances of time that tell the spacing
LOOKS = (64, 128, 256, 512, 1_024, 2_048, 4_096)  # values after which a season is looked for
REMEMBERED = 150  # errors that tell the width of an interval


def anomalies(
    table: pl.DataFrame, *, time: str, value: str, id: str = "", season: int = 0, reset_per_id: bool = False, level: float = 95, seed: int = 0,  # noqa: A002
) -> Answer:  # fmt: skip
    """Per row in the order of time: id, time, score (0–1, one half and more is flagged), flag, expected, lo, hi, in the unit of the value.

    Each row is judged by the rows of its id before it, and by nothing else: cut a file off anywhere and what was said before stays. After
    an alert there is a quiet time. `season`: values of a cycle; 0 = a day for times of day, a week for days, else found in what has passed.
    lo and hi enclose what is expected at `level` per cent, by the errors so far. `reset_per_id`: an id's values start from nothing, which
    they do in any case. Nothing is random. Not enough data: no id with 31 values."""
    del reset_per_id, seed
    present(table, id or None, time, value)
    if not 50 <= level <= 99.9:
        raise InputError(f"--level is {level:g}; write a level from 50 to 99.9", code="analysis.bad_level")
    if not 0 <= season <= 100_000:
        raise InputError(
            f"--season is {season}; write the values of a cycle, 1 for none, or leave it out",
            code="analysis.bad_season",
        )
    at = times(table, time)
    keys = texts(table, id).fill_null("") if id else pl.Series([""]).new_from_index(0, table.height)
    frame = pl.DataFrame({"id": keys, "at": at.values, "y": numbers(table, value), "row": np.arange(table.height)})
    gaps, doubled = frame["y"].null_count(), frame.height - frame.select("id", "at").unique().height
    frame = frame.drop_nulls("y").sort("id", "at", "y")
    warnings = [Warned("gaps", f"{gaps:,} rows have no value and are left out")] if gaps else []
    if doubled:
        warnings.append(
            Warned(
                "doubled_times",
                f"{doubled:,} rows repeat a time of their series; each is judged by itself, the smaller value first",
            )
        )
    parts = frame.partition_by("id", maintain_order=True)
    if not parts or max(part.height for part in parts) <= LEAST:
        return not_enough(
            "anomalies", f"no series has more than {LEAST} values", f"{LEAST + 1} values of one series", "none",
            f"数据不足：每个序列至少要有 {LEAST + 1} 个值，才能知道什么算异常。",
            f"Too little: a series needs {LEAST + 1} values before it can be said what is unusual in it.",
        )  # fmt: skip
    short = sum(part.height <= LEAST for part in parts)
    if short:
        warnings.append(Warned("short", f"{short:,} series have {LEAST} values or fewer and are not judged"))
    told = pl.concat([part.with_columns(*_judged(part, at, season, level)) for part in parts])
    named = [pl.col("id").alias(id)] if id else []
    when = table[time].gather(told["row"]).alias(time)
    rows = told.select(*named, when, "score", (pl.col("score") >= 0.5).alias("flag"), "expected", "lo", "hi")
    summary: dict[str, Any] = {
        "rows": rows.height, "series": len(parts), "flagged": int(rows["flag"].sum()), "threshold": 0.5,
        "judged": sum(max(0, part.height - LEAST) for part in parts), "inside": _inside(told), "level": level,
    }  # fmt: skip
    return Answer("anomalies", rows, summary, warnings, _words(told, table[time], summary, level))


def _judged(part: pl.DataFrame, at: Times, season: int, level: float) -> list[pl.Series]:
    """score, expected, lo, hi of one series."""
    values = part["y"].to_numpy()
    cycle = season or _cycle(part["at"], at)
    pieces = [(0, len(values), cycle)] if cycle else _found(values)
    evidence, expected = np.zeros(len(values)), np.zeros(len(values))
    for begin, end, each in pieces:
        seen = compared(values[:end], each)
        every = together({name: rarity(feature) for name, feature in seen.features.items()})
        evidence[begin:end], expected[begin:end] = every[begin:end], seen.expected[begin:end]
    score = 1 - 0.5 ** (told_once(evidence) / FLAGGED)
    half = _half(np.abs(values - expected), level)
    return [
        pl.Series("score", score),
        pl.Series("expected", expected),
        pl.Series("lo", expected - half),
        pl.Series("hi", expected + half),
    ]


def _cycle(when: pl.Series, at: Times) -> int:
    """The calendar's cycle by the first distances; 0 where the times do not say."""
    if at.counted:
        return 0
    step = float(np.median(np.diff(when.head(FIRST_STEPS + 1).dt.epoch("us").to_numpy()))) if len(when) > 1 else 0.0
    if step <= 0:
        return 1
    if step < 0.9 * DAY:
        return max(1, round(DAY / step))
    return 7 if step < 1.5 * DAY else 52 if step < 8 * DAY else 12 if step < 32 * DAY else 1


def _found(values: Floats) -> list[tuple[int, int, int]]:
    """Where no calendar tells the cycle: pieces with the one found in the values before each."""
    edges = [0, *(look for look in LOOKS if look < len(values)), len(values)]
    return [(begin, end, detected([values[:begin]]) if begin else 1) for begin, end in pairwise(edges)]


def _half(errors: Floats, level: float) -> Floats:
    """Half the width of the interval at each value, by the errors before it."""
    series = pl.Series(errors)
    wide = series.rolling_quantile(
        level / 100, interpolation="higher", window_size=REMEMBERED, min_samples=1
    ).to_numpy()
    half = np.empty_like(errors)
    half[:1], half[1:] = errors[:1], wide[:-1]
    return half


def _inside(told: pl.DataFrame) -> float | None:
    """The share of values inside their interval, warm-up left out."""
    rows = told.with_columns(pl.int_range(pl.len()).over("id").alias("n")).filter(pl.col("n") >= LEAST)
    return float(((rows["y"] >= rows["lo"]) & (rows["y"] <= rows["hi"])).mean() or 0.0) if rows.height else None  # type: ignore[arg-type]


def _words(told: pl.DataFrame, when: pl.Series, summary: Mapping[str, Any], level: float) -> dict[str, str]:
    flagged = told.filter(pl.col("score") >= 0.5).sort("score", descending=True)
    count, judged = flagged.height, summary["judged"]
    rate = f"{summary['inside']:.0%}" if isinstance(summary["inside"], float) else "–"
    if not count:
        return {
            "zh": f"已判断的 {judged:,} 个值里没有异常。{level:g}% 预期区间实际包含了 {rate} 的值。",
            "en": f"None of the {judged:,} values judged stands out. The {level:g}% range held {rate} of them.",
        }
    row = flagged.row(0, named=True)
    name, moment = (f" {row['id']}" if row["id"] else ""), when[row["row"]]
    side = ("高于", "above") if row["y"] > row["expected"] else ("低于", "below")
    value, usual, low, high = (f"{row[c]:,.6g}" for c in ("y", "expected", "lo", "hi"))
    zh = f"已判断的 {judged:,} 个值里有 {count:,} 处异常；最明显的是{name} {moment}：{value}，{side[0]}当时的预期 {usual}（{low} 至 {high}）。"
    en = f"{count:,} of {judged:,} values judged stand out, most of all{name} at {moment}: {value}, {side[1]} the {usual} expected then ({low} to {high})."
    return {
        "zh": f"{zh}{level:g}% 预期区间实际包含了 {rate} 的值。只说明“与过去不同”，原因要另查。",
        "en": f"{en} The {level:g}% range held {rate} of the values. It says that something is unlike the past, not why.",
    }
