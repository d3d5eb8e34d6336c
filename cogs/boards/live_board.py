"""The live board of a club: how its message is drawn, redrawn and pinned, and what happens when it is gone."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

import discord
from discord.ext import commands

from bot.context import BotClient
from bot.delivery.message_kinds import DeliveryFailure, DueJob, Kind, Recipient, RenderContext, RenderedMessage, Session
from bot.domain.messages.priority import Priority
from bot.domain.messages.stored_kinds import StoredKind
from bot.interactions.components import button, classic, identity
from bot.services.boards import live_boards
from bot.services.boards.live_boards import Lost
from bot.services.members import people
from bot.services.messages.deliveries import Destination
from cogs.boards.live_board_view import live_card

log = logging.getLogger(__name__)

USEFUL_FOR = timedelta(days=2)
"""How long the question whether to post it again stays useful."""


async def _draw(client: BotClient, out: RenderContext) -> RenderedMessage | None:
    """Return the board as it is now, or None if it belongs in another channel by now."""
    app = client.app
    found = await live_boards.shown(app.database, out.guild_id or 0, out.channel_id, app.clock())
    if found is None:
        return None
    club, board = found
    return RenderedMessage(layout=live_card(board, club.reader, club.name), silent=True)


async def _pin(client: BotClient, out: RenderContext) -> None:
    """Pin the message where the bot may; there is nothing to send."""
    channel = client.get_channel(out.channel_id)
    if not isinstance(channel, discord.abc.GuildChannel) or not channel.permissions_for(channel.guild.me).pin_messages:
        return
    message = client.get_partial_messageable(out.channel_id).get_partial_message(int(out.payload["message_id"]))
    try:
        async with client.app.outbox.slot(Priority.NUDGE):
            await message.pin()
    except discord.HTTPException as error:
        log.info("could not pin the live board: %s", error)


async def _fire(session: Session, due: DueJob, now: datetime) -> None:
    await live_boards.run_job(session, due.subject_id or 0, now)


async def _sent(session: Session, out: RenderContext, channel_id: int, message_id: int, now: datetime) -> None:
    await live_boards.posted(session, out.guild_id or 0, channel_id, message_id, now)


async def _failed(session: Session, out: RenderContext, failure: DeliveryFailure, now: datetime) -> None:
    why = Lost.FORBIDDEN if failure is DeliveryFailure.FORBIDDEN else Lost.DELETED
    key = f"{out.channel_id}:{int(now.timestamp())}"
    await live_boards.lost(session, out.guild_id or 0, out.channel_id, why, key, now)


async def _draw_lost(client: BotClient, out: RenderContext) -> RenderedMessage:
    to = out.user_id if out.destination == Destination.DM else None
    reader = await people.reader_for(client.app.database, to, out.guild_id)
    channel_id = int(out.payload["channel_id"])
    if client.get_channel(channel_id) is None:
        return RenderedMessage(reader.t("board.live.lost_channel"))
    words = reader.t(f"board.live.lost_{out.payload['why']}", channel=f"<#{channel_id}>")
    again = button(reader.t("board.live.again"), identity("live", "again", out.guild_id), discord.ButtonStyle.primary)
    return RenderedMessage(words, classic(again))


class LiveBoards(commands.Cog):
    """The live board."""

    kinds = (
        Kind(StoredKind.BOARD_LIVE, Priority.NUDGE, fire=_fire, draw=_draw, sent=_sent, failed=_failed,
             to=Recipient.ANYBODY),
        Kind(StoredKind.BOARD_PIN, Priority.NUDGE, draw=_pin, fallback=False, to=Recipient.ANYBODY),
        Kind(StoredKind.BOARD_LOST, Priority.ASKED, draw=_draw_lost, useful_for=USEFUL_FOR, fallback=False,
             to=Recipient.ORGANISER),
    )  # fmt: skip


async def setup(bot: BotClient) -> None:
    """Add the cog."""
    await bot.add_cog(LiveBoards())
