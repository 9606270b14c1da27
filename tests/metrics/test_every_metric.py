"""Every metric against figures worked out by hand from the same facts, over cuts drawn from a seed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from tests.metrics.by_hand import EVENTS, METRICS, ByHand
from tests.metrics.conftest import SmallShop
from tests.metrics.cuts import Cut, drawn
from tests.metrics.facts_of import DISTINCT, LEVELS, SUMS

CUTS = 3


@pytest.fixture(scope="module")
def by_hand(shop: SmallShop) -> ByHand:
    return ByHand(shop.frames)


@pytest.mark.parametrize("name", METRICS)
def test_a_metric_is_what_is_worked_out_by_hand(shop: SmallShop, by_hand: ByHand, name: str) -> None:
    dimensions = dimensions_of(shop, METRICS[name])
    for drawn_cut in drawn(name, dimensions, members_of(shop, METRICS[name], dimensions), count=CUTS):
        cut = inside(drawn_cut, shop.desk.catalog.metric(name).within)
        compare(shop, name, cut, by_hand.worked_out(METRICS[name], cut))


@pytest.mark.parametrize("name", EVENTS)
def test_a_figure_of_visits_is_what_is_worked_out_by_hand(shop: SmallShop, by_hand: ByHand, name: str) -> None:
    dimensions = [d for d in ("shop", "channel") if d in dimensions_of(shop, EVENTS[name])]
    two_days = {"first": date(2026, 11, 18), "last": date(2026, 11, 19)}
    for cut in drawn(name, dimensions, {}, count=CUTS, grains=("", "day"), **two_days):
        compare(shop, name, cut, by_hand.worked_out(EVENTS[name], cut))


def test_there_are_more_than_two_hundred_cuts() -> None:
    assert CUTS * (len(METRICS) + len(EVENTS)) > 200


def inside(cut: Cut, within: tuple[str, ...]) -> Cut:
    """The cut with the dimensions by which a metric must be looked at."""
    return replace(cut, keys=tuple(dict.fromkeys((*cut.keys, *within))))


def compare(shop: SmallShop, name: str, cut: Cut, expected: dict[Any, Any]) -> None:
    unit = shop.desk.catalog.metric(name).unit
    within = 1e-6 if unit == "share" else 1e-4
    said = shop.answer(name, cut)
    for key in {*said, *expected}:
        got, want = said.get(key), expected.get(key)
        if want is None or got is None:
            assert got is None or (float(got) == 0 and key not in expected), (name, cut, key, got, want)
            assert want is None or (want == 0 and key not in said), (name, cut, key, got, want)
            continue
        assert abs(float(got) - want) <= within + 1e-9 * abs(want), (name, cut, key, got, want)


def dimensions_of(shop: SmallShop, formula: Any) -> list[str]:
    """The dimensions that every table behind the metric knows."""
    return sorted(set.intersection(*(_dimensions(shop, t) for t in tables_of(formula))))


def tables_of(formula: Any) -> list[str]:
    from tests.metrics.by_hand import Figures

    asked: dict[str, None] = {}

    def noting(name: str) -> float:
        asked[name] = None
        return 1.0

    formula(Figures(noting))
    tables: list[str] = []
    for name in asked:
        if name in SUMS:
            tables += [p.table for p in SUMS[name].parts]
        elif name in DISTINCT:
            found = DISTINCT[name]
            tables.append((found.lines or found.part).table)
        else:
            tables.append(LEVELS[name].table)
    return tables


def _dimensions(shop: SmallShop, table: str) -> set[str]:
    return {c[2:] for c in shop.frames[table].columns if c.startswith("d_")}


def members_of(shop: SmallShop, formula: Any, dimensions: list[str]) -> dict[str, list[str]]:
    first = tables_of(formula)[0]
    frame = shop.frames[first]
    return {d: sorted(frame[f"d_{d}"].unique().to_list())[:20] for d in dimensions if frame.height}
