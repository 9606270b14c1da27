from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from structlog.testing import capture_logs

from castanea.kit.errors import Busy, CastaneaError, Conflict, InputError, NoSpace, NotFound, Unavailable
from tests.api.conftest import Served, until

JSON = {"Content-Type": "application/json"}


def key(served: Served) -> dict[str, str]:
    from secrets import token_hex

    return {"Authorization": f"Bearer {served.services.write_keys.create(token_hex(4), 'test').token}", **JSON}


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (InputError("no"), 422),
        (NotFound("no"), 404),
        (Conflict("no"), 409),
        (Busy("no", retry_after=2.2), 429),
        (Unavailable("no"), 503),
        (NoSpace("no"), 507),
        (CastaneaError("no"), 500),
    ],
)
def test_an_error_of_the_tree_has_its_status_in_both_languages(
    fresh: Served, error: CastaneaError, status: int
) -> None:
    fresh.intake.raises = error
    said = set()
    for language in ("zh-CN", "en"):
        headers = {**key(fresh), "Accept-Language": language}
        answer = fresh.client().post("/api/v1/events", content=b"[]", headers=headers)
        document = answer.json()
        assert answer.headers["content-type"] == "application/problem+json"
        assert (answer.status_code, document["status"], document["code"]) == (status, status, error.code)
        assert answer.headers["content-language"] == language
        assert document["detail"] != "no"
        said.add(document["detail"])
    assert len(said) == 2
    if isinstance(error, Busy):
        assert answer.headers["retry-after"] == "3"


def test_a_defect_shows_a_number_and_nothing_of_its_insides(fresh: Served) -> None:
    fresh.intake.raises = ZeroDivisionError("/secret/path and SELECT * FROM secrets")
    headers = key(fresh)
    with capture_logs() as lines:
        answer = fresh.client().post("/api/v1/events", content=b"[]", headers=headers)
        until(lambda: any(line["event"] == "request broke" for line in lines))
    assert answer.status_code == 500
    assert answer.json()["code"] == "server.error"
    assert answer.json()["values"]["request"] == answer.headers["x-request-id"]
    for inside in ("secret", "SELECT", "Traceback", "ZeroDivision", ".py"):
        assert inside not in answer.text
    broke = next(line for line in lines if line["event"] == "request broke")
    assert broke["exc_info"]
    assert broke["request"] == answer.headers["x-request-id"]


def test_a_code_without_a_sentence_is_told_in_english(fresh: Served) -> None:
    fresh.intake.raises = InputError("the moon is full; wait", code="moon.full", values={"phase": 1})
    document = fresh.client().post("/api/v1/events", content=b"[]", headers=key(fresh)).json()
    assert document["detail"] == "the moon is full; wait"
    assert document["values"] == {"phase": 1}


def test_what_does_not_fit_is_named_field_by_field(served: Served) -> None:
    client = served.signed_in()
    answer = client.put("/api/v1/me", json={"theme": "pink", "thme": 1}, headers={"Accept-Language": "zh-CN"})
    assert answer.status_code == 422
    assert {e["field"]: e["kind"] for e in answer.json()["errors"]} == {
        "theme": "literal_error",
        "thme": "extra_forbidden",
    }
    assert "light" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("body", "headers", "status", "code"),
    [
        (b"{", JSON, 422, "request.not_json"),
        (b'{"board": 1}', JSON, 422, "request.invalid"),
        (b"{}", JSON, 422, "request.invalid"),
        (b'{"board":"x"}', {"Content-Type": "text/plain"}, 415, "request.content_type"),
        (b'{"board":"' + b"x" * 20_000 + b'"}', JSON, 413, "request.too_large"),
        (b'{"board":"nowhere"}', JSON, 404, "boards.not_found"),
    ],
)
def test_a_view_that_cannot_be_opened_says_why(
    served: Served, body: bytes, headers: dict[str, str], status: int, code: str
) -> None:
    answer = served.signed_in().post("/api/v1/views", content=body, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_every_small_route_refuses_a_large_body(served: Served) -> None:
    client = served.signed_in()
    large = json.dumps({"name": "x" * 50_000}).encode()
    for method, path in (("POST", "/api/v1/session"), ("PUT", "/api/v1/me"), ("POST", "/api/v1/write-keys")):
        answer = client.request(method, path, content=large, headers=JSON)
        assert (answer.status_code, answer.json()["code"]) == (413, "request.too_large"), path


def test_a_body_without_a_length_is_bounded_too(served: Served) -> None:
    answer = served.signed_in().put("/api/v1/me", content=(b"x" * 1000 for _ in range(50)), headers=JSON)
    assert answer.status_code == 413


def test_an_unknown_name_in_a_question_comes_with_the_nearest(served: Served) -> None:
    answer = served.signed_in().post("/api/v1/query", json={"metrics": ["nonsense"]})
    assert answer.status_code == 422
    assert answer.json()["values"]["nearest"] == ["net_sales"]


def test_an_answer_is_passed_on_byte_by_byte(served: Served) -> None:
    answer = served.signed_in().post("/api/v1/query", json={"metrics": ["net_sales"], "by": ["day"]})
    assert answer.json()["rows"] == [{"net_sales": "1902487.15"}]
    assert served.link.asked[-1][0].by == ("day",)


def test_unknown_paths_and_methods_are_problems_too(served: Served) -> None:
    client = served.client()
    assert client.get("/api/v1/nowhere").json()["code"] == "castanea.not_found"
    answer = client.patch("/api/v1/boards")
    assert (answer.status_code, answer.json()["code"]) == (405, "request.method")


def test_not_ready_while_the_warehouse_does_not_answer(fresh: Served) -> None:
    client = fresh.client()
    assert client.get("/readyz").json() == {"status": "ready"}
    fresh.link.down = True
    until(lambda: client.get("/readyz").status_code == 503)
    assert client.get("/healthz").json() == {"status": "ok"}
    assert fresh.signed_in().get("/api/v1/status").json()["available"] is False


def test_many_at_once_all_get_their_answer(served: Served) -> None:
    client = served.signed_in()
    with ThreadPoolExecutor(16) as threads:
        statuses = set(threads.map(lambda _: client.get("/api/v1/boards").status_code, range(64)))
    assert statuses == {200}
