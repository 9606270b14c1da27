"""Decisions, what was said of them, and the history of every change."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from castanea.state.models import Base, UtcDateTime


class DecisionRow(Base):
    """`content` is the JSON of a `castanea.decisions.model.Decision` without the columns here, which are searched by."""

    __tablename__ = "decision"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    version: Mapped[int] = mapped_column()
    state: Mapped[str] = mapped_column(String(16))
    question: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(String(16))
    team: Mapped[str] = mapped_column(String(32))
    metric: Mapped[str] = mapped_column(String(80))
    review: Mapped[str] = mapped_column(String(10))
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(String(32))


class DecisionStepRow(Base):
    """One change of a decision: its number, who, what kind, and the fields that it set."""

    __tablename__ = "decision_step"

    decision_id: Mapped[str] = mapped_column(ForeignKey("decision.id", ondelete="CASCADE"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[str] = mapped_column(String(32))
    what: Mapped[str] = mapped_column(String(16))
    set: Mapped[dict[str, Any]] = mapped_column(JSON)
