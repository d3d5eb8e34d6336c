"""Queries for the owner and the organisers of a club. None of them commits."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Guild, Member


async def organisers_of(session: AsyncSession, guild_id: int, limit: int | None = None) -> Sequence[int]:
    """Return present members who were organisers when last seen, latest first; at most `limit`."""
    rows = await session.scalars(
        select(Member.user_id)
        .where(Member.guild_id == guild_id, Member.organiser, Member.left_at.is_(None))
        .order_by(Member.seen_at.desc(), Member.user_id)
        .limit(limit)
    )
    return rows.all()


async def owner_and_organisers(session: AsyncSession, guild_id: int) -> list[int]:
    """Return the owner of a club, then all its organisers."""
    guild = await session.get(Guild, guild_id)
    owner = [guild.owner_id] if guild is not None and guild.owner_id else []
    return list(dict.fromkeys([*owner, *await organisers_of(session, guild_id)]))
