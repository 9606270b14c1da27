from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from castanea.kanban import BoardChange, CardChange, KanbanBoards, Label, Lane, NewCard, Step
from castanea.kit.clock import SystemClock
from castanea.kit.errors import Conflict, InputError, NotFound
from castanea.state import Database

PEOPLE = {"lin": "lin", "chen": "陈"}


@pytest.fixture
def kanban(tmp_path: Path) -> Iterator[KanbanBoards]:
    database = Database(tmp_path / "state.db")
    yield KanbanBoards(database, SystemClock())
    database.close()


@pytest.fixture
def board(kanban: KanbanBoards) -> str:
    return kanban.make("Work", "empty", "en", "lin").id


def add(kanban: KanbanBoards, board: str, title: str, where: str = "todo") -> str:
    card = kanban.add_card(board, NewCard(where, title), "lin", PEOPLE).card
    assert card is not None
    return card.id


def order(kanban: KanbanBoards, board: str, where: str) -> list[str]:
    return [card.title for card in kanban.open(board)[1] if card.list == where and not card.archived]


def version(kanban: KanbanBoards, board: str, card: str) -> int:
    return kanban.story(board, card).card.version


@pytest.mark.parametrize("name", ["empty", "festival", "launch", "clearance", "incident"])
def test_a_template_begins_a_board_in_either_language(kanban: KanbanBoards, name: str) -> None:
    english, chinese = kanban.make("A", name, "en", "lin"), kanban.make("B", name, "zh-CN", "lin")
    assert [each.title for each in chinese.lists] == ["待办", "进行中", "等待", "完成"]
    assert len(kanban.open(english.id)[1]) == len(kanban.open(chinese.id)[1])


def test_a_card_moves_before_another_and_to_the_end(kanban: KanbanBoards, board: str) -> None:
    first, second, third = (add(kanban, board, name) for name in "abc")
    kanban.change_card(
        board, third, CardChange(version(kanban, board, third), list="todo", before=first), "lin", PEOPLE
    )
    assert order(kanban, board, "todo") == ["c", "a", "b"]
    kanban.change_card(board, first, CardChange(version(kanban, board, first), list="doing"), "lin", PEOPLE)
    kanban.change_card(board, second, CardChange(version(kanban, board, second), list="doing"), "lin", PEOPLE)
    assert (order(kanban, board, "todo"), order(kanban, board, "doing")) == (["c"], ["a", "b"])


def test_a_move_made_on_an_old_place_is_refused_with_the_card_as_it_is(kanban: KanbanBoards, board: str) -> None:
    card = add(kanban, board, "a")
    base = version(kanban, board, card)
    kanban.change_card(board, card, CardChange(base, list="done"), "chen", PEOPLE)
    with pytest.raises(Conflict) as refused:
        kanban.change_card(board, card, CardChange(base, list="doing"), "lin", PEOPLE)
    assert (refused.value.code, refused.value.values["by"], refused.value.values["fields"]) == (
        "kanban.changed",
        "chen",
        "place",
    )
    assert refused.value.values["card"]["list"] == "done"  # type: ignore[index]
    assert order(kanban, board, "done") == ["a"]


def test_two_who_change_different_fields_both_have_their_way(kanban: KanbanBoards, board: str) -> None:
    card = add(kanban, board, "a")
    base = version(kanban, board, card)
    kanban.change_card(board, card, CardChange(base, list="doing"), "chen", PEOPLE)
    kanban.change_card(board, card, CardChange(base, title="b", due="2026-12-01"), "lin", PEOPLE)
    told = kanban.story(board, card).card
    assert (told.list, told.title, told.due) == ("doing", "b", "2026-12-01")


def test_the_history_tells_who_changed_what_from_what(kanban: KanbanBoards, board: str) -> None:
    card = add(kanban, board, "a")
    kanban.change_card(
        board, card, CardChange(99, steps=(Step("count", done=True),), assignees=("chen",)), "lin", PEOPLE
    )
    kanban.comment(board, card, "@陈 please, @nobody", "lin", PEOPLE)
    story = kanban.story(board, card)
    assert [change.kind for change in story.changes] == ["commented", "edited", "made"]
    assert (story.changes[1].before["assignees"], story.changes[1].after["assignees"]) == ([], ["chen"])
    assert [(c.by, c.mentions) for c in story.comments] == [("lin", ("chen",))]
    assert [change.sequence for change in kanban.changes(board, 0)] == [1, 2, 3, 4]


@pytest.mark.parametrize(
    "change",
    [
        {"title": " "}, {"title": "x" * 301}, {"due": "tomorrow"}, {"assignees": ("nobody",)}, {"labels": ("none",)},
        {"list": "nowhere"}, {"steps": (Step(""),)}, {"description": "x" * 20_001},
    ],
)  # fmt: skip
def test_what_a_card_cannot_hold_is_refused_with_what_it_can(kanban: KanbanBoards, board: str, change: dict) -> None:
    card = add(kanban, board, "a")
    before = kanban.open(board)
    with pytest.raises(InputError, match=r"valid: .*Nothing was kept"):
        kanban.change_card(board, card, CardChange(99, **change), "lin", PEOPLE)
    assert kanban.open(board) == before


def test_a_list_that_holds_cards_cannot_be_taken_away(kanban: KanbanBoards, board: str) -> None:
    card = add(kanban, board, "a")
    now = kanban.open(board)[0]
    with pytest.raises(InputError, match="To do still holds cards"):
        kanban.change_board(board, BoardChange(now.version, lists=now.lists[1:]), "lin")
    kanban.change_card(board, card, CardChange(99, archived=True), "lin", PEOPLE)
    told = kanban.change_board(
        board, BoardChange(now.version, lists=(*now.lists[1:], Lane("", "Later", 3)), labels=(Label("", "New"),)), "lin"
    )
    assert told.board is not None
    assert [each.title for each in told.board.lists] == ["Doing", "Waiting", "Done", "Later"]
    kanban.change_card(board, card, CardChange(99, archived=False), "lin", PEOPLE)
    assert order(kanban, board, "doing") == ["a"]
    with pytest.raises(Conflict):
        kanban.change_board(board, BoardChange(now.version, title="Mine"), "chen")


def test_an_archived_board_stands_still_and_a_card_is_found_on_its_own_board_only(
    kanban: KanbanBoards, board: str
) -> None:
    card = add(kanban, board, "a")
    other = kanban.make("Other", "empty", "en", "lin").id
    with pytest.raises(NotFound):
        kanban.story(other, card)
    kanban.change_board(board, BoardChange(kanban.open(board)[0].version, archived=True), "lin")
    with pytest.raises(InputError, match="archive"):
        add(kanban, board, "b")


def test_many_who_move_at_once_lose_nothing_and_agree_on_one_order(kanban: KanbanBoards, board: str) -> None:
    cards = [add(kanban, board, str(n)) for n in range(12)]
    lists = ["todo", "doing", "done"]

    def work(person: int) -> tuple[int, int]:
        kept = refused = 0
        for turn in range(8):
            card = cards[(person * 5 + turn) % len(cards)]
            base = version(kanban, board, card)
            try:
                kanban.change_card(
                    board, card, CardChange(base, list=lists[(person + turn) % 3], before=cards[turn]), "lin", PEOPLE
                )
                kept += 1
            except Conflict:
                refused += 1
            kanban.comment(board, card, "here", "lin", PEOPLE)
        return kept, refused

    with ThreadPoolExecutor(6) as pool:
        done = list(pool.map(work, range(6)))
    changes = kanban.changes(board, 0)
    assert [change.sequence for change in changes] == list(range(1, len(changes) + 1))
    assert sum(change.kind == "moved" for change in changes) == sum(kept for kept, _ in done)
    assert sum(change.kind == "commented" for change in changes) == 48
    told = kanban.open(board)[1]
    assert sorted(card.title for card in told) == sorted(str(n) for n in range(12))
    assert len({(card.list, card.rank) for card in told}) == 12
    last = {change.card: change.after["list"] for change in changes if change.kind in ("moved", "made")}
    assert {card.id: card.list for card in told} == last
