"""A clock that a visitor can move forward, and the delivery loop that follows it."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

from bot.clock import system_clock
from bot.context import BotClient
from bot.delivery.pump import Pump

STEP = timedelta(minutes=1)


class MovableClock:
    """The machine's clock plus what has been skipped; call it as any `Clock`.

    Attributes:
        ahead: time skipped so far.
    """

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        """Return the current instant of the try mode, aware UTC."""
        return system_clock() + self.ahead


class FollowingPump(Pump):
    """A pump whose timer, which runs on the machine's clock, rings at instants of a `MovableClock`."""

    def __init__(self, clock: MovableClock) -> None:
        super().__init__()
        self._clock = clock

    async def advance(self, time: timedelta) -> None:
        """Move the clock forward minute by minute, and do what becomes due; one jump would be taken for an outage."""
        for _ in range(time // STEP):
            self._clock.ahead += STEP
            self.wake()
            while self._turn is not None:
                await asyncio.wait({self._turn})

    def _wake_at(self, client: BotClient, instant: datetime | None) -> None:
        super()._wake_at(client, None if instant is None else instant - self._clock.ahead)
