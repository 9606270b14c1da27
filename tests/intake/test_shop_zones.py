"""Shops' own zones, as the intake keeps them."""

from __future__ import annotations

import pyarrow as pa

from castanea.intake.shop_zones import FORGET_AFTER, ShopZones


def shops(**zones: str | None) -> pa.Table:
    return pa.table({"shop_id": list(zones), "zone": pa.array(list(zones.values()), pa.string())})


def test_what_was_taken_in_holds_at_once() -> None:
    zones = ShopZones({"a": "Asia/Tokyo"})
    zones.learn(shops(a="Europe/London", b="Asia/Kathmandu", c=None))
    assert zones.now() == {"a": "Europe/London", "b": "Asia/Kathmandu"}


def test_an_answer_that_was_on_its_way_does_not_undo_it_and_later_ones_know_better() -> None:
    zones = ShopZones()
    zones.learn(shops(a="Europe/London"))
    for _ in range(FORGET_AFTER - 1):
        zones.know({"a": "Asia/Tokyo"})
        assert zones.now() == {"a": "Europe/London"}
    zones.know({"a": "Asia/Tokyo"})
    assert zones.now() == {"a": "Asia/Tokyo"}
