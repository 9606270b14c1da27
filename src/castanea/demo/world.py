"""The world day by day: demand, orders, stock. Every day is drawn from streams of its own, so that two worlds that differ in one
incident draw the same chances and differ only by it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from types import MappingProxyType
from zoneinfo import ZoneInfo

import numpy as np

from castanea.demo.arrow import Flags, Floats, Ints
from castanea.demo.catalogue import Catalogue, build_catalogue
from castanea.demo.config import DemoConfig
from castanea.demo.incidents import Incident, day_of, plan_incidents
from castanea.demo.paying import DAY, SECOND, draw_ways
from castanea.demo.people import People, build_people, choose_buyers, known_customers
from castanea.demo.seasons import HOURS, day_factor, festival_of, month_affinity
from castanea.demo.stock import StockDay, Warehouse
from castanea.kit.clock import micros

CHANNELS = ("tmall", "douyin", "jd", "pinduoduo", "shopify")
CHANNEL_NAMES = {
    "zh": ("天猫", "抖音", "京东", "拼多多", "Shopify"),
    "en": ("Tmall", "Douyin", "JD", "Pinduoduo", "Shopify"),
}
CHANNEL_SHARE: Floats = np.array([0.42, 0.26, 0.17, 0.09, 0.06])
DEVICES = ("phone", "tablet", "desktop")
REFUND_KINDS = ("refund_only", "return", "price_protection", "exchange")
REASONS = ("quality", "description", "size", "late", "changed_mind", "other")


BESIDE_THE_PLAN = 1_000_000  # order numbers from here on were not planned


@dataclass(frozen=True)
class DayOrders:
    """A day's orders and lines. Times are µs UTC, money is cents, `order` of a line indexes the day's orders.

    `paid`, `deposited`, `sent`, `done` 0 = never; what else is said of an order stands in `paying.Ways`. Refunds: `refund_asked`,
    `refund_done` 0 = none; `refund_cents`, `refund_kind` indexes REFUND_KINDS.
    """

    index: int
    day: date
    number: Ints
    channel: Ints
    customer: Ints
    device: Ints
    ordered: Ints
    paid: Ints
    done: Ints
    deposited: Ints
    sent: Ints
    closes: Ints
    on_delivery: Flags
    coupon: Flags
    voucher: Flags
    order: Ints
    product: Ints
    quantity: Ints
    amount: Ints
    discount: Ints
    refund_asked: Ints
    refund_done: Ints
    refund_cents: Ints
    refund_kind: Ints
    refund_reason: Ints
    refund_succeeds: Flags

    @property
    def orders(self) -> int:
        return len(self.number)

    @property
    def beside(self) -> bool:
        """Whether these came beside the plan."""
        return bool(self.orders) and int(self.number[0]) >= BESIDE_THE_PLAN

    @property
    def paid_cents(self) -> int:
        return int(self.amount[self.paid[self.order] > 0].sum())


@dataclass(frozen=True)
class WorldDay:
    """`beside`: what was ordered that day beside the plan."""

    orders: DayOrders
    stock: StockDay
    beside: DayOrders | None = None

    @property
    def all_orders(self) -> tuple[DayOrders, ...]:
        return (self.orders,) if self.beside is None else (self.orders, self.beside)


class World:
    """A shop grown from a seed. `days(until)` gives its days from the first to a day number, in order; past days never change when
    more days are asked for."""

    def __init__(self, config: DemoConfig) -> None:
        self.config = config
        self.zone = ZoneInfo(config.zone)
        self.catalogue: Catalogue = build_catalogue(self._stream("catalogue"), config.products, config.language)
        people = int(config.orders_per_day * config.history_days * 0.42) + 500
        self.people: People = build_people(self._stream("people"), people, len(self.catalogue.categories))
        self.incidents: tuple[Incident, ...] = plan_incidents(
            config, self.catalogue, int(self._stream("incidents").integers(0, 5))
        )
        order = np.argsort(self.catalogue.category, kind="stable")
        self._by_category = order
        counts = np.bincount(self.catalogue.category, minlength=len(self.catalogue.categories))
        self._category_end = np.cumsum(counts)
        self._category_start = self._category_end - counts
        self._taste = np.stack([np.roll(np.linspace(1.25, 0.75, len(counts)), 2 * c) for c in range(len(CHANNELS))])

    def days(self, until: int = 0, beside: Mapping[int, DayOrders] = MappingProxyType({})) -> Iterator[WorldDay]:
        """`beside`: by day number, orders beside the plan. They take from the stock what the plan has left at the day's end."""
        warehouse = Warehouse(self.catalogue, self.config, self.incidents)
        for index in range(self.config.first_index, until + 1):
            day = day_of(self.config, index)
            drawn = self._draw(index, day)
            more = beside.get(index)
            extra = None if more is None else (more.product, more.quantity)
            kept, stock = warehouse.sell(index, day, drawn.product, drawn.quantity, drawn.ordered[drawn.order], extra)
            yield WorldDay(_keep_lines(drawn, kept), stock, more)

    def midnight(self, day: date) -> int:
        """µs UTC of the day's first moment in the shop's zone."""
        return micros(datetime.combine(day, time(), self.zone))

    def stream(self, purpose: str, index: int) -> np.random.Generator:
        return self._stream(purpose, index)

    def active(self, index: int, name: str) -> Incident | None:
        return next((i for i in self.incidents if i.name == name and i.covers(index)), None)

    def _stream(self, purpose: str, index: int = 0) -> np.random.Generator:
        return np.random.default_rng([self.config.seed, index + 100_000, *purpose.encode()])

    def _draw(self, index: int, day: date) -> DayOrders:
        rng = self._stream("orders", index)
        expected = self.config.orders_per_day * day_factor(day, index) * channel_shares(index)
        per_channel = rng.poisson(expected)
        channel = np.repeat(np.arange(len(CHANNELS)), per_channel)
        count = len(channel)
        hour = rng.choice(24, count, p=HOURS)
        ordered = self.midnight(day) + (hour * 3600 + rng.random(count) * 3600).astype(np.int64) * SECOND
        first, before = (
            self.config.first_index,
            known_customers(self.people, index - 1, self.config.first_index, self.config.history_days),
        )
        now = known_customers(self.people, index, first, self.config.history_days)
        customer = choose_buyers(rng, self.people, count, before, now)
        device = self.people.device[customer]
        paid_chance, mark = rng.random(count), rng.random(count)
        delay = np.minimum(rng.exponential(240, count), 1500).astype(np.int64) * SECOND
        paid = np.where(paid_chance < 0.94, ordered + delay + 2 * SECOND, 0)
        stays = mark < self._order_factors(index, channel)
        paid = np.where((mark >= self._paying_factors(index, channel, device, hour)) & stays, 0, paid)
        transit = ((2 + 4 * rng.random(count)) * DAY).astype(np.int64)
        ways = draw_ways(self._stream("ways", index), day, self.midnight, channel, ordered, paid, transit)
        numbers = np.arange(count)
        lines = self.draw_lines(rng, day, channel, customer)
        refunds, succeeds = self.draw_refunds(
            index, ways.paid, lines, self._stream("refunds", index), self._stream("refund_kinds", index)
        )
        drawn = DayOrders(
            index, day, numbers, channel, customer, device, ordered, ways.paid, ways.done, ways.deposited, ways.sent, ways.closes,
            ways.on_delivery, ways.coupon, ways.voucher, *lines, *refunds, succeeds,
        )  # fmt: skip
        return _keep_lines(drawn, stays[drawn.order] & self._line_marks(index, drawn))

    def _order_factors(self, index: int, channel: Ints) -> Floats:
        factor = np.ones(len(channel))
        if ads := self.active(index, "ads_off"):
            factor[channel == CHANNELS.index(str(ads.channel))] *= ads.strength
        return factor

    def _paying_factors(self, index: int, channel: Ints, device: Ints, hour: Ints) -> Floats:
        factor = self._order_factors(index, channel)
        if broken := self.active(index, "checkout_broken"):
            hit = (device == DEVICES.index(str(broken.device))) & (hour >= broken.hours[0]) & (hour < broken.hours[1])
            factor[hit] *= broken.strength
        return factor

    def _line_marks(self, index: int, drawn: DayOrders) -> Flags:
        marks = self._stream("lines", index).random(len(drawn.product))
        if cut := self.active(index, "price_cut"):
            return np.asarray((drawn.product != cut.product) | (marks < cut.strength))
        return np.ones(len(drawn.product), dtype=bool)

    def draw_lines(
        self, rng: np.random.Generator, day: date, channel: Ints, customer: Ints
    ) -> tuple[Ints, Ints, Ints, Ints, Ints]:
        catalogue, count = self.catalogue, len(channel)
        per_order = 1 + np.minimum(rng.poisson(0.92, count), 6)
        order = np.repeat(np.arange(count), per_order)
        weight = catalogue.popularity * month_affinity(day, catalogue.peak_month.astype(float))
        cumulative = np.cumsum(weight[self._by_category] * 1.0)
        total = cumulative[-1]
        favourite = self.people.category[customer][order]
        start = np.where(
            self._category_start[favourite] > 0, cumulative[np.maximum(self._category_start[favourite] - 1, 0)], 0.0
        )
        end = cumulative[self._category_end[favourite] - 1]
        by_taste = rng.random(len(order)) < 0.42 * self._taste[channel[order], favourite]
        chance = rng.random(len(order))
        point = np.where(by_taste, start + chance * (end - start), chance * total)
        product = self._by_category[np.minimum(np.searchsorted(cumulative, point, side="right"), catalogue.count - 1)]
        quantity = np.minimum(rng.geometric(0.78, len(order)), 5)
        price = catalogue.price[product]
        off = 0.05 + 0.10 * (rng.random(len(order)) < 0.3) + (0.10 if festival_of(day) else 0.0)
        discount = np.round(price * off / 10).astype(np.int64) * 10 * quantity
        return order, product, quantity, price * quantity - discount, discount

    def draw_refunds(
        self,
        index: int,
        paid: Ints,
        lines: tuple[Ints, Ints, Ints, Ints, Ints],
        rng: np.random.Generator,
        kinds: np.random.Generator,
    ) -> tuple[tuple[Ints, Ints, Ints, Ints, Ints], Flags]:
        """Which of the lines come back: asked, done, cents, kind, reason, and whether the shop agrees."""
        order, product, _, amount, _ = lines
        count = len(product)
        rate = self.catalogue.refund_rate[product].copy()
        reason = rng.choice(len(REASONS), count, p=(0.16, 0.14, 0.10, 0.12, 0.38, 0.10))
        chance, partial, money_only = rng.random(count), rng.random(count) < 0.2, rng.random(count) < 0.45
        if faulty := self.active(index, "faulty_batch"):
            hit = product == faulty.product
            rate[hit] *= faulty.strength
            reason = np.where(hit & (chance > self.catalogue.refund_rate[product]), REASONS.index("quality"), reason)
        back = (chance < rate) & (paid[order] > 0)
        asked = np.where(back, paid[order] + ((0.4 + rng.exponential(2.6, count)) * DAY).astype(np.int64), 0)
        done = np.where(back, asked + ((0.1 + rng.exponential(0.9, count)) * DAY).astype(np.int64), 0)
        succeeds, other = rng.random(count) < 0.96, kinds.random(count)
        cents = np.where(partial, amount // 2, amount)
        kind = np.where(money_only, 0, 1)
        kind = np.where(money_only & partial & (other < 0.5), REFUND_KINDS.index("price_protection"), kind)
        kind = np.where(
            ~money_only & ~partial & (reason == REASONS.index("size")) & (other < 0.3),
            REFUND_KINDS.index("exchange"),
            kind,
        )
        cents = np.where(kind == REFUND_KINDS.index("price_protection"), amount // 20 * 2, cents)
        cents = np.where(back & (kind != REFUND_KINDS.index("exchange")), cents, 0)
        return (asked, done, cents, kind, reason), succeeds


def channel_shares(index: int) -> Floats:
    """Douyin grows over the year at the cost of the others."""
    shares = CHANNEL_SHARE.copy()
    shares[1] *= 1 + 0.25 * index / 365
    return np.asarray(shares / shares.sum())


def _keep_lines(drawn: DayOrders, kept: Flags) -> DayOrders:
    """Without the lines dropped, and without the orders that lost all of theirs; numbers of orders stay what they were."""
    alive = np.zeros(drawn.orders, dtype=bool)
    alive[drawn.order[kept]] = True
    position = np.cumsum(alive) - 1
    of_order = {
        n: getattr(drawn, n)[alive] for n in (
            "number", "channel", "customer", "device", "ordered", "paid", "done", "deposited", "sent", "closes", "on_delivery", "coupon",
            "voucher",
        )
    }  # fmt: skip
    names = (
        "product", "quantity", "amount", "discount", "refund_asked", "refund_done", "refund_cents", "refund_kind", "refund_reason",
        "refund_succeeds",
    )  # fmt: skip
    of_line = {n: getattr(drawn, n)[kept] for n in names}
    return DayOrders(drawn.index, drawn.day, **of_order, order=position[drawn.order[kept]], **of_line)
