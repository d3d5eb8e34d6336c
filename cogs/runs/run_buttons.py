"""The buttons below a run's card: Undo, Edit, Flip direction, Share, Add spotter, and the spotter's answer."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Literal

from discord import ui
from discord.ext import commands

from bot.app import App
from bot.context import BotClient
from bot.domain.runs.run_input import reread
from bot.domain.runs.runs import Direction, Extra, Sharing, breaks_the_rule
from bot.interactions.arguments import Chosen, Entered, Version
from bot.interactions.components import Component, card, opened_by, pressed, row
from bot.interactions.replies import Interaction, close_with, open_form, replace, reply, resolve_person, say, tell
from bot.interactions.tree import say_privately
from bot.localizer import escaped
from bot.services.badges import badges
from bot.services.members import people
from bot.services.members.people import Person
from bot.services.runs import run_changes, runs
from bot.services.runs.run_changes import Amend
from bot.services.runs.runs import RunView
from cogs.runs.company_form import CompanyForm, company_form, with_company
from cogs.runs.highlights_view import badge_line
from cogs.runs.log_flow import show_logged
from cogs.runs.overlapping_runs import ask_if_twice
from cogs.runs.run_card_view import edit_notices, facing_question, private_card, public_card, spotter_button
from cogs.runs.run_cards import follow, keep
from cogs.runs.run_options import RunForm, amendment_from_form, edit_form
from cogs.runs.sharing_view import sharing_panel
from cogs.runs.spotter_requests import (
    answers,
    check_spotter,
    notice_spotter,
    picked_spotter,
    question,
    tell_left,
    tell_unasked,
)


class Cards(commands.Cog):
    """Buttons of a run's cards."""

    def __init__(self, app: App) -> None:
        self.app = app

    @pressed("run", "undo", "run_id", "revision")
    async def undo(self, interaction: Interaction, run_id: int, revision: Version) -> None:
        """Undo the change that this card reports, if it is the newest."""
        person = await resolve_person(interaction)
        view = await run_changes.undo_change(
            self.app.database,
            run_id,
            person.user_id,
            revision,
            interaction_id=interaction.id,
            now=self.app.clock(),
        )
        self.app.outbox.wake()  # a live board follows
        done = person.reader.t("runs.undo.done" if view.deleted else "runs.undo.restored")
        await self._show_change(interaction, person, view, done)
        await ask_if_twice(interaction, person, view)

    @pressed("run", "edit", "run_id")
    async def edit(self, interaction: Interaction, run_id: int) -> None:
        """Open the form, filled with the run's values."""
        person = await resolve_person(interaction)
        view = await runs.own_run(self.app.database, run_id, person.user_id)
        await open_form(interaction, edit_form(view, person.reader))

    @pressed("run", "amend", "run_id", "revision")
    @opened_by(
        "run",
        "edit",
        distance="runs.form.distance",
        time="runs.form.time",
        direction="runs.form.direction",
        when="runs.form.when",
        note="runs.form.note",
    )
    async def amend(self, interaction: Interaction, run_id: int, revision: Version, form: Entered[RunForm]) -> None:
        """Store the form's values."""
        person = await resolve_person(interaction)
        before = await runs.own_run(self.app.database, run_id, person.user_id)
        amend = amendment_from_form(form, before.content, person.reader, self.app.clock())
        await self._amend(interaction, person, before, amend, revision)

    @pressed("run", "flip", "run_id", "revision")
    async def flip(self, interaction: Interaction, run_id: int, revision: Version) -> None:
        """Turn every stretch into the other direction."""
        person = await resolve_person(interaction)
        before = await runs.own_run(self.app.database, run_id, person.user_id)
        await self._amend(interaction, person, before, run_changes.turned, revision)

    @pressed("run", "reread", "run_id", "revision", "distance_m", "duration_ms", "pace")
    async def reread(
        self, interaction: Interaction, run_id: int, revision: Version, distance_m: int, duration_ms: int, pace: int
    ) -> None:
        """Give a run the other meaning of what was typed: kilometres for miles; `pace` is in ms per km."""
        person = await resolve_person(interaction)
        before = await runs.own_run(self.app.database, run_id, person.user_id)
        amend = reread(distance_m, duration_ms, pace, self.app.clock())
        await self._amend(interaction, person, before, amend, revision)

    @pressed("run", "facing", "run_id")
    async def facing(self, interaction: Interaction, run_id: int) -> None:
        """Ask again which way a typed run went."""
        person = await resolve_person(interaction)
        view = await runs.own_run(self.app.database, run_id, person.user_id)
        if view.deleted or view.content.told:
            await replace(interaction, private_card(view, person.reader, person.weight_kg))
        else:
            await replace(interaction, facing_question(view, person.reader))

    @pressed("run", "face", "run_id", "direction")
    async def face(
        self, interaction: Interaction, run_id: int, direction: Literal[Direction.BACKWARD, Direction.FORWARD]
    ) -> None:
        """Set the direction of a typed run, and show its card."""
        person = await resolve_person(interaction)
        before = await runs.own_run(self.app.database, run_id, person.user_id)
        await self._amend(interaction, person, before, run_changes.facing(direction), None)

    @pressed("run", "spotted", "run_id")
    async def spotted(self, interaction: Interaction, run_id: int) -> None:
        """Open the form for spotter and surface."""
        person = await resolve_person(interaction)
        view = await runs.own_run(self.app.database, run_id, person.user_id)
        await open_form(interaction, company_form(view, person.reader, in_guild=person.in_guild))

    @pressed("run", "company", "run_id")
    @opened_by("run", "spotted")
    async def company(self, interaction: Interaction, run_id: int, form: Entered[CompanyForm]) -> None:
        """Store spotter and surface; what was left empty stays."""
        person = await resolve_person(interaction)
        spotter = await picked_spotter(interaction, next(iter(form.spotter), None))
        await check_spotter(interaction, spotter)
        before = await runs.own_run(self.app.database, run_id, person.user_id)
        await self._amend(interaction, person, before, partial(with_company, form.surface, spotter), None)

    async def _amend(
        self, interaction: Interaction, person: Person, before: RunView, amend: Amend, revision: int | None
    ) -> None:
        """Store an edit and show it; a typed run whose direction becomes known is shown as a new one."""
        view = await run_changes.edit_run(
            self.app.database,
            before.run_id,
            person.user_id,
            amend,
            interaction_id=interaction.id,
            now=self.app.clock(),
            seen_revision=revision,
            channel_id=interaction.channel_id if person.in_guild else None,
        )
        self.app.outbox.wake()
        if before.source == "typed" and not before.content.told and view.content.told:
            if interaction.message is not None and interaction.message.flags.ephemeral:
                await replace(interaction, card(person.reader.t("log.say.told")))
            shown = await runs.own_run(self.app.database, view.run_id, person.user_id, for_club=person.in_guild)
            await show_logged(interaction, person, shown, [])
            return
        unspotted = breaks_the_rule(view.content, person.solo_surfaces)
        notices = edit_notices(before, view, person)
        helping = [spotter_button(view.run_id, person.reader)] if unspotted and len(notices) > 1 else []
        await self._show_change(interaction, person, view, "\n".join(notices), helping)
        await tell_left(interaction, before, view)
        await tell_unasked(interaction, view)
        await ask_if_twice(interaction, person, view)

    @pressed("run", "share", "run_id")
    async def share(self, interaction: Interaction, run_id: int) -> None:
        """Show, ephemerally, who sees the run."""
        person = await resolve_person(interaction)
        view = await runs.own_run(self.app.database, run_id, person.user_id)
        await reply(interaction, sharing_panel(view, person), private=True)

    @pressed("run", "sharing", "run_id")
    async def sharing(self, interaction: Interaction, run_id: int, sharing: Chosen[Sharing]) -> None:
        """Choose between the club and only me."""
        await self._share(interaction, run_id, sharing=sharing)

    @pressed("run", "extras", "run_id")
    async def extras(self, interaction: Interaction, run_id: int, extras: Chosen[frozenset[Extra]]) -> None:
        """Choose the additional parts of the public card."""
        await self._share(interaction, run_id, extras=extras)

    async def _share(
        self,
        interaction: Interaction,
        run_id: int,
        *,
        sharing: Sharing | None = None,
        extras: frozenset[Extra] | None = None,
    ) -> None:
        person = await resolve_person(interaction)
        view = await run_changes.share_run(
            self.app.database,
            run_id,
            person.user_id,
            sharing=sharing,
            extras=extras,
            interaction_id=interaction.id,
            now=self.app.clock(),
        )
        self.app.outbox.wake()  # a live board follows
        await replace(interaction, sharing_panel(view, person, person.reader.t("runs.sharing.saved")))
        await follow(interaction, run_id)

    @pressed("run", "post", "run_id")
    async def post(self, interaction: Interaction, run_id: int) -> None:
        """Post the public card of a shared run in the current channel."""
        person = await resolve_person(interaction)
        view = await runs.own_run(self.app.database, run_id, person.user_id, for_club=True)
        if person.club is None or not person.in_guild or view.guild_id != person.club.guild_id:
            await say_privately(interaction, person.reader.t("runs.sharing.elsewhere"))
            return
        if not view.public:
            await replace(interaction, sharing_panel(view, person))
            return
        message_id = await reply(interaction, public_card(view, person.club.reader), private=False)
        await keep(interaction, view, message_id)

    @pressed("spotter", "yes", "run_id")
    async def spotter_yes(self, interaction: Interaction, run_id: int) -> None:
        """Store that the spotter confirms."""
        await self._spotted(interaction, run_id, agreed=True)

    @pressed("spotter", "no", "run_id")
    async def spotter_no(self, interaction: Interaction, run_id: int) -> None:
        """Store that the spotter was not there."""
        await self._spotted(interaction, run_id, agreed=False)

    async def _spotted(self, interaction: Interaction, run_id: int, *, agreed: bool) -> None:
        person = await resolve_person(interaction)
        view = await run_changes.answer_spotter(self.app.database, run_id, person.user_id, agreed=agreed)
        self.app.outbox.wake()  # a live board follows
        key = "runs.spotter.thanks" if agreed else "runs.spotter.declined"
        words = person.reader.t(key, name=escaped(view.runner, 60))
        earned = await badges.earned_by_run(self.app.database, run_id, person.user_id)
        await close_with(interaction, "\n".join([words, *badge_line(earned, person.reader)]))
        await follow(interaction, run_id)
        await notice_spotter(interaction, person, view)

    @pressed("spotter", "show", "run_id", "user_id")
    async def spotter_show(self, interaction: Interaction, run_id: int, user_id: int) -> None:
        """Show the waiting question, to the spotter alone."""
        person = await resolve_person(interaction)
        if person.user_id != user_id:
            await say_privately(interaction, person.reader.t("delivery.not_for_you"))
            return
        view = await runs.run_for_card(self.app.database, run_id)
        if view is None or not view.public or view.content.spotter_id != user_id:
            await say_privately(interaction, person.reader.t("runs.spotter.gone"))
            return
        await say(interaction, question(view, person.reader), view=answers(view, person.reader))

    async def _show_change(
        self, interaction: Interaction, person: Person, view: RunView, words: str, helping: Sequence[Component] = ()
    ) -> None:
        """Redraw the pressed card, and every public card of the run."""
        here = interaction.message
        if here is not None and not here.flags.ephemeral and view.guild_id is not None:
            shown = await runs.run_for_card(self.app.database, view.run_id)
            club = await people.reader_for(self.app.database, None, view.guild_id)
            await replace(interaction, public_card(shown or view, club))
            await tell(interaction, words, *([row(*helping)] if helping else []))
            await follow(interaction, view.run_id, except_message=here.id)
            return
        if view.deleted:
            await self._replace_or_reply(interaction, card(words))
        else:
            drawn = private_card(view, person.reader, person.weight_kg, words, helping=helping)
            await self._replace_or_reply(interaction, drawn)
        await follow(interaction, view.run_id)

    @staticmethod
    async def _replace_or_reply(interaction: Interaction, view: ui.LayoutView) -> None:
        if interaction.message is not None:
            await replace(interaction, view)
        else:
            await reply(interaction, view, private=True)


async def setup(bot: BotClient) -> None:
    """Add the cog."""
    await bot.add_cog(Cards(bot.app))
