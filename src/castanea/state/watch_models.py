"""Watched folders, and the files that were found in them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from castanea.state.models import Base, UtcDateTime


class WatchFolderRow(Base):
    __tablename__ = "watch_folder"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    path: Mapped[str] = mapped_column(Text, unique=True)
    after: Mapped[str] = mapped_column(String(8))
    shop: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(String(32))
    problem: Mapped[str] = mapped_column(Text, default="")


class WatchFileRow(Base):
    """A file as it stood at one time: its name, size and time of change. It outlives its folder, so that content is taken once."""

    __tablename__ = "watch_file"
    __table_args__ = (Index("ix_watch_file_folder_id", "folder_id"), Index("ix_watch_file_sha256", "sha256"))

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    folder_id: Mapped[str] = mapped_column(String(32))
    name: Mapped[str] = mapped_column(Text)
    size: Mapped[int] = mapped_column(BigInteger)
    changed_ns: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(8))
    job_id: Mapped[str] = mapped_column(String(32), default="")
    why: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime)
