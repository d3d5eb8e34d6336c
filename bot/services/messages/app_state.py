"""Named values the process keeps across restarts, such as the digest of the commands last synced."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from db.dialect import upsert
from db.engine import Database
from db.models import Remembered


async def recall(database: Database, name: str) -> str | None:
    """The value kept under `name`, or None."""
    async with database.read() as session:
        found: str | None = await session.scalar(select(Remembered.value).where(Remembered.name == name))
        return found


async def remember(database: Database, name: str, value: str) -> None:
    """Keep `value` under `name`."""
    async with database.write() as session:
        await remember_in(session, name, value)


async def remember_in(session: AsyncSession, name: str, value: str) -> None:
    """The same within a transaction."""
    statement = upsert(session, Remembered).values(name=name, value=value)
    await session.execute(statement.on_conflict_do_update(index_elements=["name"], set_={"value": value}))
