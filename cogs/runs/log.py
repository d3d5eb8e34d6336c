"""`/log`: log a run with one command or its form."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from bot.app import App
from bot.context import BotClient
from bot.domain.runs.run_input import Typed
from bot.domain.runs.run_measures import Way
from bot.domain.runs.runs import Surface
from bot.interactions.arguments import Entered
from bot.interactions.components import offered, pressed
from bot.interactions.corrections import typed_before
from bot.interactions.replies import Interaction, open_form, resolve_person
from bot.interactions.tree import localized
from bot.services.members.people import Person
from bot.services.runs import runs
from cogs.runs.log_flow import content_of, log_and_show
from cogs.runs.log_form import (
    EffortOrNone,
    LogChoices,
    LogForm,
    LogTexts,
    SurfaceOrNone,
    WayOrNone,
    combined,
    entered,
    keep_attempt,
    log_form,
    made,
)
from cogs.runs.run_options import (
    DIRECTIONS,
    RUN_OPTIONS,
    SURFACES,
    Told,
    read_entry,
    suggest_entry,
    suggest_sentence,
    suggest_when,
)
from cogs.runs.spotter_requests import check_spotter, picked_spotter


class Log(commands.Cog):
    """The log command."""

    def __init__(self, app: App) -> None:
        self.app = app

    @app_commands.command(name="log", description=localized("runs.commands.log"))
    @app_commands.describe(run=localized("log.commands.sentence"), **RUN_OPTIONS)
    @app_commands.choices(direction=DIRECTIONS, surface=SURFACES)
    @app_commands.autocomplete(
        run=suggest_sentence,
        distance=suggest_entry,
        time=suggest_entry,
        pace=suggest_entry,
        backward=suggest_entry,
        when=suggest_when,
    )
    async def log(
        self,
        interaction: Interaction,
        run: Told | None = None,
        distance: Told | None = None,
        time: Told | None = None,
        pace: Told | None = None,
        direction: str | None = None,
        backward: Told | None = None,
        when: Told | None = None,
        surface: str | None = None,
        spotter: discord.User | None = None,
        effort: app_commands.Range[int, 0, 10] | None = None,
        note: app_commands.Range[str, 1, 500] | None = None,
    ) -> None:
        """Log the typed run; open the form if no distance, time or pace is given."""
        person = await resolve_person(interaction)
        options = Typed(distance, time, pace, direction, backward, when)
        texts = LogTexts.of(run, options, note, person.reader)
        chosen = LogChoices(
            offered(Way, direction) if direction else None,
            offered(Surface, surface) if surface else None,
            spotter.id if spotter else None,
            effort,
        )
        if not (run or distance or time or pace):
            await self._open(interaction, person, texts, chosen)
            return
        keep_attempt(interaction, texts, chosen, person.reader)
        await self._log(interaction, person, run or "", options, chosen, spotter, note)

    @pressed("log", "open")
    async def open(self, interaction: Interaction) -> None:
        """Open the empty form."""
        person = await resolve_person(interaction)
        await self._open(interaction, person, LogTexts(), LogChoices())

    @pressed("log", "fix", "direction", "surface", "spotter_id", "effort")
    async def fix(
        self,
        interaction: Interaction,
        direction: WayOrNone,
        surface: SurfaceOrNone,
        spotter_id: int,
        effort: EffortOrNone,
    ) -> None:
        """Open the form, filled with what was refused."""
        person = await resolve_person(interaction)
        chosen = LogChoices(made(direction), made(surface), spotter_id or None, made(effort))
        await self._open(interaction, person, LogTexts(*typed_before(interaction, 3)), chosen)

    @pressed("log", "entered", "surface", "effort")
    async def entered(
        self, interaction: Interaction, surface: SurfaceOrNone, effort: EffortOrNone, form: Entered[LogForm]
    ) -> None:
        """Log the run of the form."""
        person = await resolve_person(interaction)
        spotter_id = next(iter(form.spotter), None)
        chosen = LogChoices(form.direction, made(surface), spotter_id, made(effort))
        keep_attempt(interaction, LogTexts(form.run, form.when, form.note), chosen, person.reader)
        spotter = await picked_spotter(interaction, spotter_id)
        said = entered(form, person.reader, self.app.clock())
        await self._log(interaction, person, "", said, chosen, spotter, form.note)

    async def _open(self, interaction: Interaction, person: Person, texts: LogTexts, chosen: LogChoices) -> None:
        if chosen.direction is None and not texts.run:
            usual = await runs.usual_direction(self.app.database, person.user_id)
            chosen = LogChoices(Way(usual.value) if usual else None, chosen.surface, chosen.spotter_id, chosen.effort)
        await open_form(interaction, log_form(person.reader, texts, chosen, in_guild=person.in_guild))

    async def _log(
        self,
        interaction: Interaction,
        person: Person,
        run: str,
        options: Typed,
        chosen: LogChoices,
        spotter: discord.User | discord.Member | None,
        note: str | None,
    ) -> None:
        """Parse the texts, log the run, and show its card to the club, or to the runner alone."""
        await check_spotter(interaction, spotter)
        typed = combined(run, options, person.reader, self.app.clock()) if run else options
        if typed.direction is None and typed.backward is None:
            typed = typed.facing(await runs.usual_direction(self.app.database, person.user_id))
        entry = read_entry(typed, person.reader, self.app.clock())
        content = content_of(entry, person, surface=chosen.surface, spotter=spotter, effort=chosen.effort, note=note)
        await log_and_show(interaction, person, content, entry.readings)


async def setup(bot: BotClient) -> None:
    """Add the cog."""
    await bot.add_cog(Log(bot.app))
