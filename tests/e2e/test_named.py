"""Who is named in a comment finds it on a page of their own, and the way from there to the tile."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.test_people import invited

pytestmark = pytest.mark.e2e
Visit = Callable[..., Any]
WORDS = {"zh-CN": ("提到我的", "评论"), "en": ("Where I was named", "Comment")}


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_a_person_named_in_a_comment_finds_it_and_is_led_to_the_tile(
    visit: Visit, language: str, axe: Callable[[Page], list[str]]
) -> None:
    title, label = WORDS[language]
    boss = visit(language=language).sign_in("/people")
    name = f"mei-{language.lower()}"
    mei = invited(visit, boss, name, language=language)
    home = mei.url.split("/", 3)
    home = f"{home[0]}//{home[2]}"
    mei.goto(f"{home}/named")
    expect(mei.get_by_role("heading", name=title, exact=True)).to_be_visible()
    expect(mei.locator("[data-where]")).to_have_count(0)
    text = f"<img src=x onerror=alert(1)> @{name} {language}"
    boss.goto(f"{home}/boards/sales?time=last-30d&tile=trend")
    boss.get_by_role("textbox", name=label, exact=True).fill(text)
    boss.locator("[data-send]").click()
    expect(boss.locator("[data-talk] li").filter(has_text=name)).to_have_count(1)
    mei.reload()
    said = mei.locator(".named li").filter(has_text=name)
    expect(said).to_have_count(1)
    expect(said.locator("img")).to_have_count(0)
    assert axe(mei) == []
    said.locator("[data-where]").click()
    expect(mei.locator("[data-talk=trend] li").filter(has_text=name)).to_have_count(1)
