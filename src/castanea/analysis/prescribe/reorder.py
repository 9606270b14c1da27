"""When and how much to order of each item, by drawn demand over drawn lead times, for thousands of items under a budget and a space."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from castanea.analysis.common import Answer, Warned, not_enough
from castanea.analysis.prescribe.constrained import Chosen, choose
from castanea.analysis.prescribe.lead_demand import drawn_leads, missing, over, point_for
from castanea.analysis.prescribe.stock_reading import Demand, by_item, demand_of, leads_of, stock_of
from castanea.kit.errors import InputError

Floats = npt.NDArray[np.float64]
PERIODS = 8  # of known demand, below which an item has no number
OPTIONS = 32  # quantities an item may be given under a constraint
NUMBERS = (
    "reorder_point",
    "order_up_to",
    "order_quantity",
    "expected_service",
    "expected_stockouts",
    "cost",
    "position",
    "lead_time",
    "demand_lo",
    "demand_hi",
    "expected_cost",
)


@dataclass(frozen=True)
class Rules:
    """Of each item: the unit's costs and volume, packs and minimum, the service asked for. `priced`: holding and shortage are given."""

    holding: dict[str, float]
    shortage: dict[str, float]
    cost: dict[str, float]
    volume: dict[str, float]
    pack: dict[str, float]
    minimum: dict[str, float]
    service: float
    priced: bool

    def asked(self, item: str) -> float:
        return self.shortage[item] / (self.shortage[item] + self.holding[item]) if self.priced else self.service


@dataclass
class Plan:
    """One item: its policy, where it stands, and the draws of demand over the lead time and until a further order would arrive."""

    item: str
    point: float
    up_to: float
    position: float
    quantity: float
    lead: float
    drawn: Floats
    longer: Floats
    units: bool


def reorder(
    table: pl.DataFrame, *, item: str, time: str, quantity: str, stock: pl.DataFrame | None = None, lead_times: pl.DataFrame | None = None,
    lead_time: str = "", service: float = 0.95, holding: str = "", shortage: str = "", cost: str = "", budget: float | None = None,
    volume: str = "", space: float | None = None, pack: str = "", minimum: str = "", stockout: str = "", review: int = 0, cycle: int = 0,
    level: float = 95, seed: int = 0,
) -> Answer:  # fmt: skip
    """Per item: item, reorder_point, order_up_to, order_quantity, order_now, expected_service (chance that demand until the order arrives is
    met), expected_stockouts (units short in that time), cost (of the order where `cost` is given, else holding and shortage a period); further
    position, lead_time (mean, periods), demand_lo, demand_hi (of demand over the lead time at `level`), expected_cost.

    Units are those of `quantity`; a period is the step of `time`. `holding` and `shortage` are per unit and period: the service is then
    shortage / (holding + shortage). An order covers `cycle` periods (by default the mean lead time, at least one); `review`: periods between two
    looks at the stock (0: always watched). Options in text are a number or a column of the stock or the demand. Under `budget` or `space`
    the gain is expected units (or cost, where priced) of shortage avoided until a further order would arrive. Raises InputError."""
    _checked(service, budget, space, cost, volume, holding, shortage, review, cycle, level)
    warnings: list[Warned] = []
    demand = demand_of(table, item, time, quantity, stockout, warnings)
    positions, suppliers = stock_of(stock, item, warnings)
    names = list(demand.history)

    def each(given: str, what: str, *, zero: bool = False, usual: float = 0.0) -> dict[str, float]:
        return by_item(given, what, table, stock, item, names, zero=zero) if given else dict.fromkeys(names, usual)

    rules = Rules(
        each(holding, "holding"), each(shortage, "shortage", usual=1.0), each(cost, "cost", zero=True), each(volume, "volume", zero=True),
        each(pack, "pack"), each(minimum, "minimum", zero=True), service, bool(holding),
    )  # fmt: skip
    fixed = each(lead_time, "lead-time", zero=True)
    leads = leads_of(lead_times, lead_time, demand, suppliers, item, fixed, warnings)
    able = [name for name in names if len(demand.history[name]) >= PERIODS]
    if not able or (lead_times is not None and not any(len(x) for x in leads.values())):
        most = max((len(x) for x in demand.history.values()), default=0)
        return not_enough("reorder", f"the longest item has {most} periods of known demand", f"{PERIODS} periods of demand, and lead times",
            "none: no order rather than a wrong one", f"数据不足：最长的商品只有 {most} 期已知需求，至少需要 {PERIODS} 期和到货记录。",
            f"Not enough data: the longest item has {most} periods of known demand; at least {PERIODS} are needed, and lead times.")  # fmt: skip
    _cautions(names, able, stock, positions, warnings)
    plans = [
        _plan(name, demand, leads[name], positions.get(name, 0.0), rules, _draws(len(able)), seed, review, cycle)
        for name in able
    ]
    limits = [
        (what, limit, use)
        for what, limit, use in (("budget", budget, rules.cost), ("space", space, rules.volume))
        if limit is not None
    ]
    asked = sum(plan.quantity > 0 for plan in plans)
    chosen = _limited(plans, rules, limits) if limits else None
    rows = _rows(names, plans, rules, bool(cost), level)
    summary = _summary(rows, chosen, limits, asked)
    return Answer("reorder", rows, summary, warnings, _words(rows, summary, level))


def _checked(service: float, budget: float | None, space: float | None, cost: str, volume: str, holding: str, shortage: str,
    review: int, cycle: int, level: float) -> None:  # fmt: skip
    if not 0 < service < 1:
        raise InputError(
            f"--service is {service:g}; write a share between 0 and 1, such as 0.95", code="analysis.bad_number"
        )
    if bool(holding) != bool(shortage):
        raise InputError(
            "--holding and --shortage go together; give both, or --service", code="analysis.missing_option"
        )
    for name, limit, needs, given in (("budget", budget, "cost", cost), ("space", space, "volume", volume)):
        if limit is not None and not (math.isfinite(limit) and limit > 0):
            raise InputError(f"--{name} is {limit:g}; write an amount above 0", code="analysis.bad_number")
        if limit is not None and not given:
            raise InputError(f"--{name} needs --{needs}: a number or a column", code="analysis.missing_option")
    if review < 0 or cycle < 0 or not 0 < level < 100:
        raise InputError(
            "--review and --cycle are periods from 0 on, --level is between 0 and 100", code="analysis.bad_number"
        )


def _cautions(
    names: list[str], able: list[str], stock: pl.DataFrame | None, positions: dict[str, float], warnings: list[Warned]
) -> None:
    if len(able) < len(names):
        warnings.append(
            Warned(
                "short_history",
                f"{len(names) - len(able):,} items have fewer than {PERIODS} periods of known demand; they get no number",
            )
        )
    if stock is None:
        return
    if absent := len(set(names) - set(positions)):
        warnings.append(
            Warned("no_stock", f"{absent:,} items are not in the stock file; nothing of them is taken to be on hand")
        )
    if still := len(set(positions) - set(names)):
        warnings.append(Warned("no_demand", f"{still:,} items of the stock file were never sold; they are left out"))


def _draws(items: int) -> int:
    return 10_000 if items <= 200 else 4000 if items <= 2000 else 1000


def _plan(
    name: str,
    demand: Demand,
    receipts: Floats,
    position: float,
    rules: Rules,
    draws: int,
    seed: int,
    review: int,
    cycle: int,
) -> Plan:
    history, units = demand.history[name], demand.units[name]
    leads = drawn_leads(receipts, draws, seed)
    mean = float(leads.mean())
    ahead = float(cycle or max(1.0, round(mean)))
    drawn, longer = over(history, leads + review, ahead, seed)
    drawn, longer = np.sort(drawn), np.sort(longer)
    point = point_for(drawn, rules.asked(name), units=units)
    batch = float(history.mean()) * ahead
    batch = math.ceil(batch) if units else batch
    up_to = point + max(batch, 1.0 if units else 0.0)
    quantity = (
        _packed(up_to - position, rules.pack[name], rules.minimum[name]) if position <= point and history.any() else 0.0
    )
    return Plan(name, point, up_to, position, quantity, mean, drawn, longer, units)


def _packed(wanted: float, pack: float, minimum: float) -> float:
    """The least that may be ordered and is as much as wanted."""
    wanted = max(wanted, minimum)
    return math.ceil(wanted / pack - 1e-9) * pack if pack > 0 else wanted


def _limited(plans: list[Plan], rules: Rules, limits: list[tuple[str, float, dict[str, float]]]) -> Chosen:
    """Sets the quantities of the plans to the best that fit."""
    wanting = [plan for plan in plans if plan.quantity > 0]
    quantity, gain = np.zeros((len(wanting), OPTIONS + 1)), np.zeros((len(wanting), OPTIONS + 1))
    for n, plan in enumerate(wanting):
        quantity[n, 1:] = _options(plan, rules)
        gain[n] = _gain(plan, rules, quantity[n])
    use = np.array([[of[plan.item] for _, _, of in limits] for plan in wanting]).reshape(len(wanting), len(limits))
    chosen = choose(quantity, gain, use, np.array([limit for _, limit, _ in limits]))
    for n, plan in enumerate(wanting):
        plan.quantity = float(quantity[n, chosen.option[n]])
    return chosen


def _options(plan: Plan, rules: Rules) -> Floats:
    """Quantities between the least that may be ordered and what is wanted, whole packs or units."""
    step = rules.pack[plan.item] or (1.0 if plan.units else 0.0)
    least = _packed(step or plan.quantity / OPTIONS, rules.pack[plan.item], rules.minimum[plan.item])
    found = np.linspace(min(least, plan.quantity), plan.quantity, OPTIONS)
    if step:
        found = np.minimum(np.ceil(found / step - 1e-9) * step, plan.quantity)
    return np.asarray(found)


def _gain(plan: Plan, rules: Rules, quantity: Floats) -> Floats:
    """What each quantity avoids of shortage until a further order would arrive, less the holding of what is left over."""
    levels = plan.position + quantity
    short = missing(plan.longer, levels)
    over_ = short + levels - plan.longer.mean()
    value = rules.shortage[plan.item] * short + (rules.holding[plan.item] * over_ if rules.priced else 0.0)
    return np.asarray(value[0] - value, dtype=np.float64)


def _rows(names: list[str], plans: list[Plan], rules: Rules, costed: bool, level: float) -> pl.DataFrame:
    done = {plan.item: _row(plan, rules, costed, level) for plan in plans}
    rows = [done.get(name, {"item": name}) for name in names]
    kinds: dict[str, Any] = {"item": pl.String, **dict.fromkeys(NUMBERS[:3], pl.Float64), "order_now": pl.Boolean}
    kinds |= dict.fromkeys(NUMBERS[3:], pl.Float64)
    return pl.DataFrame(rows, schema=kinds)


def _row(plan: Plan, rules: Rules, costed: bool, level: float) -> dict[str, Any]:
    held = min(plan.point, plan.position + plan.quantity)
    short = float(missing(plan.drawn, np.array([held]))[0])
    kept = short + held - float(plan.drawn.mean())
    expected = rules.holding[plan.item] * kept + rules.shortage[plan.item] * short if rules.priced else None
    last = len(plan.drawn) - 1
    low, high = (plan.drawn[round(last * (0.5 + side * level / 200))] for side in (-1, 1))
    return {
        "item": plan.item, "reorder_point": plan.point, "order_up_to": plan.up_to, "order_quantity": plan.quantity,
        "order_now": plan.quantity > 0, "expected_service": float(np.searchsorted(plan.drawn, held + 1e-9, side="right") / len(plan.drawn)),
        "expected_stockouts": max(short, 0.0),
        "cost": rules.cost[plan.item] * plan.quantity if costed else expected, "position": plan.position, "lead_time": plan.lead,
        "demand_lo": float(low), "demand_hi": float(high), "expected_cost": expected,
    }  # fmt: skip


def _summary(
    rows: pl.DataFrame,
    chosen: Chosen | None,
    limits: list[tuple[str, float, dict[str, float]]],
    asked: int,
) -> dict[str, Any]:
    known = rows.drop_nulls("reorder_point")
    quantity = dict(zip(known["item"], known["order_quantity"], strict=True))
    service = known["expected_service"].sort().mean()
    summary: dict[str, Any] = {
        "items": rows.height, "order_now": int(known["order_now"].sum()), "wanted": asked, "expected_service": service,
        "expected_stockouts": float(known["expected_stockouts"].sort().sum()),
        "cost": float(known["cost"].sort().sum()) if known["cost"].null_count() == 0 else None,
        "objective": None, "bound": None, "gap": None, "prices": {},
    }  # fmt: skip
    if chosen is not None:
        summary |= {"objective": chosen.objective, "bound": chosen.bound, "gap": chosen.gap}
        summary["prices"] = {what: float(price) for (what, _, _), price in zip(limits, chosen.prices, strict=True)}
        summary["used"] = {what: math.fsum(of[name] * q for name, q in quantity.items()) for what, _, of in limits}
    return summary


def _words(rows: pl.DataFrame, summary: dict[str, Any], level: float) -> dict[str, str]:
    known = rows.drop_nulls("reorder_point")
    first = known.sort(["order_now", "order_quantity", "item"], descending=[True, True, False]).row(0, named=True)
    now, items, share = summary["order_now"], known.height, summary["expected_service"]
    zh = (f"{items:,} 个商品中有 {now:,} 个现在应补货；预计到货前不缺货的概率平均为 {share:.1%}。例如“{first['item']}”："
        f"库存位置降到 {first['reorder_point']:,.4g} 时订货，"
        f"订到 {first['order_up_to']:,.4g}，本次 {first['order_quantity']:,.4g}；"
        f"到货期内的需求有 {level:g}% 的可能在 {first['demand_lo']:,.4g} 到 {first['demand_hi']:,.4g} 之间。"
        "订少了会缺货，订多了会压货；需求或到货期变化时请重算。")  # fmt: skip
    en = (f"{now:,} of {items:,} items should be ordered now; on average the chance of no shortage until the order arrives is {share:.1%}. "
        f"For example “{first['item']}”: "
        f"order when the stock position falls to {first['reorder_point']:,.4g}, up to {first['order_up_to']:,.4g}, {first['order_quantity']:,.4g} this time; "
        f"demand over its lead time lies between {first['demand_lo']:,.4g} and {first['demand_hi']:,.4g} at {level:g} %. "
        "Too little runs out, too much ties up money; ask again when demand or lead times change.")  # fmt: skip
    for what, price in summary["prices"].items():
        zh += f" 限制 {what}：再多一单位可多避免 {price:.3g} 的缺货（或成本）。"
        en += f" A further unit of {what} would avoid {price:.3g} more of shortage (or its cost)."
    return {"zh": zh, "en": en}
