"""From an empty workspace to a board: a platform's export dropped into the browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import ROOT, Shop, free_port

pytestmark = pytest.mark.e2e
HEADER = "订单编号,总金额,买家实际支付金额,收货地址 ,订单创建时间,订单付款时间 ,退款金额\n"


def orders(count: int) -> bytes:
    """A Tmall summary in GB18030: `count` orders of the last days, each paid 20.00."""
    now = datetime.now(ZoneInfo("Asia/Shanghai")) - timedelta(hours=30)
    rows = []
    for number in range(count):
        at = now - timedelta(minutes=7 * number)
        rows.append(f"{10_000 + number},21.00,20.00,浙江省,{at:%Y-%m-%d %H:%M:%S},{at:%Y-%m-%d %H:%M:%S},0.00\n")
    return (HEADER + "".join(rows)).encode("gb18030")


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Shop]:
    if not (ROOT / "web" / "dist" / "index.html").is_file():
        pytest.skip("the pages are not built; run make web")
    made = Shop(tmp_path / "shop", free_port())
    made.command("init", str(made.root), "--name", "新店")
    made.passphrase = made.command("passphrase", "owner", "--workspace", str(made.root)).rpartition(": ")[2]
    made.start()
    yield made
    made.stop()


@pytest.fixture
def open_page(browser: Browser, empty: Shop) -> Iterator[Callable[..., Page]]:
    contexts: list[Any] = []

    def opening(language: str, **size: int) -> Page:
        context = browser.new_context(viewport={"width": 1440, "height": 900, **size}, locale=language)
        contexts.append(context)
        page = context.new_page()
        page.goto(empty.url)
        page.locator("#passphrase").fill(empty.passphrase)
        page.locator("button[type=submit]").click()
        return page

    yield opening
    for context in contexts:
        context.close()


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_a_dropped_file_is_shown_imported_and_taken_back(
    open_page: Callable[..., Page], axe: Callable[[Page], list[str]], tmp_path: Path, language: str
) -> None:
    page = open_page(language)
    file = tmp_path / "ExportOrderList.csv"
    file.write_bytes(orders(300))
    page.locator("main.start").wait_for()
    assert axe(page) == []
    page.locator("[data-files]").first.set_input_files(file)
    job = page.locator(".bring-job")
    expect(job.locator(".bring-facts")).to_be_visible(timeout=30_000)
    expect(job.locator(".bring-preview")).to_contain_text("10000")
    assert axe(page) == []
    job.locator(".bring-acts .btn.pri").click()
    expect(page.locator(".bring-job[data-state=done]")).to_be_visible(timeout=60_000)
    expect(page.locator(".bring-counts")).to_contain_text("300")
    page.locator(".bring-report .btn.pri").click()
    page.goto(page.url.replace("/boards", "/boards/sales"))
    expect(page.locator("[data-tile=headline]")).to_contain_text("6,000", timeout=30_000)
    page.goto(page.url.replace("/boards/sales", "/data/imports"))
    page.locator("table .btn.small").first.click()
    expect(page.locator("table tr.rest")).to_be_visible(timeout=30_000)


def test_what_a_column_means_is_said_in_the_page(open_page: Callable[..., Page], tmp_path: Path) -> None:
    page = open_page("zh-CN")
    file = tmp_path / "ours.csv"
    file.write_bytes("单据,卖了多少钱,哪天\nA1,10.50,2026-02-20 10:00:00\nA2,20.00,2026-02-20 11:00:00\n".encode())
    page.locator("[data-files]").first.set_input_files(file)
    job = page.locator(".bring-job")
    expect(job.locator(".refused")).to_be_visible(timeout=30_000)
    job.locator(".bring-facts select").nth(1).select_option("orders")
    for column, concept in (("单据", "order_id"), ("卖了多少钱", "amount"), ("哪天", "order_time")):
        choice = job.get_by_label(f"“{column}”当作")
        choice.select_option(concept)
        expect(choice).to_have_value(concept)
    expect(job.locator(".bring-effect")).to_contain_text("30.5", timeout=30_000)
    job.locator(".bring-acts .btn.pri").first.click()
    expect(page.locator(".bring-job[data-state=done]")).to_be_visible(timeout=60_000)


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_a_file_laid_into_a_watched_folder_is_imported_by_itself(
    open_page: Callable[..., Page], axe: Callable[[Page], list[str]], empty: Shop, language: str
) -> None:
    words = {
        "zh-CN": ("文件夹", "监看文件夹", "已导入", "待确认", "停止监看 tmall"),
        "en": ("Folder", "Watch folder", "Imported", "To confirm", "Stop watching tmall"),
    }[language]
    page = open_page(language)
    page.locator("main.start").wait_for()
    page.goto(f"{empty.url}/data/watched")
    page.get_by_role("textbox", name=words[0], exact=True).fill("tmall")
    page.get_by_role("button", name=words[1], exact=True).click()
    expect(page.get_by_role("rowheader", name="tmall")).to_be_visible()
    folder = empty.root / "inbox" / "tmall"
    (folder / "ExportOrderList.csv").write_bytes(orders(200))
    (folder / "notes.csv").write_text("when,what\n2026-11-01,nothing\n2026-11-02,much\n", encoding="utf-8")
    found = page.get_by_role("row")
    expect(found.filter(has_text="ExportOrderList.csv")).to_contain_text(words[2], timeout=60_000)
    expect(found.filter(has_text="notes.csv")).to_contain_text(words[3], timeout=30_000)
    assert axe(page) == []
    page.get_by_role("button", name=words[4], exact=True).click()
    expect(page.get_by_role("button", name=words[4], exact=True)).to_have_count(0)
    assert (folder / "ExportOrderList.csv").is_file()
    page.goto(f"{empty.url}/boards/sales")
    expect(page.locator("[data-tile=headline]")).to_contain_text("4,000", timeout=30_000)
