"""Worlds of evidence with a planted cause, with decoys, or with nothing but decoys."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import polars as pl

F64 = npt.NDArray[np.float64]
FIRST, DAYS = date(2026, 3, 2), 120
# kind, class, way of harm, dimension, usual level from … to (counts below 30), relative noise
SERIES = (
    ("reviews_negative", "quality", 1, "product", 0.8, 6, 0.0), ("return_rate", "quality", 1, "product", 0.04, 0.12, 0.12),
    ("ad_spend", "marketing", -1, "channel", 300, 5_000, 0.10), ("visits_paid", "marketing", -1, "channel", 400, 9_000, 0.10),
    ("price_gap", "competition", 1, "product", 0.9, 1.1, 0.02), ("competitor_promotion", "competition", 1, "product", 0.03, 0.2, 0.0),
    ("stock", "supply", -1, "product", 200, 2_000, 0.0), ("lead_time", "supply", 1, "", 6, 20, 0.08),
    ("checkout_errors", "site", 1, "device", 2, 25, 0.0), ("page_load_ms", "site", 1, "device", 900, 2_500, 0.06),
    ("rows_received", "data", -1, "channel", 2_000, 40_000, 0.06), ("failed_checks", "data", 1, "channel", 0.1, 1.5, 0.0),
)  # fmt: skip
VALUES = {
    "product": [f"p{n}" for n in range(8)],
    "channel": ["tmall", "jd", "douyin", "web"],
    "device": ["phone", "desktop", "tablet"],
    "": [""],
}
COUNTS = ("reviews_negative", "competitor_promotion", "checkout_errors", "failed_checks")


@dataclass(frozen=True)
class CauseWorld:
    """`cause`: the class planted, "unknown" = none."""

    series: pl.DataFrame
    deviation: pl.DataFrame
    cause: str


def cause_world(seed: int, *, planted: bool) -> CauseWorld:
    """A deviation of 4–14 days from day 80–105 on; the planted kind moves by 4–9 of its spreads in the same scope from up to two days
    before. Decoys: other kinds that move after it began, long before it, elsewhere, or everywhere alike."""
    rng = np.random.default_rng([seed, int(planted)])
    table = {
        (k[0], v): _drawn(rng, *k[4:], count=k[0] in COUNTS, stock=k[0] == "stock")
        for k in SERIES
        for v in VALUES[k[3]]
    }
    begin, length = int(rng.integers(80, 105)), int(rng.integers(4, 15))
    kinds = {k[0]: k for k in SERIES}
    chosen = SERIES[int(rng.integers(len(SERIES)))]
    dimension = chosen[3] or str(rng.choice(["product", "channel"]))
    value = str(rng.choice(VALUES[dimension]))
    if planted:
        own = value if chosen[3] else ""
        start = begin - int(rng.integers(0, 3)) - (int(rng.integers(0, 5)) if chosen[1] == "quality" else 0)
        _move(table[chosen[0], own], chosen, start, begin + length, float(rng.uniform(4, 9)))
    left = [k for k in kinds if k != chosen[0]]
    rng.shuffle(left)
    for name, sort in zip(left[:3], rng.choice(["after", "before", "elsewhere", "alike"], 3), strict=True):
        _decoy(rng, table, kinds[name], str(sort), (begin, length, dimension, value))
    rows = [
        {"time": FIRST + timedelta(days=d), "kind": k, "product": v if kinds[k][3] == "product" else None, "channel": v if kinds[k][3] == "channel" else None,
         "device": v if kinds[k][3] == "device" else None, "value": float(x)}
        for (k, v), values in table.items() for d, x in enumerate(values)
    ]  # fmt: skip
    asked = {
        "from": str(FIRST + timedelta(days=begin)),
        "until": str(FIRST + timedelta(days=begin + length - 1)),
        "where": f"{dimension}={value}",
        "deviation": -1.0,
    }
    kinds_of = dict.fromkeys(("kind", "product", "channel", "device"), pl.String) | {
        "time": pl.Date,
        "value": pl.Float64,
    }
    return CauseWorld(
        pl.DataFrame(rows, schema_overrides=kinds_of), pl.DataFrame([asked]), chosen[1] if planted else "unknown"
    )


def _drawn(rng: np.random.Generator, low: float, high: float, noise: float, *, count: bool, stock: bool) -> F64:
    level = float(rng.uniform(low, high))
    week = 1 + float(rng.uniform(0, 0.25)) * np.sin(2 * np.pi * (np.arange(DAYS) + rng.integers(7)) / 7)
    if stock:
        return _sawtooth(rng, level)
    if count:
        return rng.poisson(level * week).astype(np.float64)
    if level < 2:
        week = np.ones(DAYS)
    walk = np.zeros(DAYS)
    for t in range(1, DAYS):
        walk[t] = 0.4 * walk[t - 1] + rng.standard_t(5) / 1.29
    drift = 1 + float(rng.normal(0, 0.1)) * np.arange(DAYS) / DAYS
    return np.asarray(level * week * drift * np.exp(noise * walk))


def _sawtooth(rng: np.random.Generator, level: float) -> F64:
    values, left, daily = np.zeros(DAYS), level, level / float(rng.uniform(12, 30))
    for t in range(DAYS):
        left -= float(rng.poisson(daily))
        if left < 0.35 * level:
            left += level * float(rng.uniform(0.7, 1.1))
        values[t] = left
    return values


def _move(
    values: F64, kind: tuple[str, str, int, str, float, float, float], start: int, end: int, spreads: float
) -> None:
    if kind[0] == "stock":
        values[start:end] *= 0.02
        return
    spread = float(np.std(np.diff(values[:70]))) / 2**0.5
    moved = values[start:end] + kind[2] * spreads * (max(spread, 0.4) if kind[0] in COUNTS else spread)
    values[start:end] = np.maximum(np.round(moved) if kind[0] in COUNTS else moved, 0)


def _decoy(
    rng: np.random.Generator, table: dict[tuple[str, str], F64], kind: tuple[str, str, int, str, float, float, float], sort: str, at: tuple[int, int, str, str],
) -> None:  # fmt: skip
    begin, length, dimension, value = at
    size, own = float(rng.uniform(4, 9)), value if kind[3] == dimension else VALUES[kind[3]][0]
    if sort == "after":
        late = begin + int(rng.integers(3, 3 + max(length // 2, 1)))
        _move(table[kind[0], own], kind, late, min(begin + length + 10, DAYS), size)
    elif sort == "before":
        early = begin - int(rng.integers(25, 50))
        _move(table[kind[0], own], kind, early, early + int(rng.integers(4, 10)), size)
    elif kind[3] == dimension:  # in another dimension it would be a cause of the whole
        for other in VALUES[kind[3]]:
            if sort == "alike" or other != own:
                _move(table[kind[0], other], kind, begin, begin + length, size)
