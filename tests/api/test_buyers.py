"""Buyers in groups over the API: with the asker's rights, for those who may."""

from __future__ import annotations

from tests.api.conftest import Served


def test_groups_are_asked_with_the_rights_of_who_asks(served: Served) -> None:
    answer = served.signed_in().post("/api/v1/buyers/groups", json={"kind": "segments", "days": 90})
    assert answer.status_code == 200, answer.text
    assert [(s["segment"], s["buyers"]) for s in answer.json()["segments"]] == [("loyal", 12)]


def test_an_unknown_kind_of_group_is_refused(served: Served) -> None:
    answer = served.signed_in().post("/api/v1/buyers/groups", json={"kind": "everybody"})
    assert answer.status_code == 422
