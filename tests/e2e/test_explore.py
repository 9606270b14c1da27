"""From a number on a board down to the rows behind it, and from a bar to the whole board."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Visitor

pytestmark = pytest.mark.e2e
OPEN = "/explore?metric=paid_amount&by=channel&board=sales&time=today&compare=none"
WORDS = {"zh-CN": ("销售经营", "支付金额", "渠道：抖音"), "en": ("Sales", "Paid amount", "Channel: Douyin")}


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_a_bar_is_followed_down_to_its_rows_and_back(
    visit: Callable[..., Visitor], axe: Callable[[Page], list[str]], language: str
) -> None:
    page = visit(language=language).sign_in(OPEN)
    board, metric, step = WORDS[language]
    expect(page.locator("[data-tile=answer][data-state=ok]")).to_be_visible(timeout=20_000)
    page.locator("[data-pick=douyin]").click()
    expect(page.locator("[data-trail] [aria-current]")).to_have_text(step)
    expect(page).to_have_url(re.compile(r"where=channel%3Adouyin"))
    page.locator("[data-show-rows]").click()
    rows = page.locator("[data-rows] tbody tr")
    expect(rows.first).to_be_visible(timeout=20_000)
    assert int(page.locator("[data-rows]").get_attribute("data-rows") or 0) >= rows.count() > 0
    with page.expect_download() as kept:
        page.locator("[data-save-rows]").click()
    assert kept.value.suggested_filename == "castanea-paid_amount-rows.csv"
    assert axe(page) == []
    page.locator("[data-trail]").get_by_role("link", name=metric).click()
    expect(page.locator("[data-pick]").first).to_be_visible(timeout=20_000)
    expect(page.locator("[data-trail] [aria-current]")).to_have_text(metric)
    page.locator("[data-trail]").get_by_role("link", name=board).click()
    expect(page).to_have_url(re.compile(r"/boards/sales$"))


def test_a_press_on_a_bar_filters_the_board_and_the_link_says_so(visit: Callable[..., Visitor]) -> None:
    page = visit(language="en").sign_in("/boards/sales?time=today")
    page.locator("[data-pick]").first.click(timeout=20_000)
    expect(page).to_have_url(re.compile(r"where=channel%3A"))
    expect(page.locator("[data-pill=channel].on")).to_be_visible()
    page.locator("[data-pick]").first.press("Enter")
    expect(page).not_to_have_url(re.compile(r"where="))


def test_a_tile_s_menu_leads_to_its_number(visit: Callable[..., Visitor]) -> None:
    page = visit(language="zh-CN").sign_in("/boards/sales?time=today")
    tile = page.locator("[data-tile][data-kind=bars][data-state=ok]").first
    tile.get_by_role("button", name="更多").click(timeout=20_000)
    page.locator("[data-explore]").first.click()
    expect(page).to_have_url(re.compile(r"/explore\?metric="))
    expect(page.locator("[data-tile=answer][data-state=ok]")).to_be_visible(timeout=20_000)


def test_a_board_says_what_changed_or_that_nothing_can_be_told_yet(visit: Callable[..., Visitor]) -> None:
    page = visit(language="en").sign_in("/boards/sales")
    told = page.evaluate("async () => (await fetch('/api/v1/boards/sales/changes')).json()")
    assert told["state"] in ("ok", "not_enough")
    assert len(told["things"]) <= 3
    if told["state"] == "ok":
        expect(page.locator("[data-changes]")).to_be_visible(timeout=20_000)
    else:
        expect(page.locator("[data-tile][data-state=ok]").first).to_be_visible(timeout=20_000)
        expect(page.locator("[data-changes]")).to_have_count(0)
