"""Presses with overlapping transactions, on PostgreSQL.

Two presses that a test starts together seldom overlap: one has usually committed before the other reads. Here a
transaction commits only when every other press is about to commit, has ended, or waits for a lock. So every press
reads the state from before the others, unless it has to wait for a lock.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from db.engine import Database
from tests.builders.outings import Town

_WAITING = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")


class Overlapping(Database):
    """A database on PostgreSQL whose write transactions overlap while `at_once` runs."""

    _running = 0

    @property
    def urgent(self) -> Overlapping:  # type: ignore[override]
        """Itself: on PostgreSQL the two differ only in their queue for a connection."""
        return self

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        async with super().write() as session:
            yield session
            await session.flush()
            self._running -= 1
            try:
                while self._running > await self._waiting():
                    pass
            finally:
                self._running += 1

    async def at_once(self, *presses: Awaitable[Any]) -> list[Any]:
        """Run the presses together. Return the result or exception of each, in order."""
        self._running = len(presses)
        return await asyncio.gather(*map(self._press, presses), return_exceptions=True)

    async def _press(self, press: Awaitable[Any]) -> Any:
        try:
            return await press
        finally:
            self._running -= 1

    async def _waiting(self) -> int:
        async with self.reader.connect() as connection:
            return int(await connection.scalar(_WAITING) or 0)


async def at_once(town: Town, *presses: Awaitable[object]) -> list[Any]:
    """Run presses together in a town on an `Overlapping` database. Return their results and exceptions in order."""
    assert isinstance(town.database, Overlapping)
    return await town.database.at_once(*presses)


def kinds(answers: list[Any]) -> list[str]:
    """Return the sorted type names of results and exceptions."""
    return sorted(type(answer).__name__ for answer in answers)


@asynccontextmanager
async def two_connections(database_url: str) -> AsyncIterator[tuple[Database, Database]]:
    """Two of what each process opens, on one database."""
    both = Database.open(database_url), Database.open(database_url)
    try:
        yield both
    finally:
        for database in both:
            await database.close()


async def waits_or_ends(database: Database, statement: asyncio.Task[object]) -> None:
    """Until a statement has ended, or waits for a lock that another transaction holds."""
    asked = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    while not statement.done():
        async with database.writer.connect() as connection:
            if await connection.scalar(asked):
                return
