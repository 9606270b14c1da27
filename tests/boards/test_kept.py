"""People's own boards: every version kept, two who edit at once lose nothing, and a board as YAML is the same board."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from castanea.boards import Boards, read_board, write_board
from castanea.boards.checking import board_from
from castanea.boards.kept import KeptBoards
from castanea.boards.library import READY
from castanea.boards.merging import merged
from castanea.boards.reader import BoardError
from castanea.contracts.board import BoardSpec, Place, TileSpec
from castanea.contracts.query import Query, TimeRange
from castanea.kit.clock import FixedClock
from castanea.kit.errors import Conflict, NotFound
from castanea.state import Account, Database


def tile(name: str, metric: str = "paid_amount", x: int = 0) -> TileSpec:
    title = {"zh-CN": name, "en": name}
    return TileSpec(name, "number", title, Place(x, 0, 3, 3), {"main": Query((metric,))})


def board(*tiles: TileSpec, name: str = "mine", title: str = "我的看板") -> BoardSpec:
    return BoardSpec(name, {"zh-CN": title, "en": title}, tiles, TimeRange("last 7d"), None)


@pytest.fixture
def boards(tmp_path: Path) -> Iterator[KeptBoards]:
    database, now = Database(tmp_path / "state.db"), datetime(2026, 11, 23, tzinfo=UTC)
    with database.write() as session:
        session.add(Account(id="ann", name="ann", role="owner", passphrase_hash="", created_at=now, passphrase_at=now))
    yield KeptBoards(database, FixedClock(now))
    database.close()


def test_a_saved_board_has_all_its_versions_and_any_can_come_back(boards: KeptBoards) -> None:
    first = boards.create(board(tile("a")), "ann").spec
    second = boards.save(first, replace(first, tiles=(tile("a"), tile("b"))), "ann").board.spec
    assert (first.version, second.version) == (1, 2)
    back = boards.restore("mine", 1, "bob").spec
    assert (back.version, [t.id for t in back.tiles]) == (3, ["a"])
    assert [(v.version, v.by, v.restored) for v in boards.versions("mine")] == [
        (3, "bob", 1),
        (2, "ann", 0),
        (1, "ann", 0),
    ]


def test_two_who_change_different_tiles_both_have_their_way(boards: KeptBoards) -> None:
    base = boards.create(board(tile("a"), tile("b")), "ann").spec
    boards.save(base, replace(base, tiles=(tile("a", "orders"), tile("b"))), "ann")
    saved = boards.save(base, replace(base, tiles=(tile("a"), tile("b", "buyers"), tile("c"))), "bob")
    assert saved.merged
    asked = {t.id: t.queries["main"].metrics[0] for t in saved.board.spec.tiles}
    assert asked == {"a": "orders", "b": "buyers", "c": "paid_amount"}


def test_two_who_change_one_tile_are_told_and_nothing_is_overwritten(boards: KeptBoards) -> None:
    base = boards.create(board(tile("a")), "ann").spec
    boards.save(base, replace(base, tiles=(tile("a", "orders"),)), "ann")
    with pytest.raises(Conflict) as told:
        boards.save(base, replace(base, tiles=(tile("a", "buyers"),)), "bob")
    assert told.value.code == "board.changed"
    assert told.value.values["conflicts"] == "a"
    kept = boards.get("mine")
    assert kept is not None
    assert kept.spec.tiles[0].queries["main"].metrics == ("orders",)


def test_a_tile_that_one_removed_and_the_other_changed_is_a_conflict() -> None:
    base = board(tile("a"), tile("b"))
    outcome = merged(base, replace(base, tiles=(tile("b"),)), replace(base, tiles=(tile("a", "orders"), tile("b"))))
    assert outcome.conflicts == ("a",)


def test_a_changed_ready_board_is_one_s_own_until_it_is_removed(boards: KeptBoards) -> None:
    ready = Boards.load().get("sales")
    saved = boards.save(ready, replace(ready, title={"zh-CN": "卖货", "en": "Selling"}), "ann").board.spec
    assert (saved.id, saved.title["en"]) == ("sales", "Selling")
    boards.remove("sales")
    assert boards.get("sales") is None
    with pytest.raises(NotFound):
        boards.versions("sales")


def test_an_id_that_is_taken_gets_a_number(boards: KeptBoards) -> None:
    names = [boards.create(board(tile("a"), name="sales"), "ann", taken=("sales",)).spec.id for _ in range(3)]
    assert names == ["sales-2", "sales-3", "sales-4"]


def test_folders_archive_and_favourites(boards: KeptBoards) -> None:
    boards.create(board(tile("a")), "ann", "采购")
    assert boards.place("mine", folder=" 营销 / 双11 ").folder == "营销/双11"
    assert boards.place("mine", archived=True).archived
    assert not boards.place("mine", archived=False).archived
    assert boards.set_favourite("ann", "mine", favourite=True) == ["mine"]
    assert boards.set_favourite("ann", "mine", favourite=True) == ["mine"]
    assert boards.set_favourite("ann", "mine", favourite=False) == []


@pytest.mark.parametrize("name", READY)
def test_a_board_as_yaml_is_the_same_board(name: str) -> None:
    ready = Boards.load().get(name)
    assert read_board(write_board(ready), "again.yaml") == ready


def broken_tile(**more: object) -> dict[str, object]:
    place = {"x": 0, "y": 0, "w": 5, "h": 1}
    return {"tiles": [{"id": "a", "kind": "number", "title": {"en": "A"}, "place": place, "queries": {}, **more}]}


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        ({"id": "Not an id"}, "id"),
        ({"title": {"en": "  "}}, "name"),
        (broken_tile(place={"x": 10, "y": 0, "w": 5, "h": 1}, queries={"main": {"metrics": ["orders"]}}), "12 columns"),
        (broken_tile(), "asks nothing"),
        (broken_tile(kind="hologram"), "hologram"),
    ],
)
def test_a_board_that_is_none_is_refused_with_its_place(broken: dict[str, object], says: str) -> None:
    whole = {"id": "mine", "title": {"en": "Mine"}, "tiles": [], "time": {}, "compare": None}
    with pytest.raises(BoardError, match=says):
        board_from({**whole, **broken})


def test_a_title_in_one_language_stands_in_both() -> None:
    made = board_from({"id": "mine", "title": {"zh-CN": "库存"}, "tiles": [], "time": {}, "compare": None})
    assert made.title == {"zh-CN": "库存", "en": "库存"}
