from __future__ import annotations

import logging

import pytest
import structlog
from structlog.testing import capture_logs

from castanea.access.attempts import LIMIT
from tests.api.conftest import Served, until

SIGN_IN = {"X-Castanea-CSRF": "sign-in"}
PREFERENCES = {"language": "zh-CN", "theme": "dark", "direction_colours": "green-up", "density": "compact"}


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(served: Served) -> None:
    body = {"name": served.name, "passphrase": served.passphrase}
    cookie = served.client().post("/api/v1/session", json=body, headers=SIGN_IN).headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "path=/" in cookie


def test_a_session_says_who_is_signed_in_and_where(served: Served) -> None:
    answer = served.signed_in().get("/api/v1/session").json()
    assert answer["me"]["name"] == "owner"
    assert "boards:read" in answer["me"]["permissions"]
    assert answer["workspace"] == {
        "name": "test",
        "currency": "CNY",
        "zone": "Asia/Shanghai",
        "week_start": 1,
        "demo": False,
    }


def test_after_signing_out_the_session_is_over(served: Served) -> None:
    client = served.signed_in()
    token = client.cookies["castanea_session"]
    assert client.delete("/api/v1/session").status_code == 204
    stolen = served.client(Cookie=f"castanea_session={token}")
    assert stolen.get("/api/v1/me").status_code == 401


def test_the_token_changes_at_every_sign_in(served: Served) -> None:
    client = served.signed_in()
    first = client.cookies["castanea_session"]
    body = {"name": served.name, "passphrase": served.passphrase}
    assert client.post("/api/v1/session", json=body).status_code == 200
    assert client.cookies["castanea_session"] != first
    assert served.client(Cookie=f"castanea_session={first}").get("/api/v1/me").status_code == 401


def test_preferences_are_kept_and_their_language_wins_over_the_browsers(fresh: Served) -> None:
    client = fresh.signed_in()
    assert client.put("/api/v1/me", json=PREFERENCES).json()["preferences"] == PREFERENCES
    assert client.get("/api/v1/me").json()["preferences"] == PREFERENCES
    answer = client.get("/api/v1/nowhere", headers={"Accept-Language": "en"})
    assert answer.headers["content-language"] == "zh-CN"


def test_the_sixth_guess_is_told_to_wait(fresh: Served) -> None:
    client = fresh.client()
    wrong = {"name": "owner", "passphrase": "wrong"}
    answers = [client.post("/api/v1/session", json=wrong, headers=SIGN_IN) for _ in range(LIMIT + 1)]
    assert [a.status_code for a in answers] == [401] * LIMIT + [429]
    assert 0 < int(answers[-1].headers["retry-after"]) <= 900


def test_no_line_of_the_log_holds_a_token_a_passphrase_or_an_address(fresh: Served) -> None:
    before = structlog.get_config()["wrapper_class"]
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG))
    with capture_logs() as lines:
        client = fresh.signed_in()
        client.get(f"/api/v1/stream/nothing?token={client.cookies['castanea_session']}")
        key = client.post("/api/v1/write-keys", json={"name": "13812345678"}).json()["token"]
        fresh.client(Authorization=f"Bearer {key}").post("/api/v1/events", json=[])
        fresh.client().post("/api/v1/session", json={"name": "lin@example.com", "passphrase": "pw"}, headers=SIGN_IN)
        client.delete("/api/v1/session")
        until(lambda: len([line for line in lines if line["event"] == "request"]) >= 6)
    structlog.configure(wrapper_class=before)
    secrets = (fresh.passphrase, key, client.headers["X-Castanea-CSRF"], "13812345678", "lin@example.com", "127.0.0.1")
    for secret in (*secrets, "castanea_session", "token="):
        assert secret not in repr(lines)


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"X-Castanea-CSRF": ""}, "access.csrf"),
        ({"X-Castanea-CSRF": "wrong"}, "access.csrf"),
        ({"Origin": "https://evil.example"}, "access.origin"),
        ({"Origin": "null"}, "access.origin"),
        ({"Sec-Fetch-Site": "cross-site"}, "access.origin"),
        ({"Sec-Fetch-Site": "same-site"}, "access.origin"),
    ],
)
def test_a_change_that_another_site_asks_for_is_refused(served: Served, headers: dict[str, str], code: str) -> None:
    client = served.signed_in()
    answer = client.put("/api/v1/me", json=PREFERENCES, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (403, code)
    assert client.get("/api/v1/me").json()["preferences"] != PREFERENCES


def test_another_site_cannot_sign_a_browser_in(served: Served) -> None:
    body = {"name": served.name, "passphrase": served.passphrase}
    assert served.client().post("/api/v1/session", json=body).status_code == 403
    answer = served.client().post("/api/v1/session", json=body, headers={**SIGN_IN, "Origin": "https://evil.example"})
    assert answer.status_code == 403


def test_the_own_origin_may_change_things(served: Served) -> None:
    headers = {"Origin": served.url, "Sec-Fetch-Site": "same-origin"}
    answer = served.signed_in().put("/api/v1/me", json={"theme": "dark"}, headers=headers)
    assert answer.status_code == 200


def test_changing_the_passphrase_ends_every_session(fresh: Served) -> None:
    client, other = fresh.signed_in(), fresh.signed_in()
    body = {"current": fresh.passphrase, "new": "a longer sentence of my own"}
    assert client.put("/api/v1/me/passphrase", json=body).status_code == 204
    assert client.get("/api/v1/me").status_code == other.get("/api/v1/me").status_code == 401
