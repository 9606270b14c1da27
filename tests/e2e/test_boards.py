"""What a shop owner does in a browser, on a whole server."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.e2e
Visit = Callable[..., Any]


def hero(page: Page) -> Any:
    return page.locator("[data-kind=hero] .key")


def figure(page: Page) -> float:
    return float(hero(page).get_attribute("data-value") or "nan")


def test_a_wrong_passphrase_is_said_and_the_right_one_opens_the_board(visit: Visit, shop: Any) -> None:
    visitor = visit()
    page = visitor.open()
    page.locator("#passphrase").fill("not-this-one")
    page.locator("button[type=submit]").click()
    expect(page.locator("[role=alert]")).to_be_visible()
    expect(page.locator("#passphrase")).to_have_value("not-this-one")
    page.locator("#passphrase").fill(shop.passphrase)
    page.locator("button[type=submit]").click()
    expect(page.locator("h1")).to_have_text("今日实时")
    expect(hero(page)).to_contain_text("¥")


def test_a_tile_changes_by_itself_after_an_order_was_sent(visit: Visit, shop: Any) -> None:
    page = visit().sign_in()
    expect(hero(page)).to_contain_text("¥")
    before = figure(page)
    shop.sell("500.00")
    expect(hero(page)).to_have_attribute("data-value", re.compile(rf"^{before + 500:g}$"))
    expect(page.locator("[data-kind=hero].washed, [data-kind=hero]")).to_be_visible()


def test_the_board_comes_back_by_itself_after_the_server_was_restarted(visit: Visit, shop: Any) -> None:
    page = visit().sign_in()
    expect(hero(page)).to_contain_text("¥")
    before = figure(page)
    shop.stop()
    expect(page.locator("[data-link=reconnecting]")).to_be_visible(timeout=20_000)
    assert figure(page) == before, "the last figures stay"
    shop.start()
    expect(page.locator("[data-link=open]")).to_be_visible(timeout=40_000)
    shop.sell("250.00")
    expect(hero(page)).to_have_attribute("data-value", re.compile(rf"^{before + 250:g}$"), timeout=20_000)


def test_all_tabs_of_a_browser_share_one_connection(visit: Visit, shop: Any) -> None:
    visitor = visit()
    first = visitor.sign_in()
    expect(hero(first)).to_contain_text("¥")
    others = [visitor.context.new_page() for _ in range(6)]
    for page in others:
        page.goto(shop.url + "/boards/live-today")
        expect(hero(page)).to_contain_text("¥")
    before = figure(first)
    shop.sell("10.00")
    for page in (first, *others):
        page.bring_to_front()
        expect(hero(page)).to_have_attribute("data-value", re.compile(rf"^{before + 10:g}$"))


@pytest.mark.parametrize(("language", "title"), [("zh-CN", "今日实时"), ("en", "Live today")])
def test_the_board_speaks_the_reader_s_language(visit: Visit, language: str, title: str) -> None:
    visitor = visit()
    page = visitor.open()
    page.get_by_role("radio", name="English" if language == "en" else "中文").click()
    visitor.sign_in()
    expect(page.locator("h1")).to_have_text(title)
    expect(page.locator("html")).to_have_attribute("lang", language)
    expect(hero(page)).to_contain_text("¥")
    text = page.locator(".top, .side, .foot, .th").all_inner_texts()
    if language == "en":
        assert not re.search("[\u4e00-\u9fff]", " ".join(text).replace("山野集", "")), text


def test_a_filter_and_a_comparison_stay_in_the_address(visit: Visit) -> None:
    page = visit().sign_in()
    expect(hero(page)).to_contain_text("¥")
    whole = figure(page)
    page.locator("[data-pill=channel]").click()
    page.get_by_role("checkbox", name="京东", exact=True).check()
    expect(page).to_have_url(re.compile("where=channel"))
    expect(hero(page)).not_to_have_attribute("data-value", f"{whole:g}")
    part = figure(page)
    assert 0 < part < whole
    page.keyboard.press("Escape")
    page.reload()
    expect(hero(page)).to_have_attribute("data-value", f"{part:g}")
    page.locator("[data-pill=compare]").click()
    page.get_by_role("menuitem", name="不比较").click()
    expect(page).to_have_url(re.compile("compare=none"))
    expect(page.locator("[data-kind=hero] .left .delta")).to_have_count(0)
    page.go_back()
    expect(page.locator("[data-kind=hero] .left .delta")).to_have_count(1)


def test_every_chart_has_a_table_that_the_keyboard_opens(visit: Visit) -> None:
    page = visit().sign_in("/boards/sales")
    tile = page.locator("[data-tile][data-state=ok]").nth(1)
    tile.focus()
    page.keyboard.press("t")
    expect(tile.locator("table")).to_be_visible()
    page.keyboard.press("t")
    expect(tile.locator("table.tbl:not(.fit)")).to_have_count(0)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_a_phone_shows_one_column_and_large_targets(visit: Visit) -> None:
    page = visit(width=390, height=844, has_touch=True, is_mobile=True, device_scale_factor=2).sign_in()
    expect(hero(page)).to_contain_text("¥")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing hangs out at the side"
    lefts = page.locator("[data-tile]").evaluate_all(
        "tiles => [...new Set(tiles.map(t => Math.round(t.getBoundingClientRect().left)))]"
    )
    assert len(lefts) == 1
    small = page.locator(".tabs a, .top button, .tile .icb").evaluate_all(
        "all => all.filter(e => e.checkVisibility()).map(e => e.getBoundingClientRect()).filter(b => b.width < 44 || b.height < 44).length"
    )
    assert small == 0


def test_the_wall_fits_the_screen_and_shows_the_time(visit: Visit) -> None:
    page = visit(theme="dark", width=1920, height=1080).sign_in("/boards/live-today?wall=1")
    expect(hero(page)).to_contain_text("¥")
    expect(page.locator(".clock")).to_have_text(re.compile(r"^\d\d:\d\d:\d\d$"))
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")
    sizes = page.evaluate(
        "[...document.querySelectorAll('.wall *')].filter(e => e.checkVisibility() && [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()))"
        ".filter(e => !e.closest('.sr')).map(e => parseFloat(getComputedStyle(e).fontSize))"
    )
    assert min(sizes) >= 22
    page.keyboard.press("Escape")
    expect(page).not_to_have_url(re.compile("wall=1"))


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/boards/live-today", "/boards/sales", "/data", "/data/keys", "/glossary"])
def test_axe_finds_nothing_serious(visit: Visit, axe: Callable[[Page], list[str]], path: str, theme: str) -> None:
    page = visit(theme=theme).sign_in(path)
    if "boards" in path:
        expect(page.locator("[data-tile][data-state=loading]")).to_have_count(0)
    assert axe(page) == []


def test_axe_finds_nothing_serious_at_the_gate(visit: Visit, axe: Callable[[Page], list[str]]) -> None:
    page = visit().open()
    expect(page.locator("#passphrase")).to_be_visible()
    assert axe(page) == []


def test_a_write_key_is_shown_once_and_can_be_revoked(visit: Visit) -> None:
    page = visit(language="en").sign_in("/data/keys")
    page.get_by_label("Name", exact=True).fill("till 3")
    page.get_by_role("button", name="New key").click()
    expect(page.locator(".token code")).to_have_text(re.compile(r"^cwk_"))
    page.reload()
    expect(page.locator(".token")).to_have_count(0)
    row = page.locator("tr", has_text="till 3")
    row.get_by_role("button", name="Revoke").click()
    page.get_by_role("dialog").get_by_role("button", name="Revoke").click()
    expect(row).to_contain_text("Revoked")


def test_signing_out_ends_the_board(visit: Visit) -> None:
    page = visit(language="en").sign_in()
    page.locator(
        "[data-tile]"
    ).first.wait_for()  # the top line of the page that was still loading is gone then, and its menu
    page.locator("[data-settings]").click()
    page.get_by_role("button", name=re.compile("Sign out")).click()
    expect(page.locator("#passphrase")).to_be_visible()
    page.reload()
    expect(page.locator("#passphrase")).to_be_visible()
