"""Kanban boards over HTTP: rights, conflicts, and the live stream."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import httpx
import pytest

from castanea.access import Principal
from castanea.access.permissions import Role
from castanea.api.guard import COOKIE
from tests.api.conftest import Served, until

PATH = "/api/v1/kanban"


def person(served: Served, role: Role) -> tuple[httpx.Client, str]:
    """A client that is signed in, and the account's id."""
    services = served.services
    made = services.invitations.make(Principal("account", "boss", "boss", Role.OWNER), role)
    account = services.invitations.accept(made.token, uuid4().hex, "kapo-tive-ruma").id
    token = services.sessions.open(account).token
    principal = services.sessions.find(token)
    assert principal is not None
    client = served.client(**{"X-Castanea-CSRF": services.sessions.csrf(principal.session_id)})
    client.cookies.set(COOKIE, token)
    return client, account


@pytest.fixture
def owner(served: Served) -> httpx.Client:
    return served.signed_in()


@pytest.fixture
def board(owner: httpx.Client) -> str:
    made = owner.post(PATH, json={"title": "Work", "template": "festival"}, headers={"Accept-Language": "en"})
    assert made.status_code == 201, made.text
    return made.json()["id"]


class Watching:
    """A stream's events as they come, in a thread."""

    def __init__(self, client: httpx.Client, board: str) -> None:
        self.events: list[tuple[str, dict]] = []
        self.over = False
        self._thread = threading.Thread(target=self._read, args=(client, board), daemon=True)
        self._thread.start()

    def _read(self, client: httpx.Client, board: str) -> None:
        name = ""
        with client.stream("GET", f"{PATH}/{board}/stream", timeout=30) as answer:
            for line in answer.iter_lines():
                if line.startswith("event: "):
                    name = line[7:]
                elif line.startswith("data: "):
                    self.events.append((name, json.loads(line[6:])))
                    if name == "bye":
                        break
        self.over = True

    def of(self, name: str) -> list[dict]:
        return [data for kind, data in self.events if kind == name]


@pytest.fixture
def watching(owner: httpx.Client, board: str) -> Iterator[Watching]:
    watcher = Watching(owner, board)
    until(lambda: watcher.of("here"))
    return watcher


def cards_of(client: httpx.Client, board: str) -> list[dict]:
    return client.get(f"{PATH}/{board}").json()["cards"]


def test_a_move_is_seen_by_all_who_look(served: Served, owner: httpx.Client, board: str, watching: Watching) -> None:
    member, _ = person(served, Role.MEMBER)
    card = cards_of(member, board)[0]
    moved = member.patch(f"{PATH}/{board}/cards/{card['id']}", json={"base": card["version"], "list": "doing"})
    assert moved.status_code == 200, moved.text
    until(lambda: watching.of("change"))
    told = watching.of("change")[-1]
    assert told == moved.json()
    assert (told["kind"], told["card"]["list"]) == ("moved", "doing")


def test_a_change_on_an_old_version_is_answered_with_the_card_as_it_is(owner: httpx.Client, board: str) -> None:
    card = cards_of(owner, board)[0]
    place = f"{PATH}/{board}/cards/{card['id']}"
    assert owner.patch(place, json={"base": card["version"], "title": "mine"}).status_code == 200
    refused = owner.patch(place, json={"base": card["version"], "title": "theirs"}, headers={"Accept-Language": "en"})
    assert refused.status_code == 409
    problem = refused.json()
    assert (problem["code"], problem["values"]["card"]["title"]) == ("kanban.changed", "mine")
    assert "owner changed the same part" in problem["detail"]


def test_a_viewer_reads_and_changes_nothing(served: Served, owner: httpx.Client, board: str) -> None:
    viewer, _ = person(served, Role.VIEWER)
    told = viewer.get(f"{PATH}/{board}").json()
    assert len(told["cards"]) == 6
    card = told["cards"][0]
    assert viewer.patch(f"{PATH}/{board}/cards/{card['id']}", json={"base": 99, "title": "x"}).status_code == 403
    assert viewer.post(f"{PATH}/{board}/cards", json={"list": "todo", "title": "x"}).status_code == 403
    assert [each["name"] for each in told["people"]] == ["owner"]  # not everybody: only who is on the board


def test_a_board_that_is_shown_to_others_alone_is_not_there(served: Served, owner: httpx.Client, board: str) -> None:
    member, _ = person(served, Role.MEMBER)
    _, friend = person(served, Role.MEMBER)
    watcher = Watching(member, board)
    until(lambda: watcher.of("here"))
    card = cards_of(member, board)[0]
    shared = owner.put(f"/api/v1/boards/kanban-{board}/shares", json={"subjects": [f"account:{friend}"]})
    assert shared.status_code == 200, shared.text
    until(lambda: watcher.over)
    assert board not in {each["id"] for each in member.get(PATH).json()}
    for method, path in (
        ("GET", ""), ("GET", "/stream"), ("GET", "/changes"), ("GET", f"/cards/{card['id']}"),
        ("PATCH", f"/cards/{card['id']}"), ("POST", "/cards"), ("POST", f"/cards/{card['id']}/comments"),
    ):  # fmt: skip
        body = None if method == "GET" else {"base": 99, "list": "todo", "title": "x", "text": "x"}
        answer = member.request(method, f"{PATH}/{board}{path}", json=body)
        assert (answer.status_code, answer.json()["code"]) == (404, "kanban.not_shown"), path


def test_a_comment_names_people_and_hostile_text_comes_back_as_text(owner: httpx.Client, board: str) -> None:
    card = cards_of(owner, board)[0]
    hostile = "<script>alert(1)</script> @owner [x](javascript:alert(1))"
    said = owner.post(f"{PATH}/{board}/cards/{card['id']}/comments", json={"text": hostile})
    assert said.status_code == 201
    told = owner.get(f"{PATH}/{board}/cards/{card['id']}")
    assert told.headers["content-type"] == "application/json"
    (comment,) = told.json()["comments"]
    assert (comment["text"], len(comment["mentions"])) == (hostile, 1)


def test_twenty_who_change_at_once_see_every_change_in_one_order(
    served: Served, owner: httpx.Client, board: str
) -> None:
    members = [person(served, Role.MEMBER)[0] for _ in range(20)]
    watchers = [Watching(served.signed_in(), board) for _ in range(3)]
    until(lambda: all(watcher.of("here") for watcher in watchers))
    cards = [card["id"] for card in cards_of(owner, board)]
    lists = ["todo", "doing", "waiting", "done"]

    def work(number: int) -> int:
        kept = 0
        for turn in range(4):
            card, client = cards[(number + turn) % len(cards)], members[number]
            base = client.get(f"{PATH}/{board}/cards/{card}").json()["card"]["version"]
            moved = client.patch(
                f"{PATH}/{board}/cards/{card}", json={"base": base, "list": lists[(number + turn) % 4]}
            )
            assert moved.status_code in (200, 409), moved.text
            said = client.post(f"{PATH}/{board}/cards/{card}/comments", json={"text": f"{number}/{turn}"})
            assert said.status_code == 201, said.text
            kept += 1 + (moved.status_code == 200)
        return kept

    with ThreadPoolExecutor(20) as pool:
        made = sum(pool.map(work, range(20)))
    until(lambda: all(len(watcher.of("change")) == made for watcher in watchers), 30)
    first = watchers[0].of("change")
    assert all(watcher.of("change") == first for watcher in watchers)
    numbers = [told["sequence"] for told in first]
    assert numbers == list(range(numbers[0], numbers[0] + made))
    newest = {told["card"]["id"]: told["card"] for told in first}
    now = {card["id"]: card for card in cards_of(owner, board)}
    assert newest == {number: now[number] for number in newest}
    assert sum(card["comments"] for card in now.values()) == 80


def test_a_board_goes_out_and_comes_back(owner: httpx.Client, board: str) -> None:
    out = owner.get(f"{PATH}/{board}/export", params={"form": "trello"})
    assert out.headers["content-disposition"].startswith("attachment")
    back = owner.post(f"{PATH}/import", json={"text": out.text})
    assert back.status_code == 201, back.text
    assert back.json()["cards"] == 6
    table = owner.get(f"{PATH}/{board}/export")
    assert table.headers["content-type"].startswith("text/csv")
    assert owner.post(f"{PATH}/import", json={"text": table.text, "title": "Again"}).json()["board"]["title"] == "Again"
    refused = owner.post(f"{PATH}/import", json={"text": "nothing", "title": "x"})
    assert (refused.status_code, refused.json()["code"]) == (422, "kanban.bad_field")


def test_a_viewer_takes_a_board_out_and_brings_none(served: Served, board: str) -> None:
    viewer, _ = person(served, Role.VIEWER)
    assert viewer.get(f"{PATH}/{board}/export").status_code == 200
    assert viewer.post(f"{PATH}/import", json={"text": "list,title\nA,x\n", "title": "x"}).status_code == 403
