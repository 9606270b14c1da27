"""How much each factor of a metric brought to its change, by group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from math import factorial, fsum

import numpy as np
import polars as pl

from castanea.analysis.common import Answer, Warned, numbers, present, texts
from castanea.analysis.diagnose.tree_formula import Floats, Formula, Join, Node, Place, read_formula, value
from castanea.kit.errors import InputError
from castanea.kit.nearest import nearest

MOST_FACTORS = 10
_NUMBER = pl.Float64()
_SCHEMA = {
    "factor": pl.String(),
    "group": pl.String(),
    "effect": _NUMBER,
    "before": _NUMBER,
    "after": _NUMBER,
    "state": pl.String(),
}


def decompose(table: pl.DataFrame, *, tree: str, period: str, before: str, after: str, by: str = "") -> Answer:
    """The change of a metric from one period to another, divided among the factors of its formula so that nothing is left over.

    Columns: factor, group, effect (in the metric's unit), before, after (of the factor), state (both, new, vanished).
    The effect of a factor is its Shapley value: the mean, over all orders in which the factors could have changed one after another, of
    what its own change adds (L. S. Shapley, A value for n-person games, 1953; Albrecht, François, Schoors, Energy Policy 30, 2002). It
    depends on no order and needs no special case for zeros, which logarithmic means (LMDI) do.

    Rows of one period and group are put together so that the formula still holds: the first column of a product is summed, each further
    one is the mean weighted by what stands left of it; a rate in brackets is the ratio of sums. With `by` each group has its own
    effects. A group that is new or has gone changes by its first column alone: a rate that was never seen did not change.
    Where the whole formula is a ratio, effects of groups are parts of the numerator's and the denominator's effect on the total ratio.
    Raises InputError for a formula that cannot be read, and for a period that is not there."""
    formula = read_formula(tree, table.columns)
    present(table, period, by or None, *formula.columns)
    if len(formula.factors) > MOST_FACTORS:
        raise InputError(
            f"--tree names {len(formula.factors)} factors; up to {MOST_FACTORS} can be told apart: put some together", code="analysis.bad_tree"
        )  # fmt: skip
    frame, warnings = _frame(table, formula, period, by, (before, after))
    groups = frame["group"].unique().sort().to_list()
    put = frame.group_by("period", "group").len()["len"]
    firm = [p.label for p in formula.places if not p.summed and len(p.columns) == 1]
    if (put > 1).any() and firm:
        first = next(p.label for p in formula.places if p.summed)
        warnings.append(Warned("rows_put_together", (
            f"several rows stand for one period: {first!r} is summed, {', '.join(dict.fromkeys(firm))} are means weighted by what stands "
            "left of them in the formula; write the volume first"
        )))  # fmt: skip
    sides = [_sides(frame, formula, groups, name) for name in (before.strip(), after.strip())]
    there = [set(frame.filter(pl.col("period") == name)["group"]) for name in (before.strip(), after.strip())]
    effects, total = _effects(formula, *sides)
    state = {g: "both" if g in there[0] & there[1] else "new" if g in there[1] else "vanished" for g in groups}
    return _answer(formula, groups, state, sides, effects, total, warnings, (before.strip(), after.strip()))


def _frame(
    table: pl.DataFrame, formula: Formula, period: str, by: str, wanted: tuple[str, str]
) -> tuple[pl.DataFrame, list[Warned]]:
    """The rows of both periods with the formula's columns as numbers."""
    when = texts(table, period)
    known = when.drop_nulls().unique().sort().to_list()
    for name in wanted:
        if name.strip() not in known:
            near = nearest(name, known)
            raise InputError(
                f"column {period!r} has no period {name!r}{near.hint}; there are {', '.join(known[:30])}", code="analysis.no_period"
            )  # fmt: skip
    if wanted[0].strip() == wanted[1].strip():
        raise InputError("--before and --after are the same period; name two", code="analysis.no_period")
    group = texts(table, by).fill_null("") if by else pl.repeat("all", table.height, eager=True)
    measured = [numbers(table, c).alias(f"c{n}") for n, c in enumerate(formula.columns)]
    extra = [numbers(table, formula.metric).alias("metric")] if formula.metric in table.columns else []
    frame = pl.DataFrame([when.alias("period"), group.alias("group"), *measured, *extra])
    frame = frame.filter(pl.col("period").is_in([name.strip() for name in wanted]))
    full = frame.drop_nulls([s.name for s in measured])
    warnings = []
    if full.height < frame.height:
        gone = frame.height - full.height
        warnings.append(
            Warned("gaps", f"{gone:,} of {frame.height:,} rows lack a value of the formula and are left out")
        )
    for name in wanted:
        if not full.filter(pl.col("period") == name.strip()).height:
            raise InputError(
                f"period {name!r} has no row with all columns of the formula; fill them in", code="analysis.no_period"
            )
    if extra:
        warnings += _checked(full, formula)
    return full, warnings


def _checked(frame: pl.DataFrame, formula: Formula) -> list[Warned]:
    """A word when the file's own column of the metric is not what the formula gives."""
    if isinstance(formula.root, Join) and formula.root.sign == "/":
        return []
    told = fsum(frame["metric"].fill_null(0))
    rows = {p.index: _row_value(frame, formula, p) for p in formula.places}
    worked = fsum(np.broadcast_to(value(formula.root, rows), frame.height))
    if abs(told - worked) <= 1e-3 * max(abs(told), abs(worked)):
        return []
    return [Warned("tree_differs", (
        f"column {formula.metric!r} sums to {told:,.2f}, the formula to {worked:,.2f}; what is divided here is the formula's"
    ))]  # fmt: skip


def _row_value(frame: pl.DataFrame, formula: Formula, place: Place) -> Floats:
    parts = [_side(frame, formula, side) for side in place.columns]
    if len(parts) == 1:
        return parts[0]
    return np.divide(parts[0], parts[1], out=np.zeros(frame.height), where=parts[1] != 0)


def _side(frame: pl.DataFrame, formula: Formula, side: Sequence[tuple[float, str]]) -> Floats:
    found = np.zeros(frame.height)
    for sign, name in side:
        found = found + sign * frame[f"c{formula.columns.index(name)}"].to_numpy()
    return found


def _sides(frame: pl.DataFrame, formula: Formula, groups: Sequence[str], period: str) -> dict[int, Floats]:
    """Per place the groups' values in a period; NaN where a rate has nothing to be a rate of."""
    values = {p.index: np.full(len(groups), 0.0 if p.summed else np.nan) for p in formula.places}
    for (group,), rows in frame.filter(pl.col("period") == period).group_by("group"):
        at = groups.index(str(group))
        each = {p.index: _row_value(rows, formula, p) for p in formula.places}
        for place in formula.places:
            values[place.index][at] = _together(rows, formula, place, each)
    return values


def _together(rows: pl.DataFrame, formula: Formula, place: Place, each: Mapping[int, Floats]) -> float:
    """Rows put together; fsum: whatever their order."""
    if len(place.columns) == 2:
        above, below = (fsum(_side(rows, formula, side)) for side in place.columns)
        return above / below if below else np.nan
    if place.summed or rows.height == 1:
        return fsum(each[place.index])
    weights = np.ones(rows.height)
    for node in place.weights:
        weights = weights * value(node, each)
    whole = fsum(weights)
    return fsum(weights * each[place.index]) / whole if whole else np.nan


def _effects(formula: Formula, before: dict[int, Floats], after: dict[int, Floats]) -> tuple[Floats, tuple[float, float]]:  # fmt: skip
    """Effects, factor × group, and the metric before and after."""
    for place in formula.places:  # a rate without a base stands still
        was, now = before[place.index], after[place.index]
        was[:], now[:] = np.where(np.isnan(was), now, was), np.where(np.isnan(now), was, now)
        was[np.isnan(was)], now[np.isnan(now)] = 0.0, 0.0
    root = formula.root
    if isinstance(root, Join) and root.sign == "/" and before[0].size > 1:
        return _ratio_effects(formula, root, before, after)
    found = _shapley(formula, root, before, after)
    shape = before[0].shape
    total = tuple(fsum(np.broadcast_to(value(root, side), shape)) for side in (before, after))
    if isinstance(root, Join) and root.sign == "/":
        _refuse_zero(formula, *(fsum(np.broadcast_to(value(root.right, side), shape)) for side in (before, after)))
    return found, (total[0], total[1])


def _ratio_effects(
    formula: Formula, root: Join, before: dict[int, Floats], after: dict[int, Floats]
) -> tuple[Floats, tuple[float, float]]:
    """N/D of sums over groups: ΔN times the mean of 1/D, and ΔD times the mean of N times −1/(D·D′), both linear in the groups."""
    shape = before[0].shape
    above = [fsum(np.broadcast_to(value(root.left, side), shape)) for side in (before, after)]
    below = [fsum(np.broadcast_to(value(root.right, side), shape)) for side in (before, after)]
    _refuse_zero(formula, *below)
    up = _shapley(formula, root.left, before, after) * (1 / below[0] + 1 / below[1]) / 2
    down = _shapley(formula, root.right, before, after) * -(above[0] + above[1]) / 2 / (below[0] * below[1])
    return up + down, (above[0] / below[0], above[1] / below[1])


def _refuse_zero(formula: Formula, *below: float) -> None:
    if 0 in below:
        raise InputError(
            f"{formula.metric} is a ratio whose lower part is zero in a period; it has no value there: name another period",
            code="analysis.bad_tree",
        )


def _shapley(formula: Formula, root: Node, before: dict[int, Floats], after: dict[int, Floats]) -> Floats:
    """Exact, over all sets of factors that changed; factors × groups."""
    factors, shape = formula.factors, before[0].shape
    worth: dict[frozenset[str], Floats] = {}
    for size in range(len(factors) + 1):
        for chosen in combinations(factors, size):
            values = {p.index: (after if p.label in chosen else before)[p.index] for p in formula.places}
            worth[frozenset(chosen)] = np.broadcast_to(value(root, values), shape)
    found = np.zeros((len(factors), *shape))
    for at, factor in enumerate(factors):
        for chosen_, without in worth.items():
            if factor not in chosen_:
                weight = factorial(len(chosen_)) * factorial(len(factors) - len(chosen_) - 1) / factorial(len(factors))
                found[at] += weight * (worth[chosen_ | {factor}] - without)
    return found


def _answer(
    formula: Formula, groups: Sequence[str], state: Mapping[str, str], sides: Sequence[dict[int, Floats]], effects: Floats,
    total: tuple[float, float], warnings: list[Warned], periods: tuple[str, str],
) -> Answer:  # fmt: skip
    first = {p.label: p.index for p in reversed(formula.places)}
    order = sorted(range(len(groups)), key=lambda g: (-abs(fsum(effects[:, g])), groups[g]))
    rows = [
        (f, groups[g], float(effects[n, g]), float(sides[0][first[f]][g]), float(sides[1][first[f]][g]), state[groups[g]])
        for g in order for n, f in enumerate(formula.factors)
    ]  # fmt: skip
    table = pl.DataFrame(rows, schema=_SCHEMA, orient="row")
    change = total[1] - total[0]
    parts = {f: fsum(effects[n]) for n, f in enumerate(formula.factors)}
    summary = {
        "metric": formula.metric, "before": total[0], "after": total[1], "change": change, "effects": parts,
        "residual": change - fsum(effects.ravel()), "groups": len(groups),
        "new": [g for g in groups if state[g] == "new"], "vanished": [g for g in groups if state[g] == "vanished"],
    }  # fmt: skip
    return Answer(
        "decompose", table, summary, warnings, _words(formula.metric, total, parts, periods, summary), exact=True
    )


def _words(
    metric: str, total: tuple[float, float], parts: Mapping[str, float], periods: tuple[str, str], summary: Mapping[str, object]
) -> dict[str, str]:  # fmt: skip
    ranked = sorted(parts.items(), key=lambda p: -abs(p[1]))
    told = [f"{name} {effect:+,.4g}" for name, effect in ranked]
    new, gone = (len(summary[k]) for k in ("new", "vanished"))  # type: ignore[arg-type]
    more = (f"；新出现 {new} 组，消失 {gone} 组，按首个因素计入", f"; {new} groups are new and {gone} have gone, counted under the first factor")  # fmt: skip
    zh, en = more if new or gone else ("", "")
    was, now, change = (f"{x:,.6g}" for x in (*total, total[1] - total[0]))
    return {
        "zh": f"{metric} 从 {was}（{periods[0]}）变为 {now}（{periods[1]}），变化 {change}：{'，'.join(told)}{zh}。"
        "各项之和等于总变化（Shapley 分解，与先后顺序无关；说明算术上的构成，不证明因果）。",
        "en": f"{metric} went from {was} ({periods[0]}) to {now} ({periods[1]}), a change of {change}: {', '.join(told)}{en}. "
        "The parts add up to the change (Shapley, whatever the order); they are arithmetic, not proof of a cause.",
    }
