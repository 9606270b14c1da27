"""Each series by the way that suits it: constant, short, with many zeros, or the combination of the members."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import sqrt

import numpy as np
import numpy.typing as npt
from scipy import special

from castanea.analysis.common import Warned
from castanea.analysis.predict.forecasting.combination import Combined, combined, examined
from castanea.analysis.predict.forecasting.history import History
from castanea.analysis.predict.forecasting.intermittent import intermittent, is_intermittent
from castanea.analysis.predict.forecasting.known_ahead import KnownAhead
from castanea.analysis.predict.forecasting.members import NAMES

Floats = npt.NDArray[np.float64]

SHORT = 8  # values; below that nothing is fitted
LONGEST, LONGEST_CYCLES, LONGEST_HORIZONS = 600, 6, 6  # what lies further back says nothing of what comes
LEAST_CYCLES = 2


@dataclass(frozen=True)
class Path:
    """The forecast of one series by step, its bounds by level; `error`, `naive_error`: mean absolute errors of the backtest; `covered`: the
    share of backtest values inside each level's interval, over all series; `variance`: of one error."""

    forecast: Floats
    low: dict[float, Floats]
    high: dict[float, Floats]
    method: str
    error: float | None = None
    naive_error: float | None = None
    covered: dict[float, float] | None = None
    variance: float = 0.0


def paths(
    series: Sequence[History], cycle: int, horizon: int, rates: Sequence[float], ahead: KnownAhead | None, warnings: list[Warned]
) -> list[Path]:  # fmt: skip
    """A path for each series, in their order."""
    values = [h.values(cycle) for h in series]
    found: dict[int, Path] = {}
    rest: list[int] = []
    for n, (history, v) in enumerate(zip(series, values, strict=True)):
        if len(v) >= 2 and np.ptp(v) == 0:
            found[n] = _constant(v, horizon, rates)
        elif history.usable.sum() < SHORT:
            found[n] = _short(v, horizon, rates)
        elif is_intermittent(v) and not (ahead and ahead.used):
            told = intermittent(_recent(v, cycle, horizon), cycle, horizon, rates)
            found[n] = Path(
                told.forecast, told.low, told.high, "intermittent", told.error, told.naive_error, None, float(np.var(v))
            )
        else:
            rest.append(n)
    if rest:
        found |= dict(
            zip(
                rest,
                _together([series[n] for n in rest], [values[n] for n in rest], cycle, horizon, rates, ahead),
                strict=True,
            )
        )
    if any(len(values[n]) < LEAST_CYCLES * cycle for n in rest) and cycle > 1:
        few = sum(len(values[n]) < LEAST_CYCLES * cycle for n in rest)
        warnings.append(
            Warned(
                "no_season", f"{few:,} series have fewer than two cycles of {cycle}; their own season cannot be told"
            )
        )
    constant = sum(p.method == "constant" for p in found.values())
    if constant:
        warnings.append(
            Warned(
                "constant",
                f"{constant:,} series never changed; their forecast says that this goes on, which no history can prove",
            )
        )
    return [found[n] for n in range(len(series))]


def _together(
    series: Sequence[History], values: Sequence[Floats], cycle: int, horizon: int, rates: Sequence[float], ahead: KnownAhead | None
) -> list[Path]:  # fmt: skip
    """The combination, series of one length at a time."""
    moved = ahead if ahead and ahead.used else None
    flat = [moved.without(h, v) if moved else v for h, v in zip(series, values, strict=True)]
    cut = [_recent(v, cycle, horizon) for v in flat]
    lent = _lent(series, cut, cycle)
    cut = [c / f[: len(c)] for c, f in zip(cut, lent, strict=True)]
    lengths: dict[int, list[int]] = {}
    for n, v in enumerate(cut):
        lengths.setdefault(len(v), []).append(n)
    groups = sorted(lengths.items())
    blocks = []
    for length, group in groups:
        own = cycle if length >= LEAST_CYCLES * cycle else 1
        then = None
        if moved:
            seen = [moved.without(series[n], values[n], then=True)[-length:] / lent[n][:length] for n in group]
            then = np.stack(seen, axis=1)
        blocks.append(examined(np.stack([cut[n] for n in group], axis=1), own, horizon, then))
    told = combined(blocks, horizon, rates)
    found: dict[int, Path] = {}
    for (_, group), block, answers in zip(groups, blocks, told, strict=True):
        for column, (n, answer) in enumerate(zip(group, answers, strict=True)):
            naive = block.found[NAMES.index(answer.replaced), 0, column] if answer.replaced else None
            path = _path(answer, naive, rates)
            factor = lent[n][len(cut[n]) : len(cut[n]) + horizon]
            path = _scaled(path, factor)
            found[n] = _within(ahead.with_again(series[n], path) if ahead else path, values[n])
    return [found[n] for n in range(len(series))]


def _path(answer: Combined, naive: Floats | None, rates: Sequence[float]) -> Path:
    centre = answer.forecast if naive is None else naive
    miss = answer.misses[np.isfinite(answer.misses)]
    variance = float((miss**2).mean()) if len(miss) else float((answer.half[rates[0]] ** 2).mean())
    error = answer.error if naive is None else answer.naive_error
    return Path(
        centre, {r: centre - answer.half[r] for r in rates}, {r: centre + answer.half[r] for r in rates}, answer.replaced or "combination", error,
        answer.naive_error, answer.covered, variance,
    )  # fmt: skip


def _scaled(path: Path, factor: Floats) -> Path:
    if (factor == 1).all():
        return path
    return replace(
        path,
        forecast=path.forecast * factor,
        low={r: v * factor for r, v in path.low.items()},
        high={r: v * factor for r, v in path.high.items()},
    )


def _within(path: Path, values: Floats) -> Path:
    """Never below zero where the history never was."""
    if values.min() < 0:
        return path
    low, high = ({r: np.maximum(v, 0.0) for r, v in side.items()} for side in (path.low, path.high))
    return replace(path, forecast=np.maximum(path.forecast, 0.0), low=low, high=high)


def _recent(values: Floats, cycle: int, horizon: int) -> Floats:
    return values[-max(LONGEST, LONGEST_CYCLES * cycle, LONGEST_HORIZONS * horizon) :]


def _lent(series: Sequence[History], values: Sequence[Floats], cycle: int) -> list[Floats]:
    """For series too short to know their season, the factors of the places of the cycle in the longer ones; ones for the others."""
    horizon_room = 4_000
    ones = [np.ones(len(v) + horizon_room) for v in values]
    if cycle < 2:
        return ones
    short = [n for n, v in enumerate(values) if len(v) < LEAST_CYCLES * cycle and v.min() > 0]
    ratios: list[Floats] = []
    for history, v in zip(series, values, strict=True):
        if len(v) >= LEAST_CYCLES * cycle and v.min() > 0:
            whole = v[-(len(v) // cycle) * cycle :]
            share = (whole.reshape(-1, cycle) / whole.reshape(-1, cycle).mean(axis=1, keepdims=True)).mean(axis=0)
            start = (history.last + 1 - len(whole)) % cycle
            ratios.append(np.roll(share, start))
    if not short or len(ratios) < 3:
        return ones
    common = np.median(np.stack(ratios), axis=0)
    common /= common.mean()
    for n in short:
        start = series[n].last + 1 - len(values[n])
        ones[n] = common[(start + np.arange(len(ones[n]))) % cycle]
    return ones


def _constant(values: Floats, horizon: int, rates: Sequence[float]) -> Path:
    flat = np.full(horizon, values[-1])
    return Path(flat, dict.fromkeys(rates, flat), dict.fromkeys(rates, flat), "constant", 0.0, 0.0)


def _short(values: Floats, horizon: int, rates: Sequence[float]) -> Path:
    """The last values' mean; errors like a random walk's steps, by Student's t."""
    centre = np.full(horizon, (values[-1] + values.mean()) / 2)
    steps = np.diff(values)
    size = float(np.abs(values).mean())
    spread = sqrt(float((steps**2).mean())) if len(steps) else size / 2
    spread = max(spread, float(values.std()), 0.05 * size)
    freedom = max(1, len(values) - 1)
    grown = spread * np.sqrt(1 + np.arange(horizon))
    low, high = {}, {}
    for rate in rates:
        half = float(special.stdtrit(freedom, (1 + rate / 100) / 2)) * grown
        low[rate], high[rate] = centre - half, centre + half
    return _within(Path(centre, low, high, "short", variance=spread**2), values)
