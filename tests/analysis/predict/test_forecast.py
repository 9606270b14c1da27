"""What comes next: series of every kind, the season told or found, drivers, hierarchies, stock-outs, and intervals that hold."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest

from castanea.analysis.common import Answer
from castanea.analysis.predict.forecast import forecast
from castanea.kit.errors import InputError

CALL: dict[str, Any] = {"id": "k", "time": "t", "value": "y"}


def series(values: Any, name: str = "a", start: int = 1) -> pl.DataFrame:
    return pl.DataFrame({"k": name, "t": np.arange(start, start + len(values)), "y": np.asarray(values, dtype=float)})


def weekly(days: int, seed: int, *, level: float = 100.0) -> np.ndarray:  # type: ignore[type-arg]
    rng = np.random.default_rng(seed)
    return level * (1 + 0.4 * (np.arange(days) % 7 == 5)) * (1 + 0.002 * np.arange(days)) * rng.normal(1, 0.08, days)


def ahead(answer: Answer, name: str = "a") -> np.ndarray:  # type: ignore[type-arg]
    return answer.table.filter(pl.col("k") == name)["forecast"].to_numpy()


def test_a_week_is_found_and_its_places_come_again() -> None:
    answer = forecast(series(weekly(120, 1)), **CALL, horizon=14)
    assert answer.summary["season"] == 7
    path = ahead(answer)
    peak = [n for n in range(14) if (120 + n) % 7 == 5]
    assert path[peak].min() > 1.2 * np.delete(path, peak).max()
    assert answer.summary["better_than_naive"] > 0


def test_a_trend_goes_on_and_a_level_stays() -> None:
    rng = np.random.default_rng(2)
    table = pl.concat([series(50 + 2 * np.arange(60) + rng.normal(0, 3, 60)), series(50 + rng.normal(0, 3, 60), "b")])
    answer = forecast(table, **CALL, horizon=6, season=1)
    assert 172 < ahead(answer)[-1] < 190
    assert 46 < ahead(answer, "b")[-1] < 54


def test_the_contracts_columns_and_times_that_go_on() -> None:
    answer = forecast(series(weekly(60, 3)), **CALL, horizon=3, levels=("80", "95"))
    assert answer.table.columns[:8] == ["k", "t", "forecast", "lo_80", "hi_80", "lo_95", "hi_95", "method"]
    assert answer.table["t"].to_list() == [61, 62, 63]
    assert (answer.table["lo_95"] <= answer.table["lo_80"]).all()
    assert (answer.table["hi_80"] <= answer.table["hi_95"]).all()


@pytest.mark.parametrize(
    ("first", "steps", "follows"),
    [
        ("2026-01-30", "1d", ["2026-03-31", "2026-04-01"]), ("2025-01-31", "1mo", ["2030-01-31", "2030-02-28"]),
        ("2025-01-01", "1q", ["2040-01-01", "2040-04-01"]),
        ("2026-01-05", "1w", ["2027-03-01", "2027-03-08"]),
    ],
)  # fmt: skip
def test_dates_go_on_by_their_own_spacing(first: str, steps: str, follows: list[str]) -> None:
    days = pl.select(pl.lit(first).str.to_date()).item()
    if steps == "1mo":
        times = [(date(2025 + (n + 1) // 12, (n + 1) % 12 + 1, 1) - timedelta(days=1)) for n in range(60)]
    else:
        times = (
            pl.select(pl.lit(days).dt.offset_by(pl.format("{}" + steps[1:], pl.int_range(60)))).to_series().to_list()
        )
    table = pl.DataFrame({"t": [str(t) for t in times], "y": np.arange(60) % 5 + 10.0})
    told = forecast(table, time="t", value="y", horizon=2).table
    assert told.columns[0] == "t"
    assert told["t"].to_list() == follows


@pytest.mark.parametrize("form", ["%Y/%m/%d", "%Y%m%d", "%Y-%m-%d %H:%M:%S"])
def test_times_are_written_as_in_the_file(form: str) -> None:
    times = pl.date_range(date(2026, 1, 1), date(2026, 2, 9), eager=True).cast(pl.Datetime("us")).dt.strftime(form)
    told = forecast(pl.DataFrame({"t": times, "y": np.arange(40) % 7 + 5.0}), time="t", value="y", horizon=1).table
    assert told["t"].to_list() == [pl.Series([date(2026, 2, 10)]).cast(pl.Datetime("us")).dt.strftime(form)[0]]


def test_working_days_and_hours_have_their_own_weeks() -> None:
    days = [d for d in (date(2026, 1, 5) + timedelta(days=n) for n in range(70)) if d.weekday() < 5]
    told = forecast(
        pl.DataFrame({"t": [str(d) for d in days], "y": [float(d.weekday()) + 5 for d in days]}),
        time="t",
        value="y",
        horizon=3,
    )
    assert told.table["t"].to_list() == ["2026-03-16", "2026-03-17", "2026-03-18"]
    assert told.summary["season"] == 5
    assert told.table["forecast"].to_list() == pytest.approx([5, 6, 7], abs=0.5)


def test_intervals_hold_as_often_as_they_say() -> None:
    """Random walks, autoregressions and weekly waves, 120 at once, and none of them seen before."""
    inside: dict[str, list[bool]] = {"80": [], "95": []}
    rng = np.random.default_rng(11)
    tables, truth = [], {}
    for n in range(120):
        noise = rng.normal(0, 1, 98)
        values = (
            100 + np.cumsum(noise)
            if n % 3 == 0
            else weekly(98, n)
            if n % 3 == 1
            else 100 + np.convolve(noise, 0.7 ** np.arange(20))[:98]
        )
        tables.append(series(values[:84], f"s{n:03}"))
        truth[f"s{n:03}"] = values[84:]
    told = forecast(pl.concat(tables), **CALL, horizon=14, season=7).table
    for (name,), rows in told.partition_by("k", as_dict=True).items():
        right = truth[str(name)]
        for level, found in inside.items():
            low, high = rows[f"lo_{level}"].to_numpy(), rows[f"hi_{level}"].to_numpy()
            found.extend(((low <= right) & (right <= high)).tolist())
    assert 0.75 < np.mean(inside["80"]) < 0.88
    assert 0.91 < np.mean(inside["95"]) < 0.985


def test_short_constant_and_lumpy_series_each_get_what_suits_them() -> None:
    rng = np.random.default_rng(4)
    lumpy = np.where(rng.random(120) < 0.25, rng.poisson(6, 120) + 1, 0)
    table = pl.concat(
        [series(weekly(60, 1)), series([3, 4, 5], "b"), series([7] * 30, "c"), series(lumpy, "d"), series([9], "e")]
    )
    answer = forecast(table, **CALL, horizon=7)
    methods = dict(answer.table.select("k", "method").unique().iter_rows())
    assert methods == {"a": "combination", "b": "short", "c": "constant", "d": "intermittent", "e": "short"}
    assert ahead(answer, "c").tolist() == [7.0] * 7
    assert ahead(answer, "d").mean() == pytest.approx(lumpy.mean(), rel=0.35)
    assert answer.table["lo_80"].min() >= 0
    assert {"short", "constant"} <= {w.code for w in answer.warnings}


def test_values_below_zero_may_be_forecast_below_zero() -> None:
    rng = np.random.default_rng(5)
    assert ahead(forecast(series(-100 + rng.normal(0, 5, 60)), **CALL, horizon=3, season=1)).max() < -80


def test_gaps_are_filled_in_and_rows_of_one_time_added_up() -> None:
    values = weekly(90, 6)
    whole = series(values)
    holes = whole.filter(~pl.col("t").is_in([20, 21, 55]))
    told = forecast(holes, **CALL, horizon=7, season=7)
    assert ahead(told) == pytest.approx(ahead(forecast(whole, **CALL, horizon=7, season=7)), rel=0.03)
    assert [w.code for w in told.warnings] == ["gaps_filled"]
    halves = pl.concat([whole.with_columns(pl.col("y") / 2)] * 2)
    doubled = forecast(halves, **CALL, horizon=7, season=7)
    assert ahead(doubled) == pytest.approx(ahead(forecast(whole, **CALL, horizon=7, season=7)))
    assert [w.code for w in doubled.warnings] == ["times_joined"]


def test_a_list_of_sales_without_zeros_has_zeros_where_it_has_no_rows() -> None:
    rng = np.random.default_rng(7)
    sold = rng.poisson(0.5, 150)
    table = series(sold).filter(pl.col("y") > 0)
    told = forecast(table, **CALL, horizon=14, season=1)
    assert "gaps_are_zeros" in [w.code for w in told.warnings]
    assert 0.3 < ahead(told).mean() < 0.8


def test_stock_outs_are_not_taken_for_no_demand() -> None:
    rng = np.random.default_rng(8)
    demand = rng.poisson(20, 120).astype(float)
    out = np.zeros(120, dtype=int)
    out[70:90] = out[110:120] = 1
    sold = np.where(out == 1, 0.0, demand)
    table = series(sold).with_columns(pl.Series("empty", out))
    assert ahead(forecast(table, **CALL, horizon=7, season=7, stockout="empty")).mean() == pytest.approx(20, rel=0.1)
    assert ahead(forecast(table, **CALL, horizon=7, season=7)).mean() < 15
    with pytest.raises(InputError, match=r"column 'empty', row 3.*neither yes nor no"):
        forecast(
            table.with_columns(pl.Series("empty", ["0", "1", "maybe", *["0"] * 117])),
            **CALL,
            horizon=7,
            stockout="empty",
        )


def promotions(seed: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    rng = np.random.default_rng(seed)
    tables = []
    for n in range(6):
        promo = (rng.random(180) < 0.15).astype(float)
        tables.append(
            series(
                50 * 1.8**promo * (1 + 0.2 * (np.arange(180) % 7 == 0)) * rng.normal(1, 0.06, 180), f"s{n}"
            ).with_columns(pl.Series("promo", promo))
        )
    table = pl.concat(tables)
    return table.filter(pl.col("t") <= 160), table.filter(pl.col("t") > 160)


def test_promotions_to_come_are_in_the_forecast_and_past_ones_out_of_the_level() -> None:
    past, coming = promotions(1)
    told = forecast(past, **CALL, horizon=20, season=7, future=coming.drop("y"), drivers=("promo",))
    assert told.summary["drivers"]["promo"] == pytest.approx(80, abs=8)
    both = told.table.join(coming, on=["k", "t"])
    assert float((both["forecast"] / both["y"] - 1).abs().mean()) < 0.08  # type: ignore[arg-type]


def test_drivers_that_say_nothing_are_left_out_and_that_is_said() -> None:
    rng = np.random.default_rng(99)
    table = series(weekly(120, 9)).with_columns(pl.Series("rain", rng.normal(0, 1, 120)))
    future = pl.DataFrame({"k": "a", "t": [121, 122], "rain": [0.1, -0.2]})
    told = forecast(table, **CALL, horizon=2, future=future, drivers=("rain",))
    assert "drivers_unused" in [w.code for w in told.warnings]
    assert ahead(told) == pytest.approx(ahead(forecast(table, **CALL, horizon=2)))


def test_a_future_without_a_time_or_a_driver_is_refused() -> None:
    past, coming = promotions(2)
    with pytest.raises(InputError, match=r"lacks 1 of 20 times of series 's0', the first at 165"):
        forecast(
            past,
            **CALL,
            horizon=20,
            future=coming.filter((pl.col("t") != 165) | (pl.col("k") != "s0")),
            drivers=("promo",),
        )
    with pytest.raises(InputError, match=r"no column 'price'"):
        forecast(past, **CALL, horizon=20, future=coming, drivers=("price",))
    for given in ({"future": coming}, {"drivers": ("promo",)}):
        with pytest.raises(InputError, match="go together"):
            forecast(past, **CALL, horizon=20, **given)


def hierarchy() -> pl.DataFrame:
    rng = np.random.default_rng(10)
    return pl.concat([
        series(rng.poisson(5 * (1 + n), 70), f"i{n}").with_columns(pl.lit(f"r{n % 2}").alias("region"), pl.lit(f"st{n % 4}").alias("store")) for n in range(8)
    ])  # fmt: skip


def test_items_add_up_to_stores_regions_and_the_total() -> None:
    table = hierarchy()
    told = forecast(table, **CALL, horizon=5, season=7, hierarchy=("region", "store")).table
    leaves = told.filter(pl.col("level") == "k").join(table.select("k", "region", "store").unique(), on="k")
    assert leaves.height == 8 * 5
    for node, chosen in {
        "total": leaves,
        "region=r1": leaves.filter(region="r1"),
        "region=r0, store=st2": leaves.filter(store="st2"),
    }.items():
        whole = told.filter(pl.col("k") == node).sort("t")["forecast"].to_numpy()
        assert whole == pytest.approx(
            chosen.group_by("t").agg(pl.col("forecast").sum()).sort("t")["forecast"].to_numpy(), rel=1e-12
        )
    assert set(told["level"]) == {"k", "total", "region", "store"}


def test_a_series_in_two_places_is_refused() -> None:
    table = pl.concat([hierarchy(), hierarchy().with_columns(pl.lit("r9").alias("region"))])
    with pytest.raises(InputError, match="stands in two places"):
        forecast(table, **CALL, horizon=5, hierarchy=("region",))


def test_neither_the_order_of_rows_nor_other_series_names_change_a_forecast() -> None:
    table = pl.concat([series(weekly(60 + 10 * n, n), f"s{n}") for n in range(5)])
    first = forecast(table, **CALL, horizon=7).table
    assert forecast(table.sample(fraction=1.0, shuffle=True, seed=3), **CALL, horizon=7).table.equals(first)


def test_a_history_that_does_better_by_repeating_itself_is_repeated() -> None:
    pattern = np.random.default_rng(12).normal(100, 30, 12)
    told = forecast(series(np.tile(pattern, 8)), **CALL, horizon=12, season=12)
    assert ahead(told) == pytest.approx(pattern, rel=0.02)


def test_too_little_is_an_answer_of_its_own() -> None:
    answer = forecast(series([1, 2, 3]), **CALL, horizon=2)
    assert (answer.status, answer.table.height) == ("not_enough_data", 0)
    assert "4 values" in answer.needed
    assert "数据不足" in answer.words["zh"]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"horizon": 0}, "--horizon is 0"), ({"horizon": 5, "season": -1}, "--season is -1"), ({"horizon": 5, "levels": ("abc",)}, "--levels is 'abc'"),
        ({"horizon": 5, "levels": ("100",)}, "per cents from 1 to 99.9"), ({"horizon": 5, "hierarchy": ("k",)}, "--hierarchy names different columns"),
    ],
)  # fmt: skip
def test_a_wrong_call_is_refused_in_words(given: dict[str, Any], told: str) -> None:
    with pytest.raises(InputError, match=told):
        forecast(series(weekly(40, 1)), **CALL, **given)


def test_times_without_a_spacing_are_refused() -> None:
    rng = np.random.default_rng(13)
    times = pl.Series("t", np.sort(rng.integers(0, 10**12, 50))).cast(pl.Datetime("us"))
    with pytest.raises(InputError, match="keep no spacing"):
        forecast(pl.DataFrame({"t": times, "y": np.arange(50.0)}), time="t", value="y", horizon=3)


def test_both_languages_name_the_range_and_how_often_it_held() -> None:
    words = forecast(series(weekly(120, 14)), **CALL, horizon=7).words
    assert "80%" in words["zh"]
    assert "80 times in 100" in words["en"]
    assert "In the backtest such ranges held" in words["en"]
    assert "回测" in words["zh"]


def test_a_leaf_that_ended_earlier_is_forecast_for_the_same_times_as_the_others() -> None:
    table = hierarchy().filter((pl.col("k") != "i3") | (pl.col("t") <= 60))
    told = forecast(table, **CALL, horizon=3, season=7, hierarchy=("region",)).table
    assert set(told["t"].to_list()) == {71, 72, 73}
    with_plan = table.with_columns((pl.col("t") % 5 == 0).cast(pl.Int64).alias("promo"))
    plan = pl.DataFrame([{"k": f"i{n}", "t": t, "promo": int(t % 5 == 0)} for n in range(8) for t in (71, 72, 73)])
    both = forecast(with_plan, **CALL, horizon=3, season=7, hierarchy=("region",), future=plan, drivers=("promo",))
    assert both.table.height == told.height


def test_effects_of_drivers_are_tested_by_what_was_known_then() -> None:
    """A promotion that has begun to work only lately widens the ranges: the backtest did not know its effect."""
    rng = np.random.default_rng(15)
    promo = (rng.random(150) < 0.2).astype(float)
    late = np.where(np.arange(150) < 90, 1.0, 2.5**promo)
    values = 50 * late * rng.normal(1, 0.05, 150)
    table = series(values[:140]).with_columns(pl.Series("promo", promo[:140]))
    plan = series(values[140:], start=141).drop("y").with_columns(pl.Series("promo", promo[140:]))
    told = forecast(table, **CALL, horizon=10, season=1, future=plan, drivers=("promo",)).table
    wide = (told["hi_95"] - told["lo_95"]).mean() / told["forecast"].mean()  # type: ignore[operator]
    assert wide > 0.5


@pytest.mark.parametrize("noise", [0.0, 1.0])
def test_a_level_that_shifted_once_after_a_long_quiet_time_does_not_blow_up_the_range(noise: float) -> None:
    values = np.where(np.arange(63) < 56, 900.0, 750.0) + noise * (np.arange(63) % 3)
    table = forecast(series(values), **CALL, horizon=7, levels=("80",)).table
    width = (table["hi_80"] - table["lo_80"]).to_numpy()
    assert 10 < width[0] < 450  # thrice the shift
    assert width[-1] < 900
