"""Daily briefs, and the messages that carried them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from castanea.state.models import Base, UtcDateTime


class BriefRow(Base):
    """`content` is the JSON of a contracts.brief.BriefTerms."""

    __tablename__ = "brief"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    channel_id: Mapped[str] = mapped_column(ForeignKey("alert_channel.id", ondelete="CASCADE"))
    version: Mapped[int] = mapped_column(default=1)
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class BriefMessage(Base):
    """`day` (in the workspace's zone) is told once: that is the key. None: somebody asked for one at once."""

    __tablename__ = "brief_message"
    __table_args__ = (UniqueConstraint("brief_id", "day", name="uq_brief_message_brief_id"),)

    message_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    brief_id: Mapped[str] = mapped_column(ForeignKey("brief.id", ondelete="CASCADE"))
    day: Mapped[str | None] = mapped_column(String(10))
