"""What a campaign, a change or an event did to a series: against what it would have been, from its past and from controls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from castanea.analysis.common import Answer, Times, Warned, not_enough, numbers, present, times
from castanea.analysis.common.columns import moment
from castanea.analysis.predict.counterfactual import Paths, paths
from castanea.analysis.predict.forecasting.axis import Axis, axis_of, written
from castanea.kit.errors import InputError

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
LEAST_DAYS, LEAST_BEFORE, LEAST_COUNTED, MOST_BEFORE = 56, 8, 20, 730
PLACEBOS = 4
HIT, HIT_ALONE = 3.3, 3.5  # standard deviations by which a control must have moved at the very time
DAY = 86_400_000_000


@dataclass(frozen=True)
class Split:
    """The rows before and from the time on: places on the axis, the values, and the controls (rows × controls)."""

    before: Ints
    after: Ints
    y: Floats  # before, then after
    controls: Floats
    season: int

    @property
    def n(self) -> int:
        return len(self.before)


def impact(
    table: pl.DataFrame, *, time: str, value: str, begin: str, controls: Sequence[str] = (), end: str = "", level: float = 95, seed: int = 0,
) -> Answer:  # fmt: skip
    """Per time from `begin` to `end` (both included): time, actual, expected, lo, hi, effect, in the unit of the value.

    Summary: effect_mean, effect_total and relative (of what was expected) with _lo and _hi, verdict (up, down, cannot_tell), and placebo:
    how often the same method, at times before when nothing happened, would have told of an effect. Method: `counterfactual`; a control that
    itself jumps at `begin` while the others do not is taken for hit by the same thing and left out. Rows of one time are added up, rows with
    a gap left out. Not enough data: less than 8 weeks before (20 periods of numbered times), or a value that never varies there. Raises InputError."""
    if not 50 <= level <= 99.9:
        raise InputError(f"--level is {level:g}; write a level from 50 to 99.9", code="analysis.bad_level")
    if len(set(controls)) < len(controls) or value in controls or time in controls:
        raise InputError(f"--controls {','.join(controls)}: name each "
            f"other column once, and neither time nor value", code="analysis.bad_names")  # fmt: skip
    present(table, time, value, *controls)
    at = times(table, time)
    axis = axis_of(at, pl.Series("g", ["all"]).new_from_index(0, table.height))
    frame, warnings = _joined(table, at, axis, value, controls)
    split, short = _split(frame, at, axis, begin, end, controls, warnings)
    if short or split is None:
        return short or _too_little(0, "")
    names = [c for c in controls if float(frame[c].std() or 0.0) > 0]  # type: ignore[arg-type]
    if len(names) < len(controls):
        warnings.append(Warned("constant_control", f"{', '.join(sorted(set(controls) - set(names)))} never varies and tells nothing"))  # fmt: skip
    hit = _hit(split, names, controls, seed, warnings)
    kept = [controls.index(c) for c in names if c not in hit]
    x = split.controls[:, kept]
    rng = np.random.default_rng(seed)
    told = paths(split.y[: split.n], split.before, split.after, x, split.season, rng)
    placebo = _placebos(split, x, level, seed)
    answer, summary = _measured(split, told, level)
    summary |= {
        "controls": [controls[i] for i in kept],
        "controls_hit": hit,
        "before": split.n,
        "after": len(split.after),
    }
    summary |= {"fit": told.fitted, "placebo": placebo}
    _doubted(summary, placebo, warnings)
    shown = written([axis.time(int(p)) for p in split.after], table[time], "time")
    return Answer("impact", answer.insert_column(0, shown), summary, warnings, _words(summary, level))


def _joined(
    table: pl.DataFrame, at: Times, axis: Axis, value: str, controls: Sequence[str]
) -> tuple[pl.DataFrame, list[Warned]]:
    """One row per place: p, y, and the controls."""
    places = axis.places(at.values)
    columns = [numbers(table, value).alias("__y"), *(numbers(table, c) for c in controls)]
    rows = pl.DataFrame({"__p": np.where(places < 0, -1 - places, places)}).with_columns(columns)
    whole, warnings = rows.drop_nulls(), []
    if whole.height < rows.height:
        warnings.append(Warned("gaps", f"{rows.height - whole.height:,} rows lack the value or a control and are left out"))  # fmt: skip
    joined = whole.sort(whole.columns).group_by("__p", maintain_order=True).agg(pl.all().sum())
    if joined.height < whole.height:
        warnings.append(Warned("times_joined", f"{whole.height - joined.height:,} rows repeat a time and were added up"))  # fmt: skip
    return joined.sort("__p"), warnings


def place_of(given: str, at: Times, axis: Axis, option: str) -> int:
    """The first place at or after a time of an option. Raises InputError."""
    if at.counted:
        try:
            wanted = pl.Series([int(given)])
        except ValueError as wrong:
            raise InputError(
                f"{option} is {given!r}; the file's times are whole numbers, write one", code="analysis.bad_date"
            ) from wrong
    else:
        wanted = pl.Series([moment(given if len(given) != 7 else f"{given}-01")], dtype=pl.Datetime("us"))
    found = int(axis.places(wanted)[0])
    return found if found >= 0 else -found


def _split(
    frame: pl.DataFrame, at: Times, axis: Axis, begin: str, end: str, controls: Sequence[str], warnings: list[Warned]
) -> tuple[Split | None, Answer | None]:
    first = place_of(begin, at, axis, "--from")
    beyond = place_of(end, at, axis, "--until") if end else (int(frame["__p"].max()) if frame.height else 0)  # type: ignore[arg-type]
    if beyond < first:
        raise InputError(f"--until {end} lies before --from {begin}", code="analysis.bad_date")
    after = frame.filter((pl.col("__p") >= first) & (pl.col("__p") <= beyond))
    before = frame.filter(pl.col("__p") < first)
    if frame.height and after.height == 0:
        raise InputError(f"the file has no whole row from {begin} on; --from must lie inside its times", code="analysis.bad_date")  # fmt: skip
    days = (
        before.height * axis.step / DAY
        if axis.kind == "fixed"
        else before.height * (30.4 * axis.step if axis.kind == "months" else 1.4)
    )
    least = LEAST_COUNTED if axis.kind == "whole" else LEAST_BEFORE
    if before.height < least or (axis.kind != "whole" and days < LEAST_DAYS - 1e-9):
        return None, _too_little(before.height, axis.told())
    if before["__y"].n_unique() < 2:
        return None, _too_little(before.height, axis.told(), constant=True)
    if before.height > MOST_BEFORE:
        warnings.append(Warned("long_past", f"only the last {MOST_BEFORE} of {before.height:,} times before are used"))
        before = before.tail(MOST_BEFORE)
    both = pl.concat([before, after])
    season = axis.season if axis.season <= 53 else 24 if axis.season % 24 == 0 else 1
    return Split(
        before["__p"].to_numpy(), after["__p"].to_numpy(), both["__y"].to_numpy(),
        both.select(list(controls)).to_numpy().reshape(both.height, len(controls)).astype(np.float64), max(1, season),
    ), None  # fmt: skip


def _too_little(rows: int, spacing: str, *, constant: bool = False) -> Answer:
    if constant:
        return not_enough(
            "impact", "the value never varies before", "a value that varies before", "none",
            "数据不足：此前该指标从不变化，无法判断正常波动有多大。",
            "Too little: before, the value never varies, so nobody can say what a normal movement is.",
        )  # fmt: skip
    return not_enough(
        "impact", f"there are {rows:,} times before, spaced {spacing}", f"8 weeks before ({LEAST_COUNTED} periods of numbered times)", "none",
        f"数据不足：此前只有 {rows:,} 个时点；至少需要 8 周（编号时间需 {LEAST_COUNTED} 期）才能估计“没有活动会怎样”。",
        f"Too little: {rows:,} times before. It takes 8 weeks ({LEAST_COUNTED} numbered periods) to say what would have been without it.",
    )  # fmt: skip


def _shift(split: Split, y: Floats, x: Floats, seed: int) -> float:
    """By how many standard deviations the mean after differs from what was to be expected."""
    if float(y[: split.n].std()) == 0:
        return 0.0
    rng = np.random.default_rng(seed)
    drawn = paths(y[: split.n], split.before, split.after, x, split.season, rng, draws=400, coarse=True).drawn.mean(
        axis=1
    )
    return float((y[split.n :].mean() - drawn.mean()) / (drawn.std() or 1.0))


def _hit(split: Split, names: Sequence[str], controls: Sequence[str], seed: int, warnings: list[Warned]) -> list[str]:
    """Controls that jumped at the time although the other controls did not; a single one that jumped against its own past."""
    left, found = list(names), []
    while left:
        columns = {c: split.controls[:, controls.index(c)] for c in left}
        alone = {c: _shift(split, columns[c], np.zeros((len(split.y), 0)), seed) for c in left}
        if len(left) == 1:
            against, edge = alone, HIT_ALONE
        else:
            others = {c: np.column_stack([columns[o] for o in left if o != c]) for c in left}
            against, edge = {c: _shift(split, columns[c], others[c], seed) for c in left}, HIT
        worst = max(left, key=lambda c: (min(abs(against[c]), 2 * abs(alone[c])), c))
        if abs(against[worst]) < edge or abs(alone[worst]) < edge / 2:
            break
        found.append(worst)
        left.remove(worst)
        warnings.append(Warned("control_hit", f"control {worst!r} itself moved at that time ({against[worst]:+.1f} "
            f"standard deviations): it is taken for hit by the same thing and left out"))  # fmt: skip
    return sorted(found)


def _placebos(split: Split, x: Floats, level: float, seed: int) -> dict[str, object]:
    """The same question at times before, when nothing happened."""
    length, told = len(split.after), []
    least = max(LEAST_BEFORE, split.n // 2)
    length = min(length, max(1, split.n // 4))
    ends = [split.n - k * length for k in range(PLACEBOS) if split.n - (k + 1) * length >= least]
    for end in ends:
        cut = end - length
        y = split.y[:cut]
        if float(y.std()) == 0:
            continue
        found = paths(
            y,
            split.before[:cut],
            split.before[cut:end],
            x[:end],
            split.season,
            np.random.default_rng(seed),
            draws=500,
            coarse=True,
        )
        effects = split.y[cut:end].mean() - found.drawn.mean(axis=1)
        lo, hi = np.quantile(effects, [(1 - level / 100) / 2, (1 + level / 100) / 2])
        told.append((float(effects.mean()), bool(lo > 0 or hi < 0)))
    return {
        "dates": len(told), "alarms": sum(alarm for _, alarm in told), "largest": max((abs(e) for e, _ in told), default=None),
        "length": length,
    }  # fmt: skip


def _measured(split: Split, told: Paths, level: float) -> tuple[pl.DataFrame, dict[str, object]]:
    actual = split.y[split.n :]
    tail = [(1 - level / 100) / 2, (1 + level / 100) / 2]
    lo, hi = np.quantile(told.drawn, tail, axis=0)
    answer = pl.DataFrame(
        {"actual": actual, "expected": told.expected, "lo": lo, "hi": hi, "effect": actual - told.expected}
    )
    total = float(actual.sum())
    sums = told.drawn.sum(axis=1)
    low, high = (float(v) for v in np.quantile(total - sums, tail))
    middle = total - float(told.expected.sum())
    verdict = "up" if low > 0 else "down" if high < 0 else "cannot_tell"
    size = len(actual)
    summary: dict[str, object] = {
        "effect_mean": middle / size, "effect_mean_lo": low / size, "effect_mean_hi": high / size,
        "effect_total": middle, "effect_total_lo": low, "effect_total_hi": high,
    }  # fmt: skip
    if float(sums.min()) > 0:
        parts = [float(v) for v in np.quantile(total / sums - 1, tail)]
        summary |= {"relative": middle / float(told.expected.sum()), "relative_lo": parts[0], "relative_hi": parts[1]}
    else:
        summary |= {"relative": None, "relative_lo": None, "relative_hi": None}
    return answer, summary | {
        "verdict": verdict,
        "actual_mean": total / size,
        "expected_mean": float(told.expected.mean()),
    }


def _doubted(summary: dict[str, object], placebo: dict[str, object], warnings: list[Warned]) -> None:
    alarms, dates, largest = placebo["alarms"], placebo["dates"], placebo["largest"]
    if not isinstance(alarms, int) or not isinstance(dates, int):
        raise AssertionError("counts are whole")
    if alarms >= 2 and isinstance(largest, float) and abs(float(summary["effect_mean"])) <= largest:  # type: ignore[arg-type]
        summary["verdict"] = "cannot_tell"
        warnings.append(Warned("placebo_failed", f"at {alarms} of {dates} earlier times, when nothing "
            f"happened, an effect as large was seen: this one is not told"))  # fmt: skip
    elif alarms >= 2:
        warnings.append(Warned("placebo_alarms", f"at {alarms} of {dates} earlier times the method told of an effect "
            f"where there was none: the intervals are too narrow for this series"))  # fmt: skip
    if not summary["controls"]:
        warnings.append(
            Warned("no_controls", "without a control anything else that happened at the time counts as effect")
        )


def _words(summary: dict[str, object], level: float) -> dict[str, str]:
    lo, hi, mean = (f"{summary[k]:+,.4g}" for k in ("effect_mean_lo", "effect_mean_hi", "effect_mean"))
    placebo = summary["placebo"]
    if not isinstance(placebo, dict):
        raise AssertionError("it is a mapping")
    zh_check = f"用同样的方法检查此前 {placebo['dates']} 个无事发生的时段，误报 {placebo['alarms']} 次。"
    en_check = f" At {placebo['dates']} earlier times when nothing happened, the method raised {placebo['alarms']} false alarms."
    hit = summary["controls_hit"]
    zh_hit = f"对照 {'、'.join(hit)} 自身也受影响，已排除。" if isinstance(hit, list) and hit else ""
    en_hit = (
        f" {', '.join(hit)} moved at the same time and was left out as a control."
        if isinstance(hit, list) and hit
        else ""
    )
    if summary["verdict"] == "cannot_tell":
        return {
            "zh": f"与正常波动无法区分：平均每期影响 {mean}，{level:g}% 区间 {lo} 至 {hi} 。{zh_check}{zh_hit}更长的观察期或更贴近的对照可以缩小区间。",
            "en": f"We cannot tell this apart from normal movement: {mean} a period, {level:g} % interval {lo} to "
                f"{hi}.{en_check}{en_hit} A longer time after, or a control that moves more alike, would narrow it.",
        }  # fmt: skip
    way = ("上升", "up") if summary["verdict"] == "up" else ("下降", "down")
    share = summary["relative"]
    part = (f"（{share:+.1%}）", f" ({share:+.1%})") if isinstance(share, float) else ("", "")
    return {
        "zh": f"平均每期{way[0]} {mean}{part[0]}，{level:g}% 区间 {lo} 至 {hi} 。{zh_check}{zh_hit}前提：期间没有其他只影响该指标的事情。",
        "en": f"It went {way[1]} by {mean} a period{part[1]}, {level:g} % interval {lo} to "
            f"{hi}.{en_check}{en_hit} This holds if nothing else touched this series alone at that time.",
    }  # fmt: skip
