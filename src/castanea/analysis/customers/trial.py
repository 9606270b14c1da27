"""A trial with two arms, as numbers: features, who was treated, what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy import stats

from castanea.analysis.common import Answer, Warned, not_enough, numbers, present, texts
from castanea.analysis.customers.features import TRUE, Features, features_of, sorted_rows
from castanea.analysis.customers.purchase_chance import Floats
from castanea.kit.errors import InputError

LEAST_ARM, LEAST_EVENTS, MOST_ROWS = 200, 30, 100_000


@dataclass(frozen=True)
class Trial:
    """Rows in an order of their own. `t`: 1 treated, 0 control; `place`: of each row in the file. `binary`: the outcome is yes or no."""

    x: Floats
    t: Floats
    y: Floats
    place: Floats
    known: Features
    binary: bool

    @property
    def share(self) -> float:
        return float(self.t.mean())


def trial(
    table: pl.DataFrame, *, treatment: str, treated: str, control: str, outcome: str, features: Sequence[str], called: pl.Series | None, seed: int,
    warnings: list[Warned],
) -> Trial | Answer:  # fmt: skip
    """The rows of both arms; other arms are left out. An outcome is a number, or yes and no. Too little is an answer. Raises InputError."""
    present(table, treatment, outcome)
    arms = texts(table, treatment)
    there = sorted(arms.drop_nulls().unique().to_list())
    for option, name in (("--treated", treated), ("--control", control)):
        if name not in there:
            raise InputError(f"{option} is {name!r}; column {treatment!r} holds {', '.join(there[:20])}", code="analysis.bad_choice")  # fmt: skip
    if treated == control:
        raise InputError(f"--treated and --control are both {treated!r}; name two arms", code="analysis.bad_choice")
    known = features_of(table, features, (treatment, outcome), warnings)
    y, t = _outcome(table, outcome), (arms == treated).fill_null(value=False)
    kept = (t | (arms == control).fill_null(value=False)) & y.is_not_null()
    if left := table.height - int(kept.sum()):
        warnings.append(Warned("left_out", f"{left:,} rows are of other arms or have no outcome and are left out"))
    place = np.flatnonzero(kept.to_numpy())
    short = _too_little(known, t.to_numpy()[place], y.to_numpy()[place])
    if short:
        return short
    x = known.matrix(table)[place]
    arm, came = t.to_numpy()[place].astype(float), y.to_numpy()[place]
    names = np.zeros(len(place)) if called is None else called.rank("dense").cast(pl.Float64).to_numpy()[place]
    order = sorted_rows(x, arm.reshape(-1, 1), came.reshape(-1, 1), names.reshape(-1, 1))
    if len(order) > MOST_ROWS:
        order = order[np.sort(np.random.default_rng(seed).choice(len(order), MOST_ROWS, replace=False))]
        warnings.append(Warned("sampled", f"the models are fitted on {MOST_ROWS:,} of {len(place):,} rows, drawn by the seed"))  # fmt: skip
    found = Trial(x[order], arm[order], came[order], place[order].astype(float), known, bool(np.isin(came, (0, 1)).all()))  # fmt: skip
    _unlike(found, warnings)
    return found


def _outcome(table: pl.DataFrame, outcome: str) -> pl.Series:
    words = texts(table, outcome).str.to_lowercase()
    yes_no = [w for w in words.drop_nulls().unique().to_list() if w in {*TRUE, "false", "no", "n", "f", "否", "无", "0", "0.0"}]  # fmt: skip
    if yes_no and len(yes_no) == words.drop_nulls().n_unique():
        return words.is_in(list(TRUE)).cast(pl.Float64).set(words.is_null(), None)
    return numbers(table, outcome)


def _too_little(known: Features, t: Floats, y: Floats) -> Answer | None:
    treated, control = int(t.sum()), int(len(t) - t.sum())
    events = min(int((y[t == arm] != 0).sum()) for arm in (0, 1)) if treated and control else 0
    if known.all and treated >= LEAST_ARM and control >= LEAST_ARM and events >= LEAST_EVENTS and np.ptp(y) > 0:
        return None
    missing = (
        "no feature varies"
        if not known.all
        else f"there are {treated:,} treated and {control:,} control rows, {events:,} of the smaller count with an outcome other than 0"
    )
    return not_enough(
        "uplift", missing, f"{LEAST_ARM} rows of either arm, {LEAST_EVENTS} of each with an outcome other than 0, outcomes and features that vary",
        "none; `abtest` tells the effect on all",
        f"数据不足：处理组 {treated:,} 行、对照组 {control:,} 行，其中较少一组有 {events:,} 行结果不为 0；每组至少需要 {LEAST_ARM} "
        f"行、{LEAST_EVENTS} 行结果不为 0，且特征有变化。",
        f"Too little: {treated:,} treated and {control:,} control rows, {events:,} with an outcome other than 0 in the arm with fewer; {LEAST_ARM} rows and "
        f"{LEAST_EVENTS} such outcomes in either arm, and features that vary, are needed. `abtest` tells the effect on all.",
    )  # fmt: skip


def _unlike(found: Trial, warnings: list[Warned]) -> None:
    """Says when the arms differ in a feature by more than chance would, as they do where no lot was drawn (Bonferroni, 99.9 %)."""
    a, b = found.x[found.t == 1], found.x[found.t == 0]
    with np.errstate(invalid="ignore", divide="ignore"):
        gap = np.nanmean(a, axis=0) - np.nanmean(b, axis=0)
        error = np.sqrt(np.nanvar(a, axis=0) / len(a) + np.nanvar(b, axis=0) / len(b))
        far = np.nan_to_num(np.abs(gap) / error, nan=0.0)
    off = sorted({found.known.names[k] for k in found.known.owner[far > stats.norm.ppf(1 - 0.0005 / len(far))]})
    if off:
        warnings.append(
            Warned(
                "arms_differ",
                f"the arms differ in {', '.join(off)} by more than chance: was the lot drawn? If not, the uplift is no effect",
            )
        )
