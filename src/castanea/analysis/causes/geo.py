"""Tests by region: what an action brought in the regions where it ran, against what these would have been without it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import polars as pl
from scipy import stats

from castanea.analysis.causes.synthetic import F64, Told, told
from castanea.analysis.common import Answer, Times, Warned, not_enough, numbers, present, texts, times
from castanea.analysis.common.columns import moment
from castanea.kit.errors import InputError

LEAST_REGIONS, LEAST_TIMES, LEAST_DAYS = 5, 8, 56
MOST_PLACEBOS = 60
DAY = 86_400_000_000


@dataclass(frozen=True)
class Panel:
    """`values`: times × regions, `names` the regions; the first `before` times are those before; `at` the times as in the file."""

    values: F64
    names: list[str]
    treated: list[int]
    before: int
    at: pl.Series

    @property
    def others(self) -> list[int]:
        return [n for n in range(len(self.names)) if n not in self.treated]


def geo(
    table: pl.DataFrame, *, unit: str, time: str, value: str, treated: Sequence[str], begin: str, end: str = "", level: float = 95, seed: int = 0,
) -> Answer:  # fmt: skip
    """Per time from `begin` to `end` (both included) the mean of the treated regions: time, actual, expected, lo, hi, effect, in the unit of
    the value.

    Summary: att (effect per treated region and time) with lo and hi, lift (of what was expected), incremental (of all treated regions and
    times) each with _lo and _hi, verdict (up, down, cannot_tell), pre_error (root mean square before), foretold_error, placebos, weights.
    Method: `synthetic`. Rows of one region and time are added up; regions with gaps are left out. Not enough data: fewer than 5 other
    regions, less than 8 weeks (8 numbered or longer periods) before, or treated regions that never vary there. Raises InputError."""
    if not 50 <= level <= 99.9:
        raise InputError(f"--level is {level:g}; write a level from 50 to 99.9", code="analysis.bad_level")
    present(table, unit, time, value)
    if len({unit, time, value}) < 3:
        raise InputError("--unit, --time and --value name three different columns", code="analysis.bad_names")
    warnings: list[Warned] = []
    panel = _panel(table, unit, time, value, treated, (begin, end), warnings)
    if isinstance(panel, Answer):
        return panel
    own = panel.values[:, panel.treated].mean(axis=1)
    found = told(own, panel.values[:, panel.others], panel.before)
    errors, apart = _placebos(panel, seed)
    tail = (1 - level / 100) / 2
    wide = _quantile(errors, tail) * found.drift
    each = _quantile(apart, tail) * found.error
    actual, expected = own[panel.before :], found.expected[panel.before :]
    rows = pl.DataFrame(
        {
            "actual": actual,
            "expected": expected,
            "lo": expected - each,
            "hi": expected + each,
            "effect": actual - expected,
        }
    )
    summary = _summary(panel, found, float((actual - expected).mean()), wide, float(expected.mean()), len(errors))
    if found.fit > 0.5 * float(own[: panel.before].std()):
        warnings.append(
            Warned(
                "poor_fit",
                "the other regions follow the treated ones badly: before, half of the movement is left unexplained",
            )
        )
    shown = panel.at[panel.before :].alias("time")
    return Answer("geo", rows.insert_column(0, shown), summary, warnings, _words(summary, level))


def _panel(
    table: pl.DataFrame, unit: str, time: str, value: str, treated: Sequence[str], span: tuple[str, str], warnings: list[Warned]
) -> Panel | Answer:  # fmt: skip
    at = times(table, time)
    frame = pl.DataFrame(
        {"t": at.values, "unit": texts(table, unit), "value": numbers(table, value), "shown": table[time]}
    )
    lost = frame.height - frame.drop_nulls().height
    if lost:
        warnings.append(Warned("gaps", f"{lost:,} rows lack the region or the value and are left out"))
    frame = frame.drop_nulls()
    known = sorted(frame["unit"].unique().to_list())
    strange = [name for name in treated if name not in known]
    if strange:
        raise InputError(
            f"--treated {strange[0]!r} is no value of column {unit!r}; it holds {', '.join(known[:40])}",
            code="analysis.bad_names",
        )
    first, last = _moment(span[0], at, "--from"), _moment(span[1], at, "--until") if span[1] else frame["t"].max()
    if not span[1] and (last is None or last < first):  # type: ignore[operator]
        raise InputError(
            f"the file has no time from {span[0]} on; --from must lie inside its times", code="analysis.bad_date"
        )
    if last is None or last < first:  # type: ignore[operator]
        raise InputError(f"--until {span[1]} is before --from {span[0]}; swap them", code="analysis.bad_date")
    frame = frame.filter(pl.col("t") <= last)
    joined = (
        frame.sort("t", "unit", "value")
        .group_by("t", "unit", maintain_order=True)
        .agg(pl.col("value").sum(), pl.col("shown").first())
    )
    if joined.height < frame.height:
        warnings.append(
            Warned("rows_joined", f"{frame.height - joined.height:,} rows repeat a region and time and were added up")
        )
    wide = joined.pivot(on="unit", index="t", values="value", sort_columns=True).sort("t")
    names = [n for n in wide.columns[1:] if wide[n].null_count() == 0]
    broken = [n for n in wide.columns[1:] if n not in names]
    if set(broken) & set(treated):
        gone = sorted(set(broken) & set(treated))
        raise InputError(f"treated region {gone[0]!r} has no row at {wide[gone[0]].null_count():,} of {wide.height:,} times; fill them in, or leave it out",
                         code="analysis.bad_value")  # fmt: skip
    if broken:
        warnings.append(
            Warned("regions_left_out", f"{len(broken)} regions have gaps and are left out: {', '.join(broken[:8])}")
        )
    before = int((wide["t"] < first).sum())
    if before == wide.height:
        raise InputError(
            f"the file has no time from {span[0]} on; --from must lie inside its times", code="analysis.bad_date"
        )
    values = wide.select(names).to_numpy().astype(np.float64)
    shown = joined.group_by("t").agg(pl.col("shown").first()).sort("t")["shown"]
    panel = Panel(values, names, [names.index(n) for n in dict.fromkeys(treated)], before, shown)
    return _enough(panel, wide["t"], counted=at.counted) or panel


def _enough(panel: Panel, at: pl.Series, *, counted: bool) -> Answer | None:
    days = before_days(at, panel.before) if not counted and panel.before else LEAST_DAYS
    if panel.before < LEAST_TIMES or days < LEAST_DAYS - 1e-9:
        return not_enough(
            "geo", f"there are {panel.before} times before", f"8 weeks, and {LEAST_TIMES} times, before", "none",
            f"数据不足：试验前只有 {panel.before} 个时点；至少需要 8 周（且 {LEAST_TIMES} 个时点）。",
            f"Too little: {panel.before} times before the test. It takes 8 weeks (and {LEAST_TIMES} times).",
        )  # fmt: skip
    if len(panel.others) < LEAST_REGIONS:
        count = len(panel.others)
        return not_enough(
            "geo", f"there are {count} other regions without gaps", f"{LEAST_REGIONS} regions where nothing was done", "impact, with these as controls",
            f"数据不足：只有 {count} 个未参与的地区，至少需要 {LEAST_REGIONS} 个才能知道偶然波动多大；可改用 impact 以它们为对照。",
            f"Too little: {count} other regions. It takes {LEAST_REGIONS} to know what chance does; impact can take them as controls.",
        )  # fmt: skip
    own = panel.values[: panel.before, panel.treated].mean(axis=1)
    others = panel.values[: panel.before, panel.others]
    if float(own.std()) == 0 or float(others.std(axis=0).max()) == 0:
        return not_enough(
            "geo", "the value never varies before", "values that vary before", "none", "数据不足：试验前数值从不变化，无法判断正常波动有多大。",
            "Too little: before the test the value never varies, so nobody can say what a normal movement is.",
        )  # fmt: skip
    return None


def before_days(at: pl.Series, before: int) -> float:
    """Days that the times before cover, the last one included."""
    stamps = at.to_physical().to_numpy()
    step = float(np.median(np.diff(stamps))) if len(stamps) > 1 else DAY
    return float(stamps[before - 1] - stamps[0] + step) / DAY


def _moment(given: str, at: Times, option: str) -> datetime | int:
    if at.counted:
        try:
            return int(given)
        except ValueError as wrong:
            raise InputError(
                f"{option} is {given!r}; the file's times are whole numbers, write one", code="analysis.bad_date"
            ) from wrong
    return moment(given if len(given) != 7 else f"{given}-01")


def _placebos(panel: Panel, seed: int) -> tuple[F64, F64]:
    """Of groups of other regions, as many as were treated: the mean error in the test's time, in units of what such a mean was off before,
    and the errors time by time, in units of those before."""
    others, size = panel.others, len(panel.treated)
    groups = [(n,) for n in others]
    if size > 1:
        rng = np.random.default_rng(seed)
        size = min(size, max(1, len(others) // 3))
        groups = sorted({tuple(sorted(rng.choice(others, size, replace=False).tolist())) for _ in range(MOST_PLACEBOS)})
    elif len(groups) > MOST_PLACEBOS:
        groups = [
            groups[i]
            for i in sorted(np.random.default_rng(seed).choice(len(groups), MOST_PLACEBOS, replace=False).tolist())
        ]
    errors, apart = [], []
    for group in groups:
        rest = [n for n in others if n not in group]
        own = panel.values[:, list(group)].mean(axis=1)
        found = told(own, panel.values[:, rest], panel.before)
        gap = (own - found.expected)[panel.before :]
        errors.append(float(gap.mean()) / (found.drift or 1.0))
        apart += (gap / (found.error or 1.0)).tolist()
    return np.array(errors), np.array(apart)


def _quantile(errors: F64, tail: float) -> float:
    """How many units the error stays below: a Student quantile of their spread, the tails of which come from few."""
    spread = float(np.sqrt(np.mean(errors**2)))
    usual = 1.4826 * float(np.median(np.abs(errors)))
    return float(stats.t.ppf(1 - tail, max(len(errors) - 1, 2))) * 0.5 * (spread + usual)


def _summary(
    panel: Panel, found: Told, effect: float, wide: float, expected: float, placebos: int
) -> dict[str, object]:
    lo, hi = effect - wide, effect + wide
    cells = len(panel.treated) * (len(panel.values) - panel.before)
    verdict = "up" if lo > 0 else "down" if hi < 0 else "cannot_tell"
    weights = {panel.names[n]: float(w) for n, w in zip(panel.others, found.weights, strict=True)}
    largest = dict(sorted(weights.items(), key=lambda kv: (-abs(kv[1]), kv[0]))[:10])
    share = expected > 0
    return {
        "att": effect, "lo": lo, "hi": hi, "lift": effect / expected if share else None, "lift_lo": lo / expected if share else None,
        "lift_hi": hi / expected if share else None, "incremental": effect * cells, "incremental_lo": lo * cells, "incremental_hi": hi * cells,
        "verdict": verdict, "pre_error": found.fit, "foretold_error": found.error, "treated": len(panel.treated), "others": len(panel.others),
        "before": panel.before, "after": len(panel.values) - panel.before, "placebos": placebos, "base": found.way.base, "correction": found.way.strength,
        "weights": largest,
    }  # fmt: skip


def _words(summary: dict[str, object], level: float) -> dict[str, str]:
    att, lo, hi, total = (f"{summary[k]:+,.4g}" for k in ("att", "lo", "hi", "incremental"))
    part = f"{summary['lift']:+.1%}" if isinstance(summary["lift"], float) else ""
    zh_base = f"依据：{summary['others']} 个未参与地区合成的对照，{summary['placebos']} 次安慰剂检验；试验前误差 {summary['pre_error']:,.4g}。"
    en_base = (
        f" Held against a mix of {summary['others']} regions where nothing was done; {summary['placebos']} placebo tests tell the error; "
        f"before the test it was off by {summary['pre_error']:,.4g}."
    )
    zh_if = "前提：试验地区同期没有别的变化，效果没有外溢到对照地区。"
    en_if = " This holds if nothing else touched the test regions, and nothing spilled over to the others."
    if summary["verdict"] == "cannot_tell":
        return {
            "zh": f"与正常波动无法区分：每个地区每期 {att}，{level:g}% 区间 {lo} 至 {hi} 。{zh_base}试验时间更长、地区更多可以缩小区间。{zh_if}",
            "en": f"We cannot tell this apart from normal movement: {att} per region and period, {level:g} % interval {lo} to {hi}."
                f"{en_base} A longer test or more regions would narrow it.{en_if}",
        }  # fmt: skip
    way = ("上升", "up") if summary["verdict"] == "up" else ("下降", "down")
    return {
        "zh": f"试验地区{way[0]}：每个地区每期 {att}（{part}），{level:g}% 区间 {lo} 至 {hi}；合计 {total} 。{zh_base}{zh_if}",
        "en": f"The test regions went {way[1]} by {att} per region and period ({part}), {level:g} % interval {lo} to {hi}; {total} in "
            f"all.{en_base}{en_if}",
    }  # fmt: skip
