"""Targets as they are asked for and told. Amounts are decimals as text, in the metric's unit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from castanea.contracts.query import Filter
from castanea.contracts.target import CurveDay, Shape, Target

ChangeKind = Literal["made", "edited", "archived", "restored"]


@dataclass(frozen=True)
class NewTarget:
    """See contracts.target.Target. With the shape `given`, `value` may be empty: it is then the sum of the curve."""

    name: str
    metric: str
    since: date
    until: date
    value: str
    where: tuple[Filter, ...] = ()
    shape: Shape = "last_year"
    curve: tuple[CurveDay, ...] = ()
    team: str = ""


@dataclass(frozen=True)
class TargetEdit:
    """All of a target anew (null: as it was), and whether it is in the archive. `base`: the version that the change was made on."""

    base: int
    target: NewTarget | None = None
    archived: bool | None = None


@dataclass(frozen=True)
class KeptTarget:
    target: Target
    archived: bool
    created_at: datetime
    created_by: str


@dataclass(frozen=True)
class TargetChanged:
    """A line of the history."""

    version: int
    at: datetime
    by: str
    kind: ChangeKind
    before: dict[str, Any]
    after: dict[str, Any]


@dataclass(frozen=True)
class TargetLine:
    """A target read from a line of a file."""

    line: int
    target: NewTarget
