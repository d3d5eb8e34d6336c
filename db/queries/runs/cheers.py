"""Queries for cheers. None of them commits.

A cheer of somebody separated from the runner by a block does not count, whichever came first.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import BigInteger, and_, bindparam, delete, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.dialect import upsert
from db.models import Cheer, Member, Run, Tie

_BLOCKED = (
    select(Tie.user_id)
    .where(
        Tie.kind == "block",
        or_(
            and_(Tie.user_id == Run.user_id, Tie.other_id == Cheer.user_id),
            and_(Tie.user_id == Cheer.user_id, Tie.other_id == Run.user_id),
        ),
    )
    .correlate(Run, Cheer)
    .exists()
)
_COUNT = (
    select(func.count())
    .select_from(Cheer)
    .join(Run, Run.run_id == Cheer.run_id)
    .where(Cheer.run_id == bindparam("run_id", type_=BigInteger), ~_BLOCKED)
)


class CheerRow(NamedTuple):
    """A cheer for a run, with the name of who cheered."""

    runner_id: int
    run_id: int
    display_name: str
    cheered_at: datetime


async def count(session: AsyncSession, run_id: int) -> int:
    """Count the cheers for a run."""
    return await session.scalar(_COUNT, {"run_id": run_id}) or 0


async def put(session: AsyncSession, run_id: int, user_id: int, now: datetime) -> bool:
    """Insert a cheer; return False if there is one already."""
    statement = upsert(session, Cheer).values(run_id=run_id, user_id=user_id, cheered_at=now)
    done = await session.scalar(statement.on_conflict_do_nothing().returning(Cheer.run_id))
    return done is not None


async def drop(session: AsyncSession, run_id: int, user_id: int) -> None:
    """Delete a cheer."""
    await session.execute(delete(Cheer).where(Cheer.run_id == run_id, Cheer.user_id == user_id))


async def for_runners(
    session: AsyncSession, user_ids: Collection[int], since: datetime, until: datetime
) -> list[CheerRow]:
    """Return the cheers for shared runs of some people after `since`, up to `until`, in their order."""
    rows = await session.execute(
        select(Run.user_id, Run.run_id, Member.display_name, Cheer.cheered_at)
        .join(Cheer, Cheer.run_id == Run.run_id)
        .join(Member, and_(Member.guild_id == Run.guild_id, Member.user_id == Cheer.user_id))
        .where(
            Run.user_id.in_(user_ids),
            Run.counted,
            Cheer.cheered_at > since,
            Cheer.cheered_at <= until,
            ~_BLOCKED,
        )
        .order_by(Cheer.cheered_at, Cheer.user_id)
    )
    return [CheerRow(*row) for row in rows]
