"""Quiet alarms: who pressed one, who is on it, and the word it was closed with."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "unsafe_alarms",
        sa.Column("alarm_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("outing_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rounds", sa.Integer(), nullable=False),
        sa.Column("taken_by_user_id", sa.BigInteger(), nullable=True),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by_user_id", sa.BigInteger(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolution", sa.String(length=300), nullable=True),
        sa.ForeignKeyConstraint(
            ["outing_id"], ["outings.outing_id"], name=op.f("fk_unsafe_alarms_outing_id_outings"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.user_id"], name=op.f("fk_unsafe_alarms_user_id_users")),
        sa.PrimaryKeyConstraint("alarm_id", name=op.f("pk_unsafe_alarms")),
    )
    still_open = sa.text("closed_at IS NULL")
    op.create_index(
        "uq_unsafe_alarms_open",
        "unsafe_alarms",
        ["outing_id", "user_id"],
        unique=True,
        sqlite_where=still_open,
        postgresql_where=still_open,
    )
    op.create_index(op.f("ix_unsafe_alarms_outing_id"), "unsafe_alarms", ["outing_id"])
    op.create_index(op.f("ix_unsafe_alarms_user_id"), "unsafe_alarms", ["user_id"])


def downgrade() -> None:
    op.drop_table("unsafe_alarms")
