"""Alerts: rules without SQL, the states that a watched number goes through by event time, and the alerts that come of it.

Where they are kept (`castanea.alerts.kept`) is imported by itself: the warehouse process needs the rules and not the application's database.
"""

from castanea.alerts.conditions import ChangeAgainst, Compared, Condition, OffPace, Reading, Threshold, Unusual, compare
from castanea.alerts.model import Act, Alert, AlertDeed, AlertStory, KeptRule, KeptStep, News, RuleEdit
from castanea.alerts.ready import READY, ReadyRule
from castanea.alerts.rules import check_rule, condition_of, patience_of, reading_of
from castanea.alerts.states import Instance, Patience, State, Step, follow, step, times_fired

__all__ = [
    "READY",
    "Act",
    "Alert",
    "AlertDeed",
    "AlertStory",
    "ChangeAgainst",
    "Compared",
    "Condition",
    "Instance",
    "KeptRule",
    "KeptStep",
    "News",
    "OffPace",
    "Patience",
    "Reading",
    "ReadyRule",
    "RuleEdit",
    "State",
    "Step",
    "Threshold",
    "Unusual",
    "check_rule",
    "compare",
    "condition_of",
    "follow",
    "patience_of",
    "reading_of",
    "step",
    "times_fired",
]
