"""What people say about the tiles of boards."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from castanea.state.models import Base, UtcDateTime


class RemarkRow(Base):
    """`since` and `until`: the days of the chart that it is about, empty for the whole tile. `mentions`: accounts named with @.
    `snapshot`: the tile's figures as its writer saw them, tab-separated; `rights`: the key of the rights that they were seen with."""

    __tablename__ = "remark"
    __table_args__ = (Index("ix_remark_board_id_at", "board_id", "at"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    board_id: Mapped[str] = mapped_column(String(80))
    tile_id: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[str] = mapped_column(String(32))
    text: Mapped[str] = mapped_column(Text)
    since: Mapped[str] = mapped_column(String(10))
    until: Mapped[str] = mapped_column(String(10))
    mentions: Mapped[list[str]] = mapped_column(JSON)
    snapshot: Mapped[str] = mapped_column(Text)
    rights: Mapped[str] = mapped_column(String(64))
