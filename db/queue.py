"""The queue for a pool of connections: urgent transactions first, others in order of arrival.

SQLAlchemy's pools are first in, first out: a press on Need help waited behind 200 runs logged by one member, and failed
with "database is busy".
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from heapq import heappop, heappush
from itertools import count

from sqlalchemy.exc import TimeoutError as PoolTimeout


class ConnectionQueue:
    """Admits as many concurrent transactions as a pool has connections.

    Args:
        places: connections in the pool.
        wait_s: longest wait for one, in seconds.
    """

    def __init__(self, places: int, wait_s: float) -> None:
        self._places = self._free = places
        self._wait_s = wait_s
        self._order = count()
        self._waiting: list[tuple[bool, int, asyncio.Future[None]]] = []

    @asynccontextmanager
    async def place(self, *, urgent: bool) -> AsyncIterator[None]:
        """Wait for a place, and hold it for the duration of the context.

        Raises:
            sqlalchemy.exc.TimeoutError: none became free within `wait_s`.
        """
        await self._enter(urgent)
        try:
            yield
        finally:
            self._leave()

    async def close(self) -> None:
        """Take all places permanently as their transactions end; no further ones begin.

        Raises:
            sqlalchemy.exc.TimeoutError: a transaction did not end within `wait_s`.
        """
        while self._places:
            await self._enter(urgent=False)
            self._places -= 1

    async def _enter(self, urgent: bool) -> None:
        if self._free:
            self._free -= 1
            return
        granted = asyncio.get_running_loop().create_future()
        heappush(self._waiting, (not urgent, next(self._order), granted))
        try:
            async with asyncio.timeout(self._wait_s):
                await granted
        except (asyncio.CancelledError, TimeoutError) as error:
            if granted.done() and not granted.cancelled():  # granted in the same iteration of the event loop
                self._leave()
            if isinstance(error, TimeoutError):
                raise PoolTimeout(f"no connection was free within {self._wait_s} s") from None
            raise

    def _leave(self) -> None:
        while self._waiting:
            granted = heappop(self._waiting)[2]
            if not granted.done():
                granted.set_result(None)
                return
        self._free += 1
