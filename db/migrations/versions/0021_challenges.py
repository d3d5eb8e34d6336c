"""Challenges, their teams, and who takes part."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "challenges",
        sa.Column("challenge_id", ID, nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("metric", sa.String(length=10), nullable=False),
        sa.Column("direction", sa.String(length=10), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("listed_m", sa.Integer(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("teams", sa.Integer(), nullable=False),
        sa.Column("files", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("channel_id", sa.BigInteger(), nullable=True),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("shown", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('draft', 'open', 'final', 'cancelled')", name=op.f("ck_challenges_state")),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_challenges_dates")),
        sa.ForeignKeyConstraint(["guild_id"], ["guilds.guild_id"], name=op.f("fk_challenges_guild_id_guilds")),
        sa.PrimaryKeyConstraint("challenge_id", name=op.f("pk_challenges")),
    )
    op.create_index(op.f("ix_challenges_guild_id_state"), "challenges", ["guild_id", "state"])
    op.create_table(
        "challenge_teams",
        sa.Column("team_id", ID, nullable=False),
        sa.Column("challenge_id", ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=30), nullable=True),
        sa.ForeignKeyConstraint(
            ["challenge_id"],
            ["challenges.challenge_id"],
            name=op.f("fk_challenge_teams_challenge_id_challenges"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("team_id", name=op.f("pk_challenge_teams")),
    )
    op.create_index(op.f("ix_challenge_teams_challenge_id"), "challenge_teams", ["challenge_id"])
    op.create_table(
        "challenge_places",
        sa.Column("challenge_id", ID, nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("team_id", ID, nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("final", sa.BigInteger(), nullable=True),
        sa.Column("final_late", sa.BigInteger(), nullable=True),
        sa.Column("reached_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["challenge_id"],
            ["challenges.challenge_id"],
            name=op.f("fk_challenge_places_challenge_id_challenges"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["team_id"],
            ["challenge_teams.team_id"],
            name=op.f("fk_challenge_places_team_id_challenge_teams"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.user_id"], name=op.f("fk_challenge_places_user_id_users")),
        sa.PrimaryKeyConstraint("challenge_id", "user_id", name=op.f("pk_challenge_places")),
    )
    op.create_index(op.f("ix_challenge_places_user_id"), "challenge_places", ["user_id"])
    op.create_index(op.f("ix_challenge_places_team_id"), "challenge_places", ["team_id"])


def downgrade() -> None:
    op.drop_table("challenge_places")
    op.drop_table("challenge_teams")
    op.drop_table("challenges")
