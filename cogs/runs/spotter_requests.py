"""Spotters of runs: checking who may be named, the question to them, and "Don't ask me again" below each question."""

from __future__ import annotations

from datetime import datetime

import discord

from bot.delivery.message_kinds import Hold, RenderContext, Session
from bot.domain.runs.runs import SpotterState
from bot.errors import BadInput, Unavailable
from bot.interactions.authorization import still_here
from bot.interactions.components import Buttons, Component, button, identity
from bot.interactions.replies import Interaction, tell
from bot.interactions.tree import reader_in
from bot.localizer import Localizer, escaped
from bot.membership import fetch
from bot.services.members.people import Person
from bot.services.messages import questions
from bot.services.runs.runs import RunView
from cogs.runs.run_card_view import line_of


async def check_spotter(interaction: Interaction, spotter: discord.User | discord.Member | None) -> None:
    """Refuse an invalid spotter; if they are not in this server, check and record whether they have left it.

    Raises:
        BadInput: the runner, a bot, or not a member of this club.
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


async def picked_spotter(interaction: Interaction, user_id: int | None) -> discord.Member | None:
    """Return the member picked in a form, or None if nobody was.

    Raises:
        BadInput: not a member of this server.
        Unavailable: Discord does not answer.
    """
    if user_id is None:
        return None
    found = await fetch(interaction.client, interaction.guild_id or 0, user_id)
    if found is None:
        raise Unavailable("errors.standing.unknown")
    if not isinstance(found, discord.Member):
        raise BadInput("runs.spotter.stranger")
    return found


async def tell_unasked(interaction: Interaction, view: RunView) -> None:
    """Report that the spotter is not asked, if the runner has used up the day's questions."""
    if view.unasked:
        await tell(interaction, reader_in(interaction).t("runs.spotter.spent"))


async def tell_left(interaction: Interaction, before: RunView, after: RunView) -> None:
    """Report that a spotter who had confirmed the run before an edit is not asked again: they have left the club."""
    agreed = before.content.spotter_state is SpotterState.AGREED
    spotter_id = after.content.spotter_id
    if not agreed or after.content.spotter_state is not SpotterState.ASKED or spotter_id is None:
        return
    if after.guild_id is not None and await still_here(interaction, after.guild_id, spotter_id) is False:
        name = escaped(after.spotter or "?", 60)
        await tell(interaction, reader_in(interaction).t("runs.spotter.left", name=name))


async def notice_spotter(interaction: Interaction, person: Person, view: RunView) -> None:
    """Check whether a spotter who answered elsewhere is still in the run's club; the answer stands.

    In the club the press proves it, and for the home club `resolve_person` has verified it.
    """
    if not person.in_guild and view.guild_id is not None and view.guild_id != person.guild_id:
        await still_here(interaction, view.guild_id, person.user_id)


async def hold_question(session: Session, out: RenderContext, now: datetime) -> Hold | None:
    """Postpone a question if its recipient was asked enough today."""
    until = await questions.put_from(session, out.user_id, now)
    return None if until is None else Hold(until)


def never_button(asker_id: int, reader: Localizer) -> Component:
    """Return the button below every question that mutes this person's questions."""
    return button(reader.t("ties.mute.button"), identity("ask", "never", asker_id), emoji="🔕")


def question(view: RunView, reader: Localizer) -> str:
    """Return the question to the spotter."""
    return reader.t("runs.spotter.ask", name=escaped(view.runner, 60), run=line_of(view, reader))


def answers(view: RunView, reader: Localizer) -> discord.ui.View:
    """Return the buttons Yes, No and "Don't ask me again"."""
    shown = Buttons(timeout=None)
    shown.add_item(
        button(reader.t("runs.spotter.yes"), identity("spotter", "yes", view.run_id), discord.ButtonStyle.success)
    )
    shown.add_item(button(reader.t("runs.spotter.no"), identity("spotter", "no", view.run_id)))
    shown.add_item(never_button(view.user_id, reader))
    return shown
