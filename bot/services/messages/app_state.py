"""Named values that the process keeps across restarts, such as the digest of the last synced commands."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from db.engine import Database
from db.queries.messages import app_state as queries


async def recall(database: Database, name: str) -> str | None:
    """Return the value stored under `name`, or None."""
    async with database.read() as session:
        return await recall_in(session, name)


async def recall_in(session: AsyncSession, name: str) -> str | None:
    """Return the value stored under `name`, or None, within a transaction."""
    return await queries.value_of(session, name)


async def remember(database: Database, name: str, value: str) -> None:
    """Store `value` under `name`."""
    async with database.write() as session:
        await remember_in(session, name, value)


async def remember_in(session: AsyncSession, name: str, value: str) -> None:
    """Store `value` under `name` within a transaction."""
    await queries.set_value(session, name, value)
