"""Invitations, teams, rules, a second factor, links for the wall, boards shown to some."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from castanea.state.models import UtcDateTime

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    with op.batch_alter_table("account") as account:
        account.add_column(sa.Column("rules", sa.JSON(), nullable=False, server_default="{}"))
        account.add_column(sa.Column("totp_sealed", sa.LargeBinary(128), nullable=True))
        account.add_column(sa.Column("totp_step", sa.Integer(), nullable=False, server_default="0"))
        account.add_column(sa.Column("recovery", sa.JSON(), nullable=False, server_default="[]"))
    op.create_table(
        "team",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_team"),
        sa.UniqueConstraint("name", name="uq_team_name"),
    )
    op.create_table(
        "membership",
        sa.Column("team_id", sa.String(32), nullable=False),
        sa.Column("account_id", sa.String(32), nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name="fk_membership_team_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_membership_account_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("team_id", "account_id", name="pk_membership"),
    )
    op.create_index("ix_membership_account_id", "membership", ["account_id"])
    op.create_table(
        "invitation",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("rules", sa.JSON(), nullable=False),
        sa.Column("teams", sa.JSON(), nullable=False),
        sa.Column("note", sa.String(160), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.String(32), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("accepted_at", UtcDateTime(), nullable=True),
        sa.Column("account_id", sa.String(32), nullable=False),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_invitation"),
        sa.UniqueConstraint("token_hash", name="uq_invitation_token_hash"),
    )
    op.create_table(
        "wall_link",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("board", sa.String(64), nullable=False),
        sa.Column("rules", sa.JSON(), nullable=False),
        sa.Column("preferences", sa.JSON(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.String(32), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_wall_link"),
        sa.UniqueConstraint("token_hash", name="uq_wall_link_token_hash"),
    )
    op.create_table(
        "board_share",
        sa.Column("board", sa.String(64), nullable=False),
        sa.Column("subject", sa.String(48), nullable=False),
        sa.PrimaryKeyConstraint("board", "subject", name="pk_board_share"),
    )
    with op.batch_alter_table("session") as session:
        session.alter_column("account_id", existing_type=sa.String(32), nullable=True)
        session.add_column(sa.Column("wall_id", sa.String(32), nullable=True))
        session.create_foreign_key("fk_session_wall_id", "wall_link", ["wall_id"], ["id"], ondelete="CASCADE")
        session.create_index("ix_session_wall_id", ["wall_id"])
