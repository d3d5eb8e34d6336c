"""Asking a named spotter whether he faced forward: by direct message, or behind a button where those are closed."""

from __future__ import annotations

import logging

import discord

from bot.domain.runs import SpotterState
from bot.errors import BadInput
from bot.reader import Reader, escaped
from bot.services import people
from bot.services.people import Person
from bot.services.runs import RunView
from bot.tree import reader_in
from cogs.answer import Interaction, tell
from cogs.membership import still_here
from cogs.views.base import Buttons, button, identity
from cogs.views.run_card import line_of

log = logging.getLogger(__name__)


async def check_spotter(interaction: Interaction, spotter: discord.User | discord.Member | None) -> None:
    """Refuse a spotter who cannot be one; who is not of this server may have left it, which is then remembered.

    Raises:
        BadInput: the runner, a bot, or somebody not of this club.
    """
    if spotter is None:
        return
    if spotter.id == interaction.user.id:
        raise BadInput("runs.spotter.self")
    if spotter.bot:
        raise BadInput("runs.spotter.bot")
    if not isinstance(spotter, discord.Member):
        if interaction.guild_id is not None:
            await still_here(interaction, interaction.guild_id, spotter.id)
        raise BadInput("runs.spotter.stranger")


async def ask_spotter(interaction: Interaction, view: RunView, spotter: discord.User | discord.Member) -> None:
    """Ask privately. Where direct messages are closed the club's channel says only that something waits."""
    client = interaction.client
    reader = await people.reader_for(client.app.database, spotter.id, view.guild_id)
    try:
        await spotter.send(question(view, reader), view=answers(view, reader))
    except discord.Forbidden:
        if not view.public or not await _call_in_channel(interaction, view, spotter):
            runner = await people.reader_for(client.app.database, view.user_id, view.guild_id)
            await tell(interaction, runner.t("runs.spotter.unreachable", name=escaped(spotter.display_name, 60)))
    except discord.HTTPException as error:
        log.warning("the spotter of run %d could not be asked: %s", view.run_id, error)


async def ask_again(interaction: Interaction, before: RunView, after: RunView) -> None:
    """Ask a spotter who had agreed to the run as it was before it was changed, if the club still has him."""
    agreed = before.content.spotter_state is SpotterState.AGREED
    if not agreed or after.content.spotter_state is not SpotterState.ASKED or after.content.spotter_id is None:
        return
    if after.guild_id is not None:
        here = await still_here(interaction, after.guild_id, after.content.spotter_id)
        if here is False:
            name = escaped(after.spotter or "?", 60)
            await tell(interaction, reader_in(interaction).t("runs.spotter.left", name=name))
            return
    await ask_named(interaction, after)


async def ask_named(interaction: Interaction, view: RunView) -> None:
    """Ask a spotter whom a run names and who has not said a word on it, if there is one."""
    if view.content.spotter_id is None or view.content.spotter_state is not SpotterState.ASKED:
        return
    try:
        spotter = await interaction.client.fetch_user(view.content.spotter_id)
    except discord.HTTPException as error:
        log.warning("the spotter of run %d could not be found: %s", view.run_id, error)
        return
    await ask_spotter(interaction, view, spotter)


async def notice_spotter(interaction: Interaction, person: Person, view: RunView) -> None:
    """See whether who answered from a direct message is still in the run's club; the answer itself stands.

    In the club the press proves it, and of the home club `met` has made sure.
    """
    if not person.in_guild and view.guild_id not in (None, person.guild_id):
        await still_here(interaction, view.guild_id, person.user_id)


async def _call_in_channel(interaction: Interaction, view: RunView, spotter: discord.User | discord.Member) -> bool:
    """Say in the club's channel that something waits for the spotter, and no more. False where that cannot be."""
    club = await people.reader_for(interaction.client.app.database, None, view.guild_id)
    waiting = Buttons(timeout=None)
    waiting.add_item(button(club.t("delivery.show"), identity("spotter", "show", view.run_id, spotter.id)))
    channel = interaction.channel
    if not isinstance(channel, discord.abc.Messageable):
        return False
    try:
        await channel.send(
            club.t("delivery.waits", people=spotter.mention),
            view=waiting,
            allowed_mentions=discord.AllowedMentions(users=[spotter]),
        )
    except discord.HTTPException:
        return False
    return True


def question(view: RunView, reader: Reader) -> str:
    """What the spotter is asked."""
    return reader.t("runs.spotter.ask", name=escaped(view.runner, 60), run=line_of(view, reader))


def answers(view: RunView, reader: Reader) -> discord.ui.View:
    """Yes and no."""
    both = Buttons(timeout=None)
    both.add_item(
        button(reader.t("runs.spotter.yes"), identity("spotter", "yes", view.run_id), discord.ButtonStyle.success)
    )
    both.add_item(button(reader.t("runs.spotter.no"), identity("spotter", "no", view.run_id)))
    return both
