"""Analyses over HTTP: who may run one, what is refused in the reader's language, how one ends."""

from __future__ import annotations

import httpx
import pytest

from castanea.access.permissions import Role
from tests.api.conftest import Served, until
from tests.api.test_kanban import person

PATH = "/api/v1/analyses"


@pytest.fixture
def owner(served: Served) -> httpx.Client:
    return served.signed_in()


def test_every_analysis_says_what_it_asks_and_needs(owner: httpx.Client) -> None:
    offers = {offer["command"]: offer for offer in owner.get(f"{PATH}/offers").json()}
    assert {offer["group"] for offer in offers.values()} == {"describe", "diagnose", "predict", "prescribe"}
    assert offers["reorder"]["bring"] == ["order", "stock_level"]
    assert "horizon" in [field["name"] for field in offers["forecast"]["fields"]]


def test_one_runs_and_says_why_it_has_no_answer(owner: httpx.Client) -> None:
    begun = owner.post(PATH, json={"command": "describe"})
    assert begun.status_code == 202, begun.text
    number = begun.json()["id"]
    until(lambda: owner.get(f"{PATH}/{number}").json()["state"] in ("done", "failed"), 60)
    ended = owner.get(f"{PATH}/{number}", headers={"Accept-Language": "zh-CN"}).json()
    assert ended["state"] == "failed"
    assert "没有数据" in ended["refused"]["message"]
    refused = owner.get(f"{PATH}/{number}/result")
    assert (refused.status_code, refused.json()["code"]) == (409, "analysis.not_done")
    assert number in [each["id"] for each in owner.get(PATH).json()]
    assert owner.delete(f"{PATH}/{number}").status_code == 204
    assert owner.get(f"{PATH}/{number}").status_code == 404


@pytest.mark.parametrize(
    ("wish", "code"), [({"command": "nonsense"}, "analysis.unknown"), ({"command": "forecast", "fields": {"horizon": "0"}}, "analysis.bad_field")]
)  # fmt: skip
def test_a_wrong_wish_is_refused_in_the_readers_language(owner: httpx.Client, wish: dict, code: str) -> None:
    refused = owner.post(PATH, json=wish, headers={"Accept-Language": "zh-CN"})
    assert (refused.status_code, refused.json()["code"]) == (422, code)
    assert any("一" <= letter <= "鿿" for letter in refused.json()["detail"])


def test_a_viewer_runs_none(served: Served) -> None:
    viewer, _ = person(served, Role.VIEWER)
    assert viewer.get(f"{PATH}/offers").status_code == 403
    assert viewer.post(PATH, json={"command": "describe"}).status_code == 403
