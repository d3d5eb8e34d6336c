"""Meeting who speaks, and answering in time."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

import discord
from discord import ui

from bot.services.people import Person, Seen, meet
from cogs.membership import at_home
from cogs.views.base import card

if TYPE_CHECKING:
    from bot.client import Backpedal

log = logging.getLogger(__name__)

T = TypeVar("T")
Interaction: TypeAlias = "discord.Interaction[Backpedal]"

PATIENCE_S = 1.5
"""After this long without an answer, "thinking…" is shown; Discord's limit is 3 s."""


def seen_in(interaction: Interaction) -> Seen:
    """What Discord says of the one who speaks."""
    user, guild = interaction.user, interaction.guild
    return Seen(
        user_id=user.id,
        display_name=user.display_name,
        locale=interaction.locale.value,
        guild_id=interaction.guild_id,
        guild_name=guild.name if guild else "",
        guild_locale=interaction.guild_locale.value if interaction.guild_locale else None,
        manages_guild=isinstance(user, discord.Member)
        and (interaction.permissions.manage_guild or interaction.permissions.administrator),
        role_ids=frozenset(role.id for role in user.roles) if isinstance(user, discord.Member) else frozenset(),
    )


async def met(interaction: Interaction) -> Person:
    """Who speaks, resolved; failures from here on are told in that person's language."""
    app = interaction.client.app
    seen = seen_in(interaction)
    person = await at_home(interaction, seen, await meet(app.database, seen, app.clock()))
    interaction.extras["reader"] = person.reader
    return person


async def soon(interaction: Interaction, work: Coroutine[Any, Any, T], *, private: bool) -> T:
    """Await `work`; show "thinking…" if it takes long, so that a fast answer costs one request and none fails.

    Args:
        interaction: what is answered.
        work: one service call.
        private: whether the answer will be ephemeral; decided before, since a public "thinking…" makes its
            answer public.
    """
    task = asyncio.ensure_future(work)
    done, _ = await asyncio.wait({task}, timeout=PATIENCE_S)
    if not done and not interaction.response.is_done():
        interaction.extras["deferred_publicly"] = not private
        if interaction.type is discord.InteractionType.application_command:
            await interaction.response.defer(ephemeral=private, thinking=True)
        else:
            await interaction.response.defer()
    return await task


async def reply(
    interaction: Interaction,
    view: ui.LayoutView,
    *,
    private: bool,
    files: Sequence[discord.File] = (),
    mentions: discord.AllowedMentions | None = None,
) -> int | None:
    """Send a card as the answer.

    Returns:
        The message's id, or None where Discord did not say.
    """
    widened = mentions or discord.AllowedMentions.none()
    if interaction.response.is_done():
        sent = await interaction.followup.send(
            view=view, ephemeral=private, files=list(files), allowed_mentions=widened, wait=True
        )
        return sent.id
    answer = await interaction.response.send_message(
        view=view, ephemeral=private, files=list(files), allowed_mentions=widened
    )
    return answer.message_id


async def replace(
    interaction: Interaction, view: ui.LayoutView, *, files: Sequence[discord.File] | None = None
) -> None:
    """Redraw the message whose component was pressed."""
    attachments = {} if files is None else {"attachments": list(files)}
    if interaction.response.is_done():
        await interaction.edit_original_response(view=view, **attachments)  # type: ignore[arg-type]
    else:
        await interaction.response.edit_message(view=view, **attachments)  # type: ignore[arg-type]


async def tell(interaction: Interaction, words: str) -> None:
    """Add a private word to what has been answered. It can fail without harm: the answer stands."""
    try:
        await interaction.followup.send(view=card(words), ephemeral=True)
    except discord.HTTPException as error:
        log.warning("a private word could not be added: %s", error)
