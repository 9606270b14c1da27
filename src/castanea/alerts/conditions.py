"""Conditions of alert rules, declared without SQL, and what a number is compared with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

from castanea.kit.errors import InputError

Side = Literal["above", "below"]
Base = Literal["same_weekday", "last_year"]


@dataclass(frozen=True)
class Threshold:
    """The value lies above or below `limit`, in the metric's unit; it has recovered when it is `margin` on the good side of it."""

    side: Side
    limit: Decimal
    margin: Decimal = Decimal(0)

    def __post_init__(self) -> None:
        _refuse_below_zero("margin", self.margin)


@dataclass(frozen=True)
class ChangeAgainst:
    """The value differs from that of the same weekday or of last year by more than `by`, a share of the base (0.2 = 20 %)."""

    base: Base
    side: Side
    by: Decimal
    margin: Decimal = Decimal(0)

    def __post_init__(self) -> None:
        _refuse_below_zero("by", self.by)
        _refuse_below_zero("margin", self.margin)


@dataclass(frozen=True)
class OffPace:
    """What was reached lies more than `by` (a share, 0.1 = 10 %) below what the target expects at this time."""

    by: Decimal
    margin: Decimal = Decimal(0)

    def __post_init__(self) -> None:
        _refuse_below_zero("by", self.by)
        _refuse_below_zero("margin", self.margin)


@dataclass(frozen=True)
class Unusual:
    """The value is one that its past does not know, and lies on this side of what was expected; it has recovered inside the range."""

    side: Side


Condition = Threshold | ChangeAgainst | OffPace | Unusual


@dataclass(frozen=True)
class Reading:
    """A number at an event time (aware). `base` is what ChangeAgainst and OffPace compare it with; None is unknown, which is not 0.

    For Unusual, `base` is what was expected, `low` and `high` its range, and `unusual` whether the past knows no such value."""

    at: datetime
    value: Decimal | None
    base: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    unusual: bool | None = None

    def __post_init__(self) -> None:
        if self.at.tzinfo is None:
            raise ValueError(f"a reading needs an aware time, not {self.at!r}; add tzinfo=UTC")


@dataclass(frozen=True)
class Compared:
    """One evaluation: the reading, the figure it was held against (in the metric's unit; None when unknown) and what came of it.

    `holds`: whether the condition holds; None when the value or its base is not known.
    """

    reading: Reading
    against: Decimal | None
    holds: bool | None


def compare(condition: Condition, reading: Reading, *, held: bool = False) -> Compared:
    """Hold a reading against a condition. `held`: the condition held before, so the recovery figure (with its margin) decides."""
    if isinstance(condition, Unusual):
        return _held_against_range(condition, reading, held=held)
    margin = condition.margin if held else Decimal(0)
    side: Side = "below" if isinstance(condition, OffPace) else condition.side
    if isinstance(condition, Threshold):
        against: Decimal | None = condition.limit - margin if side == "above" else condition.limit + margin
    else:
        share = condition.by - margin
        factor = 1 + share if side == "above" else 1 - share
        # A change against nothing, or against a loss, has no share: it is unknown.
        against = reading.base * factor if reading.base is not None and reading.base > 0 else None
    if reading.value is None or against is None:
        return Compared(reading, against, None)
    return Compared(reading, against, reading.value > against if side == "above" else reading.value < against)


def _held_against_range(condition: Unusual, reading: Reading, *, held: bool) -> Compared:
    edge = reading.low if condition.side == "below" else reading.high
    if reading.value is None or reading.base is None or edge is None or reading.unusual is None:
        return Compared(reading, edge, None)
    outside = reading.value < edge if condition.side == "below" else reading.value > edge
    this_side = reading.value < reading.base if condition.side == "below" else reading.value > reading.base
    return Compared(reading, edge, outside if held else outside and reading.unusual and this_side)


def _refuse_below_zero(name: str, value: Decimal) -> None:
    if not value.is_finite() or value < 0:
        raise InputError(
            f"{name} is {value}; it is a number of 0 or more, write it without a sign",
            code="alerts.below_zero",
            values={"name": name, "value": str(value)},
        )
