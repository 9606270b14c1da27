"""What was never imported, and what tiles are told beside their answers."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from decimal import Decimal
from typing import Any

from castanea.live.ground import formats_of
from tests.live.conftest import NOW, LiveShop, order, view_event


def tile(frame: dict[str, Any] | None, name: str) -> dict[str, Any]:
    assert frame is not None
    return next(t for t in frame["tiles"] if t["tile"] == name)


def refund(number: int, amount: str) -> dict[str, Any]:
    return {"kind": "refund", "refund_id": f"r{number}", "order_id": f"o{number}", "status": "succeeded",
        "amount": amount, "refund_time": NOW.isoformat()}  # fmt: skip


def test_a_tile_without_data_says_what_to_import_instead_of_zero(shop: LiveShop) -> None:
    async def run() -> None:
        await shop.take(view_event(1))
        told = tile(await shop.open(), "reviews")
        assert (told["state"], told["answers"]) == ("no_data", {})
        lacking = told["problem"]["needs"]
        assert [[each["table"] for each in group] for group in lacking] == [["refund"]]
        assert {"zh-CN", "en"} == set(lacking[0][0]["labels"])
        assert any(f["name"] == "tmall_refunds" for f in lacking[0][0]["formats"])
        assert "退款" in told["problem"]["detail"]["zh-CN"]
        assert "refund" in told["problem"]["detail"]["en"]

    asyncio.run(run())


def test_the_tile_fills_by_itself_once_the_data_comes(shop: LiveShop) -> None:
    async def run() -> None:
        await shop.take(view_event(1), order(1))
        assert tile(await shop.open(), "reviews")["state"] == "no_data"
        await shop.take(refund(1, "30.00"))
        told = tile(await shop.tick(), "reviews")
        assert told["state"] == "ok"
        assert Decimal(told["answers"]["main"]["rows"][0]["refund_amount"]) == Decimal(30)

    asyncio.run(run())


def test_a_waterfall_s_steps_and_rest_lead_from_the_first_amount_to_the_last(shop: LiveShop) -> None:
    async def run() -> None:
        await shop.take(order(1, amount="100.00"), order(2, amount="50.00"))
        await shop.take(refund(1, "30.00"))
        told = tile(await shop.open(), "falls")
        row = {
            name: Decimal(value)
            for name, value in told["answers"]["main"]["rows"][0].items()
            if name in ("order_amount", "refund_amount", "net_sales")
        }
        assert (
            row["order_amount"] - row["refund_amount"] + Decimal(told["extra"]["rest"])
            == row["net_sales"]
            == Decimal(120)
        )

    asyncio.run(run())


def test_a_funnel_says_what_share_passed_each_step(shop: LiveShop) -> None:
    async def run() -> None:
        first = order(1)
        await shop.take(first, {**order(2), "customer_id": first["customer_id"]})
        told = tile(await shop.open(), "steps")
        assert told["extra"]["rates"] == [None, "0.500000"]
        assert told["extra"]["whole"] == ["1.000000", "0.500000"]

    asyncio.run(run())


def test_days_of_festivals_are_told_to_tiles_by_day(shop: LiveShop) -> None:
    async def run() -> None:
        festival = {
            "kind": "calendar",
            "day": "2026-11-11",
            "country": "CN",
            "name": "double_11",
            "name_zh": "双 11",
            "name_en": "Singles' Day",
            "festival_day": 1,
        }
        before = {**festival, "day": "2026-11-10", "festival_day": -1}
        await shop.take(order(1), festival, before)
        told = tile(await shop.open(), "days")["extra"]["festivals"]
        assert [(f["day"], f["labels"]["zh-CN"]) for f in told] == [("2026-11-11", "双 11")]

    asyncio.run(run())


def test_a_metric_of_which_nothing_was_imported_is_unknown_beside_others_that_are_known(shop: LiveShop) -> None:
    async def run() -> None:
        await shop.take(order(1))
        told = tile(await shop.open("products"), "headline")
        assert told["state"] == "ok"
        assert [each["table"] for each in told["extra"]["absent"]["refund_rate"]] == ["refund"]
        assert "paid_amount" not in told["extra"]["absent"]
        await shop.take(refund(1, "30.00"))
        told = tile(await shop.tick(), "headline")
        assert "absent" not in told["extra"]

    asyncio.run(run())


def test_profit_without_a_single_cost_asks_for_costs_instead_of_showing_a_zero(shop: LiveShop) -> None:
    async def run() -> None:
        await shop.take(order(1, NOW - timedelta(days=2)))
        frame = await shop.open("profit")
        for name in ("falls", "days", "products"):
            told = tile(frame, name)
            assert (name, told["state"]) == (name, "no_data")
            assert told["problem"]["needs"][0][0]["table"] == "cost"

    asyncio.run(run())


def test_a_day_that_began_after_the_newest_event_is_silence_and_no_zero(shop: LiveShop) -> None:
    async def run() -> None:
        await shop.take(view_event(1, NOW - timedelta(days=2)))
        silent = tile(await shop.open(), "views")
        assert (silent["state"], silent["problem"]["code"]) == ("empty", "tile.nothing_since")
        assert silent["problem"]["values"]["as_of"] == "2026-11-18 14:36"
        await shop.take(view_event(2))
        assert tile(await shop.tick(), "views")["state"] == "ok"

    asyncio.run(run())


def test_the_first_formats_named_for_a_table_are_of_different_platforms() -> None:
    names = [each["name"].partition("_")[0] for each in formats_of("platform_daily")]
    assert len(set(names[:3])) == 3
