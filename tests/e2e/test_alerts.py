"""A rule is made in the browser, fires as orders come, and is explained and dealt with by people."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Visitor, order

pytestmark = pytest.mark.e2e
SAID = {"zh-CN": ("退款太多", "退款金额", "在哪里"), "en": ("Refunds are high", "Refund amount", "Where")}
ARCHIVE = """async () => {
  const { csrf } = await (await fetch("/api/v1/session")).json();
  const { rules } = await (await fetch("/api/v1/alerts/rules")).json();
  for (const { rule } of rules)
    await fetch(`/api/v1/alerts/rules/${rule.id}`, {
      method: "PATCH",
      headers: { "X-Castanea-CSRF": csrf, "Content-Type": "application/json" },
      body: JSON.stringify({ base: rule.version, archived: true }),
    });
}"""


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_a_rule_is_made_fires_is_explained_and_acknowledged(
    visit: Callable[..., Visitor], axe: Callable[[Page], list[str]], language: str
) -> None:
    title, metric, where = SAID[language]
    visitor = visit(language=language)
    page = visitor.sign_in("/alerts")
    expect(page.locator("[data-ready=orders_silent]")).to_be_visible(timeout=20_000)
    assert axe(page) == []
    page.locator("[data-new-rule]").click()
    page.locator("[data-metric]").fill(metric)
    page.locator(".found [role=option]").first.click()
    page.get_by_role("dialog").get_by_role("radio").nth(1).click()  # above
    page.locator("[data-limit]").fill("500")
    page.locator("[data-title]").fill(title)
    expect(page.locator("[data-fired]")).to_have_attribute("data-fired", re.compile(r"\d+"), timeout=20_000)
    assert axe(page) == []
    page.locator("[data-save]").click()
    card = page.locator("[data-alert]")
    expect(card).to_have_count(0)
    now = datetime.now(UTC) - timedelta(seconds=2)
    sold = order(f"R{language}", "900.00", "jd", "广东", now)
    when = now.strftime("%Y-%m-%dT%H:%M:%SZ")
    refund = {
        "table": "refund",
        "kind": "refund_only",
        "refund_id": f"RF{language}",
        "order_id": f"R{language}",
        "refund_time": when,
        "amount": "900.00",
        "status": "succeeded",
    }
    visitor.shop.send([sold, refund])
    expect(card.first).to_be_visible(timeout=5_000)
    expect(card.first).to_contain_text("900")
    card.first.click()
    expect(page.locator("[data-part=where]")).to_contain_text(where)
    expect(page.locator("[data-part=why] [data-cause]").first).to_be_visible(timeout=10_000)
    page.locator("[data-acknowledge]").click()
    expect(page.locator("[data-acknowledge]")).to_have_count(0)
    page.locator("[data-comment]").fill("<img src=x onerror=alert(1)> 已联系客服")
    page.keyboard.press("Enter")
    expect(page.locator(".al-story")).to_contain_text("<img src=x onerror=alert(1)> 已联系客服")
    assert axe(page) == []
    page.evaluate(ARCHIVE)
    page.goto(f"{visitor.shop.url}/alerts")
    expect(page.locator("[data-ready=orders_silent]")).to_be_visible(timeout=20_000)
    expect(card).to_have_count(0)


def test_an_alert_is_told_on_a_phone_in_the_dark(
    visit: Callable[..., Visitor], axe: Callable[[Page], list[str]]
) -> None:
    page = visit(language="en", theme="dark", width=390, height=844).sign_in("/alerts")
    page.locator("[data-ready=orders_silent]").scroll_into_view_if_needed()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert axe(page) == []
