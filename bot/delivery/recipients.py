"""Verify with Discord that a recipient may read a message, right before it is sent or shown.

An alarm must reach somebody, but nobody who was removed from the club may learn an exact place. A person known to have
left, or no longer to organise, is sent nothing. If Discord does not answer it is asked again: at once for an alarm, for
some seconds otherwise. Then the kind's `unproven` form is sent, which names no place; a kind without one is not sent
until the answer is known.
"""

from __future__ import annotations

from enum import Enum, auto

import discord

from bot.context import BotClient
from bot.delivery.message_kinds import ASKED_OF_DISCORD, Kind, Recipient, RenderContext
from bot.domain.messages.priority import Priority
from bot.membership import fetch, verify

PROOF_TRIES = 2
"""Failed attempts (three seconds) after which a message that is no alarm is sent in its `unproven` form."""


class Proof(Enum):
    """What is known about a recipient."""

    GIVEN = auto()
    REFUSED = auto()
    MISSING = auto()


class UnprovenError(Exception):
    """Discord did not answer whether somebody may read a message."""


async def prove(client: BotClient, kind: Kind, out: RenderContext) -> Proof:
    """Verify with Discord, within the rate limit, that the recipient still qualifies for a message."""
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
    """Whether a channel may announce a message for somebody: both they and the bot can read and write there.

    Raises:
        UnprovenError: Discord did not answer.
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
