"""Update and read standings. None of the functions commits.

A new run is added to its rows in two statements, whatever the member has run before. Any other change recomputes the
rows of its periods from the runs, because the longest run and the number of days cannot be subtracted. The statements
are text, because they are the same in SQLite and PostgreSQL, and because SQLAlchemy compiles a multi-row upsert with
expressions at each execution.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, cast

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    Date,
    Integer,
    Row,
    Select,
    String,
    bindparam,
    delete,
    func,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.boards.metrics import Aggregation, Column, columns
from db.models import Member, Run, Standing

_IDS = (bindparam("guild_id", type_=BigInteger), bindparam("user_id", type_=BigInteger))
_MEASURED = (bindparam("distance_m", type_=BigInteger), bindparam("duration_ms", type_=BigInteger))


def _of_new_run(column: Column) -> str:
    """Return a column's value for one run; its day counts if no other run of the member is on it."""
    if column.aggregation is Aggregation.DAYS:
        return """CASE WHEN EXISTS (
            SELECT 1 FROM runs JOIN stretches ON stretches.run_id = runs.run_id
            WHERE runs.guild_id = :guild_id AND runs.user_id = :user_id AND runs.ran_on = :ran_on
              AND runs.counted AND runs.run_id <> :run_id
              AND (:direction = 'all' OR stretches.direction = :direction)
        ) THEN 0 ELSE 1 END"""
    return f":{column.measure.value}"


def _with_new_run(column: Column) -> str:
    """Return a column's value with one more run."""
    kept, new = f"standings.{column.name}", f"excluded.{column.name}"
    if column.aggregation is Aggregation.MAX:
        return f"CASE WHEN {new} > {kept} THEN {new} ELSE {kept} END"
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


NAMES = ", ".join(column.name for column in columns())
"""The columns that metrics use."""

_ADD = text(
    f"""
    INSERT INTO standings
        (guild_id, direction, period, starts_on, user_id, hidden, {NAMES})
    VALUES (
        :guild_id, :direction, :period, :starts_on, :user_id, :hidden,
        {", ".join(map(_of_new_run, columns()))}
    )
    ON CONFLICT (guild_id, direction, period, starts_on, user_id) DO UPDATE SET
        {", ".join(f"{column.name} = {_with_new_run(column)}" for column in columns())},
        hidden = excluded.hidden
    """
).bindparams(
    *_IDS,
    bindparam("run_id", type_=BigInteger),
    bindparam("ran_on", type_=Date),
    bindparam("direction", type_=String),
    bindparam("period", type_=String),
    bindparam("starts_on", type_=Date),
    *_MEASURED,
    bindparam("hidden", type_=Boolean),
)

_SUM_UP = text(
    f"""
    INSERT INTO standings
        (guild_id, direction, period, starts_on, user_id, hidden, {NAMES})
    SELECT :guild_id, direction, :period, :starts_on, :user_id, :hidden,
           {", ".join(summed(column, "shares") for column in columns())}
    FROM (
        SELECT stretches.direction, runs.ran_on,
               COALESCE(SUM(stretches.distance_m), 0) AS distance_m, SUM(stretches.duration_ms) AS duration_ms
        FROM runs JOIN stretches ON stretches.run_id = runs.run_id
        WHERE runs.guild_id = :guild_id AND runs.user_id = :user_id
          AND runs.ran_on BETWEEN :starts_on AND :ends_on AND runs.counted
        GROUP BY runs.run_id, runs.ran_on, stretches.direction
        UNION ALL
        SELECT 'all', runs.ran_on, COALESCE(runs.distance_m, 0), runs.duration_ms
        FROM runs
        WHERE runs.guild_id = :guild_id AND runs.user_id = :user_id
          AND runs.ran_on BETWEEN :starts_on AND :ends_on AND runs.counted
    ) AS shares
    GROUP BY direction
    """
).bindparams(
    *_IDS,
    bindparam("period", type_=String),
    bindparam("starts_on", type_=Date),
    bindparam("ends_on", type_=Date),
    bindparam("hidden", type_=Boolean),
)

_CLEAR = text(
    """
    DELETE FROM standings
    WHERE guild_id = :guild_id AND user_id = :user_id AND period = :period AND starts_on = :starts_on
      AND direction IN ('all', 'backward', 'forward')
    """
).bindparams(*_IDS, bindparam("period", type_=String), bindparam("starts_on", type_=Date))
# The directions are listed so that the primary key, which begins with them, is used.

_HIDDEN = select(or_(Member.hidden, Member.left_at.is_not(None))).where(
    Member.guild_id == bindparam("guild_id"), Member.user_id == bindparam("user_id")
)
_HOLD = _HIDDEN.with_for_update()


async def hold(session: AsyncSession, guild_id: int, user_id: int) -> bool:
    """Lock a member, so that their rows change in one transaction at a time; return whether they are unranked.

    A member is unranked who is hidden or has left the club. On SQLite, the write transaction is the lock, and FOR
    UPDATE is not rendered.
    """
    hidden: bool | None = await session.scalar(_HOLD, {"guild_id": guild_id, "user_id": user_id})
    return bool(hidden)


async def add(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> None:
    """Add one run to its rows; each of `rows` has the parameters of one direction and period."""
    await session.execute(_ADD, rows)


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
    hidden = await hold(session, guild_id, user_id)
    await session.execute(
        update(Standing).where(Standing.guild_id == guild_id, Standing.user_id == user_id).values(hidden=hidden)
    )


@dataclass(frozen=True, slots=True)
class Which:
    """A board: `column` is a column of `Standing`, `starts_on` the first day of the period."""

    guild_id: int
    column: str
    direction: str
    period: str
    starts_on: date

    @property
    def parameters(self) -> dict[str, Any]:
        """The parameters of `_ROWS`."""
        return {
            "guild_id": self.guild_id,
            "direction": self.direction,
            "period": self.period,
            "starts_on": self.starts_on,
        }


_ROWS = (
    Standing.guild_id == bindparam("guild_id"),
    Standing.direction == bindparam("direction"),
    Standing.period == bindparam("period"),
    Standing.starts_on == bindparam("starts_on"),
)
"""Conditions for all rows of a board."""


def _above(column: str, value: Any) -> Select[int]:
    """Count ranked members with strictly more than `value`, in a range scan of the column's index."""
    return select(func.count()).select_from(Standing).where(*_ROWS, Standing.hidden.is_(False), _of(column) > value)


def _of(column: str) -> ColumnElement[int]:
    found: ColumnElement[int] = getattr(Standing, column)
    return found


@cache
def _place(column: str) -> Select[int, int, bool | None, int]:
    own_row = select(_of(column)).where(*_ROWS, Standing.user_id == bindparam("user_id"))
    mine = func.coalesce(own_row.scalar_subquery(), 0)
    return select(
        _above(column, 0).scalar_subquery(),
        mine,
        _HIDDEN.scalar_subquery(),
        _above(column, mine).scalar_subquery(),
    )


@cache
def _page(column: str) -> Select[int, str, int]:
    value = _of(column)
    return (
        select(Standing.user_id, Member.display_name, value)
        .outerjoin(Member, (Member.guild_id == bindparam("guild_id")) & (Member.user_id == Standing.user_id))
        .where(*_ROWS, Standing.hidden.is_(False), value > 0)
        .order_by(value.desc(), Standing.user_id.desc())
        .limit(bindparam("limit", type_=Integer))
        .offset(bindparam("offset", type_=Integer))
    )


async def place(session: AsyncSession, which: Which, viewer_id: int) -> tuple[int, int, bool, int]:
    """Return (members on the board, the viewer's value, whether they are unranked, members strictly ahead of them)."""
    found = await session.execute(_place(which.column), {**which.parameters, "user_id": viewer_id})
    total, value, hides, ahead = found.one()
    return total, value, bool(hides), ahead


async def page(session: AsyncSession, which: Which, *, limit: int, offset: int) -> Sequence[Row[int, str | None, int]]:
    """Return (user_id, display name, value) in board order, in a backward range scan of the column's index."""
    rows = await session.execute(_page(which.column), {**which.parameters, "limit": limit, "offset": offset})
    return cast(Sequence[Row[int, str | None, int]], rows.all())


async def ahead_of(session: AsyncSession, which: Which, value: int) -> int:
    """Count ranked members with strictly more than `value`."""
    return await session.scalar(_above(which.column, value), which.parameters) or 0
