from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from castanea.decisions.kept import Decisions, hit_rate
from castanea.decisions.model import DecisionChange, DecisionStep, Effect, Goal, NewDecision, Option
from castanea.kit.clock import SystemClock
from castanea.kit.errors import Conflict, InputError, NotFound
from castanea.state import Database

GOAL = Goal("net_sales", begins="2020-01-01", review="2020-02-01")
NEW = NewDecision(
    "Raise the price of tea?",
    "price",
    options=(Option("up", "Raise by 8 %", cost="500"), Option("stay", "Leave it")),
    goal=GOAL,
)
EFFECT = Effect(datetime(2020, 2, 1, tzinfo=UTC), "2020-01-31", "worked")


@pytest.fixture
def decisions(tmp_path: Path) -> Iterator[Decisions]:
    database = Database(tmp_path / "state.db")
    yield Decisions(database, SystemClock(), Decimal(1000))
    database.close()


def test_a_decision_goes_from_its_question_to_its_verdict(decisions: Decisions) -> None:
    made = decisions.make(NEW, "lin")
    decided = decisions.step(made.id, DecisionStep(1, "decided", "up", "margins fell"), "chen")
    running = decisions.step(made.id, DecisionStep(decided.version, "in_effect"), "chen")
    with pytest.raises(InputError, match="not been measured"):
        decisions.step(made.id, DecisionStep(running.version, "measured"), "chen")
    measured = decisions.keep_effect(made.id, EFFECT, "")  # its review day has passed
    closed = decisions.step(made.id, DecisionStep(measured.version, "closed"), "chen")
    assert decisions.get(made.id) == closed
    assert (closed.state, closed.decided_by, closed.effect) == ("closed", "chen", EFFECT)
    assert [line.what for line in decisions.history(made.id)] == [
        "made",
        "decided",
        "in_effect",
        "measured",
        "closed",
    ]
    assert hit_rate(decisions.find()) == (1, 0, 0)


def test_a_change_on_an_older_version_is_refused_with_what_stands(decisions: Decisions) -> None:
    made = decisions.make(NEW, "lin")
    decisions.change(made.id, DecisionChange(1, question="mine"), "lin")
    with pytest.raises(Conflict) as refused:
        decisions.change(made.id, DecisionChange(1, question="yours"), "chen")
    assert refused.value.values["decision"]["question"] == "mine"  # type: ignore[index]
    assert decisions.get(made.id).question == "mine"


def test_what_was_decided_on_stays_what_it_was(decisions: Decisions) -> None:
    made = decisions.make(NEW, "lin")
    decided = decisions.step(made.id, DecisionStep(1, "decided", "up", "why not"), "lin")
    with pytest.raises(InputError, match="stay as they were"):
        decisions.change(made.id, DecisionChange(decided.version, options=()), "lin")


@pytest.mark.parametrize(
    "step",
    [
        DecisionStep(1, "decided", "other", "x"),
        DecisionStep(1, "decided", "up"),
        DecisionStep(1, "in_effect"),
        DecisionStep(1, "closed"),
    ],
)
def test_a_step_without_what_it_needs_is_refused(decisions: Decisions, step: DecisionStep) -> None:
    made = decisions.make(NEW, "lin")
    with pytest.raises(InputError):
        decisions.step(made.id, step, "lin")
    assert decisions.get(made.id).version == 1


def test_a_great_cost_needs_somebody_else_to_approve(decisions: Decisions) -> None:
    made = decisions.make(replace(NEW, options=(Option("up", "All in", cost="1000.01"),)), "lin")
    decided = decisions.step(made.id, DecisionStep(1, "decided", "up", "now"), "lin")
    for attempt in (
        lambda: decisions.step(made.id, DecisionStep(decided.version, "in_effect"), "lin"),
        lambda: decisions.approve(made.id, decided.version, "lin"),
    ):
        with pytest.raises(InputError):
            attempt()
    approved = decisions.approve(made.id, decided.version, "chen")
    assert decisions.step(made.id, DecisionStep(approved.version, "in_effect"), "lin").state == "in_effect"


def test_who_objects_may_agree_later_and_counts_once(decisions: Decisions) -> None:
    made = decisions.make(NEW, "lin")
    decisions.say(made.id, "object", "too early", "chen")
    assert [(s.stance, s.why) for s in decisions.say(made.id, "agree", "", "chen").said] == [("agree", "")]


def test_the_library_finds_by_words_kind_and_metric(decisions: Decisions) -> None:
    made = decisions.make(NEW, "lin")
    assert [d.id for d in decisions.find("TEA", kind="price", metric="net_sales")] == [made.id]
    assert decisions.find(kind="stock") == []
    with pytest.raises(NotFound):
        decisions.get("nothing")
