"""Text that would be a program: 200 of them in every field that people write and in what sources send, shown in a browser; none runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page

pytestmark = pytest.mark.e2e
RUN = "window.__ran=1"
TAGS = [
    "img src=x onerror={}",
    "svg onload={}",
    "body onload={}",
    "video><source onerror={}",
    "details open ontoggle={}",
    "input autofocus onfocus={}",
    "iframe srcdoc='<script>parent.{}</script>'",
    "iframe src=javascript:{}",
    "object data=javascript:{}",
    "embed src=javascript:{}",
    "math href=javascript:{}",
    "marquee onstart={}",
    "select autofocus onfocus={}",
    "textarea autofocus onfocus={}",
    "keygen autofocus onfocus={}",
    "audio src=x onerror={}",
    "link rel=stylesheet onerror={} href=x",
    "a href=javascript:{} id=p",
    "form action=javascript:{}",
    "button formaction=javascript:{}",
    "base href=javascript:{}//",
    "meta http-equiv=refresh content='0;javascript:{}'",
    "style onload={}",
    "x onclick={} id=p",
    "svg><animate onbegin={} attributeName=x",
]
FRAMES = ["<{}>", '"><{}>', "'><{}>", "</title><{}>", "</textarea><{}>", "</script><{}>", "<!--><{}>", "]]><{}>"]


def payloads() -> Iterator[str]:
    """200 of them: 25 ways to run × 8 ways out of where the text stands; then scripts and templates."""
    for number in range(200):
        tag, frame = TAGS[number % len(TAGS)], FRAMES[number // len(TAGS)]
        yield frame.format(tag.format(RUN)) if number % 10 else frame.format(f"script>{RUN}</script")


ALL = list(payloads())


def ran(page: Page) -> Any:
    return page.evaluate("window.__ran")


def test_there_are_two_hundred_different_ones() -> None:
    assert len(ALL) == 200
    assert len(set(ALL)) > 150


def test_no_text_that_people_write_or_sources_send_runs_as_a_program(visit: Callable[..., Any], shop: Any) -> None:
    page = visit(language="en").sign_in("/people")
    wrote = page.evaluate(
        """async (texts) => {
            const session = await (await fetch('/api/v1/session')).json();
            const headers = {'Content-Type': 'application/json', 'X-Castanea-CSRF': session.csrf};
            const send = (path, body) =>
                fetch(path, {method: 'POST', body: JSON.stringify(body), headers}).then((answer) => answer.status);
            const found = {};
            for (const text of texts) {
                for (const [field, path, body] of [
                    ['team', '/api/v1/teams', {name: text.slice(0, 64)}],
                    ['note', '/api/v1/invitations', {note: text.slice(0, 160)}],
                    ['wall', '/api/v1/walls', {name: text.slice(0, 64), board: 'live-today'}],
                    ['key', '/api/v1/write-keys', {name: text.slice(0, 64)}],
                ]) {
                    const status = await send(path, body);
                    (found[field] ??= {})[status] = ((found[field] ??= {})[status] ?? 0) + 1;
                }
            }
            return found;
        }""",
        ALL,
    )  # fmt: skip
    assert all(counts.get("201", 0) > 100 for counts in wrote.values()), wrote
    at = (datetime.now(UTC) - timedelta(seconds=5)).strftime("%Y-%m-%dT%H:%M:%SZ")
    events = [
        {"kind": "product", "shop_id": text[:60], "product_id": f"H{n}", "name": text, "category": text[:80], "brand": text[:80], "time": at}
        for n, text in enumerate(ALL)
    ]  # fmt: skip
    events += [
        {
            "kind": "order", "shop_id": text[:60], "order_id": f"H{n}", "order_time": at, "pay_time": at, "status": "paid", "customer_id": f"h{n}",
            "channel_id": text[:60], "province": text[:60],
            "lines": [{"line_id": "1", "kind": "product", "product_id": f"H{n}", "title": text, "quantity": 1, "amount": "900.00"}],
        }
        for n, text in enumerate(ALL)
    ]  # fmt: skip
    shop.send(events)
    base = shop.url
    for path in (
        "/people/teams",
        "/people/invitations",
        "/people/walls",
        "/data/keys",
        "/boards/live-today",
        "/boards/sales",
        "/boards/products",
        "/glossary",
        "/boards",
    ):
        page.goto(base + path)
        page.locator("main").first.wait_for()
        page.wait_for_load_state("networkidle", timeout=5_000) if not path.startswith("/boards/") else page.locator(
            "[data-tile]"
        ).first.wait_for()
        assert ran(page) is None, path
    page.goto(base + "/people")
    page.locator(".page-head .btn.pri").click()
    page.locator("[role=dialog] [role=radio]").nth(1).click()
    page.locator(".bound-list .checkline").first.wait_for()
    assert ran(page) is None, "the list of shops"
    for inside in ("#" + ALL[0], "?where=channel:in:" + ALL[1], "?problem=" + ALL[2]):
        page.goto(base + "/boards/live-today" + inside)
        page.locator(".top h1").wait_for()
        assert ran(page) is None, inside
    assert page.evaluate("document.querySelectorAll('main script, main iframe, main object, main embed').length") == 0
