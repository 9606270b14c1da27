"""Decisions: the question, the options, the choice, and later what it changed.

Where they are kept (`castanea.decisions.kept`) is imported by itself: the warehouse process needs the model and not the application's database.
"""

from castanea.decisions.model import (
    Decision,
    DecisionChange,
    DecisionStep,
    Effect,
    EffectDay,
    EffectQuestion,
    FrozenNumber,
    Goal,
    HistoryLine,
    NewDecision,
    Option,
    Said,
    Task,
    Trigger,
    Verdict,
)
from castanea.decisions.redacting import seen_by, shown_to
from castanea.decisions.rules import check_goal, due_for_review, hit, verdict_of

__all__ = [
    "Decision",
    "DecisionChange",
    "DecisionStep",
    "Effect",
    "EffectDay",
    "EffectQuestion",
    "FrozenNumber",
    "Goal",
    "HistoryLine",
    "NewDecision",
    "Option",
    "Said",
    "Task",
    "Trigger",
    "Verdict",
    "check_goal",
    "due_for_review",
    "hit",
    "seen_by",
    "shown_to",
    "verdict_of",
]
