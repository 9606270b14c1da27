"""People talk about a tile: the days are marked on its chart, the other sees it, and a card made of it leads back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.e2e
Visit = Callable[..., Any]
BOARD = "/boards/sales?time=last-30d"


def menu(page: Page, entry: str) -> None:
    page.locator(
        "[data-tile=trend] .chart[data-ready=true]"
    ).wait_for()  # a tile that is still being filled closes its menu
    page.locator("[data-tile=trend] [aria-haspopup=menu]").click()
    page.locator(entry).click()


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_a_comment_on_some_days_is_marked_on_the_chart_for_the_other_too(visit: Visit, language: str) -> None:
    one, other = visit(language=language).sign_in(BOARD), visit(language=language).sign_in(BOARD)
    text = f"<img src=x onerror=alert(1)> {language}"
    menu(one, "[data-talk-open]")
    one.locator("[data-say]").fill(text)
    today = datetime.now(UTC).date()
    one.locator("[data-since]").fill((today - timedelta(days=40)).isoformat())
    one.locator("[data-talk] input[type=date]").nth(1).fill((today + timedelta(days=1)).isoformat())
    one.locator("[data-send]").click()
    expect(one.locator("[data-talk] li").filter(has_text=text)).to_have_count(1)
    mark = other.locator("[data-tile=trend] .chart-mark").filter(has=other.locator("i"))
    mark.first.wait_for(timeout=20_000)
    mark.first.click()
    expect(other.locator("[data-talk] li").filter(has_text=text)).to_have_count(1)
    expect(other.locator("[data-talk] img")).to_have_count(0)


def test_a_card_made_of_a_tile_leads_back_to_it(visit: Visit) -> None:
    page: Page = visit(language="en").sign_in("/tasks")
    page.locator("form.form input").fill("Follow up")
    page.locator("form.form button[type=submit]").click()
    page.locator(".klist").first.wait_for()
    page.goto(page.url.split("/tasks")[0] + BOARD)
    menu(page, "[data-card-open]")
    page.locator("[data-card-name]").fill("Look into the trend")
    page.locator("[data-make-card]").click()
    page.locator("[data-to-card]").click()
    page.locator(".kdrawer a").filter(has_text="◆").click()
    expect(page.locator("[data-talk=trend] li").filter(has_text="Look into the trend")).to_have_count(1)
