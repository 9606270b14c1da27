"""How likely each customer or visit is to say yes: buy, come back, leave."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from scipy import stats

from castanea.analysis.common import Answer, Warned, not_enough, present, times
from castanea.analysis.customers import purchase_chance as chances
from castanea.analysis.customers.features import Features, features_of, outcome_of, row_names, sorted_rows
from castanea.analysis.customers.leaks import Suspect, suspects
from castanea.analysis.customers.propensity_words import words
from castanea.analysis.customers.purchase_chance import Floats
from castanea.kit.errors import InputError

LEAST_EACH, LEAST_ROWS, LEAST_LATE = 30, 200, 10
MOST_ROWS = 40_000
DRIFT = 0.05  # of AUC, from which on later rows are said to be harder


@dataclass(frozen=True)
class Rows:
    """Of the rows with an outcome, in an order of their own: the matrix, the outcome, and when (0 where no time is given)."""

    x: Floats
    y: Floats
    at: Floats
    place: Floats  # of each row in the file


@dataclass(frozen=True)
class Tested:
    """Chances told for rows that the model had not seen, with their outcome; `odds` before scaling. NaN for rows never foretold."""

    odds: Floats
    told: Floats
    y: Floats
    scale: chances.Scale  # for rows to come

    @property
    def seen(self) -> tuple[Floats, Floats]:
        known = np.isfinite(self.told)
        return self.told[known], self.y[known]

    def figures(self) -> dict[str, Any]:
        told, y = self.seen
        return {
            "auc": chances.auc(told, y), "average_precision": chances.average_precision(told, y), "calibration_error": chances.calibration_error(told, y),
        }  # fmt: skip


def propensity(
    table: pl.DataFrame, *, outcome: str, features: Sequence[str], time: str = "", score: pl.DataFrame | None = None, row: str = "",
    level: float = 95, seed: int = 0,
) -> Answer:  # fmt: skip
    """Per row of `score` the probability (0–1) that `outcome` is yes; without `score`, per row of the table, from models that have not seen it.

    Boosted trees and forests averaged and scaled to the rates seen (`purchase_chance`). The figures of the summary (auc with its interval at
    `level` %, average_precision, calibration_error over ten bins of equally many rows) are cross-validated over five folds; with `time` they
    are those of the last fifth of time foretold from what came before, and `random_split` has the others. `leaks`: features that may be
    known only after the outcome, and the figures without them beside. Where the models do no better than the plain rate, everyone gets that.
    Not enough data: under 200 rows or 30 of either outcome. Raises InputError for bad columns, cells or options."""
    if not 50 <= level <= 99.9:
        raise InputError(f"--level is {level:g}; write a level from 50 to 99.9", code="analysis.bad_level")
    present(table, outcome, time or None)
    warnings: list[Warned] = []
    known = features_of(table, features, (outcome, time, row), warnings)
    y = outcome_of(table, outcome)
    at = times(table, time).values.cast(pl.Int64).cast(pl.Float64) if time else pl.zeros(table.height, pl.Float64, eager=True)  # fmt: skip
    called = row_names(table if score is None else score, row)
    short = _too_little(y, known)
    if short:
        return short
    asked = None if score is None else known.matrix(score)
    rows = _rows(known, table, y, at, called if score is None else None, seed, warnings)
    suspected, alone = suspects(rows.x, rows.y, known.owner, known.names, seed)
    clean = ~np.isin(known.owner, [known.names.index(s.feature) for s in suspected])
    crossed, later = _evaluated(rows, seed, bool(time), warnings)
    tested = later or crossed
    summary = _summary(tested, known, rows, suspected, alone, level)
    if later:
        summary["random_split"] = crossed.figures()
        if crossed.figures()["auc"] - summary["auc"] > DRIFT:
            warnings.append(
                Warned(
                    "harder_later",
                    f"later rows are harder to foretell (AUC {summary['auc']:.3f}) than rows drawn at random ({crossed.figures()['auc']:.3f}): "
                    f"customers or pages have changed",
                )
            )
    elif not time:
        warnings.append(Warned("no_time", "without --time the figures are those of rows drawn at random; on later rows they are often lower"))  # fmt: skip
    if suspected:
        summary |= _without(rows, clean, seed, bool(later), warnings)
        warnings.extend(
            Warned("leak", f"{s.feature}: {s.why}; leave it out of --features unless it is known before the outcome")
            for s in suspected
        )
    plain = summary["model"] == "base_rate"
    if plain:
        warnings.append(Warned("no_better_than_rate", "the features foretell no better than the plain rate; every row gets that rate"))  # fmt: skip
    answer = _scored(rows, tested, asked, called, seed, float(rows.y.mean()) if plain else None)
    _moved(asked, rows, known, warnings)
    if later and score is None:
        warnings.append(
            Warned(
                "late_rows",
                "only the last fifth of time, foretold from what came before, has probabilities; name rows to come with --score",
            )
        )
    return Answer("propensity", answer, summary, warnings, words(summary, outcome, level))


def _rows(
    known: Features, table: pl.DataFrame, y: pl.Series, at: pl.Series, called: pl.Series | None, seed: int, warnings: list[Warned],
) -> Rows:  # fmt: skip
    """Rows that hold the same follow their names, where they have any, so that the file's own order does not matter."""
    x, full = known.matrix(table), y.is_not_null().to_numpy()
    if not full.all():
        warnings.append(Warned("gaps", f"{int((~full).sum()):,} rows have no outcome and are left out of training"))
    place = np.flatnonzero(full)
    outcome, when = y.to_numpy()[place], at.to_numpy()[place]
    name = np.zeros(table.height) if called is None else called.rank("dense").cast(pl.Float64).to_numpy()
    order = sorted_rows(when.reshape(-1, 1), x[place], outcome.reshape(-1, 1), name[place].reshape(-1, 1))
    if len(order) > MOST_ROWS:
        some = np.sort(np.random.default_rng(seed).choice(len(order), MOST_ROWS, replace=False))
        order = order[some]
        warnings.append(Warned("sampled", f"the models are fitted on {MOST_ROWS:,} of {len(place):,} rows, drawn by the seed"))  # fmt: skip
    return Rows(x[place][order], outcome[order], when[order], place[order].astype(float))


def _evaluated(rows: Rows, seed: int, timed: bool, warnings: list[Warned]) -> tuple[Tested, Tested | None]:
    """By folds drawn at random, and by time where that can be."""
    folds = chances.stratified(rows.y, seed)
    odds = chances.out_of_fold(rows.x, rows.y, folds, seed)
    crossed = Tested(odds, chances.scaled_across(odds, rows.y, folds), rows.y, chances.scale_of(odds, rows.y))
    later = _later(rows, seed) if timed else None
    if timed and later is None:
        warnings.append(
            Warned(
                "time_too_short",
                f"a part of the time has under {LEAST_LATE} of either outcome; the figures are those of rows drawn at random",
            )
        )
    return crossed, later


def _later(rows: Rows, seed: int) -> Tested | None:
    """The level is that of all before: how it moved until then is no guide to how it goes on."""
    before, last = chances.forward(rows.at)
    if any(min(rows.y[part].sum(), (1 - rows.y[part]).sum()) < LEAST_LATE for part in (before, last)):
        return None
    odds = chances.out_of_fold(rows.x, rows.y, [(before, last)], seed)
    told = np.full(len(rows.y), np.nan)
    told[last] = chances.chance_of(odds[last])
    return Tested(odds, told, rows.y, chances.Scale())


def _without(rows: Rows, clean: Any, seed: int, timed: bool, warnings: list[Warned]) -> dict[str, Any]:
    """The figures without the features suspected of a leak."""
    if not clean.any():
        return {"auc_without_leaks": 0.5, "average_precision_without_leaks": float(rows.y.mean())}
    left = Rows(rows.x[:, clean], rows.y, rows.at, rows.place)
    crossed, later = _evaluated(left, seed, timed, warnings)
    figures = (later or crossed).figures()
    told = {f"{name}_without_leaks": value for name, value in figures.items()}
    return told | ({"random_split_without_leaks": crossed.figures()} if later else {})


def _summary(
    tested: Tested, known: Features, rows: Rows, suspected: list[Suspect], alone: dict[str, float], level: float
) -> dict[str, Any]:
    told, y = tested.seen
    figures, rate = tested.figures(), float(rows.y.mean())
    half = float(stats.norm.ppf(0.5 + level / 200)) * chances.auc_error(figures["auc"], y)
    worse = not chances.clearly_better(told, y, rate)
    return {
        **figures, "auc_lo": max(figures["auc"] - half, 0.0), "auc_hi": min(figures["auc"] + half, 1.0), "leaks": [s.feature for s in suspected],
        "leak_details": [{"feature": s.feature, "auc_alone": s.alone, "auc_of_the_rest": s.rest} for s in suspected],
        "evaluation": "cross-validation" if len(y) == len(rows.y) else "later rows", "model": "base_rate" if worse else "boosting+forests",
        "rate": rate, "rows": len(rows.y), "positives": int(rows.y.sum()), "tested": len(y), "features": list(known.names), "auc_alone": alone,
        "calibration": chances.bins(told, y),
    }  # fmt: skip


def _scored(rows: Rows, tested: Tested, asked: Floats | None, called: pl.Series, seed: int, plain: float | None) -> pl.DataFrame:  # fmt: skip
    if asked is None:
        known = np.isfinite(tested.told)
        names, told = called[rows.place[known].astype(int).tolist()], tested.told[known]
    else:
        names = called
        told = (
            np.zeros(len(asked)) if plain is not None else tested.scale(chances.fit(rows.x, rows.y, seed).odds(asked))
        )
    if plain is not None:
        told = np.full(len(names), plain)
    return pl.DataFrame({"row": names, "probability": told}).sort("row", "probability")


def _moved(asked: Floats | None, rows: Rows, known: Features, warnings: list[Warned]) -> None:
    """Says which features of the rows to score lie outside what was learned from."""
    if asked is None:
        return
    out = []
    for place, feature in enumerate(known.all):
        columns = known.owner == place
        if feature.levels is None:
            seen, now = rows.x[:, columns], asked[:, columns]
            now = now[np.isfinite(now)]
            strange = float(np.mean((now < np.nanmin(seen)) | (now > np.nanmax(seen)))) if now.size else 1.0
        else:
            strange = float(np.mean(asked[:, columns].sum(axis=1) == 0) - np.mean(rows.x[:, columns].sum(axis=1) == 0))
        if strange > 0.1:
            out.append(feature.name)
    if out:
        warnings.append(
            Warned(
                "unlike",
                f"{', '.join(out)}: more than a tenth of the rows to score lie outside what was learned from; their probabilities are rough",
            )
        )


def _too_little(y: pl.Series, known: Features) -> Answer | None:
    yes, no = int((y == 1).sum()), int((y == 0).sum())
    if not known.all:
        return not_enough(
            "propensity", "no feature varies", "features that differ between rows", f"the rate of all: {yes} of {yes + no} rows",
            "数据不足：没有任何特征有变化，无法区分各行；需要各行取值不同的特征。", "Too little: no feature varies, so that no row differs from "
            "another; features that differ are needed.",
        )  # fmt: skip
    if yes >= LEAST_EACH and no >= LEAST_EACH and yes + no >= LEAST_ROWS:
        return None
    return not_enough(
        "propensity", f"there are {yes + no:,} rows with an outcome: {yes:,} yes and {no:,} no",
        f"{LEAST_ROWS} rows with an outcome, {LEAST_EACH} of them yes and {LEAST_EACH} no", f"the rate of all: {yes} of {yes + no} rows",
        f"数据不足：只有 {yes + no:,} 行有结果，其中“是”{yes:,}、“否”{no:,}；至少需要 {LEAST_ROWS} 行，且“是”“否”各不少于 {LEAST_EACH}。"
        f"目前只能给出总体比例。",
        f"Too little: {yes + no:,} rows with an outcome, {yes:,} yes and {no:,} no; {LEAST_ROWS} rows with at least {LEAST_EACH} of each are needed. "
        "Until then there is the rate of all.",
    )  # fmt: skip
