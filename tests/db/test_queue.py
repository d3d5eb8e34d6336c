"""Order of access to the database."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import TimeoutError as PoolTimeout

from bot.errors import Unavailable
from db.engine import Database
from db.models import Remembered
from db.queue import ConnectionQueue


async def let_all_run() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def test_the_urgent_overtake_those_who_wait_and_each_group_keeps_its_order() -> None:
    queue, entered, end = ConnectionQueue(1, 5.0), list[str](), asyncio.Event()

    async def transaction(name: str, urgent: bool) -> None:
        async with queue.place(urgent=urgent):
            entered.append(name)
            await end.wait()

    tasks = []
    for name, urgent in (("first", False), ("a", False), ("help 1", True), ("b", False), ("help 2", True)):
        tasks.append(asyncio.create_task(transaction(name, urgent)))
        await let_all_run()
    assert entered == ["first"]
    end.set()
    await asyncio.gather(*tasks)
    assert entered == ["first", "help 1", "help 2", "a", "b"]


async def test_who_waits_too_long_or_gives_up_takes_nobody_s_place() -> None:
    queue = ConnectionQueue(1, 0.01)
    async with queue.place(urgent=False):
        with pytest.raises(PoolTimeout):
            async with queue.place(urgent=True):
                pass
        waiting = asyncio.create_task(queue.place(urgent=True).__aenter__())
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
    async with queue.place(urgent=False):
        pass


async def test_a_place_granted_to_who_is_cancelled_in_that_moment_goes_to_the_next() -> None:
    queue = ConnectionQueue(1, 5.0)
    async with queue.place(urgent=False):
        waiting = asyncio.create_task(queue.place(urgent=True).__aenter__())
        await asyncio.sleep(0)
    waiting.cancel()  # it has been granted the place, but has not run yet
    await asyncio.gather(waiting, return_exceptions=True)
    async with asyncio.timeout(1):
        async with queue.place(urgent=False):
            pass


async def test_an_urgent_write_is_made_before_fifty_that_came_earlier(database: Database) -> None:
    written: list[str] = []

    async def write(target: Database, name: str) -> None:
        async with target.write() as session:
            await session.execute(insert(Remembered).values(name=name, value="x"))
            written.append(name)

    many = [asyncio.create_task(write(database, f"run {number}")) for number in range(50)]
    await let_all_run()
    before = len(written)
    await write(database.urgent, "help")
    await asyncio.gather(*many)
    # PostgreSQL has ten connections, and a transaction that holds one is not interrupted.
    assert written.index("help") <= before + 10
    assert len(written) == 51


async def test_an_urgent_read_is_made_though_all_connections_are_asked_for(database: Database) -> None:
    hold = asyncio.Event()

    async def read() -> None:
        async with database.read() as session:
            await session.execute(select(1))
            await hold.wait()

    many = [asyncio.create_task(read()) for _ in range(40)]
    await asyncio.sleep(0.05)
    urgent = asyncio.create_task(database.urgent.read().__aenter__())
    await let_all_run()
    many[0].cancel()
    async with asyncio.timeout(5):
        await urgent
    hold.set()
    ends = await asyncio.gather(*many, return_exceptions=True)
    assert not [end for end in ends if isinstance(end, Unavailable)]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_only_urgent_commits_wait_for_the_disk(database: Database) -> None:
    """SQLite's FULL (2) syncs the write-ahead log at each commit; NORMAL (1) leaves that to the next checkpoint."""
    for target, synchronous in ((database, 1), (database.urgent, 2), (database, 1), (database.urgent, 2)):
        async with target.write() as session:
            await session.execute(select(1))
            assert await session.scalar(text("PRAGMA synchronous")) == synchronous


async def test_closing_either_closes_both(database: Database) -> None:
    assert database.urgent.urgent is database.urgent
    async with database.urgent.write() as session:
        await session.execute(insert(Remembered).values(name="help", value="x"))
    async with database.read() as session:
        assert await session.scalar(select(Remembered.value)) == "x"
