"""Whose runs are projected, and a person's rows of a projection's table. None of the functions commits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import select, union
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase

from db.dialect import locks_rows
from db.models import Member, Run, User


async def people_after(session: AsyncSession, after: int, guild_id: int | None, limit: int) -> Sequence[int]:
    """Return the next people by id, of everybody or of everybody ever seen in a club."""
    column = User.user_id if guild_id is None else Member.user_id
    statement = select(column).where(column > after).order_by(column).limit(limit)
    if guild_id is not None:
        statement = statement.where(Member.guild_id == guild_id)
    return (await session.scalars(statement)).all()


async def hold_person(session: AsyncSession, user_id: int) -> bool:
    """Lock a person's runs, then the person; return whether they exist.

    No run of theirs is changed or added until the transaction ends. On SQLite, the write transaction is the lock.
    """
    if locks_rows(session):
        await session.execute(select(Run.run_id).where(Run.user_id == user_id).order_by(Run.run_id).with_for_update())
    return await session.scalar(select(User.user_id).where(User.user_id == user_id).with_for_update()) is not None


async def clubs_with_rows(
    session: AsyncSession, user_id: int, tables: Iterable[type[DeclarativeBase]]
) -> Sequence[int]:
    """Return the clubs in which a person was seen, has runs, or has rows of one of the tables."""
    columns: list[Any] = [Member.__table__.c, Run.__table__.c, *(table.__table__.c for table in tables)]
    parts = [select(of.guild_id).where(of.user_id == user_id) for of in columns if "guild_id" in of]
    found = await session.scalars(union(*parts))
    return sorted(guild_id for guild_id in found if guild_id is not None)


async def rows_of(session: AsyncSession, table: type[DeclarativeBase], user_id: int) -> set[tuple[Any, ...]]:
    """Return a person's rows of a table with a column `user_id`."""
    of = table.__table__
    return {tuple(row) for row in await session.execute(select(of).where(of.c.user_id == user_id))}
