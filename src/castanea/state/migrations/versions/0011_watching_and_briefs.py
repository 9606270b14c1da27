"""Watched folders with their files; daily briefs with their messages."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "watch_folder",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("after", sa.String(8), nullable=False),
        sa.Column("shop", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(32), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_watch_folder"),
        sa.UniqueConstraint("path", name="uq_watch_folder_path"),
    )
    op.create_table(
        "watch_file",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("folder_id", sa.String(32), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("changed_ns", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("job_id", sa.String(32), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_watch_file"),
    )
    op.create_index("ix_watch_file_folder_id", "watch_file", ["folder_id"])
    op.create_index("ix_watch_file_sha256", "watch_file", ["sha256"])
    op.create_table(
        "brief",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("account_id", sa.String(32), nullable=False),
        sa.Column("channel_id", sa.String(32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_brief_account_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["channel_id"], ["alert_channel.id"], name="fk_brief_channel_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_brief"),
    )
    op.create_table(
        "brief_message",
        sa.Column("message_id", sa.String(32), nullable=False),
        sa.Column("brief_id", sa.String(32), nullable=False),
        sa.Column("day", sa.String(10), nullable=True),
        sa.ForeignKeyConstraint(["brief_id"], ["brief.id"], name="fk_brief_message_brief_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("message_id", name="pk_brief_message"),
        sa.UniqueConstraint("brief_id", "day", name="uq_brief_message_brief_id"),
    )
