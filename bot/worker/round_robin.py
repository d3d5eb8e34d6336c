"""Whose turn it is: one at a time, a turn a member, round and round.

However much one member asks for, another waits for one turn of theirs, not for all of it.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class RoundRobin:
    """Gives turns in a ring of those who wait; whoever wants several queues in their own place."""

    def __init__(self) -> None:
        self._taken = False
        self._ring: dict[int, deque[asyncio.Future[None]]] = {}  # the next first

    def wanted_by_others(self, member: int) -> bool:
        """Whether anybody but this member waits."""
        return any(one != member for one in self._ring)

    @asynccontextmanager
    async def turn(self, member: int) -> AsyncIterator[None]:
        """Wait for a turn, which ends with the block."""
        if self._taken:
            begun = asyncio.get_running_loop().create_future()
            self._ring.setdefault(member, deque()).append(begun)
            try:
                await begun
            except asyncio.CancelledError:
                if begun.done() and not begun.cancelled():  # it was given a turn, and does not take it
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
                self._ring[member] = mine  # behind everybody else
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
