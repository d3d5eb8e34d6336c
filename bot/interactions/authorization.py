"""Check that the interaction user is a member or organiser of a club, and handle members who have left.

Inside the club the interaction proves membership. Anywhere else (a DM, another server) Discord is asked, once per
interaction (`bot.membership`). Without an answer, private content stays closed, with a friendly message.
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
    """Return the user's current standing in a club, or None if Discord does not answer in time.

    Args:
        interaction: the press or command.
        person: the interaction user.
        guild_id: the club that the pressed message belongs to.
        priority: the priority of the request to Discord.
    """
    if interaction.guild_id == guild_id:
        roles = interaction.user.roles if isinstance(interaction.user, discord.Member) else ()
        return MembershipStanding(True, person.organiser, frozenset(role.id for role in roles))
    asked = cast("dict[int, MembershipStanding | None]", interaction.extras.setdefault("standing", {}))
    if guild_id not in asked:
        asked[guild_id] = await _in_time(interaction.client, guild_id, person.user_id, priority)
    return asked[guild_id]


async def _in_time(client: BotClient, guild_id: int, user_id: int, priority: Priority) -> MembershipStanding | None:
    """Ask Discord within the time an interaction has, including the wait for a rate-limit slot."""
    try:
        async with asyncio.timeout(2 * PATIENCE_S):
            return await verify(client, guild_id, user_id, priority)
    except TimeoutError:
        return None


async def still_here(interaction: discord.Interaction[BotClient], guild_id: int, user_id: int) -> bool | None:
    """Return whether another user is a member of a club now, or None if Discord does not answer in time."""
    standing = await _in_time(interaction.client, guild_id, user_id, Priority.ASKED)
    return None if standing is None else standing.member


async def known_lately(interaction: discord.Interaction[BotClient], person: Person) -> bool:
    """Whether the user's membership was confirmed lately; avoids a request per keystroke in autocomplete."""
    lately = person.seen_at is not None and interaction.client.app.clock() - person.seen_at < memberships.NOTED_FOR
    if person.in_guild or person.guild_id is None or lately:
        return True
    standing = await standing_in(interaction, person, person.guild_id)
    return standing is not None and standing.member


async def check_member(
    interaction: discord.Interaction[BotClient], person: Person, guild_id: int
) -> MembershipStanding:
    """Return the user's standing, or refuse a user who is not a confirmed member of the club.

    Raises:
        NotFound: the user is not a member; the message is that of an outing which is not open to them.
        Unavailable: Discord does not answer.
    """
    standing = await standing_in(interaction, person, guild_id)
    if standing is None:
        raise Unavailable("errors.standing.unknown")
    if not standing.member:
        raise NotFound("partners.not_open")
    return standing


async def check_organiser(interaction: discord.Interaction[BotClient], person: Person, guild_id: int) -> None:
    """Refuse a user who is not a confirmed organiser of the club.

    Raises:
        NotAllowed: they do not organise it.
        Unavailable: Discord does not answer.
    """
    standing = await standing_in(interaction, person, guild_id)
    if standing is None:
        raise Unavailable("errors.standing.unknown")
    if not standing.organiser:
        raise NotAllowed("errors.organiser.only")


async def at_home(
    interaction: discord.Interaction[BotClient], seen: Seen, person: Person, *, urgent: bool = False
) -> Person:
    """Verify that a DM user is still a member of their home club.

    If they have left it, the club where they were last seen becomes their home and is verified in turn. If Discord does
    not answer, nothing changes. Done once per interaction, and not during autocomplete.

    Args:
        interaction: the command or press.
        seen: what the interaction says about the user.
        person: the user, as resolved so far.
        urgent: whether somebody's safety depends on the answer; uses `Database.urgent`.

    Raises:
        Unavailable: the result could not be stored. After a leave, that club must not be used; after a confirmation,
            the time to answer the interaction is used up.
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
    """Return the note, if any, that the user left a club since their last run; call before a DM run is logged."""
    club = None if person.in_guild else await memberships.left_since_last_run(client.app.database, person.user_id)
    if club is None:
        return []
    left = escaped(club, 60)
    if person.club is None:
        return [person.reader.t("runs.say.left", club=left)]
    return [person.reader.t("runs.say.left_moved", club=left, home=escaped(person.club.name, 60))]
