"""What will be sold: many series of any length, each by what did best in its own past, with intervals that keep the rate they name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import polars as pl

from castanea.analysis.common import Answer, Warned, not_enough
from castanea.analysis.predict.forecasting.axis import written
from castanea.analysis.predict.forecasting.history import Histories, History, histories
from castanea.analysis.predict.forecasting.known_ahead import KnownAhead, known_ahead
from castanea.analysis.predict.forecasting.one_by_one import Path, paths
from castanea.analysis.predict.forecasting.seasonality import detected
from castanea.analysis.predict.forecasting.tree import Tree, tree
from castanea.analysis.predict.forecasting.words import words
from castanea.kit.errors import InputError

LONGEST_HORIZON, LONGEST_SEASON = 2_000, 10_000
LEAST = 4  # values of a series that is forecast by itself
CYCLES = 3


def forecast(
    table: pl.DataFrame, *, time: str, value: str, horizon: int, id: str = "", season: int = 0, levels: Sequence[str] = ("80", "95"),  # noqa: A002
    future: pl.DataFrame | None = None, drivers: Sequence[str] = (), hierarchy: Sequence[str] = (), stockout: str = "",
) -> Answer:  # fmt: skip
    """Per series, `horizon` times after its last: id and time under the file's names, forecast, lo and hi by level, method (combination,
    intermittent, constant, short, naive, seasonal_naive), in the unit of the value.

    Members: exponential smoothing, theta and autoregression (`forecasting/`), fitted at origins inside the history and combined by their
    errors there; a series on which the naive way did better gets the naive way. `season`: periods of a cycle; 0 = by the calendar, or
    detected. `drivers`: columns of the table and of `future` that are known ahead. `hierarchy`: columns, coarsest first, whose totals are
    forecast too and add up; their rows have the node as id, and `level` says which they are. `stockout`: a column of yes and no; sales
    there are no measure of demand.

    Not enough data: no series with 4 values. Raises InputError for bad columns, levels, horizon or drivers."""
    rates = _checked(horizon, season, levels)
    known = histories(table, name=id, time=time, value=value, stockout=stockout)
    nodes = tree(table, known, name=id, hierarchy=hierarchy) if hierarchy else None
    if nodes:  # leaves that ended earlier go on to the end of all
        known = replace(known, series=tuple(h for h in nodes.series if h.name not in nodes.children))
    series = list(nodes.series if nodes else known.series)
    if max(int(h.usable.sum()) for h in series) < LEAST:
        return not_enough(
            "forecast", f"no series has {LEAST} values", f"{LEAST} values of one series; two cycles for its season", "none",
            f"数据不足：没有任何序列达到 {LEAST} 个值，无法预测；有了 {LEAST} 个值即可给出粗略预测，满两个周期才能识别季节性。",
            f"Too little: no series has {LEAST} values. With {LEAST} there is a rough forecast, with two cycles one that knows the season.",
        )  # fmt: skip
    cycle = season or _season(known, series)
    ahead = (
        known_ahead(table, future, known, drivers, name=id, time=time, horizon=horizon, cycle=cycle)
        if drivers or future is not None
        else None
    )
    warnings = [*known.warnings, *(ahead.warnings if ahead else [])]
    found = paths(series, cycle, horizon, rates, ahead, warnings)
    if nodes:
        found = nodes.joined(found)
    return _answer(table, known, series, found, nodes, ahead, warnings, cycle, horizon, rates, id, time)


def _checked(horizon: int, season: int, levels: Sequence[str]) -> list[float]:
    if not 1 <= horizon <= LONGEST_HORIZON:
        raise InputError(
            f"--horizon is {horizon}; write a number of periods from 1 to {LONGEST_HORIZON:,}",
            code="analysis.bad_horizon",
        )
    if not 0 <= season <= LONGEST_SEASON:
        raise InputError(
            f"--season is {season}; write the periods of a cycle, such as 12, 1 for none, or leave it out",
            code="analysis.bad_season",
        )
    try:
        rates = [float(level) for level in levels]
    except ValueError as wrong:
        raise InputError(
            f"--levels is {','.join(levels)!r}; write per cents such as 80,95", code="analysis.bad_level"
        ) from wrong
    if not rates or any(not 1 <= rate <= 99.9 for rate in rates):
        raise InputError(
            f"--levels is {','.join(levels)!r}; write per cents from 1 to 99.9, such as 80,95",
            code="analysis.bad_level",
        )
    return rates


def _season(known: Histories, series: Sequence[History]) -> int:
    told = known.axis.season
    plain = [h.values(1) for h in series]
    if told == 0:
        return detected(plain)
    day = told
    if known.axis.kind == "fixed" and day >= 2 and known.axis.step < 86_400_000_000:
        weekly = [v for v in plain if len(v) >= CYCLES * 7 * day]
        if weekly and _repeats(weekly, 7 * day) > _repeats(weekly, day) + 0.02:
            return 7 * day
    return told


def _repeats(series: Sequence[npt.NDArray[np.float64]], season: int) -> float:
    """How like values a season apart are, over all series."""
    found = []
    for values in series:
        spread = float(values.std())
        if spread > 0:
            found.append(1 - float(np.abs(values[season:] - values[:-season]).mean()) / spread)
    return float(np.mean(found)) if found else -1.0


def _answer(
    table: pl.DataFrame, known: Histories, series: Sequence[History], found: Sequence[Path], nodes: Tree | None, ahead: KnownAhead | None,
    warnings: list[Warned], cycle: int, horizon: int, rates: Sequence[float], name: str, time: str,
) -> Answer:  # fmt: skip
    times = [known.axis.time(h.last + step) for h in series for step in range(1, horizon + 1)]
    columns: dict[str, object] = {}
    label = name or ("series" if nodes else "")
    if label:
        columns[label] = [h.name for h in series for _ in range(horizon)]
    columns[time] = written(times, table[time], time)
    columns["forecast"] = np.concatenate([p.forecast for p in found])
    for rate in rates:
        columns[f"lo_{rate:g}"] = np.concatenate([p.low[rate] for p in found])
        columns[f"hi_{rate:g}"] = np.concatenate([p.high[rate] for p in found])
    columns["method"] = [p.method for p in found for _ in range(horizon)]
    if nodes:
        columns["level"] = [nodes.level[h.name] for h in series for _ in range(horizon)]
    answer = pl.DataFrame(columns)
    if label and name and table[name].dtype.is_integer() and not nodes:
        answer = answer.with_columns(pl.col(label).cast(table[name].dtype)).sort(label, maintain_order=True)
    tested = [p for p in found if p.error is not None and p.naive_error is not None]
    error, naive = sum(p.error or 0.0 for p in tested), sum(p.naive_error or 0.0 for p in tested)
    summary: dict[str, object] = {
        "series": len(series), "horizon": horizon, "season": cycle, "spacing": known.axis.told(), "backtested": len(tested),
        "methods": {m: sum(p.method == m for p in found) for m in sorted({p.method for p in found})},
        "backtest_error": error / len(tested) if tested else None, "naive_error": naive / len(tested) if tested else None,
        "better_than_naive": 1 - error / naive if tested and naive > 0 else None,
        "covered": {f"{rate:g}": c for rate, c in (found[0].covered or {}).items()} if found[0].covered else None,
    }  # fmt: skip
    if ahead:
        summary["drivers"] = ahead.told
    short = sum(p.method == "short" for p in found)
    if short:
        warnings.append(
            Warned(
                "short", f"{short:,} series are too short for a backtest; they keep their level, with a wide interval"
            )
        )
    replaced = sum(p.method in ("naive", "seasonal_naive") for p in found)
    if replaced:
        warnings.append(
            Warned(
                "naive_was_better", f"in {replaced:,} series the naive way did better in their own past and is taken"
            )
        )
    return Answer(
        "forecast", answer, summary, warnings, words(found[0], series, summary, rates, horizon), exact=bool(nodes)
    )
