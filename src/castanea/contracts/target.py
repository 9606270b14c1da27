"""A target: what a metric should come to over a period, within a scope; and how far it has come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from castanea.contracts.query import Filter, Rights

Shape = Literal["last_year", "flat", "given"]
UsedShape = Literal["last_year", "weekdays", "flat", "given", "level"]
Standing = Literal["upcoming", "running", "over", "problem"]
Verdict = Literal["ok", "watch", "critical", "none"]


@dataclass(frozen=True)
class CurveDay:
    """`value`: a decimal as text, in the metric's unit."""

    day: date
    value: str


@dataclass(frozen=True)
class Target:
    """`metric` within `where` should come to `value` (a decimal as text, in the metric's unit) from `since` up to and with `until`.

    `shape`: how a sum is spread over the days: as last year's same days did (festivals festival day to festival day), evenly, or as `curve`
    says. `team`: the id of the team that answers for it; empty = nobody. `version` counts its changes.
    """

    id: str
    name: str
    metric: str
    since: date
    until: date
    value: str
    where: tuple[Filter, ...] = ()
    shape: Shape = "last_year"
    curve: tuple[CurveDay, ...] = ()
    team: str = ""
    version: int = 1


@dataclass(frozen=True)
class TargetDay:
    """A day of a target: planned, what came (None: not over yet, or unknown), and what the day of last year brought that shaped it."""

    day: date
    planned: str
    actual: str | None
    earlier: str | None
    earlier_day: date | None


@dataclass(frozen=True)
class TargetProgress:
    """How far a target has come. Amounts are decimals as text in the metric's unit.

    `share`: what has come as a share of the target. `usual`: the share of the target that the plan has behind it by `at`; `expected`: the
    same as an amount. `pace`: what has come over what was expected. `used`: the shape that the plan really has, `lacking` why it is not
    the one that was asked for (`no_last_year`, `no_history`). `direction`: `down` where less is better."""

    target: Target
    standing: Standing
    verdict: Verdict = "none"
    actual: str | None = None
    share: str | None = None
    usual: str | None = None
    expected: str | None = None
    pace: str | None = None
    used: UsedShape = "flat"
    lacking: str = ""
    unit: str = ""
    currency: str | None = None
    direction: str = "none"
    at: datetime | None = None
    zone: str = ""
    problem: dict[str, Any] | None = None
    days: tuple[TargetDay, ...] = field(default=())


def may_see(target: Target, rights: Rights) -> bool:
    """Whether a target's scope lies within what a reader may see. One that reaches further would tell them the size of the rest."""
    return scope_within(target.metric, target.where, rights)


def scope_within(metric: str, where: Sequence[Filter], rights: Rights) -> bool:
    """Whether all rows of a scope, and the metric, are the reader's to see."""
    if metric in rights.hidden_metrics:
        return False
    return all(any(_within(own, bound) for own in where) for bound in rights.where)


def _within(own: Filter, bound: Filter) -> bool:
    if own.dimension != bound.dimension:
        return False
    inside, outside = {"=", "in"}, {"!=", "not_in"}
    if bound.op in inside:
        return own.op in inside and set(own.values) <= set(bound.values)
    if bound.op in outside:
        if own.op in outside:
            return set(own.values) >= set(bound.values)
        return own.op in inside and not set(own.values) & set(bound.values)
    return own.op == bound.op
