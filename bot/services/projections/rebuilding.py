"""Rebuild the run projections of everybody, or compare them with their rebuild, while the bot runs.

Each person is one transaction: a process that is killed leaves everybody's rows either as they were or rebuilt. After
each, the lock is left to the bot for as long as it was held. What is in memory at once are the ids of `PAGE` people and
one person's rows.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from time import monotonic

from bot.domain.runs.run_facts import MemberKey
from bot.errors import Unavailable
from bot.services.projections import run_projections
from db.engine import Database
from db.queries.projections import projected_rows as queries

PAGE = 500
"""People whose ids are read at once."""
TRIES = 20
"""Attempts at one person's transaction while the bot holds a lock."""
RETRY_S = 1.0
"""Seconds between two attempts."""


@dataclass(frozen=True, slots=True)
class Difference:
    """How a person's rows of one table differed from their rebuild.

    Attributes:
        table: name of the table.
        missing: rows that were not there.
        surplus: rows that a rebuild does not make. A row with a wrong value is one of each.
    """

    table: str
    missing: int
    surplus: int


@dataclass(frozen=True, slots=True)
class PersonRebuilt:
    """A person whose rows were rebuilt or compared; `differences` is empty if they were right."""

    user_id: int
    differences: tuple[Difference, ...]


async def rebuild_people(
    database: Database, *, guild_id: int | None = None, user_id: int | None = None, after: int = 0, keep: bool = True
) -> AsyncIterator[PersonRebuilt]:
    """Rebuild the rows of people, in the order of their ids.

    Args:
        database: database to rebuild.
        guild_id: only the rows of this club, and of its members' runs without a club; None for all.
        user_id: only this person; None for everybody.
        after: continue after the person with this id.
        keep: whether to write the rebuilt rows; otherwise they are only compared.

    Raises:
        Unavailable: the database stays locked, or does not work. People before this one are done.
    """
    while people := await _next_people(database, guild_id, user_id, after):
        for person in people:
            begun = monotonic()
            yield await _rebuilt(database, person, guild_id, keep=keep)
            after = person
            await asyncio.sleep(monotonic() - begun)


async def _next_people(database: Database, guild_id: int | None, user_id: int | None, after: int) -> list[int]:
    """Return the ids of the next people; of one person only if `user_id` names one."""
    async with database.read() as session:
        if user_id is None:
            return list(await queries.people_after(session, after, guild_id, PAGE))
        found = await queries.people_after(session, max(after, user_id - 1), guild_id, 1)
    return [user_id] if user_id in found else []


async def _rebuilt(database: Database, user_id: int, guild_id: int | None, *, keep: bool) -> PersonRebuilt:
    """Rebuild one person's rows; try again while the database is busy."""
    for attempt in range(1, TRIES + 1):
        try:
            return await _rebuild(database, user_id, guild_id, keep=keep)
        except Unavailable as error:
            if error.key != "errors.database.busy" or attempt == TRIES:
                raise
        await asyncio.sleep(RETRY_S)
    raise AssertionError


async def _rebuild(database: Database, user_id: int, guild_id: int | None, *, keep: bool) -> PersonRebuilt:
    tables = [projection.table for projection in run_projections.PROJECTIONS]
    async with database.write() as session:
        if not await queries.hold_person(session, user_id):
            return PersonRebuilt(user_id, ())  # erased meanwhile
        before = [await queries.rows_of(session, table, user_id) for table in tables]
        clubs: list[int | None] = [guild_id]
        if guild_id is None:
            clubs += await queries.clubs_with_rows(session, user_id, tables)
        for club in clubs:
            await run_projections.rebuild(session, MemberKey(user_id, club))
        after = [await queries.rows_of(session, table, user_id) for table in tables]
        if not keep:
            await session.rollback()
    return PersonRebuilt(
        user_id,
        tuple(
            Difference(table.__tablename__, len(new - old), len(old - new))
            for table, old, new in zip(tables, before, after, strict=True)
            if old != new
        ),
    )
