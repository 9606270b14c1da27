from __future__ import annotations

import pytest

from tests.api.conftest import Served


@pytest.mark.parametrize("path", ["/", "/api/v1/me", "/healthz", "/api/v1/nowhere", "/assets/nothing.js", "/metrics"])
def test_every_answer_carries_the_security_headers(served: Served, path: str) -> None:
    headers = served.client().get(path).headers
    policy = headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert "object-src 'none'" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["cache-control"] in ("no-store", "no-cache")


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "castanea.evil", "", "[::1", "evil.example:8321"]
)
def test_a_name_that_is_not_ours_is_refused_so_that_rebinding_fails(served: Served, host: str) -> None:
    answer = served.signed_in().get("/api/v1/me", headers={"Host": host})
    assert (answer.status_code, answer.json()["code"]) == (421, "request.host")


@pytest.mark.parametrize(
    "host", ["localhost", "localhost:8321", "127.0.0.1:1", "[::1]:8321", "192.168.1.20", "shop.localhost"]
)
def test_localhost_and_addresses_are_always_known(served: Served, host: str) -> None:
    assert served.client().get("/healthz", headers={"Host": host}).status_code == 200


def test_no_other_origin_is_let_in(served: Served) -> None:
    headers = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    answer = served.client().options("/api/v1/query", headers=headers)
    assert answer.status_code == 405
    assert not [name for name in answer.headers if name.startswith("access-control-")]


def test_measurements_are_for_this_machine_or_the_signed_in(served: Served) -> None:
    text = served.client().get("/metrics").text
    assert "castanea_request_seconds_count" in text
    assert "castanea_stream_viewers" in text
    passed_on = {"X-Forwarded-For": "203.0.113.9"}
    assert served.client(**passed_on).get("/metrics").status_code == 401
    assert served.signed_in().get("/metrics", headers=passed_on).status_code == 200
