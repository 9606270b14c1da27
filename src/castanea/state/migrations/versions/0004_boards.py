"""Boards that people made or changed, their versions, favourites."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "board",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("folder", sa.String(160), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(32), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="pk_board"),
    )
    op.create_table(
        "board_version",
        sa.Column("board_id", sa.String(64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("spec", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(32), nullable=False),
        sa.Column("restored", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["board_id"], ["board.id"], name="fk_board_version_board_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("board_id", "version", name="pk_board_version"),
    )
    op.create_table(
        "favourite",
        sa.Column("account_id", sa.String(32), nullable=False),
        sa.Column("board_id", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_favourite_account_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("account_id", "board_id", name="pk_favourite"),
    )
