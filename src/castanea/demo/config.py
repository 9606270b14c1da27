"""How large the simulated world is, and from which seed it grows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

Size = Literal["small", "full"]


@dataclass(frozen=True)
class DemoConfig:
    """`last_day` is the anchor: the last day of the first history, in the shop's zone. Days are numbered from it: 0 is the anchor,
    −1 the day before; days after it carry on the same world.

    `without` leaves incidents out, `countered` ends them by their counter-action: the same chances, so the difference is the true effect.
    `orders_per_day` is the mean before seasons. `event_days` is how many days of single web events are kept before the anchor.
    """

    seed: int = 7
    last_day: date = date(2026, 11, 20)
    history_days: int = 365
    orders_per_day: float = 1_540.0
    products: int = 400
    event_days: int = 14
    language: Literal["zh", "en"] = "zh"
    zone: str = "Asia/Shanghai"
    without: frozenset[str] = frozenset()
    countered: frozenset[str] = frozenset()

    @property
    def first_index(self) -> int:
        return -(self.history_days - 1)


def small(seed: int = 7, *, without: frozenset[str] = frozenset(), language: Literal["zh", "en"] = "zh") -> DemoConfig:
    """90 days and about 30,000 orders: for tests over many seeds, made in a few seconds without a server."""
    return DemoConfig(
        seed=seed, history_days=90, orders_per_day=306.0, products=120, event_days=3, without=without, language=language
    )


def sized(size: Size, seed: int = 7, last_day: date | None = None) -> DemoConfig:
    config = small(seed) if size == "small" else DemoConfig(seed=seed)
    if last_day is None:
        return config
    return DemoConfig(**{**config.__dict__, "last_day": last_day})
