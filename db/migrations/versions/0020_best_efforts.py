"""What each run measured over the listed distances, and the segments of recordings.

Recordings made before have no segments, because the clock of their points was not kept.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

LISTED_M = (100, 200, 400, 800, 1000, 1500, 1609, 3000, 5000, 10_000, 21_097, 42_195)
LISTED = " ".join(f"WHEN distance_m BETWEEN {metres} AND {metres * 103 // 100} THEN {metres}" for metres in LISTED_M)
FILL = f"""
INSERT INTO best_efforts
    (run_id, direction, listed_m, user_id, guild_id, counted, started_at, ran_on, distance_m, duration_ms, measured,
     escorted)
SELECT ordered.run_id, ordered.direction, ordered.listed_m, runs.user_id, runs.guild_id, runs.counted, runs.started_at,
       runs.ran_on, ordered.distance_m, ordered.duration_ms, ordered.measured,
       COALESCE(runs.spotter_state = 'agreed', FALSE)
FROM (
    SELECT run_id, direction, listed_m, distance_m, duration_ms, measured,
           ROW_NUMBER() OVER (PARTITION BY run_id, direction, listed_m ORDER BY duration_ms, part) AS nth
    FROM (
        SELECT run_id, direction, CASE {LISTED} END AS listed_m, distance_m, duration_ms, measured, part
        FROM (
            SELECT run_id, direction, distance_m, duration_ms, 'lap' AS measured, position + 1 AS part
            FROM stretches
            WHERE NOT estimated AND distance_m IS NOT NULL
            UNION ALL
            SELECT run_id, MIN(direction), SUM(distance_m), SUM(duration_ms), 'whole', 0
            FROM stretches
            GROUP BY run_id
            HAVING COUNT(distance_m) = COUNT(*) AND COUNT(DISTINCT direction) = 1
               AND SUM(CASE WHEN estimated THEN 1 ELSE 0 END) = 0
        ) AS parts
        WHERE direction <> 'untold'
    ) AS listed
    WHERE listed_m IS NOT NULL
) AS ordered
JOIN runs ON runs.run_id = ordered.run_id
WHERE ordered.nth = 1 AND runs.deleted_at IS NULL AND NOT runs.doubtful AND runs.review IN ('none', 'agreed')
  AND NOT EXISTS (SELECT 1 FROM stretches WHERE stretches.run_id = runs.run_id AND stretches.direction = 'untold')
"""


def upgrade() -> None:
    op.create_table(
        "best_efforts",
        sa.Column("run_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("direction", sa.String(length=10), nullable=False),
        sa.Column("listed_m", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=True),
        sa.Column("counted", sa.Boolean(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ran_on", sa.Date(), nullable=False),
        sa.Column("distance_m", sa.Integer(), nullable=False),
        sa.Column("duration_ms", sa.Integer(), nullable=False),
        sa.Column("measured", sa.String(length=8), nullable=False),
        sa.Column("escorted", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"], ["runs.run_id"], name=op.f("fk_best_efforts_run_id_runs"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.user_id"], name=op.f("fk_best_efforts_user_id_users")),
        sa.PrimaryKeyConstraint("run_id", "direction", "listed_m", name=op.f("pk_best_efforts")),
    )
    op.execute(FILL)
    by_time = ["direction", "listed_m", "duration_ms", "started_at", "run_id"]
    op.create_index("ix_best_efforts_club", "best_efforts", ["guild_id", "counted", *by_time])
    op.create_index("ix_best_efforts_own", "best_efforts", ["user_id", *by_time])
    with op.batch_alter_table("recordings") as batch_op:
        batch_op.add_column(sa.Column("segments", sa.JSON(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("recordings") as batch_op:
        batch_op.drop_column("segments")
    op.drop_table("best_efforts")
