"""Targets over HTTP: rights, conflicts, files."""

from __future__ import annotations

import httpx
import pytest

from castanea.access.permissions import Role
from tests.api.conftest import Served
from tests.api.test_kanban import person

PATH = "/api/v1/targets"
NOVEMBER = {"name": "November", "metric": "net_sales", "since": "2026-11-01", "until": "2026-11-30", "value": "120万"}


@pytest.fixture
def owner(served: Served) -> httpx.Client:
    return served.signed_in()


def test_a_target_is_set_shown_and_changed(served: Served, owner: httpx.Client) -> None:
    made = owner.post(PATH, json=NOVEMBER)
    assert made.status_code == 201, made.text
    number = made.json()["target"]["id"]
    assert number in [target.id for target in served.link.known_targets]
    listed = owner.get(PATH).json()["targets"]
    assert number in [each["target"]["id"] for each in listed]
    changed = owner.patch(f"{PATH}/{number}", json={"base": 1, "target": {**NOVEMBER, "value": "5"}})
    assert changed.json()["target"]["value"] == "5"
    opened = owner.get(f"{PATH}/{number}").json()
    assert [change["kind"] for change in opened["history"]] == ["edited", "made"]
    assert list(opened["people"].values()) == [served.name]
    assert opened["progress"]["days"]
    lost = owner.patch(f"{PATH}/{number}", json={"base": 1, "archived": True})
    assert (lost.status_code, lost.json()["code"]) == (409, "target.changed")
    assert served.name in lost.json()["detail"]


def test_a_viewer_reads_and_does_not_set(served: Served) -> None:
    viewer, _ = person(served, Role.VIEWER)
    assert viewer.get(PATH).status_code == 200
    assert viewer.post(PATH, json=NOVEMBER).status_code == 403


@pytest.mark.parametrize(
    ("change", "code"),
    [({"value": "1.2.3"}, "target.bad_number"), ({"metric": "nonsense"}, "query.unknown_metric"), ({"until": "2025-01-01"}, "target.bad_span"),
     ({"name": " "}, "target.bad_length")],
)  # fmt: skip
def test_what_cannot_be_a_target_is_refused_in_the_readers_language(
    owner: httpx.Client, change: dict, code: str
) -> None:
    refused = owner.post(PATH, json={**NOVEMBER, **change}, headers={"Accept-Language": "zh-CN"})
    assert (refused.status_code, refused.json()["code"]) == (422, code)


def test_a_file_is_looked_at_first_and_kept_whole_or_not_at_all(owner: httpx.Client) -> None:
    good = "name,metric,period,value\nA,orders,2026-12,500\nB,buyers,2026-12,400\n"
    before = len(owner.get(PATH).json()["targets"])
    looked = owner.post(f"{PATH}/import", json={"text": good}).json()
    assert (looked["lines"], looked["faults"], looked["kept"]) == (2, [], False)
    bad = owner.post(
        f"{PATH}/import",
        json={"text": good + "C,nonsense,2026-12,4\nD,orders,2026-12,x\n", "keep": True},
        headers={"Accept-Language": "zh-CN"},
    ).json()
    assert [fault["line"] for fault in bad["faults"]] == [4, 5]
    assert "数字" in bad["faults"][1]["message"]
    assert len(owner.get(PATH).json()["targets"]) == before
    kept = owner.post(f"{PATH}/import", json={"text": good, "keep": True}).json()
    assert (kept["made"], kept["changed"], kept["kept"]) == (2, 0, True)


def test_a_curve_is_read_strictly(owner: httpx.Client) -> None:
    assert owner.post(f"{PATH}/curve", json={"text": "2026-11-01,1万\n"}).json() == [
        {"day": "2026-11-01", "value": "10000"}
    ]
    assert owner.post(f"{PATH}/curve", json={"text": "2026-11-01,1.2.3\n"}).status_code == 422
