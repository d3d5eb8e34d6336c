"""Named values that the process keeps across restarts. None of the functions commits."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from db.dialect import upsert
from db.models import Remembered


async def value_of(session: AsyncSession, name: str) -> str | None:
    """Return the value stored under `name`, or None."""
    found: str | None = await session.scalar(select(Remembered.value).where(Remembered.name == name))
    return found


async def set_value(session: AsyncSession, name: str, value: str) -> None:
    """Store `value` under `name`."""
    statement = upsert(session, Remembered).values(name=name, value=value)
    await session.execute(statement.on_conflict_do_update(index_elements=["name"], set_={"value": value}))
