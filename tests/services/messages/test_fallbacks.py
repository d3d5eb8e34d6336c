"""Channel and grouping of the notice that a refused direct message is waiting."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import select

from bot.domain.messages.priority import Priority
from bot.domain.messages.stored_kinds import StoredKind
from bot.services.messages import fallbacks, outbox
from bot.services.messages.outbox import ClaimedMessage
from db.engine import Database
from db.models import Delivery, Guild
from tests.builders.messages import BOB, CLUB, MINUTE, NOW, ROOM, UNTIL, claim, letter, row, write


@pytest_asyncio.fixture
async def other(database_url: str) -> AsyncIterator[Database]:
    """Another process on the same database."""
    other = Database.open(database_url)
    yield other
    await other.close()


async def test_the_fallback_goes_where_the_letter_says_then_where_partners_are_sought(database: Database) -> None:
    async with database.write() as session:
        session.add(Guild(guild_id=CLUB, created_at=NOW))
    await write(database, letter("own", channel_id=ROOM), letter("club", BOB), letter("none", 13))
    own, club, none = await claim(database)
    async with database.write() as session:
        assert await fallbacks.fall_back(session, own, NOW)
        assert not await fallbacks.fall_back(session, none, NOW)
        (await session.get_one(Guild, CLUB)).partners_channel_id = 77
        await session.flush()
        assert await fallbacks.fall_back(session, club, NOW)
    async with database.read() as session:
        waits = (await session.scalars(select(Delivery).where(Delivery.kind == StoredKind.DELIVERY_WAITS))).all()
    assert [(w.channel_id, w.user_id, w.fallback_of, w.priority) for w in waits] == [
        (ROOM, 0, own.delivery_id, 0),
        (77, 0, club.delivery_id, 0),
    ]
    assert (await row(database, own.delivery_id)).state == "closed"
    assert (await row(database, none.delivery_id)).state == "leased"


async def test_who_is_refused_together_waits_in_one_message_that_nobody_joins_once_it_is_claimed(
    database: Database, other: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fallbacks, "TOGETHER", 3)

    async def refuse(mine: Database, *names: str, **more: Any) -> None:
        await write(database, *(letter(name, 100 + int(name), **{"channel_id": ROOM, **more}) for name in names))
        for one in await claim(database):
            async with mine.write() as session:
                assert await fallbacks.fall_back(session, one, NOW)

    async def waits(now: datetime) -> list[tuple[int, list[int]]]:
        async with database.write() as session:
            claimed = await outbox.claim(session, [StoredKind.DELIVERY_WAITS], now, now + MINUTE, 40)
            for one in claimed:
                await outbox.record_sent(session, one, one.channel_id, 6, now)
        found = [await fallbacks.waiting(database, one.kind, one.payload) for one in claimed]
        return [
            (one.channel_id, [int(each.occurrence) for each in all_]) for one, all_ in zip(claimed, found, strict=True)
        ]

    await refuse(database, "1", "2", priority=Priority.ASKED)
    await refuse(other, "3", priority=Priority.ASKED)
    await refuse(database, "4", priority=Priority.ASKED)
    await refuse(database, "5", priority=Priority.NUDGE)
    await refuse(database, "6", priority=Priority.ASKED, channel_id=77)
    await refuse(database, "7", "8")
    assert await waits(NOW) == [(ROOM, [7, 8])], "safety does not wait for more, and takes along who is there"
    await refuse(database, "9")
    assert await waits(NOW) == [(ROOM, [9])], "who is named in a message is fixed once it is on its way"
    assert await waits(NOW + fallbacks.GATHER) == [(ROOM, [1, 2, 3]), (ROOM, [4]), (77, [6]), (ROOM, [5])]


async def test_a_message_for_several_is_taken_apart_into_one_for_each(database: Database) -> None:
    await write(database, letter("1", channel_id=ROOM), letter("2", BOB, channel_id=ROOM))
    for one in await claim(database):
        async with database.write() as session:
            await fallbacks.fall_back(session, one, NOW)

    async def waits() -> list[ClaimedMessage]:
        async with database.write() as session:
            return await outbox.claim(session, [StoredKind.DELIVERY_WAITS], NOW, UNTIL, 40)

    (together,) = await waits()
    async with database.write() as session:
        assert await fallbacks.take_apart(session, together, NOW)
        assert not await fallbacks.take_apart(session, together, NOW)
    apart = await waits()
    assert [fallbacks.waiting_ids(one.kind, one.payload) for one in apart] == [[1], [2]]
    async with database.write() as session:
        assert not await fallbacks.take_apart(session, apart[0], NOW)


async def test_those_refused_at_the_same_time_by_two_processes_are_named_together(
    database: Database, other: Database
) -> None:
    async with database.write() as session:
        session.add(Guild(guild_id=CLUB, created_at=NOW))
    await write(database, *(letter(str(n), user_id=100 + n, channel_id=ROOM) for n in range(8)))

    async def fall_back(mine: Database, one: ClaimedMessage) -> None:
        async with mine.write() as session:
            assert await fallbacks.fall_back(session, one, NOW)

    await asyncio.gather(
        *(fall_back((database, other)[place % 2], one) for place, one in enumerate(await claim(database)))
    )
    async with database.read() as session:
        (together,) = await session.scalars(select(Delivery).where(Delivery.kind == StoredKind.DELIVERY_WAITS))
    assert len(fallbacks.waiting_ids(together.kind, together.payload)) == 8
