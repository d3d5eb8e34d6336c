"""Round-robin lock: one turn at a time, members in rotation.

However many turns one member requests, another waits for one of them, not for all.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class RoundRobin:
    """Grants turns to waiting members in rotation; several requests of one member queue in that member's place."""

    def __init__(self) -> None:
        self._taken = False
        self._ring: dict[int, deque[asyncio.Future[None]]] = {}  # member id to their requests; the next member first

    def wanted_by_others(self, member: int) -> bool:
        """Whether any other member waits."""
        return any(one != member for one in self._ring)

    @asynccontextmanager
    async def turn(self, member: int) -> AsyncIterator[None]:
        """Hold a turn during the block."""
        if self._taken:
            begun = asyncio.get_running_loop().create_future()
            self._ring.setdefault(member, deque()).append(begun)
            try:
                await begun
            except asyncio.CancelledError:
                if begun.done() and not begun.cancelled():  # granted, but the waiter was cancelled
                    self._end()
                else:
                    self._leave(member, begun)
                raise
        self._taken = True
        try:
            yield
        finally:
            self._end()

    def _end(self) -> None:
        while self._ring:
            member = next(iter(self._ring))
            mine = self._ring.pop(member)
            begun = mine.popleft()
            if mine:
                self._ring[member] = mine  # at the end of the rotation
            if not begun.done():
                begun.set_result(None)
                return
        self._taken = False

    def _leave(self, member: int, begun: asyncio.Future[None]) -> None:
        mine = self._ring.get(member)
        if mine is not None and begun in mine:
            mine.remove(begun)
            if not mine:
                del self._ring[member]
