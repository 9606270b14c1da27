"""How to divide a total over channels: moved only where it gains even at the pessimistic end, else a test is proposed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from castanea.analysis.common import Answer, Warned, numbers, present, texts
from castanea.analysis.pricing.allocation import LEAST_DRAWN, best_known, pessimistic, room_of, within
from castanea.analysis.pricing.media_mix import check_level, fit, too_little
from castanea.analysis.pricing.media_model import Drawn
from castanea.analysis.pricing.media_series import Floats, Media, media_of
from castanea.analysis.pricing.media_words import budget_words
from castanea.kit.errors import InputError
from castanea.kit.nearest import nearest

LEAST, MOST = 0.5, 1.5  # of what is spent now, where no bounds are given
TRIED_OVER = 4  # periods over which spending counts as tried together
CAUTION = 0.005  # the chance of a loss that a move may have at most, by the drawn responses
TRIFLE = 0.002  # of what all channels bring, below which a gain is none
FAR = 2.0  # times what is spent now beyond which a total is unlike anything tried
MINIMUM, MAXIMUM = ("min", "lo", "low", "lower", "minimum"), ("max", "hi", "high", "upper", "maximum")
COLUMNS: Mapping[str, Any] = {
    "channel": pl.String, "spend_now": pl.Float64, "spend_best": pl.Float64, "lo": pl.Float64, "hi": pl.Float64, "status_quo": pl.Float64,
    "spend_candidate": pl.Float64, "bound_lo": pl.Float64, "bound_hi": pl.Float64, "marginal_return": pl.Float64, "marginal_lo": pl.Float64,
    "marginal_hi": pl.Float64,
}  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """The total and its horizon, and for each channel what is spent now over it, and the bounds."""

    total: float
    periods: int
    now: Floats
    low: Floats
    high: Floats

    @property
    def unlike(self) -> bool:
        """Whether nothing like this total was ever tried: then no response is known."""
        return not 1 / FAR <= self.total / float(self.now.sum()) <= FAR

    @property
    def status_quo(self) -> Floats:
        """The total in the present proportions, as far as the bounds let it."""
        return within(self.low, self.high, self.now, self.total)


def budget(
    table: pl.DataFrame, *, time: str, value: str, spend: Sequence[str], total: float, controls: Sequence[str] = (), season: int = 0,
    bounds: pl.DataFrame | None = None, periods: int = 0, level: float = 95, seed: int = 0,
) -> Answer:  # fmt: skip
    """Per channel: channel, spend_now (the mean a period times `periods`), spend_best (adds up to `total`), lo, hi (where the best lies);
    further status_quo (the total in the present proportions), spend_candidate (best by the mean response), the bounds, what a further unit brings.

    `periods`: how many the total is for; by default one, a season or all of the file's, whichever is nearest to what was spent. `bounds`:
    channel, min, max over the same periods; by default half to one and a half times the present, inside what was tried. Summary: gain,
    gain_lo, gain_hi (in the value's unit, over the periods, against status_quo), verdict: `move` when a division gains even
    where only `CAUTION` of the drawn responses lie lower, `test_first` otherwise: then spend_best stays at status_quo and the gain is that of
    spend_candidate. Method: `media_model`, `allocation`. Not enough data as media-mix. Raises InputError."""
    check_level(level)
    if not (np.isfinite(total) and total > 0):
        raise InputError(f"--total is {total:g}; write an amount above 0", code="analysis.bad_number")
    media, warnings = media_of(table, time, value, spend, controls, season)
    short = too_little("budget", media)
    if short:
        return short
    fitted = fit(media, seed, warnings)
    if fitted is None:
        found = too_little("budget", media, still=True)
        if found is None:
            raise AssertionError("still spending is too little")
        return found
    asked = _asked(media, total, periods, bounds, warnings)
    moving = [media.channels.index(name) for name in fitted.drawn.media.channels]
    answer, summary = _divided(fitted.drawn, media, asked, moving, level)
    return Answer("budget", answer, summary, warnings, budget_words(answer, summary, level))


def _asked(media: Media, total: float, periods: int, bounds: pl.DataFrame | None, warnings: list[Warned]) -> Asked:
    mean = media.spend.mean(axis=0)
    if periods < 0:
        raise InputError(f"--periods is {periods}; write how many periods the total is for", code="analysis.bad_number")
    if not periods:
        candidates = sorted({1, *(round(c) for c in media.cycles if c <= len(media)), len(media)})
        periods = min(candidates, key=lambda n: abs(np.log(total / (n * float(mean.sum())))))
        warnings.append(Warned("periods", f"the total is taken as for {periods:,} periods, nearest to what was spent; say --periods for another"))  # fmt: skip
    now = mean * periods
    ratio = total / float(now.sum())
    if not 1 / FAR <= ratio <= FAR:
        warnings.append(Warned("unlike_the_past", f"the total is {ratio:.2f} times what was spent in {periods:,} periods: "
            "responses there were never tried"))  # fmt: skip
    steady = np.array([np.convolve(x, np.ones(TRIED_OVER) / TRIED_OVER, "valid") for x in media.spend.T])
    tried_low, tried_high = np.quantile(steady, [0.05, 0.95], axis=1) / np.maximum(mean, 1e-300)
    low = now * ratio * np.clip(tried_low, LEAST, 1)
    high = now * ratio * np.clip(tried_high, 1, MOST)
    still = media.spend.max(axis=0) <= media.spend.min(axis=0) * (1 + 1e-6) + 1e-12
    low, high = np.where(still, now * ratio, low), np.where(still, now * ratio, high)
    if bounds is not None:
        low, high = _bounded(bounds, media.channels, low, high)
    if low.sum() > total * (1 + 1e-9) or high.sum() < total * (1 - 1e-9):
        raise InputError(f"the bounds allow {low.sum():,.6g} to {high.sum():,.6g} in all, the total is {total:,.6g}; "
            "change the bounds or --total (and see --periods)", code="analysis.bad_value")  # fmt: skip
    return Asked(total, periods, now, low, high)


def _bounded(given: pl.DataFrame, channels: Sequence[str], low: Floats, high: Floats) -> tuple[Floats, Floats]:
    """The bounds of a file; a channel or a cell that is not there keeps the usual one. Raises InputError."""
    present(given, "channel")
    named = {
        side: next((c for c in given.columns if c.strip().lower() in words), None)
        for side, words in (("min", MINIMUM), ("max", MAXIMUM))
    }
    if not any(named.values()):
        raise InputError(
            f"the bounds have the columns {', '.join(given.columns)}; they need channel, min and max",
            code="analysis.no_column",
        )
    low, high = low.copy(), high.copy()
    columns = {side: numbers(given, name) if name else None for side, name in named.items()}
    for n, channel in enumerate(texts(given, "channel")):
        if channel not in channels:
            near = nearest(str(channel), channels)
            raise InputError(
                f"the bounds name {channel!r}{near.hint}; the channels are {', '.join(channels)}",
                code="analysis.bad_value",
            )
        c = list(channels).index(channel)
        lo = columns["min"][n] if columns["min"] is not None else None
        hi = columns["max"][n] if columns["max"] is not None else None
        low[c] = low[c] if lo is None else lo
        high[c] = high[c] if hi is None else hi
        low[c] = min(low[c], high[c]) if lo is None else low[c]
        high[c] = max(low[c], high[c]) if hi is None else high[c]
        if not 0 <= low[c] <= high[c]:
            raise InputError(
                f"the bounds of {channel} are {low[c]:g} to {high[c]:g}; write 0 ≤ min ≤ max",
                code="analysis.bad_value",
            )
    return low, high


def _divided(
    told: Drawn, media: Media, asked: Asked, moving: Sequence[int], level: float
) -> tuple[pl.DataFrame, dict[str, Any]]:
    quo = asked.status_quo
    part = float(quo[list(moving)].sum())
    low, high, now = asked.low[list(moving)], asked.high[list(moving)], quo[list(moving)]
    tail = [(1 - level / 100) / 2, (1 + level / 100) / 2]
    room = room_of(told, asked.now[list(moving)], low, high, asked.periods)
    candidate = best_known(room, part)[0]
    best, height = pessimistic(room, now, candidate, min(tail[0], CAUTION))
    some = np.unique(np.linspace(0, len(told.size) - 1, LEAST_DRAWN).astype(np.int64))
    optima = best_known(room, part, some)
    lo, hi = np.quantile(optima, tail, axis=0)
    base = room.value(now)
    move = height > TRIFLE * float(base.mean()) and not asked.unlike
    best = best if move else now
    gains = room.value(best if move else candidate) - base
    gain_lo, gain_hi = (float(v) for v in np.quantile(gains, tail))
    more = told.marginal()
    more_lo, more_hi = np.quantile(more, tail, axis=0)
    rows: list[dict[str, Any]] = [
        {"channel": name, "spend_now": float(asked.now[n]), "spend_best": float(quo[n]), "lo": float(quo[n]), "hi": float(quo[n]),
         "status_quo": float(quo[n]), "spend_candidate": float(quo[n]), "bound_lo": float(asked.low[n]), "bound_hi": float(asked.high[n])}
        for n, name in enumerate(media.channels)
    ]  # fmt: skip
    for c, n in enumerate(moving):
        rows[n] |= {
            "spend_best": float(best[c]), "lo": float(min(lo[c], best[c])), "hi": float(max(hi[c], best[c])), "spend_candidate": float(candidate[c]),
            "marginal_return": float(more[:, c].mean()), "marginal_lo": float(more_lo[c]), "marginal_hi": float(more_hi[c]),
        }  # fmt: skip
    widest = int(np.argmax((more_hi - more_lo) * told.media.spend.sum(axis=0)))
    expected = float(base.mean())
    summary = {
        "gain": float(gains.mean()), "gain_lo": gain_lo, "gain_hi": gain_hi, "verdict": "move" if move else "test_first",
        "unlike_the_past": asked.unlike, "channels_to_move": len(moving),
        "gain_of": "spend_best" if move else "spend_candidate", "total": asked.total, "periods": asked.periods,
        "gain_share": float(gains.mean()) / expected if expected > 0 else None, "chance_of_loss": float((gains < 0).mean()),
        "test": told.media.channels[widest], "response_now": expected,
    }  # fmt: skip
    return pl.DataFrame([dict.fromkeys(COLUMNS) | row for row in rows], schema=dict(COLUMNS)), summary
