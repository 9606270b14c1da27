"""Kanban boards: their lists and labels, cards, comments, and the history of every change."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from castanea.state.models import Base, UtcDateTime


class KanbanBoard(Base):
    """`layout` is the JSON of its lists and labels, `layout_version` the change that made it; `sequence` counts all changes."""

    __tablename__ = "kanban_board"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    title: Mapped[str] = mapped_column(String(200))
    layout: Mapped[dict[str, Any]] = mapped_column(JSON)
    layout_version: Mapped[int] = mapped_column()
    sequence: Mapped[int] = mapped_column()
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(String(32))
    archived_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class KanbanCard(Base):
    """`rank` orders the cards of a list as text; `content` holds the other fields; `touched` the change that last set each field."""

    __tablename__ = "kanban_card"
    __table_args__ = (Index("ix_kanban_card_board_id", "board_id"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    board_id: Mapped[str] = mapped_column(ForeignKey("kanban_board.id", ondelete="CASCADE"))
    list_id: Mapped[str] = mapped_column(String(32))
    rank: Mapped[str] = mapped_column(Text)
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    touched: Mapped[dict[str, int]] = mapped_column(JSON)
    version: Mapped[int] = mapped_column()
    comments: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(String(32))
    archived_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class KanbanComment(Base):
    """`mentions`: ids of the accounts that are named with @."""

    __tablename__ = "kanban_comment"
    __table_args__ = (Index("ix_kanban_comment_card_id", "card_id"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    card_id: Mapped[str] = mapped_column(ForeignKey("kanban_card.id", ondelete="CASCADE"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[str] = mapped_column(String(32))
    text: Mapped[str] = mapped_column(Text)
    mentions: Mapped[list[str]] = mapped_column(JSON)


class KanbanChange(Base):
    """One change of a board, numbered without gaps. `before` and `after` hold the fields that it set."""

    __tablename__ = "kanban_change"
    __table_args__ = (Index("ix_kanban_change_card_id", "card_id"),)

    board_id: Mapped[str] = mapped_column(ForeignKey("kanban_board.id", ondelete="CASCADE"), primary_key=True)
    sequence: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[str] = mapped_column(String(32))
    kind: Mapped[str] = mapped_column(String(16))
    card_id: Mapped[str] = mapped_column(String(32))
    before: Mapped[dict[str, Any]] = mapped_column(JSON)
    after: Mapped[dict[str, Any]] = mapped_column(JSON)
