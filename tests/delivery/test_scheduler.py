"""The timer: one wake-up, which can be moved."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest_asyncio

from bot.scheduler import Scheduler


class Sleeper:
    def __init__(self) -> None:
        self.woken_at: list[datetime] = []
        self.awake = asyncio.Event()

    def wake(self) -> None:
        self.woken_at.append(datetime.now(UTC))
        self.awake.set()


@pytest_asyncio.fixture
async def sleeper() -> Sleeper:
    return Sleeper()


@pytest_asyncio.fixture
async def alarm(sleeper: Sleeper) -> AsyncIterator[Scheduler]:
    alarm = Scheduler(sleeper.wake)
    alarm.start()
    yield alarm
    alarm.close()
    await asyncio.sleep(0)


def soon(seconds: float) -> datetime:
    return datetime.now(UTC) + timedelta(seconds=seconds)


async def test_the_alarm_rings_once_and_not_before(alarm: Scheduler, sleeper: Sleeper) -> None:
    at = soon(0.05)
    alarm.wake_at(at)
    async with asyncio.timeout(5):
        await sleeper.awake.wait()
    assert len(sleeper.woken_at) == 1
    assert at <= sleeper.woken_at[0]


async def test_a_moved_alarm_rings_at_its_new_instant_alone(alarm: Scheduler, sleeper: Sleeper) -> None:
    alarm.wake_at(soon(3600))
    alarm.wake_at(soon(0.02))
    async with asyncio.timeout(5):
        await sleeper.awake.wait()
    sleeper.awake.clear()
    alarm.wake_at(soon(0.02))
    alarm.wake_at(None)
    alarm.wake_at(None)
    passed = asyncio.Event()
    asyncio.get_running_loop().call_later(0.06, passed.set)
    await passed.wait()
    assert len(sleeper.woken_at) == 1


async def test_an_instant_that_has_passed_rings_at_once_however_often(alarm: Scheduler, sleeper: Sleeper) -> None:
    for _ in range(20):
        sleeper.awake.clear()
        alarm.wake_at(soon(-3600))
        async with asyncio.timeout(5):
            await sleeper.awake.wait()
    assert len(sleeper.woken_at) == 20


async def test_an_alarm_moved_while_it_rings_is_not_lost() -> None:
    rings: list[int] = []
    done = asyncio.Event()

    def wake() -> None:
        rings.append(1)
        if len(rings) == 20:
            done.set()
        alarm.wake_at(soon(-1))

    alarm = Scheduler(wake)
    alarm.start()
    alarm.wake_at(soon(-1))
    async with asyncio.timeout(5):
        await done.wait()
    alarm.close()
    await asyncio.sleep(0)


async def test_a_closed_alarm_wakes_nobody(sleeper: Sleeper) -> None:
    alarm = Scheduler(sleeper.wake)
    alarm.start()
    alarm.wake_at(soon(0.01))
    alarm.close()
    passed = asyncio.Event()
    asyncio.get_running_loop().call_later(0.03, passed.set)
    await passed.wait()
    assert sleeper.woken_at == []
