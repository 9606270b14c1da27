"""Boards as YAML."""

from __future__ import annotations

from pathlib import Path

import pytest

from castanea.boards import Boards, read_board
from castanea.boards.library import READY
from castanea.boards.reader import BoardError
from castanea.kit.errors import NotFound

BOARD = """
board: mine
title: {zh-CN: 我的, en: Mine}
range: last 7d
tiles:
  - id: one
    kind: number
    title: {zh-CN: 支付金额, en: Paid amount}
    place: {x: 0, y: 0, w: 3, h: 3}
    query: {metrics: [paid_amount], order: [-paid_amount]}
"""


def test_the_ready_boards_can_be_read_and_their_tiles_do_not_lie_on_one_another() -> None:
    for board in Boards.load().all():
        cells = [
            (x, y)
            for t in board.tiles
            for x in range(t.place.x, t.place.x + t.place.w)
            for y in range(t.place.y, t.place.y + t.place.h)
        ]
        assert len(cells) == len(set(cells)), board.id


def test_a_workspace_s_board_stands_beside_the_ready_ones(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(BOARD, encoding="utf-8")
    boards = Boards.load(tmp_path)
    assert [b.id for b in boards.all()] == [*READY, "mine"]
    assert boards.get("mine").tiles[0].queries["main"].order[0].descending


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "kind: number",
            "kind: numbr",
            r"mine.yaml, line 7, tiles\[0\].kind: 'numbr' is no kind of tile; nearest: number",
        ),
        ("w: 3", "w: 13", r"line 9, tiles\[0\].place: .*grid of 12 columns"),
        ("order:", "ordre:", r"line 10, tiles\[0\].main: 'ordre' is not known here; nearest: order"),
        (
            "kind: number",
            "kind: number\n    needs: [order_lin]",
            r"line 8, tiles\[0\].needs: 'order_lin' is no table; nearest: order_line",
        ),
        ("kind: number", "kind: number\n    needs: order", r"must be a list of tables"),
        ("metrics:", "metric:", r"tiles\[0\].main: 'metric' is not known here; nearest: metrics"),
        ("range: last 7d", "range: [1]", "is no time range"),
        ("title: {zh-CN: 我的, en: Mine}", "title: {en: Mine}", "a text in zh-CN and one in en"),
        ("id: one", "di: one", "'di' is not known here"),
        ("board: mine", "board: [", "line [0-9]+: it is no YAML"),
    ],
)
def test_a_board_that_cannot_be_read_says_where_and_what_is_valid(old: str, new: str, said: str) -> None:
    with pytest.raises(BoardError, match=said):
        read_board(BOARD.replace(old, new), "mine.yaml")


def test_a_board_that_does_not_exist_names_the_nearest() -> None:
    with pytest.raises(NotFound, match="nearest: live-today"):
        Boards.load().get("live-tody")


def test_a_tile_says_which_tables_it_needs_and_which_filters_it_takes() -> None:
    told = "kind: number\n    needs: [order, web_event|traffic_hourly]\n    takes: [product]"
    tile = read_board(BOARD.replace("kind: number", told), "mine.yaml").tiles[0]
    assert tile.needs == (("order",), ("web_event", "traffic_hourly"))
    assert tile.takes == ("product",)


def test_a_tile_of_text_asks_nothing() -> None:
    text = BOARD.replace("kind: number", "kind: text").replace(
        "query: {metrics: [paid_amount], order: [-paid_amount]}", "options: {}"
    )
    assert read_board(text, "mine.yaml").tiles[0].queries == {}
