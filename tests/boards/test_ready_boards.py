"""The boards that come with Castanea: what they ask can be answered, and every filter they offer works on all their tiles."""

from __future__ import annotations

from dataclasses import replace

import pytest

from castanea.boards import Boards
from castanea.contracts.board import BoardSpec, View
from castanea.contracts.query import Filter
from castanea.contracts.tables import TABLES
from castanea.contracts.workspace import WorkspaceSettings
from castanea.live.views import resolve
from castanea.semantics import Catalog, Planner

SETTINGS = WorkspaceSettings("test")
READY = {board.id: board for board in Boards.load().all()}


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return Catalog.load(SETTINGS)


@pytest.fixture(scope="module")
def planner(catalog: Catalog) -> Planner:
    return Planner(catalog, SETTINGS, catalog.rollup_plans(SETTINGS))


@pytest.mark.parametrize("board", READY.values(), ids=READY)
def test_every_question_of_a_board_can_be_answered(board: BoardSpec, planner: Planner) -> None:
    for tile in resolve(board, View(board.id)):
        for query in tile.queries.values():
            planner.check(query)


@pytest.mark.parametrize("board", READY.values(), ids=READY)
def test_every_filter_that_a_board_offers_can_be_taken_by_all_its_tiles(board: BoardSpec, planner: Planner) -> None:
    for dimension in (*board.filters, *([board.subject] if board.subject else [])):
        for tile in resolve(board, View(board.id, where=(Filter(dimension, "in", ("one",)),))):
            for query in tile.queries.values():
                planner.check(query)


@pytest.mark.parametrize("board", READY.values(), ids=READY)
def test_a_tile_names_the_tables_without_which_it_has_nothing_to_show(board: BoardSpec, planner: Planner) -> None:
    if board.id in ("live-today", "sales"):
        pytest.skip("its tiles live on orders, and say so by being empty")
    for tile in board.tiles:
        if tile.kind == "text":
            continue
        assert tile.needs, tile.id
        asked = set().union(*(planner.depends_on(replace(q, time=board.time)) for q in tile.queries.values()))
        for table in (name for group in tile.needs for name in group):
            assert table in TABLES
            assert table in asked, f"{tile.id} needs {table}, which none of its questions reads"


@pytest.mark.parametrize("board", READY.values(), ids=READY)
def test_a_board_says_what_it_answers_in_both_languages(board: BoardSpec) -> None:
    assert board.questions
    for text in (board.title, *board.questions, *(tile.title for tile in board.tiles)):
        assert {"zh-CN", "en"} <= set(text)


def test_one_board_is_about_one_product() -> None:
    assert [board.id for board in READY.values() if board.subject] == ["product"]
