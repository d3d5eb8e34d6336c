"""Resolve the interaction user, and answer in time."""

from __future__ import annotations

import asyncio
import dataclasses
import logging
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any, TypeAlias, TypeVar
from zoneinfo import ZoneInfo

import discord
from discord import ui

from bot.context import BotClient
from bot.errors import Unavailable
from bot.interactions import responses
from bot.interactions.authorization import at_home, standing_in
from bot.interactions.components import card
from bot.interactions.corrections import in_place, refill
from bot.services.members.people import Person, Seen, meet

log = logging.getLogger(__name__)

T = TypeVar("T")
Interaction: TypeAlias = discord.Interaction[BotClient]

PATIENCE_S = 1.5
"""Seconds without an answer after which "thinking…" is shown; Discord's limit is 3 s."""

TRIES = 10
"""Attempts of a press while the database is busy; each waits about a second."""
BUSY = ("errors.database.busy", "errors.database.unread")
"""Error keys of a database that is busy; a retry can succeed."""


def seen_in(interaction: Interaction) -> Seen:
    """Return what Discord says about the interaction user."""
    user, guild = interaction.user, interaction.guild
    return Seen(
        user_id=user.id,
        display_name=user.display_name,
        locale=interaction.locale.value,
        guild_id=interaction.guild_id,
        guild_name=guild.name if guild else "",
        guild_locale=interaction.guild_locale.value if interaction.guild_locale else None,
        guild_owner_id=guild.owner_id if guild else None,
        manages_guild=isinstance(user, discord.Member)
        and (interaction.permissions.manage_guild or interaction.permissions.administrator),
        role_ids=frozenset(role.id for role in user.roles) if isinstance(user, discord.Member) else frozenset(),
    )


async def resolve_person(interaction: Interaction, *, urgent: bool = False) -> Person:
    """Resolve the interaction user; later failures are reported in their language.

    Args:
        interaction: the command or press.
        urgent: whether somebody's safety depends on it; uses `Database.urgent`.
    """
    app = interaction.client.app
    seen = seen_in(interaction)
    database = app.database.urgent if urgent else app.database
    person = await at_home(interaction, seen, await meet(database, seen, app.clock()), urgent=urgent)
    this_year = app.clock().astimezone(ZoneInfo(person.reader.zone)).year
    person = dataclasses.replace(person, reader=dataclasses.replace(person.reader, this_year=this_year))
    interaction.extras["reader"] = person.reader
    return person


async def resolve_member(interaction: Interaction) -> Person:
    """Resolve the user and verify that they are a member of the current club, or in a DM of their home club.

    If they have left their home club, the next club they were seen in is verified.

    Raises:
        Unavailable: Discord does not answer, or its answer could not be stored.
    """
    person = await resolve_person(interaction)
    while not person.in_guild and (guild_id := person.guild_id) is not None:
        standing = await standing_in(interaction, person, guild_id)
        if standing is None:
            raise Unavailable("errors.standing.unknown")
        if standing.member:
            break
        person = await resolve_person(interaction)
        if person.guild_id == guild_id:
            raise Unavailable("errors.database.busy")
    return person


async def defer_if_slow(interaction: Interaction, work: Coroutine[Any, Any, T], *, private: bool) -> T:
    """Await `work`, and show "thinking…" if it is slow: a fast answer costs one request, a slow one does not expire.

    Args:
        interaction: the command or press.
        work: one service call.
        private: whether the answer will be ephemeral; decided beforehand, since a public "thinking…" makes its answer
            public.
    """
    task = asyncio.ensure_future(work)
    done, _ = await asyncio.wait({task}, timeout=PATIENCE_S)
    if not done and not responses.answered(interaction):
        await responses.think(interaction, private=private)
    return await task


async def retry_unavailable(work: Callable[[], Awaitable[T]], tries: int = TRIES) -> T:
    """Retry `work` while the database is busy: when many press at once, each of them gets an answer.

    A busy database has changed nothing, so a retry is safe.
    """
    for _ in range(tries - 1):
        try:
            return await work()
        except Unavailable as error:
            if error.key not in BUSY:
                raise
    return await work()


async def reply(
    interaction: Interaction, view: ui.LayoutView, *, private: bool, files: Sequence[discord.File] = ()
) -> int | None:
    """Send a card as the answer, without pings. A private one to a form that Fix it opened replaces the refusal.

    Returns:
        The message's id, or None if Discord did not return it.
    """
    if private and not files and in_place(interaction) and not responses.answered(interaction):
        await replace(interaction, view)
        return None
    nobody = discord.AllowedMentions.none()
    sent = await responses.respond(interaction, private=private, files=files, view=view, allowed_mentions=nobody)
    interaction.extras["shown"] = True
    return sent


async def say(
    interaction: Interaction, words: str, *, files: Sequence[discord.File] = (), view: ui.View | None = None
) -> None:
    """Send plain text, with classic components or files, as an ephemeral answer."""
    components = {} if view is None else {"view": view}
    await responses.respond(interaction, private=True, files=files, content=words, **components)
    interaction.extras["shown"] = True


async def replace(
    interaction: Interaction, view: ui.LayoutView, *, files: Sequence[discord.File] | None = None
) -> None:
    """Redraw the message whose component was pressed."""
    await responses.redraw(interaction, files=files, view=view)
    interaction.extras["shown"] = True


async def close_with(interaction: Interaction, words: str, view: ui.View | None = None) -> None:
    """Replace the classic message whose component was pressed with plain text and these buttons, or none.

    A refusal whose form Fix it opened is a card, and is replaced with one.
    """
    if in_place(interaction):
        await replace(interaction, card(words))
        return
    await responses.redraw(interaction, content=words, view=view)
    interaction.extras["shown"] = True


async def open_form(interaction: Interaction, form: ui.Modal) -> None:
    """Answer with a form; Fix it fills it with what was refused."""
    refill(interaction, form)
    await responses.first(interaction, lambda: interaction.response.send_modal(form))


async def tell(interaction: Interaction, words: str, *rows: ui.ActionRow[Any]) -> None:
    """Send an additional ephemeral message. A failure is only logged: the answer has been given."""
    try:
        await responses.respond(interaction, private=True, view=card(words, *rows))
    except responses.LOST as error:
        log.warning("could not send an additional private message: %s", error)
