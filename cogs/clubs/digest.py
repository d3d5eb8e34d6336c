"""A club's weekly digest, posted in its channel at its day and hour."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import discord
from discord.ext import commands

from bot.app import App
from bot.charts.weeks import weeks_chart
from bot.context import BotClient
from bot.delivery.message_kinds import DeliveryFailure, Kind, Recipient, RenderContext, RenderedMessage, Session
from bot.domain.messages.priority import Priority
from bot.domain.messages.stored_kinds import StoredKind
from bot.interactions.nudge_kinds import Nudge, NudgeContent
from bot.interactions.pictures import drawn
from bot.localizer import Localizer
from bot.membership import notice
from bot.services.clubs import digests
from bot.services.clubs.digests import Digest
from bot.services.members import people
from bot.services.messages.deliveries import Destination
from bot.services.nudges.nudging import NudgeAudience
from cogs.clubs import digest_view as views

LOOKED_UP = 30
"""Maximum number of members of a digest whose membership is checked with Discord."""


async def _say(client: BotClient, out: RenderContext, reader: Localizer) -> NudgeContent | None:
    found = await _digest(client, out)
    if found is not None and found.unseen and out.guild_id is not None:
        unseen = found.unseen[:LOOKED_UP]
        gone = [await notice(client, out.guild_id, user_id, Priority.ASKED) is False for user_id in unseen]
        found = await _digest(client, out) if any(gone) else found
    if found is None:
        return None
    picture = await draw_chart(client, found, reader)
    return NudgeContent(views.words(found, reader), files=[picture] if picture else [])


async def _digest(client: BotClient, out: RenderContext) -> Digest | None:
    app, on = client.app, date.fromisoformat(out.payload["on"])
    first = date.fromisoformat(out.payload["first"]) if "first" in out.payload else None
    return await digests.digest(app.database, out.guild_id or 0, out.channel_id, on, app.clock(), first)


async def draw_chart(client: BotClient, found: Digest, reader: Localizer) -> discord.File | None:
    """Return the chart of a digest, or None while the worker cannot draw."""
    return await drawn(client.app, weeks_chart(found.weeks, reader), found.club.guild_id)


async def _failed(session: Session, out: RenderContext, _failure: DeliveryFailure, now: datetime) -> None:
    await digests.tell_lost(session, out.guild_id or 0, out.channel_id, str(out.delivery_id), now)


async def _stop(app: App, guild_id: int) -> None:
    await digests.stop(app.database, guild_id)


async def _draw_lost(client: BotClient, out: RenderContext) -> RenderedMessage:
    to = out.user_id if out.destination == Destination.DM else None
    reader = await people.reader_for(client.app.database, to, out.guild_id)
    return RenderedMessage(reader.t("digest.lost.words", channel=f"<#{out.payload['channel_id']}>"))


DIGEST = Nudge(
    StoredKind.NUDGE_DIGEST,
    key="nudges.name.digest",
    who=digests.due,
    hour=digests.hours,  # each club has its own
    useful_for=timedelta(days=2),
    say=_say,
    audience=NudgeAudience.CLUBS,
    silent=True,
    stop=_stop,
    failed=_failed,
)


class DigestCog(commands.Cog):
    """The weekly digest."""

    nudges = (DIGEST,)
    kinds = (
        Kind(
            StoredKind.DIGEST_LOST, Priority.ASKED, draw=_draw_lost, useful_for=timedelta(days=2), fallback=False,
            to=Recipient.ORGANISER,
        ),
    )  # fmt: skip


async def setup(bot: BotClient) -> None:
    """Add the cog."""
    await bot.add_cog(DigestCog())
