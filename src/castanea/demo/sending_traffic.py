"""What visitors do: single events for the last days, counts by hour before them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from castanea.demo.arrow import Flags, Floats, Ints, numbered, times, words
from castanea.demo.incidents import Incident
from castanea.demo.keywords import KEYWORDS, NOT_SOLD
from castanea.demo.paying import SECOND
from castanea.demo.people import PROVINCES
from castanea.demo.seasons import HOURS, day_factor
from castanea.demo.sending import between, sent
from castanea.demo.sending_orders import SHOPS, order_numbers
from castanea.demo.world import CHANNELS, DEVICES, DayOrders, World, channel_shares

DEVICE_SHARES: Floats = np.array([0.74, 0.06, 0.20])  # of visitors
PASSERS_BY = 14  # visitors who come and leave around each order beside the plan
EVENTS = ("page_view", "product_view", "search", "favourite", "add_to_cart", "checkout", "purchase", "error")
PAGE, VIEW, SEARCH, FAVOURITE, CART, CHECKOUT, PURCHASE, ERROR = range(len(EVENTS))
CONVERSION: Floats = np.array([0.052, 0.036, 0.058, 0.061, 0.083])


@dataclass(frozen=True)
class DayEvents:
    """Events in the order of their time; `product` −1 and `keyword` −1 = none; `order` indexes the day's orders, −1 = none."""

    index: int
    number: Ints
    time: Ints
    event: Ints
    channel: Ints
    device: Ints
    visitor: Ints
    buyer: Ints
    province: Ints
    product: Ints
    keyword: Ints
    order: Ints


def visitor_counts(world: World, day: DayOrders) -> Ints:
    """How many visitors each channel has on the day, before the orders' own."""
    expected = world.config.orders_per_day * day_factor(day.day, day.index) * channel_shares(day.index) / CONVERSION
    if ads := world.active(day.index, "ads_off"):
        expected[CHANNELS.index(str(ads.channel))] *= ads.strength
    return np.asarray(world.stream("visitors", day.index).poisson(expected))


def draw_events(world: World, day: DayOrders) -> DayEvents:
    """The day's events: passers-by who look and leave, and the sessions of those who order."""
    rng = world.stream("events", day.index)
    per_channel = visitor_counts(world, day)
    channel = np.repeat(np.arange(len(CHANNELS)), per_channel)
    count = len(channel)
    start = (
        world.midnight(day.day)
        + ((rng.choice(24, count, p=HOURS) + rng.random(count)) * 3600).astype(np.int64) * SECOND
    )
    visitor, device = rng.integers(0, max(count * 6, 1), count), rng.choice(3, count, p=DEVICE_SHARES)
    province_share = np.array([p[1] for p in PROVINCES])
    province = rng.choice(len(PROVINCES), count, p=province_share / province_share.sum())
    parts: list[
        tuple[Ints, Ints, Ints, Ints, Ints, Ints]
    ] = []  # session, seconds after its start, event, product, keyword, order

    def add(sessions: Ints, offset: Ints, event: int, product: Ints | None = None, keyword: Ints | None = None) -> None:
        none = np.full(len(sessions), -1)
        parts.append(
            (
                sessions,
                offset,
                np.full(len(sessions), event),
                none if product is None else product,
                none if keyword is None else keyword,
                none,
            )
        )

    everyone = np.arange(count)
    add(everyone, np.zeros(count, dtype=np.int64), PAGE)
    cumulative = np.cumsum(world.catalogue.popularity)

    def products(n: int) -> Ints:
        return np.minimum(np.searchsorted(cumulative, rng.random(n)), world.catalogue.count - 1)

    searching = everyone[rng.random(count) < 0.22]
    add(
        searching,
        rng.integers(3, 30, len(searching)),
        SEARCH,
        None,
        rng.choice(len(KEYWORDS["zh"]), len(searching), p=_keyword_shares()),
    )
    looking = np.repeat(everyone, np.minimum(rng.geometric(0.62, count) - (rng.random(count) < 0.25), 8))
    add(looking, rng.integers(5, 420, len(looking)), VIEW, products(len(looking)))
    for rare, share in ((FAVOURITE, 0.04), (CART, 0.055), (CHECKOUT, 0.012)):
        some = everyone[rng.random(count) < share]
        add(some, rng.integers(60, 600, len(some)), rare, products(len(some)))
    session, offset, kind, product, keyword, order = (np.concatenate(c) for c in zip(*parts, strict=True))
    passing = (start[session] + offset * SECOND, kind, channel[session], device[session], visitor[session], np.full(len(session), -1),
               province[session], product, keyword, order)  # fmt: skip
    together = [np.concatenate(c) for c in zip(passing, _buyers_events(world, day), strict=True)]
    rank = np.argsort(together[0], kind="stable")
    columns = [c[rank] for c in together]
    return _without_silence(world, DayEvents(day.index, np.arange(len(rank)), *columns))


def event_facts(world: World, day: DayOrders, events: DayEvents, after: int, until: int) -> pa.Table:
    """Rows of `web_event` in the span (after, until]."""
    rows = between(events.time, after, until)
    product, keyword, order, buyer = events.product[rows], events.keyword[rows], events.order[rows], events.buyer[rows]
    count, bought = len(rows), events.event[rows] == PURCHASE
    passing = numbered("A", events.visitor[rows])
    visitor = pc.if_else(pa.array(buyer >= 0), numbered("V", np.maximum(buyer, 0)), passing)
    customer = pc.if_else(pa.array(buyer >= 0), numbered("C", np.maximum(buyer, 0), 7), pa.scalar(None, pa.string()))
    order_id = order_numbers(day, np.maximum(order, 0)) if day.orders else pa.nulls(count, pa.string())
    none = pa.scalar(None, pa.string())
    return sent("web_event", {
        "shop_id": words(SHOPS, events.channel[rows]), "event_id": numbered(f"E{day.day:%y%m%d}", events.number[rows], 7),
        "time": times(events.time[rows]), "event": words(EVENTS, events.event[rows]), "visitor_id": visitor, "customer_id": customer,
        "channel_id": words(CHANNELS, events.channel[rows]), "device": words(DEVICES, events.device[rows]),
        "province": words([p[0] for p in PROVINCES], events.province[rows]),
        "page": words(("home", "product", "search", "product", "product", "checkout", "checkout", "checkout"), events.event[rows]),
        "product_id": pc.if_else(pa.array(product >= 0), words(world.catalogue.ids, np.maximum(product, 0)), none),
        "order_id": pc.if_else(pa.array((order >= 0) & bought), order_id, none),
        "keyword": pc.if_else(pa.array(keyword >= 0), words(KEYWORDS[world.config.language], np.maximum(keyword, 0)), none),
        "result_count": pa.array(np.where(keyword >= NOT_SOLD, 0, 24), mask=keyword < 0),
        "error": words((None, "payment_failed"), (events.event[rows] == ERROR).astype(np.int64)),
    }, events.time[rows])  # fmt: skip


def hourly_facts(world: World, day: DayOrders, after: int, until: int) -> pa.Table:
    """Rows of `traffic_hourly` by channel and device whose hour ended in the span: counts that follow the same chances as single events."""
    rng, midnight = world.stream("hourly", day.index), world.midnight(day.day)
    shape = (24, len(CHANNELS), len(DEVICES))
    hour, channel, device = (axis.ravel() for axis in np.indices(shape))
    first = rng.poisson(visitor_counts(world, day)[channel] * HOURS[hour] * DEVICE_SHARES[device])

    def counted(orders: Flags) -> Ints:
        cells = np.zeros(shape, dtype=np.int64)
        at = (day.ordered[orders] - midnight) // (3600 * SECOND) % 24
        np.add.at(cells, (at, day.channel[orders], day.device[orders]), 1)
        return cells.ravel()

    ordered, purchases = counted(day.ordered > 0), counted(day.paid > 0)
    begin = midnight + hour * 3600 * SECOND
    end = begin + 3600 * SECOND
    counts = {
        "first_visits": first + ordered, "views": rng.poisson(first * 2.36) + ordered * 3, "product_views": rng.poisson(first * 1.36) + ordered * 2,
        "searches": rng.poisson(first * 0.22), "no_results": rng.poisson(first * 0.22 * 0.07), "favourites": rng.poisson(first * 0.04),
        "carts": rng.poisson(first * 0.055) + ordered, "cart_visitors": rng.poisson(first * 0.053) + ordered,
        "checkouts": rng.poisson(first * 0.012) + ordered, "purchases": purchases,
    }  # fmt: skip
    heard = np.ones(len(hour), dtype=bool)
    if silent := world.active(day.index, "source_silent"):
        heard = ~_unheard(silent, channel, hour)
    rows = between(np.where(heard, end, until + 1), after, until)
    return sent("traffic_hourly", {
        "shop_id": words(SHOPS, channel[rows]), "hour": times(begin[rows]), "channel_id": words(CHANNELS, channel[rows]),
        "device": words(DEVICES, device[rows]), **{name: pa.array(values[rows]) for name, values in counts.items()},
    }, end[rows])  # fmt: skip


def _keyword_shares() -> Floats:
    shares = np.array([18, 14, 13, 11, 10, 9, 8, 7, 6, 4], dtype=float)
    return np.asarray(shares / shares.sum())


def _buyers_events(world: World, day: DayOrders) -> tuple[Ints, ...]:
    """Look, cart, checkout, and a purchase when the order was paid, an error where the checkout was broken."""
    rng = world.stream("buyers", day.index)
    everyone, line_order = np.arange(day.orders), day.order
    paid = np.flatnonzero(day.paid > 0)
    broken = world.active(day.index, "checkout_broken")
    failed = (
        np.flatnonzero((day.paid == 0) & (day.device == DEVICES.index(str(broken.device))))
        if broken
        else np.zeros(0, dtype=np.int64)
    )
    back = rng.integers(60, 900, day.orders) * SECOND
    none = np.full
    parts = (
        (everyone, day.ordered - back - 30 * SECOND, none(day.orders, PAGE), none(day.orders, -1)),
        (line_order, day.ordered[line_order] - back[line_order], none(len(line_order), VIEW), day.product),
        (line_order, day.ordered[line_order] - back[line_order] // 2, none(len(line_order), CART), day.product),
        (everyone, day.ordered - 5 * SECOND, none(day.orders, CHECKOUT), none(day.orders, -1)),
        (paid, day.paid[paid], none(len(paid), PURCHASE), none(len(paid), -1)),
        (failed, day.ordered[failed] + 4 * SECOND, none(len(failed), ERROR), none(len(failed), -1)),
    )
    order, time, event, product = (np.concatenate(c) for c in zip(*parts, strict=True))
    customer = day.customer[order]
    return (time, event, day.channel[order], day.device[order], customer, customer, world.people.province[customer], product,
            np.full(len(order), -1), order)  # fmt: skip


def _without_silence(world: World, events: DayEvents) -> DayEvents:
    """A source that has gone silent reports nothing for some hours."""
    silent = world.active(events.index, "source_silent")
    if silent is None:
        return events
    hour = (events.time // (3600 * SECOND) + 8) % 24
    heard = ~_unheard(silent, events.channel, hour)
    return DayEvents(events.index, *(getattr(events, n)[heard] for n in (
        "number", "time", "event", "channel", "device", "visitor", "buyer", "province", "product", "keyword", "order")))  # fmt: skip


def _unheard(silent: Incident, channel: Ints, hour: Ints) -> Flags:
    return np.asarray(
        (channel == CHANNELS.index(str(silent.channel))) & (hour >= silent.hours[0]) & (hour < silent.hours[1])
    )


def extra_events(world: World, day: DayOrders, passers_by: int = PASSERS_BY) -> DayEvents:
    """The visits around orders beside the plan: each buyer's own, and some who pass by and leave."""
    rng = np.random.default_rng([world.config.seed, 98, int(day.ordered[0] // 1000)])
    order = np.arange(day.orders)
    buying = (
        (order, day.ordered - 3 * 300_000, PAGE, -1), (day.order, day.ordered[day.order] - 2 * 300_000, VIEW, day.product),
        (day.order, day.ordered[day.order] - 300_000, CART, day.product), (order, day.ordered - 60_000, CHECKOUT, -1), (order, day.paid, PURCHASE, -1),
    )  # fmt: skip
    of, time, event, product = (
        np.concatenate([np.broadcast_to(part[n], len(part[0])) for part in buying]) for n in range(4)
    )
    count = day.orders * passers_by
    near, who = np.repeat(order, passers_by), rng.integers(0, 200_000, count)
    views = np.repeat(np.arange(count), 1 + (rng.random(count) < 0.6))
    seen = np.minimum(
        np.searchsorted(np.cumsum(world.catalogue.popularity), rng.random(len(views))), world.catalogue.count - 1
    )
    is_view = np.r_[False, views[1:] == views[:-1]] if len(views) else np.zeros(0, dtype=bool)
    buyer = day.customer[of]
    none = np.full(len(views), -1)
    columns = (
        np.r_[time, day.ordered[near][views] - rng.integers(0, SECOND, len(views))], np.r_[event, np.where(is_view, VIEW, PAGE)],
        np.r_[day.channel[of], day.channel[near][views]], np.r_[day.device[of], rng.choice(3, count, p=DEVICE_SHARES)[views]],
        np.r_[buyer, who[views]], np.r_[buyer, none], np.r_[world.people.province[buyer], rng.integers(0, len(PROVINCES), count)[views]],
        np.r_[product, np.where(is_view, seen, -1)], np.full(len(of) + len(views), -1), np.r_[of, none],
    )  # fmt: skip
    first = 10_000_000 + (int(day.paid[0]) - world.midnight(day.day)) // 1000 * 400
    return DayEvents(day.index, first + np.arange(len(columns[0])), *columns)
