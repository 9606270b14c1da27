"""Figures that must not count the same thing twice: spend by attribution window, buyers new and returning, visits."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from castanea.contracts.query import TimeRange
from tests.semantics.small_shop import Row, person
from tests.semantics.test_planner_answers import desk_of, sale, shop_of


def test_ad_spend_reported_once_per_attribution_window_counts_once() -> None:
    day = date(2026, 11, 1)
    common = {"day": day, "platform": "万相台", "currency": "CNY"}
    early, late = datetime(2026, 11, 1, 16, tzinfo=UTC), datetime(2026, 11, 2, 16, tzinfo=UTC)

    def row(plan: str, window: str, spend: int, clicks: int, version: datetime, **more: Any) -> Row:
        return {
            **common,
            "plan_id": plan,
            "attribution": window,
            "spend": Decimal(spend),
            "clicks": clicks,
            "impressions": 10,
            "_version": version,
            **more,
        }

    rows = [
        row("a", "1d", 100, 5, early, keyword="茶"), row("a", "1d", 50, 3, early, keyword="壶"),
        row("a", "15d", 100, 5, late, keyword="茶"), row("a", "15d", 50, 3, late, keyword="壶"),
        row("b", "7d", 30, 2, early),
    ]  # fmt: skip
    desk = desk_of({"ad_spend": rows})
    said = desk.ask("ad_spend", "clicks", "impressions").rows[0]
    assert (said["ad_spend"], said["clicks"], said["impressions"]) == ("180.0000", 10, 30)
    by_window = desk.ask("ad_spend", by=("attribution",)).rows
    assert {r["attribution"]: r["ad_spend"] for r in by_window if r["ad_spend"] is not None} == {
        "15d": "150.0000",
        "7d": "30.0000",
    }


def test_buyers_are_new_or_returning_and_sessions_are_different_visits() -> None:
    first, again = datetime(2026, 10, 5, 4, tzinfo=UTC), datetime(2026, 10, 25, 4, tzinfo=UTC)
    sales = [sale(1, first, "10", buyer=1), sale(2, again, "10", buyer=1), sale(3, again, "10", buyer=2)]
    visits = [
        {"event_id": str(n), "time": again, "event": event, "visitor_id": person(who), "session_id": visit}
        for n, (event, who, visit) in enumerate(
            [("page_view", 1, "a"), ("checkout", 1, "b"), ("page_view", 2, "c"), ("page_view", 2, "c"), ("page_view", 3, None)]
        )
    ]  # fmt: skip
    desk = desk_of(shop_of(sales, web_event=visits))
    said = desk.ask(
        "buyers",
        "new_buyers",
        "returning_buyers",
        "new_buyer_share",
        "sessions",
        "checkout_rate",
        time=TimeRange(since=date(2026, 10, 20), until=date(2026, 10, 31)),
    ).rows[0]
    assert (said["buyers"], said["new_buyers"], said["returning_buyers"], said["new_buyer_share"]) == (
        2,
        1,
        1,
        "0.500000",
    )
    assert (said["sessions"], said["checkout_rate"]) == (3, "0.333333")
