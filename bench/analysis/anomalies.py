"""Alerts: the Numenta benchmark's given files, and seeded daily metrics with and without shifts."""

from __future__ import annotations

import json

import numpy as np
import numpy.typing as npt
import polars as pl

from bench.analysis.frame import Line, at_least, at_most, between, data
from bench.analysis.nab import LOW_FP, STANDARD, best_threshold, normalised
from castanea.analysis.predict.anomalies import anomalies

Floats = npt.NDArray[np.float64]
PROFILES = {
    "standard": (STANDARD, "standard", 60.0, 74.05),
    "low false positives": (LOW_FP, "reward_low_FP_rate", 48.0, 71.66),
}
METRICS, DAYS, WARM, SOON = 60, 240, 30, 7  # SOON: days in which a shift must be flagged


def nab() -> list[Line]:
    """31 files, one threshold per profile for all of them. Naive: the windowed Gaussian; reference: contextOSE, second of 14."""
    folder = data("anomalies", "nab")
    table = pl.read_parquet(folder / "series.parquet").with_columns(pl.col("timestamp").str.slice(0, 19))
    spans = json.loads((folder / "windows.json").read_text())
    told = anomalies(table, time="timestamp", value="value", id="file").table
    scores, windows = {}, {}
    for (file,), rows in told.partition_by("file", as_dict=True, maintain_order=True).items():
        times = rows["timestamp"].to_list()
        scores[str(file)] = rows["score"].to_numpy()
        windows[str(file)] = [_window(times, first[:19], last[:19]) for first, last in spans[str(file)]]
    known = pl.read_csv(folder / "per_file_scores.csv.gz").filter(pl.col("detector") == "windowedGaussian")
    many, lines = sum(len(w) for w in windows.values()), []
    for name, (weights, profile, least, reference) in PROFILES.items():
        naive = normalised(float(known.filter(pl.col("profile") == profile)["score"].sum()), many, weights)
        threshold, score = best_threshold(scores, windows, weights, np.round(np.arange(0.30, 0.90, 0.01), 2).tolist())
        lines.append(Line("NAB", f"{name}: normalised, at {threshold:g}", score, naive, reference, at_least(least)))
        if name == "standard":
            lines.append(Line("NAB", "the scorer on the windowed Gaussian", naive, None, 36.71, between(36.70, 36.72)))
    return lines


def _window(times: list[str], first: str, last: str) -> tuple[int, int]:
    inside = [n for n, time in enumerate(times) if first <= time <= last]
    return inside[0], inside[-1]


def daily() -> list[Line]:
    """Metrics with a week, a trend and noise that remembers; in three quarters of them the level shifts by 4, 5 or 6 standard deviations
    at a random day. Naive: three standard deviations from the last 28 days."""
    days = pl.date_range(pl.date(2025, 1, 1), pl.date(2025, 12, 31), eager=True)[:DAYS]
    tables, shifted = [], {}
    for seed in range(METRICS):
        for size in (0, 4, 5, 6):
            name = f"{seed:03}-{size}"
            values, spread = _metric(seed)
            if size:
                rng = np.random.default_rng(10 * seed + size)
                at = int(rng.integers(DAYS // 2, DAYS - 2 * SOON))
                values[at:] += rng.choice([-1, 1]) * size * spread
                shifted[name] = at
            tables.append(pl.DataFrame({"metric": name, "day": days, "value": values}))
    told = anomalies(pl.concat(tables), time="day", value="value", id="metric").table.sort("metric", "day")
    ours = {
        str(k): np.flatnonzero(rows["flag"].to_numpy())
        for (k,), rows in told.partition_by("metric", as_dict=True).items()
    }
    plain = {str(t["metric"][0]): _three_sigma(t["value"].to_numpy()) for t in tables}
    (false, recall, least), (false_plain, recall_plain, _) = (_rates(flags, shifted) for flags in (ours, plain))
    return [
        Line("daily metrics", "false alerts a metric and month", false, false_plain, None, at_most(1.0)),
        Line("daily metrics", f"shifts of 4 to 6 σ flagged in {SOON} days", recall, recall_plain, None, at_least(0.9)),
        Line("daily metrics", "shifts of 4 σ alone", least, None, None, at_least(0.9)),
    ]


def _metric(seed: int) -> tuple[Floats, float]:
    rng = np.random.default_rng(seed)
    week = np.maximum(1 + 0.25 * rng.normal(size=7), 0.4)
    level, trend, share, memory = (
        10 ** rng.uniform(1, 5),
        rng.normal(0, 0.0008),
        rng.uniform(0.04, 0.12),
        rng.uniform(0, 0.3),
    )
    fresh, noise = rng.normal(size=DAYS), np.zeros(DAYS)
    for day in range(DAYS):
        noise[day] = memory * noise[day - 1] + np.sqrt(1 - memory**2) * fresh[day] if day else fresh[day]
    return level * week[np.arange(DAYS) % 7] * np.exp(trend * np.arange(DAYS)) * (1 + share * noise), level * share


def _three_sigma(values: Floats) -> npt.NDArray[np.int64]:
    return np.array(
        [
            n
            for n in range(WARM, len(values))
            if abs(values[n] - values[n - 28 : n].mean()) > 3 * values[n - 28 : n].std()
        ],
        dtype=np.int64,
    )


def _rates(flags: dict[str, npt.NDArray[np.int64]], shifted: dict[str, int]) -> tuple[float, float, float]:
    """False alerts a metric and month (before a shift), and the share of shifts flagged soon: of all, and of the smallest."""
    alarms = months = 0.0
    found: dict[str, bool] = {}
    for name, days in flags.items():
        end = shifted.get(name, DAYS)
        alarms, months = alarms + int((days < end).sum()), months + (end - WARM) / 30
        if name in shifted:
            found[name] = bool(((days >= end) & (days < end + SOON)).any())
    return (
        alarms / months,
        float(np.mean(list(found.values()))),
        float(np.mean([hit for name, hit in found.items() if name.endswith("-4")])),
    )


CASES = {"nab": nab, "daily": daily}
