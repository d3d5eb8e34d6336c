"""Shared by all alarms: organisers, recipients, and what is withheld from whom."""

from __future__ import annotations

import logging

import discord
from discord import ui

from bot.context import BotClient
from bot.delivery.message_kinds import RenderContext, RenderedMessage
from bot.domain.messages.priority import Priority
from bot.errors import NotFound, Unavailable
from bot.interactions.authorization import standing_in
from bot.interactions.channel_readers import readers_of
from bot.interactions.replies import Interaction, resolve_person
from bot.interactions.tree import reader_in
from bot.localizer import Localizer
from bot.services.members.people import Club, Person
from bot.services.outings.outings import OutingView, outing_of
from cogs.safety.alerts_view import show_button

log = logging.getLogger(__name__)


async def organised(interaction: Interaction, person: Person, outing_id: int) -> int | None:
    """Return the club of an outing if the user organises it now, else None.

    Raises:
        Unavailable: Discord does not answer about a user who was not out on it, and so needs the organiser's rights.
    """
    outing = await outing_of(interaction.client.app.database.urgent, outing_id)
    standing = await standing_in(interaction, person, outing.guild_id, Priority.SAFETY)
    if standing is not None:
        return outing.guild_id if standing.organiser else None
    me = outing.who(person.user_id)
    if me is None or me.checked_in_at is None:
        raise Unavailable("errors.standing.unknown")
    return None


def to_organisers(out: RenderContext, club: Club, words: str, view: ui.View) -> RenderedMessage:
    """Return a message to the organisers; in their channel it deliberately pings their role."""
    if out.user_id or club.organiser_role_id is None:
        return RenderedMessage(content=words, view=view)
    role = discord.Object(club.organiser_role_id)
    return RenderedMessage(
        content=f"<@&{role.id}> {words}",
        view=view,
        mentions=discord.AllowedMentions(everyone=False, users=False, roles=[role]),
    )


async def reader_of(interaction: Interaction) -> Localizer:
    """Return the user's localizer; by Discord's locale if the database fails."""
    try:
        return (await resolve_person(interaction, urgent=True)).reader
    except Exception as error:
        log.warning("could not resolve the interaction user: %r", error)
        return reader_in(interaction)


def with_show(view: ui.View, out: RenderContext, reader: Localizer) -> ui.View:
    """Add the button Show, which asks Discord again and opens the full message."""
    return view.add_item(show_button(out.delivery_id, reader))


async def read_by_companions(client: BotClient, out: RenderContext, outing: OutingView) -> bool:
    """Whether a participant of the outing reads a message: by direct message, or in the organisers' channel."""
    ids = [c.user_id for c in outing.companions]
    if out.user_id:
        return out.user_id in ids
    return bool(await readers_of(client, out.channel_id, ids))


async def outing_in(client: BotClient, out: RenderContext) -> OutingView | None:
    """Return the outing that a message is about, or None if it no longer exists."""
    if out.subject_id is None:
        return None
    try:
        return await outing_of(client.app.database.urgent, out.subject_id)
    except NotFound:
        return None


def drawn(made: tuple[str, ui.View]) -> RenderedMessage:
    """Return text and buttons as a message."""
    return RenderedMessage(content=made[0], view=made[1])
