"""A board's settings in a real browser: lists, labels, own fields, archive; a board from a file; cards as a table."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.test_kanban import made

pytestmark = pytest.mark.e2e
Visit = Callable[..., Any]


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_lists_and_own_fields_are_set_and_used(visit: Visit, language: str) -> None:
    page: Page = made(visit, language)
    before = page.locator(".klist").count()
    page.locator("[data-kanban-settings]").click()
    dialog = page.get_by_role("dialog")
    dialog.locator(".kset").nth(0).locator("button.btn").click()
    dialog.locator(".kset").nth(0).locator(".kline").last.locator("input").first.fill("<b>Extra</b>")
    dialog.locator(".kset").nth(2).locator("button.btn").click()
    field = dialog.locator(".kset").nth(2).locator(".kline").last
    field.locator("input").first.fill("Cost")
    field.locator("select").select_option("number")
    dialog.locator("button[type=submit]").click()
    expect(page.locator(".klist")).to_have_count(before + 1)
    expect(page.locator(".klist h2").last).to_contain_text("<b>Extra</b>")
    page.locator(".kopen").first.click()
    drawer = page.locator(".kdrawer")
    drawer.get_by_label("Cost").fill("12.5")
    drawer.get_by_label("Cost").press("Enter")
    drawer.get_by_role("button", name={"en": "Close", "zh-CN": "关闭"}[language]).click()
    page.locator(".ktools .seg button, .ktools [role=radio]").last.click()
    expect(page.locator(".ktable")).to_contain_text("12.5")


def test_a_board_comes_from_a_file_and_goes_into_the_archive(visit: Visit) -> None:
    page: Page = visit(language="en").sign_in("/tasks")
    file = {
        "name": "From elsewhere", "lists": [{"id": "a", "name": "To do", "pos": 1}], "labels": [],
        "cards": [{"id": "1", "name": "One <i>", "idList": "a", "pos": 1}], "actions": [{"type": "commentCard"}],
    }  # fmt: skip
    page.locator("[data-bring-board]").set_input_files(
        files=[{"name": "board.json", "mimeType": "application/json", "buffer": json.dumps(file).encode()}]
    )
    page.locator(".kbring button[type=submit]").click()
    expect(page.locator(".kbring [role=status]")).to_contain_text("comments 1")
    page.locator(".kbring [role=status] a").click()
    expect(page.locator(".kname")).to_have_text("One <i>")
    page.locator("[data-kanban-settings]").click()
    page.get_by_role("dialog").get_by_role("button", name="Archive board").click()
    page.locator(".karch summary").click()
    page.locator(".karch a").first.click()
    page.locator(".knotice button").click()
    expect(page.locator("[data-kanban-settings]")).to_be_visible()
