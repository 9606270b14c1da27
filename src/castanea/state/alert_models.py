"""Alert rules, where each watched number stands, the alerts that came of it, and what was done with them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from castanea.state.models import Base, UtcDateTime


class AlertRuleRow(Base):
    """`content` is the JSON of a contracts.alert.AlertRule without id and version."""

    __tablename__ = "alert_rule"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    version: Mapped[int] = mapped_column()
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(String(32))
    archived_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    problem: Mapped[dict[str, Any] | None] = mapped_column(JSON)


class AlertInstance(Base):
    """Where a watched number stands: alerts.states.Instance, its newest reading, the open alert, and when a step was last kept."""

    __tablename__ = "alert_instance"

    rule_id: Mapped[str] = mapped_column(ForeignKey("alert_rule.id", ondelete="CASCADE"), primary_key=True)
    member: Mapped[str] = mapped_column(Text, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(10))
    since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    fired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    turned: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    kept_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reading: Mapped[dict[str, Any]] = mapped_column(JSON)
    alert_id: Mapped[str] = mapped_column(String(32), default="")


class AlertStep(Base):
    """One evaluation that was kept: what was compared with what, and the state after it."""

    __tablename__ = "alert_step"
    __table_args__ = (Index("ix_alert_step_rule_id_member_at", "rule_id", "member", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    rule_id: Mapped[str] = mapped_column(ForeignKey("alert_rule.id", ondelete="CASCADE"))
    member: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(10))
    content: Mapped[dict[str, Any]] = mapped_column(JSON)


class AlertRow(Base):
    """An alert from its firing on. `content`: the rule as it was, the reading that fired, what it was held against, unit and currency."""

    __tablename__ = "alert"
    __table_args__ = (Index("ix_alert_fired_at", "fired_at"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    rule_id: Mapped[str] = mapped_column(ForeignKey("alert_rule.id", ondelete="CASCADE"))
    member: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(10))
    fired_at: Mapped[datetime] = mapped_column(UtcDateTime)
    resolved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    latest: Mapped[dict[str, Any]] = mapped_column(JSON)
    cause: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    acknowledged_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    acknowledged_by: Mapped[str] = mapped_column(String(32), default="")
    assignee: Mapped[str] = mapped_column(String(32), default="")
    snoozed_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)


class AlertAct(Base):
    """What somebody, or Castanea itself (`by` empty), did with an alert."""

    __tablename__ = "alert_act"
    __table_args__ = (Index("ix_alert_act_alert_id", "alert_id"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    alert_id: Mapped[str] = mapped_column(ForeignKey("alert.id", ondelete="CASCADE"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[str] = mapped_column(String(32))
    kind: Mapped[str] = mapped_column(String(16))
    text: Mapped[str] = mapped_column(Text, default="")
