"""Channels are added, tried, changed and taken away in the browser; a message's link acknowledges at one press, and not before."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.e2e.conftest import Visitor

pytestmark = pytest.mark.e2e
SAID = {
    "zh-CN": ("运营群", "企业微信机器人", "值班群", "确认", "已确认", "这个链接已无效"),
    "en": ("Operations", "WeCom robot", "On duty", "Acknowledge", "Acknowledged", "This link does nothing any more"),
}
ROBOT = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=0f0f-very-secret"


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_a_channel_is_added_tried_changed_and_removed_and_its_key_is_never_shown(
    visit: Callable[..., Visitor], axe: Callable[[Page], list[str]], language: str
) -> None:
    title, kind, other, *_ = SAID[language]
    page = visit(language=language).sign_in("/alerts")
    page.locator("[data-channels]").click()
    page.locator("[data-new-channel]").click()
    page.locator("[data-kind]").select_option("wecom")
    page.locator("[data-address]").fill(ROBOT)
    page.locator("[data-title]").fill(title)
    assert axe(page) == []
    page.locator("[data-save]").click()
    card = page.locator("[data-channel]").filter(has_text=title)
    expect(card).to_contain_text(kind)
    expect(card).to_contain_text("qyapi.weixin.qq.com")
    card.locator("[data-try]").click()
    expect(card.locator("[data-sent] [data-state]")).to_have_count(1)
    assert "very-secret" not in page.content()
    assert axe(page) == []
    card.locator("[data-edit]").click()
    page.locator("[data-title]").fill(other)
    page.locator("[data-save]").click()
    changed = page.locator("[data-channel]").filter(has_text=other)
    expect(changed).to_contain_text("qyapi.weixin.qq.com")
    if shots := os.environ.get("CASTANEA_TEST_SHOTS"):
        page.screenshot(path=str(Path(shots) / f"channels-{language}.png"))
    changed.locator("[data-remove]").click()
    changed.locator("[data-remove-sure]").click()
    expect(changed).to_have_count(0)


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_a_link_that_is_not_ours_says_so_and_leads_to_the_alerts(visit: Callable[..., Visitor], language: str) -> None:
    page = visit(language=language).open("/acknowledge#0123456789abcdef0123456789abcdef.00")
    expect(page.get_by_role("heading", name=SAID[language][5], exact=True)).to_be_visible()
    expect(page.locator("a[href='/alerts']")).to_be_visible()


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_a_link_is_looked_at_first_and_used_at_one_press(
    visit: Callable[..., Visitor], axe: Callable[[Page], list[str]], language: str
) -> None:
    """The server's part is in tests/api/test_channels.py."""
    *_, press, done, _ = SAID[language]
    used: list[str] = []
    visitor = visit(language=language, width=390, height=844, theme="dark")

    def answer(route: Route) -> None:
        if route.request.url.endswith("/use"):
            used.append(route.request.post_data_json["token"])
        told = {"titles": ["<b>库存</b> · 桂花乌龙"], "alerts": 1, "account": "owner"}
        route.fulfill(status=200, content_type="application/json", body=json.dumps(told))

    visitor.page.route("**/api/v1/alert-channels/links/*", answer)
    page = visitor.open("/acknowledge#token")
    expect(page.get_by_text("<b>库存</b> · 桂花乌龙", exact=True)).to_be_visible()
    assert used == []
    assert axe(page) == []
    if shots := os.environ.get("CASTANEA_TEST_SHOTS"):
        page.screenshot(path=str(Path(shots) / f"acknowledge-{language}.png"))
    page.get_by_role("button", name=press, exact=True).click()
    expect(page.get_by_role("heading", name=done, exact=True)).to_be_visible()
    assert used == ["token"]
