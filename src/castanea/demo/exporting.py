"""What each platform's back office would give out of the simulated shop: files as their own exports write them, as of a moment."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Literal

import numpy as np
import polars as pl

from castanea.demo.beside import day_index
from castanea.demo.history import Past
from castanea.demo.paying import SECOND
from castanea.demo.people import PROVINCES
from castanea.demo.sending_orders import SHOPS, coupon_cents, goods_cents, order_numbers, postage_cents, states
from castanea.demo.world import CHANNELS, DayOrders

Platform = Literal["tmall", "jd", "douyin", "shopify"]


@dataclass(frozen=True)
class ExportFile:
    """A file before it is written: its columns as text, in the platform's order."""

    name: str
    rows: pl.DataFrame
    encoding: str = "gb18030"

    def write(self, folder: Path) -> Path:
        path = folder / self.name
        path.write_bytes(self.rows.write_csv(line_terminator="\r\n").encode(self.encoding))
        return path


@dataclass(frozen=True)
class Asked:
    """Which export: days (in the shop's zone) by order time, refunds by the day they were asked for; the state is that of `at` (µs UTC)."""

    platform: Platform
    first: date
    last: date
    at: int

    @property
    def channel(self) -> int:
        return CHANNELS.index(self.platform)

    @property
    def shop(self) -> str:
        return SHOPS[self.channel]


def moment(past: Past, at: int) -> datetime:
    return datetime.fromtimestamp(at / SECOND, UTC).astimezone(past.world.zone)


def stamp(past: Past, at: int) -> str:
    """The export's time as its file's name carries it."""
    return f"{moment(past, at):%Y%m%d%H%M%S}"


def clock(past: Past, name: str, pattern: str = "%Y-%m-%d %H:%M:%S") -> pl.Expr:
    """A column of µs UTC as the shop's wall clock; 0 stays empty."""
    local = pl.from_epoch(pl.col(name), "us").dt.replace_time_zone("UTC").dt.convert_time_zone(past.world.config.zone)
    return pl.when(pl.col(name) > 0).then(local.dt.strftime(pattern)).otherwise(pl.lit(""))


def yuan(cents: pl.Expr) -> pl.Expr:
    """Cents (not negative) as an amount with two decimals, exactly."""
    return (cents // 100).cast(pl.String) + "." + (cents % 100).cast(pl.String).str.zfill(2)


def guarded(number: str) -> pl.Expr:
    """A long number as ="123", so that a spreadsheet keeps its digits."""
    return pl.lit('="') + pl.col(number) + '"'


def order_frame(past: Past, asked: Asked) -> pl.DataFrame:
    """One row per order of the platform: numbers, people, times as µs that have passed by `at`, cents, and where it stands."""
    return _over(past, asked.first, asked.last, asked.at, lambda day: _orders(past, asked, day))


def line_frame(past: Past, asked: Asked) -> pl.DataFrame:
    """One row per order line of the platform, with its order's columns."""
    return _over(past, asked.first, asked.last, asked.at, lambda day: _lines(past, asked, day))


def refund_frame(past: Past, asked: Asked) -> pl.DataFrame:
    """One row per refund asked for in the span, with its line's and order's columns."""
    begin, end = past.world.midnight(asked.first), past.world.midnight(asked.last + timedelta(days=1))
    first = past.world.config.last_day + timedelta(days=past.world.config.first_index)
    rows = _over(past, first, asked.last, asked.at, lambda day: _refunds(past, asked, day))
    return rows.filter(pl.col("asked") >= begin, pl.col("asked") < end)


def _over(past: Past, first: date, last: date, at: int, made: Callable[[DayOrders], pl.DataFrame]) -> pl.DataFrame:
    indexes = sorted(past.days)
    begin, end = ((day - past.world.config.last_day).days for day in (first, last))
    end = min(end, day_index(past.world, at))
    return pl.concat([made(past.days[i].orders) for i in indexes if begin <= i <= end])


def _orders(past: Past, asked: Asked, day: DayOrders) -> pl.DataFrame:
    state, _ = states(day, asked.at)
    rows = np.flatnonzero((day.channel == asked.channel) & (day.ordered <= asked.at))
    return _order_columns(past, day, rows, state, asked.at)


def _order_columns(
    past: Past,
    day: DayOrders,
    rows: np.ndarray[tuple[int, ...], np.dtype[np.int64]],
    state: np.ndarray[tuple[int, ...], np.dtype[np.int64]],
    at: int,
) -> pl.DataFrame:
    people, who = past.world.people, day.customer[rows]
    units = np.bincount(day.order, weights=day.quantity, minlength=day.orders).astype(np.int64)
    happened = {
        name: np.where(getattr(day, name) <= at, getattr(day, name), 0)[rows]
        for name in ("ordered", "paid", "sent", "done", "deposited")
    }
    happened["paid"] = np.where(day.on_delivery[rows], 0, happened["paid"])
    return pl.DataFrame({
        "order": pl.Series(order_numbers(day, rows).to_pylist(), dtype=pl.String), "customer": pl.Series([f"C{c:07d}" for c in who], dtype=pl.String),
        "name": pl.from_arrow(people.names.take(who)), "phone": pl.from_arrow(people.phones.take(who)),
        "email": pl.from_arrow(people.emails.take(who)), "address": pl.from_arrow(people.addresses.take(who)),
        "province": pl.Series([PROVINCES[p][0] for p in people.province[who]], dtype=pl.String), "city": pl.from_arrow(people.city.take(who)), **happened,
        "on_delivery": day.on_delivery[rows], "state": state[rows], "goods": goods_cents(day)[rows], "postage": postage_cents(day)[rows],
        "coupon": coupon_cents(day)[rows], "units": units[rows],
    })  # fmt: skip


def _lines(past: Past, asked: Asked, day: DayOrders) -> pl.DataFrame:
    state, _ = states(day, asked.at)
    rows = np.flatnonzero(((day.channel == asked.channel) & (day.ordered <= asked.at))[day.order])
    of = day.order[rows]
    orders = _order_columns(past, day, of, state, asked.at)
    catalogue, product = past.world.catalogue, day.product[rows]
    number = _positions(day)[rows]
    return orders.with_columns(
        pl.Series("line", number), pl.Series("code", [catalogue.ids[p] for p in product], dtype=pl.String),
        pl.Series("title", [catalogue.names[p] for p in product], dtype=pl.String),
        pl.Series("pack", [catalogue.packs[p] for p in product], dtype=pl.String), pl.Series("quantity", day.quantity[rows]),
        pl.Series("price", catalogue.price[product]), pl.Series("discount", day.discount[rows]), pl.Series("amount", day.amount[rows]),
        pl.Series("first", number == 1),
    )  # fmt: skip


def _refunds(past: Past, asked: Asked, day: DayOrders) -> pl.DataFrame:
    state, _ = states(day, asked.at)
    back = (day.refund_asked > 0) & (day.refund_asked <= asked.at)
    rows = np.flatnonzero(back & (day.channel == asked.channel)[day.order])
    catalogue, product = past.world.catalogue, day.product[rows]
    ended = np.where(day.refund_done <= asked.at, day.refund_done, 0)[rows]
    goods_back = np.isin(day.refund_kind[rows], (1, 3))
    return _order_columns(past, day, day.order[rows], state, asked.at).with_columns(
        pl.Series("line", _positions(day)[rows]), pl.Series("code", [catalogue.ids[p] for p in product], dtype=pl.String),
        pl.Series("title", [catalogue.names[p] for p in product], dtype=pl.String), pl.Series("asked", day.refund_asked[rows]), pl.Series("ended", ended),
        pl.Series("verdict", np.where(ended == 0, 0, np.where(day.refund_succeeds[rows], 1, 2))), pl.Series("kind", day.refund_kind[rows]),
        pl.Series("reason", day.refund_reason[rows]), pl.Series("cents", day.refund_cents[rows]),
        pl.Series("back", np.where(goods_back, day.quantity[rows], 0)),
    )  # fmt: skip


def _positions(day: DayOrders) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    """The place of each line inside its order, from 1."""
    starts = np.searchsorted(day.order, np.arange(day.orders))
    return np.asarray(np.arange(len(day.order)) - starts[day.order] + 1)


def picked(words: Sequence[str], column: str) -> pl.Expr:
    """The word of each number of a column."""
    return pl.col(column).replace_strict(dict(enumerate(words)), return_dtype=pl.String)


def export_files(past: Past, asked: Asked) -> Iterator[ExportFile]:
    """The platform's orders, refunds and day table, and the ERP's stock."""
    from castanea.demo.export_platforms import WRITERS

    yield from WRITERS[asked.platform](past, asked)
