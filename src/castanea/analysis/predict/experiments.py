"""What an experiment (A/B test) shows, and whether its split can be believed."""

from __future__ import annotations

from dataclasses import dataclass
from math import log, sqrt

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy import special

from castanea.analysis.common import Answer, Warned, not_enough, numbers, present, texts
from castanea.kit.errors import InputError
from castanea.kit.nearest import nearest

Floats = npt.NDArray[np.float64]
EVENTS, LEAST_P, TUNED_AT = 30, 0.01, 5000


@dataclass(frozen=True)
class _Arm:
    n: int
    mean: float
    noise: float  # variance of the mean
    freedom: float


def abtest(
    table: pl.DataFrame, *, unit: str, variant: str, control: str, outcome: str, covariate: str = "", sequential: bool = False, level: float = 95,
    seed: int = 0,
) -> Answer:  # fmt: skip
    """Per variant, the control first: n, mean, difference to the control with lo, hi, relative with relative_lo, relative_hi, verdict
    (up, down, cannot_tell). Nothing here is random; `seed` is taken as by all commands that may draw.

    Intervals: Welch (Biometrika 34, 1947); for outcomes of 0 and 1 two proportions with a normal quantile; relative by the delta method.
    `covariate` (known before the experiment): CUPED (Deng, Xu, Kohavi, Walker, WSDM 2013), one slope within the variants. `sequential`:
    always-valid intervals of a normal mixture (Robbins 1970; Johari, Pekelis, Walsh 2015; Waudby-Smith et al. 2021), narrowest about 5,000
    units: they hold however often one looks. Sample ratio: χ² against equal shares; below p = .01 the split is not to be believed.
    A unit's rows are summed; a unit of several variants is left out. Raises InputError for a control that is not there."""
    del seed
    present(table, unit, variant, outcome, covariate or None)
    if not 50 <= level <= 99.9:
        raise InputError(f"--level is {level:g}; write a level from 50 to 99.9", code="analysis.bad_level")
    frame, warnings = _units(table, unit, variant, outcome, covariate)
    arms = frame["arm"].unique().sort().to_list()
    control = control.strip()
    if control not in arms:
        raise InputError(
            f"column {variant!r} has no variant {control!r}{nearest(control, arms).hint}; there are {', '.join(arms[:30])}",
            code="analysis.no_variant",
        )
    arms = [control, *(a for a in arms if a != control)]
    counts = [frame.filter(pl.col("arm") == a).height for a in arms]
    if len(arms) < 2 or min(counts) < 2 or frame["y"].n_unique() < 2:
        return not_enough(
            "abtest", "two variants with two units each and an outcome that varies are missing", "2 variants, 2 units each", "none",
            "数据不足：需要至少两个组、每组至少两个单位，且结果有变化。", "Too little: two variants of two units each and an outcome that varies are needed.",
        )  # fmt: skip
    rate = bool(frame["y"].is_in([0.0, 1.0]).all())
    if covariate:
        frame = _cuped(frame, warnings)
    measured = [_arm(frame.filter(pl.col("arm") == a)["y"].to_numpy()) for a in arms]
    nothing = (None,) * 7
    against = [nothing, *(_compared(measured[0], m, level, rate=rate, sequential=sequential) for m in measured[1:])]
    rows = [(a, m.n, m.mean, *told) for a, m, told in zip(arms, measured, against, strict=True)]
    names = ["variant", "n", "mean", "difference", "lo", "hi", "relative", "relative_lo", "relative_hi", "verdict"]
    kinds = [pl.String(), pl.Int64(), *[pl.Float64()] * 7, pl.String()]
    answer = pl.DataFrame(rows, schema=dict(zip(names, kinds, strict=True)), orient="row")
    ratio = _sample_ratio(counts)
    warnings += _cautions(frame, arms, measured, ratio, rate=rate, sequential=sequential)
    summary = {
        "control": control, "units": frame.height, "outcome": "rate" if rate else "mean", "sample_ratio_p": ratio, "sample_ratio_ok": ratio >= LEAST_P,
        "level": level, "sequential": sequential, "adjusted": bool(covariate),
    }  # fmt: skip
    return Answer("abtest", answer, summary, warnings, _words(answer, ratio, level))


def _units(
    table: pl.DataFrame, unit: str, variant: str, outcome: str, covariate: str
) -> tuple[pl.DataFrame, list[Warned]]:
    """One row per unit: arm, y, x."""
    frame = pl.DataFrame({"unit": texts(table, unit), "arm": texts(table, variant), "y": numbers(table, outcome)})
    frame = frame.with_columns((numbers(table, covariate) if covariate else pl.Series([0.0]).new_from_index(0, table.height)).alias("x"))  # fmt: skip
    full, warnings = frame.drop_nulls(["unit", "arm", "y"]), []
    if full.height < frame.height:
        warnings.append(Warned("gaps", f"{frame.height - full.height:,} rows lack the unit, the variant or the outcome and are left out"))  # fmt: skip
    units = full.sort("unit", "y", "x").group_by("unit", maintain_order=True).agg(
        pl.col("arm").n_unique().alias("arms"), pl.col("arm").min(), pl.len().alias("rows"), pl.col("y").sum(), pl.col("x").mean()
    )  # fmt: skip
    mixed, several = units.filter(pl.col("arms") > 1).height, units.filter(pl.col("rows") > 1).height
    if mixed:
        warnings.append(Warned("mixed_units", f"{mixed:,} units were in several variants and are left out"))
    if several:
        warnings.append(Warned("rows_summed", f"{several:,} units have several rows; the outcome is their sum"))
    return units.filter(pl.col("arms") == 1), warnings


def _cuped(frame: pl.DataFrame, warnings: list[Warned]) -> pl.DataFrame:
    gaps = frame["x"].null_count()
    if gaps:
        warnings.append(Warned("no_covariate", f"{gaps:,} units lack the covariate; they are given the mean"))
    frame = frame.with_columns(pl.col("x").fill_null(pl.col("x").mean()).fill_null(0.0))
    inside = frame.select((pl.col(c) - pl.col(c).mean().over("arm")).alias(c) for c in ("x", "y"))
    spread = float((inside["x"] ** 2).sum())
    if spread <= 0:
        warnings.append(Warned("constant_covariate", "the covariate never varies and adjusts nothing"))
        return frame
    slope = float((inside["x"] * inside["y"]).sum()) / spread
    return frame.with_columns(pl.col("y") - slope * (pl.col("x") - pl.col("x").mean()))


def _arm(values: Floats) -> _Arm:
    return _Arm(len(values), float(values.mean()), float(values.var(ddof=1)) / len(values), len(values) - 1)


def _compared(
    base: _Arm, arm: _Arm, level: float, *, rate: bool, sequential: bool
) -> tuple[float, float, float, float | None, float | None, float | None, str]:
    difference, noise = arm.mean - base.mean, arm.noise + base.noise
    alpha = 1 - level / 100
    if sequential:
        units = arm.n + base.n
        tuned = units * (-2 * log(alpha) + log(-2 * log(alpha)) + 1) / TUNED_AT
        times = sqrt(2 * (tuned + 1) / tuned * log(sqrt(tuned + 1) / alpha))
    elif rate or noise == 0:
        times = float(special.ndtri(1 - alpha / 2))
    else:
        freedom = noise**2 / (arm.noise**2 / arm.freedom + base.noise**2 / base.freedom)
        times = float(special.stdtrit(freedom, 1 - alpha / 2))
    half = times * sqrt(noise)
    lo, hi = difference - half, difference + half
    verdict = "up" if lo > 0 else "down" if hi < 0 else "cannot_tell"
    if base.mean <= times * sqrt(base.noise):  # a share of what may be nothing says nothing
        return difference, lo, hi, None, None, None, verdict
    relative = difference / base.mean
    spread = times * sqrt(arm.noise + (arm.mean / base.mean) ** 2 * base.noise) / base.mean
    return difference, lo, hi, relative, relative - spread, relative + spread, verdict


def _sample_ratio(counts: list[int]) -> float:
    expected = sum(counts) / len(counts)
    return float(special.chdtrc(len(counts) - 1, sum((n - expected) ** 2 for n in counts) / expected))


def _cautions(
    frame: pl.DataFrame, arms: list[str], measured: list[_Arm], ratio: float, *, rate: bool, sequential: bool
) -> list[Warned]:
    found = []
    if ratio < LEAST_P:
        found.append(Warned("sample_ratio", f"sizes differ more than chance allows (p = {ratio:.2g}) for equal shares: find the cause first"))  # fmt: skip
    if rate and min(m.n * min(m.mean, 1 - m.mean) for m in measured) < EVENTS:
        found.append(Warned("few_events", f"a variant has fewer than {EVENTS} events; the interval is rough"))
    for arm, m in zip(arms, measured, strict=True):
        far = (frame.filter(pl.col("arm") == arm)["y"] - m.mean).abs().max()
        if not rate and isinstance(far, float) and far / m.n > sqrt(m.noise) / 2:
            found.append(Warned("outlier", f"one unit of {arm!r} moves its mean by more than half a standard error; look at it"))  # fmt: skip
    if len(arms) > 2:
        found.append(Warned("several_comparisons", f"{len(arms) - 1} variants are compared with one control; each interval holds by itself"))  # fmt: skip
    if not sequential:
        found.append(Warned("one_look", "the interval holds for one look at the planned end; --sequential holds for any number"))  # fmt: skip
    return found


def _words(rows: pl.DataFrame, ratio: float, level: float) -> dict[str, str]:
    zh, en = [], []
    for row in rows.tail(-1).iter_rows(named=True):
        lo, hi = f"{row['lo']:+,.4g}", f"{row['hi']:+,.4g}"
        if row["verdict"] == "cannot_tell":
            zh.append(f"“{row['variant']}”：与正常波动无法区分（{level:g}% 区间 {lo} 至 {hi}）")
            en.append(f"“{row['variant']}”: we cannot tell this apart from chance ({level:g} % interval {lo} to {hi})")
        else:
            way = ("高", "above") if row["verdict"] == "up" else ("低", "below")
            zh.append(
                f"“{row['variant']}”比对照组{way[0]} {abs(row['difference']):,.4g}（{level:g}% 区间 {lo} 至 {hi}）"
            )
            en.append(f"“{row['variant']}” is {abs(row['difference']):,.4g} {way[1]} the control ({level:g} % interval {lo} to {hi})")  # fmt: skip
    doubt = ratio < LEAST_P
    return {
        "zh": "；".join(zh) + "。" + ("各组人数与等比分流不符，先查明原因再采信。" if doubt else "分流比例正常。"),
        "en": "; ".join(en)
        + ". "
        + (
            "The split is not what equal shares give: find out why before believing it."
            if doubt
            else "The split is sound."
        ),
    }
