"""Queries for runs that are held for review: what they are compared with, and what is said about them.

None of the functions commits.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, Row, bindparam, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.dialect import upsert
from db.models import Member, Run, RunReview

_COUNTED = select(
    Run.run_id, Run.ran_on, Run.started_at, Run.distance_m, Run.duration_ms, Run.source, Run.review
).where(
    Run.guild_id == bindparam("guild_id"),
    Run.user_id == bindparam("user_id"),
    Run.ran_on.between(bindparam("first"), bindparam("last")),
    Run.counted,
)


async def counted_runs(
    session: AsyncSession, user_id: int, guild_id: int, first: date, last: date
) -> Sequence[Row[int, date, datetime, int | None, int, str, str]]:
    """Return (id, day, start, metres, milliseconds, source, review) of a member's runs that count, of some days."""
    given = {"guild_id": guild_id, "user_id": user_id, "first": first, "last": last}
    return (await session.execute(_COUNTED, given)).all()


def _held(guild_id: int) -> list[ColumnElement[bool]]:
    left = select(Member.user_id).where(
        Member.guild_id == guild_id, Member.user_id == Run.user_id, Member.left_at.is_not(None)
    )
    return [
        Run.guild_id == guild_id,
        Run.review == "held",
        Run.deleted_at.is_(None),
        Run.sharing == "club",
        ~left.exists(),
    ]


async def held_run(session: AsyncSession, guild_id: int, after: int) -> tuple[Run | None, int]:
    """Return the first of a club's runs awaiting review that follows `after`, else the first, and its number from 1.

    Only runs shared with the club, of present members; oldest first.
    """
    waiting = select(Run).where(*_held(guild_id)).order_by(Run.run_id).limit(1)
    found: Run | None = await session.scalar(waiting.where(Run.run_id > after)) or await session.scalar(waiting)
    if found is None:
        return None, 0
    number = await session.scalar(
        select(func.count()).select_from(Run).where(*_held(guild_id), Run.run_id <= found.run_id)
    )
    return found, number or 0


async def count_held(session: AsyncSession, guild_id: int) -> int:
    """Count the runs of a club that await review."""
    counted: int | None = await session.scalar(select(func.count()).select_from(Run).where(*_held(guild_id)))
    return counted or 0


async def words_of(session: AsyncSession, run_id: int) -> RunReview | None:
    """Return what was said about a run, or None."""
    return await session.get(RunReview, run_id, populate_existing=True)


async def put_words(session: AsyncSession, run_id: int, **values: object) -> None:
    """Store something that was said about a run."""
    new = upsert(session, RunReview).values(run_id=run_id, **values)
    await session.execute(new.on_conflict_do_update(index_elements=["run_id"], set_=values))


async def answer(session: AsyncSession, run_id: int, **values: object) -> bool:
    """Store a runner's answer; False if nothing was asked."""
    asked = update(RunReview).where(RunReview.run_id == run_id, RunReview.asked_at.is_not(None)).values(**values)
    return bool((await session.execute(asked)).rowcount)  # type: ignore[attr-defined]


async def drop_words(session: AsyncSession, run_id: int) -> None:
    """Delete what was said about a run whose figures changed."""
    await session.execute(delete(RunReview).where(RunReview.run_id == run_id))
