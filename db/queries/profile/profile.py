"""Queries for one person's runs: sums and weeks.

Each takes the runner and, for another viewer, the club with which the runs must be shared.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import ColumnElement, Row, Subquery, func, literal, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Member, Run, StretchRow

PACED = 300
"""Runs whose paces are read at most."""
PACED_M = 800
"""Metres from which a run's pace says something about the others'."""


async def name_in(session: AsyncSession, guild_id: int, user_id: int) -> str | None:
    """Return a member's last seen name in the club, or None if they were never there, left, or are hidden."""
    name: str | None = await session.scalar(
        select(Member.display_name).where(
            Member.guild_id == guild_id, Member.user_id == user_id, Member.left_at.is_(None), Member.hidden.is_(False)
        )
    )
    return name


async def totals(
    session: AsyncSession, user_id: int, guild_id: int | None
) -> Sequence[Row[str, int, int, int, int, int]]:
    """Return (direction or "all", metres, milliseconds, runs, days, metres of the longest run) over all runs."""
    each = _per_run(user_id, guild_id)
    together = (
        select(
            each.c.run_id,
            literal("all").label("direction"),
            each.c.ran_on,
            func.sum(each.c.distance_m).label("distance_m"),
            func.sum(each.c.duration_ms).label("duration_ms"),
        )
        .group_by(each.c.run_id, each.c.ran_on)
        .subquery()
    )
    columns = ("run_id", "direction", "ran_on", "distance_m", "duration_ms")
    shares = union_all(
        select(*(each.c[name] for name in columns)), select(*(together.c[name] for name in columns))
    ).subquery()
    rows = await session.execute(
        select(
            shares.c.direction,
            func.sum(shares.c.distance_m),
            func.sum(shares.c.duration_ms),
            func.count(),
            func.count(shares.c.ran_on.distinct()),
            func.max(shares.c.distance_m),
        ).group_by(shares.c.direction)
    )
    return rows.all()


async def days(
    session: AsyncSession, user_id: int, guild_id: int | None, first: date, last: date
) -> Sequence[Row[date, str, int | None, int]]:
    """Return (ran_on, direction, metres or None, milliseconds) of each day with a run from `first` to `last`."""
    rows = await session.execute(
        select(
            Run.ran_on,
            StretchRow.direction,
            func.sum(StretchRow.distance_m),
            func.sum(StretchRow.duration_ms),
        )
        .join(StretchRow, StretchRow.run_id == Run.run_id)
        .where(*_shown(user_id, guild_id), Run.ran_on.between(first, last))
        .group_by(Run.ran_on, StretchRow.direction)
    )
    return rows.all()


async def paced_runs(
    session: AsyncSession, user_id: int, guild_id: int | None, direction: str, first: date, last: date
) -> Sequence[Row[date, int | None, int]]:
    """Return (ran_on, metres, milliseconds) in one direction of the latest `PACED` runs with a pace, newest first."""
    distance_m = func.sum(StretchRow.distance_m)
    rows = await session.execute(
        select(Run.ran_on, distance_m, func.sum(StretchRow.duration_ms))
        .join(StretchRow, StretchRow.run_id == Run.run_id)
        .where(
            *_shown(user_id, guild_id),
            Run.ran_on.between(first, last),
            Run.doubtful.is_(False),
            Run.review.in_(("none", "agreed")),
            StretchRow.direction == direction,
            StretchRow.distance_m.is_not(None),
            StretchRow.estimated.is_(False),
        )
        .group_by(Run.run_id, Run.ran_on, Run.started_at)
        .having(distance_m >= PACED_M)
        .order_by(Run.started_at.desc(), Run.run_id.desc())
        .limit(PACED)
    )
    return rows.all()


def _per_run(user_id: int, guild_id: int | None) -> Subquery:
    return (
        select(
            Run.run_id,
            StretchRow.direction,
            Run.ran_on,
            func.coalesce(func.sum(StretchRow.distance_m), 0).label("distance_m"),
            func.sum(StretchRow.duration_ms).label("duration_ms"),
        )
        .join(StretchRow, StretchRow.run_id == Run.run_id)
        .where(*_shown(user_id, guild_id))
        .group_by(Run.run_id, Run.ran_on, StretchRow.direction)
        .subquery()
    )


def _shown(user_id: int, guild_id: int | None) -> list[ColumnElement[bool]]:
    """Conditions for a person's own runs of known direction, or for those that count on one club's boards."""
    conditions: list[ColumnElement[bool]] = [
        Run.user_id == user_id,
        Run.deleted_at.is_(None),
        StretchRow.direction != "untold",
    ]
    if guild_id is not None:
        conditions += [Run.guild_id == guild_id, Run.counted.is_(True)]
    return conditions
