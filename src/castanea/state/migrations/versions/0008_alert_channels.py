"""Ways by which people are told of alerts, what is to be sent, links that work once, quiet times."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "alert_channel",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("account_id", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_alert_channel_account_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_alert_channel"),
    )
    op.create_table(
        "alert_message",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("channel_id", sa.String(32), nullable=False),
        sa.Column("occasion", sa.String(10), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("made_at", _TIME, nullable=False),
        sa.Column("due_at", _TIME, nullable=False),
        sa.Column("sent_at", _TIME),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["channel_id"], ["alert_channel.id"], name="fk_alert_message_channel_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_alert_message"),
    )
    op.create_index("ix_alert_message_state_due_at", "alert_message", ["state", "due_at"])
    op.create_table(
        "alert_told",
        sa.Column("alert_id", sa.String(32), nullable=False),
        sa.Column("channel_id", sa.String(32), nullable=False),
        sa.Column("occasion", sa.String(10), nullable=False),
        sa.Column("message_id", sa.String(32), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(["alert_id"], ["alert.id"], name="fk_alert_told_alert_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["channel_id"], ["alert_channel.id"], name="fk_alert_told_channel_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("alert_id", "channel_id", "occasion", name="pk_alert_told"),
    )
    op.create_table(
        "alert_link",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("account_id", sa.String(32), nullable=False),
        sa.Column("alerts", sa.JSON(), nullable=False),
        sa.Column("expires_at", _TIME, nullable=False),
        sa.Column("used_at", _TIME),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_alert_link_account_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_alert_link"),
    )
    op.create_table(
        "alert_silence",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("created_by", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_alert_silence"),
    )
