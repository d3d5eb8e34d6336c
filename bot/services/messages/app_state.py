"""Named values that the process keeps across restarts, such as the digest of the last synced commands."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from db.dialect import upsert
from db.engine import Database
from db.models import Remembered


async def recall(database: Database, name: str) -> str | None:
    """Return the value stored under `name`, or None."""
    async with database.read() as session:
        found: str | None = await session.scalar(select(Remembered.value).where(Remembered.name == name))
        return found


async def remember(database: Database, name: str, value: str) -> None:
    """Store `value` under `name`."""
    async with database.write() as session:
        await remember_in(session, name, value)


async def remember_in(session: AsyncSession, name: str, value: str) -> None:
    """Store `value` under `name` within a transaction."""
    statement = upsert(session, Remembered).values(name=name, value=value)
    await session.execute(statement.on_conflict_do_update(index_elements=["name"], set_={"value": value}))
