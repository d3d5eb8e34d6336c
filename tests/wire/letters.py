"""An extension with kinds that say what their payload holds, and hang where HANG says, so that a test can kill them.

`python -m bot` loads it by EXTRA_EXTENSIONS; tests in this process add the cog themselves.
"""

from __future__ import annotations

import asyncio
import os
from datetime import datetime
from typing import Any

import discord
from discord.ext import commands
from sqlalchemy.ext.asyncio import AsyncSession

from bot.delivery.kinds import Drawn, DueNow, Kind, Outgoing
from bot.domain.delivery import Priority
from bot.services.deliveries import Destination, Letter, post
from cogs.views.base import button, identity

HANGING = "hangs before the end of"


async def hang(where: str, name: str) -> None:
    """Say so and never return, if HANG names this step, or this step of this letter."""
    if os.environ.get("HANG") in (where, f"{where} {name}"):
        print(HANGING, where, flush=True)  # noqa: T201 - the test waits for this line
        await asyncio.Event().wait()


async def fire(session: AsyncSession, due: DueNow, now: datetime) -> None:
    assert due.user_id is not None
    letter = Letter(
        "toy.letter", due.occurrence, Priority.SAFETY, Destination.DM, due_at=now, user_id=due.user_id,
        guild_id=due.payload.get("guild_id"), payload={"says": due.occurrence},
    )  # fmt: skip
    await post(session, [letter], now)
    await hang("fire", due.occurrence)


async def draw(client: Any, outgoing: Outgoing) -> Drawn | None:
    await hang("draw", outgoing.occurrence)
    view = discord.ui.View(timeout=None)
    view.add_item(button("Help", identity("toy", "help", outgoing.delivery_id)))
    return Drawn(outgoing.payload["says"], view=view)


async def sent(session: AsyncSession, outgoing: Outgoing, channel_id: int, message_id: int, now: datetime) -> None:
    await hang("record", outgoing.occurrence)


class Letters(commands.Cog):
    kinds = (
        Kind("toy.step", Priority.SAFETY, fire=fire),
        Kind("toy.letter", Priority.SAFETY, draw=draw, sent=sent),
        Kind("toy.card", Priority.ASKED, draw=draw, sent=sent),
    )


async def setup(bot: commands.Bot) -> None:
    await bot.add_cog(Letters())
