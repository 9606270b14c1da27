"""Forecasts of published competitions against the official ones; intervals; demand with many zeros. Scores as the competitions define them."""

from __future__ import annotations

import time
import warnings
from functools import partial

import numpy as np
import numpy.typing as npt
import polars as pl

from bench.analysis.accuracy import msis, scores
from bench.analysis.frame import Line, at_least, at_most, between, data
from castanea.analysis.predict.forecast import forecast

Floats = npt.NDArray[np.float64]
PERIODS = {"YEARLY": (1, 6), "QUARTERLY": (4, 8), "MONTHLY": (12, 18), "OTHER": (1, 8)}


def m3() -> list[Line]:
    """All given series by period; sMAPE over all pools points. References: the official THETA on the same series."""
    folder = data("forecast", "m3")
    series, meta = _m3()
    official = pl.read_parquet(folder / "official_forecasts.parquet").sort("series", "h")
    ours: dict[str, Floats] = {}
    points: dict[str, list[str]] = {}
    lines, spent = [], 0.0
    for period, (season, horizon) in PERIODS.items():
        names = [n for n in series if meta[n] == period]
        begin = time.process_time()
        ours |= {
            n: rows["forecast"].to_numpy()
            for n, rows in _asked({n: series[n][0] for n in names}, season, horizon).items()
        }
        spent += time.process_time() - begin
        points[period] = names
    theirs = {m: _by_series(official.filter(pl.col("method") == m), "f") for m in ("THETA", "NAIVE2")}
    for period, names in {**points, "all": list(series)}.items():
        scored = {
            k: scores(f, {n: series[n] for n in names}, {n: PERIODS[meta[n]][0] for n in names}, pooled=period == "all")
            for k, f in (("ours", ours), *theirs.items())
        }
        naive, theta = scored["NAIVE2"], scored["THETA"]
        limit = at_most(0.815) if period == "all" else at_most(theta.owa(naive))
        lines.append(
            Line("M3", f"{period.lower()}: OWA", scored["ours"].owa(naive), 1.0, theta.owa(naive), limit, spent)
        )
        if period == "all":
            lines.append(Line("M3", "all: sMAPE", scored["ours"].smape, naive.smape, theta.smape, seconds=spent))
            lines.append(Line("M3", "all: MASE", scored["ours"].mase, naive.mase, theta.mase, seconds=spent))
    lines.append(
        Line("M3", "milliseconds of processor a series", spent / len(series) * 1000, None, None, at_most(100), spent)
    )
    return lines


def m3_intervals() -> list[Line]:
    """Monthly series: how often the truth lies inside, and the scaled interval score beside two others'."""
    series, meta = _m3()
    names = [n for n in series if meta[n] == "MONTHLY"]
    season, horizon = PERIODS["MONTHLY"]
    told = _asked({n: series[n][0] for n in names}, season, horizon)
    inside = {
        level: float(
            np.mean(
                [
                    (told[n][f"lo_{level}"].to_numpy() <= series[n][1])
                    & (series[n][1] <= told[n][f"hi_{level}"].to_numpy())
                    for n in names
                ]
            )
        )
        for level in (80, 95)
    }
    mine = np.mean([msis(*series[n], told[n]["lo_95"].to_numpy(), told[n]["hi_95"].to_numpy(), season) for n in names])
    naive = np.mean([msis(*series[n], *_seasonal_naive(series[n][0], season, horizon), season) for n in names])
    few = names[::8]
    smoothed = float(np.mean([msis(*series[n], *_smoothed(series[n][0], season, horizon), season) for n in few]))
    beside = float(
        np.mean([msis(*series[n], told[n]["lo_95"].to_numpy(), told[n]["hi_95"].to_numpy(), season) for n in few])
    )
    return [
        Line("M3 monthly", "share inside the 95 % interval", inside[95], None, 0.95, between(0.93, 0.97)),
        Line("M3 monthly", "share inside the 80 % interval", inside[80], None, 0.80, between(0.77, 0.84)),
        Line("M3 monthly", "MSIS (naive: seasonal naive)", float(mine), float(naive), None, at_most(float(naive))),
        Line("M3 monthly", "MSIS of every 8th series (reference: ETS)", beside, None, smoothed, at_most(smoothed)),
    ]


def m4_weekly() -> list[Line]:
    series = _parts(pl.read_parquet(data("forecast", "m4_weekly", "series.parquet")))
    begin = time.process_time()
    told = _asked({n: v[0] for n, v in series.items()}, 52, 13)
    spent = time.process_time() - begin
    ours = scores(
        {n: t["forecast"].to_numpy() for n, t in told.items()}, series, dict.fromkeys(series, 1), pooled=False
    )
    naive = scores(
        {n: np.full(13, v[0][-1]) for n, v in series.items()}, series, dict.fromkeys(series, 1), pooled=False
    )
    score = float(
        np.mean([msis(*series[n], told[n]["lo_95"].to_numpy(), told[n]["hi_95"].to_numpy(), 1) for n in series])
    )
    covered = float(
        np.mean(
            [(told[n]["lo_95"].to_numpy() <= v[1]) & (v[1] <= told[n]["hi_95"].to_numpy()) for n, v in series.items()]
        )
    )
    return [
        Line("M4 weekly", "OWA", ours.owa(naive), 1.0, 0.739, at_most(0.755), spent),
        Line("M4 weekly", "sMAPE", ours.smape, naive.smape, 6.582, seconds=spent),
        Line("M4 weekly", "MASE", ours.mase, naive.mase, 2.107, seconds=spent),
        Line("M4 weekly", "MSIS", score, 26.358, 16.200, seconds=spent),
        Line("M4 weekly", "share inside the 95 % interval", covered, None, 0.95, seconds=spent),
        Line(
            "M4 weekly",
            "milliseconds of processor a series",
            spent / len(series) * 1000,
            None,
            None,
            at_most(800),
            spent,
        ),
    ]


def items() -> list[Line]:
    """Daily sales of three items, the last 84 days held out, and hourly users, 58 % of them zero, the last 672 hours."""
    table = pl.read_parquet(data("forecast", "intermittent_demand", "simulated_items_sales.parquet")).sort("date")
    lines = []
    for name, repeat in (("item_1", 1.170), ("item_2", 4.068), ("item_3", 4.749)):
        error = _held_out(table.select("date", name), name, 84)
        lines.append(Line("items", f"{name}: mean absolute error", error, repeat, None, at_most(repeat)))
    users = pl.read_parquet(data("forecast", "intermittent_demand", "intermittent_demand.parquet")).sort("date_time")
    told = (
        forecast(users.head(users.height - 672), time="date_time", value="users", horizon=672)
        .table["forecast"]
        .to_numpy()
    )
    truth, week = users["users"].tail(672).to_numpy(), np.resize(users["users"].to_numpy()[-840:-672], 672)
    ours, naive = (float(np.sqrt(((truth - path) ** 2).mean())) for path in (told, week))
    lines.append(Line("hourly users", "root mean squared error", ours, naive, None, at_most(naive)))
    return [*lines, Line("hourly users", "mean absolute error", float(np.abs(truth - told).mean()), 49.823)]


def hierarchy() -> list[Line]:
    """Planted items in stores in regions: how far the parts are from adding up, and the error of the total against adding up the items."""
    rng = np.random.default_rng(3)
    days, rows, off = 200, [], 0.0
    for store in range(6):
        for item in range(5):
            mean = (
                rng.lognormal(2, 0.7)
                * (1 + 0.3 * np.sin(2 * np.pi * np.arange(days) / 7 + store))
                * np.linspace(1, rng.uniform(0.7, 1.6), days)
            )
            rows.append(
                pl.DataFrame(
                    {
                        "id": f"s{store}i{item}",
                        "region": f"r{store % 2}",
                        "store": f"s{store}",
                        "t": np.arange(days),
                        "y": rng.poisson(mean).astype(float),
                    }
                )
            )
    table = pl.concat(rows)
    told = forecast(
        table.filter(pl.col("t") < days - 14),
        id="id",
        time="t",
        value="y",
        horizon=14,
        season=7,
        hierarchy=("region", "store"),
    ).table
    leaves = told.filter(pl.col("level") == "id").join(table.select("id", "region", "store").unique(), on="id")
    total = told.filter(pl.col("level") == "total")["forecast"].to_numpy()
    for column, groups in (("region", 2), ("store", 6)):
        nodes = told.filter(pl.col("level") == column)
        assert nodes["id"].n_unique() == groups
        off = max(off, abs(float(nodes["forecast"].sum()) - float(leaves["forecast"].sum())))
    off = max(
        off,
        float(
            np.abs(total - leaves.group_by("t").agg(pl.col("forecast").sum()).sort("t")["forecast"].to_numpy()).max()
        ),
    )
    truth = table.filter(pl.col("t") >= days - 14).group_by("t").agg(pl.col("y").sum()).sort("t")["y"].to_numpy()
    naive = (
        table.filter(pl.col("t").is_between(days - 21, days - 15))
        .group_by("t")
        .agg(pl.col("y").sum())
        .sort("t")["y"]
        .to_numpy()
    )
    ours, plain = (float(np.abs(truth - told).mean()) for told in (total, np.resize(naive, 14)))
    return [
        Line("planted hierarchy", "furthest from adding up", off, None, 0, at_most(1e-6)),
        Line("planted hierarchy", "mean absolute error of the total", ours, plain, None, at_most(plain)),
    ]


def drivers() -> list[Line]:
    """Planted promotions that double sales: how near the effect, and the error with and without being told of those to come."""
    rng = np.random.default_rng(5)
    days, horizon, rows = 240, 28, []
    for item in range(20):
        promo = (rng.random(days) < 0.12).astype(float)
        level = 30 * np.exp(np.cumsum(rng.normal(0, 0.02, days))) * (1 + 0.3 * (np.arange(days) % 7 == 5))
        rows.append(
            pl.DataFrame(
                {
                    "id": f"i{item}",
                    "t": np.arange(days),
                    "promo": promo,
                    "y": np.maximum(rng.poisson(level * 2.0**promo), 1).astype(float),
                }
            )
        )
    table = pl.concat(rows)
    past, coming = table.filter(pl.col("t") < days - horizon), table.filter(pl.col("t") >= days - horizon)
    ask = partial(forecast, past, id="id", time="t", value="y", horizon=horizon, season=7)
    told, plain = ask(future=coming.drop("y"), drivers=("promo",)), ask()
    truth = coming.sort("id", "t")["y"].to_numpy()
    ours, without = (
        float(np.abs(truth - a.table.sort("id", "t")["forecast"].to_numpy()).mean()) for a in (told, plain)
    )
    inside = float(np.mean((told.table["lo_80"].to_numpy() <= truth) & (truth <= told.table["hi_80"].to_numpy())))
    return [
        Line(
            "planted promotions",
            "effect of one, per cent",
            told.summary["drivers"]["promo"],
            None,
            100,
            between(85, 115),
        ),
        Line("planted promotions", "mean absolute error (naive: not told)", ours, without, None, at_most(without)),
        Line("planted promotions", "share inside the 80 % interval", inside, None, 0.80, at_least(0.74)),
    ]


def _m3() -> tuple[dict[str, tuple[Floats, Floats]], dict[str, str]]:
    meta = pl.read_csv(data("forecast", "m3", "meta.csv"), infer_schema=False)
    return _parts(pl.read_parquet(data("forecast", "m3", "series.parquet"))), {
        s: p.upper() for s, p in meta.select("series", "period").iter_rows()
    }


def _parts(table: pl.DataFrame) -> dict[str, tuple[Floats, Floats]]:
    """Series → training and test values."""
    train, test = (
        _by_series(table.filter(pl.col("part") == part).sort("series", "t"), "y") for part in ("train", "test")
    )
    return {name: (values, test[name]) for name, values in train.items()}


def _by_series(table: pl.DataFrame, column: str) -> dict[str, Floats]:
    return {
        str(name): rows[column].to_numpy()
        for (name,), rows in table.partition_by("series", as_dict=True, maintain_order=True).items()
    }


def _asked(series: dict[str, Floats], season: int, horizon: int) -> dict[str, pl.DataFrame]:
    table = pl.concat(
        [pl.DataFrame({"id": [n] * len(v), "t": np.arange(1, len(v) + 1), "y": v}) for n, v in series.items()]
    )
    answer = forecast(table, id="id", time="t", value="y", horizon=horizon, season=season)
    return {str(n): rows for (n,), rows in answer.table.partition_by("id", as_dict=True).items()}


def _held_out(table: pl.DataFrame, value: str, horizon: int) -> float:
    answer = forecast(table.head(table.height - horizon), time="date", value=value, horizon=horizon)
    return float((answer.table["forecast"] - table[value].tail(horizon)).abs().mean())  # type: ignore[arg-type]


def _seasonal_naive(train: Floats, season: int, horizon: int) -> tuple[Floats, Floats]:
    centre = np.resize(train[-season:], horizon)
    spread = np.std(train[season:] - train[:-season]) * np.sqrt(1 + np.arange(horizon) // season)
    return centre - 1.96 * spread, centre + 1.96 * spread


def _smoothed(train: Floats, season: int, horizon: int) -> tuple[Floats, Floats]:
    """Additive damped smoothing with its own interval, as statsmodels gives it."""
    import pandas as pd
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fitted = ETSModel(
            pd.Series(train), error="add", trend="add", damped_trend=True, seasonal="add", seasonal_periods=season
        ).fit(disp=False)
        told = fitted.get_prediction(start=len(train), end=len(train) + horizon - 1).summary_frame(alpha=0.05)
    return told["pi_lower"].to_numpy(), told["pi_upper"].to_numpy()


CASES = {
    "m3": m3,
    "m3_intervals": m3_intervals,
    "m4_weekly": m4_weekly,
    "items": items,
    "hierarchy": hierarchy,
    "drivers": drivers,
}
