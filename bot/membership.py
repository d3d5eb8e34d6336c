"""Ask Discord whether somebody is a member or organiser of a club.

Without the members intent Discord sends no membership events, so membership is fetched where it matters: for presses
outside the club (`bot.interactions.authorization`) and for recipients of messages (`bot.delivery`). Stored roles only
suggest whom to ask about; they prove nothing.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass

import aiohttp
import discord

from bot.context import BotClient
from bot.domain.messages.priority import Priority
from bot.errors import Unavailable
from bot.services.clubs import memberships

log = logging.getLogger(__name__)

PATIENCE_S = 1.0
"""Seconds to wait for Discord, out of the 3 s an interaction allows; discord.py alone would retry for 25 s."""
UNKNOWN_GUILD = 10004
"""Error code of a 404 that says nothing about the member: the bot is no longer in the club."""


@dataclass(frozen=True, slots=True)
class MembershipStanding:
    """Somebody's current membership of a club.

    Attributes:
        member: whether they are in the club.
        organiser: whether they may manage the server or have the role named in the club's settings.
        role_ids: every role they have there.
    """

    member: bool
    organiser: bool = False
    role_ids: frozenset[int] = frozenset()


NOT_THERE = MembershipStanding(member=False)


async def fetch(
    client: BotClient, guild_id: int, user_id: int, *, patience_s: float = PATIENCE_S
) -> discord.Member | bool | None:
    """Fetch a member of a club from Discord.

    Args:
        client: the client that asks.
        guild_id: the club.
        user_id: the person.
        patience_s: timeout in seconds.

    Returns:
        The member; False only if Discord says that the club has no such member (10007, or another 404); None if
        unknown: the bot is not in the club, or Discord refused, failed, or took too long.
    """
    guild = client.get_guild(guild_id)
    if guild is None:
        return None
    try:
        async with asyncio.timeout(patience_s):
            return await guild.fetch_member(user_id)
    except discord.NotFound as error:
        return None if error.code == UNKNOWN_GUILD else False
    except (discord.DiscordException, aiohttp.ClientError, OSError) as error:  # a timeout is an OSError
        log.warning("membership in club %d could not be verified: %r", guild_id, error)
        return None


async def still_member(
    client: BotClient, guild_id: int, user_id: int, *, patience_s: float = PATIENCE_S
) -> bool | None:
    """Whether the club has this member, None if unknown, as in `fetch`; nothing is stored."""
    found = await fetch(client, guild_id, user_id, patience_s=patience_s)
    return found if found is None else bool(found)


async def verify(
    client: BotClient, guild_id: int, user_id: int, priority: Priority = Priority.ASKED
) -> MembershipStanding | None:
    """Fetch somebody's membership of a club within the rate limit, and store it.

    A failure to store it is only logged, because the next call asks again.

    Args:
        client: the client that asks.
        guild_id: the club.
        user_id: the person.
        priority: the class of the message or press it is asked for.

    Returns:
        The membership, or None if unknown, as in `fetch`.
    """
    async with client.app.outbox.slot(priority):
        found = await fetch(client, guild_id, user_id)
    if found is None:
        return None
    database, now = client.app.database, client.app.clock()
    if priority is Priority.SAFETY:
        database = database.urgent
    if not isinstance(found, discord.Member):
        standing = NOT_THERE
        writing = memberships.leave(database, guild_id, user_id, now)
    else:
        allowed, held = found.guild_permissions, frozenset(role.id for role in found.roles)
        named = await memberships.named_roles(database, guild_id)
        organiser = allowed.manage_guild or allowed.administrator or named.organiser in held
        standing = MembershipStanding(member=True, organiser=organiser, role_ids=held)
        writing = memberships.confirm(
            database, guild_id, user_id, now, organiser=organiser, role_ids=sorted(held & named.every)
        )
    try:
        await writing
    except Unavailable as error:
        log.warning("membership in club %d could not be stored: %s", guild_id, error)
    return standing


async def notice(client: BotClient, guild_id: int, user_id: int, priority: Priority = Priority.ASKED) -> bool | None:
    """Whether the club has this member, None if unknown; asks and stores as `verify` does."""
    standing = await verify(client, guild_id, user_id, priority)
    return None if standing is None else standing.member
