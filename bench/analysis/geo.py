"""Tests by region: the public example, California's tobacco law, and planted worlds."""

from __future__ import annotations

import numpy as np
import polars as pl

from bench.analysis.frame import Line, at_least, at_most, between, data
from bench.analysis.geo_worlds import geo_world
from castanea.analysis.causes.geo import geo

WORLDS, FIRST_SEED = 60, 3_000


def geolift() -> list[Line]:
    table = pl.read_parquet(data("marketing", "geolift", "test.parquet"))
    told = geo(
        table, unit="location", time="date", value="Y", treated=("chicago", "portland"), begin="2021-04-01"
    ).summary
    inside = told["lo"] <= 155.556 <= told["hi"]
    return [
        Line("geolift", "effect per city and day", told["att"], 255.08, 155.556),
        Line("geolift", "155.556 inside our interval", float(inside), 0.0, 1, at_least(1)),
        Line("geolift", "verdict is up", float(told["verdict"] == "up"), None, 1),
    ]


def prop99() -> list[Line]:
    wide = pl.read_csv(data("causal", "prop99", "cigarette_sales.csv"))
    table = wide.unpivot(index="Year", variable_name="state", value_name="packs")
    told = geo(table, unit="state", time="Year", value="packs", treated=("California",), begin="1989").summary
    return [
        Line("prop99", "error before, packs", told["pre_error"], None, 1.656, at_most(1.7)),
        Line("prop99", "effect 1989–2000, packs", told["att"], -27.35, -19.51),
    ]


def worlds() -> list[Line]:
    """Half placebos, half with a tenth more."""
    lines = []
    for lift, name in ((0.0, "placebo regions"), (0.1, "ten-percent regions")):
        inside, alarms, plain = [], [], []
        for seed in range(FIRST_SEED, FIRST_SEED + WORLDS):
            table, treated, begin, true = geo_world(seed, lift)
            told = geo(table, unit="region", time="day", value="sales", treated=treated, begin=begin).summary
            inside.append(told["lo"] <= true <= told["hi"])
            alarms.append(told["verdict"] != "cannot_tell")
            plain.append(abs(told["att"] - true) / abs(told["att"] / told["lift"]))
        lines.append(Line(name, "95 % intervals hold %", 100 * float(np.mean(inside)), None, 95, between(88, 99)))
        lines.append(
            Line(
                name,
                "called an effect %",
                100 * float(np.mean(alarms)),
                None,
                None,
                at_most(12) if lift == 0 else at_least(60),
            )
        )
        lines.append(Line(name, "error of the effect, % of sales", 100 * float(np.mean(plain))))
    return lines


CASES = {"geolift": geolift, "prop99": prop99, "geo-worlds": worlds}
