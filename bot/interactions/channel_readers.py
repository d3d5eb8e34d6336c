"""Check who can read a channel before posting private content there."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable

import aiohttp
import discord

from bot.context import BotClient
from bot.domain.messages.priority import Priority

log = logging.getLogger(__name__)

PATIENCE_S = 5.0
"""Longest wait for Discord's answer about readers, in seconds; an alarm must not wait longer."""


def readable_by_all(client: BotClient, channel_id: int) -> bool:
    """Whether everybody in the club can read a channel.

    A channel that is not in the cache (a thread, a deleted channel, a server not received yet) counts as readable.
    """
    channel = client.get_channel(channel_id)
    if not isinstance(channel, discord.abc.GuildChannel):
        return True
    return channel.permissions_for(channel.guild.default_role).view_channel


async def readers_of(client: BotClient, channel_id: int | None, user_ids: Iterable[int]) -> list[int]:
    """Return which of these users can read a channel; all of them if that is unknown."""
    ids = list(user_ids)
    channel = None if channel_id is None else client.get_channel(channel_id)
    if not isinstance(channel, discord.abc.GuildChannel):
        return ids
    try:
        async with asyncio.timeout(PATIENCE_S):
            return [user_id for user_id in ids if await _reads(client, channel, user_id)]
    except (discord.DiscordException, aiohttp.ClientError, OSError) as error:  # a timeout is an OSError
        log.warning("the readers of channel %d are unknown: %r", channel.id, error)
        return ids


async def _reads(client: BotClient, channel: discord.abc.GuildChannel, user_id: int) -> bool:
    async with client.app.outbox.slot(Priority.SAFETY):
        try:
            member = await channel.guild.fetch_member(user_id)
        except discord.NotFound:
            return False
    return channel.permissions_for(member).view_channel
