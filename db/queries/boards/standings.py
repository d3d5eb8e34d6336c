"""Update standings; `ranking` reads them. None of the functions commits.

A new run is added to its rows, whatever the member has run before, with its gains over the previous periods. Any other
change recomputes the rows of its periods from the runs, because the longest run and the number of days cannot be
subtracted, and then updates the gains. The statements are text, because they are the same in SQLite and PostgreSQL, and
because SQLAlchemy compiles a multi-row upsert with expressions at each execution.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    Boolean,
    Date,
    String,
    and_,
    bindparam,
    delete,
    func,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.boards.metrics import Aggregation, Column, Measure, columns
from bot.domain.runs.retro_grades import NUMERATORS
from db.dialect import UNREAD, locks_rows
from db.models import BoardWindow, Guild, LiveBoard, Member, Run, Standing

_IDS = (bindparam("guild_id", type_=BigInteger), bindparam("user_id", type_=BigInteger))
_MEASURED = (
    bindparam("distance_m", type_=BigInteger),
    bindparam("duration_ms", type_=BigInteger),
    bindparam("effort_ms", type_=BigInteger),
)
_NUMERATOR = " ".join(f"WHEN {listed_m} THEN {number}" for listed_m, number in NUMERATORS.items())


def _grade(run_id: str) -> str:
    """Return the best retro grade of a run in hundredths of a percent, rounded down; from its best efforts."""
    return f"""COALESCE((
        SELECT MAX(CASE best_efforts.listed_m {_NUMERATOR} ELSE 0 END / best_efforts.duration_ms) FROM best_efforts
        WHERE best_efforts.run_id = {run_id} AND best_efforts.direction = 'backward'
    ), 0)"""


def _compared(value: str) -> str:
    """Return `value` if the previous period has a distance, else 0."""
    return f"""COALESCE((
        SELECT {value} FROM standings AS prior
        WHERE prior.guild_id = :guild_id AND prior.direction = :direction AND prior.period = :prior_period
          AND prior.starts_on = :prior_start AND prior.user_id = :user_id AND prior.distance_m > 0
    ), 0)"""


def _of_new_run(column: Column) -> str:
    """Return a column's value for one run; its day counts if no other run of the member is on it."""
    if column.aggregation is Aggregation.DAYS:
        return """CASE WHEN EXISTS (
            SELECT 1 FROM runs JOIN stretches ON stretches.run_id = runs.run_id
            WHERE runs.guild_id = :guild_id AND runs.user_id = :user_id AND runs.ran_on = :ran_on
              AND runs.counted AND runs.run_id <> :run_id
              AND (:direction = 'all' OR stretches.direction = :direction)
        ) THEN 0 ELSE 1 END"""
    if column.aggregation is Aggregation.GAIN:
        return _compared(f":{column.measure.value} - prior.{column.measure.value}")
    if column.measure is Measure.GRADE:
        return f"CASE WHEN :direction = 'backward' THEN {_grade(':run_id')} ELSE 0 END"
    return f":{column.measure.value}"


def _with_new_run(column: Column) -> str:
    """Return a column's value with one more run."""
    kept, new = f"standings.{column.name}", f"excluded.{column.name}"
    if column.aggregation is Aggregation.MAX:
        return f"CASE WHEN {new} > {kept} THEN {new} ELSE {kept} END"
    if column.aggregation is Aggregation.GAIN:
        return f"{kept} + {_compared(f':{column.measure.value}')}"
    return f"{kept} + {new}"


def summed(column: Column, source: str) -> str:
    """Return a column's aggregate over rows of `source`, which has a column for every measure."""
    measured = f"{source}.{column.measure.value}"
    match column.aggregation:
        case Aggregation.SUM:
            return f"SUM({measured})"
        case Aggregation.MAX:
            return f"MAX({measured})"
        case Aggregation.DAYS:
            return f"COUNT(DISTINCT {measured})"
        case Aggregation.GAIN:
            return "0"


NAMES = ", ".join(column.name for column in columns())
"""The columns that metrics use."""

_ADD = text(
    f"""
    INSERT INTO standings
        (guild_id, direction, period, starts_on, user_id, hidden, first_on, {NAMES})
    VALUES (
        :guild_id, :direction, :period, :starts_on, :user_id, :hidden, :first_on,
        {", ".join(map(_of_new_run, columns()))}
    )
    ON CONFLICT (guild_id, direction, period, starts_on, user_id) DO UPDATE SET
        {", ".join(f"{column.name} = {_with_new_run(column)}" for column in columns())},
        hidden = excluded.hidden,
        first_on = CASE WHEN standings.first_on <= excluded.first_on THEN standings.first_on ELSE excluded.first_on END
    """
).bindparams(
    *_IDS,
    bindparam("run_id", type_=BigInteger),
    bindparam("ran_on", type_=Date),
    bindparam("direction", type_=String),
    bindparam("period", type_=String),
    bindparam("starts_on", type_=Date),
    bindparam("prior_period", type_=String),
    bindparam("prior_start", type_=Date),
    bindparam("first_on", type_=Date),
    *_MEASURED,
    bindparam("hidden", type_=Boolean),
)

_EFFORT = """CASE WHEN CAST(runs.extras AS TEXT) LIKE '%"effort"%' THEN COALESCE(runs.effort, 0) ELSE 0 END"""
"""RPE of a run whose runner shares it, else 0. `extras` is a JSON list of names."""

_SUM_UP = text(
    f"""
    INSERT INTO standings
        (guild_id, direction, period, starts_on, user_id, hidden, first_on, {NAMES})
    SELECT :guild_id, direction, :period, :starts_on, :user_id, :hidden,
           CASE WHEN :period = 'all' AND direction = 'all' THEN MIN(ran_on) END,
           {", ".join(summed(column, "shares") for column in columns())}
    FROM (
        SELECT stretches.direction, runs.ran_on,
               COALESCE(SUM(stretches.distance_m), 0) AS distance_m, SUM(stretches.duration_ms) AS duration_ms,
               {_EFFORT} * SUM(stretches.duration_ms) AS effort_ms,
               CASE WHEN stretches.direction = 'backward' THEN {_grade("runs.run_id")} ELSE 0 END AS grade
        FROM runs JOIN stretches ON stretches.run_id = runs.run_id
        WHERE runs.guild_id = :guild_id AND runs.user_id = :user_id
          AND runs.ran_on BETWEEN :first_day AND :last_day AND runs.counted
        GROUP BY runs.run_id, runs.ran_on, stretches.direction
        UNION ALL
        SELECT 'all', runs.ran_on, COALESCE(runs.distance_m, 0), runs.duration_ms, {_EFFORT} * runs.duration_ms, 0
        FROM runs
        WHERE runs.guild_id = :guild_id AND runs.user_id = :user_id
          AND runs.ran_on BETWEEN :first_day AND :last_day AND runs.counted
    ) AS shares
    GROUP BY direction
    """
).bindparams(
    *_IDS,
    bindparam("period", type_=String),
    bindparam("starts_on", type_=Date),
    bindparam("first_day", type_=Date),
    bindparam("last_day", type_=Date),
    bindparam("hidden", type_=Boolean),
)

_UPDATE_GAINS = text(
    """
    UPDATE standings SET gain_m = COALESCE((
        SELECT standings.distance_m - prior.distance_m FROM standings AS prior
        WHERE prior.guild_id = :guild_id AND prior.direction = standings.direction AND prior.period = :prior_period
          AND prior.starts_on = :prior_start AND prior.user_id = :user_id AND prior.distance_m > 0
    ), 0)
    WHERE guild_id = :guild_id AND user_id = :user_id AND period = :period AND starts_on = :starts_on
      AND direction IN ('all', 'backward', 'forward')
    """
).bindparams(
    *_IDS,
    bindparam("period", type_=String),
    bindparam("starts_on", type_=Date),
    bindparam("prior_period", type_=String),
    bindparam("prior_start", type_=Date),
)

_CLEAR = text(
    """
    DELETE FROM standings
    WHERE guild_id = :guild_id AND user_id = :user_id AND period = :period AND starts_on = :starts_on
      AND direction IN ('all', 'backward', 'forward')
    """
).bindparams(*_IDS, bindparam("period", type_=String), bindparam("starts_on", type_=Date))
# The directions are listed so that the primary key, which begins with them, is used.

HIDDEN = select(or_(Member.hidden, Member.left_at.is_not(None))).where(
    Member.guild_id == bindparam("guild_id"), Member.user_id == bindparam("user_id")
)
"""Whether a member is unranked: hidden by choice, or gone."""
_HOLD = HIDDEN.with_for_update()
_STATE = (
    select(
        or_(Member.hidden, Member.left_at.is_not(None)),
        select(func.max(Run.ran_on))
        .where(Run.guild_id == bindparam("guild_id"), Run.user_id == bindparam("user_id"))
        .scalar_subquery(),
        LiveBoard.redraw_at,
        BoardWindow.kind,
        BoardWindow.starts_on,
        BoardWindow.ends_on,
        BoardWindow.name,
    )
    .select_from(Guild)
    .outerjoin(Member, and_(Member.guild_id == Guild.guild_id, Member.user_id == bindparam("user_id")))
    .outerjoin(LiveBoard, and_(LiveBoard.guild_id == Guild.guild_id, LiveBoard.state == "there"))
    .outerjoin(BoardWindow, BoardWindow.guild_id == Guild.guild_id)
    .where(Guild.guild_id == bindparam("guild_id"))
    .order_by(BoardWindow.starts_on)
)


class MemberState(NamedTuple):
    """What the standings of a member depend on besides their runs.

    Attributes:
        unranked: whether they are hidden, or have left the club.
        newest_on: day of their newest run in the club, whether or not it counts; None without a run.
        redraw_at: instant from which the club's live board may be redrawn; None without one.
        windows: (kind, first day, last day, name) of the club's windows, by their first day.
    """

    unranked: bool
    newest_on: date | None
    redraw_at: datetime | None
    windows: list[tuple[str, date, date, str]]


async def hold(session: AsyncSession, guild_id: int, user_id: int) -> None:
    """Lock a member, so that their rows change in one transaction at a time.

    On SQLite, the write transaction is the lock.
    """
    if locks_rows(session):
        await session.execute(_HOLD, {"guild_id": guild_id, "user_id": user_id})


async def member_state(session: AsyncSession, guild_id: int, user_id: int) -> MemberState:
    """Return the state of a member. Call it after `hold`: what the same statement locks and reads may be outdated."""
    rows = (await session.execute(_STATE, {"guild_id": guild_id, "user_id": user_id})).all()
    if not rows:
        return MemberState(False, None, None, [])
    unranked, newest_on, redraw_at = rows[0][:3]
    return MemberState(bool(unranked), newest_on, redraw_at, [row[3:] for row in rows if row[3] is not None])


async def update_gains(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> None:
    """Set a member's gains; each of `rows` is a period and the one before it."""
    await session.execute(_UPDATE_GAINS, rows)


async def add(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> None:
    """Add one run to its rows; each of `rows` has the parameters of one direction and period."""
    await session.execute(_ADD, rows, execution_options=UNREAD)


async def clear(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> None:
    """Delete a member's rows of some periods; each of `rows` is one period."""
    await session.execute(_CLEAR, rows)


async def sum_up(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> None:
    """Insert a member's rows of some periods, computed from the runs, after `clear` with the same `rows`."""
    await session.execute(_SUM_UP, rows)


_DAYS = (
    select(Run.ran_on)
    .where(Run.guild_id == bindparam("guild_id"), Run.user_id == bindparam("user_id"), Run.counted)
    .distinct()
)


async def days_with_runs(session: AsyncSession, guild_id: int, user_id: int) -> Sequence[date]:
    """Return the days of a member's counted runs."""
    return (await session.scalars(_DAYS, {"guild_id": guild_id, "user_id": user_id})).all()


async def drop_member(session: AsyncSession, guild_id: int, user_id: int) -> None:
    """Delete a member's rows in a club, including those for facing forward."""
    await session.execute(delete(Standing).where(Standing.guild_id == guild_id, Standing.user_id == user_id))


async def drop_user(session: AsyncSession, user_id: int) -> None:
    """Delete a person's rows in every club."""
    await session.execute(delete(Standing).where(Standing.user_id == user_id))


async def copy_hidden(session: AsyncSession, guild_id: int, user_id: int) -> None:
    """Store in a member's rows whether they are unranked."""
    await hold(session, guild_id, user_id)
    hidden = bool(await session.scalar(HIDDEN, {"guild_id": guild_id, "user_id": user_id}))
    await session.execute(
        update(Standing).where(Standing.guild_id == guild_id, Standing.user_id == user_id).values(hidden=hidden)
    )
