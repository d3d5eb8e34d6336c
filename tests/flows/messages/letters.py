"""A cog with message kinds for the delivery tests: they send their payload's text and record their calls.

`toy.step` is a job that posts a message; `toy.letter` and `toy.card` are messages. `told` lists all calls in order.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import discord
import pytest
from discord.ext import commands
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.client import Backpedal
from bot.delivery.message_kinds import DeliveryFailure, DueJob, Hold, Kind, RenderContext, RenderedMessage
from bot.domain.messages.priority import Priority
from bot.interactions.components import button, identity
from bot.services.messages.deliveries import Destination, Job, OutboundMessage, post, schedule_job
from db.models import Delivery
from tests.flows.conftest import Club

told: list[tuple[Any, ...]] = []
"""The calls of the kinds' functions, in order. Each test clears it."""
card = ["first"]
"""The text of the card when it is rendered."""


async def fire(session: AsyncSession, due: DueJob, now: datetime) -> None:
    told.append(("fired", due.occurrence, due.fire_at, now))
    if due.payload.get("breaks"):
        raise RuntimeError("this step breaks")
    if due.user_id is not None:
        letter = OutboundMessage(
            "toy.letter", due.occurrence, Priority.SAFETY, Destination.DM, due_at=now, user_id=due.user_id,
            guild_id=due.payload.get("guild_id"), payload={"says": f"step {due.occurrence}"},
        )  # fmt: skip
        await post(session, [letter], now)


async def fire_series(session: AsyncSession, due: DueJob, now: datetime) -> None:
    """Post one occurrence, however many were missed, and schedule the next at the following full hour."""
    assert due.user_id is not None
    letter = OutboundMessage(
        "toy.letter", f"{due.fire_at:%d %H}", Priority.ASKED, Destination.DM, due_at=due.fire_at, user_id=due.user_id,
        payload={"says": f"{due.fire_at:%d %H}"},
    )  # fmt: skip
    await post(session, [letter], now)
    missed_h = max(0, int((now - due.fire_at) / timedelta(hours=1)))
    next_at = due.fire_at + timedelta(hours=1 + missed_h)
    await schedule_job(session, [Job(due.kind, due.occurrence, next_at, Priority.ASKED, user_id=due.user_id)])


async def fire_all(session: AsyncSession, steps: Sequence[DueJob], now: datetime) -> None:
    told.append(("fired", *(due.occurrence for due in steps)))
    if any(due.payload.get("breaks") for due in steps):
        raise RuntimeError("one of these steps breaks")
    letters = [
        OutboundMessage("toy.letter", due.occurrence, Priority.ASKED, Destination.DM, due_at=due.fire_at,
               user_id=due.user_id or 0, payload={"says": due.occurrence})
        for due in steps
    ]  # fmt: skip
    await post(session, letters, now)


async def hold(session: AsyncSession, outgoing: RenderContext, now: datetime) -> Hold | None:
    if outgoing.payload.get("hold_breaks"):
        raise RuntimeError("this hold breaks")
    until_h = outgoing.payload.get("hold_until_h")
    if until_h is None:
        return Hold(None) if outgoing.payload.get("unwanted") else None
    until = outgoing.due_at + timedelta(hours=until_h)
    return Hold(until) if now < until else None


async def draw(client: Any, outgoing: RenderContext) -> RenderedMessage | None:
    if outgoing.payload.get("settled"):
        return None
    if outgoing.payload.get("breaks"):
        raise RuntimeError("this letter breaks")
    view = discord.ui.View(timeout=None)
    view.add_item(button("Help", identity("toy", "help", outgoing.delivery_id)))
    return RenderedMessage(outgoing.payload["says"], view=view)


async def draw_card(client: Any, outgoing: RenderContext) -> RenderedMessage | None:
    drawn = card[0]
    told.append(("drawn", drawn))
    return RenderedMessage(drawn)


async def sent(session: AsyncSession, outgoing: RenderContext, channel_id: int, message_id: int, now: datetime) -> None:
    told.append(("sent", outgoing.occurrence, channel_id, message_id))
    if outgoing.payload.get("sent_breaks"):
        raise RuntimeError("this hook breaks")


async def failed(session: AsyncSession, outgoing: RenderContext, failure: DeliveryFailure, now: datetime) -> None:
    told.append(("failed", outgoing.occurrence, failure))
    if outgoing.payload.get("failed_breaks") and len(told) < 3:
        raise RuntimeError("this hook breaks")


class Letters(commands.Cog):
    kinds = (
        Kind("toy.step", Priority.SAFETY, fire=fire),
        Kind("toy.soon", Priority.NUDGE, fire=fire, useful_for=timedelta(hours=1)),
        Kind("toy.letter", Priority.SAFETY, draw=draw, sent=sent, failed=failed),
        Kind("toy.news", Priority.NUDGE, draw=draw, failed=failed, useful_for=timedelta(hours=1), fallback=False),
        Kind("toy.series", Priority.ASKED, fire=fire_series),
        Kind("toy.many", Priority.ASKED, fire_all=fire_all, useful_for=timedelta(hours=1)),
        Kind("toy.held", Priority.NUDGE, draw=draw, hold=hold),
        Kind("toy.card", Priority.ASKED, draw=draw_card, sent=sent, failed=failed),
    )


def load_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """Add the kinds to every client of this test, and clear the recorded calls."""
    load = Backpedal.load_everything

    async def load_letters_too(bot: Backpedal) -> None:
        await load(bot)
        await bot.add_cog(Letters())

    monkeypatch.setattr(Backpedal, "load_everything", load_letters_too)
    told.clear()
    card[0] = "first"


# -- stand-ins for commands --------------------------------------------------------------------------------------


async def in_s(club: Club, seconds: float, name: str, kind: str = "toy.step", **more: Any) -> None:
    """Schedule a job due in `seconds`, as a command would."""
    async with club.database.write() as session:
        at = club.env.now() + timedelta(seconds=seconds)
        payload = {"guild_id": club.guild.id, **more.pop("payload", {})}
        await schedule_job(session, [Job(kind, name, at, Priority.SAFETY, payload=payload, **more)])
    await club.wake()


async def send(club: Club, *sent: OutboundMessage) -> None:
    """Post messages, as a command would, and have them sent."""
    async with club.database.write() as session:
        await post(session, sent, club.env.now())
    await club.wake()


def letter(club: Club, name: str, to: Any = None, kind: str = "toy.letter", **more: Any) -> OutboundMessage:
    payload = {"says": name, **more.pop("payload", {})}
    where = {"channel_id": club.channel.id} if to is None else {"user_id": to.id}
    destination = Destination.CHANNEL if to is None else Destination.DM
    options = {"due_at": club.env.now(), "guild_id": club.guild.id, "priority": Priority.SAFETY, **where, **more}
    return OutboundMessage(kind, name, destination=destination, payload=payload, **options)


def card_letter(club: Club, **more: Any) -> OutboundMessage:
    return OutboundMessage(
        "toy.card", "1", Priority.ASKED, Destination.CARD, due_at=club.env.now(), channel_id=club.channel.id,
        guild_id=club.guild.id, **more,
    )  # fmt: skip


async def rows(club: Club) -> list[Delivery]:
    async with club.database.read() as session:
        return list(await session.scalars(select(Delivery).order_by(Delivery.delivery_id)))


async def states(club: Club) -> list[str]:
    return [row.state for row in await rows(club)]


def said(club: Club, actor: Any) -> list[str]:
    return [message.content for message in club.dms(actor)]


async def in_channel(club: Club) -> list[str]:
    return [message.content for message in club.channel.history()]
