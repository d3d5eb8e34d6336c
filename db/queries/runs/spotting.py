"""Queries for spotters' credits and the standings computed from them. None of them commits.

A credit counts while its run counts on the club's boards, so that deleting or restoring a run does not update its
credits. The statements for standings are text for the reasons in `db.queries.boards.standings`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Boolean, ColumnElement, Date, Row, String, bindparam, delete, func, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.boards.metrics import columns
from db.dialect import upsert
from db.models import Companion, Member, Outing, Run, Spotting, User
from db.queries.boards.standings import NAMES, summed

_MEMBER = (bindparam("guild_id", type_=BigInteger), bindparam("user_id", type_=BigInteger))

_SUM_UP = text(
    f"""
    INSERT INTO standings
        (guild_id, direction, period, starts_on, user_id, hidden, {NAMES})
    SELECT :guild_id, 'spotting', :period, :starts_on, :user_id, :hidden,
           {", ".join(summed(column, "spottings") for column in columns())}
    FROM (SELECT *, 0 AS effort_ms, 0 AS grade FROM spottings) AS spottings JOIN runs ON runs.run_id = spottings.run_id
    WHERE spottings.guild_id = :guild_id AND spottings.user_id = :user_id
      AND spottings.ran_on BETWEEN :first_day AND :last_day AND spottings.duration_ms > 0 AND runs.counted
    GROUP BY spottings.user_id
    """
).bindparams(
    *_MEMBER,
    bindparam("period", type_=String),
    bindparam("starts_on", type_=Date),
    bindparam("first_day", type_=Date),
    bindparam("last_day", type_=Date),
    bindparam("hidden", type_=Boolean),
)

_CLEAR = text(
    """
    DELETE FROM standings
    WHERE guild_id = :guild_id AND user_id = :user_id AND period = :period AND starts_on = :starts_on
      AND direction = 'spotting'
    """
).bindparams(*_MEMBER, bindparam("period", type_=String), bindparam("starts_on", type_=Date))


async def is_known(session: AsyncSession, user_id: int) -> bool:
    """Whether a person has used the bot."""
    return await session.scalar(select(User.user_id).where(User.user_id == user_id)) is not None


async def add_member(session: AsyncSession, user_id: int, guild_id: int, name: str, seen_at: datetime) -> None:
    """Insert a member under `name` if they are not one yet.

    A spotter who answers by direct message may never have used the bot in the club.
    """
    statement = upsert(session, Member).values(
        guild_id=guild_id, user_id=user_id, display_name=name[:120], organiser=False, hidden=False, seen_at=seen_at
    )
    await session.execute(statement.on_conflict_do_nothing(index_elements=["guild_id", "user_id"]))


async def hold_members(session: AsyncSession, guild_id: int, user_ids: Sequence[int]) -> None:
    """Lock several members in a fixed order, so that concurrent transactions wait instead of deadlocking."""
    await session.execute(
        select(Member.user_id)
        .where(Member.guild_id == guild_id, Member.user_id.in_(user_ids))
        .order_by(Member.user_id)
        .with_for_update()
    )


async def credits_of(session: AsyncSession, run_id: int) -> Sequence[Row[int, date, int, int]]:
    """Return (user_id, ran_on, metres, milliseconds) of the credits on a run."""
    rows = await session.execute(
        select(Spotting.user_id, Spotting.ran_on, Spotting.distance_m, Spotting.duration_ms).where(
            Spotting.run_id == run_id
        )
    )
    return rows.all()


async def write_credit(session: AsyncSession, **values: object) -> None:
    """Insert or update a credit."""
    statement = upsert(session, Spotting).values(**values)
    moved = {name: statement.excluded[name] for name in ("guild_id", "ran_on", "distance_m", "duration_ms")}
    await session.execute(statement.on_conflict_do_update(index_elements=["run_id", "user_id"], set_=moved))


async def drop_credit(session: AsyncSession, run_id: int, user_id: int) -> None:
    """Delete a credit."""
    await session.execute(delete(Spotting).where(Spotting.run_id == run_id, Spotting.user_id == user_id))


_DAYS = (
    select(Spotting.ran_on)
    .where(Spotting.guild_id == bindparam("guild_id"), Spotting.user_id == bindparam("user_id"))
    .distinct()
)


async def days_with_credits(session: AsyncSession, guild_id: int, user_id: int) -> Sequence[date]:
    """Return the days of a member's credits."""
    return (await session.scalars(_DAYS, {"guild_id": guild_id, "user_id": user_id})).all()


async def credits_given_by(session: AsyncSession, user_id: int) -> Sequence[Row[int, int, int, date, int, int]]:
    """Return (run, user, guild, ran_on, metres, milliseconds) of others' credits on a person's counted runs."""
    rows = await session.execute(
        select(
            Spotting.run_id,
            Spotting.user_id,
            Spotting.guild_id,
            Spotting.ran_on,
            Spotting.distance_m,
            Spotting.duration_ms,
        )
        .join(Run, Run.run_id == Spotting.run_id)
        .where(Run.user_id == user_id, Spotting.user_id != user_id, Run.counted)
        .order_by(Spotting.guild_id, Spotting.user_id)
    )
    return rows.all()


async def clear(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> None:
    """Delete a member's spotting rows of some periods; each of `rows` is one period."""
    await session.execute(_CLEAR, rows)


async def sum_up(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> None:
    """Insert a member's spotting rows of some periods, computed from the credits, after `clear`."""
    await session.execute(_SUM_UP, rows)


async def total_of(session: AsyncSession, user_id: int, guild_id: int | None) -> tuple[int, int]:
    """Return (metres, milliseconds) a person faced forward, in total or as counted on one club's boards."""
    conditions: list[ColumnElement[bool]] = [Spotting.user_id == user_id]
    if guild_id is None:
        conditions.append(or_(Run.counted.is_(True), (Run.user_id == user_id) & Run.deleted_at.is_(None)))
    else:
        conditions += [Spotting.guild_id == guild_id, Run.counted.is_(True)]
    row = await session.execute(
        select(func.coalesce(func.sum(Spotting.distance_m), 0), func.coalesce(func.sum(Spotting.duration_ms), 0))
        .join(Run, Run.run_id == Spotting.run_id)
        .where(*conditions)
    )
    metres, ms = row.one()
    return int(metres), int(ms)


async def longest_ms(session: AsyncSession, run_id: int) -> int | None:
    """Return the greatest possible milliseconds of the outing from which a run was drafted, or None without one.

    This is the time from start to planned return with extensions, or the planned time if the start was not recorded.
    """
    row = (
        await session.execute(
            select(Outing.planned_ms, Outing.started_at, Outing.due_back_at)
            .join(Companion, Companion.outing_id == Outing.outing_id)
            .where(Companion.run_id == run_id)
        )
    ).first()
    if row is None:
        return None
    planned_ms, started_at, due_back_at = row
    if started_at is None or due_back_at is None:
        return int(planned_ms)
    return max(int(planned_ms), round((due_back_at - started_at) / timedelta(milliseconds=1)))
