"""Partners, outings and the weekly round.

The one rule, that nobody runs backward without eyes, is kept by triggers on `outings` and `companions`. SQLite drops
a table's triggers when it is made anew: a later migration that alters one of the two makes them again.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


WITHOUT_EYES = """
    SELECT 1 FROM outings JOIN companions ON companions.outing_id = outings.outing_id AND companions.presence = 'in'
    WHERE outings.outing_id = {outing} AND outings.state IN ('confirmed', 'under_way', 'overdue') AND NOT outings.solo
    GROUP BY outings.outing_id, outings.backward_per_spotter
    HAVING SUM(CASE companions.first_role WHEN 'backward' THEN 1 ELSE 0 END)
             > outings.backward_per_spotter * SUM(CASE companions.first_role WHEN 'spotter' THEN 1 ELSE 0 END)
        OR SUM(CASE companions.second_role WHEN 'backward' THEN 1 ELSE 0 END)
             > outings.backward_per_spotter * SUM(CASE companions.second_role WHEN 'spotter' THEN 1 ELSE 0 END)
"""
"""A row when somebody of an outing that is agreed on or under way runs backward without eyes in either half."""
REFUSAL = "nobody runs backward without eyes"
WATCHED = (("outings", ("INSERT", "UPDATE")), ("companions", ("INSERT", "UPDATE", "DELETE")))


def keep_eyes() -> None:
    """Make the triggers that refuse whatever would leave a backward runner without a spotter."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"""
            CREATE FUNCTION keep_eyes() RETURNS trigger AS $$
            BEGIN
                IF EXISTS ({WITHOUT_EYES.format(outing="NEW.outing_id")})
                OR EXISTS ({WITHOUT_EYES.format(outing="OLD.outing_id")}) THEN
                    RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'check_violation';
                END IF;
                RETURN NULL;
            END $$ LANGUAGE plpgsql
            """
        )
        for table, events in WATCHED:
            op.execute(
                f"CREATE TRIGGER keep_eyes AFTER {' OR '.join(events)} ON {table}"
                " FOR EACH ROW EXECUTE FUNCTION keep_eyes()"
            )
        return
    for table, events in WATCHED:
        for event in events:
            # An update may move somebody to another outing: the one that is left is looked at as well.
            rows = {"INSERT": ("NEW",), "UPDATE": ("NEW", "OLD"), "DELETE": ("OLD",)}[event]
            broken = " OR ".join(f"EXISTS ({WITHOUT_EYES.format(outing=f'{row}.outing_id')})" for row in rows)
            op.execute(
                f"CREATE TRIGGER keep_eyes_{table}_{event.lower()} AFTER {event} ON {table}"
                f" WHEN {broken} BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
            )


def upgrade() -> None:
    op.create_table(
        "availabilities",
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("windows", sa.JSON(), nullable=False),
        sa.Column("places", sa.JSON(), nullable=False),
        sa.Column("wishes", sa.JSON(), nullable=False),
        sa.Column("forward_s_per_km", sa.Float(), nullable=True),
        sa.Column("backward_s_per_km", sa.Float(), nullable=True),
        sa.Column("paused_until", sa.Date(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["guild_id"], ["guilds.guild_id"], name=op.f("fk_availabilities_guild_id_guilds")),
        sa.ForeignKeyConstraint(["user_id"], ["users.user_id"], name=op.f("fk_availabilities_user_id_users")),
        sa.PrimaryKeyConstraint("guild_id", "user_id", name=op.f("pk_availabilities")),
    )
    op.create_table(
        "contacts",
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("contact_name", sa.String(length=120), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("user_id <> contact_id", name=op.f("ck_contacts_not_oneself")),
        sa.ForeignKeyConstraint(["user_id"], ["users.user_id"], name=op.f("fk_contacts_user_id_users")),
        sa.PrimaryKeyConstraint("user_id", "contact_id", name=op.f("pk_contacts")),
    )
    with op.batch_alter_table("contacts") as batch_op:
        batch_op.create_index(batch_op.f("ix_contacts_contact_id"), ["contact_id"])

    op.create_table(
        "meeting_points",
        sa.Column("point_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("detail", sa.String(length=200), nullable=True),
        sa.Column("surface", sa.String(length=12), nullable=True),
        sa.ForeignKeyConstraint(["guild_id"], ["guilds.guild_id"], name=op.f("fk_meeting_points_guild_id_guilds")),
        sa.PrimaryKeyConstraint("point_id", name=op.f("pk_meeting_points")),
        sa.UniqueConstraint("guild_id", "name", name=op.f("uq_meeting_points_guild_id_name")),
    )
    op.create_table(
        "rounds",
        sa.Column("round_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("monday", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("proposal", sa.JSON(), nullable=True),
        sa.Column("announced_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("match_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["guild_id"], ["guilds.guild_id"], name=op.f("fk_rounds_guild_id_guilds")),
        sa.PrimaryKeyConstraint("round_id", name=op.f("pk_rounds")),
        sa.UniqueConstraint("guild_id", "monday", name=op.f("uq_rounds_guild_id_monday")),
    )
    op.create_table(
        "ties",
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("other_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("other_name", sa.String(length=120), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("user_id <> other_id", name=op.f("ck_ties_not_oneself")),
        sa.ForeignKeyConstraint(["user_id"], ["users.user_id"], name=op.f("fk_ties_user_id_users")),
        sa.PrimaryKeyConstraint("user_id", "other_id", "kind", name=op.f("pk_ties")),
    )
    with op.batch_alter_table("ties") as batch_op:
        batch_op.create_index(batch_op.f("ix_ties_other_id"), ["other_id"])

    op.create_table(
        "outings",
        sa.Column("outing_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("interaction_id", sa.BigInteger(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("caller_id", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("terms", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("place", sa.String(length=80), nullable=False),
        sa.Column("detail", sa.String(length=200), nullable=True),
        sa.Column("point_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("surface", sa.String(length=12), nullable=True),
        sa.Column("solo", sa.Boolean(), nullable=False),
        sa.Column("backward_per_spotter", sa.Integer(), nullable=False),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.Column("distance_m", sa.Integer(), nullable=True),
        sa.Column("pace_s_per_km", sa.Float(), nullable=False),
        sa.Column("planned_ms", sa.Integer(), nullable=False),
        sa.Column("audience", sa.String(length=8), nullable=False),
        sa.Column("audience_role_id", sa.BigInteger(), nullable=True),
        sa.Column("channel_id", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("swapped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("extended_min", sa.Integer(), nullable=False),
        sa.Column("rung", sa.Integer(), nullable=False),
        sa.Column("help_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolved_by", sa.BigInteger(), nullable=True),
        sa.Column("resolution", sa.String(length=300), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("NOT solo OR surface IS NOT NULL", name=op.f("ck_outings_solo_surface")),
        sa.CheckConstraint("backward_per_spotter BETWEEN 1 AND 3", name=op.f("ck_outings_backward_per_spotter")),
        sa.CheckConstraint("extended_min BETWEEN 0 AND 60", name=op.f("ck_outings_extended")),
        sa.CheckConstraint("places BETWEEN 2 AND 4", name=op.f("ck_outings_places")),
        sa.CheckConstraint("planned_ms > 0", name=op.f("ck_outings_planned_positive")),
        sa.ForeignKeyConstraint(["guild_id"], ["guilds.guild_id"], name=op.f("fk_outings_guild_id_guilds")),
        sa.ForeignKeyConstraint(
            ["point_id"],
            ["meeting_points.point_id"],
            name=op.f("fk_outings_point_id_meeting_points"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.round_id"], name=op.f("fk_outings_round_id_rounds")),
        sa.PrimaryKeyConstraint("outing_id", name=op.f("pk_outings")),
        sa.UniqueConstraint("interaction_id", "ordinal", name=op.f("uq_outings_interaction_id_ordinal")),
    )
    with op.batch_alter_table("outings") as batch_op:
        batch_op.create_index(batch_op.f("ix_outings_caller_id"), ["caller_id"])
        batch_op.create_index(batch_op.f("ix_outings_guild_id_state_starts_at"), ["guild_id", "state", "starts_at"])
        batch_op.create_index(batch_op.f("ix_outings_round_id"), ["round_id"])

    op.create_table(
        "round_places",
        sa.Column("round_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(
            ["round_id"], ["rounds.round_id"], name=op.f("fk_round_places_round_id_rounds"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.user_id"], name=op.f("fk_round_places_user_id_users")),
        sa.PrimaryKeyConstraint("round_id", "user_id", name=op.f("pk_round_places")),
    )
    with op.batch_alter_table("round_places") as batch_op:
        batch_op.create_index(batch_op.f("ix_round_places_user_id"), ["user_id"])

    op.create_table(
        "spottings",
        sa.Column("run_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("ran_on", sa.Date(), nullable=False),
        sa.Column("distance_m", sa.Integer(), nullable=False),
        sa.Column("duration_ms", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["guild_id"], ["guilds.guild_id"], name=op.f("fk_spottings_guild_id_guilds")),
        sa.ForeignKeyConstraint(["run_id"], ["runs.run_id"], name=op.f("fk_spottings_run_id_runs"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["users.user_id"], name=op.f("fk_spottings_user_id_users")),
        sa.PrimaryKeyConstraint("run_id", "user_id", name=op.f("pk_spottings")),
    )
    with op.batch_alter_table("spottings") as batch_op:
        batch_op.create_index(batch_op.f("ix_spottings_guild_id_user_id_ran_on"), ["guild_id", "user_id", "ran_on"])
        batch_op.create_index(batch_op.f("ix_spottings_user_id"), ["user_id"])

    op.create_table(
        "companions",
        sa.Column("outing_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("wish", sa.String(length=8), nullable=False),
        sa.Column("first_role", sa.String(length=8), nullable=False),
        sa.Column("second_role", sa.String(length=8), nullable=False),
        sa.Column("presence", sa.String(length=8), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("offered_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_terms", sa.Integer(), nullable=True),
        sa.Column("checked_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("home_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("happened", sa.String(length=8), nullable=True),
        sa.Column("draft", sa.String(length=8), nullable=True),
        sa.Column("run_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(
            ["outing_id"], ["outings.outing_id"], name=op.f("fk_companions_outing_id_outings"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["runs.run_id"], name=op.f("fk_companions_run_id_runs"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.user_id"], name=op.f("fk_companions_user_id_users")),
        sa.PrimaryKeyConstraint("outing_id", "user_id", name=op.f("pk_companions")),
    )
    with op.batch_alter_table("companions") as batch_op:
        batch_op.create_index(batch_op.f("ix_companions_user_id_presence"), ["user_id", "presence"])
        batch_op.create_index(
            "uq_companions_out",
            ["user_id"],
            unique=True,
            sqlite_where=sa.text("checked_in_at IS NOT NULL AND home_at IS NULL AND presence = 'in'"),
            postgresql_where=sa.text("checked_in_at IS NOT NULL AND home_at IS NULL AND presence = 'in'"),
        )

    op.create_table(
        "no_shows",
        sa.Column("outing_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("missed_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["outing_id"], ["outings.outing_id"], name=op.f("fk_no_shows_outing_id_outings"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.user_id"], name=op.f("fk_no_shows_user_id_users")),
        sa.PrimaryKeyConstraint("outing_id", "user_id", name=op.f("pk_no_shows")),
    )
    op.create_table(
        "outing_presses",
        sa.Column("interaction_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("outing_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("pressed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["outing_id"], ["outings.outing_id"], name=op.f("fk_outing_presses_outing_id_outings"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("interaction_id", name=op.f("pk_outing_presses")),
    )
    with op.batch_alter_table("outing_presses") as batch_op:
        batch_op.create_index(batch_op.f("ix_outing_presses_outing_id"), ["outing_id"])

    with op.batch_alter_table("guilds") as batch_op:
        batch_op.add_column(sa.Column("owner_id", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("partners_channel_id", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("partners_card_id", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("organisers_channel_id", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("spotter_role_id", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("women_role_id", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("backward_per_spotter", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("grace_min", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("emergency_number", sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column("round_on", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("round_weekday", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("round_hour", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("round_notice_h", sa.Integer(), nullable=True))
        batch_op.create_check_constraint(op.f("ck_guilds_backward_per_spotter"), "backward_per_spotter BETWEEN 1 AND 3")
        batch_op.create_check_constraint(op.f("ck_guilds_grace"), "grace_min BETWEEN 5 AND 60")

    with op.batch_alter_table("members") as batch_op:
        batch_op.add_column(sa.Column("role_ids", sa.JSON(), nullable=True))

    keep_eyes()


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION keep_eyes() CASCADE")
    with op.batch_alter_table("members") as batch_op:
        batch_op.drop_column("role_ids")

    with op.batch_alter_table("guilds") as batch_op:
        batch_op.drop_constraint(op.f("ck_guilds_grace"), type_="check")
        batch_op.drop_constraint(op.f("ck_guilds_backward_per_spotter"), type_="check")
        batch_op.drop_column("round_notice_h")
        batch_op.drop_column("round_hour")
        batch_op.drop_column("round_weekday")
        batch_op.drop_column("round_on")
        batch_op.drop_column("emergency_number")
        batch_op.drop_column("grace_min")
        batch_op.drop_column("backward_per_spotter")
        batch_op.drop_column("women_role_id")
        batch_op.drop_column("spotter_role_id")
        batch_op.drop_column("organisers_channel_id")
        batch_op.drop_column("partners_card_id")
        batch_op.drop_column("partners_channel_id")
        batch_op.drop_column("owner_id")

    with op.batch_alter_table("outing_presses") as batch_op:
        batch_op.drop_index(batch_op.f("ix_outing_presses_outing_id"))

    op.drop_table("outing_presses")
    op.drop_table("no_shows")
    with op.batch_alter_table("companions") as batch_op:
        batch_op.drop_index(
            "uq_companions_out",
            sqlite_where=sa.text("checked_in_at IS NOT NULL AND home_at IS NULL AND presence = 'in'"),
            postgresql_where=sa.text("checked_in_at IS NOT NULL AND home_at IS NULL AND presence = 'in'"),
        )
        batch_op.drop_index(batch_op.f("ix_companions_user_id_presence"))

    op.drop_table("companions")
    with op.batch_alter_table("spottings") as batch_op:
        batch_op.drop_index(batch_op.f("ix_spottings_user_id"))
        batch_op.drop_index(batch_op.f("ix_spottings_guild_id_user_id_ran_on"))

    op.drop_table("spottings")
    with op.batch_alter_table("round_places") as batch_op:
        batch_op.drop_index(batch_op.f("ix_round_places_user_id"))

    op.drop_table("round_places")
    with op.batch_alter_table("outings") as batch_op:
        batch_op.drop_index(batch_op.f("ix_outings_round_id"))
        batch_op.drop_index(batch_op.f("ix_outings_guild_id_state_starts_at"))
        batch_op.drop_index(batch_op.f("ix_outings_caller_id"))

    op.drop_table("outings")
    with op.batch_alter_table("ties") as batch_op:
        batch_op.drop_index(batch_op.f("ix_ties_other_id"))

    op.drop_table("ties")
    op.drop_table("rounds")
    op.drop_table("meeting_points")
    with op.batch_alter_table("contacts") as batch_op:
        batch_op.drop_index(batch_op.f("ix_contacts_contact_id"))

    op.drop_table("contacts")
    op.drop_table("availabilities")
