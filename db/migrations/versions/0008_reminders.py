"""Reminders, and what of them was done."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reminders",
        sa.Column("reminder_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("interaction_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("audience", sa.String(length=4), nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=True),
        sa.Column("channel_id", sa.BigInteger(), nullable=True),
        sa.Column("role_id", sa.BigInteger(), nullable=True),
        sa.Column("what", sa.String(length=200), nullable=False),
        sa.Column("schedule", sa.JSON(), nullable=False),
        sa.Column("readings", sa.JSON(), nullable=True),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("trouble", sa.String(length=12), nullable=True),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["guild_id"], ["guilds.guild_id"], name=op.f("fk_reminders_guild_id_guilds")),
        sa.ForeignKeyConstraint(["user_id"], ["users.user_id"], name=op.f("fk_reminders_user_id_users")),
        sa.PrimaryKeyConstraint("reminder_id", name=op.f("pk_reminders")),
        sa.UniqueConstraint("interaction_id", name=op.f("uq_reminders_interaction_id")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("reminders") as batch_op:
        batch_op.create_index(
            batch_op.f("ix_reminders_guild_id_audience_state"), ["guild_id", "audience", "state"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_reminders_user_id_state"), ["user_id", "state"], unique=False)

    op.create_table(
        "reminders_done",
        sa.Column("reminder_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("occurs_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["reminder_id"],
            ["reminders.reminder_id"],
            name=op.f("fk_reminders_done_reminder_id_reminders"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.user_id"], name=op.f("fk_reminders_done_user_id_users")),
        sa.PrimaryKeyConstraint("reminder_id", "occurs_at", "user_id", name=op.f("pk_reminders_done")),
    )
    with op.batch_alter_table("reminders_done") as batch_op:
        batch_op.create_index(batch_op.f("ix_reminders_done_user_id"), ["user_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("reminders_done") as batch_op:
        batch_op.drop_index(batch_op.f("ix_reminders_done_user_id"))

    op.drop_table("reminders_done")
    with op.batch_alter_table("reminders") as batch_op:
        batch_op.drop_index(batch_op.f("ix_reminders_user_id_state"))
        batch_op.drop_index(batch_op.f("ix_reminders_guild_id_audience_state"))

    op.drop_table("reminders")
