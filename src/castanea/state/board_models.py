"""Boards that people made or changed, with every version of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from castanea.state.models import Base, UtcDateTime


class Board(Base):
    """A board of the workspace. One with the id of a ready-made board stands in its place. `folder`: names divided by `/`."""

    __tablename__ = "board"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    version: Mapped[int] = mapped_column()
    folder: Mapped[str] = mapped_column(String(160), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(String(32))
    archived_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class BoardVersion(Base):
    """A board as somebody saved it; `spec` is the JSON of its BoardSpec. `restored`: the earlier version that it brings back, 0 = none."""

    __tablename__ = "board_version"

    board_id: Mapped[str] = mapped_column(ForeignKey("board.id", ondelete="CASCADE"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    spec: Mapped[dict[str, Any]] = mapped_column(JSON)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[str] = mapped_column(String(32))
    restored: Mapped[int] = mapped_column(default=0)


class Favourite(Base):
    """A board that an account keeps at hand."""

    __tablename__ = "favourite"

    account_id: Mapped[str] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), primary_key=True)
    board_id: Mapped[str] = mapped_column(String(64), primary_key=True)
