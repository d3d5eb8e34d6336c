"""Fill standings and best efforts of a club's generated runs with a few statements, for millions of runs.

What the bot does member by member would take hours. It holds for runs of one stretch each that all count;
`boards.py` compares a few members with their rebuild.
"""

from __future__ import annotations

import sqlite3

from bot.domain.runs.personal_bests import SPANS

_STARTS = {
    "week": "date(runs.ran_on, 'weekday 0', '-6 days')",
    "month": "date(runs.ran_on, 'start of month')",
    "quarter": "date(runs.ran_on, 'start of month', '-' || ((strftime('%m', runs.ran_on) - 1) % 3) || ' months')",
    "year": "date(runs.ran_on, 'start of year')",
    "all": "'1970-01-01'",
}
"""First day of the period of a run's day."""
_BEFORE = {"week": "-7 days", "month": "-1 month", "quarter": "-3 months", "year": "-1 year"}
"""From the first day of a period to that of the one before."""


def fill_projections(connection: sqlite3.Connection) -> None:
    """Insert the rows of both tables; their indexes are best created afterwards."""
    for period, start in _STARTS.items():
        for direction in ("stretches.direction", "'all'"):
            first_on = "MIN(runs.ran_on)" if (period, direction) == ("all", "'all'") else "NULL"
            connection.execute(
                f"""
                INSERT INTO standings
                    (guild_id, direction, period, starts_on, user_id, distance_m, duration_ms, days_out, longest_m,
                     gain_m, effort_ms, first_on, hidden)
                SELECT runs.guild_id, {direction}, '{period}', {start}, runs.user_id, SUM(stretches.distance_m),
                       SUM(stretches.duration_ms), COUNT(DISTINCT runs.ran_on), MAX(stretches.distance_m), 0, 0,
                       {first_on}, 0
                FROM runs JOIN stretches ON stretches.run_id = runs.run_id
                GROUP BY 1, 2, 3, 4, 5
                """
            )
    for period, back in _BEFORE.items():
        connection.execute(
            """
            UPDATE standings SET gain_m = COALESCE((
                SELECT standings.distance_m - prior.distance_m FROM standings AS prior
                WHERE prior.guild_id = standings.guild_id AND prior.direction = standings.direction
                  AND prior.period = standings.period AND prior.starts_on = date(standings.starts_on, ?)
                  AND prior.user_id = standings.user_id
            ), 0)
            WHERE period = ?
            """,
            (back, period),
        )
    connection.executemany(
        """
        INSERT INTO best_efforts
            (run_id, direction, listed_m, user_id, guild_id, counted, started_at, ran_on, distance_m, duration_ms,
             measured, escorted)
        SELECT runs.run_id, stretches.direction, ?, runs.user_id, runs.guild_id, 1, runs.started_at, runs.ran_on,
               stretches.distance_m, stretches.duration_ms, 'whole', 0
        FROM runs JOIN stretches ON stretches.run_id = runs.run_id
        WHERE stretches.distance_m BETWEEN ? AND ?
        """,
        [(listed, listed, longest) for listed, longest in SPANS],
    )
    connection.commit()
