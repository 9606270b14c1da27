"""A whole server of its own, a browser that is signed in, and axe."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

ROOT = Path(__file__).resolve().parents[2]
CASTANEA = Path(sys.executable).parent / "castanea"
READY_WITHIN = 60.0
STOP_WITHIN = 20.0


def until(condition: Callable[[], Any], seconds: float = 20.0, what: str = "it") -> Any:
    """Wait until a condition holds and return what it returned."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, f"{what} did not come true within {seconds:g} s"
        time.sleep(0.05)
    return found


@dataclass
class Shop:
    """A workspace with a server that can be stopped and started again on the same port."""

    root: Path
    port: int
    passphrase: str = ""
    key: str = ""
    process: subprocess.Popen[bytes] | None = None
    orders: int = 0
    log: Path = field(default=Path())

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def command(self, *arguments: str, seconds: float = 60) -> str:
        done = subprocess.run(
            [CASTANEA, *arguments], capture_output=True, text=True, timeout=seconds, check=False, cwd=self.root.parent
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout.strip()

    def start(self) -> None:
        self.log = self.root.parent / "serve.log"
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [CASTANEA, "serve", "--workspace", str(self.root), "--port", str(self.port)],
                stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        until(self.is_ready, READY_WITHIN, "the server's /readyz")

    def is_ready(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, self.log.read_text("utf-8", "replace")[-3000:]
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=2) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def stop(self) -> None:
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(STOP_WITHIN)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def send(self, events: list[dict[str, Any]]) -> None:
        """Post events as a shop's server would; they are durable when this returns."""
        request = urllib.request.Request(
            f"{self.url}/api/v1/events", json.dumps(events).encode(),
            {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"},
        )  # fmt: skip
        with urllib.request.urlopen(request, timeout=20) as answer:
            told = json.loads(answer.read())
        assert told["quarantined"] == 0, told

    def sell(self, amount: str, channel: str = "tmall", province: str = "浙江") -> None:
        """One paid order of today, now."""
        self.orders += 1
        now = datetime.now(UTC) - timedelta(seconds=1)
        self.send([order(f"E{self.orders:05d}", amount, channel, province, now)])


def order(number: str, amount: str, channel: str, province: str, at: datetime) -> dict[str, Any]:
    when = at.strftime("%Y-%m-%dT%H:%M:%SZ")
    line = {
        "line_id": "1",
        "kind": "product",
        "product_id": "TEA-1",
        "title": "桂花乌龙",
        "quantity": 1,
        "amount": amount,
    }
    return {
        "kind": "order", "order_id": number, "order_time": when, "pay_time": when, "status": "paid", "customer_id": f"c{number}",
        "channel_id": channel, "province": province, "lines": [line],
    }  # fmt: skip


def visits(at: datetime, count: int) -> list[dict[str, Any]]:
    when = at.strftime("%Y-%m-%dT%H:%M:%SZ")
    return [
        {"kind": "web_event", "event_id": f"{when}-{n}", "time": when, "event": "page_view", "visitor_id": f"v{n}", "channel_id": "tmall"}
        for n in range(count)
    ]  # fmt: skip


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """A shop with sales of yesterday and today, served."""
    if not (ROOT / "web" / "dist" / "index.html").is_file():
        pytest.skip("the pages are not built; run make web")
    made = Shop(tmp_path_factory.mktemp("e2e") / "shop", free_port())
    made.command("init", str(made.root), "--name", "山野集")
    made.passphrase = made.command("passphrase", "owner", "--workspace", str(made.root)).rpartition(": ")[2]
    made.key = made.command("write-keys", "create", "tests", "--workspace", str(made.root)).split()[-1]
    made.start()
    try:
        now = datetime.now(UTC)
        for hours in (26, 25, 24.5):
            made.send(
                [
                    order(f"Y{hours}", "320.00", "tmall", "浙江", now - timedelta(hours=hours)),
                    *visits(now - timedelta(hours=hours), 20),
                ]
            )
        made.send(visits(now - timedelta(seconds=2), 30))
        for amount, channel, province in (
            ("188.00", "tmall", "浙江"),
            ("99.50", "jd", "广东"),
            ("310.00", "douyin", "北京"),
        ):
            made.sell(amount, channel, province)
        yield made
    finally:
        made.stop()


@dataclass
class Visitor:
    """A person in a browser of their own."""

    page: Page
    context: BrowserContext
    shop: Shop
    faults: list[str] = field(default_factory=list)

    def open(self, path: str = "/boards/live-today") -> Page:
        self.page.goto(self.shop.url + path)
        return self.page

    def sign_in(self, path: str = "/boards/live-today") -> Page:
        page = self.open(path)
        page.locator("#passphrase").fill(self.shop.passphrase)
        page.locator("button[type=submit]").click()
        page.locator(".top h1, .wall h1").wait_for()
        return page


@pytest.fixture
def visit(browser: Browser, shop: Shop) -> Iterator[Callable[..., Visitor]]:
    """Open a browser window: `visit(language="en", theme="dark", width=390, height=844)`."""
    opened: list[Visitor] = []

    def visiting(
        language: str = "zh-CN", theme: str = "light", width: int = 1440, height: int = 900, **more: Any
    ) -> Visitor:
        context = browser.new_context(
            viewport={"width": width, "height": height}, locale=language, color_scheme=theme, **more
        )
        context.add_init_script(
            "localStorage.getItem('castanea.settings') || localStorage.setItem('castanea.settings', "
            f"{json.dumps(json.dumps({'language': language, 'theme': theme}))})"
        )
        visitor = Visitor(context.new_page(), context, shop)
        visitor.page.on("pageerror", lambda error: visitor.faults.append(str(error)))
        visitor.page.on(
            "console", lambda told: visitor.faults.append(told.text) if "Content Security Policy" in told.text else None
        )
        opened.append(visitor)
        return visitor

    yield visiting
    faults = [fault for visitor in opened for fault in visitor.faults]
    for visitor in opened:
        visitor.context.close()
    assert faults == [], "the page reported errors"


@pytest.fixture(scope="session")
def axe() -> Callable[[Page], list[str]]:
    """Run axe on a page; returns its serious and critical findings, one line each."""
    source = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
    if not source.is_file():
        pytest.skip("axe-core is not installed; run make web")
    script = source.read_text("utf-8")

    def check(page: Page) -> list[str]:
        page.evaluate(script)
        found = page.evaluate("async () => (await axe.run(document, { resultTypes: ['violations'] })).violations")
        return [
            f"{each['id']} ({each['impact']}): {node['target']} {node['failureSummary']}"
            for each in found
            if each["impact"] in ("serious", "critical")
            for node in each["nodes"]
        ]

    return check
