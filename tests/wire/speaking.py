"""The bot with toy message kinds, and a pump whose loop a test can wait for."""

from __future__ import annotations

import asyncio
from typing import Any

from sqlalchemy import select

from bot.app import App
from bot.client import Backpedal
from bot.clock import system_clock
from bot.delivery.pump import Pump
from bot.domain.messages.priority import Priority
from bot.services.messages.deliveries import Destination, OutboundMessage, post
from cogs import EXTENSIONS
from db.models import Delivery
from tests.wire.letters import Letters
from tests.wire.payloads import Person
from tests.wire.server import LocalDiscord


class Watched(Pump):
    """A pump that sets an event whenever its delivery loop ends; several pumps can share the event."""

    def __init__(self, turned: asyncio.Event | None = None) -> None:
        super().__init__()
        self.turned = turned or asyncio.Event()

    async def _run(self, *given: Any) -> None:
        await super()._run(*given)
        self.turned.set()


class Speaking(Backpedal):
    """The bot with the toy kinds."""

    def __init__(self, app: App) -> None:
        super().__init__(app, app.outbox, EXTENSIONS)

    async def load_everything(self) -> None:
        await super().load_everything()
        await self.add_cog(Letters())


async def say(app: App, there: LocalDiscord, *words: str, to: Person | None = None, **more: Any) -> None:
    now = system_clock()
    club = there.clubs[0]
    where: dict[str, Any] = (
        {"destination": Destination.CHANNEL, "channel_id": int(club.channels["runs"])}
        if to is None
        else {"destination": Destination.DM, "user_id": int(to.id)}
    )
    async with app.database.write() as session:
        letters = [
            OutboundMessage("toy.letter", text, due_at=now, guild_id=int(club.id), payload={"says": text},
                   **{"priority": Priority.SAFETY, **where, **more})
            for text in words
        ]  # fmt: skip
        await post(session, letters, now)
    app.outbox.wake()


async def recorded(app: App, count: int) -> None:
    """Wait until `count` messages are recorded as sent, failed or dropped."""
    pump = app.outbox
    assert isinstance(pump, Watched)
    async with asyncio.timeout(20):
        while True:
            pump.turned.clear()
            async with app.database.read() as session:
                states = (await session.scalars(select(Delivery.state))).all()
            if len(states) == count and not {"waiting", "open", "leased"} & set(states):
                return
            await pump.turned.wait()
