"""What the planted incidents did, and what their counter-actions would have done: the same world with and without them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from castanea.demo.config import DemoConfig
from castanea.demo.world import CHANNELS, World


@dataclass(frozen=True)
class Effect:
    """Money in cents and units over all days: `paid_cents` by orders paid, `refunded_cents` by refunds that succeed."""

    paid_cents: int
    units: int
    refunded_cents: int

    def minus(self, other: Effect) -> Effect:
        return Effect(
            self.paid_cents - other.paid_cents, self.units - other.units, self.refunded_cents - other.refunded_cents
        )


def outcome(config: DemoConfig) -> Effect:
    """The totals of a world up to its anchor."""
    paid = units = refunded = 0
    for day in World(config).days():
        orders = day.orders
        bought = orders.paid[orders.order] > 0
        paid += int(orders.amount[bought].sum())
        units += int(orders.quantity[bought].sum())
        refunded += int(orders.refund_cents[(orders.refund_asked > 0) & orders.refund_succeeds].sum())
    return Effect(paid, units, refunded)


def truths(config: DemoConfig) -> Iterator[dict[str, object]]:
    """One record per incident: what, where, when, its cause class, its effect, and the effect of its counter-action.

    `effect` = world as it is − world without the incident. `counter_effect` = world with the counter-action − world as it is.
    """
    world, actual = World(config), outcome(config)
    for incident in world.incidents:
        record = incident.described(config, world.catalogue)
        record["channels"] = list(CHANNELS) if incident.channel is None else [incident.channel]
        record["effect"] = actual.minus(outcome(replace(config, without=config.without | {incident.name}))).__dict__
        if incident.counter_day is not None:
            countered = outcome(replace(config, countered=config.countered | {incident.name}))
            record["counter_effect"] = countered.minus(actual).__dict__
        yield record
