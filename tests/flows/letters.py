"""A cog with kinds for the engine's own tests: they say what their payload holds, and keep what they were told.

`toy.step` is due and posts a letter; `toy.letter` and `toy.card` are messages. What happens is in `told`, in order.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import discord
from discord.ext import commands
from sqlalchemy.ext.asyncio import AsyncSession

from bot.delivery.kinds import Drawn, DueNow, Failure, Kind, Outgoing
from bot.domain.delivery import Priority
from bot.services.deliveries import Destination, Letter, post
from cogs.views.base import button, identity

told: list[tuple[Any, ...]] = []
"""What the kinds were asked to do. Each test clears it."""
card = ["first"]
"""What the card shows when it is drawn."""


async def fire(session: AsyncSession, due: DueNow, now: datetime) -> None:
    told.append(("fired", due.occurrence, due.fire_at, now))
    if due.payload.get("breaks"):
        raise RuntimeError("this step breaks")
    if due.user_id is not None:
        letter = Letter(
            "toy.letter", due.occurrence, Priority.SAFETY, Destination.DM, due_at=now, user_id=due.user_id,
            guild_id=due.payload.get("guild_id"), payload={"says": f"step {due.occurrence}"},
        )  # fmt: skip
        await post(session, [letter], now)


async def draw(client: Any, outgoing: Outgoing) -> Drawn | None:
    if outgoing.payload.get("settled"):
        return None
    if outgoing.payload.get("breaks"):
        raise RuntimeError("this letter breaks")
    view = discord.ui.View(timeout=None)
    view.add_item(button("Help", identity("toy", "help", outgoing.delivery_id)))
    return Drawn(outgoing.payload["says"], view=view)


async def draw_card(client: Any, outgoing: Outgoing) -> Drawn | None:
    drawn = card[0]
    told.append(("drawn", drawn))
    return Drawn(drawn)


async def sent(session: AsyncSession, outgoing: Outgoing, channel_id: int, message_id: int, now: datetime) -> None:
    told.append(("sent", outgoing.occurrence, channel_id, message_id))
    if outgoing.payload.get("sent_breaks"):
        raise RuntimeError("this hook breaks")


async def failed(session: AsyncSession, outgoing: Outgoing, failure: Failure, now: datetime) -> None:
    told.append(("failed", outgoing.occurrence, failure))


class Letters(commands.Cog):
    kinds = (
        Kind("toy.step", Priority.SAFETY, fire=fire),
        Kind("toy.soon", Priority.NUDGE, fire=fire, useful_for=timedelta(hours=1)),
        Kind("toy.letter", Priority.SAFETY, draw=draw, sent=sent, failed=failed),
        Kind("toy.news", Priority.NUDGE, draw=draw, failed=failed, useful_for=timedelta(hours=1), fallback=False),
        Kind("toy.card", Priority.ASKED, draw=draw_card, sent=sent, failed=failed),
    )
