"""The rows behind a number over the API: paged, with the asker's rights, and as a file that a spreadsheet can open safely."""

from __future__ import annotations

from tests.api.conftest import Served

QUERY = {"metrics": ["paid_amount"]}


def test_a_page_of_rows_is_asked_with_the_rights_of_who_asks(served: Served) -> None:
    answer = served.signed_in().post("/api/v1/rows", json={"query": QUERY, "offset": 1, "limit": 1})
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert (told["total"], [row["order_id"] for row in told["rows"]]) == (3, ["=o1"])


def test_a_file_of_rows_has_labels_in_the_reader_s_language_and_runs_no_formula(served: Served) -> None:
    client = served.signed_in()
    for language, head in (("en", "Order,Counts as"), ("zh-CN", "订单号,_value")):
        answer = client.post(
            "/api/v1/rows/csv", json={"query": QUERY, "limit": 2}, headers={"Accept-Language": language}
        )
        assert answer.headers["x-castanea-rows"] == "2/3"
        assert answer.content.decode("utf-8-sig").splitlines() == [head, "'=o0,1.5", "'=o1,1.5"]


def test_more_rows_than_a_page_holds_are_refused(served: Served) -> None:
    answer = served.signed_in().post("/api/v1/rows", json={"query": QUERY, "limit": 201})
    assert (answer.status_code, answer.json()["code"]) == (422, "query.limit")


def test_what_changed_is_told_of_a_board_that_one_may_see(served: Served) -> None:
    client = served.signed_in()
    assert client.get("/api/v1/boards/live-today/changes").json()["things"] == []
    assert client.get("/api/v1/boards/nothing/changes").status_code == 404
