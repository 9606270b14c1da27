"""Kanban boards, cards, comments, and their history."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    _boards()
    op.create_table(
        "kanban_comment",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("card_id", sa.String(32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(32), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("mentions", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["card_id"], ["kanban_card.id"], name="fk_kanban_comment_card_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_kanban_comment"),
    )
    op.create_index("ix_kanban_comment_card_id", "kanban_comment", ["card_id"])
    op.create_table(
        "kanban_change",
        sa.Column("board_id", sa.String(32), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("card_id", sa.String(32), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["board_id"], ["kanban_board.id"], name="fk_kanban_change_board_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("board_id", "sequence", name="pk_kanban_change"),
    )
    op.create_index("ix_kanban_change_card_id", "kanban_change", ["card_id"])


def _boards() -> None:
    op.create_table(
        "kanban_board",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("layout", sa.JSON(), nullable=False),
        sa.Column("layout_version", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(32), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="pk_kanban_board"),
    )
    op.create_table(
        "kanban_card",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("board_id", sa.String(32), nullable=False),
        sa.Column("list_id", sa.String(32), nullable=False),
        sa.Column("rank", sa.Text(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("touched", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("comments", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(32), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(["board_id"], ["kanban_board.id"], name="fk_kanban_card_board_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_kanban_card"),
    )
    op.create_index("ix_kanban_card_board_id", "kanban_card", ["board_id"])
