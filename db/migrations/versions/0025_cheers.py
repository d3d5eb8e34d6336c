"""Cheers for runs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "cheers",
        sa.Column("run_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("cheered_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["runs.run_id"], name=op.f("fk_cheers_run_id_runs"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["users.user_id"], name=op.f("fk_cheers_user_id_users")),
        sa.PrimaryKeyConstraint("run_id", "user_id", name=op.f("pk_cheers")),
    )
    op.create_index(op.f("ix_cheers_user_id"), "cheers", ["user_id"])


def downgrade() -> None:
    op.drop_table("cheers")
