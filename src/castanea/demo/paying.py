"""How an order is paid and goes its way: at once, by deposit and balance, or in cash on delivery; when it is sent and received."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from castanea.demo.arrow import Flags, Ints

SECOND, DAY = 1_000_000, 86_400_000_000
HOUR = 3_600 * SECOND
UNPAID_CLOSES_AFTER = 1_800 * SECOND
TMALL, DOUYIN, JD = 0, 1, 2
PRESALE_SHARE, BALANCE_NEVER, ON_DELIVERY_SHARE = 0.22, 0.07, 0.06
COUPON_SHARE, VOUCHER_SHARE = 0.09, 0.05
# first day of a presale, the evening on which the balance may be paid
PRESALES = (((5, 20), (5, 31)), ((10, 20), (10, 31)))


@dataclass(frozen=True)
class Ways:
    """Per order; times are µs UTC, 0 = never. `closes` is when an order that stays unpaid is closed, `coupon` marks orders of which the
    platform bears a part, `voucher` orders whose discount the shop gives as a voucher."""

    deposited: Ints
    paid: Ints
    sent: Ints
    done: Ints
    closes: Ints
    on_delivery: Flags
    coupon: Flags
    voucher: Flags


def balance_day(day: date) -> date | None:
    """The day on whose evening the balance of a presale order placed on `day` may be paid; None outside presales."""
    for first, evening in PRESALES:
        if date(day.year, *first) <= day < date(day.year, *evening):
            return date(day.year, *evening)
    return None


def draw_ways(
    rng: np.random.Generator,
    day: date,
    midnight: Callable[[date], int],
    channel: Ints,
    ordered: Ints,
    paid: Ints,
    transit: Ints,
) -> Ways:
    """`paid` is when the order would be paid at once (0 = never), `transit` how long it takes from payment to receipt."""
    count = len(channel)
    chance, whether, when, pack = (rng.random(count) for _ in range(4))
    coupon = (rng.random(count) < COUPON_SHARE) & ((channel == DOUYIN) | (channel == JD))
    voucher = (rng.random(count) < VOUCHER_SHARE) & (channel != JD)
    bought = paid > 0
    deposited, closes = np.zeros(count, dtype=np.int64), ordered + UNPAID_CLOSES_AFTER
    evening = balance_day(day)
    if evening is not None:
        presale = bought & (chance < PRESALE_SHARE) & ((channel == TMALL) | (channel == JD))
        opens = midnight(evening) + 20 * HOUR
        deposited = np.where(presale, paid, 0)
        paid = np.where(presale, opens + (when**2 * 26 * HOUR).astype(np.int64), paid)
        paid = np.where(presale & (whether < BALANCE_NEVER), 0, paid)
        closes = np.where(presale, midnight(evening + timedelta(days=4)), closes)
    on_delivery = (paid > 0) & (deposited == 0) & (channel == JD) & (chance > 1 - ON_DELIVERY_SHARE)
    begins = np.where(on_delivery, ordered, paid)
    sent = np.where(paid > 0, begins + ((0.15 + 0.9 * pack) * DAY).astype(np.int64), 0)
    done = np.where(paid > 0, begins + transit, 0)
    return Ways(deposited, np.where(on_delivery, done, paid), sent, done, closes, on_delivery, coupon, voucher)
