"""The rule of eyes counts those who are still out, and columns that hold a word hold one the code knows.

Until everybody is home each backward runner who is out has a spotter who is out, in every half that still lies ahead.
A spotter may go home all the same: `eyes_lost_at` then says since when, and is written in the transaction that tells
the others. It cannot be set with the start or before it, so no outing begins without eyes. `solo` on a road is refused.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


WITHOUT_EYES = """
    SELECT outings.outing_id FROM outings
    JOIN companions ON companions.outing_id = outings.outing_id
     AND companions.presence = 'in' AND companions.home_at IS NULL
    WHERE {which} AND NOT outings.solo
      AND (outings.state = 'confirmed' OR (outings.state IN ('under_way', 'overdue') AND outings.eyes_lost_at IS NULL))
    GROUP BY outings.outing_id, outings.backward_per_spotter, outings.swapped_at
    HAVING (outings.swapped_at IS NULL
            AND SUM(CASE companions.first_role WHEN 'backward' THEN 1 ELSE 0 END)
                > outings.backward_per_spotter * SUM(CASE companions.first_role WHEN 'spotter' THEN 1 ELSE 0 END))
        OR SUM(CASE companions.second_role WHEN 'backward' THEN 1 ELSE 0 END)
             > outings.backward_per_spotter * SUM(CASE companions.second_role WHEN 'spotter' THEN 1 ELSE 0 END)
"""
"""A row when somebody of an outing that is agreed on or under way runs backward without eyes in a half ahead."""
BEFORE = """
    SELECT outings.outing_id FROM outings
    JOIN companions ON companions.outing_id = outings.outing_id AND companions.presence = 'in'
    WHERE {which} AND outings.state IN ('confirmed', 'under_way', 'overdue') AND NOT outings.solo
    GROUP BY outings.outing_id, outings.backward_per_spotter
    HAVING SUM(CASE companions.first_role WHEN 'backward' THEN 1 ELSE 0 END)
             > outings.backward_per_spotter * SUM(CASE companions.first_role WHEN 'spotter' THEN 1 ELSE 0 END)
        OR SUM(CASE companions.second_role WHEN 'backward' THEN 1 ELSE 0 END)
             > outings.backward_per_spotter * SUM(CASE companions.second_role WHEN 'spotter' THEN 1 ELSE 0 END)
"""
"""The same as 0004 and 0005 have it."""
BEGINS = "OLD.state IN ('open', 'filled', 'confirmed') AND NEW.eyes_lost_at IS NOT NULL"
"""An outing that has not begun, or begins now, is marked as without eyes."""
REFUSAL = "nobody runs backward without eyes"
WATCHED = (("outings", ("INSERT", "UPDATE")), ("companions", ("INSERT", "UPDATE", "DELETE")))

OUTINGS = {
    "state": "state IN ('open', 'filled', 'confirmed', 'under_way', 'home', 'cancelled', 'no_show', 'overdue',"
    " 'resolved')",
    "audience": "audience IN ('everyone', 'trusted', 'role')",
    "solo_road": "NOT solo OR surface <> 'road'",
    "out_since": "state NOT IN ('under_way', 'overdue') OR (started_at IS NOT NULL AND due_back_at IS NOT NULL)",
    "eyes_lost": "eyes_lost_at IS NULL OR (started_at IS NOT NULL AND eyes_lost_at >= started_at)",
}
COMPANIONS = {
    "wish": "wish IN ('backward', 'spotter', 'swap')",
    "first_role": "first_role IN ('backward', 'spotter')",
    "second_role": "second_role IN ('backward', 'spotter')",
    "presence": "presence IN ('in', 'waiting', 'offered', 'left')",
    "happened": "happened IN ('yes', 'no', 'no_show', 'absent')",
    "draft": "draft IN ('offered', 'logged', 'thrown')",
    "home_after": "home_at IS NULL OR checked_in_at IS NOT NULL",
}


def on_postgresql() -> bool:
    """Whether a trigger is a function there."""
    return op.get_bind().dialect.name == "postgresql"


def keep_eyes(rule: str, *, marked: bool) -> None:
    """Write the triggers anew, as 0004 and 0005 do. SQLite has them dropped before (`drop_triggers`).

    Args:
        rule: `WITHOUT_EYES` or `BEFORE`.
        marked: there is a column `eyes_lost_at`, which no outing begins with.
    """
    if on_postgresql():
        begins = f"""
                IF TG_TABLE_NAME = 'outings' AND TG_OP = 'UPDATE' THEN
                    IF {BEGINS} THEN
                        RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'check_violation';
                    END IF;
                END IF;
        """ if marked else ""  # fmt: skip
        op.execute(
            f"""
            CREATE OR REPLACE FUNCTION keep_eyes() RETURNS trigger AS $$
            BEGIN
                PERFORM 1 FROM outings WHERE outing_id IN (NEW.outing_id, OLD.outing_id)
                ORDER BY outing_id FOR NO KEY UPDATE;
                {begins}
                IF EXISTS ({rule.format(which="outings.outing_id = NEW.outing_id")})
                OR EXISTS ({rule.format(which="outings.outing_id = OLD.outing_id")}) THEN
                    RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'check_violation';
                END IF;
                RETURN NULL;
            END $$ LANGUAGE plpgsql
            """
        )
        return
    for table, events in WATCHED:
        for event in events:
            rows = {"INSERT": ("NEW",), "UPDATE": ("NEW", "OLD"), "DELETE": ("OLD",)}[event]
            broken = " OR ".join(
                f"EXISTS ({rule.format(which=f'outings.outing_id = {row}.outing_id')})" for row in rows
            )
            if marked and (table, event) == ("outings", "UPDATE"):
                broken += f" OR ({BEGINS})"
            op.execute(
                f"CREATE TRIGGER keep_eyes_{table}_{event.lower()} AFTER {event} ON {table}"
                f" WHEN {broken} BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
            )


def drop_triggers() -> None:
    """SQLite makes both tables anew, and a trigger on the one that names the other would be in the way."""
    if not on_postgresql():
        for table, events in WATCHED:
            for event in events:
                op.execute(f"DROP TRIGGER keep_eyes_{table}_{event.lower()}")


def upgrade() -> None:
    drop_triggers()
    if on_postgresql():
        op.execute("ALTER TABLE outings DISABLE TRIGGER keep_eyes")
        op.execute("ALTER TABLE companions DISABLE TRIGGER keep_eyes")
    with op.batch_alter_table("outings") as batch_op:
        batch_op.add_column(sa.Column("eyes_lost_at", sa.DateTime(timezone=True), nullable=True))
    # A club could allow a road. What has not begun there is to find its spotter, what is over stays as it was run.
    op.execute(
        "UPDATE outings SET solo = FALSE, state = CASE WHEN state IN ('filled', 'confirmed') THEN 'open' ELSE state END"
        " WHERE solo AND surface = 'road'"
    )
    op.execute(
        "UPDATE outings SET eyes_lost_at = started_at WHERE state IN ('under_way', 'overdue')"
        f" AND outing_id IN ({WITHOUT_EYES.format(which='1 = 1')})"
    )
    with op.batch_alter_table("outings") as batch_op:
        for name, rule in OUTINGS.items():
            batch_op.create_check_constraint(op.f(f"ck_outings_{name}"), rule)
    with op.batch_alter_table("companions") as batch_op:
        for name, rule in COMPANIONS.items():
            batch_op.create_check_constraint(op.f(f"ck_companions_{name}"), rule)
    keep_eyes(WITHOUT_EYES, marked=True)
    if on_postgresql():
        op.execute("ALTER TABLE outings ENABLE TRIGGER keep_eyes")
        op.execute("ALTER TABLE companions ENABLE TRIGGER keep_eyes")


def downgrade() -> None:
    drop_triggers()
    with op.batch_alter_table("companions") as batch_op:
        for name in COMPANIONS:
            batch_op.drop_constraint(op.f(f"ck_companions_{name}"), type_="check")
    with op.batch_alter_table("outings") as batch_op:
        for name in OUTINGS:
            batch_op.drop_constraint(op.f(f"ck_outings_{name}"), type_="check")
        batch_op.drop_column("eyes_lost_at")
    keep_eyes(BEFORE, marked=False)
