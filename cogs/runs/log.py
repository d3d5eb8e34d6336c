"""`/log`: log a run with one command."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from bot.app import App
from bot.context import BotClient
from bot.domain.runs.run_input import Typed
from bot.interactions.replies import Interaction, resolve_person
from bot.interactions.tree import localized
from bot.services.runs import runs
from cogs.runs.log_flow import content_of, log_and_show
from cogs.runs.run_options import DIRECTIONS, RUN_OPTIONS, SURFACES, Told, read_entry, suggest_entry, suggest_when
from cogs.runs.spotter_requests import check_spotter


class Log(commands.Cog):
    """The log command."""

    def __init__(self, app: App) -> None:
        self.app = app

    @app_commands.command(name="log", description=localized("runs.commands.log"))
    @app_commands.describe(**RUN_OPTIONS)
    @app_commands.choices(direction=DIRECTIONS, surface=SURFACES)
    @app_commands.autocomplete(
        distance=suggest_entry, time=suggest_entry, pace=suggest_entry, backward=suggest_entry, when=suggest_when
    )
    async def log(
        self,
        interaction: Interaction,
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
        """Parse the options, log the run, and show its card to the club, or to the runner alone."""
        person = await resolve_person(interaction)
        await check_spotter(interaction, spotter)
        typed = Typed(distance, time, pace, direction, backward, when)
        if direction is None and backward is None:
            typed = typed.facing(await runs.usual_direction(self.app.database, person.user_id))
        entry = read_entry(typed, person.reader, self.app.clock())
        content = content_of(entry, person, surface=surface, spotter=spotter, effort=effort, note=note)
        await log_and_show(interaction, person, content)


async def setup(bot: BotClient) -> None:
    """Add the cog."""
    await bot.add_cog(Log(bot.app))
