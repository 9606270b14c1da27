"""What an owner does with people, and what those people then see and may do."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pyotp
import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.e2e
Visit = Callable[..., Any]
WORDS = "kapo-tive-ruma-silo"


def invited(visit: Visit, boss: Page, name: str, role: str = "member", **more: Any) -> Page:
    """Invite somebody by a link, and let them accept it in a browser of their own."""
    boss.goto(boss.url.split("/", 3)[0] + "//" + boss.url.split("/")[2] + "/people")
    boss.locator(".page-head .btn.pri").click()
    boss.locator("[role=dialog] select").first.select_option(role)
    boss.locator("[role=dialog] button[type=submit]").click()
    link = boss.locator("[data-link]").input_value()
    assert "/invitation#" in link
    visitor = visit(**more)
    page = visitor.page
    page.goto(link)
    page.locator("#name").fill(name)
    page.locator("#passphrase").fill(WORDS)
    page.locator("button[type=submit]").click()
    page.locator(".top h1").wait_for()
    return page


@pytest.mark.parametrize(("language", "put_out"), [("zh-CN", "停用"), ("en", "Put out")])
def test_somebody_is_invited_by_a_link_and_put_out_while_they_watch(visit: Visit, language: str, put_out: str) -> None:
    boss = visit(language=language).sign_in("/people")
    name = f"lin-{language.lower()}"
    lin = invited(visit, boss, name, language=language)
    expect(lin.locator("[data-kind=hero] .key")).to_contain_text("¥")
    boss.goto(boss.url)
    boss.locator(".persons li", has_text=name).get_by_role("button").click()
    boss.get_by_role("button", name=put_out).click()
    boss.get_by_role("button", name=put_out).click()
    expect(boss.locator(".persons li.off", has_text=name)).to_be_visible()
    expect(lin.locator("#passphrase")).to_be_visible(timeout=5_000)


def test_a_viewer_is_shown_nothing_that_they_may_not_do(visit: Visit) -> None:
    boss = visit(language="en").sign_in("/people")
    page = invited(visit, boss, "only-looks", "viewer", language="en")
    expect(page.locator(".side .nav", has_text="Boards")).to_be_visible()
    for text in ("Data", "People"):
        expect(page.locator(".side .nav", has_text=text)).to_have_count(0)
    expect(page.locator("[data-share]")).to_have_count(0)


def test_a_wall_link_opens_one_board_without_sign_in_and_goes_dark_when_it_is_revoked(visit: Visit) -> None:
    boss = visit(language="en").sign_in("/people/walls")
    boss.locator(".walls form input").first.fill("Reception")
    boss.locator(".walls select").select_option("live-today")
    boss.locator(".walls button[type=submit]").click()
    link = boss.locator("[data-link]").input_value()
    screen = visit(width=1920, height=1080).page
    screen.goto(link)
    expect(screen.locator(".wall h1")).to_be_visible()
    expect(screen.locator("[data-kind=hero] .key")).to_contain_text("¥")
    screen.goto(screen.url.split("/boards")[0] + "/people")
    expect(screen.locator(".wall h1")).to_be_visible()
    row = boss.locator(".persons li", has_text="Reception").first
    row.get_by_role("button", name="Revoke").click()
    row.get_by_role("button", name="Revoke, screens go dark").click()
    expect(screen.locator(".wall")).to_have_count(0, timeout=5_000)


def test_a_second_factor_is_set_up_by_a_picture_and_asked_for_at_sign_in(visit: Visit) -> None:
    boss = visit(language="en").sign_in("/people")
    page = invited(visit, boss, "careful", language="en")
    page.goto(page.url.split("/boards")[0].rstrip("/") + "/account")
    page.get_by_role("button", name="Set up").click()
    expect(page.locator("svg.qr path")).to_have_attribute("d", re.compile(r"^M4 4h7v1h-7z"))
    secret = page.locator(".factor code").first.inner_text().replace(" ", "")
    page.locator("#new-code").fill(pyotp.TOTP(secret).now())
    page.locator(".factor form input[type=password]").fill(WORDS)
    page.get_by_role("button", name="Switch on").click()
    expect(page.locator("[data-codes] code")).to_have_count(8)
    codes = page.locator("[data-codes] code").all_inner_texts()
    page.get_by_role("button", name="I have kept them").click()
    page.get_by_role("button", name="Sign out", exact=True).first.click()
    page.locator("#name").fill("careful")
    page.locator("#passphrase").fill(WORDS)
    page.locator("button[type=submit]").click()
    page.locator("#code").fill(codes[0])
    page.locator("button[type=submit]").click()
    page.locator(".top h1").wait_for()
    expect(page.get_by_text("7 recovery codes left.")).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_the_pages_about_people_have_no_serious_fault_for_who_cannot_see_or_point(
    visit: Visit, axe: Any, theme: str, width: int
) -> None:
    page = visit(language="en", theme=theme, width=width, height=900).sign_in("/people")
    for path, mark in (
        ("/people", ".persons"),
        ("/people/teams", ".page-tile"),
        ("/people/walls", ".walls"),
        ("/account", ".parts-2"),
    ):
        page.goto(page.url.split("/", 3)[0] + "//" + page.url.split("/")[2] + path)
        page.locator(mark).first.wait_for()
        assert axe(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{path} is wider than {width}"
