"""Nudges: quiet hours, weekly goals, pauses, repairs, which nudges come; a club's digest."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "nudge_choices",
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("wanted", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.user_id"], name=op.f("fk_nudge_choices_user_id_users")),
        sa.PrimaryKeyConstraint("user_id", "kind", name=op.f("pk_nudge_choices")),
    )
    op.create_table(
        "pauses",
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("why", sa.String(length=8), nullable=False),
        sa.CheckConstraint("from_on < until_on", name=op.f("ck_pauses_forward")),
        sa.ForeignKeyConstraint(["user_id"], ["users.user_id"], name=op.f("fk_pauses_user_id_users")),
        sa.PrimaryKeyConstraint("user_id", "from_on", name=op.f("pk_pauses")),
    )
    op.create_table(
        "repairs",
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("month_on", sa.Date(), nullable=False),
        sa.Column("monday", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.user_id"], name=op.f("fk_repairs_user_id_users")),
        sa.PrimaryKeyConstraint("user_id", "month_on", name=op.f("pk_repairs")),
    )
    op.create_table(
        "weekly_goals",
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("since_on", sa.Date(), nullable=False),
        sa.Column("runs", sa.Integer(), nullable=False),
        sa.Column("counts", sa.String(length=8), nullable=False),
        sa.CheckConstraint("runs BETWEEN 0 AND 7", name=op.f("ck_weekly_goals_runs")),
        sa.ForeignKeyConstraint(["user_id"], ["users.user_id"], name=op.f("fk_weekly_goals_user_id_users")),
        sa.PrimaryKeyConstraint("user_id", "since_on", name=op.f("pk_weekly_goals")),
    )
    with op.batch_alter_table("guilds") as batch_op:
        batch_op.add_column(sa.Column("digest_channel_id", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("digest_weekday", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("digest_hour", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("digest_instead", sa.Boolean(), server_default=sa.false(), nullable=False))

    with op.batch_alter_table("users") as batch_op:
        batch_op.add_column(sa.Column("quiet_from_min", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("quiet_until_min", sa.Integer(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("users") as batch_op:
        batch_op.drop_column("quiet_until_min")
        batch_op.drop_column("quiet_from_min")

    with op.batch_alter_table("guilds") as batch_op:
        batch_op.drop_column("digest_instead")
        batch_op.drop_column("digest_hour")
        batch_op.drop_column("digest_weekday")
        batch_op.drop_column("digest_channel_id")

    op.drop_table("weekly_goals")
    op.drop_table("repairs")
    op.drop_table("pauses")
    op.drop_table("nudge_choices")
