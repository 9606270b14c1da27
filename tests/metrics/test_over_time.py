"""Figures that look at a stretch of time, and those that stand as a platform reports them, worked out day by day in plain Python."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from castanea.contracts.query import Query, TimeRange
from castanea.kit.errors import InputError
from tests.metrics.conftest import SmallShop
from tests.metrics.cuts import Cut
from tests.metrics.frames import SCALE, ZONE_HOURS, local_day

C = pl.col
SINCE, UNTIL = date(2026, 10, 5), date(2026, 10, 18)
DAYS = [SINCE + timedelta(days=n) for n in range((UNTIL - SINCE).days + 1)]
KEY = ("product_id", "warehouse_id", "batch")


def near(got: Any, want: float, within: float = 1e-3) -> bool:
    return got is not None and abs(float(got) - want) <= within + 1e-6 * abs(want)


def after(day: date) -> datetime:
    """The end of a local day, UTC."""
    return datetime.combine(day + timedelta(days=1), datetime.min.time()) - timedelta(hours=ZONE_HOURS)


def stock_at(shop: SmallShop, moment: datetime) -> pl.DataFrame:
    frame = shop.frames["stock_level"]
    known = frame.filter(C("time").dt.replace_time_zone(None) < moment)
    return known.sort("time", "_version", "_key").group_by(KEY).last()


def sold(shop: SmallShop, since: date, until: date) -> pl.DataFrame:
    lines = shop.frames["order_line"].filter((C("kind") == "product") & ~C("excluded").fill_null(False))
    return lines.with_columns(local=local_day(lines, "paid_time")).filter(C("local").is_between(since, until))


def whole(shop: SmallShop, metric: str, *keys: str, since: date = SINCE, until: date = UNTIL) -> dict[Any, Any]:
    return shop.answer(metric, Cut(keys, since, until))


def test_days_of_cover_are_sellable_stock_by_the_sales_of_28_days(shop: SmallShop) -> None:
    stock = stock_at(shop, after(UNTIL))
    sellable = stock["on_hand"].sum() - stock["committed"].fill_null(0).sum()
    units = sold(shop, UNTIL - timedelta(days=27), UNTIL)["quantity"].sum()
    assert near(whole(shop, "days_of_cover")[()], 28 * sellable / units)


def test_stock_without_a_count_is_the_sum_of_its_movements_up_to_then(shop: SmallShop) -> None:
    moves = shop.frames["stock_movement"].with_columns(C("time").dt.replace_time_zone(None))
    inside = moves.filter(C("time").is_between(after(SINCE - timedelta(days=1)), after(UNTIL), closed="left"))
    assert inside.height
    assert near(whole(shop, "stock_change")[()], inside["quantity"].sum() / SCALE)
    by_day = whole(shop, "stock_from_movements", "day")
    for day in DAYS:
        known = moves.filter(C("time") < after(day))["quantity"].sum() / SCALE
        assert near(by_day[day.isoformat(),], known), day


def test_sell_through_is_what_was_sold_of_what_could_be(shop: SmallShop) -> None:
    opening = stock_at(shop, after(SINCE - timedelta(days=1)))["on_hand"].sum()
    receipts = shop.frames["receipt"]
    came = receipts.with_columns(local=local_day(receipts, "time")).filter(C("local").is_between(SINCE, UNTIL))
    units = sold(shop, SINCE, UNTIL)["quantity"].sum()
    assert near(whole(shop, "opening_stock")[()], opening / SCALE)
    assert near(whole(shop, "sell_through")[()], units / (opening + came["quantity"].sum()), 1e-6)


def test_out_of_stock_days_are_counted_by_sku_at_each_day_s_end(shop: SmallShop) -> None:
    out = every = 0
    for day in DAYS:
        stock = stock_at(shop, after(day)).group_by("product_id").agg(
            left=(C("on_hand") - C("committed").fill_null(0)).sum()
        )  # fmt: skip
        out, every = out + stock.filter(C("left") <= 0).height, every + stock.height
    assert every > 0
    assert near(whole(shop, "out_of_stock_rate")[()], out / every, 1e-6)


def test_slow_stock_is_stock_of_skus_without_a_sale_in_30_days(shop: SmallShop) -> None:
    stock = stock_at(shop, after(UNTIL)).with_columns(worth=C("on_hand") * C("unit_cost"))
    lively = sold(shop, UNTIL - timedelta(days=29), UNTIL)["sku_id"].unique().to_list()
    slow = stock.filter(~C("product_id").is_in(lively))["worth"].sum()
    said = whole(shop, "slow_stock_share")[()]
    assert near(said, slow / stock["worth"].sum(), 1e-6), (said, slow, stock["worth"].sum())


def test_lead_time_is_weighed_by_units_from_purchase_order_to_receipt(shop: SmallShop) -> None:
    orders = shop.frames["purchase_order"].select("purchase_order_id", "product_id", "ordered")
    receipts = shop.frames["receipt"].join(orders, on=["purchase_order_id", "product_id"])
    inside = receipts.with_columns(local=local_day(receipts, "time")).filter(
        C("local").is_between(SINCE, UNTIL) & (C("ordered") <= C("time"))
    )
    days = (inside["time"] - inside["ordered"]).dt.total_seconds() / 86_400
    assert inside.height
    assert near(whole(shop, "lead_time")[()], (days * inside["quantity"]).sum() / inside["quantity"].sum())


def reports(shop: SmallShop, scope: str, days: int) -> list[dict[str, Any]]:
    return shop.frames["platform_daily"].filter((C("scope") == scope) & (C("days") == days)).to_dicts()


@pytest.mark.parametrize(
    ("metric", "column", "scale"),
    [
        ("platform_visitors", "visitors", 1), ("platform_buyers", "paying_buyers", 1), ("platform_cart_users", "cart_users", 1),
        ("platform_paid_amount", "paid_amount", SCALE), ("peer_mean", "peer_mean", SCALE), ("peer_best", "peer_best", SCALE),
    ],
)  # fmt: skip
def test_a_platform_s_figure_of_a_day_and_shop_stands_as_reported(
    shop: SmallShop, metric: str, column: str, scale: int
) -> None:
    said = whole(shop, metric, "day", "shop")
    rows = [r for r in reports(shop, "shop", 1) if SINCE <= r["day"] <= UNTIL and r[column] is not None]
    assert rows
    for row in rows:
        assert near(said[row["day"].isoformat(), row["shop_id"]], row[column] / scale), (metric, row["day"])


def test_a_platform_s_amounts_add_up_over_days_and_shops(shop: SmallShop) -> None:
    rows = [r for r in reports(shop, "shop", 1) if SINCE <= r["day"] <= UNTIL]
    for metric, column, scale in (
        ("platform_paid_amount", "paid_amount", SCALE), ("platform_refund_amount", "refunded_amount", SCALE), ("platform_views", "views", 1),
    ):  # fmt: skip
        assert near(whole(shop, metric)[()], sum(r[column] or 0 for r in rows) / scale), metric


@pytest.mark.parametrize("metric", ["platform_visitors", "platform_buyers", "platform_conversion_rate", "peer_mean"])
def test_people_counted_by_a_platform_are_not_added_up_over_shops(shop: SmallShop, metric: str) -> None:
    with pytest.raises(InputError) as refused:
        shop.desk.query(Query((metric,), ("day",), time=TimeRange(since=SINCE, until=UNTIL)))
    assert refused.value.code == "not_additive"


@pytest.mark.parametrize("metric", ["ad_sales_15d", "roi_15d", "net_roi_7d", "ad_orders_30d"])
def test_what_several_ad_platforms_claim_is_not_added_up(shop: SmallShop, metric: str) -> None:
    with pytest.raises(InputError) as refused:
        shop.desk.query(Query((metric,), (), time=TimeRange(since=SINCE, until=UNTIL)))
    assert refused.value.code == "not_additive"
