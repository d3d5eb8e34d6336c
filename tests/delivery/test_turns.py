"""Which messages are prepared when, and which wait."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from bot.delivery.priority_semaphore import PLACES, PrioritySemaphore
from bot.domain.messages.priority import Priority

SAFETY, ASKED, NUDGE = Priority


class Making:
    """Messages being prepared until the test lets them leave."""

    def __init__(self, places: int = PLACES) -> None:
        self.turns = PrioritySemaphore(places)
        self.waiting: list[str] = []
        self.begun: list[str] = []
        self.priorities: dict[str, Priority] = {}
        self.ends: dict[str, Callable[[], None]] = {}
        self.tasks: dict[str, asyncio.Task[None]] = {}

    async def arrive(self, name: str, priority: Priority) -> None:
        self.priorities[name] = priority
        self.waiting.append(name)
        self.tasks[name] = asyncio.create_task(self._make(name, priority))
        await self.settle()

    async def _make(self, name: str, priority: Priority) -> None:
        async with self.turns.turn(priority) as end:
            self.waiting.remove(name)
            self.begun.append(name)
            left = asyncio.Event()
            self.ends[name] = left.set
            await left.wait()
            end()
            end()  # a second call for the same message releases no second place

    async def leave(self, name: str) -> None:
        self.ends.pop(name)()
        await self.settle()

    async def settle(self) -> None:
        for _ in range(5):
            await asyncio.sleep(0)

    async def close(self) -> None:
        for task in self.tasks.values():
            task.cancel()
        await asyncio.gather(*self.tasks.values(), return_exceptions=True)


async def test_the_next_is_begun_when_one_leaves_the_more_urgent_first() -> None:
    making = Making(2)
    for name, priority in [("a", ASKED), ("b", ASKED), ("n", NUDGE), ("c", ASKED), ("d", ASKED), ("s", SAFETY)]:
        await making.arrive(name, priority)
    assert making.begun == ["a", "b", "s"], "safety waits for nobody"
    await making.leave("s")
    assert making.begun == ["a", "b", "s"], "nor does it leave a place that there was not"
    for name in ("a", "b", "c", "d"):
        await making.leave(name)
    assert making.begun == ["a", "b", "s", "c", "d", "n"]
    await making.close()


async def test_nudges_leave_a_place_for_what_was_asked_for() -> None:
    making = Making(2)
    await making.arrive("slow chart", NUDGE)
    await making.arrive("another", NUDGE)
    assert making.begun == ["slow chart"]
    await making.arrive("asked for", ASKED)
    assert making.begun == ["slow chart", "asked for"]
    await making.leave("asked for")
    assert making.begun == ["slow chart", "asked for"]
    await making.leave("slow chart")
    assert making.begun == ["slow chart", "asked for", "another"]
    await making.close()


async def test_who_is_cancelled_takes_no_place_whether_waiting_or_just_called() -> None:
    making = Making(1)
    for name in ("a", "b", "c", "d"):
        await making.arrive(name, ASKED)
    making.tasks["b"].cancel()
    making.ends["a"]()
    await asyncio.sleep(0)  # a ends, and c gets its place
    making.tasks["c"].cancel()
    await making.settle()
    assert making.begun == ["a", "d"]
    await making.close()


@given(st.lists(st.one_of(st.sampled_from(Priority), st.integers(0, 20))))
async def test_no_more_than_the_places_and_nobody_waits_who_need_not(steps: list[Priority | int]) -> None:
    making = Making()
    for number, step in enumerate(steps):
        if isinstance(step, Priority):
            await making.arrive(str(number), step)
        elif making.ends:
            await making.leave(sorted(making.ends)[step % len(making.ends)])
        free = PLACES - len(making.ends)
        held = [making.priorities[name] for name in making.ends]
        assert held.count(ASKED) + held.count(NUDGE) <= PLACES
        assert held.count(NUDGE) < PLACES
        assert all(making.priorities[name] > free for name in making.waiting)
    await making.close()
