"""Whether somebody may be told what a message says: asked of Discord right before it is sent or shown.

An alarm must reach somebody, and no exact spot whoever was put out of the club. So who is known to be gone, or to
organise no more, is sent nothing. Where Discord does not tell it is asked again, for an alarm at once, for anything
else for some seconds; then the kind's `unproven` form goes out, which does not say where. A kind without one is not
sent before it is known.
"""

from __future__ import annotations

from enum import Enum, auto

import discord

from bot.context import BotClient
from bot.delivery.message_kinds import ASKED_OF_DISCORD, Kind, Recipient, RenderContext
from bot.domain.messages.priority import Priority
from bot.membership import fetch, verify

PROOF_TRIES = 2
"""After so many failures, three seconds, a message that is no alarm goes out in its `unproven` form."""


class Proof(Enum):
    """What is known of a recipient."""

    GIVEN = auto()
    REFUSED = auto()
    MISSING = auto()


class UnprovenError(Exception):
    """Discord does not tell whether a message may go to somebody."""


async def prove(client: BotClient, kind: Kind, out: RenderContext) -> Proof:
    """Ask, within the pace, whether a message is for the person it goes to."""
    wanted = kind.recipient(out)
    if wanted not in ASKED_OF_DISCORD or out.guild_id is None:
        return Proof.GIVEN
    standing = await verify(client, out.guild_id, out.user_id, kind.priority)
    if standing is None and kind.priority is Priority.SAFETY:
        standing = await verify(client, out.guild_id, out.user_id, kind.priority)
    if standing is None:
        return Proof.MISSING
    holds = standing.organiser if wanted is Recipient.ORGANISER else standing.member
    return Proof.GIVEN if holds else Proof.REFUSED


async def may_be_named(client: BotClient, channel_id: int, user_id: int, priority: Priority) -> bool:
    """Whether a channel may say that something waits for somebody: both they and the bot read and write there.

    Raises:
        UnprovenError: Discord does not tell.
    """
    channel = client.get_channel(channel_id)
    if not isinstance(channel, discord.abc.GuildChannel | discord.Thread) or not _writes(channel, channel.guild.me):
        return False
    async with client.app.outbox.slot(priority):
        member = await fetch(client, channel.guild.id, user_id)
    if member is None:
        raise UnprovenError("Discord does not tell whether its recipient writes in the channel")
    return isinstance(member, discord.Member) and _writes(channel, member)


def _writes(channel: discord.abc.GuildChannel | discord.Thread, member: discord.Member) -> bool:
    held = channel.permissions_for(member)
    writes = held.send_messages_in_threads if isinstance(channel, discord.Thread) else held.send_messages
    return held.view_channel and writes
