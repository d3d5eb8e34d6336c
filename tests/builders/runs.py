"""Runs inserted directly into the tables, for tests of what is computed from them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from itertools import count

from sqlalchemy import delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.runs.runs import Direction, Review, Sharing, Stretch
from bot.services.projections.standings import Counted
from db import models

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
CLUB = 900_000_000_000_000_001

_interactions = count(1)


async def join(
    session: AsyncSession, user_id: int, guild_id: int = CLUB, *, name: str = "", hidden: bool = False
) -> None:
    """Insert a person, the club and the membership, each if it is missing."""
    if await session.get(models.User, user_id) is None:
        await session.execute(insert(models.User).values(user_id=user_id, created_at=NOW))
    if await session.get(models.Guild, guild_id) is None:
        await session.execute(insert(models.Guild).values(guild_id=guild_id, name="Club", created_at=NOW))
    await session.execute(
        insert(models.Member).values(
            guild_id=guild_id, user_id=user_id, display_name=name or f"Member {user_id}", hidden=hidden, seen_at=NOW
        )
    )


async def write_run(
    session: AsyncSession,
    user_id: int,
    ran_on: date,
    stretches: Sequence[Stretch],
    *,
    guild_id: int | None = CLUB,
    counted: bool = True,
    sharing: Sharing = Sharing.CLUB,
    review: Review = Review.NONE,
    deleted: bool = False,
    effort: int | None = None,
    extras: Sequence[str] = (),
) -> int:
    """Insert a run and its stretches without updating standings."""
    metres = [s.distance_m for s in stretches if s.distance_m is not None]
    statement = (
        insert(models.Run)
        .values(
            interaction_id=next(_interactions),
            user_id=user_id,
            guild_id=guild_id,
            started_at=datetime(ran_on.year, ran_on.month, ran_on.day, 7, tzinfo=UTC),
            zone="UTC",
            ran_on=ran_on,
            distance_m=sum(metres) if metres else None,
            duration_ms=sum(s.duration_ms for s in stretches),
            sharing=sharing.value,
            source="typed",
            effort=effort,
            extras=list(extras),
            review=review.value,
            counted=counted,
            created_at=NOW,
            deleted_at=NOW if deleted else None,
        )
        .returning(models.Run.run_id)
    )
    run_id = (await session.execute(statement)).scalar_one()
    await session.execute(
        insert(models.StretchRow),
        [
            {
                "run_id": run_id,
                "position": position,
                "direction": s.direction.value,
                "distance_m": s.distance_m,
                "duration_ms": s.duration_ms,
                "estimated": s.estimated,
            }
            for position, s in enumerate(stretches)
        ],
    )
    return run_id


async def remove_run(session: AsyncSession, run_id: int) -> None:
    """Delete a run and its stretches without updating standings."""
    await session.execute(delete(models.StretchRow).where(models.StretchRow.run_id == run_id))
    await session.execute(delete(models.Run).where(models.Run.run_id == run_id))


async def share_of(session: AsyncSession, run_id: int) -> Counted | None:
    """Return what a stored run adds to its club's leaderboards."""
    run = await session.get(models.Run, run_id, populate_existing=True)
    if run is None or not run.counted or run.guild_id is None:
        return None
    rows = await session.execute(
        select(
            models.StretchRow.direction,
            func.coalesce(func.sum(models.StretchRow.distance_m), 0),
            func.sum(models.StretchRow.duration_ms),
        )
        .where(models.StretchRow.run_id == run_id)
        .group_by(models.StretchRow.direction)
    )
    shares = {Direction(direction): (int(metres), int(ms)) for direction, metres, ms in rows}
    effort = run.effort or 0 if "effort" in run.extras else 0
    return Counted(run.guild_id, run.user_id, run.ran_on, run_id, shares, effort)
