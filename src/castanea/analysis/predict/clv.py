"""What each customer will still buy and spend: models of buying until dropping out, chosen or combined by a backtest."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt
import polars as pl

from castanea.analysis.common import Answer, Warned, not_enough, numbers, present, texts, times
from castanea.analysis.common.columns import moment, span
from castanea.analysis.predict.purchase_forecast import Bought, Spend, alive, drawn, expected, fit_spend
from castanea.analysis.predict.purchase_models import Fitted, fit_bg_nbd, fit_pareto_nbd
from castanea.kit.errors import InputError

Floats = npt.NDArray[np.float64]
FITS = {"bg-nbd": fit_bg_nbd, "pareto-nbd": fit_pareto_nbd}
LEAST_CUSTOMERS, LEAST_DAYS, LEAST_REPEATS, LEAST_TESTED = 500, 180, 50, 100
MOST_FITTED, DRAWS, BLOCK, WEEK = 20_000, 1_000, 5_000, 7.0
CUTS = (0.5, 0.67)  # of the calibration, where the backtest looks ahead
MOST_MOVED = 0.15  # by which a total is moved for what the backtest was off
CLEARLY = 0.02  # by which a model must be better than the other to stand alone


@dataclass(frozen=True)
class _Tested:
    model: str
    error: float  # root mean square, purchases per customer
    bias: float
    naive: float  # of each customer's own rate going on


def clv(
    table: pl.DataFrame, *, customer: str, time: str, until: str, horizon: str, value: str = "", model: str = "auto", level: float = 95, seed: int = 0,
) -> Answer:  # fmt: skip
    """Per customer: purchases expected within `horizon` after `until` (days with a purchase) with purchases_lo and purchases_hi, p_alive;
    with `value` also spend (of one purchase, in its unit) and value (purchases × spend). Parameters are for times in weeks.

    Models: BG/NBD and Pareto/NBD by maximum likelihood; spend: Gamma-Gamma over repeat purchases. `auto` fits both at two cuts inside the
    calibration and takes their mean, or one of them where the other's error there is clearly larger; half of what their total was off there
    is made up for (`moved`, at most 15 %). Rows after `until` are not looked at.
    Not enough data: under 500 customers, 180 days or 50 repeat purchases. Raises InputError for bad columns, dates or options."""
    if model not in ("auto", *FITS):
        raise InputError(f"--model is {model!r}; write auto, bg-nbd or pareto-nbd", code="analysis.bad_choice")
    if not 50 <= level <= 99.9:
        raise InputError(f"--level is {level:g}; write a level from 50 to 99.9", code="analysis.bad_level")
    end, ahead = moment(until), span(horizon, "--horizon").total_seconds() / 86_400 / WEEK
    days, warnings = _days(table, customer, time, value, end)
    per = _summed(days, end)
    short = _too_little(per, days)
    if short:
        return short
    bought = _bought(per)
    tested = _backtest(days, end, seed, warnings) if model == "auto" else []
    fitted = _chosen(model, bought, tested, seed, warnings)
    spend = _spend(per, warnings) if value else None
    moved = _moved(fitted, tested)
    answer = _table(per, bought, fitted, ahead, moved, spend, level, seed)
    if per["key"].cast(pl.Int64, strict=False).null_count() == 0 and table[customer].dtype.is_integer():
        answer = answer.with_columns(pl.col("customer").cast(table[customer].dtype)).sort("customer")
    summary = _summary(answer, fitted, tested, spend, ahead, moved, per, model)
    return Answer("clv", answer, summary, warnings, _words(summary, horizon, level))


def _days(
    table: pl.DataFrame, customer: str, time: str, value: str, end: datetime
) -> tuple[pl.DataFrame, list[Warned]]:
    """One row per customer and day until `end`: key, day, spent (0 without `value`). Returns of goods are no purchases."""
    present(table, customer, time, value or None)
    at = times(table, time)
    if at.counted:
        raise InputError(f"column {time!r} holds whole numbers; lifetime value needs dates such as 2026-11-20", code="analysis.bad_value")  # fmt: skip
    spent = numbers(table, value) if value else pl.Series("spent", [0.0]).new_from_index(0, table.height)
    rows = pl.DataFrame({"key": texts(table, customer), "day": at.values.dt.truncate("1d"), "spent": spent})
    warnings = []
    whole = rows.drop_nulls()
    if whole.height < rows.height:
        warnings.append(Warned("gaps", f"{rows.height - whole.height:,} rows lack the customer or the value and are left out"))  # fmt: skip
    back = whole.filter(pl.col("spent") < 0).height
    if back:
        warnings.append(Warned("returns", f"{back:,} rows have a value below zero (returns); they are no purchases and are left out"))  # fmt: skip
    kept = whole.filter((pl.col("spent") >= 0) & (pl.col("day") <= end))
    later = whole.height - back - kept.height
    if later:
        warnings.append(Warned("after_until", f"{later:,} rows lie after --until and are not looked at"))
    days = kept.sort("key", "day", "spent").group_by("key", "day", maintain_order=True).agg(pl.col("spent").sum())
    return days, warnings


def _summed(days: pl.DataFrame, end: datetime) -> pl.DataFrame:
    """Per customer: x, last, age (weeks), mean spend of the repeat purchases and over all purchases."""
    week = 86_400_000_000 * WEEK
    return days.group_by("key", maintain_order=True).agg(
        (pl.len() - 1).cast(pl.Float64).alias("x"),
        ((pl.col("day").last() - pl.col("day").first()).cast(pl.Int64) / week).alias("last"),
        ((pl.lit(end) - pl.col("day").first()).cast(pl.Int64) / week).alias("age"),
        pl.col("spent").slice(1).mean().alias("repeat_mean"),
    )


def _too_little(per: pl.DataFrame, days: pl.DataFrame) -> Answer | None:
    oldest = float(per["age"].max() or 0.0) * WEEK if per.height else 0.0  # type: ignore[arg-type]
    repeats = days.height - per.height
    if per.height >= LEAST_CUSTOMERS and oldest >= LEAST_DAYS and repeats >= LEAST_REPEATS:
        return None
    return not_enough(
        "clv", f"there are {per.height:,} customers over {oldest:,.0f} days with {repeats:,} repeat purchases",
        f"{LEAST_CUSTOMERS} customers, {LEAST_DAYS} days and {LEAST_REPEATS} repeat purchases until --until", "none; segments show who bought lately and often",
        f"数据不足：只有 {per.height:,} 位客户、{oldest:,.0f} 天、{repeats:,} 次复购；"
        f"至少需要 {LEAST_CUSTOMERS} 位客户、{LEAST_DAYS} 天和 {LEAST_REPEATS} 次复购。可先用客户分层（segments）。",
        f"Too little: {per.height:,} customers over {oldest:,.0f} days with {repeats:,} repeat purchases; {LEAST_CUSTOMERS} customers, {LEAST_DAYS} days and "
        f"{LEAST_REPEATS} repeat purchases are needed. Segments can be had already.",
    )  # fmt: skip


def _bought(per: pl.DataFrame) -> Bought:
    return Bought(*(per[c].to_numpy() for c in ("x", "last", "age")))


def _fit(name: str, bought: Bought, seed: int) -> Fitted:
    if len(bought) > MOST_FITTED:
        some = np.sort(np.random.default_rng(seed).choice(len(bought), MOST_FITTED, replace=False))
        bought = Bought(bought.x[some], bought.last[some], bought.age[some])
    return FITS[name](bought.x, bought.last, bought.age)


def _backtest(days: pl.DataFrame, end: datetime, seed: int, warnings: list[Warned]) -> list[_Tested]:
    """Both models, fitted at cuts inside the calibration, against what was bought from there to its end."""
    begin = days["day"].min()
    if not isinstance(begin, datetime):
        raise AssertionError("there are days")
    errors: dict[str, list[tuple[float, float, float, float]]] = {name: [] for name in FITS}
    for share in CUTS:
        cut = begin + (end - begin) * share
        cut = cut.replace(hour=0, minute=0, second=0, microsecond=0)
        per = _summed(days.filter(pl.col("day") <= cut), cut)
        if per.height < LEAST_TESTED or float(per["x"].sum()) < LEAST_REPEATS:
            continue
        later = days.filter(pl.col("day") > cut).group_by("key").len()
        actual = (
            per.join(later, on="key", how="left", maintain_order="left")["len"].fill_null(0).cast(pl.Float64).to_numpy()
        )
        if actual.sum() < LEAST_REPEATS:
            continue
        bought, ahead = _bought(per), (end - cut).total_seconds() / 86_400 / WEEK
        naive = float(np.mean((bought.x / np.maximum(bought.age, 1 / WEEK) * ahead - actual) ** 2))
        for name in FITS:
            told = expected(_fit(name, bought, seed), bought, ahead)
            errors[name].append((float(np.mean((told - actual) ** 2)), float(told.sum()), float(actual.sum()), naive))
    if not errors["bg-nbd"]:
        warnings.append(Warned("no_backtest", "too few repeat purchases for a backtest; both models are combined"))  # fmt: skip
        return []
    found = []
    for name, each in errors.items():
        error, said, was, plain = (float(sum(e[n] for e in each)) for n in range(4))
        found.append(_Tested(name, (error / len(each)) ** 0.5, said / was - 1, (plain / len(each)) ** 0.5))
    if min(t.error for t in found) > found[0].naive:
        warnings.append(Warned("naive_was_better", "in the backtest each customer's own rate going on did better than the models; use with care"))  # fmt: skip
    return found


def _chosen(model: str, bought: Bought, tested: list[_Tested], seed: int, warnings: list[Warned]) -> list[Fitted]:
    wanted = list(FITS) if model == "auto" else [model]
    if tested:
        best = min(t.error for t in tested)
        wanted = [t.model for t in tested if t.error <= best * (1 + CLEARLY)]
    fitted = [_fit(name, bought, seed) for name in wanted]
    if len(bought) > MOST_FITTED:
        warnings.append(Warned("sampled", f"the parameters are fitted on {MOST_FITTED:,} of {len(bought):,} customers, drawn by the seed"))  # fmt: skip
    if any(max(f.parameters.values()) > 1e4 or min(f.parameters.values()) < 1e-4 for f in fitted):
        warnings.append(Warned("edge", "a parameter runs to the edge: customers hardly differ, or never stop; single predictions are rough"))  # fmt: skip
    return fitted


def _moved(fitted: list[Fitted], tested: list[_Tested]) -> float:
    """The factor for half of what the chosen models' total was off in the backtest."""
    chosen = [t.bias for t in tested if t.model in {f.model for f in fitted}]
    if not chosen:
        return 1.0
    return float(np.clip((1 + np.mean(chosen)) ** -0.5, 1 - MOST_MOVED, 1 + MOST_MOVED))


def _spend(per: pl.DataFrame, warnings: list[Warned]) -> Spend | None:
    known = per.filter((pl.col("x") > 0) & (pl.col("repeat_mean") > 0))
    if known.height < 2:
        warnings.append(Warned("no_spend", "no customer paid anything on a repeat purchase; there is no spend to expect"))  # fmt: skip
        return None
    x, mean = known["x"].to_numpy(), known["repeat_mean"].to_numpy()
    if float(mean.std()) <= 1e-9 * float(mean.mean()):
        warnings.append(Warned("constant_spend", "every purchase has the same value; it is taken as it is"))
        return Spend(1.0, 0.0, 0.0, float(mean.mean()), 0.0)
    ties = float(np.corrcoef(x, mean)[0, 1]) if float(x.std()) > 0 else 0.0
    if abs(ties) > 0.3:
        warnings.append(Warned("spend_tied", f"spend and frequency go together (correlation {ties:.2f}); Gamma-Gamma takes them for unrelated"))  # fmt: skip
    return fit_spend(x, mean)


def _table(
    per: pl.DataFrame,
    bought: Bought,
    fitted: list[Fitted],
    ahead: float,
    moved: float,
    spend: Spend | None,
    level: float,
    seed: int,
) -> pl.DataFrame:
    mean = moved * np.mean([expected(f, bought, ahead) for f in fitted], axis=0)
    rng, tail = np.random.default_rng(seed), (1 - level / 100) / 2
    low, high = np.zeros(len(bought)), np.zeros(len(bought))
    for begin in range(0, len(bought), BLOCK):
        here = slice(begin, begin + BLOCK)
        part = Bought(bought.x[here], bought.last[here], bought.age[here])
        paths = np.concatenate([drawn(f, part, ahead * moved, DRAWS // len(fitted), rng) for f in fitted])
        low[here], high[here] = np.quantile(paths, [tail, 1 - tail], axis=0, method="inverted_cdf")
    columns: dict[str, object] = {
        "customer": per["key"], "purchases": mean, "purchases_lo": low, "purchases_hi": high,
        "p_alive": np.mean([alive(f, bought) for f in fitted], axis=0),
    }  # fmt: skip
    nothing = pl.Series([None], dtype=pl.Float64).new_from_index(0, per.height)
    if spend:
        each = (
            spend.of(bought.x, per["repeat_mean"].fill_null(0.0).to_numpy())
            if spend.q
            else np.full(per.height, spend.usual)
        )
        columns |= {"spend": each, "value": mean * each}
    else:
        columns |= {"spend": nothing, "value": nothing}
    columns |= {"frequency": bought.x, "recency_weeks": bought.last, "age_weeks": bought.age}
    return pl.DataFrame(columns)


def _summary(
    answer: pl.DataFrame, fitted: list[Fitted], tested: list[_Tested], spend: Spend | None, ahead: float, moved: float, per: pl.DataFrame, model: str
) -> dict[str, object]:  # fmt: skip
    one = len(fitted) == 1
    parameters: object = fitted[0].parameters if one else {f.model: f.parameters for f in fitted}
    likelihood: object = fitted[0].log_likelihood if one else {f.model: f.log_likelihood for f in fitted}
    chosen = [t for t in tested if t.model in {f.model for f in fitted}]
    return {
        "model": fitted[0].model if one else "+".join(f.model for f in fitted), "asked": model, "parameters": parameters, "log_likelihood": likelihood,
        "customers": per.height, "repeat_purchases": int(per["x"].sum()), "horizon_weeks": ahead,
        "purchases": float(answer["purchases"].sum()), "alive": float(answer["p_alive"].sum()),
        "value": float(answer["value"].sum()) if spend else None,
        "spend_parameters": {"p": spend.p, "q": spend.q, "v": spend.v} if spend and spend.q else None,
        "spend_log_likelihood": spend.log_likelihood if spend and spend.q else None,
        "backtest": [{"model": t.model, "rmse": t.error, "bias": t.bias, "naive_rmse": t.naive} for t in tested] or None,
        "moved": moved, "backtest_bias": float(np.mean([t.bias for t in chosen])) if chosen else None,
    }  # fmt: skip


def _words(summary: dict[str, object], horizon: str, level: float) -> dict[str, str]:
    bias, value = summary["backtest_bias"], summary["value"]
    past_zh = past_en = ""
    if isinstance(bias, float):
        past_zh = f"用自身历史回测，总量{'高' if bias > 0 else '低'}估 {abs(bias):.0%}，已修正一半。"
        past_en = f" In its own past its total was {abs(bias):.0%} too {'high' if bias > 0 else 'low'}, half of which is made up for."
    money_zh = f"，约合金额 {value:,.0f}" if isinstance(value, float) else ""
    money_en = f", worth about {value:,.0f}" if isinstance(value, float) else ""
    n, alive_, total = summary["customers"], summary["alive"], summary["purchases"]
    return {
        "zh": f"{n:,} 位客户中预计约 {alive_:,.0f} 位仍会购买；未来 {horizon} 内约 {total:,.0f} 次购买{money_zh}。"
        f"每位客户的区间（{level:g}%）很宽：单个人说不准，合计才可靠。{past_zh}"
        "促销、季节与新客不在其中；若购买节奏改变，请重新计算。",
        "en": f"Of {n:,} customers about {alive_:,.0f} will buy again; within {horizon} about {total:,.0f} purchases{money_en}. "
        f"Each customer's own range ({level:g} %) is wide: "
        f"trust the sums, not the single person.{past_en} Promotions, seasons and new customers are not in it; ask again when the pace changes.",
    }  # fmt: skip
