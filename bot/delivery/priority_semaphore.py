"""How many messages are made ready at a time: a few, the more urgent first.

Made ready all at once, forty messages keep the loop and the connections that read for a quarter of a second, and a run
that is logged meanwhile waits behind them (p99 304 ms, measured); made ready as the pace lets them go it does not (42).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from heapq import heappop, heappush
from itertools import count

PLACES = 4
"""Messages made ready, or waiting for the pace, at a time: at 45 a second the next is ready when the first leaves."""


class PrioritySemaphore:
    """Gives turns: to safety always, to what was asked for while a place is free, to a nudge while two are.

    The last place is kept from nudges because their charts may take seconds to draw.
    """

    def __init__(self, places: int = PLACES) -> None:
        self._free = places
        self._order = count()
        self._waiting: list[tuple[int, int, asyncio.Future[None]]] = []

    @asynccontextmanager
    async def turn(self, priority: int) -> AsyncIterator[Callable[[], None]]:
        """Wait for a turn, which ends with the block, or early by calling what is given.

        Args:
            priority: a `bot.domain.messages.priority.Priority`, which is how many places must be free.
        """
        await self._begun(priority)
        ended = False

        def end() -> None:
            nonlocal ended
            if not ended:
                ended = True
                self._end()

        try:
            yield end
        finally:
            end()

    async def _begun(self, priority: int) -> None:
        if self._is_free_for(priority):
            self._free -= 1
            return
        begun = asyncio.get_running_loop().create_future()
        heappush(self._waiting, (priority, next(self._order), begun))
        try:
            await begun
        except asyncio.CancelledError:
            if begun.done() and not begun.cancelled():  # it was given a turn, and does not take it
                self._end()
            raise

    def _is_free_for(self, priority: int) -> bool:
        return self._free >= priority

    def _end(self) -> None:
        self._free += 1
        while self._waiting and self._is_free_for(self._waiting[0][0]):
            begun = heappop(self._waiting)[2]
            if not begun.done():
                self._free -= 1
                begun.set_result(None)
