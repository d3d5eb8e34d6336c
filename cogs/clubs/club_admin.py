"""What all presses on the club's settings share: authorization, Discord's permissions, and redrawing the page."""

from __future__ import annotations

import logging
from collections.abc import Awaitable

import discord

from bot.context import BotClient
from bot.errors import MemberError, NotAllowed
from bot.interactions.replies import Interaction, replace, resolve_person
from bot.localizer import Localizer
from bot.services.clubs import clubs
from bot.services.clubs.clubs import ClubSettings
from bot.services.members.people import Club, Person
from cogs.clubs.club_settings_view import settings_page
from cogs.clubs.club_view import Page, SettingsTrouble

log = logging.getLogger(__name__)


async def organiser(interaction: Interaction) -> tuple[Person, int]:
    """Return the interaction user and the club; refuse anybody who does not organise it.

    Raises:
        NotAllowed: not an organiser, or not used in a club's server.
    """
    person = await resolve_person(interaction)
    if not person.in_guild or person.guild_id is None:
        raise NotAllowed("errors.guild.only")
    if not person.organiser:
        raise NotAllowed("errors.organiser.only")
    return person, person.guild_id


def server(interaction: Interaction) -> discord.Guild:
    """Return the server of an interaction, with its channels and roles.

    Raises:
        NotAllowed: the bot itself is not in it.
    """
    if interaction.guild is None or interaction.guild.me is None:
        raise NotAllowed("errors.guild.only")
    return interaction.guild


async def take_down(client: BotClient, channel_id: int | None, message_id: int | None) -> None:
    """Try to delete a message of the bot that stands elsewhere now; nothing happens without one."""
    if channel_id is None or message_id is None:
        return
    try:
        await client.get_partial_messageable(channel_id).get_partial_message(message_id).delete()
    except discord.HTTPException as error:
        log.info("could not delete the old message: %s", error)


async def draw_page(interaction: Interaction, page: Page, notice: str = "") -> None:
    """Redraw a page from the current state; resolve the user again, since a change can affect their localizer."""
    person, guild_id = await organiser(interaction)
    app = interaction.client.app
    settings = await clubs.club_settings(app.database, guild_id)
    trouble = trouble_of(server(interaction), settings, person.reader)
    await replace(interaction, settings_page(page, settings, trouble, person.reader, app.clock(), notice))


async def change(interaction: Interaction, page: Page, person: Person, work: Awaitable[object]) -> bool:
    """Await a change and redraw the page; a refusal is shown on the page, whose menus show the stored state.

    Returns:
        Whether the change was made.
    """
    try:
        await work
    except MemberError as error:
        await draw_page(interaction, page, f"⚠️ {person.reader.error(error)}")
        return False
    await draw_page(interaction, page)
    return True


def trouble_of(guild: discord.Guild, settings: ClubSettings, reader: Localizer) -> SettingsTrouble:
    """Return what in the server no longer fits the club's settings."""
    club, digest_id = settings.club, settings.digest.channel_id
    roles = {club.organiser_role_id, club.spotter_role_id, club.women_role_id} - {None}
    channels = {club.partners_channel_id, club.organisers_channel_id, digest_id} - {None}
    gone = {one for one in roles if one is not None and guild.get_role(one) is None}
    gone |= {one for one in channels if one is not None and guild.get_channel(one) is None}
    return SettingsTrouble(
        partners_trouble(guild, club.partners_channel_id, reader),
        organisers_trouble(guild, club, club.organisers_channel_id, reader),
        frozenset(gone),
        digest_trouble(guild, digest_id, reader),
    )


def partners_trouble(guild: discord.Guild, channel_id: int | None, reader: Localizer) -> str:
    """Return why the bot cannot post calls in a channel and what to change; empty if it can or none is set."""
    return lacking(guild, channel_id, ("view_channel", "send_messages", "embed_links"), reader)


def digest_trouble(guild: discord.Guild, channel_id: int | None, reader: Localizer) -> str:
    """Return why the bot cannot post the digest and its chart in a channel; empty if it can or none is set."""
    return lacking(guild, channel_id, ("view_channel", "send_messages", "attach_files"), reader)


def organisers_trouble(guild: discord.Guild, club: Club, channel_id: int | None, reader: Localizer) -> str:
    """Return why alerts may not or cannot go to a channel and what to change; empty if they can or none is set.

    Pinging a role needs no permission if the role is mentionable by everybody; otherwise the bot needs Mention
    Everyone, which on Discord covers all roles.
    """
    why = lacking(guild, channel_id, ("view_channel", "send_messages"), reader)
    channel = None if channel_id is None else guild.get_channel(channel_id)
    if why or channel is None:
        return why
    if channel.permissions_for(guild.default_role).view_channel:
        return reader.t("club.trouble.public", channel=channel.mention)
    role = guild.get_role(club.organiser_role_id) if club.organiser_role_id is not None else None
    if role is None:
        return ""
    if not channel.permissions_for(role).view_channel:
        return reader.t("club.trouble.unread", channel=channel.mention, role=role.mention)
    if not role.mentionable and not channel.permissions_for(guild.me).mention_everyone:
        return reader.t("club.trouble.unpingable", channel=channel.mention, role=role.mention)
    return ""


def lacking(guild: discord.Guild, channel_id: int | None, needed: tuple[str, ...], reader: Localizer) -> str:
    """Return a message with the `needed` permissions that the bot lacks in a channel; empty if it has them all."""
    if channel_id is None:
        return ""
    channel = guild.get_channel(channel_id)
    if channel is None:
        return reader.t("club.trouble.channel_gone")
    held = channel.permissions_for(guild.me)
    missing = [reader.t(f"club.permission.{name}") for name in needed if not getattr(held, name)]
    if not missing:
        return ""
    return reader.t("club.trouble.lacking", channel=channel.mention, permissions=reader.both(missing))
