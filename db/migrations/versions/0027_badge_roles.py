"""Roles that clubs give for badges, and who has or is to get them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "badge_roles",
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("badge", sa.String(length=32), nullable=False),
        sa.Column("role_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["guild_id"], ["guilds.guild_id"], name=op.f("fk_badge_roles_guild_id_guilds")),
        sa.PrimaryKeyConstraint("guild_id", "badge", name=op.f("pk_badge_roles")),
    )
    op.create_table(
        "badge_role_grants",
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("badge", sa.String(length=32), nullable=False),
        sa.Column("role_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.user_id"], name=op.f("fk_badge_role_grants_user_id_users")),
        sa.PrimaryKeyConstraint("guild_id", "user_id", "badge", "role_id", name=op.f("pk_badge_role_grants")),
    )
    op.create_index(op.f("ix_badge_role_grants_state"), "badge_role_grants", ["state"])
    op.create_index(op.f("ix_badge_role_grants_user_id"), "badge_role_grants", ["user_id"])


def downgrade() -> None:
    op.drop_table("badge_role_grants")
    op.drop_table("badge_roles")
