"""Where thin counts deviate: for leaves of which most hold a handful of orders, where `diagnose.localise` sees noise.

Each value of each dimension is held against the rest of its dimension: D = what was − (its usual share of the rest) × (the rest in the time),
so that a festival or a slow week that hits all takes nothing off. Its variance is that of counts, widened by how much more than counts the
values of the dimension move at earlier stretches of the same length. A value is named when its z is far beyond the largest that so many
values show by chance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log, sqrt

import numpy as np
import numpy.typing as npt
import polars as pl

F64 = npt.NDArray[np.float64]
PAST = 28  # times from which the usual share is taken
STRETCHES = 6  # earlier stretches of the same length
MOST_VALUES = 200
BEYOND = 1.0  # how far beyond the largest z by chance


@dataclass(frozen=True)
class Place:
    """`where`: one dimension and value. `deviation` in the unit of the counts; `z` in spreads."""

    where: dict[str, str]
    deviation: float
    z: float


def place(counts: pl.DataFrame, dims: Sequence[str], begin: int, end: int, *, way: int = 0) -> Place | None:
    """`counts`: t (whole number of the time), the dimensions, n; from some weeks before `begin` to `end`, both included. `way`: +1 only rises, −1 only
    falls, 0 both. None where no value stands out."""
    found: list[Place] = []
    for dim in dims:
        rows = (
            counts.drop_nulls(dim)
            .group_by(dim)
            .agg(pl.col("n").sum())
            .sort(["n", dim], descending=[True, False])
            .head(MOST_VALUES)
        )
        names = [str(v) for v in rows[dim].to_list()]
        if len(names) >= 3:
            found += _stood_out(dim, names, _table(counts, dim, names, begin - PAST * 2, end), end - begin + 1, way)
    return max(found, key=lambda p: (abs(p.z), sorted(p.where.items())), default=None)


def _table(counts: pl.DataFrame, dim: str, names: list[str], first: int, last: int) -> F64:
    """Values × times; the last row holds all further values."""
    first = max(first, int(counts["t"].min()))  # type: ignore[arg-type]
    number = {name: n for n, name in enumerate(names)}
    told = np.zeros((len(names) + 1, last - first + 1))
    inside = counts.filter(pl.col("t").is_between(first, last)).select("t", dim, "n")
    for t, value, n in inside.iter_rows():
        told[number.get(value, len(names)), t - first] += n
    return told


def _stood_out(dim: str, names: list[str], table: F64, length: int, way: int) -> list[Place]:
    begin = table.shape[1] - length
    if begin < max(8, length // 2):
        return []
    apart, variance = _apart(table, begin, begin + length)
    spread = _wider(table, begin, length)
    z = _spreads(table[:-1, begin:].sum(axis=1), apart[:-1], variance[:-1], spread)
    edge = sqrt(2 * log(max(len(names), 2))) + BEYOND
    best = int(np.argmax(z * way if way else np.abs(z)))
    return (
        [Place({dim: names[best]}, float(apart[best]), float(z[best]))]
        if (z[best] * way if way else abs(z[best])) >= edge
        else []
    )


def _spreads(now: F64, apart: F64, variance: F64, spread: float) -> F64:
    """z by the variance, and where that is less, by the roots of the counts, which small counts do not exaggerate."""
    plain = apart / np.sqrt(spread * np.maximum(variance, 1.0))
    expected = np.maximum(now - apart, 0.0)
    wider = np.sqrt(spread * np.maximum(variance, 1e-9) / np.maximum(expected, 1e-9)) if spread > 0 else 1.0
    roots = 2 * (np.sqrt(now + 0.375) - np.sqrt(expected + 0.375)) / np.maximum(wider, 1.0)
    told: F64 = np.sign(plain) * np.minimum(np.abs(plain), np.abs(roots))
    return told


def _apart(table: F64, begin: int, end: int) -> tuple[F64, F64]:
    """D and its variance, were these counts, of each value in the places begin … end − 1."""
    past = table[:, max(0, begin - PAST) : begin].sum(axis=1)
    now = table[:, begin:end].sum(axis=1)
    rest_past, rest_now = past.sum() - past, now.sum() - now
    rate = rest_now / np.maximum(rest_past, 1.0)
    expected = (past + 0.5) * rate
    return now - expected, np.maximum(expected + expected * rate, 0.5)


def _wider(table: F64, begin: int, length: int) -> float:
    """By how much more than counts the values vary: from stretches before, and never less than counts do."""
    squares = []
    for k in range(1, STRETCHES + 1):
        start = begin - k * length
        if start < max(8, length // 2):
            break
        apart, variance = _apart(table, start, start + length)
        usable = variance[:-1] >= 1.5
        squares.append(float(np.median((apart[:-1] ** 2 / variance[:-1])[usable])) / 0.455 if usable.any() else 1.0)
    return max(1.0, float(np.median(squares))) if squares else 1.5
