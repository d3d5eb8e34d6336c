"""Where a club's reminder is said and which role it pings: as told or picked, and whether both sides may do so."""

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
"""A channel or role chosen in the form, none, or None where the form has no such menu."""


def checked_place(
    guild: discord.Guild, channel: object, role: discord.Role | None, member: discord.abc.User, reader: Localizer
) -> InChannel:
    """Where a club's reminder is said and whom it pings, after asking whether this member and the bot may do so.

    Raises:
        BadInput: everybody, or a role that is gone.
        NotAllowed: one of the two may not, or it is no text channel of this club.
    """
    check_place(guild, channel, member)
    assert isinstance(channel, discord.TextChannel)
    if trouble := lacking(guild, channel.id, ("view_channel", "send_messages"), reader):
        raise NotAllowed("remind.refused.my_channel", trouble=trouble)
    check_ping(guild, channel, member, role)
    return InChannel(channel.id, role.id if role else None)


def form_of(interaction: Interaction, view: ReminderView, reader: Localizer) -> Form:
    """The form for changing a reminder, with what of its place is still there."""
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
    """Where a club's reminder is to be said by the options told; None where that stays.

    Raises:
        BadInput: as `checked_place`, and also where it stays: whoever changes what a role is pinged with may ping it.
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
    """Where a club's reminder is to be said by the form's menus; None where that stays.

    Args:
        interaction: the form.
        view: the reminder.
        channel: what was chosen in its menu, None where the form has none.
        role: likewise; empty where nobody is to be pinged.
        reader: who is told what is missing.

    Raises:
        BadInput, NotAllowed: as `told_place`.
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
    """What a menu says; what it was where there is no such menu."""
    if chosen is None:
        return before
    return chosen[0] if chosen else None


def check_place(guild: discord.Guild, channel: object, member: discord.abc.User) -> None:
    """Refuse a channel in which this member may not write.

    Raises:
        NotAllowed: or one that is no channel of this club.
    """
    if not isinstance(channel, discord.TextChannel) or not isinstance(member, discord.Member):
        raise NotAllowed("remind.refused.no_channel")
    held = channel.permissions_for(member)
    if not (held.view_channel and held.send_messages):
        raise NotAllowed("remind.refused.your_channel", channel=channel.mention)


def check_ping(guild: discord.Guild, channel: object, member: discord.abc.User, role: discord.Role | None) -> None:
    """Refuse to ping a role that this member, or the bot, may not mention there.

    Raises:
        BadInput: everybody, or a role that is gone.
        NotAllowed: one of the two may not.
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
