"""Targets in a real browser: set one, see its pace, bring a file, see the target on a tile."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.e2e
Visit = Callable[..., Any]
FILE = "name,metric,period,value\nBroken,paid_amount,2026-13,1.2.3\n"


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_a_target_is_set_and_shows_its_pace(visit: Visit, language: str) -> None:
    page: Page = visit(language=language).sign_in("/targets")
    page.locator("[data-new-target]").click()
    page.locator("[data-name]").fill(f"Target <b>{language}</b>")
    page.locator("[data-metric]").fill("paid_amount")
    page.locator("[role=listbox] [role=option]").first.click()
    page.locator("[data-value-field]").fill("1.2.3")
    page.locator("[data-save]").click()
    expect(page.locator("form [role=alert]")).to_be_visible()
    page.locator("[data-value-field]").fill("5,000,000")
    page.locator("[data-save]").click()
    opened = page.locator("[data-opened]")
    expect(opened).to_be_visible()
    expect(opened.locator("h2")).to_have_text(f"Target <b>{language}</b>")
    expect(opened.locator(".tg-standing")).to_be_visible()
    opened.locator("summary").last.click()
    expect(opened.locator(".tg-history li")).to_have_count(1)


def test_a_file_with_a_fault_names_its_line_and_keeps_nothing(visit: Visit) -> None:
    page: Page = visit(language="en").sign_in("/targets")
    page.locator("[data-bring]").click()
    page.locator("[data-csv]").fill(FILE)
    page.locator("[data-keep]").click()
    expect(page.locator(".tg-faults li")).to_contain_text("Line 2")
    page.locator("[data-csv]").fill(FILE.replace("2026-13,1.2.3", "2026,900000"))
    page.locator("[data-keep]").click()
    expect(page.get_by_role("dialog").get_by_role("status")).to_contain_text("1 target")
    page.locator("[data-keep]").click()
    expect(page.get_by_role("dialog").get_by_role("status")).to_contain_text("1 new")
