"""What a campaign will bring before it runs, from the shop's own past campaigns of the like."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from castanea.analysis.causes.campaign_files import Campaigns, read_campaigns
from castanea.analysis.causes.campaign_model import Forecast, design, forecast
from castanea.analysis.common import Answer, Warned, not_enough
from castanea.kit.errors import InputError

F64 = npt.NDArray[np.float64]
LEAST_ALIKE, LEAST = 5, 8  # past campaigns of the kind, and in all
STOCK = 0.95  # chance that the stock holds out
DRAWS, BACKTESTS = 4_000, 12
BEYOND = 0.25  # of the range of the past: further out is told


@dataclass(frozen=True)
class Judged:
    """Errors of the logarithm of units, foretold from earlier campaigns alone: the model's, and those of the median of the kind.
    `inside`: the share of the model's intervals that held; `widen`: by how much they need to be wider."""

    model: float
    naive: float
    inside: float
    widen: float
    count: int


def plan_campaign(table: pl.DataFrame, *, plan: pl.DataFrame, level: float = 95, seed: int = 0) -> Answer:
    """Per planned campaign: plan, units, units_lo, units_hi, paid_amount, lo, hi, profit, profit_lo, profit_hi, stock_needed, like (the past
    campaigns of its kind, the nearest first).

    `table`: start, end (included), kind, units, paid_amount, and where known discount (a share, or per cent), spend, scope, cost (of a unit)
    or profit, sold_out; `plan` the same without results. Money in the currency of the file; units are of the whole campaign; stock_needed
    suffices with a chance of 95 %. Method: `campaign_model`. Not enough data: fewer than 5 past campaigns of the kind, or 8 in all; a plan of
    which there are too few gets no numbers. No profit without costs. Raises InputError."""
    if not 50 <= level <= 99.9:
        raise InputError(f"--level is {level:g}; write a level from 50 to 99.9", code="analysis.bad_level")
    warnings: list[Warned] = []
    past = read_campaigns(table, past=True, warnings=warnings)
    plans = read_campaigns(plan, past=False, warnings=warnings)
    past = Campaigns(past.table.sort("start", "name", "kind", "scope", "units"), past.used)
    counts = dict(past.table.group_by("kind").len().iter_rows())
    enough = [counts.get(k, 0) >= LEAST_ALIKE for k in plans.table["kind"]]
    if past.table.height < LEAST or not any(enough):
        return _too_few(past, plans, counts)
    used = tuple(name for name in past.used if name in plans.used)
    judged = _backtest(past, used, level, seed)
    units, price = _foretold(past, plans, used, np.random.default_rng(seed), judged.widen)
    _warn(past, plans, enough, used, warnings)
    rows, costed = _rows(past, plans, enough, (units, price), level)
    if not costed:
        warnings.append(
            Warned(
                "no_costs",
                "neither file tells what a unit costs (column cost) or past profits (column profit): no profit is told",
            )
        )
    summary = {
        "campaigns": past.table.height, "plans": plans.table.height, "answered": sum(enough), "backtested": judged.count,
        "backtest_error": judged.model, "naive_error": judged.naive, "intervals_held": judged.inside, "stock_service": STOCK,
        "used": list(used),
    }  # fmt: skip
    return Answer("plan-campaign", rows, summary, warnings, _words(rows, summary, level))


def _foretold(
    past: Campaigns, plans: Campaigns, used: tuple[str, ...], rng: np.random.Generator, widen: float
) -> tuple[F64, F64]:
    """Draws × plans of units and of the price paid per unit."""
    of_units = _of(
        past, plans, used, np.log((past.table["units"].to_numpy() + 0.5) / past.table["days"].to_numpy()), rng
    )
    wider = of_units.middle + widen * (of_units.draws - of_units.middle)
    units = np.maximum(np.exp(wider) * plans.table["days"].to_numpy() - 0.5, 0.0)
    sold = past.table["units"].to_numpy() > 0
    priced = Campaigns(past.table.filter(pl.Series(sold)), past.used)
    logs = np.log(np.maximum(priced.table["paid_amount"].to_numpy(), 1e-9) / priced.table["units"].to_numpy())
    return units, np.exp(_of(priced, plans, used, logs, rng).draws)


def _of(past: Campaigns, plans: Campaigns, used: tuple[str, ...], y: F64, rng: np.random.Generator) -> Forecast:
    numbers = past.numbers(used)
    made = design(past.table["kind"].to_list(), past.table["scope"].to_list(), numbers)
    rows = made.rows(past.table["kind"].to_list(), past.table["scope"].to_list(), numbers)
    asked = made.rows(plans.table["kind"].to_list(), plans.table["scope"].to_list(), plans.numbers(used))
    return forecast(rows, y, made.priors(), asked, rng, DRAWS)


def _backtest(past: Campaigns, used: tuple[str, ...], level: float, seed: int) -> Judged:
    """The last campaigns, each foretold from those before it."""
    table, tail = past.table, (1 - level / 100) / 2
    model, naive, inside, scores = [], [], [], []
    for n in range(max(LEAST - 2, table.height - BACKTESTS), table.height):
        before, now = Campaigns(table.head(n), past.used), Campaigns(table.slice(n, 1), past.used)
        alike = before.table.filter(pl.col("kind") == now.table["kind"][0])
        if alike.height < LEAST_ALIKE - 2:
            continue
        y = np.log((before.table["units"].to_numpy() + 0.5) / before.table["days"].to_numpy())
        told = _of(before, now, used, y, np.random.default_rng(seed))
        true = float(np.log((now.table["units"][0] + 0.5) / now.table["days"][0]))
        own = np.log((alike["units"].to_numpy() + 0.5) / alike["days"].to_numpy())
        model.append(abs(true - float(told.middle[0])))
        naive.append(abs(true - float(np.median(own))))
        lo, hi = np.quantile(told.draws[:, 0], [tail, 1 - tail])
        inside.append(bool(lo <= true <= hi))
        scores.append(abs(true - float(told.middle[0])) / max(float(told.draws[:, 0].std()), 1e-9))
    if not model:
        return Judged(0.0, 0.0, 0.0, 1.2, 0)
    widen = float(np.clip(np.sqrt((np.sum(np.square(scores)) + 4.0) / (len(scores) + 4.0)), 1.0, 3.0))
    return Judged(float(np.mean(model)), float(np.mean(naive)), float(np.mean(inside)), widen, len(model))


def _rows(
    past: Campaigns, plans: Campaigns, enough: list[bool], drawn: tuple[F64, F64], level: float
) -> tuple[pl.DataFrame, bool]:  # fmt: skip
    units, price = drawn
    tail = [(1 - level / 100) / 2, 0.5, 1 - (1 - level / 100) / 2]
    told, costed = [], True
    for n, row in enumerate(plans.table.iter_rows(named=True)):
        answer: dict[str, object] = {"plan": row["name"]}
        if enough[n]:
            paid = units[:, n] * price[:, n]
            answer |= dict(
                zip(("units_lo", "units", "units_hi"), map(float, np.quantile(units[:, n], tail)), strict=True)
            )
            answer |= dict(zip(("lo", "paid_amount", "hi"), map(float, np.quantile(paid, tail)), strict=True))
            cost = _cost(past.table, row)
            costed &= cost is not None
            if cost is not None:
                profit = paid - cost * units[:, n] - _spend(past, plans, row)
                answer |= dict(
                    zip(("profit_lo", "profit", "profit_hi"), map(float, np.quantile(profit, tail)), strict=True)
                )
            answer |= {
                "stock_needed": float(np.ceil(np.quantile(units[:, n], STOCK))),
                "like": ";".join(_like(past, row)),
            }
        told.append(answer)
    names = (
        "units",
        "units_lo",
        "units_hi",
        "paid_amount",
        "lo",
        "hi",
        "profit",
        "profit_lo",
        "profit_hi",
        "stock_needed",
    )
    return pl.DataFrame(
        told, schema={"plan": pl.String} | dict.fromkeys(names, pl.Float64) | {"like": pl.String}
    ), costed


def _spend(past: Campaigns, plans: Campaigns, row: dict[str, Any]) -> float:
    """The plan's; where it tells none, what past campaigns of the kind spent a day."""
    if "spend" in plans.used or "spend" not in past.used:
        return float(row["spend"])
    alike = past.table.filter(pl.col("kind") == pl.lit(row["kind"]))
    return float(np.median(alike["spend"].to_numpy() / alike["days"].to_numpy())) * float(row["days"])


def _cost(past: pl.DataFrame, row: dict[str, Any]) -> float | None:
    """Of a unit: the plan's own, else that of its scope, else of all."""
    if isinstance(row["cost"], float):
        return row["cost"]
    known = past.drop_nulls("cost").filter(pl.col("units") > 0)
    for part in (known.filter(pl.col("scope") == row["scope"]), known):
        if part.height:
            return float(np.average(part["cost"].to_numpy(), weights=part["units"].to_numpy()))
    return None


def _like(past: Campaigns, row: dict[str, Any]) -> list[str]:
    """The kind's past campaigns, the nearest first: scope, then discount and length."""
    other = pl.when(pl.col("scope") == pl.lit(row["scope"])).then(0.0).otherwise(1.0)
    discount = (pl.col("discount") - pl.lit(row["discount"])).abs() * 4
    length = (pl.col("days") / pl.lit(row["days"])).log().abs()
    alike = past.table.filter(pl.col("kind") == pl.lit(row["kind"])).with_columns(
        (other + discount + length).alias("apart")
    )
    alike = alike.sort("apart", "start", "name")
    return alike["name"].head(10).to_list()


def _warn(past: Campaigns, plans: Campaigns, enough: list[bool], used: tuple[str, ...], warnings: list[Warned]) -> None:
    few = sorted({k for k, ok in zip(plans.table["kind"], enough, strict=True) if not ok})
    if few:
        warnings.append(
            Warned(
                "too_few_alike",
                f"of kind {', '.join(few)} there are fewer than {LEAST_ALIKE} past campaigns: no numbers for them",
            )
        )
    missing = [n for n in past.used if n not in used]
    if missing:
        warnings.append(
            Warned(
                "not_in_the_plan",
                f"the plan does not tell {', '.join(missing)}; the past campaigns' is taken for usual",
            )
        )
    for name in (*used, "days"):
        low, high = float(past.table[name].min()), float(past.table[name].max())  # type: ignore[arg-type]
        room = BEYOND * (high - low)
        out = plans.table.filter((pl.col(name) < low - room) | (pl.col(name) > high + room))
        if out.height:
            warnings.append(Warned("outside_the_past", f"{name} of {', '.join(out['name'].to_list()[:5])} lies outside of what was tried "
                                   f"({low:g} to {high:g}): take the range as a guess"))  # fmt: skip


def _too_few(past: Campaigns, plans: Campaigns, counts: dict[str, int]) -> Answer:
    kinds = sorted(set(plans.table["kind"].to_list()))
    have = ", ".join(f"{k}: {counts.get(k, 0)}" for k in kinds)
    return not_enough(
        "plan-campaign", f"past campaigns of the kinds planned: {have}; {past.table.height} in all",
        f"{LEAST_ALIKE} of the kind, and {LEAST} in all", "none",
        f"数据不足：同类历史活动只有 {have}（共 {past.table.height} 次）；至少需要同类 {LEAST_ALIKE} 次、总共 {LEAST} 次。可先小范围试做并记录结果。",
        f"Too little: past campaigns of the kind: {have} ({past.table.height} in all). It takes {LEAST_ALIKE} of the kind and {LEAST} in all. "
        f"Run a small one and keep its result.",
    )  # fmt: skip


def _words(rows: pl.DataFrame, summary: dict[str, object], level: float) -> dict[str, str]:
    first = rows.drop_nulls("units").row(0, named=True)
    profit = first["profit"] is not None
    held = ("profit_lo", "profit_hi")
    low, high = (f"{first[n]:,.3g}" if profit else "" for n in held)
    zh_profit = f"，利润约 {first['profit']:,.3g}（{low} 至 {high}）" if profit else "，没有成本数据，不给出利润"
    en_profit = (
        f", a profit of {first['profit']:,.3g} ({low} to {high})" if profit else "; without costs no profit is told"
    )
    zh_test = f"用更早的活动预测最近 {summary['backtested']} 次：平均误差 {_off(summary['backtest_error'])}，同类中位数为 {_off(summary['naive_error'])}。"
    en_test = (
        f" Foretold from earlier ones, the last {summary['backtested']} were off by {_off(summary['backtest_error'])} on average (the median "
        f"of the kind: {_off(summary['naive_error'])})."
    )
    return {
        "zh": f"“{first['plan']}”预计卖出 {first['units']:,.3g} 件（{level:g}% 区间 {first['units_lo']:,.3g} 至 {first['units_hi']:,.3g}），支付金额 "
            f"{first['paid_amount']:,.3g}（{first['lo']:,.3g} 至 {first['hi']:,.3g}）{zh_profit}；备货 {first['stock_needed']:,.0f} 件，够用的把握 95%。"
            f"{zh_test}这是同类活动的总量，不是增量；若市场、价格或流量与过去不同，结果会变。",
        "en": f"{first['plan']!r} should sell {first['units']:,.3g} units ({level:g} % interval {first['units_lo']:,.3g} to {first['units_hi']:,.3g}) for "
            f"{first['paid_amount']:,.3g} ({first['lo']:,.3g} to {first['hi']:,.3g}){en_profit}. {first['stock_needed']:,.0f} units suffice with a chance "
            f"of 95 %.{en_test} These are totals of campaigns of the kind, not what they add; another market, price or traffic would change them.",
    }  # fmt: skip


def _off(error: object) -> str:
    return f"{np.expm1(float(str(error))):.0%}"
