"""What of the numbers somebody may see: rows by shop and category, and figures by class. Applied in the planner, never in text."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any, Literal, get_args

import msgspec

from castanea.contracts.query import Filter, Rights
from castanea.kit.errors import InputError

FigureClass = Literal["cost", "profit"]
CLASS = "class:"  # before a class of figures among hidden metrics; the planner knows which metrics are of it
LONGEST, MOST = 200, 500


@dataclass(frozen=True)
class Rules:
    """An empty `shops` or `categories` bounds nothing. `hidden`: classes of figures that are not shown."""

    shops: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    hidden: tuple[FigureClass, ...] = ()

    def __post_init__(self) -> None:
        unknown = [name for name in self.hidden if name not in get_args(FigureClass)]
        values = (*self.shops, *self.categories)
        if unknown or len(values) > MOST or any(not v or len(v) > LONGEST for v in values):
            raise InputError(
                f"rules name shops, categories (up to {MOST}, none empty) and hidden figures ({', '.join(get_args(FigureClass))}); "
                f"not {', '.join(unknown) or 'these values'}",
                code="access.bad_rules",
                values={"valid": ", ".join(get_args(FigureClass))},
            )

    @property
    def empty(self) -> bool:
        return self == Rules()

    def to_state(self) -> dict[str, Any]:
        return {name: list(values) for name, values in vars(self).items() if values}

    @classmethod
    def from_state(cls, stored: dict[str, Any]) -> Rules:
        return cls(**{f.name: tuple(stored.get(f.name, ())) for f in fields(cls)})


@dataclass(frozen=True)
class Sight:
    """What is seen where rules hold. `shops` and `categories`: None = all, empty = none at all."""

    shops: frozenset[str] | None = None
    categories: frozenset[str] | None = None
    hidden: frozenset[FigureClass] = frozenset()

    def rights(self) -> Rights:
        """As the planner applies them. The key is equal exactly where all answers are."""
        if self == Sight():
            return Rights()
        bounds = (("shop", self.shops), ("category", self.categories))
        where = tuple(f for name, values in bounds if values is not None for f in _within(name, values))
        hidden = frozenset(CLASS + name for name in self.hidden)
        told = msgspec.json.encode([msgspec.to_builtins(where), sorted(hidden)])
        return Rights(hashlib.sha256(told).hexdigest()[:32], where, hidden)


def sight_of(rules: Iterable[Rules]) -> Sight:
    """What is left where several rules hold at once (a person's own and those of their teams): each takes away, none gives."""
    held = tuple(rules)
    return Sight(
        _common(each.shops for each in held),
        _common(each.categories for each in held),
        frozenset(name for each in held for name in each.hidden),
    )


def _common(bounds: Iterable[tuple[str, ...]]) -> frozenset[str] | None:
    sets = [frozenset(bound) for bound in bounds if bound]
    return frozenset.intersection(*sets) if sets else None


def _within(dimension: str, values: frozenset[str]) -> tuple[Filter, ...]:
    """Filters that let these members through; without any, two that nothing fulfils (a filter must name a member)."""
    if values:
        return (Filter(dimension, "in", tuple(sorted(values))),)
    return Filter(dimension, "is_empty"), Filter(dimension, "is_not_empty")
