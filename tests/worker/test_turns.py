"""Turns in the worker: one per member, in rotation."""

import asyncio

import pytest

from bot.worker.round_robin import RoundRobin

ADA, BEN, CLEO = 1, 2, 3


async def served(turns: RoundRobin, *wanted: int) -> list[int]:
    """Request turns at once, in this order, and return the order in which they are granted."""
    order: list[int] = []

    async def take(member: int) -> None:
        async with turns.turn(member):
            await asyncio.sleep(0)
            order.append(member)

    await asyncio.gather(*map(take, wanted))
    return order


async def test_a_turn_a_member_round_and_round() -> None:
    assert await served(RoundRobin(), *[ADA] * 5, BEN, CLEO, BEN) == [ADA, ADA, BEN, CLEO, ADA, BEN, ADA, ADA]


async def test_another_waits_for_one_turn_however_many_wait() -> None:
    assert (await served(RoundRobin(), *[ADA] * 100, BEN)).index(BEN) == 2, "one that runs, and one that was next"


async def test_one_at_a_time_and_free_again() -> None:
    turns, inside = RoundRobin(), 0

    async def take(member: int) -> None:
        nonlocal inside
        async with turns.turn(member):
            inside += 1
            assert inside == 1
            await asyncio.sleep(0)
            inside -= 1

    await asyncio.gather(*(take(number % 7) for number in range(50)))
    assert not turns._taken
    assert not turns._ring


@pytest.mark.parametrize("moment", range(4))
async def test_who_gives_up_passes_the_turn_on(moment: int) -> None:
    turns = RoundRobin()
    order: list[str] = []

    async def take(member: int, name: str) -> None:
        async with turns.turn(member):
            await asyncio.sleep(0)
            order.append(name)

    first = asyncio.create_task(take(ADA, "first"))
    gone = asyncio.create_task(take(BEN, "gone"))
    last = asyncio.create_task(take(CLEO, "last"))
    for _ in range(moment):
        await asyncio.sleep(0)
    gone.cancel()
    await asyncio.wait([first, gone, last])
    assert [name for name in order if name != "gone"] == ["first", "last"]
    assert not turns._taken
    assert not turns._ring


async def test_whether_somebody_else_waits() -> None:
    turns = RoundRobin()

    async def take(member: int) -> None:
        async with turns.turn(member):
            pass

    async with turns.turn(ADA):
        waiting = [asyncio.create_task(take(ADA))]
        await asyncio.sleep(0)
        assert not turns.wanted_by_others(ADA)
        waiting.append(asyncio.create_task(take(BEN)))
        await asyncio.sleep(0)
        assert turns.wanted_by_others(ADA)
    await asyncio.gather(*waiting)
