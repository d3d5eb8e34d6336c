"""Whether somebody is still in a club. Without the members intent nobody tells us: we ask where it matters.

Never inside the club itself, where the interaction proves it.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import nullcontext
from typing import TYPE_CHECKING

import aiohttp
import discord

from bot.domain.delivery import Priority
from bot.errors import Unavailable
from bot.reader import escaped
from bot.services import membership
from bot.services.people import Person, Seen, meet

if TYPE_CHECKING:
    from bot.client import Backpedal

log = logging.getLogger(__name__)

PATIENCE_S = 1.0
"""Longest wait for Discord's word, of the 3 s in which it wants ours; discord.py alone would try for 25 s."""
UNKNOWN_GUILD = 10004
"""A 404 that says nothing of the member: the bot is no longer in the club."""


async def still_member(
    client: Backpedal, guild_id: int, user_id: int, *, patience_s: float = PATIENCE_S
) -> bool | None:
    """Ask Discord whether somebody is in a club.

    Args:
        client: who asks.
        guild_id: the club.
        user_id: the person.
        patience_s: seconds to wait at most.

    Returns:
        False only where Discord says that the club has no such member (10007, or another 404); None where it is not
        known: the bot is not in the club, or Discord refused, failed, or took too long.
    """
    guild = client.get_guild(guild_id)
    if guild is None:
        return None
    try:
        async with asyncio.timeout(patience_s):
            await guild.fetch_member(user_id)
    except discord.NotFound as error:
        return None if error.code == UNKNOWN_GUILD else False
    except (discord.DiscordException, aiohttp.ClientError, OSError) as error:  # a timeout is an OSError
        log.warning("whether a member is still in club %d is not known: %r", guild_id, error)
        return None
    return True


async def notice(client: Backpedal, guild_id: int, user_id: int, priority: Priority | None = None) -> bool | None:
    """Ask as `still_member`, and remember what was said; that it could not be written down harms nothing.

    With the class of a message that is drawn it is asked within the pace at which messages go.
    """
    async with nullcontext() if priority is None else client.app.courier.leave(priority):
        answer = await still_member(client, guild_id, user_id)
    database, now = client.app.database, client.app.clock()
    try:
        if answer is True:
            await membership.confirm(database, guild_id, user_id, now)
        elif answer is False:
            await membership.leave(database, guild_id, user_id, now)
    except Unavailable as error:
        log.warning("a membership of club %d could not be written down: %s", guild_id, error)
    return answer


async def at_home(interaction: discord.Interaction[Backpedal], seen: Seen, person: Person) -> Person:
    """Who speaks in a direct message, once their home club is known to hold them still.

    A club they have left is home no more; then the next club they were seen in is, which is asked in its turn. Where
    Discord cannot tell, all stays as it is. Asked once an interaction, and not while somebody types an option.

    Raises:
        Unavailable: what was learned could not be written down. Of a leave, nothing may count for that club; of a
            stay, the wait for the database has used up the time in which to answer.
    """
    typing = interaction.type is discord.InteractionType.autocomplete
    if typing or not person.doubtful or interaction.extras.get("asked_home"):
        return person
    interaction.extras["asked_home"] = True
    client, loop = interaction.client, asyncio.get_running_loop()
    database, until = client.app.database, loop.time() + PATIENCE_S
    while person.doubtful and person.guild_id is not None:
        answer = await still_member(client, person.guild_id, person.user_id, patience_s=until - loop.time())
        if answer is None:
            break
        if answer:
            await membership.confirm(database, person.guild_id, person.user_id, client.app.clock())
            break
        await membership.leave(database, person.guild_id, person.user_id, client.app.clock())
        person = await meet(database, seen, client.app.clock())
    return person


async def words_of_leaving(client: Backpedal, person: Person) -> list[str]:
    """What the first run logged in a direct message after a leave was noticed says of it; asked before it is logged."""
    club = None if person.in_guild else await membership.left_since_last_run(client.app.database, person.user_id)
    if club is None:
        return []
    left = escaped(club, 60)
    if person.club is None:
        return [person.reader.t("runs.say.left", club=left)]
    return [person.reader.t("runs.say.left_moved", club=left, home=escaped(person.club.name, 60))]
