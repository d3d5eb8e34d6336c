"""Writing many rows at once, for the try mode's demo club. Nothing here commits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.base import Base
from db.models import Guild


async def is_empty(session: AsyncSession) -> bool:
    """Whether no club has ever been written."""
    return not await session.scalar(select(func.count()).select_from(Guild))


async def insert_rows(session: AsyncSession, table: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Write rows with their keys given; every row names the same columns."""
    if rows:
        # On the connection: a session's bulk insert takes twice as long to look for defaults and keys to fetch.
        connection = await session.connection()
        await connection.execute(insert(table.metadata.tables[table.__tablename__]), list(rows))
