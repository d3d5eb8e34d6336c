"""A deadlock between two transactions: one continues, the other gets an error to try again."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
from sqlalchemy import insert, update

from bot.errors import Unavailable
from db.engine import Database
from db.models import User


@pytest.mark.parametrize("database_url", [pytest.param("postgresql", marks=pytest.mark.postgresql)], indirect=True)
async def test_of_two_in_a_deadlock_one_is_told_to_try_again(database: Database) -> None:
    now = datetime(2026, 11, 18, tzinfo=UTC)
    async with database.write() as session:
        await session.execute(insert(User), [{"user_id": number, "created_at": now} for number in (1, 2)])
    both = asyncio.Barrier(2)

    async def change(first: int, then: int) -> None:
        async with database.write() as session:
            await session.execute(update(User).where(User.user_id == first).values(locale="x"))
            await both.wait()
            await session.execute(update(User).where(User.user_id == then).values(locale="y"))

    ends = await asyncio.gather(change(1, 2), change(2, 1), return_exceptions=True)
    assert sorted(type(end).__name__ for end in ends) == ["NoneType", "Unavailable"]
    (told,) = (end for end in ends if isinstance(end, Unavailable))
    assert told.key == "errors.database.busy"
