"""Queries for memberships and home clubs. None of them commits."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Companion, Guild, Member, Outing, Run, User


async def next_club(session: AsyncSession, user_id: int, but: int) -> int | None:
    """Return the club other than `but` in which a person was last seen, if they and the bot are still in it."""
    guild_id: int | None = await session.scalar(
        select(Member.guild_id)
        .join(Guild, Guild.guild_id == Member.guild_id)
        .where(Member.user_id == user_id, Member.guild_id != but, Member.left_at.is_(None), Guild.left_at.is_(None))
        .order_by(Member.seen_at.desc(), Member.guild_id)
        .limit(1)
    )
    return guild_id


async def places_in(session: AsyncSession, guild_id: int, user_id: int, states: Collection[str]) -> Sequence[int]:
    """Return a club's outings in some states that a person has joined or waits for."""
    rows = await session.scalars(
        select(Outing.outing_id)
        .join(Companion, Companion.outing_id == Outing.outing_id)
        .where(
            Outing.guild_id == guild_id,
            Outing.state.in_(states),
            Companion.user_id == user_id,
            Companion.presence != "left",
        )
        .order_by(Outing.outing_id)
    )
    return rows.all()


async def move_home(session: AsyncSession, user_id: int, old: int, new: int | None) -> None:
    """Change a person's home club from `old` to another one or none.

    This can change the zone assumed for them, so the next card that assumes one mentions it again.
    """
    await session.execute(
        update(User)
        .where(User.user_id == user_id, User.home_guild_id == old)
        .values(home_guild_id=new, zone_told=False)
    )


async def mark_seen(session: AsyncSession, guild_id: int, user_id: int, seen_at: datetime, **held: object) -> None:
    """Record when a member was last seen in a club, with other columns learned then."""
    await session.execute(
        update(Member).where(Member.guild_id == guild_id, Member.user_id == user_id).values(seen_at=seen_at, **held)
    )


async def left_since_last_run(session: AsyncSession, user_id: int) -> str | None:
    """Return the club that a person was last found to have left, if they have logged nothing since."""
    logged = select(Run.run_id).where(Run.user_id == user_id, Run.created_at >= Member.left_at)
    name: str | None = await session.scalar(
        select(Guild.name)
        .join(Member, Member.guild_id == Guild.guild_id)
        .where(Member.user_id == user_id, Member.left_at.is_not(None), ~logged.exists())
        .order_by(Member.left_at.desc())
        .limit(1)
    )
    return name


async def members_of(session: AsyncSession, guild_id: int) -> Sequence[int]:
    """Return everybody ever seen in a club."""
    return (await session.scalars(select(Member.user_id).where(Member.guild_id == guild_id))).all()


async def hide(session: AsyncSession, guild_id: int, user_id: int, hidden: bool) -> bool:
    """Update whether a member is hidden; return whether that changed for a present member."""
    changed = await session.execute(
        update(Member)
        .where(Member.guild_id == guild_id, Member.user_id == user_id, Member.hidden.is_not(hidden))
        .values(hidden=hidden)
        .returning(Member.left_at)
    )
    row = changed.first()
    return row is not None and row.left_at is None


async def mark_left(session: AsyncSession, guild_id: int, user_id: int, left_at: datetime | None) -> bool:
    """Record that a member left, or with None is back; return whether that changed for a visible member."""
    known = Member.left_at.is_(None) if left_at is None else Member.left_at.is_not(None)
    values = {"left_at": left_at} if left_at is None else {"left_at": left_at, "organiser": False}
    changed = await session.execute(
        update(Member)
        .where(Member.guild_id == guild_id, Member.user_id == user_id, ~known)
        .values(values)
        .returning(Member.hidden)
    )
    row = changed.first()
    return row is not None and not row.hidden
