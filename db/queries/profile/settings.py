"""Queries for the settings of members and clubs. None of them commits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Row, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Guild, Member, User


async def user_row(session: AsyncSession, user_id: int) -> User | None:
    """Return a person's row."""
    return await session.get(User, user_id)


async def guild_row(session: AsyncSession, guild_id: int, *, hold: bool = False) -> Guild | None:
    """Return a club's row, locked for update if `hold`."""
    return await session.get(Guild, guild_id, with_for_update=hold, populate_existing=hold)


async def set_user(session: AsyncSession, user_id: int, **values: object) -> None:
    """Update columns of a person."""
    await session.execute(update(User).where(User.user_id == user_id).values(**values))


async def set_guild(session: AsyncSession, guild_id: int, **values: object) -> None:
    """Update columns of a club."""
    await session.execute(update(Guild).where(Guild.guild_id == guild_id).values(**values))


async def clubs_of(session: AsyncSession, user_id: int) -> Sequence[Row[int, str, bool]]:
    """Return (guild_id, name, hidden) of the clubs in which both a person and the bot are members, by name."""
    rows = await session.execute(
        select(Guild.guild_id, Guild.name, Member.hidden)
        .join(Member, Member.guild_id == Guild.guild_id)
        .where(Member.user_id == user_id, Member.left_at.is_(None), Guild.left_at.is_(None))
        .order_by(Guild.name, Guild.guild_id)
    )
    return rows.all()


async def mark_left(session: AsyncSession, guild_id: int, left_at: datetime) -> None:
    """Record that the bot was removed from a club."""
    await session.execute(update(Guild).where(Guild.guild_id == guild_id).values(left_at=left_at))
