"""`make screenshots`: pictures of the pages for docs/assets, each from a simulated shop of its own (Chinese and English goods).

Needs the system's Chromium. Nothing of a real shop is ever in a picture. With --only NAME… only those are taken.
"""

from __future__ import annotations

import argparse
import json
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
ASSETS = ROOT / "docs" / "assets"
CASTANEA = Path(sys.executable).parent / "castanea"
LOADED_WITHIN = 1800.0
sys.path.insert(0, str(ROOT))
from tests.conftest import BROWSER_ARGUMENTS, find_chromium  # noqa: E402


@dataclass(frozen=True)
class Picture:
    name: str
    path: str
    language: str
    theme: str = "light"
    size: tuple[int, int] = (1440, 900)
    whole: bool = False


WIDE, PHONE, WALL = (1440, 900), (390, 844), (1920, 1080)
PICTURES = (
    Picture("live-zh-light", "/boards/live-today", "zh-CN"),
    Picture("live-zh-dark", "/boards/live-today", "zh-CN", "dark"),
    Picture("live-en-light", "/boards/live-today", "en"),
    Picture("live-en-dark", "/boards/live-today", "en", "dark"),
    Picture("live-phone-zh", "/boards/live-today", "zh-CN", size=PHONE),
    Picture("live-phone-en-dark", "/boards/live-today", "en", "dark", PHONE),
    Picture("live-wall-zh-dark", "/boards/live-today?wall=1", "zh-CN", "dark", WALL),
    Picture("live-wall-en-light", "/boards/live-today?wall=1", "en", "light", WALL),
    Picture("sales-zh-light", "/boards/sales", "zh-CN", whole=True),
    Picture("sales-en-dark", "/boards/sales", "en", "dark", whole=True),
    Picture("sales-phone-en", "/boards/sales", "en", size=PHONE),
    Picture("traffic-zh-light", "/boards/traffic", "zh-CN", whole=True),
    Picture("marketing-en-light", "/boards/marketing", "en", whole=True),
    Picture("product-zh-light", "/boards/product?where=product:HS-40320", "zh-CN", whole=True),
    Picture("customers-en-dark", "/boards/customers", "en", "dark", whole=True),
    Picture("stock-zh-light", "/boards/stock", "zh-CN", whole=True),
    Picture("service-en-light", "/boards/service", "en", whole=True),
    Picture("profit-zh-light", "/boards/profit", "zh-CN", whole=True),
    Picture("profit-phone-en-dark", "/boards/profit", "en", "dark", PHONE),
    Picture("market-en-dark", "/boards/market", "en", "dark", whole=True),
    Picture("festival-zh-dark", "/boards/festival", "zh-CN", "dark", whole=True),
    Picture("metrics-zh", "/glossary", "zh-CN"),
    Picture("metrics-en", "/glossary", "en"),
    Picture("write-keys-en", "/data/keys", "en"),
    Picture("sign-in-zh", "", "zh-CN"),
    Picture("sign-in-en-dark", "", "en", "dark"),
)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def command(*arguments: str) -> str:
    done = subprocess.run([CASTANEA, *arguments], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def wait_until_loaded(url: str, workspace: Path) -> None:
    """Wait until the server is ready and the shop's whole past is in."""
    deadline = time.monotonic() + LOADED_WITHIN
    calm = 0
    while calm < 5:
        if time.monotonic() > deadline:
            raise SystemExit(f"The simulated shop was not loaded within {LOADED_WITHIN:g} s; look at its log.")
        time.sleep(1)
        try:
            with urllib.request.urlopen(f"{url}/readyz", timeout=5) as answer:
                ready = answer.status == 200
        except (urllib.error.URLError, OSError):
            ready = False
        state = json.loads(command("status", "--json", "--workspace", str(workspace))) if ready else {}
        calm = calm + 1 if ready and state.get("rows_waiting", 1) < 500 and state.get("rebuilding") is None else 0


@contextmanager
def demo(folder: Path, language: str) -> Iterator[tuple[str, str]]:
    """A running simulated shop; gives its address and the owner's passphrase."""
    workspace, port = folder / f"shop-{language}", free_port()
    with (folder / f"{language}.log").open("wb") as log:
        server = subprocess.Popen(
            [CASTANEA, "demo", "--workspace", str(workspace), "--port", str(port), "--language", language[:2]],
            stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
        try:
            url = f"http://127.0.0.1:{port}"
            wait_until_loaded(url, workspace)
            yield url, command("passphrase", "owner", "--workspace", str(workspace)).rpartition(": ")[2]
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(30)


def take(browser: Browser, picture: Picture, url: str, passphrase: str, to: Path) -> None:
    width, height = picture.size
    phone = picture.size == PHONE
    context = browser.new_context(
        viewport={"width": width, "height": height}, device_scale_factor=2 if phone else 1, locale=picture.language,
        color_scheme="dark" if picture.theme == "dark" else "light",
    )  # fmt: skip
    chosen = json.dumps({"language": picture.language, "theme": picture.theme})
    context.add_init_script(f"localStorage.setItem('castanea.settings', {json.dumps(chosen)})")
    page = context.new_page()
    page.goto(url + (picture.path or "/"))
    page.locator("#passphrase").wait_for()
    if picture.path:
        sign_in(context.request, url, passphrase, picture)
        page.reload()
        page.locator(".top h1, .wall h1").wait_for()
        if "/boards/" in picture.path:
            page.locator("[data-tile][data-state=ok]").first.wait_for()
            page.wait_for_function(SETTLED)
        else:
            page.wait_for_load_state("networkidle")
    if picture.whole:
        page.set_viewport_size({"width": width, "height": int(page.evaluate("document.documentElement.scrollHeight"))})
        page.wait_for_function(SETTLED)
    page.evaluate("document.fonts.ready")
    page.screenshot(path=to / f"{picture.name}.png")
    context.close()


SETTLED = """() => document.querySelectorAll('[data-tile]').length > 0
  && document.querySelectorAll('[data-tile][data-state=loading]').length === 0
  && !document.querySelector('.washed')
  && [...document.querySelectorAll('.chart')].every(chart => chart.dataset.ready)"""


def sign_in(request: Any, url: str, passphrase: str, picture: Picture) -> None:
    """Sign in with this picture's language and theme as the account's own."""
    body = {"name": "owner", "passphrase": passphrase}
    told = request.post(f"{url}/api/v1/session", data=body, headers={"X-Castanea-CSRF": "sign-in"}).json()
    wanted = {"language": picture.language, "theme": picture.theme, "direction_colours": "", "density": "comfortable"}
    request.put(f"{url}/api/v1/me", data=wanted, headers={"X-Castanea-CSRF": told["csrf"]})


def main() -> int:
    """Take all pictures, or those named."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="*", default=[], metavar="NAME")
    parser.add_argument("--to", type=Path, default=ASSETS)
    args = parser.parse_args()
    chromium = find_chromium()
    if chromium is None:
        print("screenshots: no Chromium here; run scripts/install-system-packages as root", file=sys.stderr)
        return 1
    wanted = [picture for picture in PICTURES if not args.only or picture.name in args.only]
    args.to.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="castanea-") as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=BROWSER_ARGUMENTS)
        for language in ("zh-CN", "en"):
            pictures = [picture for picture in wanted if picture.language == language]
            if not pictures:
                continue
            print(f"screenshots: a simulated shop loads its year ({language}) …", file=sys.stderr, flush=True)
            with demo(Path(folder), language) as (url, passphrase):
                for picture in pictures:
                    take(browser, picture, url, passphrase, args.to)
                    print(f"screenshots: {picture.name}", file=sys.stderr, flush=True)
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
