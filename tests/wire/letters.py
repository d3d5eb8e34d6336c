"""An extension with kinds that send their payload, and hang at the step named by HANG so that a test can kill them.

`python -m bot` loads it through EXTRA_EXTENSIONS; tests in this process add the cog themselves.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import discord
from discord.ext import commands
from sqlalchemy.ext.asyncio import AsyncSession

from bot.delivery.message_kinds import DueJob, Kind, RenderContext, RenderedMessage
from bot.domain.messages.priority import Priority
from bot.interactions.components import button, identity
from bot.services.messages.deliveries import Destination, Job, OutboundMessage, post, schedule_job

HANGING = "hangs before the end of"


async def hang(where: str, name: str) -> None:
    """If HANG names this step, or this step of this message, print that and never return."""
    if os.environ.get("HANG") in (where, f"{where} {name}"):
        print(HANGING, where, flush=True)  # noqa: T201 - the test waits for this line
        await asyncio.Event().wait()


async def fire(session: AsyncSession, due: DueJob, now: datetime) -> None:
    assert due.user_id is not None
    letter = OutboundMessage(
        "toy.letter", due.occurrence, Priority.SAFETY, Destination.DM, due_at=now, user_id=due.user_id,
        guild_id=due.payload.get("guild_id"), payload={"says": due.occurrence},
    )  # fmt: skip
    await post(session, [letter], now)
    await hang("fire", due.occurrence)


async def fire_all(session: AsyncSession, steps: Sequence[DueJob], now: datetime) -> None:
    """Post a message for each job, numbered in its series, and schedule the next one; missed ones count as one."""
    letters, plans = [], []
    for due in steps:
        number, every_s = due.payload.get("number", 0), due.payload.get("every_s")
        says = due.occurrence if every_s is None else f"{due.occurrence} {number}"
        letter = OutboundMessage(
            "toy.letter", says, Priority(due.payload.get("priority", Priority.ASKED)), Destination.DM,
            due_at=due.fire_at, user_id=due.user_id or 0, channel_id=due.payload.get("channel_id", 0),
            payload={"says": says},
        )  # fmt: skip
        letters.append(letter)
        if every_s is not None and number < due.payload["last"]:
            every = timedelta(seconds=every_s)
            next_at = due.fire_at + every * (1 + max(0, (now - due.fire_at) // every))
            payload = {**due.payload, "number": number + 1}
            plans.append(Job(due.kind, due.occurrence, next_at, Priority.ASKED, user_id=due.user_id, payload=payload))
    await post(session, letters, now)
    await schedule_job(session, plans)
    await hang("batch", steps[-1].occurrence)


async def draw(client: Any, outgoing: RenderContext) -> RenderedMessage | None:
    await hang("draw", outgoing.occurrence)
    view = discord.ui.View(timeout=None)
    view.add_item(button("Help", identity("toy", "help", outgoing.delivery_id)))
    return RenderedMessage(outgoing.payload["says"], view=view)


async def sent(session: AsyncSession, outgoing: RenderContext, channel_id: int, message_id: int, now: datetime) -> None:
    await hang("record", outgoing.occurrence)


class Letters(commands.Cog):
    kinds = (
        Kind("toy.step", Priority.SAFETY, fire=fire),
        Kind("toy.many", Priority.ASKED, fire_all=fire_all),
        Kind("toy.letter", Priority.SAFETY, draw=draw, sent=sent),
        Kind("toy.card", Priority.ASKED, draw=draw, sent=sent),
    )


async def setup(bot: commands.Bot) -> None:
    await bot.add_cog(Letters())
