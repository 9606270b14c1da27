from __future__ import annotations

import gzip

import pytest

from castanea.intake.signature import sign
from tests.api.conftest import Served

ONE = b'[{"kind":"web_event","event_id":"1"}]'


@pytest.fixture
def token(served: Served) -> str:
    from secrets import token_hex

    return served.services.write_keys.create(f"till {token_hex(4)}", "test").token


def send(served: Served, token: str, body: bytes = ONE, **headers: str):
    given = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
    return served.client().post("/api/v1/events", content=body, headers={**given, **headers})


def test_events_are_acknowledged_with_their_counts(served: Served, token: str) -> None:
    answer = send(served, token)
    assert answer.status_code == 202
    assert answer.json() == {"received": 1, "accepted": 1, "quarantined": 0, "errors": []}


def test_the_loader_hears_of_events_once_they_are_durable(served: Served, token: str) -> None:
    before = served.link.notified
    send(served, token)
    assert served.link.notified == before + 1


@pytest.mark.parametrize(
    ("given", "passed"),
    [
        ("application/json; charset=utf-8", "application/json"),
        ("application/x-ndjson", "application/x-ndjson"),
        ("application/jsonl", "application/x-ndjson"),
        ("application/vnd.apache.arrow.stream", "application/vnd.apache.arrow.stream"),
    ],
)
def test_the_body_is_passed_on_untouched_with_its_type(served: Served, token: str, given: str, passed: str) -> None:
    packed = gzip.compress(ONE)
    send(served, token, packed, **{"Content-Type": given, "Content-Encoding": "gzip"})
    body, kind, encoding, _source = served.intake.bodies[-1]
    assert (body, kind, encoding) == (packed, passed, "gzip")


def test_the_source_is_the_name_of_the_key(served: Served) -> None:
    send(served, served.services.write_keys.create("Shop in Hangzhou", "test").token)
    assert served.intake.bodies[-1][3] == "Shop in Hangzhou"


@pytest.mark.parametrize("given", ["text/csv", "", "multipart/form-data"])
def test_other_types_are_refused_with_the_valid_ones(served: Served, token: str, given: str) -> None:
    answer = send(served, token, **{"Content-Type": given})
    assert answer.status_code == 415
    assert "application/x-ndjson" in answer.json()["detail"]


def test_another_encoding_is_refused(served: Served, token: str) -> None:
    assert send(served, token, **{"Content-Encoding": "br"}).status_code == 415


def test_a_body_over_the_bound_is_refused_with_and_without_a_length(served: Served, token: str) -> None:
    before = len(served.intake.bodies)
    assert send(served, token, b"x" * 200_000).status_code == 413
    parts = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
    answer = served.client().post("/api/v1/events", content=(b"x" * 10_000 for _ in range(20)), headers=parts)
    assert answer.status_code == 413
    assert len(served.intake.bodies) == before


def test_a_browsers_session_cannot_send_events(served: Served) -> None:
    answer = served.signed_in().post("/api/v1/events", json=[])
    assert (answer.status_code, answer.json()["code"]) == (401, "access.key_needed")


def test_a_revoked_key_is_refused_at_once(served: Served) -> None:
    created = served.services.write_keys.create("going", "test")
    assert send(served, created.token).status_code == 202
    assert served.signed_in().delete(f"/api/v1/write-keys/{created.info.id}").status_code == 200
    answer = send(served, created.token)
    assert (answer.status_code, answer.json()["code"]) == (401, "access.key_unknown")


def test_a_key_is_shown_once(served: Served) -> None:
    client = served.signed_in()
    made = client.post("/api/v1/write-keys", json={"name": "once"})
    assert made.status_code == 201
    assert made.json()["token"].startswith("cwk_")
    assert made.json()["token"] not in client.get("/api/v1/write-keys").text
    assert client.post("/api/v1/write-keys", json={"name": "once"}).status_code == 409


def signed(served: Served, key_id: str, timestamp: str, signature: str, body: bytes = ONE):
    headers = {
        "Content-Type": "application/json",
        "X-Castanea-Key": key_id,
        "X-Castanea-Timestamp": timestamp,
        "X-Castanea-Signature": signature,
    }
    return served.client().post("/api/v1/events", content=body, headers=headers)


def seconds(served: Served, later: int = 0) -> str:
    return str(int(served.services.clock.now().timestamp()) + later)


def test_a_webhook_may_sign_instead_of_showing_its_key(served: Served) -> None:
    created = served.services.write_keys.create("signing", "test")
    at = seconds(served)
    answer = signed(served, created.info.id, at, sign(created.token, at, ONE))
    assert answer.status_code == 202
    assert served.intake.bodies[-1][3] == "signing"


def test_a_signature_fits_one_body_one_key_and_five_minutes_only(served: Served) -> None:
    created = served.services.write_keys.create("signing too", "test")
    other = served.services.write_keys.create("another", "test")
    at, old, key = seconds(served), seconds(served, -301), created.info.id
    right = sign(created.token, at, ONE)
    before = len(served.intake.bodies)
    for answer in (
        signed(served, key, at, right, ONE.replace(b"1", b"2")),
        signed(served, other.info.id, at, right),
        signed(served, key, old, sign(created.token, old, ONE)),
        signed(served, key, str(int(at) + 1), right),
        signed(served, key, at, ""),
        signed(served, "nobody", at, right),
        signed(served, "", at, right),
    ):
        assert answer.status_code == 401
        assert answer.json()["code"] in ("access.signature_invalid", "access.key_unknown")
    assert len(served.intake.bodies) == before
