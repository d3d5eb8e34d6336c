"""The rate limiter of the bot's own requests, in simulated time."""

from __future__ import annotations

import asyncio
import contextlib
import heapq

import pytest

from bot.delivery.rate_limiter import BURST, PER_SECOND, WINDOW, RateLimiter


class Time:
    """A clock that advances when all tasks sleep."""

    def __init__(self) -> None:
        self.now = 0.0
        self.sleepers: list[tuple[float, int, asyncio.Future[None]]] = []

    def clock(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        woken = asyncio.get_running_loop().create_future()
        heapq.heappush(self.sleepers, (self.now + seconds, len(self.sleepers), woken))
        await woken

    async def run_until(self, end: float) -> None:
        while True:
            for _ in range(10):
                await asyncio.sleep(0)
            if not self.sleepers or self.sleepers[0][0] > end:
                self.now = end
                return
            self.now, _, woken = heapq.heappop(self.sleepers)
            woken.set_result(None)


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def pace(time: Time) -> RateLimiter:
    return RateLimiter(clock=time.clock, sleep=time.sleep)


class Requests:
    """Requests that record when they were granted."""

    def __init__(self, time: Time, pace: RateLimiter) -> None:
        self.time = time
        self.pace = pace
        self.made: list[tuple[float, str]] = []
        self.tasks: list[asyncio.Task[None]] = []
        self.way_s = 0.0

    async def way(self) -> None:
        if self.way_s:
            await self.time.sleep(self.way_s)

    def ask(self, name: str, priority: int = 1) -> asyncio.Task[None]:
        async def make() -> None:
            async with self.pace.slot(priority):
                self.made.append((self.time.now, name))
                await self.way()

        self.tasks.append(asyncio.create_task(make()))
        return self.tasks[-1]

    @property
    def names(self) -> list[str]:
        return [name for _, name in self.made]


async def test_a_thousand_requests_keep_the_pace_and_never_fifty_in_any_second(time: Time, pace: RateLimiter) -> None:
    requests = Requests(time, pace)
    for number in range(1000):
        requests.ask(str(number))
    await time.run_until(60)
    instants = [at for at, _ in requests.made]
    assert len(instants) == 1000
    assert instants[-1] == pytest.approx((1000 - BURST) / PER_SECOND, rel=0.01)
    busiest = max(sum(1 for at in instants[first : first + 60] if at < instants[first] + 1) for first in range(1000))
    assert 45 <= busiest < 50
    assert requests.names == [str(number) for number in range(1000)]


async def test_the_urgent_overtake_those_who_wait(time: Time, pace: RateLimiter) -> None:
    requests = Requests(time, pace)
    for number in range(BURST + 3):
        requests.ask(f"nudge {number}", priority=2)
    await time.run_until(0)
    requests.ask("asked", priority=1)
    requests.ask("safety", priority=0)
    await time.run_until(1)
    assert requests.names[BURST:] == ["safety", "asked", "nudge 4", "nudge 5", "nudge 6"]


async def test_after_a_pause_a_few_may_leave_at_once_and_no_more(time: Time, pace: RateLimiter) -> None:
    requests = Requests(time, pace)
    for pause in (100.0, 200.0):
        await time.run_until(pause)
        for number in range(10):
            requests.ask(str(number))
        await time.run_until(pause + 50)
        assert sum(1 for at, _ in requests.made if at == pause) == BURST


async def test_who_gives_up_costs_nothing_and_blocks_nobody(time: Time, pace: RateLimiter) -> None:
    requests = Requests(time, pace)
    waiting = [requests.ask(str(number)) for number in range(BURST + 2)]
    await time.run_until(0)
    waiting[BURST].cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await waiting[BURST]
    await time.run_until(1 / PER_SECOND)
    assert requests.names == ["0", "1", "2", "3", "5"]


async def test_a_clock_that_is_set_back_stops_nobody(time: Time, pace: RateLimiter) -> None:
    requests = Requests(time, pace)
    time.now = -1_000_000.0
    for number in range(BURST + 1):
        requests.ask(str(number))
    await time.run_until(time.now + 1)
    assert len(requests.names) == BURST + 1


async def test_however_long_the_way_no_more_than_fifty_can_arrive_within_a_second(
    time: Time, pace: RateLimiter
) -> None:
    requests = Requests(time, pace)
    requests.way_s = 0.4
    for number in range(200):
        requests.ask(str(number))
    await time.run_until(60)
    granted = [at for at, _ in requests.made]
    assert len(granted) == 200
    # Requests granted in (t - 1.4, t] can all arrive in the second that ends at t + 0.4.
    assert max(sum(1 for at in granted if end - 1.4 < at <= end) for end in granted) <= WINDOW
    assert granted[-1] < 200 / WINDOW * 1.4 + 1


async def test_a_request_that_fails_or_is_given_up_leaves_its_place(time: Time) -> None:
    pace = RateLimiter(per_second=1000, burst=100, window=1, clock=time.clock, sleep=time.sleep)
    requests = Requests(time, pace)
    requests.way_s = 100.0
    first = requests.ask("given up")
    waiting = requests.ask("waiting")
    await time.run_until(0.5)
    first.cancel()
    await time.run_until(1.4)
    assert requests.names == ["given up"]
    await time.run_until(1.6)
    assert requests.names == ["given up", "waiting"], "it may have arrived until it was given up, a second before"
    waiting.cancel()
    await asyncio.gather(first, waiting, return_exceptions=True)


async def test_leave_given_to_who_has_just_given_up_is_given_to_the_next(time: Time) -> None:
    pace = RateLimiter(per_second=10, burst=1, window=2, clock=time.clock, sleep=time.sleep)
    requests = Requests(time, pace)
    requests.way_s = 100.0
    requests.ask("first")
    await time.run_until(0)
    late, after = requests.ask("late"), requests.ask("after it")
    await time.run_until(0)
    time.now, _, woken = heapq.heappop(time.sleepers)
    woken.set_result(None)
    for _ in range(10):
        if len(pace._waiting) < 2:  # granted, but the waiter has not run yet
            break
        await asyncio.sleep(0)
    late.cancel()
    await time.run_until(3)
    assert requests.names == ["first", "after it"]
    after.cancel()
