"""Watched folders over HTTP: who may make them, and what is refused in the reader's language."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from castanea.access.permissions import Role
from tests.api.conftest import Served
from tests.api.test_kanban import person

PATH = "/api/v1/watched-folders"


@pytest.fixture
def owner(served: Served) -> httpx.Client:
    return served.signed_in()


def test_a_folder_of_the_inbox_is_made_watched_and_left(owner: httpx.Client) -> None:
    made = owner.post(PATH, json={"name": "tmall", "after": "move", "shop": "main"})
    assert made.status_code == 201, made.text
    folder = made.json()
    listed = owner.get(PATH).json()
    assert Path(folder["path"]) == Path(listed["inbox"]).resolve() / "tmall"
    assert Path(folder["path"]).is_dir()
    assert [(each["after"], each["shop"]) for each in listed["folders"]] == [("move", "main")]
    assert owner.delete(f"{PATH}/{folder['id']}").status_code == 204
    assert owner.get(PATH).json()["folders"] == []
    assert Path(folder["path"]).is_dir()


@pytest.mark.parametrize("name", ["../elsewhere", "/etc", "a/b", "imported", ".hidden"])
def test_only_a_plain_name_makes_a_folder(owner: httpx.Client, name: str) -> None:
    refused = owner.post(PATH, json={"name": name}, headers={"Accept-Language": "zh-CN"})
    assert (refused.status_code, refused.json()["code"]) == (422, "watch.bad_name")
    assert "文件夹名" in refused.json()["detail"]


def test_a_folder_is_watched_once(owner: httpx.Client) -> None:
    made = owner.post(PATH, json={"name": "twice"}).json()
    again = owner.post(PATH, json={"name": "twice"}, headers={"Accept-Language": "zh-CN"})
    assert (again.status_code, again.json()["code"]) == (409, "watch.watched")
    assert owner.delete(f"{PATH}/{made['id']}").status_code == 204
    gone = owner.delete(f"{PATH}/{made['id']}")
    assert (gone.status_code, gone.json()["code"]) == (404, "watch.none")


def test_a_viewer_neither_sees_nor_makes_one(served: Served) -> None:
    viewer, _ = person(served, Role.VIEWER)
    assert viewer.get(PATH).status_code == 403
    assert viewer.post(PATH, json={"name": "mine"}).status_code == 403
