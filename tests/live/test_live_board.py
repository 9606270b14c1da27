"""From an event posted to the frame that shows it, on a real server."""

from __future__ import annotations

import json
import re
import threading
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.served import Served


class Browser:
    """Signed in as the owner."""

    def __init__(self, served: Served) -> None:
        self._served = served
        passphrase = served.run("passphrase", "owner").split(": ")[1].strip()
        answer, self._cookie = self._post("/api/v1/session", {"name": "owner", "passphrase": passphrase}, "sign-in", "")
        self._csrf = answer["csrf"]

    def ask(self, path: str, body: object) -> Any:
        return self._post(path, body, self._csrf, self._cookie)[0]

    def frames(self, view: str) -> Iterator[dict[str, Any]]:
        request = urllib.request.Request(
            self._served.url(f"/api/v1/stream?view={view}"), headers={"Cookie": self._cookie}
        )
        with urllib.request.urlopen(request, timeout=30) as stream:
            event = ""
            for line in stream:
                text = line.decode().rstrip("\n")
                event = text[7:] if text.startswith("event: ") else event
                if text.startswith("data: ") and event == "frame":
                    yield json.loads(text[6:])

    def _post(self, path: str, body: object, csrf: str, cookie: str) -> tuple[Any, str]:
        headers = {"Content-Type": "application/json", "X-Castanea-CSRF": csrf, "Cookie": cookie}
        with urllib.request.urlopen(
            urllib.request.Request(self._served.url(path), json.dumps(body).encode(), headers), timeout=30
        ) as answer:
            return json.load(answer), (answer.headers.get("Set-Cookie") or "").split(";")[0]


def views(ago: timedelta, count: int, name: str) -> list[dict[str, object]]:
    at = (datetime.now(UTC) - ago).isoformat()
    return [
        {
            "kind": "web_event",
            "event_id": f"{name}-{n}",
            "time": at,
            "event": "page_view",
            "visitor_id": f"{name}{n}",
            "channel_id": "jd",
        }
        for n in range(count)
    ]


def paid_order(number: int, amount: str) -> dict[str, object]:
    at = datetime.now(UTC).isoformat()
    return {
        "kind": "order", "order_id": f"o{number}", "order_time": at, "pay_time": at, "status": "paid", "customer_id": f"c{number}",
        "channel_id": "tmall", "province": "浙江", "currency": "CNY", "lines": [{"kind": "product", "line_id": "1", "quantity": "1", "amount": amount}],
    }  # fmt: skip


def hero(frame: dict[str, Any]) -> str | None:
    for tile in frame["tiles"]:
        if tile["tile"] == "hero" and tile["answers"]:
            return str(tile["answers"]["main"]["rows"][0]["paid_amount"])
    return None


def test_a_paid_order_moves_the_live_board_by_itself(served: Served) -> None:
    served.start()
    browser = Browser(served)
    opened = browser.ask("/api/v1/views", {"board": "live-today"})
    assert {t["tile"] for t in opened["frame"]["tiles"]} == {t["id"] for t in opened["board"]["tiles"]}
    frames = browser.frames(opened["view"])
    next(frames)
    posting = threading.Thread(target=served.post, args=([paid_order(1, "19.90"), paid_order(2, "0.10")],))
    posting.start()
    shown = next(figure for figure in map(hero, frames) if figure is not None and float(figure) > 0)
    posting.join()
    assert shown == "20.0000"
    assert (
        browser.ask("/api/v1/query", {"metrics": ["paid_amount"], "time": {"relative": "today"}})["rows"][0][
            "paid_amount"
        ]
        == shown
    )


def test_two_viewers_of_one_view_share_it_and_a_filtered_view_is_another(served: Served) -> None:
    served.start()
    browser = Browser(served)
    first = browser.ask("/api/v1/views", {"board": "live-today"})
    again = browser.ask("/api/v1/views", {"board": "live-today"})
    filtered = browser.ask(
        "/api/v1/views", {"board": "live-today", "where": [{"dimension": "channel", "op": "in", "values": ["jd"]}]}
    )
    assert first["view"] == again["view"] != filtered["view"]


def test_the_strip_s_parts_add_up_to_the_change(served: Served) -> None:
    served.start()
    browser = Browser(served)
    assert (
        served.post(
            [
                *views(timedelta(days=1), 40, "y"),
                *views(timedelta(0), 50, "t"),
                paid_order(1, "10.00"),
                paid_order(2, "20.00"),
            ]
        )
        == 202
    )
    yesterday = (datetime.now(UTC) - timedelta(days=1)).isoformat()
    assert served.post([{**paid_order(3, "12.00"), "order_time": yesterday, "pay_time": yesterday}]) == 202
    served.run("status")
    tiles = {t["tile"]: t for t in browser.ask("/api/v1/views", {"board": "live-today"})["frame"]["tiles"]}
    parts = tiles["equation"]["extra"]["parts"]
    assert abs(sum(map(float, parts.values())) - (30.0 / 12.0 - 1)) < 1e-6


def test_a_server_ends_cleanly_and_says_how_to_sign_in_once(served: Served) -> None:
    served.start()
    first = served.logs[-1].read_text()
    assert re.search(r"Sign in as owner with \S+", first)
    assert served.stop() == 0
    served.start()
    assert "Sign in as" not in served.logs[-1].read_text()
    assert served.stop() == 0
