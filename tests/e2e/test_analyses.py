"""Analyses of the shop's own numbers, one of each kind, from the question to what can be done now."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import ROOT, Shop, free_port, order

pytestmark = pytest.mark.e2e
WORDS = {
    "zh-CN": {"title": "分析", "run": "开始分析", "decide": "拿去做决策", "lacks": "缺数据", "structure": "结构与集中度"},
    "en": {"title": "Analyses", "run": "Analyse", "decide": "Take it to a decision", "lacks": "Data missing", "structure": "Structure"},
}  # fmt: skip


@pytest.fixture(scope="module")
def own_shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    if not (ROOT / "web" / "dist" / "index.html").is_file():
        pytest.skip("the pages are not built; run make web")
    made = Shop(tmp_path_factory.mktemp("analyses") / "shop", free_port())
    made.command("init", str(made.root))
    made.passphrase = made.command("passphrase", "owner", "--workspace", str(made.root)).rpartition(": ")[2]
    made.key = json.loads(made.command("write-keys", "create", "e2e", "--json", "--workspace", str(made.root)))["token"]
    made.start()
    sell_for_weeks(made)
    yield made
    made.stop()


def sell_for_weeks(shop: Shop) -> None:
    """Orders of three channels and provinces on every day of nine weeks; in the last one Tmall's are half as large."""
    now = datetime.now(UTC)
    events = []
    for back in range(1, 64):
        for channel in ("tmall", "jd", "douyin"):
            amount = "50.00" if channel == "tmall" and back <= 7 else "100.00"
            for province in ("浙江", "广东", "北京"):
                number, at = f"{channel}{province}{back}", now - timedelta(days=back)
                events += [order(number, amount, channel, province, at)]
    shop.send(events)


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_a_question_of_each_kind_is_answered_or_says_what_lacks(
    own_shop: Shop, browser: Browser, axe: Callable[[Page], list[str]], language: str
) -> None:
    words, shop = WORDS[language], own_shop
    page = browser.new_context(viewport={"width": 1440, "height": 900}, locale=language).new_page()
    page.goto(shop.url)
    page.locator("#passphrase").fill(shop.passphrase)
    page.locator("button[type=submit]").click()
    page.get_by_role("link", name=words["title"], exact=True).first.wait_for()
    page.goto(f"{shop.url}/analyses")
    expect(page.locator(".an-group").get_by_role("link", name=words["structure"])).to_be_visible()
    expect(page.get_by_text(words["lacks"], exact=True)).to_be_visible()  # no stock was ever counted
    assert axe(page) == []
    for command, said in (
        ("describe", "TEA-1"),
        ("diagnose", "天猫" if language == "zh-CN" else "Tmall"),
        ("forecast", "80%"),
        ("anomalies", "95%"),
    ):
        page.goto(f"{shop.url}/analyses?ask={command}")
        page.get_by_role("button", name=words["run"], exact=True).click()
        one = page.locator(".an-one[data-state=done]")
        expect(one).to_be_visible(timeout=60_000)
        expect(one).to_contain_text(said)
        expect(one.get_by_role("link", name=words["decide"], exact=True)).to_be_visible()
    assert axe(page) == []
    page.goto(f"{shop.url}/analyses?ask=reorder")
    expect(page.get_by_role("button", name=words["run"], exact=True)).to_be_disabled()
    page.context.close()
