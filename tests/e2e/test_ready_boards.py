"""The boards that come with Castanea, on a simulated shop; and an empty workspace that three platforms' files fill."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, Page, expect

from castanea.app import Castanea, Settings
from castanea.boards import Boards
from castanea.contracts.sent import SentBatch
from castanea.demo.config import sized
from castanea.demo.history import Past, tell
from castanea.demo.world import World
from castanea.kit.clock import micros
from tests.e2e.conftest import ROOT, Shop, Visitor, free_port

pytestmark = pytest.mark.e2e
READY = {board.id: board for board in Boards.load().all()}
HERE = ZoneInfo("Asia/Shanghai")
Visit = Callable[..., Visitor]


def empty_shop(folder: Path) -> Shop:
    if not (ROOT / "web" / "dist" / "index.html").is_file():
        pytest.skip("the pages are not built; run make web")
    made = Shop(folder / "shop", free_port())
    made.command("init", str(made.root), "--name", "山野集")
    made.passphrase = made.command("passphrase", "owner", "--workspace", str(made.root)).rpartition(": ")[2]
    return made


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """The simulated shop, small: ninety days up to now."""
    made = empty_shop(tmp_path_factory.mktemp("simulated"))
    now = datetime.now(UTC)
    past = Past(World(sized("small", 7, now.astimezone(HERE).date())), 0)
    castanea = Castanea(Settings())
    with castanea.landing(castanea.workspace(made.root)) as (landing, _):
        for piece in tell(past, micros(now)):
            landing.land([SentBatch(name, "demo", rows) for name, rows in piece.tables.items() if rows.num_rows])
    made.start()
    made.command("status", "--workspace", str(made.root))
    try:
        yield made
    finally:
        made.stop()


def settled(page: Page) -> None:
    expect(page.locator("[data-tile]").first).to_be_visible()
    expect(page.locator("[data-tile][data-state=loading]")).to_have_count(0, timeout=40_000)
    expect(page.locator(".chart:not([data-ready])")).to_have_count(0, timeout=40_000)


def address(board: str) -> str:
    subject = READY[board].subject
    return f"/boards/{board}" + (f"?where={subject}:HS-40320" if subject else "")


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_every_ready_board_opens_without_an_error(visit: Visit, language: str) -> None:
    visitor = visit(language=language)
    page = visitor.sign_in()
    for board in READY.values():
        visitor.open(address(board.id))
        settled(page)
        states = page.locator("[data-tile]").evaluate_all("all => all.map(t => `${t.dataset.tile} ${t.dataset.state}`)")
        assert [state for state in states if state.endswith(" error")] == [], board.id
        assert len(states) == len(board.tiles)
        titles = page.locator("[data-tile] .th .name, [data-tile] .th > .el").all_inner_texts()
        if language == "en":
            assert not re.search("[\u4e00-\u9fff]", " ".join(titles)), titles
        codes = re.findall(r"\b[a-z]+_[a-z_]+\b", page.locator("main").inner_text())
        assert codes == [], f"{board.id} shows names of code"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_serious_on_any_ready_board(
    visit: Visit, axe: Callable[[Page], list[str]], theme: str
) -> None:
    visitor = visit(theme=theme, language="en")
    page = visitor.sign_in()
    for board in READY:
        visitor.open(address(board))
        settled(page)
        assert axe(page) == [], board


def test_no_ready_board_hangs_out_of_a_phone_at_the_side(visit: Visit) -> None:
    visitor = visit(width=390, height=844, has_touch=True, is_mobile=True, device_scale_factor=2)
    page = visitor.sign_in()
    for board in READY:
        visitor.open(address(board))
        settled(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), board


def test_a_product_s_name_leads_to_its_page_which_keeps_the_days(visit: Visit) -> None:
    page = visit().sign_in("/boards/products?time=last-7d")
    settled(page)
    link = page.locator("[data-tile=products] a.member").first
    name = link.inner_text()
    link.click()
    expect(page).to_have_url(re.compile(r"/boards/product\?time=last-7d&where=product"))
    expect(page.locator("h1")).to_have_text(name)
    page.go_back()
    expect(page.locator("h1")).to_have_text("商品")


def test_a_product_is_found_by_a_part_of_its_name(visit: Visit) -> None:
    page = visit(language="en").sign_in("/boards/products")
    settled(page)
    name = page.locator("[data-tile=products] a.member").first.inner_text()
    page.keyboard.press("Control+k")
    page.get_by_role("combobox").fill(name[:4])
    expect(page.get_by_role("option", name=name).first).to_be_visible()
    page.get_by_role("option", name=name).first.click()
    expect(page).to_have_url(re.compile("/boards/product"))
    expect(page.locator("h1")).to_have_text(name)


def test_the_page_of_a_product_asks_which_one_when_none_is_chosen(visit: Visit) -> None:
    page = visit().sign_in("/boards/product")
    page.locator(".choices a").first.click()
    expect(page).to_have_url(re.compile("where=product"))
    settled(page)


PLATFORMS = {"tmall": "ExportOrderList", "jd": "京东订单", "douyin": "抖店订单"}


def exports(made: Shop, folder: Path) -> list[Path]:
    """The order files that three platforms' back offices give of the simulated shop's last six days."""
    since = (datetime.now(HERE) - timedelta(days=6)).strftime("%Y-%m-%d")
    for platform in PLATFORMS:
        made.command("demo", "export", str(folder / platform), "--platform", platform, "--from", since)
    return [next((folder / platform).glob(f"{name}*")) for platform, name in PLATFORMS.items()]


def bring(page: Page, files: list[Path]) -> None:
    """The files through the page of imports, as a shop's owner brings them: chosen together, each looked at and imported whole."""
    page.goto(re.sub(r"/data/how.*", "/data/import", page.url))
    page.locator("[data-files]").set_input_files(files)
    for file in files:
        job = page.get_by_role("region", name=file.name, exact=True)
        expect(job).to_have_attribute("data-state", "waiting", timeout=60_000)
        look = job.get_by_role("button", name="查看怎么读", exact=True)
        if look.count() and look.get_attribute("aria-expanded") == "false":
            look.click()
        job.get_by_role("button", name="就这样导入", exact=True).click(timeout=60_000)
        expect(job).to_have_attribute("data-state", "done", timeout=180_000)
        expect(job.locator(".refused")).to_have_count(0)


def told_states(page: Page) -> dict[str, str]:
    found: dict[str, str] = page.evaluate(
        "() => Object.fromEntries([...document.querySelectorAll('[data-tile]')].map(t => [t.dataset.tile, t.dataset.state]))"
    )
    return found


def test_three_platforms_files_fill_the_boards_of_an_empty_workspace(
    browser: Browser, tmp_path: Path, axe: Callable[[Page], list[str]]
) -> None:
    made = empty_shop(tmp_path)
    made.start()
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN")
    visitor = Visitor(context.new_page(), context, made)
    visitor.page.on("pageerror", lambda error: visitor.faults.append(str(error)))
    try:
        page = visitor.sign_in("/boards/products")
        settled(page)
        expect(page.locator("[data-tile=products]")).to_have_attribute("data-state", "no_data")
        assert axe(page) == []
        page.locator("[data-tile=products] a[href='/data/how']").click()
        expect(page).to_have_url(re.compile("/data/how"))
        files = exports(made, tmp_path)
        bring(page, files)
        brought = json.loads(made.command("imports", "list", "--workspace", str(made.root), "--json"))
        assert {record["format"] for record in brought} == {"taobao_orders", "jd_orders", "douyin_orders"}
        assert [record["quarantined"] for record in brought] == [0, 0, 0]
        asked = ("query", "--workspace", str(made.root), "--json", "--last", "30d", "--metrics")
        paid = json.loads(made.command(*asked, "paid_amount"))["rows"][0]["paid_amount"]
        channels = json.loads(made.command(*asked, "paid_amount", "--by", "channel"))["rows"]
        assert {row["channel"] for row in channels} == {"tmall", "jd", "douyin"}
        assert sum(Decimal(row["paid_amount"]) for row in channels) == Decimal(paid) > 0
        for language in ("zh-CN", "en"):
            page.evaluate(
                "language => localStorage.setItem('castanea.settings', JSON.stringify({language, theme: 'light'}))",
                language,
            )
            visitor.open("/boards/sales")
            settled(page)
            shown = page.locator("[data-tile=headline] [data-value]").first
            assert Decimal(shown.get_attribute("data-value") or "0") == Decimal(paid)
            names = page.locator("[data-tile=channels] .row .el").all_inner_texts()
            assert set(names) == ({"天猫", "京东", "抖音"} if language == "zh-CN" else {"Tmall", "JD", "Douyin"})
            unknown = page.locator(
                "[data-tile=headline] .term", has_text="金额退款率" if language == "zh-CN" else "Refund rate"
            )
            expect(unknown).to_contain_text("还没有退款数据" if language == "zh-CN" else "no refund yet")
            page.screenshot(path=tmp_path / f"sales-{language}.png", full_page=True)
            for board in ("marketing", "stock", "traffic", "service", "market"):
                visitor.open(f"/boards/{board}")
                settled(page)
                states = told_states(page)
                assert set(states.values()) <= {"no_data", "ok"}, (board, states)
                lacking = page.locator("[data-tile][data-state=no_data]")
                assert lacking.count() == sum(state == "no_data" for state in states.values()) > 0, board
                for words in lacking.all_inner_texts():
                    assert ("还没有" in words) if language == "zh-CN" else ("No data yet" in words), (board, words)
                assert lacking.locator("a[href='/data/how']").count() == lacking.count()
        assert visitor.faults == []
    finally:
        context.close()
        made.stop()
