"""A small simulated shop's tables as an analyst would have them: leaves for the place, series and events for the cause. Nothing of what was
planted is read, only rows that the shop sends."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl

from castanea.demo.config import small
from castanea.demo.history import Past
from castanea.demo.incidents import Incident
from castanea.demo.sending import BEGINNING, END
from castanea.demo.world import World

TABLES = (
    "order",
    "order_line",
    "refund",
    "review",
    "social_mention",
    "stock_level",
    "ad_spend",
    "competitor_price",
    "traffic_hourly",
)
BASE_DAYS, EPOCH = 28, date(1970, 1, 1)


@dataclass(frozen=True)
class Asked:
    """A number that moved: its name, first and last day, and the dimensions in which its place is looked for."""

    metric: str
    first: date
    last: date
    dims: tuple[str, ...]


@dataclass(frozen=True)
class ShopTables:
    """`sales`: day, product, channel, n (lines paid); `refunds`: day, product, channel, n (asked for a fault of the goods); `left`: day, channel,
    device, n (checkouts begun and not completed); `traffic`: day, channel, device, visitors, checkouts, purchases; `series`: evidence as `why` takes it.
    `planted`: what the world records, for scoring alone."""

    sales: pl.DataFrame
    refunds: pl.DataFrame
    left: pl.DataFrame
    traffic: pl.DataFrame
    series: pl.DataFrame
    planted: tuple[Incident, ...]
    ids: tuple[str, ...]
    last: date


def shop(seed: int, without: frozenset[str] = frozenset()) -> ShopTables:
    """The tables of a world of 90 days; `without` leaves incidents out."""
    world = World(small(seed, without=without))
    past = Past(world, 0)
    parts: dict[str, list[pl.DataFrame]] = {name: [] for name in TABLES}
    for index in past.days:
        for name, rows in past.facts(index, BEGINNING, END, events=False).items():
            if name in parts:
                parts[name].append(_frame(rows))
    tables = {name: pl.concat(found) for name, found in parts.items()}
    products = [str(p) for p in world.catalogue.ids]
    orders = tables["order"].select("shop_id", "order_id", pl.col("channel_id").alias("channel"), _day("pay_time"))
    lines = tables["order_line"].select("shop_id", "order_id", pl.col("product_id").alias("product"))
    sold = lines.join(orders, on=("shop_id", "order_id")).drop_nulls(("day", "product"))
    sales = sold.group_by("day", "product", "channel").agg(pl.len().cast(pl.Int64).alias("n"))
    faults = (
        tables["refund"]
        .filter(pl.col("reason_class") == "quality")
        .join(orders.drop("day"), on=("shop_id", "order_id"))
    )
    refunds = faults.select(
        _day("asked_time"), pl.col("product_id").alias("product"), "channel", pl.lit(1).cast(pl.Int64).alias("n")
    )
    hourly = tables["traffic_hourly"].select(
        _day("hour"), pl.col("channel_id").alias("channel"), "device", pl.col("first_visits").alias("visitors"), "checkouts", "purchases", "views")  # fmt: skip
    left = hourly.group_by("day", "channel", "device").agg(
        (pl.col("checkouts").sum() - pl.col("purchases").sum()).cast(pl.Int64).alias("n")
    )
    series = pl.concat(
        [*_daily_series(tables), *_traffic_series(hourly), *_voices(tables), _gaps(tables)],
        how="diagonal",
    )
    return ShopTables(sales, refunds, left, hourly, series, world.incidents, tuple(products), world.config.last_day)


def leaves(tables: ShopTables, asked: Asked) -> pl.DataFrame:
    """Of visitors: what was in the time, and what the four weeks before would have made of it, after the shop's common movement (festivals) is
    taken out."""
    before = tables.traffic.filter(
        pl.col("day").is_between(asked.first - timedelta(BASE_DAYS), asked.first - timedelta(1))
    )
    inside = tables.traffic.filter(pl.col("day").is_between(asked.first, asked.last))
    days = (asked.last - asked.first).days + 1, before["day"].n_unique()
    base = before.group_by(asked.dims).agg((pl.col("visitors").sum() * days[0] / days[1]).alias("was"))
    now = inside.group_by(asked.dims).agg(pl.col("visitors").sum().alias("is"))
    both = base.join(now, on=asked.dims, how="full", coalesce=True).fill_null(0.0)
    ranked = both.filter(pl.col("was") > 0).with_columns((pl.col("is") / pl.col("was")).alias("ratio")).sort("ratio")
    weight = ranked["was"].cum_sum().to_numpy()
    return both.with_columns(pl.col("was") * float(ranked["ratio"][int(np.searchsorted(weight, weight[-1] / 2))]))


def counted(tables: ShopTables, asked: Asked) -> tuple[pl.DataFrame, int, int]:
    """Lines sold, refunds for a fault or checkouts not completed by day and place, with the first and the last day as numbers."""
    source = {"units": tables.sales, "faults": tables.refunds, "left": tables.left}[asked.metric]
    first, last = ((day - EPOCH).days for day in (asked.first, asked.last))
    return source.with_columns(pl.col("day").cast(pl.Int32).cast(pl.Int64).alias("t")), first, last


def thinned(tables: ShopTables, asked: Asked, where: dict[str, str], left: float, seed: int) -> ShopTables:
    """The same tables with but a part of what was sold in a time and place, for a reason that nothing in them tells."""
    hit = pl.col("day").is_between(asked.first, asked.last)
    for dim, value in where.items():
        hit &= pl.col(dim) == value
    rng = np.random.default_rng([seed, 77])
    whole = tables.sales.with_row_index("row").sort("day", "product", "channel")
    fewer = np.asarray(rng.binomial(whole["n"].to_numpy(), left), dtype=np.int64)
    return replace(
        tables,
        sales=whole.with_columns(pl.when(hit).then(pl.Series(fewer)).otherwise(pl.col("n")).alias("n")).drop("row"),
    )


def _frame(rows: Any) -> pl.DataFrame:
    found = pl.from_arrow(rows)
    if not isinstance(found, pl.DataFrame):
        raise AssertionError("a table is a frame")
    return found


def _day(column: str) -> pl.Expr:
    return pl.col(column).dt.convert_time_zone("Asia/Shanghai").dt.date().alias("day")


def _told(rows: pl.DataFrame, kind: str, value: pl.Expr, *by: str) -> pl.DataFrame:
    return (
        rows.group_by("day", *by)
        .agg(value.cast(pl.Float64).alias("value"))
        .with_columns(pl.lit(kind).alias("kind"))
        .rename({"day": "time"})
    )


def _daily_series(tables: dict[str, pl.DataFrame]) -> list[pl.DataFrame]:
    """Stock that can be sold, and advertising spend; a day on which a channel spent nothing counts as zero."""
    stock = tables["stock_level"].select(
        _day("time"), pl.col("product_id").alias("product"), (pl.col("on_hand") - pl.col("committed")).alias("left")
    )
    spend = tables["ad_spend"].select("day", pl.col("channel_id").alias("channel"), "spend")
    return [
        _told(stock, "stock", pl.col("left").last(), "product"),
        _told(spend, "ad_spend", pl.col("spend").sum(), "channel"),
    ]


def _traffic_series(hourly: pl.DataFrame) -> list[pl.DataFrame]:
    ratio = pl.col("purchases").sum() / pl.col("checkouts").sum()
    return [
        _told(hourly, "rows_received", pl.len(), "channel"), _told(hourly.filter(pl.col("checkouts") > 0), "checkout_completion", ratio, "device"),
        _told(hourly, "visitors", pl.col("visitors").sum(), "channel"),
    ]  # fmt: skip


def _voices(tables: dict[str, pl.DataFrame]) -> list[pl.DataFrame]:
    reviews = (
        tables["review"]
        .filter(pl.col("sentiment") == "negative")
        .select(_day("time"), pl.col("product_id").alias("product"))
    )
    posts = (
        tables["social_mention"]
        .filter(pl.col("sentiment") == "negative")
        .select(_day("time"), pl.col("product_id").alias("product"))
    )
    return [
        _told(reviews, "reviews_negative", pl.len(), "product"),
        _told(posts, "mentions_negative", pl.len(), "product"),
    ]


def _gaps(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """The lowest price that a competitor asks for a product."""
    prices = tables["competitor_price"].select(
        _day("time"), pl.col("product_id").alias("product"), pl.col("price").cast(pl.Float64)
    )
    return _told(prices, "competitor_price", pl.col("price").min(), "product")
