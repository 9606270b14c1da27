"""Conversions put down to channels: the textbook's three paths and the given paths."""

from __future__ import annotations

import polars as pl

from bench.analysis.frame import Line, at_most, data
from castanea.analysis.predict.attribution import attribute

TEXTBOOK = pl.DataFrame({"way": ["C1 > C2 > C3", "C1", "C2 > C3"], "n": [1, 0, 0], "none": [0, 1, 1]})


def textbook() -> list[Line]:
    told = attribute(TEXTBOOK, path="way", conversions="n", nulls="none").table.sort("channel")
    worst = max(abs(ours - known) for ours, known in zip(told["markov"].to_list(), (0.2, 0.4, 0.4), strict=True))
    return [Line("three paths", "Markov, furthest from .2 .4 .4", worst, None, 0, at_most(1e-9))]


def paths() -> list[Line]:
    folder = data("marketing", "attribution_paths")
    told = attribute(
        pl.read_parquet(folder / "paths.parquet"), path="path", conversions="total_conversions", nulls="total_null"
    ).table
    both = told.join(pl.read_csv(folder / "reference_attribution.csv"), on="channel", suffix="_known")
    lines = []
    for ours, known in (
        ("markov", "markov_order1"),
        ("linear", "linear_known"),
        ("first_touch", "first"),
        ("last_touch", "last"),
    ):
        worst = both.select(((pl.col(ours) - pl.col(known)) / pl.col(known).clip(lower_bound=1)).abs().max()).item()
        lines.append(
            Line(
                "attribution_paths", f"{ours}, furthest relative to the reference", float(worst), None, 0, at_most(1e-4)
            )
        )
    return lines


CASES = {"textbook": textbook, "paths": paths}
