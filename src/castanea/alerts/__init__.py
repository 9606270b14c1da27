"""Alerts: typed conditions on numbers, and the states that a watched number goes through; pure, by event time, without a clock."""

from castanea.alerts.conditions import ChangeAgainst, Compared, Condition, OffPace, Reading, Threshold, compare
from castanea.alerts.states import Instance, Patience, State, Step, follow, times_fired

__all__ = [
    "ChangeAgainst",
    "Compared",
    "Condition",
    "Instance",
    "OffPace",
    "Patience",
    "Reading",
    "State",
    "Step",
    "Threshold",
    "compare",
    "follow",
    "times_fired",
]
