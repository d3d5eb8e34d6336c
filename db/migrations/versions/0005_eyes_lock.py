"""The rule kept against two transactions at once.

On PostgreSQL a trigger sees nothing of another transaction that has not ended: one could start an outing while another
took its spotter away, and neither would see the other. Now the outing's row is held before it is looked at. The lock
is the one an update of the state takes; a foreign key's does not wait for it. It needs READ COMMITTED, PostgreSQL's
own default and ours: there what is looked at after waiting is what the other has left behind.

SQLite has one writer at a time, so that there is nothing to do.
"""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"
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
HOLD = """
                PERFORM 1 FROM outings WHERE outing_id IN (NEW.outing_id, OLD.outing_id)
                ORDER BY outing_id FOR NO KEY UPDATE;
"""


def keep_eyes(hold: str) -> None:
    """Write the triggers' function anew; `hold` is what it does first."""
    if op.get_bind().dialect.name != "postgresql":
        return
    op.execute(
        f"""
            CREATE OR REPLACE FUNCTION keep_eyes() RETURNS trigger AS $$
            BEGIN{hold}
                IF EXISTS ({WITHOUT_EYES.format(outing="NEW.outing_id")})
                OR EXISTS ({WITHOUT_EYES.format(outing="OLD.outing_id")}) THEN
                    RAISE EXCEPTION 'nobody runs backward without eyes' USING ERRCODE = 'check_violation';
                END IF;
                RETURN NULL;
            END $$ LANGUAGE plpgsql
        """
    )


def upgrade() -> None:
    keep_eyes(HOLD)


def downgrade() -> None:
    keep_eyes("")
