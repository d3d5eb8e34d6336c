"""The channel and role of a club's reminder, from options or form menus, and the permissions they need."""

from __future__ import annotations

from typing import TypeAlias

import discord

from bot.errors import BadInput, NotAllowed
from bot.interactions.arguments import Entered
from bot.interactions.components import Form
from bot.interactions.replies import Interaction
from bot.localizer import Localizer
from bot.services.reminders.reminder_views import InChannel, ReminderView
from cogs.clubs.club_admin import lacking, server
from cogs.reminders.reminders_view import edit_form

Picked: TypeAlias = Entered[tuple[int, ...] | None]
"""The channel or role chosen in the form; empty if none is, None if the form has no such menu."""


def checked_place(
    guild: discord.Guild, channel: object, role: discord.Role | None, member: discord.abc.User, reader: Localizer
) -> InChannel:
    """Return the place of a club's reminder after checking that both the member and the bot may post and ping there.

    Raises:
        BadInput: the role is @everyone or no longer exists.
        NotAllowed: the member or the bot may not, or it is not a text channel of this club.
    """
    check_place(guild, channel, member)
    assert isinstance(channel, discord.TextChannel)
    if trouble := lacking(guild, channel.id, ("view_channel", "send_messages"), reader):
        raise NotAllowed("remind.refused.my_channel", trouble=trouble)
    check_ping(guild, channel, member, role)
    return InChannel(channel.id, role.id if role else None)


def form_of(interaction: Interaction, view: ReminderView, reader: Localizer) -> Form:
    """Return the form to edit a reminder, with its channel and role if they still exist."""
    if not view.of_club:
        return edit_form(view, reader)
    guild = server(interaction)
    there = {channel.id for channel in guild.text_channels} | {role.id for role in guild.roles}
    return edit_form(view, reader, {view.channel_id or 0, view.role_id or 0} - there)


def told_place(
    interaction: Interaction,
    view: ReminderView,
    channel: discord.TextChannel | None,
    role: discord.Role | None,
    reader: Localizer,
) -> InChannel | None:
    """Return the place of a club's reminder given by command options; None if it stays.

    Raises:
        BadInput: as for `checked_place`. Also checked if the place stays: editing the text requires the right to ping.
        NotAllowed: likewise.
    """
    guild = server(interaction)
    there, pinged = channel or guild.get_channel(view.channel_id or 0), role or guild.get_role(view.role_id or 0)
    if channel is None and role is None:
        check_ping(guild, there, interaction.user, pinged)
        return None
    return checked_place(guild, there, pinged, interaction.user, reader)


def picked_place(
    interaction: Interaction,
    view: ReminderView,
    channel: tuple[int, ...] | None,
    role: tuple[int, ...] | None,
    reader: Localizer,
) -> InChannel | None:
    """Return the place of a club's reminder chosen in the form's menus; None if it stays.

    Args:
        interaction: the form submission.
        view: the reminder.
        channel: the choice in its menu, None if the form has none.
        role: likewise; empty to ping nobody.
        reader: the user's localizer, for refusals.

    Raises:
        BadInput, NotAllowed: as for `told_place`.
    """
    channel_id, role_id = _picked(channel, view.channel_id), _picked(role, view.role_id)
    if (channel_id, role_id) == (view.channel_id, view.role_id):
        return told_place(interaction, view, None, None, reader)
    guild = server(interaction)
    pinged = guild.get_role(role_id or 0)
    if pinged is None and role_id is not None:
        raise BadInput("remind.refused.no_role")
    return checked_place(guild, guild.get_channel(channel_id or 0), pinged, interaction.user, reader)


def _picked(chosen: tuple[int, ...] | None, before: int | None) -> int | None:
    """Return the choice in a menu, or the previous value if there is no such menu."""
    if chosen is None:
        return before
    return chosen[0] if chosen else None


def check_place(guild: discord.Guild, channel: object, member: discord.abc.User) -> None:
    """Refuse a channel in which this member may not write.

    Raises:
        NotAllowed: they may not, or it is not a text channel of this club.
    """
    if not isinstance(channel, discord.TextChannel) or not isinstance(member, discord.Member):
        raise NotAllowed("remind.refused.no_channel")
    held = channel.permissions_for(member)
    if not (held.view_channel and held.send_messages):
        raise NotAllowed("remind.refused.your_channel", channel=channel.mention)


def check_ping(guild: discord.Guild, channel: object, member: discord.abc.User, role: discord.Role | None) -> None:
    """Refuse to ping a role that this member, or the bot, may not mention there.

    Raises:
        BadInput: the role is @everyone or no longer exists.
        NotAllowed: the member or the bot may not.
    """
    if role is None:
        return
    if role.is_default():
        raise BadInput("remind.refused.everyone")
    if role.mentionable:
        return
    if not isinstance(channel, discord.TextChannel) or not isinstance(member, discord.Member):
        raise NotAllowed("remind.refused.no_channel")
    if not channel.permissions_for(member).mention_everyone:
        raise NotAllowed("remind.refused.your_ping", role=role.mention)
    if not channel.permissions_for(guild.me).mention_everyone:
        raise NotAllowed("remind.refused.my_ping", role=role.mention)
