"""Members put together by what they did in the series' own past, and intervals that keep the rate they name.

Every member is fitted at several origins inside the history. Its error there, in units of the members' mean, weighs it: partly the
series' own error, partly that of all series asked about together, the more the series' own the longer its history is compared with the
horizon. The forecast is the weighted median of the members. The errors of that median at the origins, in units of a scale told by the
other origins, give the intervals (cross-conformal: Vovk, Annals of Mathematics and AI 74, 2015), pooled over all series."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np
import numpy.typing as npt
from scipy import special

from castanea.analysis.predict.forecasting.members import NAIVES, NAMES, members

Floats = npt.NDArray[np.float64]

HALF_TRUST = 20.0  # horizons of history at which half of a weight is the series' own
SHARPNESS = 12.0
ORIGINS, SURE_ORIGINS = 8, 4
ALIKE = 0.6  # of the history: an origin that knows less errs more than today's forecast will
FEWEST = 6  # values at an origin
FEWEST_ORIGINS = 3
LOST = 1.05  # of the naive way's error: from there on the naive way is taken
OWN_SCALE = 1.0  # origins that the pooled scale counts for
FULL_POOL = 400  # scores from which a quantile needs no distribution beside it
QUIET = 0.3  # of the standard error now: the least that an earlier origin is reckoned with


@dataclass(frozen=True)
class Block:
    """Series of one length: values (time, series) and what the members said at the origins, the last value first."""

    values: Floats
    origins: tuple[int, ...]
    found: Floats  # member, origin, series, step
    sigma: Floats  # origin, series


@dataclass(frozen=True)
class Combined:
    """Of one series: `forecast` and `half[level]` (half the width of the interval) by step; `weights` by member; `error` and `naive_error`,
    mean absolute backtest errors (None without a backtest); `origins` used; `misses`: errors (origin, step), NaN beyond the history;
    `replaced`: the naive way that did better there, which the caller takes instead."""

    forecast: Floats
    half: dict[float, Floats]
    weights: Floats
    error: float | None
    naive_error: float | None
    origins: int
    misses: Floats
    replaced: str = ""
    covered: dict[float, float] | None = None  # the share of backtest values inside, over all series


def origins_of(length: int, horizon: int, season: int) -> tuple[int, ...]:
    """The end of the history, then half a horizon back each."""
    least = max(FEWEST + 2, 2 * season + 4) if season <= length // 4 else max(FEWEST, length // 3)
    found = [length]
    for number in range(1, ORIGINS + 1):
        origin = length - ceil(number * horizon / 2)
        if origin >= least or (number <= 2 and origin >= max(FEWEST, length // 2)):
            found.append(origin)
    return tuple(found)


def examined(values: Floats, season: int, horizon: int, then: Floats | None = None) -> Block:
    """What all members say of series of one length at all origins. `then`: the values as they are to be seen at the origins inside the
    history, where what is known of them now was not known yet."""
    origins = origins_of(len(values), horizon, season)
    if then is None:
        found, sigma = members(values, season, horizon, origins)
        return Block(values, origins, found, sigma)
    found, sigma = members(then, season, horizon, origins)
    found[:, :1], sigma[:1] = members(values, season, horizon, origins[:1])
    return Block(then, origins, found, sigma)


def combined(blocks: Sequence[Block], horizon: int, levels: Sequence[float]) -> list[list[Combined]]:
    """The answer for each series of each block. Series are compared with each other: their order changes nothing."""
    errors = [_errors(block, horizon) for block in blocks]  # member, origin, series, step; origins without the last
    usable = np.array([name not in NAIVES for name in NAMES])
    profiles = [_profile(error, usable) for error in errors]
    pooled = _pooled(profiles)
    weights = [
        _weights(block, profile, pooled, usable, horizon) for block, profile in zip(blocks, profiles, strict=True)
    ]
    medians = [_median(block.found, weight) for block, weight in zip(blocks, weights, strict=True)]
    misses = [_misses(block, median, horizon) for block, median in zip(blocks, medians, strict=True)]
    halves, covered = _halves(blocks, misses, horizon, levels)
    told = []
    usual = _usual([(error, miss) for error, miss in zip(errors, misses, strict=True)])
    for block, error, weight, median, miss, half in zip(blocks, errors, weights, medians, misses, halves, strict=True):
        told.append([
            _one(block, error[:, :, n], weight[:, n], median[0, n], miss[:, n], {level: h[n] for level, h in half.items()}, usual, horizon, covered)
            for n in range(block.values.shape[1])
        ])  # fmt: skip
    return told


def _one(
    block: Block, error: Floats, weight: Floats, forecast: Floats, miss: Floats, half: dict[float, Floats], usual: float, horizon: int,
    covered: dict[float, float] | None,
) -> Combined:  # fmt: skip
    """`error`: member, origin, step of one series; `usual`: the combination's error over the naive one's in all series."""
    origins = int(np.isfinite(miss).any(axis=1).sum())
    if not origins:
        return Combined(forecast, half, weight, None, None, 0, miss)
    own = float(np.nanmean(np.abs(miss)))
    name, naive = min(((n, float(np.nanmean(error[NAMES.index(n)]))) for n in NAIVES), key=lambda pair: pair[1])
    history = len(block.values) / horizon
    trust = history / (history + HALF_TRUST)
    if origins >= FEWEST_ORIGINS and naive > 0 and trust * own / naive + (1 - trust) * usual > LOST:
        return Combined(forecast, half, weight, own, naive, origins, miss, name, covered)
    return Combined(forecast, half, weight, own, naive, origins, miss, "", covered)


def _usual(pairs: Sequence[tuple[Floats, Floats]]) -> float:
    """The median over all series of the combination's backtest error over the better naive way's."""
    ratios: list[float] = []
    for error, miss in pairs:
        for n in range(miss.shape[1] if miss.size else 0):
            known = np.isfinite(miss[:, n])
            naive = (
                min((float(error[NAMES.index(name), :, n][known].mean()) for name in NAIVES), default=0.0)
                if known.any()
                else 0.0
            )
            if naive > 0:
                ratios.append(float(np.abs(miss[:, n][known]).mean()) / naive)
    return float(np.median(ratios)) if ratios else 1.0


def _errors(block: Block, horizon: int) -> Floats:
    length = len(block.values)
    found = np.full((len(NAMES), len(block.origins) - 1, block.values.shape[1], horizon), np.nan)
    for number, origin in enumerate(block.origins[1:]):
        known = min(horizon, length - origin)
        truth = block.values[origin : origin + known].T
        found[:, number, :, :known] = np.abs(block.found[:, number + 1, :, :known] - truth)
    return found


def _profile(errors: Floats, usable: npt.NDArray[np.bool_]) -> Floats:
    """Each member's error over that of the usable ones together: (member, series); NaN without a backtest."""
    if not errors.shape[1]:
        return np.full((errors.shape[0], errors.shape[2]), np.nan)
    count = np.isfinite(errors).sum(axis=3)
    mean = np.where(count > 0, np.nansum(errors, axis=3) / np.maximum(count, 1), np.nan)  # member, origin, series
    flat = mean.mean(axis=1)
    known = np.where(usable[:, None] & np.isfinite(flat), flat, 0.0).sum(axis=0)
    many = (usable[:, None] & np.isfinite(flat)).sum(axis=0)
    centre = known / np.maximum(many, 1)
    return np.where(centre > 0, flat / np.where(centre > 0, centre, 1.0), np.nan)


def _pooled(profiles: Sequence[Floats]) -> Floats:
    both = np.concatenate(profiles, axis=1)
    known = np.isfinite(both)
    many = known.sum(axis=1)
    return np.where(many > 0, np.where(known, both, 0.0).sum(axis=1) / np.maximum(many, 1), 1.0)


def _weights(block: Block, profile: Floats, pooled: Floats, usable: npt.NDArray[np.bool_], horizon: int) -> Floats:
    history = len(block.values) / horizon
    trust = history / (history + HALF_TRUST)
    own = np.where(np.isfinite(profile), profile, pooled[:, None])
    relative = np.maximum(trust * own + (1 - trust) * pooled[:, None], 1e-3)
    there = np.isfinite(block.found).all(axis=(1, 3)) & usable[:, None]
    raw = np.where(there, relative ** -(SHARPNESS * trust), 0.0)
    return np.asarray(raw / raw.sum(axis=0))


def _median(found: Floats, weights: Floats) -> Floats:
    """The weighted median over members, between the two in the middle: (origin, series, step)."""
    share = np.broadcast_to(weights[:, None, :, None], found.shape)
    values = np.where(share > 0, found, np.inf)
    order = np.argsort(values, axis=0, kind="stable")
    values, share = np.take_along_axis(values, order, axis=0), np.take_along_axis(share, order, axis=0)
    middle = np.cumsum(share, axis=0) - share / 2
    above = np.argmax(middle >= 0.5 - 1e-12, axis=0)[None]
    below = np.maximum(above - 1, 0)
    upper, lower = np.take_along_axis(values, above, axis=0)[0], np.take_along_axis(values, below, axis=0)[0]
    high, low = np.take_along_axis(middle, above, axis=0)[0], np.take_along_axis(middle, below, axis=0)[0]
    part = np.where(high > low, (0.5 - low) / np.where(high > low, high - low, 1.0), 1.0)
    return np.asarray(lower + np.clip(part, 0.0, 1.0) * (upper - lower))


def _misses(block: Block, median: Floats, horizon: int) -> Floats:
    """Truth − forecast at the origins inside the history: (origin, series, step)."""
    length, count = block.values.shape
    found = np.full((len(block.origins) - 1, count, horizon), np.nan)
    for number, origin in enumerate(block.origins[1:]):
        known = min(horizon, length - origin)
        found[number, :, :known] = block.values[origin : origin + known].T - median[number + 1, :, :known]
    return found


def _halves(
    blocks: Sequence[Block], misses: Sequence[Floats], horizon: int, levels: Sequence[float]
) -> tuple[list[dict[float, Floats]], dict[float, float] | None]:
    """Half the width of each interval by level: (series, step); and the share of values inside, each origin by the quantile of the others."""
    # a stretch that hardly moved says little of the whole: what missed it counts in no less than a part of what is usual now
    least = [np.maximum(QUIET * b.sigma[:1], 1e-9 * np.abs(b.values).mean(axis=0) + 1e-300) for b in blocks]
    sigmas = [np.maximum(block.sigma, low) for block, low in zip(blocks, least, strict=True)]
    alike = [_alike(block) for block in blocks]
    units = [np.abs(m[a]) / s[1:][a][:, :, None] for m, s, a in zip(misses, sigmas, alike, strict=True)]
    growth = _growth(units, horizon)
    scores, scales, folds = [], [], []
    for unit in units:
        ratio = unit / growth
        known = np.isfinite(ratio)
        many, total = known.sum(axis=2), np.where(known, ratio, 0.0).sum(axis=2)  # origin, series
        apart_many, apart_total = many.sum(axis=0) - many, total.sum(axis=0) - total
        score = ratio / _scale(apart_many, apart_total, horizon)[:, :, None]
        scores.append(score[known])
        folds.append(np.broadcast_to(np.arange(len(unit))[:, None, None], unit.shape)[known])
        scales.append(_scale(many.sum(axis=0), total.sum(axis=0), horizon))
    every = np.sort(np.concatenate(scores)) if scores else np.empty(0)
    origins = max((len(unit) for unit in units), default=0)
    wide = {level: _times(every, level, origins) for level in levels}
    halves = [
        {level: (scale * sigma[0])[:, None] * growth * times for level, times in wide.items()}
        for scale, sigma in zip(scales, sigmas, strict=True)
    ]
    return halves, _covered(scores, folds, levels) if origins >= FEWEST_ORIGINS else None


def _covered(
    scores: Sequence[Floats], folds: Sequence[npt.NDArray[np.int64]], levels: Sequence[float]
) -> dict[float, float]:
    every, fold = np.concatenate(scores), np.concatenate(folds)
    found = {}
    for level in levels:
        inside = 0
        for one in np.unique(fold):
            here, others = every[fold == one], np.sort(every[fold != one])
            if len(others):
                inside += int((here <= _times(others, level, int(fold.max()))).sum())
        found[level] = inside / max(1, len(every))
    return found


def _alike(block: Block) -> npt.NDArray[np.bool_]:
    """The origins inside the history that tell the width of an interval: the last ones, and those that know much of what is known now."""
    origins, length = np.array(block.origins[1:], dtype=np.int64), len(block.values)
    return np.asarray((np.arange(len(origins)) < SURE_ORIGINS) | (origins >= ALIKE * length))


def _growth(units: Sequence[Floats], horizon: int) -> Floats:
    """How the mean error grows with the step, in standard errors of one step; like a random walk's where nothing is known."""
    steps = np.sqrt(np.arange(1, horizon + 1))
    rows = np.concatenate([unit.reshape(-1, horizon) for unit in units]) if units else np.empty((0, horizon))
    if not np.isfinite(rows).any():
        return np.asarray(0.8 * steps)
    rows = np.minimum(rows, np.nanquantile(rows, 0.99))
    many = np.isfinite(rows).sum(axis=0)
    mean = np.where(many > 0, np.nansum(rows, axis=0) / np.maximum(many, 1), np.nan) / steps
    overall = float(np.nanmean(mean))
    trust = many / (many + 40.0)
    shape = steps * (trust * np.nan_to_num(mean, nan=overall) + (1 - trust) * overall)
    return np.maximum(_rising(shape), 1e-9)


def _rising(values: Floats) -> Floats:
    """The nearest values that never fall (pool adjacent violators)."""
    pools: list[list[float]] = []  # mean, count
    for value in values:
        pools.append([float(value), 1.0])
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            mean, many = pools.pop()
            pools[-1] = [(pools[-1][0] * pools[-1][1] + mean * many) / (pools[-1][1] + many), pools[-1][1] + many]
    return np.concatenate([np.full(int(many), mean) for mean, many in pools])


def _scale(many: npt.NDArray[np.int64], total: Floats, horizon: int) -> Floats:
    """A series' own errors in units of what is usual, drawn to 1 by as much as one origin says."""
    return np.asarray((total / horizon + OWN_SCALE) / (many / horizon + OWN_SCALE))


def _times(scores: Floats, level: float, origins: int) -> float:
    """The quantile of the scores; with few, beside that of Student's t in units of its mean absolute value."""
    tail = (1 + level / 100) / 2
    freedom = max(3.0, float(origins))
    usual = float(special.stdtrit(freedom, tail)) / 0.75
    if not len(scores):
        return usual
    place = min(1.0, level / 100 * (1 + 1 / len(scores)))
    own = float(np.quantile(scores, place))
    trust = min(1.0, len(scores) / FULL_POOL)
    return trust * own + (1 - trust) * usual * 0.85
