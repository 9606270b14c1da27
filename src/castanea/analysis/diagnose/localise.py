"""Where a deviation lies: the fewest parts of the business (cuboid elements such as "channel jd" or "province 上海 and brand X") that
explain the difference between what was and what was expected.

The leaves of one cause move by one ratio (the ripple effect; Li et al., Squeeze, ISSRE 2019), so each leaf's deviation is
x = 2 (actual − expected) / (|actual| + |expected|), about equal inside a cause and about zero elsewhere. Matching pursuit: of all
elements of all combinations of dimensions take the one whose own deviation explains its leaves best, by a truncated Laplace loss in
units of the leaves' ordinary noise, at a price for naming it (the logarithm of how many elements it was chosen from, and a constant);
take its leaves out; again, until nothing is worth its price.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from castanea.analysis.common import Answer, Warned, numbers, present, texts
from castanea.kit.errors import InputError

F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]
MOST_DIMENSIONS, MOST_CAUSES = 8, 20
TRUNCATED = 40.0  # nats that one leaf can say at most
PRICE, PRICE_OF_A_DIMENSION = 4.0, 0.5  # nats
LEAST_EFFECT = 1.5  # of the noise, unless the evidence is three times its price
OWN_SPREAD = 0.1  # of its deviation: how unequal the leaves of one cause may be
LEAST_NOISE = 0.005
SUM_MOVES = 0.25  # of the leaves' own deviation: how far the sum of a cause must move at least
MOST_PLACES = 4_000_000  # of a combination of dimensions that are counted in a table
BIN = 400  # leaves at least, of like size, whose noise is told together


@dataclass(frozen=True)
class Cause:
    """`where`: dimension → value, empty = everywhere. `deviation`: actual − expected of all its leaves (of the ratio, where a ratio was
    asked for). `share`: of the whole deviation, None where that is zero. `score`: evidence above its price, in nats."""

    where: dict[str, str]
    deviation: float
    share: float | None
    score: float


def diagnose(
    table: pl.DataFrame,
    *,
    dims: Sequence[str],
    actual: Sequence[str],
    expected: Sequence[str],
    derived: str = "",
    case: Sequence[str] = (),
) -> Answer:
    """Per case the causes, most likely first, as a JSON tree; empty where nothing stands out. With `derived` num/den, `actual` and
    `expected` name two columns each, the numerator's first."""
    wanted = 2 if derived else 1
    if len(actual) != wanted or len(expected) != wanted:
        raise InputError(
            f"--actual and --expected name {wanted} column{'s' if derived else ''} each{', the numerator first' if derived else ''}",
            code="analysis.bad_names",
        )
    if not 1 <= len(dims) <= MOST_DIMENSIONS:
        raise InputError(f"--dims names 1 to {MOST_DIMENSIONS} dimensions", code="analysis.bad_names")
    present(table, *dims, *actual, *expected, *case)
    keys = [texts(table, name).fill_null("") for name in dims]
    values = [numbers(table, name).fill_null(0.0) for name in (*actual, *expected)]
    label = (
        pl.select(pl.concat_str([texts(table, n).fill_null("") for n in case], separator="|")).to_series()
        if case
        else None
    )
    frame = pl.DataFrame(
        [k.alias(f"k{n}") for n, k in enumerate(keys)] + [v.alias(f"v{n}") for n, v in enumerate(values)]
    )
    frame = frame.with_columns((pl.lit("all") if label is None else pl.lit(label)).alias("case"))
    leaves = frame.group_by("case", *(f"k{n}" for n in range(len(dims)))).agg(
        pl.col(f"v{n}").sort().sum() for n in range(len(values))
    )
    warnings = (
        []
        if leaves.height == frame.height
        else [Warned("leaves_joined", f"{frame.height - leaves.height:,} rows repeat a leaf and were added up")]
    )
    tree: dict[str, list[dict[str, Any]]] = {}
    for name, part in sorted(leaves.partition_by("case", as_dict=True).items()):
        tree[str(name[0])] = [vars(cause) for cause in _located(part, list(dims))]
    flat = [
        {
            "case": c,
            "where": "&".join(f"{k}={v}" for k, v in x["where"].items()),
            **{k: x[k] for k in ("deviation", "share", "score")},
        }
        for c, found in tree.items()
        for x in found
    ]
    kinds = {"case": pl.String, "where": pl.String, "deviation": pl.Float64, "share": pl.Float64, "score": pl.Float64}
    summary = {"cases": len(tree), "causes": len(flat), "without": sum(not found for found in tree.values())}
    return Answer("matching_pursuit", pl.DataFrame(flat, schema=kinds), summary, warnings, _words(tree), tree=tree)


def _located(leaves: pl.DataFrame, dims: list[str]) -> list[Cause]:
    codes, names = [], []
    ordered = leaves.sort([f"k{n}" for n in range(len(dims))])
    for n in range(len(dims)):
        values = ordered[f"k{n}"].unique().sort()
        names.append(values.to_list())
        codes.append(
            ordered[f"k{n}"]
            .replace_strict(values, pl.int_range(len(values), eager=True), return_dtype=pl.Int64)
            .to_numpy()
        )
    columns = [ordered[c].to_numpy() for c in ordered.columns if c.startswith("v")]
    ratio = len(columns) == 4
    with np.errstate(divide="ignore", invalid="ignore"):
        actual = columns[0] / columns[1] if ratio else columns[0]
        expected = columns[2] / columns[3] if ratio else columns[1]
    usable = np.isfinite(actual) & np.isfinite(expected) & ((actual != 0) | (expected != 0))
    size = np.abs(columns[3] if ratio else expected)
    found = pursue([c[usable] for c in codes], actual[usable], expected[usable], size[usable])
    whole = _deviation(columns, np.ones(len(actual), dtype=bool))
    causes = []
    for where, score in found:
        inside = np.ones(len(actual), dtype=bool)
        for dimension, code in where.items():
            inside &= codes[dimension] == code
        deviation = _deviation(columns, inside)
        share = float(deviation / whole) if whole and not ratio else None
        causes.append(Cause({dims[d]: names[d][c] for d, c in where.items()}, float(deviation), share, float(score)))
    return sorted(causes, key=lambda c: (-c.score, sorted(c.where.items())))


def _deviation(columns: Sequence[F64], inside: npt.NDArray[np.bool_]) -> float:
    """Actual − expected over some leaves; of the ratio of the sums, where there is one."""
    sums = [float(c[inside].sum()) for c in columns]
    if len(sums) == 2:
        return sums[0] - sums[1]
    return (sums[0] / sums[1] if sums[1] else 0.0) - (sums[2] / sums[3] if sums[3] else 0.0)


def pursue(codes: Sequence[I64], actual: F64, expected: F64, size: F64) -> list[tuple[dict[int, int], float]]:
    """(dimension → value's number, score) of each cause, in the order found. `codes`: per dimension each leaf's value as a number from 0;
    `size`: what a leaf's noise depends on. Leaves with neither an actual nor an expected value must be left out."""
    if len(actual) < 2:
        return []
    x = 2 * (actual - expected) / (np.abs(actual) + np.abs(expected))
    noise = _noise(x, actual, expected, size)
    by_deviation = np.argsort(x, kind="stable")
    cuboids = [
        _cuboid(subset, codes, x, by_deviation)
        for layer in range(len(codes) + 1)
        for subset in combinations(range(len(codes)), layer)
    ]
    loss = np.minimum(np.abs(x) / noise, TRUNCATED)
    free = np.ones(len(x), dtype=bool)
    found: list[tuple[dict[int, int], float]] = []
    while len(found) < MOST_CAUSES:
        parts = (np.where(free, part, 0.0) for part in (actual, expected, noise))
        leaves = _Leaves(x, noise, loss, free, *parts)
        best = max((_best(cuboid, leaves) for cuboid in cuboids), key=lambda b: b.score)
        if best.score <= 0:
            break
        inside = best.cuboid.element == best.number
        found.append(({d: int(codes[d][np.argmax(inside)]) for d in best.cuboid.dimensions}, best.score))
        free &= ~inside
        if not free.any():
            break
    return found


@dataclass(frozen=True)
class _Cuboid:
    """All elements of one combination of dimensions. `order` sorts the leaves by element, then deviation (`x` in that order); `starts`
    where each begins."""

    dimensions: tuple[int, ...]
    element: I64
    order: I64
    x: F64
    starts: I64


@dataclass(frozen=True)
class _Leaves:
    """Deviation, ordinary noise and present loss of each leaf, and whether no cause has taken it yet; amounts and noise of the free ones,
    zero for the others."""

    x: F64
    noise: F64
    loss: F64
    free: npt.NDArray[np.bool_]
    actual: F64
    expected: F64
    free_noise: F64


@dataclass(frozen=True)
class _Best:
    score: float
    cuboid: _Cuboid
    number: int


def _cuboid(dimensions: tuple[int, ...], codes: Sequence[I64], x: F64, by_deviation: I64) -> _Cuboid:
    code = np.zeros(len(x), dtype=np.int64)
    for d in dimensions:
        code = code * (int(codes[d].max()) + 1) + codes[d]
    most = int(code.max()) + 1
    tabled = most <= MOST_PLACES
    ranks = (
        (np.cumsum(np.bincount(code, minlength=most) > 0) - 1)[code]
        if tabled
        else np.unique(code, return_inverse=True)[1]
    )
    element = ranks.reshape(-1)
    small = element.astype(np.uint16) if int(element.max()) < 2**16 else element  # sorted by radix
    order = by_deviation[np.argsort(small[by_deviation], kind="stable")]
    starts = np.flatnonzero(np.r_[True, np.diff(element[order]) != 0])
    return _Cuboid(dimensions, element, order, x[order], starts)


def _best(cuboid: _Cuboid, leaves: _Leaves) -> _Best:
    """The element that explains its free leaves best, each by the median of their deviations and a spread of its own. An element counts
    only when the sum of its leaves moved with them: many small leaves that happen to be empty are no fall."""
    x, noise, free, elements = leaves.x, leaves.noise, leaves.free, len(cuboid.starts)
    seen = np.cumsum(free[cuboid.order])
    before = np.r_[0, seen[cuboid.starts[1:] - 1]]
    count = np.r_[seen[cuboid.starts[1:] - 1], seen[-1]] - before
    middle = np.searchsorted(seen, np.maximum(before + (count + 1) // 2, 1))
    centre = np.where(count > 0, cuboid.x[np.minimum(middle, len(x) - 1)], 0.0)
    at = centre[cuboid.element]
    distance = np.abs(x - at)
    total = np.maximum(count, 1)
    usual = np.bincount(cuboid.element, weights=leaves.free_noise, minlength=elements) / total
    spread = np.bincount(cuboid.element, weights=np.where(free, distance, 0.0), minlength=elements) / total
    wider = np.maximum(np.minimum(spread, OWN_SPREAD * np.abs(centre)) / np.maximum(usual, 1e-12), 1.0)
    own = noise * wider[cuboid.element]
    explained = np.minimum(np.log(wider)[cuboid.element] + distance / own, TRUNCATED)
    gain = np.bincount(cuboid.element, weights=np.where(free, leaves.loss - explained, 0.0), minlength=elements)
    price = np.log(max(elements, 2)) + PRICE_OF_A_DIMENSION * len(cuboid.dimensions) + PRICE
    worth = (np.abs(centre) >= LEAST_EFFECT * usual) | (gain > 3 * price)
    sums = [np.bincount(cuboid.element, weights=part, minlength=elements) for part in (leaves.actual, leaves.expected)]
    moved = 2 * (sums[0] - sums[1]) / np.maximum(np.abs(sums[0]) + np.abs(sums[1]), 1e-300)
    worth &= moved * centre >= SUM_MOVES * centre**2
    net = np.where(worth, gain - price, -1.0)
    number = int(np.argmax(net))
    return _Best(float(net[number]), cuboid, number)


def _noise(x: F64, actual: F64, expected: F64, size: F64) -> F64:
    """Each leaf's ordinary deviation (the scale of a Laplace law with the same spread), from leaves of like size: small ones move more."""
    bins = int(np.clip(len(x) // BIN, 1, 12))
    rank = np.argsort(np.argsort(size, kind="stable"), kind="stable")
    place = rank * bins // len(x)
    parts = [place == b for b in range(bins)]
    scale = np.array([_scale(x[part], float(actual[part].sum()), float(expected[part].sum())) for part in parts])
    least = max(float(np.median(scale)), LEAST_NOISE) if bins > 1 else LEAST_NOISE
    told: F64 = np.maximum(scale, least)[place]
    return told


def _scale(x: F64, actual: float, expected: float) -> float:
    """Of deviations around their middle; where most leaves are empty though their sum is not (counts of one or two), around the sum's."""
    middle = float(np.median(x))
    whole = 2 * (actual - expected) / (abs(actual) + abs(expected)) if actual or expected else 0.0
    if abs(middle) > 1 and abs(whole) < abs(middle) / 2:
        middle = whole
    return float(np.median(np.abs(x - middle))) * 1.4826 * 0.8


def _words(tree: Mapping[str, Sequence[Mapping[str, Any]]]) -> dict[str, str]:
    causes = next((found for found in tree.values() if found), [])
    if not causes:
        return {
            "zh": "没有哪一部分明显偏离预期：偏差与平常的波动分不开。",
            "en": "Nothing stands out: the deviation cannot be told apart from ordinary movement.",
        }
    first = causes[0]
    where = (
        "、".join(f"{k}＝{v}" for k, v in first["where"].items()),
        " and ".join(f"{k} {v}" for k, v in first["where"].items()),
    )
    zh, en = where[0] or "整体", where[1] or "everywhere"
    more = len(causes) - 1
    return {
        "zh": f"偏差主要在“{zh}”（{first['deviation']:+,.2f}）" + (f"，另有 {more} 处。" if more else "。"),
        "en": f"The deviation lies in {en} ({first['deviation']:+,.2f})"
        + (f", and in {more} more places." if more else "."),
    }
