"""Boards from and to other programs, custom fields and links."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from castanea.kanban import (
    Board,
    BoardChange,
    Card,
    CardChange,
    CardLink,
    Field,
    KanbanBoards,
    NewCard,
    read_board,
    to_csv,
    to_trello,
)
from castanea.kit.clock import SystemClock
from castanea.kit.errors import InputError
from castanea.state import Database

TRELLO = {
    "name": "双11备战",
    "lists": [
        {"id": "b", "name": "Doing", "closed": False, "pos": 2},
        {"id": "a", "name": "To do", "closed": False, "pos": 1},
        {"id": "z", "name": "Old", "closed": True, "pos": 3},
    ],
    "labels": [{"id": "l1", "name": "", "color": "green"}, {"id": "l2", "name": "Supply", "color": None}],
    "cards": [
        {"id": "2", "name": "Second", "desc": "**x**", "idList": "a", "closed": False, "pos": 20, "due": "2026-11-11T09:00:00.000Z",
         "idLabels": ["l1", "l2"], "idMembers": ["m"], "attachments": [{}]},
        {"id": "1", "name": "First", "desc": "", "idList": "a", "closed": False, "pos": 10, "due": None, "idLabels": []},
        {"id": "3", "name": "Kept away", "desc": "", "idList": "b", "closed": True, "pos": 1, "due": None, "idLabels": []},
        {"id": "4", "name": "Lost", "desc": "", "idList": "z", "closed": False, "pos": 1, "due": None, "idLabels": []},
    ],
    "checklists": [{"id": "c", "idCard": "1", "name": "c", "pos": 1, "checkItems": [
        {"name": "b", "state": "complete", "pos": 2}, {"name": "a", "state": "incomplete", "pos": 1}]}],
    "actions": [{"type": "commentCard"}, {"type": "updateCard"}],
}  # fmt: skip


@pytest.fixture
def boards(tmp_path: Path) -> Iterator[KanbanBoards]:
    database = Database(tmp_path / "state.db")
    yield KanbanBoards(database, SystemClock())
    database.close()


def brought(boards: KanbanBoards, text: str, title: str = "Cards") -> tuple[Board, list[Card]]:
    return boards.open(boards.bring(read_board(text, title), "ana").id)


def test_trellos_export_becomes_a_board_and_says_what_is_left_out(boards: KanbanBoards) -> None:
    outside = read_board(json.dumps(TRELLO), "")
    assert outside.left_out == {"cards_of_closed_lists": 1, "comments": 1, "attachments": 1, "members": 1}
    board, cards = brought(boards, json.dumps(TRELLO))
    assert board.title == "双11备战"
    assert [lane.title for lane in board.lists] == ["To do", "Doing"]
    assert [(label.title, label.colour) for label in board.labels] == [("green", "c4"), ("Supply", "c8")]
    first, second = (card for card in cards if card.list == board.lists[0].id)
    assert (first.title, [(s.text, s.done) for s in first.steps]) == ("First", [("a", False), ("b", True)])
    assert (second.due, len(second.labels), second.description) == ("2026-11-11", 2, "**x**")
    assert [card.title for card in cards if card.archived] == ["Kept away"]


@pytest.mark.parametrize("form", ["csv", "trello"])
def test_what_goes_out_comes_back_the_same(boards: KanbanBoards, form: str) -> None:
    board, cards = brought(boards, json.dumps(TRELLO))
    out = to_csv(board, cards, {}) if form == "csv" else to_trello(board, cards).decode()
    again, back = brought(boards, out)
    assert [lane.title for lane in again.lists] == [lane.title for lane in board.lists]

    def told(which: Board, them: list[Card]) -> list[tuple[object, ...]]:
        lanes = {lane.id: lane.title for lane in which.lists}
        labels = {label.id: label.title for label in which.labels}
        return [
            (lanes[c.list], c.title, c.description, c.due, sorted(labels[x] for x in c.labels), c.steps, c.archived)
            for c in sorted(them, key=lambda c: (lanes[c.list], c.rank))
        ]

    assert told(again, back) == told(board, cards)


def test_a_cell_that_a_spreadsheet_would_compute_is_quoted_and_comes_back(boards: KanbanBoards) -> None:
    board, cards = brought(boards, 'list,title\nA,"\'=1+1"\n')
    assert cards[0].title == "=1+1"
    assert "'=1+1" in to_csv(board, cards, {})


@pytest.mark.parametrize(
    "text",
    ["", "{", '{"lists": 3}', "a,b\n1,2\n", "list,title\n,x\n", "list,title,due\nA,x,tomorrow\n", "list,title\n"],
)
def test_what_is_no_board_is_refused_with_its_place(text: str) -> None:
    with pytest.raises(InputError):
        read_board(text, "t")


def test_own_fields_hold_values_of_their_kind_alone(boards: KanbanBoards) -> None:
    board, (card, *_) = brought(boards, "list,title\nA,x\n")
    fields = (Field("", "Cost", "number"), Field("", "Stage", "choice", ("idea", "test")), Field("", "Day", "date"))
    told = boards.change_board(board.id, BoardChange(board.version, fields=fields), "ana").board
    assert told is not None
    cost, stage, day = (each.id for each in told.fields)
    kept = boards.change_card(
        board.id, card.id, CardChange(card.version, values={cost: "12.5", stage: "test", day: "2026-11-11"}), "ana", ()
    )
    assert kept.card is not None
    assert kept.card.values == {cost: "12.5", stage: "test", day: "2026-11-11"}
    for bad in ({cost: "a lot"}, {stage: "done"}, {day: "soon"}, {"nothing": "x"}):
        with pytest.raises(InputError):
            boards.change_card(board.id, card.id, CardChange(kept.card.version, values=bad), "ana", ())
    assert "12.5" in to_csv(told, [kept.card], {})


def test_a_card_links_to_what_it_is_about(boards: KanbanBoards) -> None:
    board, _ = brought(boards, "list,title\nA,x\n")
    link = CardLink("decision", "d1", "Reorder 200")
    told = boards.add_card(board.id, NewCard(board.lists[0].id, "Order", links=(link, link)), "ana", ())
    assert told.card is not None
    assert told.card.links == (link,)
    changed = boards.change_card(board.id, told.card.id, CardChange(told.card.version, links=()), "ana", ()).card
    assert changed is not None
    assert changed.links == ()
