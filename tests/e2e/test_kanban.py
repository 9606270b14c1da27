"""Two people on one kanban board: what one does the other sees; by mouse, by keys, and when both change the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.e2e
Visit = Callable[..., Any]


def made(visit: Visit, language: str = "en", **more: Any) -> Page:
    page: Page = visit(language=language, **more).sign_in("/tasks")
    page.locator("form.form input").fill("Winter <img src=x onerror=alert(1)>")
    page.locator("form.form select").select_option("festival")
    page.locator("form.form button[type=submit]").click()
    expect(page.locator(".klist").first.locator(".kcard")).to_have_count(6)
    return page


def column(page: Page, number: int) -> Any:
    return page.locator(".klist").nth(number)


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_a_card_moved_by_keys_or_by_mouse_moves_for_the_other_too(visit: Visit, language: str) -> None:
    one = made(visit, language)
    other = visit(language=language).sign_in("/tasks/" + one.url.rsplit("/", 1)[1])
    expect(column(other, 0).locator(".kcard")).to_have_count(6)
    column(one, 0).locator(".kopen").first.focus()
    one.keyboard.press("m")
    one.locator(".kplaces button").nth(1).click()
    expect(column(other, 1).locator(".kcard")).to_have_count(1)
    card, place = column(one, 0).locator(".kcard").first.bounding_box(), column(one, 2).bounding_box()
    assert card is not None
    assert place is not None
    one.mouse.move(card["x"] + 60, card["y"] + 14)
    one.mouse.down()
    one.mouse.move(card["x"] + 120, card["y"] + 60, steps=4)
    one.mouse.move(place["x"] + 90, place["y"] + 160, steps=8)
    one.mouse.up()
    expect(column(other, 2).locator(".kcard")).to_have_count(1)
    expect(column(one, 2).locator(".kcard")).to_have_count(1)


def test_what_both_change_is_shown_and_not_overwritten(visit: Visit) -> None:
    one = made(visit)
    other = visit(language="en").sign_in("/tasks/" + one.url.rsplit("/", 1)[1])
    for page in (one, other):
        column(page, 0).locator(".kopen").first.click()
    mine, theirs = one.get_by_label("Title", exact=True), other.get_by_label("Title", exact=True)
    mine.fill("Mine")
    theirs.fill("Theirs")
    theirs.press("Enter")
    expect(column(one, 0).locator(".kname").first).to_have_text("Theirs")
    mine.press("Enter")
    expect(one.locator(".knotice")).to_contain_text("changed the same part")
    expect(mine).to_have_value("Mine")  # what was typed is not lost either
    expect(column(other, 0).locator(".kname").first).to_have_text("Theirs")


def test_markdown_is_shown_without_what_could_run(visit: Visit) -> None:
    page = made(visit)
    column(page, 0).locator(".kopen").first.click()
    page.get_by_label("Write a comment, @ to name someone", exact=True).first.fill(
        "**bold** <script>alert(1)</script> [x](javascript:alert(1))"
    )
    page.keyboard.press("Enter")
    said = page.locator(".ksaid")
    expect(said.locator("strong")).to_have_text("bold")
    expect(said).to_contain_text("<script>")
    expect(said.locator("script, [href^=javascript]")).to_have_count(0)
