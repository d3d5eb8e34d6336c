"""Queries for whom a person follows. None of them commits."""

from __future__ import annotations

from sqlalchemy import delete, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.dialect import upsert
from db.models import Follow, Member


async def is_member(session: AsyncSession, guild_id: int, user_id: int) -> bool:
    """Whether a club knows a member who has not left."""
    found = exists().where(Member.guild_id == guild_id, Member.user_id == user_id, Member.left_at.is_(None))
    return bool(await session.scalar(select(found)))


async def put(session: AsyncSession, user_id: int, followed_id: int) -> None:
    """Insert a follow if it is missing."""
    statement = upsert(session, Follow).values(user_id=user_id, followed_id=followed_id)
    await session.execute(statement.on_conflict_do_nothing())


async def drop(session: AsyncSession, user_id: int, followed_id: int) -> None:
    """Delete a follow."""
    await session.execute(delete(Follow).where(Follow.user_id == user_id, Follow.followed_id == followed_id))


async def count(session: AsyncSession, user_id: int) -> int:
    """Count whom a person follows."""
    return await session.scalar(select(func.count()).select_from(Follow).where(Follow.user_id == user_id)) or 0


async def is_followed(session: AsyncSession, user_id: int, followed_id: int) -> bool:
    """Whether a person follows another."""
    found = select(exists().where(Follow.user_id == user_id, Follow.followed_id == followed_id))
    return bool(await session.scalar(found))
