"""A total over channels: the best division of a known response, and the one that gains even at the pessimistic end of unknown ones."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations

import numpy as np
import numpy.typing as npt

from castanea.analysis.pricing.media_model import Drawn
from castanea.analysis.pricing.media_series import Floats
from castanea.analysis.pricing.response_curves import features

LEVELS = 49  # spendings of a channel at which its response is worked out
STEPS = 120  # parts in which a total is divided
MOVES = (0.3, 0.1, 0.03, 0.01)  # of the narrower of two channels' bounds, from one to the other
ROUNDS = 30
LEAST_DRAWN = 240


@dataclass(frozen=True)
class Room:
    """A channel's bounds and, for each draw, what it brings when this much is spent (`at`: LEVELS spendings from `low` to `high`)."""

    low: Floats
    high: Floats
    at: Floats  # channels × levels
    brings: Floats  # channels × draws × levels

    def value(self, spend: Floats) -> Floats:
        """Per draw, what this division brings."""
        total = np.zeros(self.brings.shape[1])
        for c, amount in enumerate(spend):
            width = (self.high[c] - self.low[c]) / (LEVELS - 1)
            place = 0.0 if width <= 0 else min(max((amount - self.low[c]) / width, 0.0), LEVELS - 1.0)
            left = min(int(place), LEVELS - 2)
            part = place - left
            total += (1 - part) * self.brings[c][:, left] + part * self.brings[c][:, left + 1]
        return total


def room_of(told: Drawn, now: Floats, low: Floats, high: Floats, periods: float) -> Room:
    """Responses between the bounds when a channel's own pattern over time is scaled up or down; over `periods`."""
    channels, draws = told.size.shape[1], told.size.shape[0]
    at = np.array([np.linspace(low[c], high[c], LEVELS) for c in range(channels)])
    brings = np.zeros((channels, draws, LEVELS))
    for c in range(channels):
        used, place = np.unique(told.curve[:, c], return_inverse=True)
        curves = told.curves[c]
        some = used[used >= 0]
        picked = type(curves)(curves.carry[some], curves.half[some], curves.shape[some], curves.weight[some])
        nothing = np.zeros(len(used) - len(some))
        for n, amount in enumerate(at[c]):
            mean = features(told.media.spend[:, c], picked, amount / now[c]).mean(axis=0) if len(some) else np.zeros(0)
            brings[c, :, n] = np.concatenate([nothing, mean])[place.ravel()] * told.size[:, c] * periods
    return Room(low, high, at, brings)


def best_known(room: Room, total: float, draws: npt.NDArray[np.int64] | None = None) -> Floats:
    """draws × channels: the division that brings most for each draw (one row, of the mean response, without `draws`), exact on a grid of
    1/STEPS of what is free above the lower bounds, whatever the shape of the responses."""
    values = room.brings.mean(axis=1, keepdims=True) if draws is None else room.brings[:, draws]
    free = max(total - float(room.low.sum()), 0.0)
    step = free / STEPS
    channels, rows = values.shape[0], values.shape[1]
    best = np.full((rows, STEPS + 1), -np.inf)
    best[:, 0] = 0.0
    taken = np.zeros((channels, rows, STEPS + 1), dtype=np.int64)
    for c in range(channels):
        amounts = np.minimum(room.low[c] + step * np.arange(STEPS + 1), room.high[c])
        most = int(np.floor((room.high[c] - room.low[c]) / step + 1e-9)) if step > 0 else 0
        own = np.array(
            [
                np.interp(amounts, room.at[c], row) if room.high[c] > room.low[c] else np.full(STEPS + 1, row[0])
                for row in values[c]
            ]
        )
        fresh = np.full_like(best, -np.inf)
        for k in range(min(most, STEPS) + 1):
            offered = best[:, : STEPS + 1 - k] + own[:, [k]]
            better = offered > fresh[:, k:]
            fresh[:, k:] = np.where(better, offered, fresh[:, k:])
            taken[c][:, k:] = np.where(better, k, taken[c][:, k:])
        best = fresh
    left = np.array([int(np.flatnonzero(np.isfinite(row)).max()) for row in best])
    found = np.zeros((rows, channels))
    for c in range(channels - 1, -1, -1):
        k = taken[c][np.arange(rows), left]
        found[:, c] = room.low[c] + step * k
        left = left - k
    return _climbed(_filled(found, room, total), values, room)


def _climbed(found: Floats, values: Floats, room: Room) -> Floats:
    """Parts moved from channel to channel while that brings more, row by row: a channel may be smaller than a step of the grid."""
    channels, rows = values.shape[0], np.arange(values.shape[1])

    def brings(c: int, amount: Floats) -> Floats:
        width = (room.high[c] - room.low[c]) / (LEVELS - 1)
        place = np.clip((amount - room.low[c]) / width, 0.0, LEVELS - 1.0) if width > 0 else np.zeros(len(amount))
        left = np.minimum(place.astype(np.int64), LEVELS - 2)
        return np.asarray((1 - place + left) * values[c][rows, left] + (place - left) * values[c][rows, left + 1])

    for share in MOVES:
        for _ in range(ROUNDS):
            moved_any = False
            for a, b in permutations(range(channels), 2):
                step = share * min(room.high[a] - room.low[a], room.high[b] - room.low[b])
                moved = np.maximum(
                    np.minimum(step, np.minimum(found[:, a] - room.low[a], room.high[b] - found[:, b])), 0.0
                )
                before = brings(a, found[:, a]) + brings(b, found[:, b])
                after = brings(a, found[:, a] - moved) + brings(b, found[:, b] + moved)
                moved = np.where(after > before + 1e-9 * np.abs(before), moved, 0.0)
                found[:, a], found[:, b] = found[:, a] - moved, found[:, b] + moved
                moved_any = moved_any or bool(moved.any())
            if not moved_any:
                break
    return found


def _filled(found: Floats, room: Room, total: float) -> Floats:
    """What rounding left over goes where there is room, in proportion to it."""
    short = total - found.sum(axis=1, keepdims=True)
    space = np.where(short > 0, room.high - found, found - room.low)
    whole = space.sum(axis=1, keepdims=True)
    return np.asarray(found + np.divide(space, whole, out=np.zeros_like(space), where=whole > 0) * short)


def within(room_low: Floats, room_high: Floats, wanted: Floats, total: float) -> Floats:
    """The division nearest in proportion to `wanted` that keeps the bounds and adds up."""
    low, high = 0.0, 1e6
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (
            (middle, high) if float(np.clip(wanted * middle, room_low, room_high).sum()) < total else (low, middle)
        )
    return np.asarray(np.clip(wanted * high, room_low, room_high))


def pessimistic(room: Room, status_quo: Floats, towards: Floats, tail: float) -> tuple[Floats, float]:
    """The division whose gain over the status quo at the lower end (`tail`) of the draws is greatest, and that gain; the status quo and 0
    where none gains there. Climbed from points on the way to the best of the mean response, by moving parts from channel to channel."""
    now = room.value(status_quo)

    def worst(spend: Floats) -> float:
        return float(np.quantile(room.value(spend) - now, tail))

    best, height = status_quo, 0.0
    for part in np.linspace(0.1, 1, 10):
        spend = status_quo + part * (towards - status_quo)
        if (found := worst(spend)) > height:
            best, height = spend, found
    for share in MOVES:
        for _ in range(ROUNDS):
            improved = False
            for a, b in permutations(range(len(status_quo)), 2):
                step = share * min(room.high[a] - room.low[a], room.high[b] - room.low[b])
                moved = min(step, best[a] - room.low[a], room.high[b] - best[b])
                if moved <= 0.1 * step:
                    continue
                spend = best.copy()
                spend[a], spend[b] = spend[a] - moved, spend[b] + moved
                if (found := worst(spend)) > height + 1e-4 * abs(height):
                    best, height, improved = spend, found, True
            if not improved:
                break
    return best, height
