"""The context menu "Import run files", and the question which laps of an imported run were backward."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

import discord
from discord import app_commands
from discord.ext import commands

from bot.context import BotClient
from bot.domain.runs.run_measures import parse_backward
from bot.domain.runs.runs import Direction, breaks_the_rule
from bot.domain.when.periods import today_in
from bot.errors import BadInput, NotAllowed
from bot.interactions.arguments import Chosen, Entered, PageNumber
from bot.interactions.components import card, opened_by, pressed
from bot.interactions.replies import Interaction, open_form, replace, reply, resolve_person
from bot.services.members.people import Person
from bot.services.runs import lap_directions, overlapping_runs, run_changes, runs
from bot.services.runs.runs import RunView
from cogs.runs.import_flow import import_files, uploaded_files
from cogs.runs.imports_view import PAGE, lap_choice, next_row, question, share_form
from cogs.runs.overlapping_runs import ask_if_twice
from cogs.runs.run_card_view import form_units, private_card, rule, spotter_button
from cogs.runs.run_cards import follow
from cogs.runs.runs_channel_view import upload_form

MENU = "Import run files"
RULE_SAID_FOR = timedelta(days=7)
"""How old a run may be for its import to say the safety rule: nobody adds a spotter to a run of another year."""


class Imports(commands.Cog):
    """Imported runs, until their direction is known."""

    def __init__(self, bot: BotClient) -> None:
        self.bot = bot
        self.app = bot.app
        self.menu = app_commands.ContextMenu(name=MENU, callback=self.import_from_message)

    async def cog_load(self) -> None:
        """Add the context menu, which a cog's decorators cannot do."""
        self.bot.tree.add_command(self.menu)

    async def cog_unload(self) -> None:
        """Remove the context menu."""
        self.bot.tree.remove_command(MENU, type=discord.AppCommandType.message)

    async def import_from_message(self, interaction: Interaction, message: discord.Message) -> None:
        """Import the files of the user's own message into their own log."""
        await resolve_person(interaction)
        if message.author.id != interaction.user.id:
            raise NotAllowed("imports.menu.not_yours")
        if not message.attachments:
            raise BadInput("imports.menu.nothing")
        await import_files(interaction, message.attachments)

    @pressed("import", "upload")
    async def upload(self, interaction: Interaction) -> None:
        """Open the form that takes files, from the card of the runs channel."""
        person = await resolve_person(interaction)
        await open_form(interaction, upload_form(person.reader))

    @pressed("import", "uploaded")
    @opened_by("import", "upload")
    async def uploaded(self, interaction: Interaction, files: Entered[tuple[int, ...]]) -> None:
        """Import the files of the form."""
        await resolve_person(interaction)
        await import_files(interaction, uploaded_files(interaction, files))

    @pressed("import", "ask", "run_id")
    async def ask(self, interaction: Interaction, run_id: int) -> None:
        """Show the question again."""
        person = await resolve_person(interaction)
        asked = await lap_directions.question(self.app.database, run_id, person.user_id)
        await replace(interaction, question(asked, person.reader))

    @pressed("import", "next")
    async def next(self, interaction: Interaction) -> None:
        """Show the next run without a direction, in a new card."""
        person = await resolve_person(interaction)
        asked = await lap_directions.next_question(self.app.database, person.user_id)
        await reply(interaction, question(asked, person.reader), private=True)

    @pressed("import", "same", "run_id", "there_id", "kept")
    async def same(self, interaction: Interaction, run_id: int, there_id: int, kept: Literal["run", "there"]) -> None:
        """Treat two runs as one: keep the earlier one, or replace it by the other. The deleted one offers Undo."""
        person = await resolve_person(interaction)
        kept_id, dropped_id = (run_id, there_id) if kept == "run" else (there_id, run_id)
        dropped = await overlapping_runs.keep_one(
            self.app.database,
            kept_id,
            dropped_id,
            person.user_id,
            interaction_id=interaction.id,
            now=self.app.clock(),
        )
        self.app.outbox.wake()
        await replace(interaction, private_card(dropped, person.reader, person.weight_kg))
        await follow(interaction, dropped_id)
        await self._ask_next(interaction, person, kept_id)

    @pressed("import", "two", "run_id", "there_id")
    async def two(self, interaction: Interaction, run_id: int, there_id: int) -> None:
        """Keep two runs; both count."""
        person = await resolve_person(interaction)
        await overlapping_runs.keep_both(self.app.database, run_id, there_id, person.user_id)
        await replace(interaction, card(person.reader.t("imports.twins.two")))
        await self._ask_next(interaction, person, run_id)

    async def _ask_next(self, interaction: Interaction, person: Person, run_id: int) -> None:
        """Ask what is still open about a kept run: another that overlaps it, or its direction."""
        view = await runs.own_run(self.app.database, run_id, person.user_id)
        if view.content.told:
            await ask_if_twice(interaction, person, view)
        elif not view.deleted:
            asked = await lap_directions.question(self.app.database, run_id, person.user_id)
            await reply(interaction, question(asked, person.reader), private=True)

    @pressed("import", "all", "run_id", "direction")
    async def all(
        self,
        interaction: Interaction,
        run_id: int,
        direction: Literal[Direction.BACKWARD, Direction.FORWARD],
    ) -> None:
        """Store that the whole run was backward, or none of it."""
        person = await resolve_person(interaction)
        view = await lap_directions.tell_all(
            self.app.database,
            run_id,
            person.user_id,
            direction,
            interaction_id=interaction.id,
            now=self.app.clock(),
        )
        await self._told(interaction, person, view)

    @pressed("import", "drop", "run_id")
    async def drop(self, interaction: Interaction, run_id: int) -> None:
        """Delete an activity that was not a run; its card offers Undo."""
        person = await resolve_person(interaction)
        view = await run_changes.delete_run(
            self.app.database, run_id, person.user_id, interaction_id=interaction.id, now=self.app.clock()
        )
        await replace(interaction, private_card(view, person.reader, person.weight_kg))

    @pressed("import", "choose", "run_id", "page")
    async def choose(self, interaction: Interaction, run_id: int, page: PageNumber) -> None:
        """Show a page of laps to tick."""
        person = await resolve_person(interaction)
        asked = await lap_directions.question(self.app.database, run_id, person.user_id)
        if asked.twins is not None:
            await replace(interaction, question(asked, person.reader))
        else:
            await replace(interaction, lap_choice(asked, person.reader, page))

    @pressed("import", "tick", "run_id", "page")
    async def tick(
        self, interaction: Interaction, run_id: int, page: PageNumber, ticked: Chosen[frozenset[int]]
    ) -> None:
        """Store the ticked laps of this page."""
        person = await resolve_person(interaction)
        shown = range(page * PAGE, (page + 1) * PAGE)
        asked = await lap_directions.tick_laps(self.app.database, run_id, person.user_id, shown, ticked)
        await replace(interaction, lap_choice(asked, person.reader, page))

    @pressed("import", "save", "run_id")
    async def save(self, interaction: Interaction, run_id: int) -> None:
        """Store that the ticked laps were backward."""
        person = await resolve_person(interaction)
        view = await lap_directions.tell_ticked(
            self.app.database, run_id, person.user_id, interaction_id=interaction.id, now=self.app.clock()
        )
        await self._told(interaction, person, view)

    @pressed("import", "share", "run_id")
    async def share(self, interaction: Interaction, run_id: int) -> None:
        """Ask how much of a run without laps was backward."""
        person = await resolve_person(interaction)
        await open_form(interaction, share_form(run_id, person.reader))

    @pressed("import", "portion", "run_id")
    @opened_by("import", "share", share="imports.share.label")
    async def portion(self, interaction: Interaction, run_id: int, share: Entered[str]) -> None:
        """Store a distance or a percentage."""
        person = await resolve_person(interaction)
        part = parse_backward(share, form_units(person.reader), person.reader.language)
        view = await lap_directions.tell_part(
            self.app.database, run_id, person.user_id, part, interaction_id=interaction.id, now=self.app.clock()
        )
        await self._told(interaction, person, view)

    async def _told(self, interaction: Interaction, person: Person, view: RunView) -> None:
        """Show the run in place of the question, with a button for the next one."""
        recent = today_in(view.content.zone, self.app.clock()) - view.content.ran_on <= RULE_SAID_FOR
        unspotted = recent and breaks_the_rule(view.content, person.solo_surfaces)
        notices = [rule(view.content, person.reader, person.solo_surfaces)] if unspotted else []
        helping = [spotter_button(view.run_id, person.reader)] if unspotted else []
        drawn = private_card(view, person.reader, person.weight_kg, *notices, helping=helping)
        waiting = await lap_directions.count_waiting(self.app.database, person.user_id)
        if waiting:
            drawn.add_item(next_row(person.reader, waiting))
        await replace(interaction, drawn)
        await follow(interaction, view.run_id)


async def setup(bot: BotClient) -> None:
    """Add the cog."""
    await bot.add_cog(Imports(bot))
