"""The message of a club that shows its board and follows it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "live_boards",
        sa.Column("guild_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("channel_id", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("shown", sa.String(length=64), nullable=False),
        sa.Column("redraw_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["guild_id"], ["guilds.guild_id"], name=op.f("fk_live_boards_guild_id_guilds")),
        sa.PrimaryKeyConstraint("guild_id", name=op.f("pk_live_boards")),
    )


def downgrade() -> None:
    op.drop_table("live_boards")
