"""Who comes again, what shelves and markets show, what platforms report: worked out in plain Python. And: no metric is left without."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tests.metrics.by_hand import EVENTS, METRICS
from tests.metrics.conftest import SmallShop
from tests.metrics.frames import SCALE, local_day
from tests.metrics.test_over_time import DAYS, SINCE, UNTIL, after, near, reports, sold, stock_at, whole

C = pl.col
NAMED = """
    order_amount paid_amount net_sales adjustment_amount product_sales net_sales_by_order_day settled_amount gmv buyers orders units
    spend_per_buyer aov price_per_unit units_per_order new_buyers repeat_rate_30 repeat_rate_90 repeat_rate_365 refund_amount refund_rate
    refund_rate_by_pay_day refund_only_rate return_rate quality_refund_rate refund_hours gross_margin contribution_profit visitors views
    product_visitors favourites cart_rate order_conversion conversion_rate uv_value searches no_result_rate inquiry_conversion sessions
    checkout_rate roi_1d roi_7d roi_15d roi_30d net_roi_7d blended_roi cost_ratio breakeven_roi sellable_stock stock_position days_of_cover
    stock_turn_days active_rate sell_through out_of_stock_rate slow_stock_share stock_age safety_stock lead_time listing_count listing_price
    listing_sales listing_value gpm balance_paid_rate first_response three_minute_rate ship_48h pickup_in_time shop_score mentions
    negative_share rating deposit_amount
"""


def buyers(shop: SmallShop) -> dict[date, Counter[str]]:
    """By pay day, how many orders each buyer paid."""
    frame = shop.frames["order"].filter(~C("test").fill_null(False) & C("paid_time").is_not_null())
    found: dict[date, Counter[str]] = defaultdict(Counter)
    for day, who in frame.select(local_day(frame, "paid_time"), "customer_id").rows():
        if who is not None:
            found[day][who] += 1
    return found


def window(paid: dict[date, Counter[str]], since: date, until: date) -> Counter[str]:
    total: Counter[str] = Counter()
    for day, found in paid.items():
        if since <= day <= until:
            total.update(found)
    return total


def test_a_new_buyer_had_no_payment_in_the_365_days_before_and_the_others_return(shop: SmallShop) -> None:
    paid = buyers(shop)
    inside, before = window(paid, SINCE, UNTIL), window(paid, SINCE - timedelta(days=365), SINCE - timedelta(days=1))
    new = len(set(inside) - set(before))
    assert 0 < new < len(inside)
    assert whole(shop, "new_buyers")[()] == new
    assert whole(shop, "returning_buyers")[()] == len(inside) - new
    assert near(whole(shop, "new_buyer_share")[()], new / len(inside), 1e-6)


@pytest.mark.parametrize("days", [30, 90, 365])
def test_a_repeat_rate_looks_back_over_its_days(shop: SmallShop, days: int) -> None:
    found = window(buyers(shop), UNTIL - timedelta(days=days - 1), UNTIL)
    again = sum(n >= 2 for n in found.values())
    assert again > 0
    assert near(whole(shop, f"repeat_rate_{days}")[()], again / len(found), 1e-6)


def test_safety_stock_is_a_week_of_the_mean_sales_of_28_days(shop: SmallShop) -> None:
    units = sold(shop, UNTIL - timedelta(days=27), UNTIL)["quantity"].sum() / SCALE
    assert near(whole(shop, "safety_stock")[()], 7 * units / 28)


def test_stock_is_as_old_as_its_batches_weighted_by_units(shop: SmallShop) -> None:
    stock = stock_at(shop, after(UNTIL)).filter(C("received").is_not_null())
    came = (
        stock["received"].cast(pl.Datetime("us"))
        if stock.schema["received"] == pl.Date
        else stock["received"].dt.replace_time_zone(None)
    )
    ages = [(after(UNTIL) - at).total_seconds() / 86_400 for at in came]
    units = stock["on_hand"].to_list()
    if not sum(units):
        assert whole(shop, "stock_age")[()] is None
        return
    assert near(whole(shop, "stock_age")[()], sum(a * n for a, n in zip(ages, units, strict=True)) / sum(units), 0.01)


def test_stock_turns_in_its_mean_cost_by_the_cost_of_goods_sold(shop: SmallShop) -> None:
    frame = shop.frames["stock_level"].with_columns(
        at=C("time").dt.replace_time_zone(None), cost=C("on_hand") * C("unit_cost") // SCALE
    )
    low, high = after(SINCE - timedelta(days=1)), after(UNTIL)
    first, held = frame["at"].min(), 0.0
    for _, rows in frame.sort("at", "_version", "_key").group_by("product_id", "warehouse_id", "batch"):
        times = [*rows["at"].to_list(), high]
        for n, cost in enumerate(rows["cost"].to_list()):
            since, until = max(times[n], low), min(times[n + 1], high)
            held += max((until - since).total_seconds(), 0) / 86_400 * (cost or 0) / SCALE
    assert first is not None
    assert first < low
    assert near(whole(shop, "stock_turn_days")[()], held / float(whole(shop, "goods_cost")[()]), 0.01)


def test_shelves_are_counted_by_different_items_and_their_sales_by_what_they_show(shop: SmallShop) -> None:
    rows = shop.frames["listing_snapshot"].filter(C("day").is_between(SINCE, UNTIL))
    assert rows.height
    assert whole(shop, "listing_count")[()] == rows["item_id"].n_unique()
    assert near(whole(shop, "listing_price")[()], rows["price"].mean() / SCALE)
    known = rows.filter(C("sales").is_not_null())
    assert near(whole(shop, "listing_sales")[()], known["sales"].sum() / SCALE)
    assert near(whole(shop, "listing_value")[()], (known["price"] * known["sales"]).sum() / SCALE**2, 0.1)


def test_competitors_are_priced_as_last_seen_and_ours_beside_them(shop: SmallShop) -> None:
    frame = shop.frames["competitor_price"].filter(
        C("price").is_not_null() & (C("time").dt.replace_time_zone(None) < after(UNTIL))
    )
    newest = frame.sort("time", "_version", "_key").group_by("competitor", "item_id").last()
    assert near(whole(shop, "competitor_price")[()], newest["price"].mean() / SCALE)
    lines = shop.frames["order_line"].filter((C("kind") != "adjustment") & ~C("excluded").fill_null(False))
    lines = lines.with_columns(local=local_day(lines, "paid_time")).filter(C("local").is_between(SINCE, UNTIL))
    paid = dict(
        lines.group_by("d_product").agg(C("report_paid").sum()).rows()
    )  # with the discounts of the product's own lines
    units = sold(shop, SINCE, UNTIL).group_by("d_product").agg(C("quantity").sum())
    theirs = dict(newest.group_by("d_product").agg(C("price").mean() / SCALE).rows())
    said = whole(shop, "price_gap", "product")
    checked = 0
    for product, count in units.rows():
        if product in theirs and count:
            assert near(said[product,], paid[product] / count / theirs[product] - 1, 1e-5), product
            checked += 1
    assert checked


def test_market_reports_stand_as_the_newest_says(shop: SmallShop) -> None:
    frame = shop.frames["market_share"]
    last = date(2026, 11, 19)
    for metric, column in (("market_share", "share"), ("market_amount", "amount")):
        newest = frame.filter(C(column).is_not_null() & (C("period_end") <= last)).sort(
            "period_end", "_version", "_key"
        )
        newest = newest.group_by("market", "brand", "source").last()
        said = whole(shop, metric, "market", "brand", "market_source", until=last)
        assert newest.height
        for row in newest.to_dicts():
            want = row[column] if column == "share" else row[column] / SCALE
            assert near(said[row["market"], row["brand"] or "", row["source"] or ""], want), metric


def test_searches_of_keywords_and_their_clicks_add_up_within_a_platform(shop: SmallShop) -> None:
    rows = shop.frames["keyword_demand"].filter(C("day").is_between(SINCE, UNTIL))
    searches, rates = whole(shop, "keyword_searches", "platform"), whole(shop, "keyword_click_rate", "platform")
    assert rows.height
    for platform in rows["platform"].unique():
        mine = rows.filter(C("platform") == platform)
        assert near(searches[platform,], mine["searches"].sum() / SCALE)
        known = mine.filter(C("click_rate").is_not_null())
        assert near(rates[platform,], (known["searches"] * known["click_rate"]).sum() / known["searches"].sum(), 1e-4)


@pytest.mark.parametrize(
    ("metric", "column", "scale"),
    [
        ("platform_favourites", "favourites", 1), ("platform_ordering_buyers", "ordering_buyers", 1), ("platform_orders", "orders", 1),
        ("platform_units", "units", SCALE), ("platform_order_amount", "ordered_amount", SCALE), ("platform_spend", "spend", SCALE),
        ("platform_refund_amount", "refunded_amount", SCALE), ("platform_views", "views", 1), ("shop_score", "shop_score", 1),
    ],
)  # fmt: skip
def test_what_a_platform_reports_stands_by_day_and_shop(shop: SmallShop, metric: str, column: str, scale: int) -> None:
    said = whole(shop, metric, "day", "shop")
    for row in rows_of(shop):
        got = said.get((row["day"].isoformat(), row["shop_id"]))
        assert (got is None) if row[column] is None else near(got, row[column] / scale), (metric, row["day"], got)


def test_rates_of_a_platform_are_of_its_own_figures(shop: SmallShop) -> None:
    rates: dict[str, Any] = {
        "platform_conversion_rate": lambda r: (r["paying_buyers"], r["visitors"]),
        "platform_cart_rate": lambda r: (r["cart_users"], r["visitors"]),
        "platform_uv_value": lambda r: (r["paid_amount"] / SCALE, r["visitors"]),
        "platform_spend_per_buyer": lambda r: (r["paid_amount"] / SCALE, r["paying_buyers"]),
        "gpm": lambda r: (r["paid_amount"] / SCALE * 1000, r["views"]),
    }
    for metric, of in rates.items():
        said = whole(shop, metric, "day", "shop")
        for row in rows_of(shop):
            top, bottom = of(row)
            assert near(said[row["day"].isoformat(), row["shop_id"]], top / bottom, 1e-4), metric
    gaps = whole(shop, "peer_gap", "day", "shop")
    for row in rows_of(shop):
        if row["peer_mean"]:
            assert near(gaps[row["day"].isoformat(), row["shop_id"]], row["paid_amount"] / row["peer_mean"] - 1, 1e-5)


def rows_of(shop: SmallShop) -> list[dict[str, Any]]:
    found = [r for r in reports(shop, "shop", 1) if r["day"] in DAYS and r["visitors"]]
    assert found
    return found


def test_gmv_is_what_the_workspace_calls_so(shop: SmallShop) -> None:
    assert whole(shop, "gmv") == whole(shop, "order_amount")


def test_every_name_of_the_trade_is_declared(shop: SmallShop) -> None:
    assert [name for name in NAMED.split() if name not in shop.desk.catalog.declared.metrics] == []


def test_every_metric_that_ships_is_worked_out_by_hand_somewhere(shop: SmallShop) -> None:
    here = Path(__file__).parent
    rooms = (*here.glob("test_*.py"), *(here.parent / "semantics").glob("test_*.py"))
    text = (
        "\n".join(path.read_text(encoding="utf-8") for path in rooms)
        + "\nrepeat_rate_30 repeat_rate_90 repeat_rate_365"
    )
    lacking = [n for n in shop.desk.catalog.declared.metrics if n not in METRICS and n not in EVENTS and n not in text]
    assert lacking == []
