"""What of the numbers somebody may see: rows by shop and category, and figures by class. Applied in the planner, never in text."""

from __future__ import annotations

import hashlib
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

    def rights(self) -> Rights:
        """As the planner applies them. The key is equal exactly where all answers are."""
        if self.empty:
            return Rights()
        bounds = (("shop", self.shops), ("category", self.categories))
        where = tuple(Filter(name, "in", tuple(sorted(set(values)))) for name, values in bounds if values)
        hidden = frozenset(CLASS + name for name in self.hidden)
        told = msgspec.json.encode([msgspec.to_builtins(where), sorted(hidden)])
        return Rights(hashlib.sha256(told).hexdigest()[:32], where, hidden)

    def to_state(self) -> dict[str, Any]:
        return {name: list(values) for name, values in vars(self).items() if values}

    @classmethod
    def from_state(cls, stored: dict[str, Any]) -> Rules:
        return cls(**{f.name: tuple(stored.get(f.name, ())) for f in fields(cls)})
