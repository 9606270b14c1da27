"""Effects against planted truth."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from castanea.contracts.query import Answer, AnswerColumn, Filter, Period, Quality, Query
from castanea.decisions import EffectQuestion, Goal
from castanea.runs.decision_effects import measure

FIRST, BEGINS, LAST = date(2026, 1, 1), date(2026, 5, 1), date(2026, 5, 28)
NOW = datetime(2026, 5, 29, tzinfo=UTC)


class Shop:
    """Answers questions on net sales by product from planted days."""

    def __init__(self, seed: int, lift: float) -> None:
        rng = np.random.default_rng(seed)
        days = [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]
        season = np.exp(np.cumsum(rng.normal(0, 0.02, len(days)))) * (
            1 + 0.2 * np.sin(2 * np.pi * np.arange(len(days)) / 7)
        )
        self.days: dict[str, dict[date, float]] = {}
        self.truth = 0.0
        for index in range(9):
            values = rng.poisson(400 * season * (1 + index / 9)).astype(float)
            if index == 0:
                after = np.array([d >= BEGINS for d in days])
                self.truth = float((values[after] * lift).mean())
                values = values * np.where(after, 1 + lift, 1)
            self.days[f"p{index}"] = dict(zip(days, values, strict=True))
        self.asked: list[Query] = []

    def __call__(self, query: Query) -> Answer:
        self.asked.append(query)
        kept = set(self.days)
        for bound in query.where:
            kept &= set(bound.values)
        rows: list[dict] = []
        if query.by == ("product",):
            rows = [{"product": p, "net_sales": str(sum(self.days[p].values()))} for p in sorted(kept)]
        elif query.by == ("day",):
            rows = [
                {"day": d.isoformat(), "net_sales": str(sum(self.days[p][d] for p in kept))} for d in self.days["p0"]
            ]
        else:
            rows = [
                {"day": d.isoformat(), "product": p, "net_sales": str(v)} for p in kept for d, v in self.days[p].items()
            ]
        columns = (AnswerColumn("net_sales", "metric", metric="net_sales"),)
        return Answer(columns, tuple(rows), None, Quality(100), Period(None, None, "UTC"))


def question(better: str = "more", **more: object) -> EffectQuestion:
    goal = Goal("net_sales", (Filter("product", "=", ("p0",)),), "0.2", BEGINS.isoformat(), LAST.isoformat(), better)
    return EffectQuestion(goal, LAST, **more)


@pytest.mark.parametrize(
    ("lift", "better", "verdict"), [(0.3, "more", "worked"), (-0.3, "more", "did_harm"), (0.3, "less", "did_harm")]
)
def test_a_large_effect_is_told_by_its_direction(lift: float, better: str, verdict: str) -> None:
    shop = Shop(1, lift)
    effect = measure(shop, question(better), NOW)
    assert effect.verdict == verdict
    assert effect.mean == pytest.approx(shop.truth, rel=0.4)
    drawn = [day for day in effect.days if day.expected is not None]
    assert [day.day for day in drawn] == [(BEGINS + timedelta(days=n)).isoformat() for n in range(28)]
    assert effect.mean == pytest.approx(sum(d.actual - (d.expected or 0) for d in drawn) / 28, rel=0.01)
    assert len(effect.days) - len(drawn) == 56


def test_controls_never_lie_in_the_scope_or_in_what_another_decision_touched() -> None:
    effect = measure(Shop(2, 0.2), question(also_touched=(Filter("product", "in", ("p1", "p2")),)), NOW)
    assert effect.controls
    assert not set(effect.controls) & {"product=p0", "product=p1", "product=p2"}


def test_the_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    held = told = 0
    for seed in range(24):
        shop = Shop(seed, 0.15)
        effect = measure(shop, question(), NOW)
        assert effect.mean_lo is not None
        assert effect.mean_hi is not None
        held += effect.mean_lo <= shop.truth <= effect.mean_hi
        told += effect.verdict != "cannot_tell"
    assert 0.6 <= held / 24 <= 0.96
    assert told / 24 >= 0.6
