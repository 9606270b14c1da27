"""What has no file, typed and pasted in the browser: checked as it is typed, kept, corrected, taken back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.e2e
Visit = Callable[..., Any]
PASTE = """([cell, text]) => {
    const data = new DataTransfer();
    data.setData("text/plain", text);
    document.querySelector(cell).dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}));
}"""


def cell(page: Page, row: int, column: str) -> Any:
    return page.locator(f".grid-cells tbody tr:nth-child({row}) [data-column={column}]")


@pytest.mark.parametrize(
    ("language", "theme", "width"), [("zh-CN", "light", 1440), ("en", "dark", 1440), ("zh-CN", "dark", 390)]
)
def test_prices_are_pasted_mended_kept_corrected_and_taken_back(
    visit: Visit, axe: Callable[[Page], list[str]], language: str, theme: str, width: int
) -> None:
    page = visit(language=language, theme=theme, width=width).sign_in("/data/grids/competitor_price")
    rival = f"rival <img src=x onerror=alert(1)> {language} {width}"
    cell(page, 1, "competitor").wait_for()
    lines = (
        "竞争对手\t价格\t链接\t币种",
        f"{rival}\t19.9\thttps://a.example/1\tCNY",
        f"{rival}\tnineteen\thttps://a.example/2\tCNY",
    )
    page.evaluate(PASTE, ["#grid-0-0", "\n".join(lines)])
    expect(cell(page, 2, "price")).to_have_value("nineteen")
    expect(cell(page, 2, "price")).to_have_attribute("aria-invalid", "true")
    expect(page.locator(".grid-fault")).to_have_count(1)
    expect(page.locator("[data-keep]")).to_be_disabled()
    assert axe(page) == []
    cell(page, 2, "price").fill("21.5")
    expect(page.locator(".grid-fault")).to_have_count(0)
    page.locator("[data-keep]").click()
    standing = page.locator("[data-grid=standing]")
    rows = standing.locator("tbody tr", has_text=rival)
    expect(rows).to_have_count(2, timeout=30_000)
    assert axe(page) == []
    rows.filter(has_text="21.5").locator("button").click()
    price = page.locator(".grid-cells [data-column=price]").first
    expect(price).to_have_value("21.5")
    price.fill("22.5")
    expect(page.locator("[data-keep]")).to_be_enabled()
    page.locator("[data-keep]").click()
    expect(rows.filter(has_text="22.5")).to_have_count(1, timeout=30_000)
    expect(rows.filter(has_text="21.5")).to_have_count(0)
    page.locator(".grid-versions tbody tr").first.locator("button").click()
    expect(rows.filter(has_text="21.5")).to_have_count(1, timeout=30_000)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_grid_is_filled_by_keys_alone(visit: Visit) -> None:
    page = visit(language="en").sign_in("/data/grids/cost")
    cell(page, 1, "kind").focus()
    for text in ("goods", "freight", "packing", "other"):
        page.keyboard.type(text)
        page.keyboard.press("Enter")
    expect(cell(page, 4, "kind")).to_have_value("other")  # a row is made when the last one is left
    expect(cell(page, 1, "valid_from")).to_have_attribute("aria-invalid", "true")
    expect(page.locator(".grid-cells tbody tr").first.locator(".grid-fault")).to_have_text("This must be filled in")
