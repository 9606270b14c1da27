"""Alert rules, where watched numbers stand, alerts, and what was done with them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "alert_rule",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("created_by", sa.String(32), nullable=False),
        sa.Column("archived_at", _TIME),
        sa.Column("problem", sa.JSON()),
        sa.PrimaryKeyConstraint("id", name="pk_alert_rule"),
    )
    op.create_table(
        "alert_instance",
        sa.Column("rule_id", sa.String(32), nullable=False),
        sa.Column("member", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("since", _TIME),
        sa.Column("fired_at", _TIME),
        sa.Column("turned", _TIME),
        sa.Column("last_at", _TIME),
        sa.Column("kept_at", _TIME),
        sa.Column("reading", sa.JSON(), nullable=False),
        sa.Column("alert_id", sa.String(32), nullable=False),
        sa.ForeignKeyConstraint(["rule_id"], ["alert_rule.id"], name="fk_alert_instance_rule_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("rule_id", "member", name="pk_alert_instance"),
    )
    op.create_table(
        "alert_step",
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=True),
        sa.Column("rule_id", sa.String(32), nullable=False),
        sa.Column("member", sa.Text(), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["rule_id"], ["alert_rule.id"], name="fk_alert_step_rule_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_alert_step"),
    )
    op.create_index("ix_alert_step_rule_id_member_at", "alert_step", ["rule_id", "member", "at"])
    op.create_table(
        "alert",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("rule_id", sa.String(32), nullable=False),
        sa.Column("member", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("fired_at", _TIME, nullable=False),
        sa.Column("resolved_at", _TIME),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("latest", sa.JSON(), nullable=False),
        sa.Column("cause", sa.JSON()),
        sa.Column("acknowledged_at", _TIME),
        sa.Column("acknowledged_by", sa.String(32), nullable=False),
        sa.Column("assignee", sa.String(32), nullable=False),
        sa.Column("snoozed_until", _TIME),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["rule_id"], ["alert_rule.id"], name="fk_alert_rule_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_alert"),
    )
    op.create_index("ix_alert_fired_at", "alert", ["fired_at"])
    op.create_table(
        "alert_act",
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=True),
        sa.Column("alert_id", sa.String(32), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("by", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["alert_id"], ["alert.id"], name="fk_alert_act_alert_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_alert_act"),
    )
    op.create_index("ix_alert_act_alert_id", "alert_act", ["alert_id"])
