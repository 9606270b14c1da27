"""What a reader sees of a decision: its words, and the numbers within their rights."""

from __future__ import annotations

from dataclasses import replace

from castanea.contracts.query import Rights
from castanea.contracts.target import scope_within
from castanea.decisions.model import Decision


def seen_by(decision: Decision, rights: Rights) -> bool:
    """Whether the reader may see the numbers that the decision is about."""
    goal = decision.goal
    return not goal.metric or scope_within(goal.metric, goal.where, rights)


def shown_to(decision: Decision, rights: Rights) -> Decision:
    """The decision without the numbers, members and causes that are beyond the reader's rights."""
    trigger = decision.trigger
    numbers = tuple(n for n in trigger.numbers if scope_within(n.metric, n.where, rights))
    if len(numbers) < len(trigger.numbers):
        decision = replace(decision, trigger=replace(trigger, numbers=numbers, cause={}, title=""))
    if not seen_by(decision, rights):
        options = tuple(replace(o, effect="", effect_lo="", effect_hi="", cost="") for o in decision.options)
        goal = replace(decision.goal, where=(), expected="")
        return replace(decision, options=options, goal=goal, effect=None)
    if decision.effect is not None and rights != Rights():
        decision = replace(decision, effect=replace(decision.effect, controls=()))  # other members are named there
    return decision
