"""What people say about tiles: on which days, whom they name, and who sees the figures that stood there then."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from castanea.access.permissions import Role
from tests.api.conftest import Served
from tests.api.test_kanban import person

FIGURES = "Day\tNet sales\n2026-11-11\t¥642,318"


@pytest.fixture
def owner(served: Served) -> httpx.Client:
    return served.signed_in()


@pytest.fixture
def place(owner: httpx.Client) -> tuple[str, str]:
    """The address of a board's remarks, and one of its tiles."""
    board = owner.get("/api/v1/boards").json()[0]
    return f"/api/v1/boards/{board['id']}/remarks", board["tiles"][0]["id"]


def said(client: httpx.Client, path: str, tile: str, text: str = "look", **more: Any) -> httpx.Response:
    return client.post(path, json={"tile": tile, "text": text, **more})


def test_a_remark_stands_with_its_days_in_order_and_whom_it_names(
    served: Served, owner: httpx.Client, place: tuple[str, str]
) -> None:
    path, tile = place
    friend, number = person(served, Role.MEMBER)
    name = owner.get(path).json()["names"][number]
    made = said(owner, path, tile, f"@{name}, 看看这里", since="2026-11-12", until="2026-11-11")
    assert made.status_code == 201, made.text
    assert (made.json()["since"], made.json()["until"], made.json()["mentions"]) == (
        "2026-11-11",
        "2026-11-12",
        [number],
    )
    assert friend.get(path).json()["remarks"][-1]["text"] == f"@{name}, 看看这里"
    assert [each["id"] for each in friend.get("/api/v1/remarks/mine").json()["remarks"]] == [made.json()["id"]]
    assert owner.get("/api/v1/remarks/mine").json()["remarks"] == []


def test_one_day_is_a_range_of_one_day(owner: httpx.Client, place: tuple[str, str]) -> None:
    made = said(owner, *place, since="2026-11-11").json()
    assert (made["since"], made["until"]) == ("2026-11-11", "2026-11-11")


@pytest.mark.parametrize("wrong", [{"text": "  "}, {"text": "x" * 4001}, {"since": "11.11."}, {"until": "2026-02-30"}])
def test_what_is_no_remark_is_refused_and_nothing_is_kept(
    owner: httpx.Client, place: tuple[str, str], wrong: dict[str, str]
) -> None:
    path, tile = place
    before = owner.get(path).json()["remarks"]
    refused = owner.post(path, json={"tile": tile, "text": "look", **wrong})
    assert (refused.status_code, refused.json()["code"]) == (422, "remark.bad_field")
    assert owner.get(path).json()["remarks"] == before


def test_a_tile_that_is_not_on_the_board_is_refused_with_those_that_are(
    owner: httpx.Client, place: tuple[str, str]
) -> None:
    refused = said(owner, place[0], "nowhere")
    assert (refused.status_code, refused.json()["code"]) == (422, "remark.bad_field")
    assert place[1] in refused.json()["values"]["valid"]


def test_figures_are_shown_to_who_may_see_the_same_and_to_nobody_else(
    served: Served, owner: httpx.Client, place: tuple[str, str]
) -> None:
    path, tile = place
    board = path.split("/")[-2]
    said(owner, path, tile, snapshot=FIGURES)
    seen = owner.get(path).json()["remarks"][-1]
    assert (seen["snapshot"], seen["withheld"]) == (FIGURES, False)
    kept = served.services.remarks.of_board(board, "narrow")[-1]
    assert (kept.snapshot, kept.withheld) == ("", True)


def test_its_writer_or_who_edits_boards_takes_a_remark_back(
    served: Served, owner: httpx.Client, place: tuple[str, str]
) -> None:
    path, tile = place
    before = owner.get(path).json()["remarks"]
    (one, _), (other, _) = person(served, Role.MEMBER), person(served, Role.MEMBER)
    first, second = (said(one, path, tile).json()["id"] for _ in range(2))
    refused = other.delete(f"{path}/{first}")
    assert (refused.status_code, refused.json()["code"]) == (403, "remark.not_yours")
    assert one.delete(f"{path}/{first}").status_code == 204
    assert owner.delete(f"{path}/{second}").status_code == 204
    assert owner.delete(f"{path}/{second}").status_code == 404
    assert owner.get(path).json()["remarks"] == before


def test_a_board_that_is_shown_to_others_alone_tells_nothing(
    served: Served, owner: httpx.Client, place: tuple[str, str]
) -> None:
    path, tile = place
    board = path.split("/")[-2]
    reader, number = person(served, Role.MEMBER)
    _, friend = person(served, Role.MEMBER)
    name = owner.get(path).json()["names"][number]
    said(owner, path, tile, f"@{name} look")
    owner.put(f"/api/v1/boards/{board}/shares", json={"subjects": [f"account:{friend}"]})
    assert reader.get(path).status_code == 404
    assert said(reader, path, tile).status_code == 404
    assert reader.get("/api/v1/remarks/mine").json()["remarks"] == []
    owner.put(f"/api/v1/boards/{board}/shares", json={"subjects": []})
    assert len(reader.get("/api/v1/remarks/mine").json()["remarks"]) == 1


def test_a_viewer_reads_and_does_not_write(served: Served, owner: httpx.Client, place: tuple[str, str]) -> None:
    viewer, _ = person(served, Role.VIEWER)
    number = said(owner, *place).json()["id"]
    assert viewer.get(place[0]).json()["remarks"][-1]["id"] == number
    assert said(viewer, *place).status_code == 403
