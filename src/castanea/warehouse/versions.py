"""Which arrival of a key stands: the greatest (version, content), folded over arrivals in log order, vectorised.

An arrival with the content of the present state is a duplicate (and lifts its version when newer); one that is greater is loaded;
one that is smaller is superseded. Rows of immutable tables are loaded once and duplicates ever after.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

I64 = npt.NDArray[np.int64]
U64 = npt.NDArray[np.uint64]

LOADED, DUPLICATE, SUPERSEDED = 0, 1, 2


@dataclass
class Arrivals:
    """`key` is a dense number (0 … keys-1) in order of first arrival; content is given in two halves; all in log order."""

    key: I64
    version: I64
    content_high: U64
    content_low: U64


@dataclass
class State:
    """Of each key: whether it is stored, and what. `winner` becomes the arrival that stands, or stays -1 for the stored row."""

    known: npt.NDArray[np.bool_]
    version: I64
    content_high: U64
    content_low: U64
    winner: I64
    lifted: npt.NDArray[np.bool_]

    @classmethod
    def empty(cls, keys: int) -> State:
        return cls(
            np.zeros(keys, np.bool_),
            np.zeros(keys, np.int64),
            np.zeros(keys, np.uint64),
            np.zeros(keys, np.uint64),
            np.full(keys, -1, np.int64),
            np.zeros(keys, np.bool_),
        )


def fold(arrivals: Arrivals, state: State, *, immutable: bool) -> npt.NDArray[np.int8]:
    """Apply the arrivals one after another; changes `state`, returns each arrival's fate."""
    fates = np.zeros(len(arrivals.key), np.int8)
    if len(arrivals.key) == len(state.known):  # every key arrives once
        _step(np.arange(len(arrivals.key)), arrivals, state, fates, immutable)
        return fates
    order = np.argsort(arrivals.key, kind="stable")
    keys = arrivals.key[order]
    starts = np.flatnonzero(np.r_[True, keys[1:] != keys[:-1]])
    counts = np.diff(np.r_[starts, len(keys)])
    for turn in range(int(counts.max())):
        still = counts > turn
        _step(order[starts[still] + turn], arrivals, state, fates, immutable)
    return fates


def _step(rows: I64, arrivals: Arrivals, state: State, fates: npt.NDArray[np.int8], immutable: bool) -> None:
    key = arrivals.key[rows]
    known = state.known[key]
    if immutable:
        fates[rows[known]] = DUPLICATE
        stands = rows[~known]
    else:
        same = (
            known
            & (state.content_high[key] == arrivals.content_high[rows])
            & (state.content_low[key] == arrivals.content_low[rows])
        )
        newer = arrivals.version[rows] > state.version[key]
        greater = newer | ((arrivals.version[rows] == state.version[key]) & _greater(rows, key, arrivals, state))
        fates[rows[same]] = DUPLICATE
        fates[rows[known & ~same & ~greater]] = SUPERSEDED
        lifts = same & newer
        state.version[key[lifts]] = arrivals.version[rows[lifts]]
        state.lifted[key[lifts]] = True
        stands = rows[~known | (greater & ~same)]
    at = arrivals.key[stands]
    state.known[at] = True
    state.winner[at] = stands
    state.version[at] = arrivals.version[stands]
    state.content_high[at] = arrivals.content_high[stands]
    state.content_low[at] = arrivals.content_low[stands]


def _greater(rows: I64, key: I64, arrivals: Arrivals, state: State) -> npt.NDArray[np.bool_]:
    high, low = arrivals.content_high[rows], arrivals.content_low[rows]
    stored = state.content_high[key]
    greater: npt.NDArray[np.bool_] = (high > stored) | ((high == stored) & (low > state.content_low[key]))
    return greater
