"""Rules of a team; who an account is at a provider of identities."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    with op.batch_alter_table("team") as team:
        team.add_column(sa.Column("rules", sa.JSON(), nullable=False, server_default="{}"))
    op.create_table(
        "identity",
        sa.Column("issuer", sa.String(256), nullable=False),
        sa.Column("subject", sa.String(256), nullable=False),
        sa.Column("account_id", sa.String(32), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_identity_account_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("issuer", "subject", name="pk_identity"),
    )
    op.create_index("ix_identity_account_id", "identity", ["account_id"])
