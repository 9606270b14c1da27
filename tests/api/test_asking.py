"""Asking in a sentence over the API: with the asker's rights, and in their language when it fails."""

from __future__ import annotations

from tests.api.conftest import Served


def test_a_sentence_is_understood_with_the_rights_of_who_asks(served: Served) -> None:
    answer = served.signed_in().post("/api/v1/ask", json={"sentence": "上周净支付金额"})
    assert answer.status_code == 200, answer.text
    meaning = answer.json()["meaning"]
    assert (meaning["query"]["metrics"], meaning["words"]["en"]) == (["net_sales"], "all")


def test_what_cannot_be_asked_is_said_in_the_asker_s_language(served: Served) -> None:
    client = served.signed_in()
    for language, said in (("zh-CN", "没有找到指标"), ("en", "No number was found")):
        answer = client.post("/api/v1/ask", json={"sentence": "nothing"}, headers={"Accept-Language": language})
        assert (answer.status_code, answer.json()["code"]) == (422, "ask.no_metric")
        assert said in answer.json()["detail"]


def test_nobody_asks_without_being_signed_in(served: Served) -> None:
    assert served.client().post("/api/v1/ask", json={"sentence": "sales"}).status_code in (401, 403)
