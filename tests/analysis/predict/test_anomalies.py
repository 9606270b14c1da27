"""Values unlike their past: found soon, said once, judged by the past alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import pytest

from castanea.analysis.predict.anomalies import anomalies
from castanea.kit.errors import InputError

Floats = npt.NDArray[np.float64]
CALL: dict[str, Any] = {"time": "t", "value": "y"}


def stream(values: Floats, name: str = "a") -> pl.DataFrame:
    return pl.DataFrame({"k": name, "t": np.arange(len(values)), "y": values})


def daily(seed: int, days: int = 200) -> Floats:
    rng = np.random.default_rng(seed)
    week = np.array([1, 0.95, 0.9, 0.95, 1.05, 1.3, 1.25])
    return 500 * week[np.arange(days) % 7] * (1 + 0.05 * rng.normal(size=days))


def dated(values: Floats) -> pl.DataFrame:
    days = pl.date_range(pl.date(2025, 1, 1), pl.date(2025, 1, 1) + pl.duration(days=len(values) - 1), eager=True)
    return pl.DataFrame({"t": days.dt.strftime("%Y-%m-%d"), "y": values})


def flags(table: pl.DataFrame, **given: Any) -> list[int]:
    return anomalies(table, **CALL, **given).table["flag"].arg_true().to_list()


@pytest.mark.parametrize("factor", [0.5, 1.5, 3.0])
def test_a_shift_is_flagged_within_a_week_and_not_every_day_after(factor: float) -> None:
    found = []
    for seed in range(10):
        values = daily(seed)
        values[150:] *= factor
        after = [n for n in flags(dated(values)) if n >= 150]
        found.append(bool(after) and after[0] < 157)
        assert len(after) <= 12
    assert sum(found) >= 9


def test_quiet_metrics_give_fewer_than_one_alert_a_month() -> None:
    alerts = sum(len(flags(dated(daily(seed)))) for seed in range(30))
    assert alerts / (30 * (200 - 30) / 30) < 1


def test_a_sunday_that_is_like_sundays_is_no_anomaly_and_a_weekday_like_one_is() -> None:
    values = daily(3)
    values[156] = 500 * 1.3  # a Wednesday that sells like a Saturday
    found = anomalies(dated(values), **CALL).table
    assert found["flag"][156]
    expected = found["expected"].to_numpy()[100:156]
    assert np.abs(expected / (daily(3)[100:156]) - 1).mean() < 0.08


def test_nothing_looks_ahead() -> None:
    rng = np.random.default_rng(5)
    for values in (
        daily(5, 300),
        rng.normal(0, 1, 700),
        np.sin(np.arange(600) * 2 * np.pi / 24) + 0.1 * rng.normal(size=600),
    ):
        whole = anomalies(stream(values), **CALL).table
        for end in (40, 130, 257):
            part = anomalies(stream(values[:end]), **CALL).table
            assert part.equals(whole.head(end))


def test_the_future_can_be_anything() -> None:
    values = daily(6)
    other = values.copy()
    other[120:] = 1e6
    assert anomalies(dated(values), **CALL).table.head(120).equals(anomalies(dated(other), **CALL).table.head(120))


def test_scores_are_between_nothing_and_one_and_the_interval_holds() -> None:
    answer = anomalies(pl.concat([stream(daily(n), f"s{n}") for n in range(8)]), **CALL, id="k", season=7)
    assert answer.table.columns == ["k", "t", "score", "flag", "expected", "lo", "hi"]
    assert answer.table["score"].is_between(0, 1).all()
    assert (answer.table["flag"] == (answer.table["score"] >= 0.5)).all()
    assert 0.92 < answer.summary["inside"] < 0.98
    assert "95%" in answer.words["zh"]
    assert "95% range held" in answer.words["en"]


def test_series_are_judged_apart_whatever_the_order_of_rows() -> None:
    table = pl.concat([stream(daily(n), f"s{n}") for n in range(4)])
    first = anomalies(table, **CALL, id="k").table
    assert anomalies(table.sample(fraction=1.0, shuffle=True, seed=2), **CALL, id="k").table.equals(first)
    alone = anomalies(stream(daily(2), "s2"), **CALL, id="k", reset_per_id=True).table
    assert first.filter(pl.col("k") == "s2").equals(alone)


def test_constant_streams_are_quiet_until_they_change() -> None:
    values = np.full(120, 7.0)
    assert flags(stream(values)) == []
    values[100] = 8
    assert flags(stream(values))[0] == 100


def test_gaps_are_left_out_and_doubled_times_told() -> None:
    table = stream(daily(8)).with_columns(pl.when(pl.col("t") == 50).then(None).otherwise(pl.col("y")).alias("y"))
    answer = anomalies(pl.concat([table, table.slice(80, 1)]), **CALL)
    assert [w.code for w in answer.warnings] == ["gaps", "doubled_times"]
    assert answer.table.height == 200


def test_too_little_and_bad_options_are_said() -> None:
    assert anomalies(stream(np.arange(20.0)), **CALL).status == "not_enough_data"
    for given, told in (({"season": -2}, "--season is -2"), ({"level": 20.0}, "--level is 20")):
        with pytest.raises(InputError, match=told):
            anomalies(stream(daily(1)), **CALL, **given)
