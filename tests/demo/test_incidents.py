"""Each planted incident is seen in the warehouse where and when it was planted, with the evidence that belongs to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from castanea.demo.config import small
from castanea.demo.history import Past
from castanea.demo.incidents import Incident
from castanea.demo.sending import BEGINNING, END
from castanea.demo.world import World
from tests.roundtrip.shops import Books, moment, now_of

# what none of the six is read from
ELSEWHERE = frozenset({"shipment", "settlement_line", "customer", "inquiry", "service_ticket", "listing_snapshot", "keyword_demand",
                       "web_event", "platform_daily", "stock_movement"})  # fmt: skip
Asked = Callable[..., list[dict[str, Any]]]


@pytest.fixture(scope="module")
def past() -> Past:
    return Past(World(small(seed=3)), 1)


@pytest.fixture(scope="module")
def ask(past: Past, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    """Asks the warehouse for metrics over days, counted from the world's last."""
    at = moment(past, 0)
    books = Books(tmp_path_factory.mktemp("incidents") / "w", now_of(at))
    books.tell(past, at, without=ELSEWHERE)
    last = past.world.config.last_day

    def asked(metrics: str, by: str, first: int, until: int, *where: str) -> list[dict[str, Any]]:
        return books.rows(metrics, by, last + timedelta(days=first), last + timedelta(days=until), where)

    yield asked
    books.close()


def incident(past: Past, name: str) -> Incident:
    return next(i for i in past.world.incidents if i.name == name)


def total(rows: list[dict[str, Any]], metric: str) -> float:
    return sum(float(row[metric] or 0) for row in rows)


def spans(found: Incident) -> tuple[tuple[int, int], tuple[int, int]]:
    """The incident's days, and as many weeks of days before it as tell what is usual."""
    return (found.first, found.last), (found.first - 14, found.first - 1)


def per_day(ask: Asked, metric: str, span: tuple[int, int], *where: str) -> float:
    return total(ask(metric, "", *span, *where), metric) / (span[1] - span[0] + 1)


def test_the_best_seller_is_out_of_stock_and_sells_nothing(past: Past, ask: Asked) -> None:
    found = incident(past, "stock_out")
    within, before = spans(found)
    product = f"product={past.world.catalogue.ids[found.product or 0]}"
    assert per_day(ask, "order_amount", before, product) > 0
    assert (
        per_day(ask, "order_amount", within, product) == 0
    )  # presale balances are paid on these days, of orders placed before
    assert [float(r["sellable_stock"]) for r in ask("sellable_stock", "day", *within, product)] == [0.0] * (
        found.last - found.first + 1
    )
    assert all(float(r["sellable_stock"]) > 0 for r in ask("sellable_stock", "day", *before, product))
    assert per_day(ask, "order_amount", (found.last + 1, found.last + 7), product) > 0


def test_the_checkout_is_broken_on_one_device_for_some_hours(past: Past, ask: Asked) -> None:
    found = incident(past, "checkout_broken")
    within, before = spans(found)
    broken = range(*found.hours)

    def paid_share(span: tuple[int, int]) -> float:
        rows = [r for r in ask("order_amount,paid_amount", "hour_of_day", *span) if int(r["hour_of_day"]) in broken]
        return total(rows, "paid_amount") / total(rows, "order_amount")

    assert paid_share(within) < 0.6 * paid_share(before)
    assert paid_share((found.last + 1, found.last + 5)) > 0.9 * paid_share(before)
    assert per_day(ask, "views", within, "device=phone") > 0.7 * per_day(ask, "views", before, "device=phone")

    def bought(index: int, device: str) -> float:
        table = past.facts(index, BEGINNING, END)["traffic_hourly"]
        rows = [r for r in table.to_pylist() if r["device"] == device and (r["hour"].hour + 8) % 24 in broken]
        return total(rows, "purchases") / total(rows, "checkouts")

    assert bought(found.first, "phone") < 0.5 * bought(found.first - 1, "phone")
    assert bought(found.first, "desktop") > 0.7 * bought(found.first - 1, "desktop")


def test_a_competitor_undercuts_one_product_and_its_units_fall(past: Past, ask: Asked) -> None:
    found = incident(past, "price_cut")
    within, before = spans(found)
    product = f"product={past.world.catalogue.ids[found.product or 0]}"
    assert per_day(ask, "units", within, product) < 0.75 * per_day(ask, "units", before, product)

    def price(span: tuple[int, int]) -> list[float]:
        return [
            float(r["competitor_price"])
            for r in ask("competitor_price", "competitor,day", *span, product, "competitor=云岭坊")
        ]

    assert max(price(within)) < 0.8 * min(price(before))
    assert min(price((found.last + 1, found.last + 5))) > 1.2 * max(price(within))


def test_a_faulty_batch_is_sent_back_for_its_quality_and_reviewed_badly(past: Past, ask: Asked) -> None:
    found = incident(past, "faulty_batch")
    within, before = (found.first + 2, found.last + 7), (found.first - 14, found.first - 1)
    product = f"product={past.world.catalogue.ids[found.product or 0]}"
    quality = per_day(ask, "refund_amount", within, product, "refund_reason=quality")
    assert quality > 4 * per_day(ask, "refund_amount", before, product, "refund_reason=quality")
    assert quality > 0.5 * per_day(ask, "refund_amount", within, product)
    ratings = ask("rating,reviews", "batch", *within, product)
    bad = next(r for r in ratings if r["batch"] == "B-2209")
    assert float(bad["rating"]) < 3.2
    assert float(bad["reviews"]) > 5
    assert total(ask("rating", "", *before, product), "rating") > 3.8
    assert total(ask("mentions", "", *within, product, "sentiment=negative"), "mentions") > 15


def test_a_platform_s_advertising_stops_and_its_visits_and_orders_fall(past: Past, ask: Asked) -> None:
    found = incident(past, "ads_off")
    within, before = spans(found)
    channel = f"channel={found.channel}"
    assert per_day(ask, "ad_spend", within, channel) == 0
    assert per_day(ask, "ad_spend", before, channel) > 100
    for metric in ("visitors", "order_amount"):
        hit, other = (
            total(ask(metric, "day", *within, f"channel={c}"), metric)
            / total(ask(metric, "day", *before, f"channel={c}"), metric)
            for c in (found.channel, "tmall")
        )
        assert hit < 0.8 * other, metric


def test_a_source_is_silent_for_hours_while_its_orders_go_on(past: Past, ask: Asked) -> None:
    found = incident(past, "source_silent")
    views = {
        int(r["hour_of_day"]): float(r["views"])
        for r in ask("views", "hour_of_day", found.first, found.last, f"channel={found.channel}")
    }
    missing = set(range(24)) - {hour for hour, count in views.items() if count}
    assert missing == set(range(*found.hours))
    orders = {
        int(r["hour_of_day"]) for r in ask("orders", "hour_of_day", found.first, found.last, f"channel={found.channel}")
    }
    assert orders & missing
