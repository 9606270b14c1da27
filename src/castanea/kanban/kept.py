"""Kanban boards as they are kept. One change is one transaction with a number of its own; what two changed at once is never overwritten."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import asdict, replace
from typing import Any
from uuid import uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from castanea.kanban import checking
from castanea.kanban.model import (
    Board,
    BoardChange,
    BoardLine,
    Card,
    CardChange,
    CardStory,
    Change,
    ChangeKind,
    NewCard,
    Outside,
    Told,
)
from castanea.kanban.ranks import rank_between
from castanea.kanban.reading import comment_of, content_of, fields_of, told_board, told_card, told_change
from castanea.kanban.templates import TEMPLATES, template
from castanea.kit.clock import Clock
from castanea.kit.errors import Conflict, InputError, NotFound
from castanea.state import Database, KanbanBoard, KanbanCard, KanbanChange, KanbanComment

MOST_TOLD = 100  # changes in a card's story


class KanbanBoards:
    """All methods block. `by` is the id of the account that asks."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock

    def all(self) -> list[BoardLine]:
        """Archived ones too, by title."""
        living = (KanbanCard.board_id == KanbanBoard.id) & KanbanCard.archived_at.is_(None)
        asked = select(KanbanBoard, func.count(KanbanCard.id)).outerjoin(KanbanCard, living).group_by(KanbanBoard.id)
        with self._database.read() as session:
            rows = session.execute(asked.order_by(KanbanBoard.title, KanbanBoard.id)).all()
        return [BoardLine(b.id, b.title, count, b.archived_at is not None, b.created_at) for b, count in rows]

    def open(self, board_id: str) -> tuple[Board, list[Card]]:
        """A board and its cards, archived ones too, on one snapshot. Raises NotFound."""
        with self._database.read() as session:
            board = _board(session, board_id)
            cards = session.scalars(select(KanbanCard).where(KanbanCard.board_id == board_id)).all()
            return told_board(board), sorted(map(told_card, cards), key=lambda card: (card.rank, card.id))

    def make(self, title: str, name: str, language: str, by: str) -> Board:
        """A board of a template. Raises InputError for a template that is not there."""
        if name not in TEMPLATES:
            raise checking.wrong("template", name[:40], ", ".join(TEMPLATES))
        begun = template(name, "zh-CN" if language.startswith("zh") else "en")
        with self._database.write() as session:
            board = KanbanBoard(
                id=uuid4().hex, title=checking.check_text("title", title, 200, needed=True),
                layout={"lists": [asdict(x) for x in begun.lists], "labels": [asdict(x) for x in begun.labels]},
                layout_version=1, sequence=0, created_at=self._clock.now(), created_by=by, archived_at=None,
            )  # fmt: skip
            session.add(board)
            session.flush()
            self._book(session, board, by, "board", "", {}, {"title": board.title})
            for card in begun.cards:
                self._insert(session, board, card, by, frozenset())
            return told_board(board)

    def bring(self, outside: Outside, by: str) -> Board:
        """A new board of what another program's file held. Raises InputError; nothing is kept then."""
        lists = {each.id: replace(each, id=uuid4().hex[:12]) for each in outside.lists}
        labels = {each.id: replace(each, id=uuid4().hex[:12]) for each in outside.labels}
        if len(outside.cards) > checking.MOST_CARDS:
            raise checking.wrong("cards", str(len(outside.cards)), f"up to {checking.MOST_CARDS} on a board")
        kept_lists = checking.check_lists(tuple(lists.values()))
        kept_labels = checking.check_labels(tuple(labels.values()))
        with self._database.write() as session:
            board = KanbanBoard(
                id=uuid4().hex, title=checking.check_text("title", outside.title, 200, needed=True),
                layout={"lists": [asdict(x) for x in kept_lists], "labels": [asdict(x) for x in kept_labels]},
                layout_version=1, sequence=0, created_at=self._clock.now(), created_by=by, archived_at=None,
            )  # fmt: skip
            session.add(board)
            session.flush()
            self._book(session, board, by, "board", "", {}, {"title": board.title})
            for number, card in enumerate(outside.cards):
                own = replace(card, list=lists[card.list].id, labels=tuple(labels[x].id for x in card.labels))
                told = self._insert(session, board, own, by, frozenset())
                if number in outside.archived and told.card is not None:
                    _card(session, board.id, told.card.id).archived_at = self._clock.now()
            session.flush()
            return told_board(board)

    def change_board(self, board_id: str, change: BoardChange, by: str) -> Told:
        """Title, lists, labels, archive. Raises NotFound, InputError, Conflict (somebody changed them since `base`)."""
        with self._database.write() as session:
            board = _board(session, board_id)
            if change.base != board.layout_version:
                raise _changed("board", ["board"], board.title, self._last_by(session, board_id, board.layout_version))
            before = {"title": board.title, **board.layout}
            layout = dict(board.layout)
            if change.title is not None:
                board.title = checking.check_text("title", change.title, 200, needed=True)
            if change.lists is not None:
                layout["lists"] = [asdict(x) for x in checking.check_lists(change.lists)]
                _check_emptied(session, board, {x["id"] for x in layout["lists"]})
            if change.labels is not None:
                layout["labels"] = [asdict(x) for x in checking.check_labels(change.labels)]
            if change.fields is not None:
                layout["fields"] = [asdict(x) for x in checking.check_fields(change.fields)]
            board.layout = layout
            if change.archived is not None:
                board.archived_at = self._clock.now() if change.archived else None
            after = {"title": board.title, **layout, "archived": board.archived_at is not None}
            self._book(session, board, by, "board", "", before, after)
            board.layout_version = board.sequence
            session.flush()
            return Told(board.sequence, by, "board", board=told_board(board))

    def add_card(self, board_id: str, new: NewCard, by: str, people: Collection[str]) -> Told:
        """A card at the end of a list. `people`: ids that it may be assigned to. Raises NotFound, InputError."""
        with self._database.write() as session:
            board = _living(session, board_id)
            count = session.scalar(select(func.count()).where(KanbanCard.board_id == board_id)) or 0
            if count >= checking.MOST_CARDS:
                raise checking.wrong("cards", str(count), f"up to {checking.MOST_CARDS} on a board")
            return self._insert(session, board, new, by, people)

    def change_card(self, board_id: str, card_id: str, change: CardChange, by: str, people: Collection[str]) -> Told:
        """Fields and place of a card. A field that somebody set after `base` is not overwritten.

        Raises NotFound, InputError, Conflict (kanban.changed, with `fields`, `by` and `card`: as it is now); nothing is kept then.
        """
        with self._database.write() as session:
            board = _living(session, board_id)
            card = _card(session, board_id, card_id)
            wanted = fields_of(change)
            places = {"place"} if change.list is not None else set()
            named = {*wanted, *places, *({"archived"} if change.archived is not None else ())}
            lost = sorted(name for name in named if card.touched.get(name, 0) > change.base)
            if lost:
                newest = max(card.touched[name] for name in lost)
                raise _changed(card_id, lost, card.content["title"], self._last_by(session, board_id, newest), card)
            if not named:
                return Told(board.sequence, by, "edited", card=told_card(card))
            return self._apply(session, board, card, change, wanted, named, by, people)

    def comment(self, board_id: str, card_id: str, text: str, by: str, names: Mapping[str, str]) -> Told:
        """Say something about a card; `names` by id, for those whom the text names with @. Raises NotFound, InputError."""
        text = checking.check_text("text", text, checking.TEXT, needed=True)
        with self._database.write() as session:
            board = _living(session, board_id)
            card = _card(session, board_id, card_id)
            named = set(re.findall(r"@([^\s@,，。:：;；!?！？]+)", text.lower()))
            mentions = sorted(number for number, name in names.items() if name.lower() in named)
            said = KanbanComment(
                id=uuid4().hex, card_id=card_id, at=self._clock.now(), by=by, text=text, mentions=mentions
            )
            session.add(said)
            self._book(session, board, by, "commented", card_id, {}, {"comment": said.id, "mentions": mentions})
            card.comments += 1
            card.version = board.sequence
            session.flush()
            return Told(board.sequence, by, "commented", card=told_card(card))

    def story(self, board_id: str, card_id: str) -> CardStory:
        """A card with its comments and history. Raises NotFound."""
        with self._database.read() as session:
            card = _card(session, board_id, card_id)
            said = session.scalars(
                select(KanbanComment).where(KanbanComment.card_id == card_id).order_by(KanbanComment.at)
            )
            done = session.scalars(
                select(KanbanChange).where(KanbanChange.board_id == board_id, KanbanChange.card_id == card_id)
                .order_by(KanbanChange.sequence.desc()).limit(MOST_TOLD)
            )  # fmt: skip
            return CardStory(told_card(card), tuple(map(comment_of, said)), tuple(map(told_change, done)))

    def changes(self, board_id: str, after: int, limit: int = 1000) -> list[Change]:
        """The changes after a number, oldest first. Raises NotFound."""
        asked = select(KanbanChange).where(KanbanChange.board_id == board_id, KanbanChange.sequence > after)
        with self._database.read() as session:
            _board(session, board_id)
            return [told_change(each) for each in session.scalars(asked.order_by(KanbanChange.sequence).limit(limit))]

    def _apply(
        self, session: Session, board: KanbanBoard, card: KanbanCard, change: CardChange, wanted: dict[str, Any],
        named: set[str], by: str, people: Collection[str],
    ) -> Told:  # fmt: skip
        # who or what a card has already may stay on it, though it is no longer known
        labels = {each["id"] for each in board.layout["labels"]} | set(card.content["labels"])
        own = board.layout.get("fields", ())
        kept = checking.check_content(wanted, labels, {*people, *card.content["assignees"]}, own)
        before: dict[str, Any] = {name: card.content.get(name) for name in kept}
        after: dict[str, Any] = dict(kept)
        kind: ChangeKind = "edited"
        if change.list is not None:
            before["list"], after["list"] = card.list_id, change.list
            card.rank = _rank(session, board, change.list, change.before, card.id)
            card.list_id, kind = change.list, "moved"
        if change.archived is not None:
            kind = "archived" if change.archived else "restored"
            card.archived_at = self._clock.now() if change.archived else None
            if not change.archived and card.list_id not in _list_ids(board):
                card.list_id = _list_ids(board)[0]
        card.content = {**card.content, **kept}
        self._book(session, board, by, kind, card.id, before, after)
        card.version = board.sequence
        card.touched = {**card.touched, **dict.fromkeys(named, board.sequence)}
        session.flush()
        return Told(board.sequence, by, kind, card=told_card(card))

    def _insert(self, session: Session, board: KanbanBoard, new: NewCard, by: str, people: Collection[str]) -> Told:
        labels = {each["id"] for each in board.layout["labels"]}
        content = checking.check_content(content_of(new), labels, set(people), board.layout.get("fields", ()))
        card = KanbanCard(
            id=uuid4().hex, board_id=board.id, list_id=new.list, rank=_rank(session, board, new.list, "", ""),
            content=content, touched={}, version=0, comments=0, created_at=self._clock.now(), created_by=by,
        )  # fmt: skip
        self._book(session, board, by, "made", card.id, {}, {"title": content["title"], "list": new.list})
        card.version = board.sequence
        session.add(card)
        session.flush()
        return Told(board.sequence, by, "made", card=told_card(card))

    def _book(
        self, session: Session, board: KanbanBoard, by: str, kind: ChangeKind, card: str, before: dict[str, Any],
        after: dict[str, Any],
    ) -> None:  # fmt: skip
        board.sequence += 1
        change = KanbanChange(
            board_id=board.id, sequence=board.sequence, at=self._clock.now(), by=by, kind=kind, card_id=card,
            before=before, after=after,
        )  # fmt: skip
        session.add(change)

    def _last_by(self, session: Session, board_id: str, sequence: int) -> str:
        change = session.get(KanbanChange, (board_id, sequence))
        return "" if change is None else change.by


def _changed(what: str, fields: list[str], title: str, by: str, card: KanbanCard | None = None) -> Conflict:
    return Conflict(
        f"somebody else changed {', '.join(fields)} of {title!r} meanwhile; nothing was kept; look at it and change it again",
        code="kanban.changed",
        values={
            "what": what, "fields": ", ".join(fields), "title": title, "by": by,
            "card": None if card is None else asdict(replace(told_card(card))),
        },
    )  # fmt: skip


def _board(session: Session, board_id: str) -> KanbanBoard:
    board = session.get(KanbanBoard, board_id)
    if board is None:
        raise NotFound(f"there is no kanban board {board_id!r}", code="kanban.not_shown", values={"board": board_id})
    return board


def _living(session: Session, board_id: str) -> KanbanBoard:
    board = _board(session, board_id)
    if board.archived_at is not None:
        raise InputError(
            f"the board {board.title!r} is in the archive; bring it back to change it",
            code="kanban.archived",
            values={"title": board.title},
        )
    return board


def _card(session: Session, board_id: str, card_id: str) -> KanbanCard:
    card = session.get(KanbanCard, card_id)
    if card is None or card.board_id != board_id:
        raise NotFound(f"there is no card {card_id!r} on this board", code="kanban.no_card", values={"card": card_id})
    return card


def _list_ids(board: KanbanBoard) -> list[str]:
    return [each["id"] for each in board.layout["lists"]]


def _rank(session: Session, board: KanbanBoard, list_id: str, before: str, moving: str) -> str:
    """A rank just before a card of the list, or after all. Where that card has left the list meanwhile: at the end."""
    if list_id not in _list_ids(board):
        raise checking.wrong("list", list_id[:40], ", ".join(_list_ids(board)))
    others = (KanbanCard.board_id == board.id, KanbanCard.list_id == list_id, KanbanCard.id != moving)
    high = session.scalar(select(KanbanCard.rank).where(*others, KanbanCard.id == before)) if before else None
    lower = select(func.max(KanbanCard.rank)).where(*others, *(() if high is None else (KanbanCard.rank < high,)))
    return rank_between(session.scalar(lower) or "", high or "")


def _check_emptied(session: Session, board: KanbanBoard, lists: set[str]) -> None:
    """Raises InputError when a list is taken away that still holds cards."""
    held = set(
        session.scalars(
            select(KanbanCard.list_id).where(KanbanCard.board_id == board.id, KanbanCard.archived_at.is_(None))
        )
    )
    lost = held - lists
    if lost:
        names = ", ".join(x["title"] for x in board.layout["lists"] if x["id"] in lost)
        raise InputError(
            f"{names} still holds cards; move or archive them first", code="kanban.list_full", values={"lists": names}
        )
