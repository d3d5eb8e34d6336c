"""What Discord says of somebody in a club. Without the members intent nobody tells us: we ask where it matters.

One mechanism for presses outside the club (`bot.interactions.authorization`) and for recipients of messages
(`bot.delivery`). What is remembered of roles is a hint of whom to ask about, never a proof.
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
"""Longest wait for Discord's word, of the 3 s in which it wants ours; discord.py alone would try for 25 s."""
UNKNOWN_GUILD = 10004
"""A 404 that says nothing of the member: the bot is no longer in the club."""


@dataclass(frozen=True, slots=True)
class MembershipStanding:
    """How somebody stands in a club now.

    Attributes:
        member: the club holds them.
        organiser: may manage the server, or holds the role that the club's settings name.
        role_ids: every role held there.
    """

    member: bool
    organiser: bool = False
    role_ids: frozenset[int] = frozenset()


NOT_THERE = MembershipStanding(member=False)


async def fetch(
    client: BotClient, guild_id: int, user_id: int, *, patience_s: float = PATIENCE_S
) -> discord.Member | bool | None:
    """Ask Discord for somebody in a club.

    Args:
        client: who asks.
        guild_id: the club.
        user_id: the person.
        patience_s: seconds to wait at most.

    Returns:
        The member; False only where Discord says that the club has no such member (10007, or another 404); None where
        it is not known: the bot is not in the club, or Discord refused, failed, or took too long.
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
        log.warning("whether a member is still in club %d is not known: %r", guild_id, error)
        return None


async def still_member(
    client: BotClient, guild_id: int, user_id: int, *, patience_s: float = PATIENCE_S
) -> bool | None:
    """Ask as `fetch`, and answer only whether the club holds them; nothing is remembered."""
    found = await fetch(client, guild_id, user_id, patience_s=patience_s)
    return found if found is None else bool(found)


async def verify(
    client: BotClient, guild_id: int, user_id: int, priority: Priority = Priority.ASKED
) -> MembershipStanding | None:
    """Ask how somebody stands in a club, within the pace at which messages go, and remember the answer.

    That it could not be written down harms nothing: it is asked again.

    Args:
        client: who asks.
        guild_id: the club.
        user_id: the person.
        priority: the class of the message or press it is asked for.

    Returns:
        None where it is not known, as of `fetch`.
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
        log.warning("a membership of club %d could not be written down: %s", guild_id, error)
    return standing


async def notice(client: BotClient, guild_id: int, user_id: int, priority: Priority = Priority.ASKED) -> bool | None:
    """Ask as `verify`, and answer only whether the club holds them."""
    standing = await verify(client, guild_id, user_id, priority)
    return None if standing is None else standing.member
