"""Boards by quarter, season and the last 30 days; gains, shared effort, first runs; whom a person follows."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

BOARD = ["guild_id", "direction", "period", "starts_on", "hidden"]
DATE = sa.Date()

QUARTERS = """
    INSERT INTO standings
        (guild_id, direction, period, starts_on, user_id, distance_m, duration_ms, days_out, longest_m, hidden)
    SELECT guild_id, direction, 'quarter', :starts_on, user_id,
           SUM(distance_m), SUM(duration_ms), SUM(days_out), MAX(longest_m), hidden
    FROM standings
    WHERE period = 'month' AND starts_on IN (:first, :second, :third)
    GROUP BY guild_id, direction, user_id, hidden
"""
GAINS = """
    UPDATE standings SET gain_m = COALESCE((
        SELECT standings.distance_m - prior.distance_m FROM standings AS prior
        WHERE prior.guild_id = standings.guild_id AND prior.direction = standings.direction
          AND prior.period = standings.period AND prior.starts_on = :prior AND prior.user_id = standings.user_id
          AND prior.distance_m > 0
    ), 0)
    WHERE period = :period AND starts_on = :starts_on AND direction <> 'spotting'
"""
FIRST_RUNS = """
    UPDATE standings SET first_on = (
        SELECT MIN(runs.ran_on) FROM runs
        WHERE runs.guild_id = standings.guild_id AND runs.user_id = standings.user_id AND runs.counted
    )
    WHERE period = 'all' AND direction = 'all'
"""
EFFORTS = """
    SELECT runs.guild_id, runs.user_id, runs.ran_on, runs.effort, stretches.direction, stretches.duration_ms
    FROM runs JOIN stretches ON stretches.run_id = runs.run_id
    WHERE runs.counted AND runs.effort > 0 AND CAST(runs.extras AS TEXT) LIKE '%"effort"%'
"""
SET_EFFORT = """
    UPDATE standings SET effort_ms = :effort_ms
    WHERE guild_id = :guild_id AND direction = :direction AND period = :period AND starts_on = :starts_on
      AND user_id = :user_id
"""


def upgrade() -> None:
    with op.batch_alter_table("standings") as batch_op:
        batch_op.alter_column("period", existing_type=sa.String(length=6), type_=sa.String(length=8))
        batch_op.add_column(sa.Column("gain_m", sa.BigInteger(), nullable=False, server_default=sa.text("0")))
        batch_op.add_column(sa.Column("effort_ms", sa.BigInteger(), nullable=False, server_default=sa.text("0")))
        batch_op.add_column(sa.Column("first_on", sa.Date(), nullable=True))
    for column in ("gain_m", "effort_ms"):
        present = sa.text(f"{column} > 0")
        op.create_index(
            f"ix_standings_{column}",
            "standings",
            [*BOARD, column, "user_id"],
            sqlite_where=present,
            postgresql_where=present,
        )
    known = sa.text("first_on IS NOT NULL")
    op.create_index(
        "ix_standings_first_on",
        "standings",
        ["guild_id", "first_on", "user_id"],
        sqlite_where=known,
        postgresql_where=known,
    )
    op.create_table(
        "board_windows",
        sa.Column("window_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("complete", sa.Boolean(), nullable=False, server_default=sa.true()),
        sa.ForeignKeyConstraint(["guild_id"], ["guilds.guild_id"], name=op.f("fk_board_windows_guild_id_guilds")),
        sa.PrimaryKeyConstraint("window_id", name=op.f("pk_board_windows")),
        sa.UniqueConstraint("guild_id", "kind", "starts_on", name=op.f("uq_board_windows_guild_id_kind_starts_on")),
    )
    op.add_column("guilds", sa.Column("first_board", sa.String(length=24), nullable=True))
    op.create_table(
        "follows",
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("followed_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.user_id"], name=op.f("fk_follows_user_id_users")),
        sa.PrimaryKeyConstraint("user_id", "followed_id", name=op.f("pk_follows")),
    )
    op.create_index(op.f("ix_follows_followed_id"), "follows", ["followed_id"])
    _fill()


def _fill() -> None:
    connection = op.get_bind()
    starts = sa.text("SELECT DISTINCT period, starts_on FROM standings").columns(period=sa.String(), starts_on=DATE)
    months = sorted({first for period, first in connection.execute(starts) if period == "month"})
    quarters = sorted({first.replace(month=(first.month - 1) // 3 * 3 + 1) for first in months})
    dated = [sa.bindparam(name, type_=DATE) for name in ("starts_on", "first", "second", "third")]
    for first in quarters:
        second, third = _months_later(first, 1), _months_later(first, 2)
        given = {"starts_on": first, "first": first, "second": second, "third": third}
        connection.execute(sa.text(QUARTERS).bindparams(*dated), given)
    gains = sa.text(GAINS).bindparams(sa.bindparam("starts_on", type_=DATE), sa.bindparam("prior", type_=DATE))
    for period, first in connection.execute(starts).all():
        prior = first - timedelta(days=7) if period == "week" else None
        if period in ("month", "quarter", "year"):
            prior = _months_later(first, -{"month": 1, "quarter": 3, "year": 12}[period])
        if prior is not None:
            connection.execute(gains, {"period": period, "starts_on": first, "prior": prior})
    connection.execute(sa.text(FIRST_RUNS))
    _fill_efforts(connection)


def _fill_efforts(connection: sa.Connection) -> None:
    sums: dict[tuple[int, str, str, date, int], int] = defaultdict(int)
    rows = connection.execute(sa.text(EFFORTS).columns(ran_on=DATE))
    for guild_id, user_id, ran_on, effort, direction, duration_ms in rows:
        for way in (direction, "all"):
            for period, first in _starts(ran_on).items():
                sums[guild_id, way, period, first, user_id] += effort * duration_ms
    names = ("guild_id", "direction", "period", "starts_on", "user_id")
    if sums:
        connection.execute(
            sa.text(SET_EFFORT).bindparams(sa.bindparam("starts_on", type_=DATE)),
            [{**dict(zip(names, key, strict=True)), "effort_ms": value} for key, value in sums.items()],
        )


def _starts(day: date) -> dict[str, date]:
    return {
        "week": day - timedelta(days=day.weekday()),
        "month": day.replace(day=1),
        "quarter": day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1),
        "year": day.replace(month=1, day=1),
        "all": date(1970, 1, 1),
    }


def _months_later(first: date, months: int) -> date:
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    return date(year, month + 1, 1)


def downgrade() -> None:
    op.drop_index(op.f("ix_follows_followed_id"), table_name="follows")
    op.drop_table("follows")
    op.drop_column("guilds", "first_board")
    op.drop_table("board_windows")
    op.execute(sa.text("DELETE FROM standings WHERE period NOT IN ('week', 'month', 'year', 'all')"))
    for name in ("first_on", "effort_ms", "gain_m"):
        op.drop_index(f"ix_standings_{name}", table_name="standings")
    with op.batch_alter_table("standings") as batch_op:
        for name in ("first_on", "effort_ms", "gain_m"):
            batch_op.drop_column(name)
        batch_op.alter_column("period", existing_type=sa.String(length=8), type_=sa.String(length=6))
