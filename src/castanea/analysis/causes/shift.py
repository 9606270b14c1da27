"""Whether a series moved when a deviation began, more than it moves at other times.

The step's size D = mean from the onset τ to the end − median of the times before it, weekdays taken out. It is held against the same D at
placebo dates, where nothing is to be explained: z = (D − their median) / their spread, so that persistence, trends and sawtooths of the
series itself count as usual. The log odds of z are those of a wide half-normal law (it moved) against a Student law (it did not). The onset
is weighed over all dates τ by the likelihood of a step there; what begins after the deviation is no cause of it, what began long before it
hardly."""

from __future__ import annotations

from dataclasses import dataclass
from math import lgamma, log, pi

import numpy as np
import numpy.typing as npt

F64 = npt.NDArray[np.float64]
PAST = 28  # times before an onset from which the usual level is taken
LEAST = 8  # times before the deviation without which nothing is usual
WIDE = 7.0  # of the half-normal law of z, where the series is the cause
MOST_ODDS = 8.0  # that one series brings, however far it moved
FARTHEST = 25.0  # spreads; beyond it nothing gets surer
QUIET = -2.0  # log odds of a series that did not move
SMALL_STEP = 0.02  # of the level: no spread is taken for smaller
PATIENCE = 42  # times before the deviation at which an onset is looked for


@dataclass(frozen=True)
class Window:
    """Places of a deviation on the series' axis, `begin` … `end` included; `week`: places of a weekly season, 1 = none; `lead`: how many
    places before a cause may begin."""

    begin: int
    end: int
    week: int
    lead: int


@dataclass(frozen=True)
class Shift:
    """`z`: spreads by which it moved in the direction asked, after what others outside the scope did was taken off. `odds`: log odds as
    evidence. `onset`: the place where it most likely moved. `before`, `during` in the series' unit."""

    z: float
    odds: float
    onset: int
    before: float
    during: float
    step: float


def flattened(values: F64, window: Window) -> F64:
    """The series without the usual differences between weekdays, which are learnt outside of the deviation."""
    if window.week < 2 or len(values) < 4 * window.week:
        return values
    phase = np.arange(len(values)) % window.week
    outside = np.ones(len(values), dtype=bool)
    outside[window.begin : window.end + 1] = False
    usable = outside & np.isfinite(values)
    if usable.sum() < 3 * window.week:
        return values
    middle = float(np.median(values[usable]))
    local = _running(values, window.week)
    against = values - local
    own = np.zeros(window.week)
    for p in range(window.week):
        some = against[usable & (phase == p) & np.isfinite(against)]
        own[p] = float(np.median(some)) if len(some) >= 3 else 0.0
    own -= own.mean()
    left = usable & np.isfinite(against)
    if float(np.abs(against[left] - own[phase[left]]).sum()) > 0.9 * float(np.abs(against[left]).sum()):
        return values
    flat: F64 = values - own[phase]
    return flat if middle == middle else values


def _running(values: F64, width: int) -> F64:
    half = width // 2
    padded = np.concatenate([np.full(half, np.nan), values, np.full(half, np.nan)])
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * half + 1)
    full = np.isfinite(windows).sum(axis=1) >= width - 1
    told: F64 = np.where(full, _middles(windows), np.nan)
    return told


def shift(
    values: F64, window: Window, way: int, *, counts: bool, others: list[F64] | None = None, price: float = 0.0
) -> Shift | None:
    """`way`: +1 rising speaks for a cause, −1 falling, 0 either. `counts`: whole numbers of things, of which few vary by chance.
    `others`: the same kind outside of the scope; they are looked at where the odds are above the `price`. None where too little is known."""
    flat = flattened(values, window)
    usual = np.isfinite(flat[: window.begin]).sum()
    inside = flat[window.begin : window.end + 1]
    if usual < LEAST or not np.isfinite(inside).any():
        return None
    onset, allowed = _onset(flat, window, counts=counts)
    told = _step(flat, onset, window, counts=counts)
    if told is None:
        return None
    z, step, before, during = told
    sign = 1.0 if (way or z) > 0 else -1.0
    own = z * sign
    worth = odds_of(own, two_sided=way == 0) > price  # the others can only take off
    for_all = _others(others or [], onset, window, counts=counts) if worth else None
    if for_all is not None and own > 0:
        own = max(0.0, own - float(np.clip(1.3 * sign * for_all, 0.0, own)))
    odds = odds_of(own, two_sided=way == 0)
    return Shift(own, min(odds, MOST_ODDS) + (log(allowed) if odds > 0 else 0.0), onset, before, during, step)


def odds_of(z: float, *, two_sided: bool = False, freedom: float = 5.0) -> float:
    """Log odds of a move by z spreads: half-normal of width WIDE against Student."""
    if z <= 0:
        return QUIET
    half = log(2 / (WIDE * (2 * pi) ** 0.5)) - 0.5 * (min(z, WIDE) / WIDE) ** 2
    constant = lgamma((freedom + 1) / 2) - lgamma(freedom / 2) - 0.5 * log(freedom * pi)
    chance = constant - (freedom + 1) / 2 * log(1 + z * z / freedom)
    return max(QUIET, half - chance - (log(2) if two_sided else 0.0))


def _level(flat: F64, end: int) -> tuple[float, float, int]:
    """Median, robust spread and number of the times before a place."""
    past = flat[max(0, end - PAST) : end]
    past = past[np.isfinite(past)]
    if len(past) == 0:
        return float("nan"), float("nan"), 0
    middle = float(np.median(past))
    spread = 1.4826 * float(np.median(np.abs(past - middle)))
    return middle, max(spread, 0.5 * float(past.std()) if len(past) > 3 else 0.0), len(past)


def _floor(level: float, size: int, *, counts: bool) -> float:
    """The least spread of a mean of `size` values."""
    least = SMALL_STEP * abs(level)
    if counts and abs(level) < 12:
        least = max(least, float(np.sqrt((abs(level) + 0.5) / max(size, 1))))
    return max(least, 1e-9)


def _step(flat: F64, onset: int, window: Window, *, counts: bool) -> tuple[float, float, float, float] | None:
    """z, size, level before, mean during of the step at an onset, held against placebo dates."""
    stretch = slice(max(onset, window.begin - window.lead), window.end + 1)
    inside = flat[stretch]
    inside = inside[np.isfinite(inside)]
    level, spread, known = _level(flat, onset)
    if known < LEAST // 2 or len(inside) == 0:
        return None
    during = float(inside.mean())
    step, size = during - level, len(inside)
    placebos = _placebos(flat, onset, window, size)
    floor = _floor(level, size, counts=counts)
    independent = spread * float(np.sqrt(1 / size + 1.57 / known))
    if len(placebos) >= 6:
        centre = float(np.median(placebos))
        wide = 1.4826 * float(np.median(np.abs(placebos - centre)))
        wide = max(wide, 0.6 * float(np.sqrt(np.mean((placebos - centre) ** 2))))
        centre = float(np.clip(centre, -wide, wide))
    else:
        centre, wide = 0.0, 1.4 * independent
    z = (step - centre) / max(wide, 0.7 * independent, floor)
    return float(np.clip(z, -FARTHEST, FARTHEST)), step, level, during


def _placebos(flat: F64, onset: int, window: Window, size: int) -> F64:
    """The steps at all dates whose stretch does not touch the deviation's."""
    count = len(flat) - size + 1
    if count <= LEAST:
        return np.zeros(0)
    known = np.isfinite(flat)
    sums = np.concatenate([[0.0], np.cumsum(np.where(known, flat, 0.0))])
    seen = np.concatenate([[0], np.cumsum(known)])
    begins = np.arange(LEAST, count)
    parts = seen[begins + size] - seen[begins]
    means = (sums[begins + size] - sums[begins]) / np.maximum(parts, 1)
    padded = np.concatenate([np.full(PAST, np.nan), flat])
    middles = _middles(np.lib.stride_tricks.sliding_window_view(padded, PAST)[begins])
    apart = (begins + size <= onset - 1) | (begins >= window.end + 1 + PAST)
    found: F64 = (means - middles)[
        apart & (parts > 0) & (seen[begins] - seen[np.maximum(begins - PAST, 0)] >= LEAST // 2)
    ]
    return found


def _middles(rows: F64) -> F64:
    """Medians of rows of which some values may be unknown; not a number where all are."""
    ordered = np.sort(rows, axis=1)
    known = np.isfinite(rows).sum(axis=1)
    at = np.arange(len(rows))
    low, high = ordered[at, np.maximum((known - 1) // 2, 0)], ordered[at, np.minimum(known // 2, rows.shape[1] - 1)]
    told: F64 = np.where(known > 0, (low + high) / 2, np.nan)
    return told


def _onset(flat: F64, window: Window, *, counts: bool) -> tuple[int, float]:
    """The likeliest allowed onset, and the chance that the onset is allowed: at the deviation's begin, or before it by no more than the
    kind's lead and some."""
    first = max(LEAST // 2, window.begin - max(PATIENCE, 2 * window.lead))
    places = np.arange(first, window.end + 1)
    level, spread, _ = _level(flat, first if first >= LEAST else window.begin)
    seen = flat[first : window.end + 1]
    seen = seen[np.isfinite(seen)]
    spread = max(spread, _floor(level, 1, counts=counts), 0.1 * float(np.ptp(seen)) if len(seen) else 0.0)
    logs = np.array([_fit(flat, int(t), window.end, first, spread) for t in places])
    lag = window.begin - places
    weight = np.where(lag < 0, 0.0, np.exp(-np.maximum(lag - 1, 0) / (1.0 + window.lead)))
    chance = np.exp(logs - logs.max())
    prior = np.where(lag < 0, 0.5, 1.0)  # the deviation's own begin is where one looks first
    prior = np.where(lag == 0, 3.0, prior)
    chance *= prior
    chance /= chance.sum()
    allowed = float((chance * weight).sum())
    best = int(places[np.argmax(np.where(weight > 0.05, chance * weight, 0.0))]) if allowed > 0 else window.begin
    return best, float(np.clip(allowed, 1e-4, 1.0))


def _fit(flat: F64, onset: int, end: int, first: int, spread: float) -> float:
    """Log likelihood of one level before an onset and another from it on; outliers count for no more than four spreads, and neighbours
    are taken to be half alike."""
    parts = (flat[max(0, first - PAST) : onset], flat[onset : end + 1])
    total = 0.0
    for part in parts:
        known = part[np.isfinite(part)]
        if len(known):
            away = np.minimum(np.abs(known - np.median(known)) / spread, 4.0)
            total -= 0.5 * float((away**2).sum())
    return 0.6 * total


def _others(others: list[F64], onset: int, window: Window, *, counts: bool) -> float | None:
    """The middle of what the others outside did, in their own spreads; None where there is none to compare with."""
    found = []
    for values in others:
        told = _step(flattened(values, window), onset, window, counts=counts)
        if told is not None:
            found.append(told[0])
    return float(np.median(found)) if found else None
