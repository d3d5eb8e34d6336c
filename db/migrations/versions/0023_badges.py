"""Badges of members and of clubs. They are counted by a job, because only the bot knows what a badge needs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "badge_counts",
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("last_started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_run_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("rules", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.user_id"], name=op.f("fk_badge_counts_user_id_users")),
        sa.PrimaryKeyConstraint("user_id", "guild_id", name=op.f("pk_badge_counts")),
    )
    op.create_table(
        "earned_badges",
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("badge", sa.String(length=32), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("earned_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"], ["runs.run_id"], name=op.f("fk_earned_badges_run_id_runs"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.user_id"], name=op.f("fk_earned_badges_user_id_users")),
        sa.PrimaryKeyConstraint("user_id", "guild_id", "badge", "level", name=op.f("pk_earned_badges")),
    )
    op.create_index(op.f("ix_earned_badges_guild_id_earned_at"), "earned_badges", ["guild_id", "earned_at"])
    op.create_index(op.f("ix_earned_badges_run_id"), "earned_badges", ["run_id"])


def downgrade() -> None:
    op.drop_table("earned_badges")
    op.drop_table("badge_counts")
