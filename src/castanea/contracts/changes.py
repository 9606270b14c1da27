"""What changed on a board since yesterday, as it is told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal


@dataclass(frozen=True)
class ChangedPart:
    """One member of a dimension; `name` is its own, where it has one."""

    dimension: str
    member: str
    name: str = ""


@dataclass(frozen=True)
class WhatChanged:
    """One thing worth knowing of a day: the metric was `value`, while a day like it (`usual`) lies between `low` and `high` as a rule.
    `part`: of this member alone, while the whole was as usual. `mostly`: the member that moved most, where it made over half of the
    change of the whole. Figures are plain decimals in the metric's unit."""

    metric: str
    value: str
    usual: str
    low: str
    high: str
    change: str
    unit: str
    currency: str | None
    part: ChangedPart | None = None
    mostly: ChangedPart | None = None


@dataclass(frozen=True)
class BoardChanges:
    """Of `day`, the last one that is over, the greatest first, three at most. `state`: ok · not_enough (fewer than three weeks of days)."""

    day: date
    state: Literal["ok", "not_enough"]
    things: tuple[WhatChanged, ...]
