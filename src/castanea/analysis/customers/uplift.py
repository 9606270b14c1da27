"""Whom a treatment moves, from a trial with a control group, and to whom an offer is worth giving."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl
from scipy import stats

from castanea.analysis.common import Answer, Warned
from castanea.analysis.customers import uplift_models as models
from castanea.analysis.customers.features import row_names
from castanea.analysis.customers.purchase_chance import Floats
from castanea.analysis.customers.trial import Trial, trial
from castanea.analysis.customers.uplift_models import Effect
from castanea.analysis.customers.uplift_words import offer_words, uplift_words
from castanea.kit.errors import InputError


@dataclass(frozen=True)
class Told:
    """Of the rows asked about: names, effect, its standard error. `own`, `plain`, `truth`: of the trial's rows (`cross_fitted`)."""

    rows: Trial
    names: pl.Series
    effect: Floats
    error: Floats
    own: Floats
    plain: Floats
    truth: Floats
    fitted: Effect
    z: float


def uplift(
    table: pl.DataFrame, *, treatment: str, treated: str, control: str, outcome: str, features: Sequence[str], score: pl.DataFrame | None = None,
    row: str = "", level: float = 95, seed: int = 0,
) -> Answer:  # fmt: skip
    """Per row of `score` (without it, of the trial): uplift, what treatment adds to `outcome` (in its unit; a share for yes and no), lo, hi.

    A linear model of the outcome in either arm (logistic for yes and no), their difference shrunk to what doubly robust pseudo-outcomes bear
    out. The interval is of the mean effect on rows of that kind, not of one row. qini, qini_normalised and uplift_at_30 are cross-fitted over
    five draws of five folds, `naive_…` those of one draw; formulas in `uplift_models`. Effects only where the lot decided who was treated:
    arms that differ are told. Not enough data: under 200 rows or 30 outcomes other than 0 in an arm. Raises InputError."""
    warnings: list[Warned] = []
    told = _told(table, treatment, treated, control, outcome, features, score, row, level, seed, warnings)
    if isinstance(told, Answer):
        return told
    half = told.z * told.error
    answer = pl.DataFrame({"row": told.names, "uplift": told.effect, "lo": told.effect - half, "hi": told.effect + half}).sort("row", "uplift")  # fmt: skip
    summary = _summary(told, warnings)
    return Answer("uplift", answer, summary, warnings, uplift_words(summary, level))


def offers(
    table: pl.DataFrame, *, treatment: str, treated: str, control: str, outcome: str, features: Sequence[str], profit: float, offer_cost: float,
    budget: float | None = None, score: pl.DataFrame | None = None, row: str = "", level: float = 95, seed: int = 0,
) -> Answer:  # fmt: skip
    """Per row expected_profit of giving the offer (uplift × `profit` of one outcome − `offer_cost`, in their currency), lo (its lower bound),
    give. It is given where profit is expected, under a `budget` where most is, as far as it goes. `summary`: what giving it so brings against
    giving it to no one and to all, from the trial's own rows, cross-fitted. Raises InputError; not enough data as `uplift`."""
    for option, value in (("--profit", profit), ("--offer-cost", offer_cost), ("--budget", budget)):
        if value is not None and not (np.isfinite(value) and value >= 0):
            raise InputError(f"{option} is {value:g}; write a number from 0 on", code="analysis.bad_number")
    warnings: list[Warned] = []
    told = _told(table, treatment, treated, control, outcome, features, score, row, level, seed, warnings)
    if isinstance(told, Answer):
        return replace(told, method="offers")
    expected = told.effect * profit - offer_cost
    rank = np.lexsort((told.names.rank("ordinal").to_numpy(), -expected))
    give = expected > 0
    if budget is not None and offer_cost > 0:
        most = int(budget / offer_cost + 1e-9)
        allowed = np.zeros(len(give), dtype=bool)
        allowed[rank[:most]] = True
        give &= allowed
    lower = expected - told.z * told.error * profit
    answer = pl.DataFrame({"row": told.names, "expected_profit": expected, "lo": lower, "give": give}).sort("row", "expected_profit")  # fmt: skip
    summary = _summary(told, warnings) | _policy(told, profit, offer_cost) | {
        "offers": int(give.sum()), "cost": float(give.sum() * offer_cost), "expected_profit": float(expected[give].sum()),
        "expected_profit_lo": float((expected[give].sum()) - told.z * profit * float(np.sum(told.error[give]))),
        "budget": budget, "given_surely": int((give & (lower > 0)).sum()),
    }  # fmt: skip
    return Answer("offers", answer, summary, warnings, offer_words(summary))


def _told(
    table: pl.DataFrame, treatment: str, treated: str, control: str, outcome: str, features: Sequence[str], score: pl.DataFrame | None, row: str,
    level: float, seed: int, warnings: list[Warned],
) -> Told | Answer:  # fmt: skip
    if not 50 <= level <= 99.9:
        raise InputError(f"--level is {level:g}; write a level from 50 to 99.9", code="analysis.bad_level")
    called = row_names(table if score is None else score, row)
    named = called if score is None and row else None
    rows = trial(
        table, treatment=treatment, treated=treated, control=control, outcome=outcome, features=features, called=named, seed=seed, warnings=warnings,
    )  # fmt: skip
    if isinstance(rows, Answer):
        return rows
    asked = None if score is None else rows.known.matrix(score)
    own, plain, truth = models.cross_fitted(rows.x, rows.t, rows.y, seed, binary=rows.binary)
    fitted = models.effect(own, truth)
    if asked is None:
        names, told = called[rows.place.astype(int).tolist()], own
    else:
        one, none = models.outcomes(rows.x, rows.t, rows.y, binary=rows.binary).told(asked)
        names, told = called, one - none
    effect, error = fitted.of(told)
    return Told(rows, names, effect, error, own, plain, truth, fitted, float(stats.norm.ppf(0.5 + level / 200)))


def _summary(told: Told, warnings: list[Warned]) -> dict[str, Any]:
    t, y, fitted = told.rows.t, told.rows.y, told.fitted
    differ = fitted.slope > told.z * fitted.slope_error
    if not differ:
        warnings.append(
            Warned(
                "no_order",
                "the trial does not tell apart whom the treatment moves more; treat the order with care and rely on the mean effect",
            )
        )
    half = told.z * fitted.mean_error
    return {
        "qini": models.qini(told.own, t, y), "qini_normalised": models.qini_normalised(told.own, t, y), "uplift_at_30": models.uplift_first(told.own, t, y),
        "naive_qini_normalised": models.qini_normalised(told.plain, t, y), "naive_uplift_at_30": models.uplift_first(told.plain, t, y),
        "effect": fitted.mean, "effect_lo": fitted.mean - half, "effect_hi": fitted.mean + half,
        "differs": bool(differ), "shrunk_to": min(max(fitted.slope, 0.0), 1.0),
        "treated": int(t.sum()), "control": int(len(t) - t.sum()), "features": list(told.rows.known.names),
        "outcome_kind": "share" if told.rows.binary else "number",
    }  # fmt: skip


def _policy(told: Told, profit: float, cost: float) -> dict[str, Any]:
    """What giving brings a row of the trial, doubly robust: to those chosen without their own row, and to all; nothing to no one."""
    gain = told.truth * profit - cost
    give = told.fitted.of(told.own)[0] * profit > cost
    chosen, over = np.where(give, gain, 0.0), np.where(give, 0.0, -gain)
    count = np.sqrt(len(gain))

    def ranged(name: str, values: Floats) -> dict[str, float]:
        half = told.z * float(values.std() / count)
        return {name: float(values.mean()), f"{name}_lo": float(values.mean()) - half, f"{name}_hi": float(values.mean()) + half}  # fmt: skip

    found = ranged("profit_per_row", chosen) | ranged("profit_per_row_all", gain) | ranged("gain_over_all", over)
    verdict = "give" if found["profit_per_row_lo"] > 0 else "none" if not give.any() else "test_first"
    return {**found, "verdict": verdict, "share_given": float(give.mean())}
