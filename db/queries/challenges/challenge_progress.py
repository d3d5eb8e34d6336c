"""What the participants of a challenge ran, in one statement each. None of the functions commits.

Both are range scans: of the index on (club, runner, day) of `runs` for each participant, or of the one on (runner,
direction, distance) of `best_efforts`. So progress is right after any edit, undo, review or erasure, and logging a run
costs nothing more.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import Row, case, func, literal_column, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import BestEffort, ChallengePlace, Member, Run, StretchRow

FROM_FILES = ("fit", "gpx", "tcx")
"""Sources of runs that a watch recorded."""


async def daily_sums(
    session: AsyncSession,
    challenge_id: int,
    guild_id: int,
    first: date,
    last: date,
    ended_at: datetime,
    *,
    direction: str | None,
    files: bool,
) -> Sequence[Row[int, date, bool, int, int]]:
    """Return (runner, day, whether logged after the end, metres, milliseconds) of participants who are in the club.

    Args:
        session: database session.
        challenge_id: id of the challenge.
        guild_id: its club, whose runs count.
        first: first day.
        last: last day.
        ended_at: the instant of the end.
        direction: of the stretches that count; None for both.
        files: whether only runs from a watch's file count.
    """
    late = case((Run.created_at >= ended_at, 1), else_=0).label("logged_late")
    conditions = [
        ChallengePlace.challenge_id == challenge_id,
        Member.left_at.is_(None),
        Run.guild_id == guild_id,
        Run.ran_on.between(first, last),
        Run.counted,
    ]
    if direction is not None:
        conditions.append(StretchRow.direction == direction)
    if files:
        conditions.append(Run.source.in_(FROM_FILES))
    rows = await session.execute(
        select(
            ChallengePlace.user_id,
            Run.ran_on,
            late,
            func.coalesce(func.sum(StretchRow.distance_m), 0),
            func.sum(StretchRow.duration_ms),
        )
        .select_from(ChallengePlace)
        .join(Member, (Member.guild_id == guild_id) & (Member.user_id == ChallengePlace.user_id))
        .join(Run, Run.user_id == ChallengePlace.user_id)
        .join(StretchRow, StretchRow.run_id == Run.run_id)
        .where(*conditions)
        # By its name: PostgreSQL does not see that two expressions with parameters are the same.
        .group_by(ChallengePlace.user_id, Run.ran_on, literal_column(late.name))
    )
    return rows.all()


async def timed_efforts(
    session: AsyncSession,
    challenge_id: int,
    guild_id: int,
    last: date,
    ended_at: datetime,
    *,
    direction: str | None,
    listed_m: int,
    files: bool,
) -> Sequence[Row[int, date, int, int, str]]:
    """Return (runner, day, milliseconds, whether late, direction) over a listed distance, in the order of running.

    Only what was run as such: a fast part within a longer run was not run for its time. Arguments as in `daily_sums`.
    """
    late = case((Run.created_at >= ended_at, 1), else_=0)
    conditions = [
        ChallengePlace.challenge_id == challenge_id,
        Member.left_at.is_(None),
        BestEffort.listed_m == listed_m,
        BestEffort.guild_id == guild_id,
        BestEffort.counted,
        BestEffort.measured != "segment",
        BestEffort.ran_on <= last,
        BestEffort.direction.in_(("backward", "forward") if direction is None else (direction,)),
    ]
    if files:
        conditions.append(Run.source.in_(FROM_FILES))
    rows = await session.execute(
        select(ChallengePlace.user_id, BestEffort.ran_on, BestEffort.duration_ms, late, BestEffort.direction)
        .select_from(ChallengePlace)
        .join(Member, (Member.guild_id == guild_id) & (Member.user_id == ChallengePlace.user_id))
        .join(BestEffort, BestEffort.user_id == ChallengePlace.user_id)
        .join(Run, Run.run_id == BestEffort.run_id)
        .where(*conditions)
        .order_by(BestEffort.ran_on, BestEffort.started_at, BestEffort.run_id)
    )
    return rows.all()


async def strengths(session: AsyncSession, challenge_id: int, guild_id: int, first: date, last: date) -> dict[int, int]:
    """Return the milliseconds that each participant ran in some days; 0 for those who did not."""
    ran = (Run.user_id == ChallengePlace.user_id) & (Run.guild_id == guild_id) & Run.counted
    rows = await session.execute(
        select(ChallengePlace.user_id, func.coalesce(func.sum(Run.duration_ms), 0))
        .outerjoin(Run, ran & Run.ran_on.between(first, last))
        .where(ChallengePlace.challenge_id == challenge_id)
        .group_by(ChallengePlace.user_id)
    )
    return {user_id: int(ms) for user_id, ms in rows}
