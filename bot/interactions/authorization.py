"""Proof that whoever presses is in a club, or organises it, and what follows in a direct message from having left.

Inside the club the interaction proves it. Anywhere else (a direct message, another server) Discord is asked, once an
interaction (`bot.membership`); where it does not tell, what is private stays closed, with a kind answer.
"""

from __future__ import annotations

import asyncio
from typing import cast

import discord

from bot.context import BotClient
from bot.domain.messages.priority import Priority
from bot.errors import NotAllowed, NotFound, Unavailable
from bot.localizer import escaped
from bot.membership import PATIENCE_S, MembershipStanding, still_member, verify
from bot.services.clubs import memberships
from bot.services.members.people import Person, Seen, meet


async def standing_in(
    interaction: discord.Interaction[BotClient], person: Person, guild_id: int, priority: Priority = Priority.ASKED
) -> MembershipStanding | None:
    """How whoever presses stands in a club now; None where Discord does not tell in time.

    Args:
        interaction: the press.
        person: who presses.
        guild_id: the club of what was pressed on.
        priority: the class in which Discord is asked.
    """
    if interaction.guild_id == guild_id:
        roles = interaction.user.roles if isinstance(interaction.user, discord.Member) else ()
        return MembershipStanding(True, person.organiser, frozenset(role.id for role in roles))
    asked = cast("dict[int, MembershipStanding | None]", interaction.extras.setdefault("standing", {}))
    if guild_id not in asked:
        asked[guild_id] = await _in_time(interaction.client, guild_id, person.user_id, priority)
    return asked[guild_id]


async def _in_time(client: BotClient, guild_id: int, user_id: int, priority: Priority) -> MembershipStanding | None:
    """Ask, and wait no longer than an interaction can, for leave to ask as well."""
    try:
        async with asyncio.timeout(2 * PATIENCE_S):
            return await verify(client, guild_id, user_id, priority)
    except TimeoutError:
        return None


async def still_here(interaction: discord.Interaction[BotClient], guild_id: int, user_id: int) -> bool | None:
    """Ask, as `standing_in`, whether a club holds somebody who is named in a press or command."""
    standing = await _in_time(interaction.client, guild_id, user_id, Priority.ASKED)
    return None if standing is None else standing.member


async def known_lately(interaction: discord.Interaction[BotClient], person: Person) -> bool:
    """Whether the club spoken of held whoever types within the last minutes: not asked at each letter typed."""
    lately = person.seen_at is not None and interaction.client.app.clock() - person.seen_at < memberships.NOTED_FOR
    if person.in_guild or person.guild_id is None or lately:
        return True
    standing = await standing_in(interaction, person, person.guild_id)
    return standing is not None and standing.member


async def check_member(
    interaction: discord.Interaction[BotClient], person: Person, guild_id: int
) -> MembershipStanding:
    """Refuse whoever is not known to be in a club now.

    Raises:
        NotFound: Discord says that the club does not hold them; said as of an outing that is not open to them.
        Unavailable: Discord does not tell.
    """
    standing = await standing_in(interaction, person, guild_id)
    if standing is None:
        raise Unavailable("errors.standing.unknown")
    if not standing.member:
        raise NotFound("partners.not_open")
    return standing


async def check_organiser(interaction: discord.Interaction[BotClient], person: Person, guild_id: int) -> None:
    """Refuse whoever is not known to organise a club now.

    Raises:
        NotAllowed: not one of its organisers.
        Unavailable: Discord does not tell.
    """
    standing = await standing_in(interaction, person, guild_id)
    if standing is None:
        raise Unavailable("errors.standing.unknown")
    if not standing.organiser:
        raise NotAllowed("errors.organiser.only")


async def at_home(
    interaction: discord.Interaction[BotClient], seen: Seen, person: Person, *, urgent: bool = False
) -> Person:
    """Who speaks in a direct message, once their home club is known to hold them still.

    A club they have left is home no more; then the next club they were seen in is, which is asked in its turn. Where
    Discord cannot tell, all stays as it is. Asked once an interaction, and not while somebody types an option.

    Args:
        interaction: what is answered.
        seen: what Discord says of who speaks.
        person: who speaks, as resolved so far.
        urgent: somebody's safety depends on the answer, so that the database is asked before others are.

    Raises:
        Unavailable: what was learned could not be written down. Of a leave, nothing may count for that club; of a
            stay, the wait for the database has used up the time in which to answer.
    """
    typing = interaction.type is discord.InteractionType.autocomplete
    if typing or not person.doubtful or interaction.extras.get("asked_home"):
        return person
    interaction.extras["asked_home"] = True
    client, loop = interaction.client, asyncio.get_running_loop()
    database = client.app.database.urgent if urgent else client.app.database
    until = loop.time() + PATIENCE_S
    while person.doubtful and person.guild_id is not None:
        answer = await still_member(client, person.guild_id, person.user_id, patience_s=until - loop.time())
        if answer is None:
            break
        if answer:
            await memberships.confirm(database, person.guild_id, person.user_id, client.app.clock())
            break
        await memberships.leave(database, person.guild_id, person.user_id, client.app.clock())
        person = await meet(database, seen, client.app.clock())
    return person


async def words_of_leaving(client: BotClient, person: Person) -> list[str]:
    """What the first run logged in a direct message after a leave was noticed says of it; asked before it is logged."""
    club = None if person.in_guild else await memberships.left_since_last_run(client.app.database, person.user_id)
    if club is None:
        return []
    left = escaped(club, 60)
    if person.club is None:
        return [person.reader.t("runs.say.left", club=left)]
    return [person.reader.t("runs.say.left_moved", club=left, home=escaped(person.club.name, 60))]
