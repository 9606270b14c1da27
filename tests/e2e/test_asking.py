"""A sentence typed into the palette becomes a live chart that can be put on a board."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Visitor

pytestmark = pytest.mark.e2e
SAID = {
    "zh-CN": ("今天火星支付金额按渠道", "支付金额 · 按渠道 · 今天", "火星", "用一句话问", "抖音"),
    "en": (
        "paid amount by channel today on flurb",
        "Paid amount · by Channel · today",
        "flurb",
        "Ask in words",
        "Douyin",
    ),
}
REMOVE = """async (id) => {
  const { csrf } = await (await fetch("/api/v1/session")).json();
  return (await fetch(`/api/v1/boards/${id}`, { method: "DELETE", headers: { "X-Castanea-CSRF": csrf } })).status;
}"""


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_a_sentence_becomes_a_chart_and_a_tile(
    visit: Callable[..., Visitor], axe: Callable[[Page], list[str]], language: str
) -> None:
    sentence, understood, unknown, title, channel = SAID[language]
    page = visit(language=language).sign_in()
    page.keyboard.press("Control+k")
    page.get_by_role("combobox").fill(sentence)
    page.get_by_role("option").last.click()
    expect(page.get_by_role("heading", name=title)).to_be_visible(timeout=20_000)
    expect(page.locator("[data-understood]")).to_have_text(understood, timeout=20_000)
    expect(page.locator("main .banner")).to_contain_text(unknown)
    expect(page.locator("[data-tile=answer][data-state=ok]")).to_contain_text(channel, timeout=20_000)
    assert axe(page) == []
    page.locator("[data-keep]").click()
    page.get_by_role("menuitem").first.click()
    expect(page).to_have_url(re.compile(r"/boards/board.*edit=1"))
    expect(page.locator("[data-tile=answer]")).to_contain_text(channel)
    assert page.evaluate(REMOVE, re.split(r"[/?]", page.url)[4]) == 204


def test_a_sentence_without_a_number_says_what_to_name(visit: Callable[..., Visitor]) -> None:
    page = visit(language="zh-CN").sign_in("/ask")
    expect(page.locator(".ask-examples button").first).to_be_visible()
    page.locator("[data-sentence]").fill("你好")
    page.keyboard.press("Enter")
    expect(page.locator("main .banner[role=alert]")).to_contain_text("没有找到指标")
