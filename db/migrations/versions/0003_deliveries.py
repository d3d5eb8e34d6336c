"""What is due, and what the bot says by itself."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "deliveries",
        sa.Column("delivery_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("occurrence", sa.String(length=80), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("destination", sa.String(length=8), nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=True),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("channel_id", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("subject_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fallback_of", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["fallback_of"],
            ["deliveries.delivery_id"],
            name=op.f("fk_deliveries_fallback_of_deliveries"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("delivery_id", name=op.f("pk_deliveries")),
        sa.UniqueConstraint(
            "kind",
            "occurrence",
            "destination",
            "user_id",
            "channel_id",
            name=op.f("uq_deliveries_kind_occurrence_destination_user_id_channel_id"),
        ),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("deliveries") as batch_op:
        batch_op.create_index(batch_op.f("ix_deliveries_kind_subject_id"), ["kind", "subject_id"])
        batch_op.create_index(
            batch_op.f("ix_deliveries_state_next_try_at_priority_delivery_id"),
            ["state", "next_try_at", "priority", "delivery_id"],
        )
        batch_op.create_index(batch_op.f("ix_deliveries_user_id"), ["user_id"])

    op.create_table(
        "due",
        sa.Column("due_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("occurrence", sa.String(length=80), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("fire_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("meant_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("subject_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("due_id", name=op.f("pk_due")),
        sa.UniqueConstraint("kind", "occurrence", name=op.f("uq_due_kind_occurrence")),
    )
    with op.batch_alter_table("due") as batch_op:
        batch_op.create_index(batch_op.f("ix_due_fire_at_priority_due_id"), ["fire_at", "priority", "due_id"])
        batch_op.create_index(batch_op.f("ix_due_kind_subject_id"), ["kind", "subject_id"])
        batch_op.create_index(batch_op.f("ix_due_user_id"), ["user_id"])

    with op.batch_alter_table("users") as batch_op:
        batch_op.add_column(sa.Column("dm_channel_id", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("dm_closed_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("users") as batch_op:
        batch_op.drop_column("dm_closed_at")
        batch_op.drop_column("dm_channel_id")

    with op.batch_alter_table("due") as batch_op:
        batch_op.drop_index(batch_op.f("ix_due_user_id"))
        batch_op.drop_index(batch_op.f("ix_due_kind_subject_id"))
        batch_op.drop_index(batch_op.f("ix_due_fire_at_priority_due_id"))

    op.drop_table("due")
    with op.batch_alter_table("deliveries") as batch_op:
        batch_op.drop_index(batch_op.f("ix_deliveries_user_id"))
        batch_op.drop_index(batch_op.f("ix_deliveries_state_next_try_at_priority_delivery_id"))
        batch_op.drop_index(batch_op.f("ix_deliveries_kind_subject_id"))

    op.drop_table("deliveries")
