"""From a number that is off to a decision, its task, and the effect that was measured; in both languages."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Shop, Visitor, order

pytestmark = pytest.mark.e2e
DAYS, SINCE = 110, 12
FIRST = {"zh-CN": "不变", "en": "Do nothing"}


@pytest.fixture(scope="module")
def history(shop: Shop) -> Shop:
    """A hundred days of four channels that go alike, one of which sells half more since twelve days."""
    rng, now = random.Random(5), datetime.now(UTC)
    sent: list[dict[str, Any]] = []
    for day in range(1, DAYS):
        at = now - timedelta(days=day)
        week = 1.0 + 0.3 * (at.weekday() >= 5) + rng.gauss(0, 0.03)
        for channel in ("tmall", "jd", "douyin", "pdd"):
            lifted = 1.5 if channel == "jd" and day <= SINCE else 1.0
            amount = f"{1000 * week * lifted * (1 + rng.gauss(0, 0.02)):.2f}"
            sent.append(order(f"D{channel}{day}", amount, channel, "广东", at))
    for start in range(0, len(sent), 200):
        shop.send(sent[start : start + 200])
    return shop


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_a_question_is_decided_done_and_measured(
    history: Shop, visit: Callable[..., Visitor], axe: Callable[[Page], list[str]], language: str
) -> None:
    visitor = visit(language=language)
    page = visitor.sign_in("/decisions/new")
    page.locator("[data-question]").fill(f"京东涨价？{language} <img src=x onerror=alert(1)>")
    page.get_by_role("dialog").get_by_role(
        "button", name="渠道" if language == "zh-CN" else "Channel", exact=True
    ).click()
    member = page.locator(".tg-scope input")
    member.fill("jd")
    member.press("Enter")
    began = datetime.now(UTC) - timedelta(days=SINCE)
    page.locator("[data-begins]").fill(f"{began:%Y-%m-%d}")
    page.locator("[data-review]").fill(f"{datetime.now(UTC) + timedelta(days=20):%Y-%m-%d}")
    page.locator("[data-expected]").fill("8")
    assert axe(page) == []
    page.locator("[data-save]").click()
    expect(page.locator("[data-opened]")).to_have_attribute("data-state", "open")
    page.locator("[data-add-option]").click()
    page.locator("[data-option=title]").fill("涨 8%")
    page.locator("[data-option=effect]").fill("400")
    page.locator("[data-option=effect_lo]").fill("300")
    page.locator("[data-option=effect_hi]").fill("500")
    page.locator("[data-keep-option]").click()
    page.locator("[data-why]").fill("毛利太低")
    page.locator("[data-agree]").click()
    expect(page.locator(".dc-said")).to_contain_text("毛利太低")
    page.locator("[data-task]").fill("改价")
    page.locator("[data-add-task]").click()
    expect(page.locator(".dc-tasks")).to_contain_text("改价")
    expect(page.locator(f"[data-choose='{FIRST[language]}']")).to_be_visible()
    page.locator("[data-choose='涨 8%']").click()
    page.locator("[data-decide]").evaluate("button => Promise.all(button.getAnimations().map((each) => each.finished))")
    assert axe(page) == []
    page.locator("[data-decide]").click()
    page.locator("[data-reasons]").fill("对手也涨了")
    page.get_by_role("dialog").locator("[data-save]").click()
    page.locator("[data-begin]").click()
    expect(page.locator("[data-opened]")).to_have_attribute("data-state", "in_effect")
    expect(page.locator("[data-verdict]")).to_have_attribute("data-verdict", "worked", timeout=60_000)  # by itself
    assert axe(page) == []
    page.goto(f"{visitor.shop.url}/decisions")
    page.locator("[data-find]").fill(f"涨价？{language}")
    expect(page.locator("[data-decision]")).to_have_count(1)


def test_a_decision_reads_on_a_phone_in_the_dark(
    history: Shop, visit: Callable[..., Visitor], axe: Callable[[Page], list[str]]
) -> None:
    page = visit(language="en", theme="dark", width=390, height=844).sign_in("/decisions/new")
    page.locator("[data-question]").fill("Raise free shipping?")
    page.locator("[data-save]").click()
    page.locator("[data-opened]").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert axe(page) == []
