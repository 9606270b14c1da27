"""Which price: how units answer to price, and what of the prices already tried brings most."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from castanea.analysis.common import Answer, Warned, not_enough
from castanea.analysis.pricing.elasticity import Shrunk, Slope, quantiles, shrunk, slope_of
from castanea.analysis.pricing.panel import Floats, Panel, panel_of
from castanea.analysis.pricing.price_choice import Guard, allowed, by_turnover, chosen
from castanea.analysis.pricing.price_words import words
from castanea.kit.errors import InputError

LEAST_PRICES, LEAST_DAYS, LEAST_PERIODS = 4, 56, 8
APART = 0.005  # relative distance from which two prices are two
RECENT = 8  # times that "now" is read from
TRIED = (0.01, 0.99)  # share of rows between which a price counts as tried
COLUMNS: Mapping[str, Any] = {
    "product": pl.String, "elasticity": pl.Float64, "se": pl.Float64, "lo": pl.Float64, "hi": pl.Float64, "price_now": pl.Float64,
    "price_best": pl.Float64, "profit_change": pl.Float64, "profit_lo": pl.Float64, "profit_hi": pl.Float64, "verdict": pl.String,
    "price_best_lo": pl.Float64, "price_best_hi": pl.Float64, "tried_from": pl.Float64, "tried_to": pl.Float64, "at_edge": pl.Boolean,
    "guarded": pl.Boolean, "units_now": pl.Float64, "cost": pl.Float64, "break_even_margin": pl.Float64, "turnover_change": pl.Float64,
    "elasticity_raw": pl.Float64, "se_raw": pl.Float64, "cross": pl.Float64, "cross_se": pl.Float64, "prices": pl.Int64, "rows": pl.Int64,
}  # fmt: skip


@dataclass(frozen=True)
class Tried:
    """What a product's rows tell of its prices: how many, over how long, from where to where, and now (with units a time and cost)."""

    prices: int
    long_enough: bool
    low: float
    high: float
    now: float
    cost: float | None
    rival: float | None

    @property
    def enough(self) -> bool:
        return self.prices >= LEAST_PRICES and self.long_enough


def price(
    table: pl.DataFrame, *, product: str, price: str, units: str, time: str = "", store: str = "", promotion: Sequence[str] = (), cost: str = "",
    competitor: str = "", margin: float = 0.0, most_change: float = 0.0, corridor: float = 0.1, level: float = 95, seed: int = 0,
) -> Answer:  # fmt: skip
    """Per product: product, elasticity, se, lo, hi, price_now, price_best, profit_change, profit_lo, profit_hi, verdict; further the interval of
    the best price, the range tried, units_now and profits a period over all stores (a row, without `time`), the margin at which the price
    now is right (`break_even_margin`), the elasticity by the product's own rows without time effects (`elasticity_raw`, `se_raw`) and that to
    the other products' mean price (`cross`). Money in the price's own currency.

    Method: see `elasticity` (log-log, store effects, promotions, trend, season and weekday, drawn together across products) and `price_choice`
    (inside the prices tried; `margin`, `most_change` and `corridor` around `competitor` are guards). Without `cost` only a rise that
    brings more turnover is advised, and no profit told. Not enough data: no product with 4 prices over 8 weeks. Raises InputError."""
    del seed  # nothing is drawn
    _check(level, margin, most_change, corridor)
    panel, warnings = panel_of(table, product, price, units, time, store, promotion, cost, competitor)
    parts = panel.parts()
    tried = [_tried(rows) for rows in parts]
    if not any(t.enough for t in tried):
        return _too_little(tried)
    raw = [slope_of(r, timed=False) if t.prices > 1 else None for r, t in zip(parts, tried, strict=True)]
    own = [slope_of(r, timed=True) if t.prices > 1 else None for r, t in zip(parts, tried, strict=True)]
    own = [s if t.enough else None for s, t in zip(own, tried, strict=True)]
    if not any(own):
        return _too_little(tried, mingled=True, sold=bool(panel.units.any()))
    held = shrunk(own)
    guard = Guard(margin, most_change, corridor if competitor else 0.0)
    others = _others(panel)
    rows = []
    for n, (part, known) in enumerate(zip(parts, tried, strict=True)):
        row = _row(part, known, own[n], held, n, guard, level)
        cross = (
            slope_of(part, timed=True, other=others[panel.product == n])
            if others is not None and known.prices > 1
            else None
        )
        alone = raw[n]
        row |= {"elasticity_raw": alone.slope, "se_raw": alone.se} if alone else {}
        row |= {"cross": cross.slope, "cross_se": cross.se} if cross else {}
        rows.append({"product": panel.products[n], "prices": known.prices, "rows": len(part.price)} | row)
    answer = pl.DataFrame([dict.fromkeys(COLUMNS) | row for row in rows], schema=dict(COLUMNS))
    summary = _summary(answer, panel, held, own, has_cost=bool(cost), timed=bool(time))
    warnings += _doubts(answer, panel, has_cost=bool(cost), timed=bool(time))
    return Answer("price", _typed(answer, table[product]), summary, warnings, words(answer, summary, level))


def _check(level: float, margin: float, most_change: float, corridor: float) -> None:
    if not 50 <= level <= 99.9:
        raise InputError(f"--level is {level:g}; write a level from 50 to 99.9", code="analysis.bad_level")
    for name, value in (("margin", margin), ("most-change", most_change), ("corridor", corridor)):
        if not 0 <= value < 1:
            raise InputError(
                f"--{name} is {value:g}; write a share from 0 to below 1, such as 0.2", code="analysis.bad_number"
            )


def _tried(rows: Panel) -> Tried:
    """Prices count when they differ inside a store: a price that is only another elsewhere was never tried."""
    logs = np.log(rows.price)
    lowest = np.full(int(rows.store.max()) + 1, np.inf)
    highest = np.full(len(lowest), -np.inf)
    np.minimum.at(lowest, rows.store, logs)
    np.maximum.at(highest, rows.store, logs)
    moved = bool((highest - lowest > APART).any())
    sorted_ = np.sort(logs)
    count, last = 1, float(sorted_[0])
    for value in np.unique(sorted_) if moved else ():
        if value - last > APART:
            count, last = count + 1, float(value)
    long = len(logs) >= LEAST_PERIODS
    if rows.place is not None:
        times = np.unique(rows.place)
        step = float(np.median(np.diff(times))) if len(times) > 1 else 1.0
        long = len(times) >= LEAST_PERIODS and (rows.counted or times[-1] - times[0] + step >= LEAST_DAYS)
    recent = _recent(rows)
    now = float(np.median(rows.price[recent]))
    low, high = (float(v) for v in np.quantile(rows.price, TRIED, method="inverted_cdf"))
    weight = rows.units[recent] + 1e-9
    cost = None if rows.cost is None else float(weight @ rows.cost[recent] / weight.sum())
    rival = None if rows.rival is None else float(np.median(rows.rival[recent]))
    return Tried(count, long, min(low, now), max(high, now), now, cost, rival)


def _recent(rows: Panel) -> Any:
    """The rows of the last time without promotion among the last few; the last time's where all were promoted; all rows without times."""
    if rows.place is None:
        plain = np.flatnonzero((rows.promotion == 0).all(axis=1))
        return plain if len(plain) else np.arange(len(rows.price))
    for time in np.unique(rows.place)[::-1][:RECENT]:
        at = np.flatnonzero((rows.place == time) & (rows.promotion == 0).all(axis=1))
        if len(at):
            return at
    return np.flatnonzero(rows.place == rows.place.max())


def _units(rows: Panel, slope: float, promotion: Floats, now: float) -> float:
    """Units a time (a row, without times) over all stores that the last times would have brought at the price now, unpromoted."""
    at = np.arange(len(rows.price))
    if rows.place is not None:
        at = np.flatnonzero(rows.place >= np.unique(rows.place)[-RECENT:][0])
    lift = np.clip(rows.promotion[at] @ promotion, -3, 3)
    moved = np.clip(slope * np.log(now / rows.price[at]), -3, 3)
    told = float((rows.units[at] * np.exp(moved - lift)).sum())
    return told / (len(np.unique(rows.place[at])) if rows.place is not None else len(at))


def _row(
    rows: Panel, tried: Tried, own: Slope | None, held: Shrunk, n: int, guard: Guard, level: float
) -> dict[str, Any]:
    found: dict[str, Any] = {
        "price_now": tried.now,
        "tried_from": tried.low,
        "tried_to": tried.high,
        "cost": tried.cost,
    }
    if tried.prices < 2:
        return found | {"verdict": "price_never_varied"}
    slope, se = float(held.slope[n]), float(held.se[n])
    if not np.isfinite(slope):
        return found | {"verdict": "test_first"}
    wide = quantiles(level) * se
    units = _units(rows, slope, own.promotion if own else np.zeros(rows.promotion.shape[1]), tried.now)
    found |= {"elasticity": slope, "se": se, "lo": slope - wide, "hi": slope + wide, "units_now": units}
    found["break_even_margin"] = -1 / slope if slope < -1 else None
    low, high, guarded = allowed(tried.now, tried.low, tried.high, tried.cost, tried.rival, guard)
    found |= {"guarded": guarded, "at_edge": False}
    if tried.cost is None:
        verdict, best, change = by_turnover(slope, se, tried.now, units, high, level)
        told = {"price_best": best, "turnover_change": float(change[0])} if verdict == "raise" else {}
        return found | told | {"verdict": verdict if own else "test_first"}
    told_ = chosen(slope, se, tried.now, units, tried.cost, low, high, level)
    forced = not low <= tried.now <= high
    verdict = told_.verdict if own else "test_first"
    best = min(max(told_.best, low), high) if forced else told_.best
    if forced and verdict in ("keep", "test_first"):  # a guard asks for it, whatever is known of demand
        verdict = "raise" if best > tried.now else "lower"
    turnover = units * ((best / tried.now) ** slope * best - tried.now)
    return found | {
        "price_best": best, "profit_change": told_.mean, "profit_lo": told_.lo, "profit_hi": told_.hi, "verdict": verdict,
        "price_best_lo": told_.best_lo, "price_best_hi": told_.best_hi, "at_edge": told_.edge, "turnover_change": turnover,
    }  # fmt: skip


def _others(panel: Panel) -> Floats | None:
    """ln of the mean price of the other products at the same store and time, each against its own mean; None without times or others."""
    if panel.place is None or len(panel.products) < 2:
        return None
    logs = pl.DataFrame({"n": panel.product, "s": panel.store, "t": panel.place, "p": np.log(panel.price)})
    around = logs.with_columns((pl.col("p") - pl.col("p").mean().over("n")).alias("p"))
    sums = around.with_columns(pl.col("p").sum().over("s", "t").alias("all"), pl.len().over("s", "t").alias("count"))
    mean = pl.when(pl.col("count") > 1).then((pl.col("all") - pl.col("p")) / (pl.col("count") - 1)).otherwise(0.0)
    return sums.select(mean).to_series().to_numpy()


def _summary(
    answer: pl.DataFrame, panel: Panel, held: Shrunk, own: Sequence[Slope | None], *, has_cost: bool, timed: bool
) -> dict[str, Any]:
    counts = dict(sorted(answer["verdict"].value_counts().iter_rows()))
    sure = answer.filter(pl.col("verdict").is_in(["raise", "lower"]))
    return {
        "products": answer.height, "verdicts": counts, "elasticity_mean": held.mean, "elasticity_spread": held.spread,
        "products_with_evidence": sum(s is not None for s in own), "shrunk": held.mean is not None,
        "profit_change": float(sure["profit_change"].sum()) if has_cost else None, "profit_per": "period" if timed else "row",
        "objective": "profit" if has_cost else "turnover", "stores": len(np.unique(panel.store)),
    }  # fmt: skip


def _doubts(answer: pl.DataFrame, panel: Panel, *, has_cost: bool, timed: bool) -> list[Warned]:
    found = []
    if not timed:
        why = "without --time neither trend nor season is taken out, the price now is the median, and 8 weeks cannot be checked"
        found.append(Warned("no_time", why))
    if not has_cost:
        found.append(
            Warned("no_cost", "without --cost no profit can be told: only a rise that brings more turnover is advised")
        )
    if not panel.promotion.shape[1]:
        found.append(Warned("no_promotions", "without --promotion whatever promotions did counts as the price's doing"))
    odd = answer.filter(pl.col("elasticity") > 0)["product"].to_list()
    if odd:
        found.append(Warned("rising_demand", f"{', '.join(odd[:10])}: dearer sold more, as when prices follow demand; nothing is advised"))  # fmt: skip
    edge = answer.filter(pl.col("at_edge") & pl.col("verdict").is_in(["raise", "lower"]))["product"].to_list()
    if edge:
        why = "the best price stands at the edge of those tried; beyond it nothing is known"
        found.append(Warned("edge_of_tried", f"{', '.join(edge[:10])}: {why}"))
    return found


def _typed(answer: pl.DataFrame, given: pl.Series) -> pl.DataFrame:
    return answer.with_columns(pl.col("product").cast(given.dtype)) if given.dtype.is_integer() else answer


def _too_little(tried: Sequence[Tried], *, mingled: bool = False, sold: bool = True) -> Answer:
    most = max((t.prices for t in tried), default=0)
    never = sum(t.prices < 2 for t in tried)
    if not sold:
        missing = "nothing was sold at all"
        zh, en = "数据不足：没有任何销量。", f"Too little: {missing}."
    elif mingled:
        missing = "prices moved only together with promotions, season or stores"
        zh = "数据不足：价格只随促销、季节或门店一起变化，无法把价格的作用单独分出来。"
        en = "Too little: prices moved only together with promotions, season or stores, so their own effect cannot be told apart."
    else:
        missing = f"{never} of {len(tried)} products never changed their price, the others tried at most {most} prices or sold for too short"
        zh = f"数据不足：{len(tried)} 个商品中有 {never} 个从未变过价，其余最多试过 {most} 个价格或时间太短。"
        zh += "至少需要 4 个不同价格、覆盖 8 周，才能估计销量对价格的反应。"
        en = f"Too little: {missing}. It takes 4 different prices over 8 weeks to say how units answer to price."
    return not_enough("price", missing, "4 different prices over 8 weeks for at least one product", "none", zh,
        f"{en} Try two or three prices, each for some weeks, in some stores first.")  # fmt: skip
