"""The planted incidents: what happens, when, to what; and how each bends the world."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta

from castanea.demo.catalogue import Catalogue
from castanea.demo.config import DemoConfig

CAUSES = ("supply", "site", "competition", "quality", "marketing", "data")


@dataclass(frozen=True)
class Incident:
    """`first` … `last` are day numbers (0 = the anchor), both included; `hours` the hours of those days, from … until (24 = midnight).

    `strength` is the factor on what is hit: demand, conversion, visits, refunds. `counter_action` ends the incident from `counter_day` on;
    its true effect is the difference between the world with and without it.
    """

    name: str
    cause: str
    first: int
    last: int
    strength: float
    hours: tuple[int, int] = (0, 24)
    product: int | None = None
    channel: str | None = None
    device: str | None = None
    counter_action: str = ""
    counter_day: int | None = None

    def covers(self, index: int) -> bool:
        return self.first <= index <= self.last

    def described(self, config: DemoConfig, catalogue: Catalogue) -> dict[str, object]:
        record = {k: v for k, v in asdict(self).items() if v is not None}
        record["from"] = (config.last_day + timedelta(days=self.first)).isoformat()
        record["until"] = (config.last_day + timedelta(days=self.last)).isoformat()
        if self.product is not None:
            record["product"] = catalogue.ids[self.product]
        return record


def plan_incidents(config: DemoConfig, catalogue: Catalogue, shift: int) -> tuple[Incident, ...]:
    """The world's incidents; `shift` (0–4, from the seed) moves them by some days so that no two worlds are alike."""
    best = catalogue.best_seller
    by_popularity = sorted(range(catalogue.count), key=lambda p: -float(catalogue.popularity[p]))
    rival, faulty = by_popularity[2], by_popularity[4]
    planned = (
        Incident(
            "stock_out",
            "supply",
            -19 - shift,
            -16 - shift,
            0.0,
            product=best,
            counter_action="expedite",
            counter_day=-17 - shift,
        ),
        Incident(
            "checkout_broken",
            "site",
            -8 - shift,
            -8 - shift,
            0.22,
            hours=(10, 19),
            device="phone",
            counter_action="roll_back",
        ),
        Incident(
            "price_cut",
            "competition",
            -40 - shift,
            -30 - shift,
            0.55,
            product=rival,
            counter_action="match_price",
            counter_day=-35 - shift,
        ),
        Incident(
            "faulty_batch",
            "quality",
            -58 - shift,
            -47 - shift,
            6.0,
            product=faulty,
            counter_action="stop_sale",
            counter_day=-52 - shift,
        ),
        Incident(
            "ads_off",
            "marketing",
            -27 - shift,
            -22 - shift,
            0.62,
            channel="douyin",
            counter_action="switch_on",
            counter_day=-24 - shift,
        ),
        Incident("source_silent", "data", -6, -6, 0.0, hours=(9, 15), channel="jd"),
    )
    return tuple(
        replace(i, last=i.counter_day - 1) if i.name in config.countered and i.counter_day is not None else i
        for i in planned
        if i.name not in config.without
    )


def day_of(config: DemoConfig, index: int) -> date:
    return config.last_day + timedelta(days=index)
