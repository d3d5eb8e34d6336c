"""Queries for a rewind: one's runs of a period, and who faced forward on them. None of them commits."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Member, Run, Spotting, StretchRow

AT_ONCE = 500
"""Rows of one result, so that a member with thousands of runs does not hold the event loop."""


class RewindRow(NamedTuple):
    """One direction of a run: metres or None, milliseconds; `guild_id` and `counted` of the run."""

    run_id: int
    ran_on: date
    started_at: datetime
    zone: str
    surface: str | None
    spotter_id: int | None
    spotter_state: str | None
    guild_id: int | None
    counted: bool
    direction: str
    distance_m: int | None
    duration_ms: int


async def runs_between(session: AsyncSession, user_id: int, first: date, last: date) -> list[RewindRow]:
    """Return the runs of known direction from one day to another, oldest first."""
    of_run = [getattr(Run, name) for name in RewindRow._fields[:9]]
    statement: Select[Any] = (
        select(*of_run, StretchRow.direction, func.sum(StretchRow.distance_m), func.sum(StretchRow.duration_ms))
        .join(StretchRow, StretchRow.run_id == Run.run_id)
        .where(
            Run.user_id == user_id,
            Run.ran_on.between(first, last),
            Run.deleted_at.is_(None),
            StretchRow.direction != "untold",
        )
        .group_by(*of_run, StretchRow.direction)
        .order_by(Run.started_at, Run.run_id, StretchRow.direction)
        .limit(AT_ONCE)
    )
    place = tuple_(Run.started_at, Run.run_id, StretchRow.direction)
    found: list[RewindRow] = []
    while True:
        later = [place > (found[-1].started_at, found[-1].run_id, found[-1].direction)] if found else []
        portion = [RewindRow(*row) for row in await session.execute(statement.where(*later))]
        found += portion
        if len(portion) < AT_ONCE:
            return found


async def has_run_between(session: AsyncSession, user_ids: Collection[int], first: date, last: date) -> Sequence[int]:
    """Return which of these people have runs of known direction from one day to another."""
    rows = await session.scalars(
        select(Run.user_id)
        .join(StretchRow, StretchRow.run_id == Run.run_id)
        .where(
            Run.user_id.in_(user_ids),
            Run.ran_on.between(first, last),
            Run.deleted_at.is_(None),
            StretchRow.direction != "untold",
        )
        .distinct()
    )
    return rows.all()


async def times_facing_forward(session: AsyncSession, user_id: int, first: date, last: date) -> int:
    """Return the number of others' runs on which a person faced forward, from one day to another."""
    number = await session.scalar(
        select(func.count(Spotting.run_id.distinct()))
        .join(Run, Run.run_id == Spotting.run_id)
        .where(Spotting.user_id == user_id, Spotting.ran_on.between(first, last), Run.user_id != user_id, Run.counted)
    )
    return number or 0


async def names(session: AsyncSession, user_ids: Collection[int], guild_id: int | None) -> dict[int, str]:
    """Return people's names as last seen, in any club; or in one club, of those who are there and not hidden."""
    statement = select(Member.user_id, Member.display_name).where(Member.user_id.in_(user_ids)).order_by(Member.seen_at)
    if guild_id is not None:
        statement = statement.where(Member.guild_id == guild_id, Member.left_at.is_(None), Member.hidden.is_(False))
    return {row.user_id: row.display_name for row in await session.execute(statement)}
