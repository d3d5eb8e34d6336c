"""Questions to others: whom a run may name as spotter, how that is asked, and "Don't ask me again" below each."""

from __future__ import annotations

from datetime import datetime

import discord

from bot.delivery.message_kinds import Hold, RenderContext, Session
from bot.domain.runs.runs import SpotterState
from bot.errors import BadInput
from bot.interactions.authorization import still_here
from bot.interactions.components import Buttons, Component, button, identity
from bot.interactions.replies import Interaction, tell
from bot.interactions.tree import reader_in
from bot.localizer import Localizer, escaped
from bot.services.members.people import Person
from bot.services.messages import questions
from bot.services.runs.runs import RunView
from cogs.runs.run_card_view import line_of


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


async def tell_unasked(interaction: Interaction, view: RunView) -> None:
    """Say that the spotter is not asked, where the runner has asked as many as one may in a day."""
    if view.unasked:
        await tell(interaction, reader_in(interaction).t("runs.spotter.spent"))


async def tell_left(interaction: Interaction, before: RunView, after: RunView) -> None:
    """Say that a spotter who had agreed to the run as it was is not asked again, where the club holds them no more."""
    agreed = before.content.spotter_state is SpotterState.AGREED
    spotter_id = after.content.spotter_id
    if not agreed or after.content.spotter_state is not SpotterState.ASKED or spotter_id is None:
        return
    if after.guild_id is not None and await still_here(interaction, after.guild_id, spotter_id) is False:
        name = escaped(after.spotter or "?", 60)
        await tell(interaction, reader_in(interaction).t("runs.spotter.left", name=name))


async def notice_spotter(interaction: Interaction, person: Person, view: RunView) -> None:
    """See whether who answered from a direct message is still in the run's club; the answer itself stands.

    In the club the press proves it, and of the home club `resolve_person` has made sure.
    """
    if not person.in_guild and view.guild_id is not None and view.guild_id != person.guild_id:
        await still_here(interaction, view.guild_id, person.user_id)


async def hold_question(session: Session, out: RenderContext, now: datetime) -> Hold | None:
    """Keep a question for later whose recipient has been asked enough today."""
    until = await questions.put_from(session, out.user_id, now)
    return None if until is None else Hold(until)


def never_button(asker_id: int, reader: Localizer) -> Component:
    """Asked nothing more by this person; below every question."""
    return button(reader.t("ties.mute.button"), identity("ask", "never", asker_id), emoji="🔕")


def question(view: RunView, reader: Localizer) -> str:
    """What the spotter is asked."""
    return reader.t("runs.spotter.ask", name=escaped(view.runner, 60), run=line_of(view, reader))


def answers(view: RunView, reader: Localizer) -> discord.ui.View:
    """Yes, no, and not to be asked again."""
    shown = Buttons(timeout=None)
    shown.add_item(
        button(reader.t("runs.spotter.yes"), identity("spotter", "yes", view.run_id), discord.ButtonStyle.success)
    )
    shown.add_item(button(reader.t("runs.spotter.no"), identity("spotter", "no", view.run_id)))
    shown.add_item(never_button(view.user_id, reader))
    return shown
