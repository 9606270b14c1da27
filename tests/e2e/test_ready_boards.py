"""The boards that come with Castanea, on a simulated shop; and an empty workspace that three platforms' files fill."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
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
    expect(page.locator("[data-tile][data-state=loading]")).to_have_count(0, timeout=20_000)
    expect(page.locator(".chart:not([data-ready])")).to_have_count(0, timeout=20_000)


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


def table(path: Path, rows: list[dict[str, object]]) -> Path:
    with path.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.DictWriter(out, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def exports(folder: Path) -> list[Path]:
    """What three platforms export of their last days: one order a day each, of 100, 200 and 300 yuan."""
    days = [datetime.now(HERE).replace(tzinfo=None) - timedelta(days=n, hours=1) for n in range(1, 6)]
    at = [day.strftime("%Y-%m-%d %H:%M:%S") for day in days]
    tmall: list[dict[str, object]] = [
        {
            "订单编号": f"3{n:017d}", "买家会员名": f"买家{n}", "买家应付货款": "100.00", "买家应付邮费": "0.00", "总金额": "100.00",
            "买家实际支付金额": "100.00", "订单状态": "交易成功", "收货人姓名": f"张{n}", "收货地址": "浙江省 杭州市 西湖区 某路 1 号",
            "订单创建时间": when, "订单付款时间": when, "宝贝总数量": 1, "店铺名称": "山野集天猫店", "确认收货时间": when,
        }
        for n, when in enumerate(at)
    ]  # fmt: skip
    jd: list[dict[str, object]] = [
        {
            "订单号": f"2{n:011d}", "商品ID": "100012345", "商品名称": "桂花乌龙", "订购数量": 2, "下单时间": when, "京东价": "100.00",
            "订单金额": "200.00", "结算金额": "200.00", "余额支付": "0.00", "应付金额": "200.00", "运费金额": "0.00", "订单状态": "完成",
            "订单类型": "一般订单", "下单帐号": f"jd_{n}", "客户姓名": f"李{n}", "客户地址": "广东省深圳市南山区某路 2 号", "付款确认时间": when,
            "订单完成时间": when, "货号": "TEA-1", "店铺名称": "山野集京东店",
        }
        for n, when in enumerate(at)
    ]  # fmt: skip
    douyin: list[dict[str, object]] = [
        {
            "主订单编号": f"5{n:017d}", "子订单编号": f"5{n:017d}", "选购商品": "青瓷盖碗", "商品规格": "两只装", "商品数量": 1, "商品ID": "36000001",
            "商家编码": "CUP-2", "商品金额": "300.00", "运费": "0.00", "平台优惠": "0.00", "商家优惠": "0.00", "达人优惠": "0.00", "订单应付金额": "300.00",
            "支付方式": "微信", "订单提交时间": when, "支付完成时间": when, "订单完成时间": when, "订单状态": "已完成",
            "售后状态": "", "省": "四川省", "市": "成都市",
        }
        for n, when in enumerate(at)
    ]  # fmt: skip
    return [table(folder / "tmall.csv", tmall), table(folder / "jd.csv", jd), table(folder / "douyin.csv", douyin)]


def test_three_platforms_files_fill_the_boards_of_an_empty_workspace(browser: Browser, tmp_path: Path) -> None:
    made = empty_shop(tmp_path)
    made.start()
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN")
    visitor = Visitor(context.new_page(), context, made)
    visitor.page.on("pageerror", lambda error: visitor.faults.append(str(error)))
    try:
        page = visitor.sign_in("/boards/products")
        expect(page.locator("[data-tile=products]")).to_have_attribute("data-state", "no_data")
        page.locator("[data-tile=products] a.btn").click()
        expect(page).to_have_url(re.compile("/data/how"))
        told = json.loads(made.command("import", *map(str, exports(tmp_path)), "--workspace", str(made.root), "--json"))
        assert [each["format"] for each in told["files"]] == ["taobao_orders", "jd_orders", "douyin_orders"]
        assert told["total"]["quarantined"] == 0
        for language in ("zh-CN", "en"):
            page.evaluate(
                "language => localStorage.setItem('castanea.settings', JSON.stringify({language, theme: 'light'}))",
                language,
            )
            visitor.open("/boards/products")
            settled(page)
            expect(page.locator("[data-tile=products]")).to_have_attribute("data-state", "ok")
            paid = page.locator("[data-tile=headline] [data-value]").first
            expect(paid).to_have_attribute("data-value", "3000")
            visitor.open("/boards/sales")
            settled(page)
            expect(page.locator("[data-tile=channels] .row").first).to_contain_text(
                "抖音" if language == "zh-CN" else "Douyin"
            )
        assert visitor.faults == []
    finally:
        context.close()
        made.stop()
