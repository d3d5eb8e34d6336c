"""The best retro grade of a period, from the best efforts there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

BEST_MS = {
    100: 13_170, 200: 30_230, 400: 68_340, 800: 151_300, 1000: 198_430, 1500: 301_020, 1609: 330_000, 3000: 660_560,
    5000: 1_147_130, 10_000: 2_330_010, 21_097: 5_749_000, 42_195: 12_324_000,
}  # fmt: skip
NUMERATOR = " ".join(f"WHEN {listed_m} THEN {best_ms * 10_000}" for listed_m, best_ms in BEST_MS.items())
RUNNERS = "SELECT DISTINCT user_id FROM best_efforts WHERE direction = 'backward' AND counted AND guild_id IS NOT NULL"
GRADES = f"""
    SELECT guild_id, ran_on, MAX(CASE listed_m {NUMERATOR} ELSE 0 END / duration_ms) AS grade
    FROM best_efforts
    WHERE user_id = :user_id AND direction = 'backward' AND counted AND guild_id IS NOT NULL
    GROUP BY guild_id, ran_on
"""
SET = """
    UPDATE standings SET grade = :grade
    WHERE guild_id = :guild_id AND direction = 'backward' AND period = :period AND starts_on = :starts_on
      AND user_id = :user_id
"""
BOARD = ["guild_id", "direction", "period", "starts_on", "hidden", "grade", "user_id"]


def upgrade() -> None:
    with op.batch_alter_table("standings") as batch_op:
        batch_op.add_column(sa.Column("grade", sa.Integer(), nullable=False, server_default=sa.text("0")))
    present = sa.text("grade > 0")
    op.create_index("ix_standings_grade", "standings", BOARD, sqlite_where=present, postgresql_where=present)
    fill(op.get_bind())


def fill(connection: sa.Connection) -> None:
    """Set the grades, runner by runner, so that not all efforts are in memory at once."""
    windows: dict[int, list[tuple[str, date, date]]] = defaultdict(list)
    for guild_id, kind, first, last in connection.execute(
        sa.text("SELECT guild_id, kind, starts_on, ends_on FROM board_windows").columns(
            starts_on=sa.Date(), ends_on=sa.Date()
        )
    ):
        windows[guild_id].append((kind, first, last))
    grades = sa.text(GRADES).bindparams(sa.bindparam("user_id", type_=sa.BigInteger())).columns(ran_on=sa.Date())
    setting = sa.text(SET).bindparams(sa.bindparam("starts_on", type_=sa.Date()))
    for user_id in connection.execute(sa.text(RUNNERS)).scalars().all():
        best: dict[tuple[int, str, date], int] = defaultdict(int)
        for guild_id, ran_on, grade in connection.execute(grades, {"user_id": user_id}):
            for period, starts_on in periods_of(ran_on, windows[guild_id]):
                best[guild_id, period, starts_on] = max(best[guild_id, period, starts_on], grade)
        connection.execute(
            setting,
            [
                {"guild_id": guild_id, "user_id": user_id, "period": period, "starts_on": starts_on, "grade": grade}
                for (guild_id, period, starts_on), grade in best.items()
            ],
        )


def periods_of(day: date, windows: list[tuple[str, date, date]]) -> Iterator[tuple[str, date]]:
    """Yield period and stored start of the rows that contain a day."""
    beginning = date(1970, 1, 1)
    yield "week", day - timedelta(days=day.weekday())
    yield "month", day.replace(day=1)
    yield "quarter", day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
    yield "year", day.replace(month=1, day=1)
    yield "all", beginning
    for kind, first, last in windows:
        if first <= day <= last:
            yield kind, first if kind == "season" else beginning


def downgrade() -> None:
    op.drop_index("ix_standings_grade", table_name="standings")
    with op.batch_alter_table("standings") as batch_op:
        batch_op.drop_column("grade")
