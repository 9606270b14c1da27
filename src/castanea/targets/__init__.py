"""Targets: what metrics should come to, by whom they were set, and every change of them."""

from castanea.targets.checking import check_target
from castanea.targets.csv_reading import CsvFault, CsvTargets, read_curve, read_targets
from castanea.targets.kept import Targets
from castanea.targets.model import KeptTarget, NewTarget, TargetChanged, TargetEdit, TargetLine

__all__ = [
    "CsvFault",
    "CsvTargets",
    "KeptTarget",
    "NewTarget",
    "TargetChanged",
    "TargetEdit",
    "TargetLine",
    "Targets",
    "check_target",
    "read_curve",
    "read_targets",
]
