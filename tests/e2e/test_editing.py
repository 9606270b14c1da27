"""A board of one's own: a tile built, moved, undone, saved; two browsers on one board; the shelf."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.e2e
Visit = Callable[..., Any]


def new_board(visit: Visit, language: str = "zh-CN") -> Page:
    page = visit(language=language).sign_in("/boards")
    page.locator("[data-new]").click()
    page.locator("[data-add]").wait_for()
    return page


def place(page: Page, tile: str) -> tuple[int, int]:
    box = page.locator(f"[data-frame={tile}]").bounding_box()
    assert box is not None
    return round(box["x"]), round(box["y"])


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_a_tile_is_built_with_a_live_preview_undone_redone_and_saved(
    visit: Visit, axe: Callable[[Page], list[str]], language: str
) -> None:
    page = new_board(visit, language)
    page.locator("[data-add]").click()
    tile = page.locator("[data-tile=tile]")
    expect(tile).to_have_attribute("data-state", "ok", timeout=20_000)
    page.locator("[data-by]").select_option("channel")
    expect(tile).to_have_attribute("data-kind", "bars")
    expect(tile).to_contain_text("天猫" if language == "zh-CN" else "Tmall", timeout=20_000)
    page.locator("[data-metric]").fill("orders")
    page.locator("[role=option]").first.wait_for()
    page.locator("[data-tile-title]").fill("渠道")
    assert axe(page) == []
    page.locator("[data-frame=tile]").focus()
    before = place(page, "tile")
    page.keyboard.press("ArrowRight")
    assert place(page, "tile")[0] > before[0]
    page.keyboard.press("Control+z")
    assert place(page, "tile") == before
    page.keyboard.press("Control+Shift+z")
    assert place(page, "tile")[0] > before[0]
    page.locator("[data-save]").click()
    page.locator("[data-edit]").wait_for()
    expect(page.locator("[data-tile=tile]")).to_contain_text("渠道", timeout=20_000)
    assert "edit" not in page.url


def test_a_tile_is_dragged_and_resized_and_pushes_others_down(visit: Visit) -> None:
    page = new_board(visit)
    for _ in range(2):
        page.locator("[data-add]").click()
    page.locator("[data-frame=tile-2]").wait_for()
    first, second = place(page, "tile"), place(page, "tile-2")
    page.locator("[data-frame=tile-2] .cover").hover()
    page.mouse.down()
    page.mouse.move(second[0] + 200, first[1] + 60, steps=6)
    page.mouse.up()
    page.mouse.move(0, 0)
    assert place(page, "tile-2")[1] < second[1]
    boxes = [page.locator(f"[data-frame={name}]").bounding_box() for name in ("tile", "tile-2")]
    one, other = boxes
    assert one is not None
    assert other is not None
    apart = one["y"] + one["height"] <= other["y"] + 1 or other["y"] + other["height"] <= one["y"] + 1
    beside = one["x"] + one["width"] <= other["x"] + 1 or other["x"] + other["width"] <= one["x"] + 1
    assert apart or beside


def test_two_who_edit_one_board_see_each_other_and_both_changes_stand(visit: Visit) -> None:
    page = new_board(visit)
    page.locator("[data-add]").click()
    page.locator("[data-save]").click()
    page.locator("[data-edit]").wait_for()
    address = page.url
    first, second = visit(), visit()
    pages = [
        first.sign_in(address.removeprefix(first.shop.url) + "?edit=1"),
        second.sign_in(address.removeprefix(first.shop.url) + "?edit=1"),
    ]
    for each in pages:
        each.locator("[data-add]").wait_for()
    expect(pages[0].locator(".edit-line [role=status]")).to_be_visible(timeout=20_000)
    pages[0].locator("[data-add]").click()
    pages[1].locator(".edit-line .field input").fill("一起改的看板")
    pages[0].locator("[data-save]").click()
    pages[0].locator("[data-edit]").wait_for()
    pages[1].locator("[data-save]").click()
    pages[1].locator("[data-edit]").wait_for()
    expect(pages[1].locator("h1")).to_have_text("一起改的看板")
    expect(pages[1].locator("[data-tile=tile-2]")).to_be_visible()


def test_one_tile_changed_by_both_is_shown_and_not_overwritten(visit: Visit) -> None:
    page = new_board(visit)
    page.locator("[data-add]").click()
    page.locator("[data-save]").click()
    page.locator("[data-edit]").wait_for()
    address = page.url
    people = [visit(), visit()]
    pages = [each.sign_in(address.removeprefix(each.shop.url) + "?edit=1") for each in people]
    for name, each in zip(("甲的", "乙的"), pages, strict=True):
        each.locator("[data-frame=tile] .cover").click()
        each.locator("[data-tile-title]").fill(name)
    pages[0].locator("[data-save]").click()
    pages[0].locator("[data-edit]").wait_for()
    pages[1].locator("[data-save]").click()
    dialog = pages[1].locator("[role=dialog]")
    expect(dialog).to_be_visible()
    dialog.locator(".btn.pri").click()
    expect(pages[1].locator("[data-tile=tile]")).to_contain_text("乙的", timeout=20_000)
    pages[0].reload()
    expect(pages[0].locator("[data-tile=tile]")).to_contain_text("甲的", timeout=20_000)


def test_boards_are_kept_at_hand_put_away_and_found_again(visit: Visit) -> None:
    page = new_board(visit)
    page.locator(".edit-line .field input").fill("清仓专用")
    page.locator("[data-add]").click()
    page.locator("[data-save]").click()
    page.locator("[data-edit]").wait_for()
    page.goto(page.url.split("/boards")[0] + "/boards")
    card = page.locator(".board-cards li").filter(has_text="清仓专用")
    card.locator(".star").click()
    expect(card.locator(".star.on")).to_be_visible()
    expect(page.locator(".shelf").first).to_contain_text("清仓专用")
    card.locator("[aria-haspopup=menu]").click()
    page.get_by_role("menuitem", name="归档").click()
    expect(card).to_have_count(0)
    page.locator(".pill[aria-pressed]").click()
    expect(card).to_be_visible()
