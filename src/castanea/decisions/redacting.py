"""Who sees a decision. Its words are written by people who see its numbers, and name them: it is shown whole, or not at all."""

from __future__ import annotations

from dataclasses import replace

from castanea.contracts.query import Rights
from castanea.contracts.target import scope_within
from castanea.decisions.model import Decision


def seen_by(decision: Decision, rights: Rights) -> bool:
    """Whether all numbers that the decision came from and is about are the reader's to see."""
    goal = decision.goal
    within = not goal.metric or scope_within(goal.metric, goal.where, rights)
    return within and all(scope_within(n.metric, n.where, rights) for n in decision.trigger.numbers)


def shown_to(decision: Decision, rights: Rights) -> Decision:
    """A decision that the reader sees, without the names of other members that it was measured against."""
    if decision.effect is None or rights == Rights():
        return decision
    return replace(decision, effect=replace(decision.effect, controls=()))
