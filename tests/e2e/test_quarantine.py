"""Rows that could not be used, mended in the table and replayed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Shop

pytestmark = pytest.mark.e2e
HEADER = "订单编号,总金额,买家实际支付金额,收货地址 ,订单创建时间,订单付款时间 ,退款金额\n"


def brought(shop: Shop, place: Path, name: str, *amounts: str) -> None:
    """Import a Tmall order file with these paid amounts."""
    rows = [
        f"{abs(hash((name, n))) % 10**9},30.00,{amount},浙江省,2026-02-0{n + 1} 10:00:00,2026-02-0{n + 1} 10:00:00,0.00\n"
        for n, amount in enumerate(amounts)
    ]
    file = place / f"{name}.csv"
    file.write_bytes((HEADER + "".join(rows)).encode("gb18030"))
    shop.command("import", str(file), "--workspace", str(shop.root), "--yes")


@pytest.mark.parametrize(
    ("language", "theme", "width"), [("zh-CN", "light", 1440), ("en", "dark", 1440), ("zh-CN", "dark", 390)]
)
def test_a_row_is_mended_in_the_table_and_what_is_still_wrong_waits(
    visit: Callable[..., Any],
    shop: Shop,
    axe: Callable[[Page], list[str]],
    tmp_path: Path,
    language: str,
    theme: str,
    width: int,
) -> None:
    name = f"orders-{language}-{width}"
    brought(shop, tmp_path, name, "20.00", "twenty", "thirty", "21.00")
    page = visit(language=language, theme=theme, width=width).sign_in("/data/quarantine")
    page.locator(".mend-which select option", has_text=name).wait_for(state="attached")
    number = page.locator(".mend-which select option", has_text=name).get_attribute("value")
    page.locator(".mend-which select").select_option(number)
    cells = page.locator("[data-cell=买家实际支付金额]")
    expect(cells).to_have_count(2)
    expect(cells.first).to_have_value("twenty")
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    cells.first.fill("22.00")
    cells.nth(1).fill("still none")
    page.locator("[data-replay]").click()
    expect(cells).to_have_count(1, timeout=30_000)
    expect(cells.first).to_have_value("still none")  # what was typed is not lost
    cells.first.fill("23.00")
    page.locator("[data-replay]").click()
    expect(cells).to_have_count(0, timeout=30_000)
    held = json.loads(
        shop.command("quarantine", "list", "--json", "--import", str(number), "--workspace", str(shop.root))
    )
    assert {row["state"] for row in held["rows"]} == {"replayed"}
    (book,) = [
        b
        for b in json.loads(shop.command("imports", "list", "--json", "--workspace", str(shop.root)))
        if b["import_id"] == number
    ]
    assert book["received"] == 4 == book["loaded"] + book["duplicates"] + book["superseded"] + book["quarantined"]
    assert axe(page) == []
