"""Bodies and answers of the routes on targets."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import BaseModel

from castanea.contracts.target import TargetProgress
from castanea.targets import CsvFault, TargetChanged


@dataclass(frozen=True)
class TargetList:
    """`teams`: names by id of the teams that answer for them."""

    targets: list[TargetProgress]
    teams: dict[str, str]


@dataclass(frozen=True)
class OpenedTarget:
    """`people`: names by id of those in the history."""

    progress: TargetProgress
    archived: bool
    history: list[TargetChanged]
    teams: dict[str, str]
    people: dict[str, str]


class TargetFile(BaseModel):
    """`text`: CSV with a header. `keep`: false = only look."""

    text: str
    keep: bool = False


class CurveFile(BaseModel):
    """Lines of a day and a value."""

    text: str


@dataclass(frozen=True)
class TargetsRead:
    """`lines`: how many could be read. Nothing is kept while there are faults."""

    lines: int
    faults: list[CsvFault]
    made: int
    changed: int
    kept: bool
