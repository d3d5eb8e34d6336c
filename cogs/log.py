"""`/log`: a run in one command."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from bot.app import App
from bot.domain.runs import RunContent, Sharing, SpotterState, Surface
from bot.domain.typed import Typed
from bot.services import changes, runs
from bot.tree import spoken
from cogs.answer import Interaction, met, reply, soon, tell
from cogs.asking import ask_spotter, check_spotter
from cogs.membership import words_of_leaving
from cogs.redraw import keep
from cogs.transformers import DIRECTIONS, SURFACES, read_entry, suggest_entry, suggest_when
from cogs.views.run_card import kilocalories, private_card, public_card, rule, standing


class Log(commands.Cog):
    """Logging runs by hand."""

    def __init__(self, app: App) -> None:
        self.app = app

    @app_commands.command(name="log", description=spoken("runs.commands.log"))
    @app_commands.describe(
        distance=spoken("runs.commands.distance"),
        time=spoken("runs.commands.time"),
        pace=spoken("runs.commands.pace"),
        direction=spoken("runs.commands.direction"),
        backward=spoken("runs.commands.backward"),
        when=spoken("runs.commands.when"),
        surface=spoken("runs.commands.surface"),
        spotter=spoken("runs.commands.spotter"),
        effort=spoken("runs.commands.effort"),
        note=spoken("runs.commands.note"),
    )
    @app_commands.choices(direction=DIRECTIONS, surface=SURFACES)
    @app_commands.autocomplete(
        distance=suggest_entry, time=suggest_entry, pace=suggest_entry, backward=suggest_entry, when=suggest_when
    )
    async def log(
        self,
        interaction: Interaction,
        distance: str | None = None,
        time: str | None = None,
        pace: str | None = None,
        direction: str | None = None,
        backward: str | None = None,
        when: str | None = None,
        surface: str | None = None,
        spotter: discord.User | None = None,
        effort: app_commands.Range[int, 0, 10] | None = None,
        note: app_commands.Range[str, 1, 500] | None = None,
    ) -> None:
        """Read what was typed, log it, and show the card: to the club, or to the runner alone."""
        person = await met(interaction)
        await check_spotter(interaction, spotter)
        typed = Typed(distance, time, pace, direction, backward, when)
        if direction is None and backward is None:
            typed = typed.facing(await runs.usual_direction(self.app.database, person.user_id))
        now = self.app.clock()
        entry = read_entry(typed, person.reader, now)
        content = RunContent(
            started_at=entry.started_at,
            zone=person.reader.zone,
            ran_on=entry.ran_on,
            stretches=entry.stretches,
            surface=Surface(surface) if surface else None,
            spotter_id=spotter.id if spotter else None,
            spotter_name=spotter.display_name[:120] if spotter else None,
            spotter_state=SpotterState.ASKED if spotter else None,
            effort=effort,
            note=note,
            sharing=person.sharing,
        )
        digest_instead = person.in_guild and person.club is not None and person.club.digest_instead
        private = not person.in_guild or person.sharing is Sharing.ME or digest_instead
        notices = await words_of_leaving(interaction.client, person)
        logged = await soon(
            interaction,
            changes.log_run(self.app.database, person, content, interaction_id=interaction.id, now=now),
            private=private,
        )
        view = logged.view
        if logged.rule_broken:
            notices.append(rule(view.content, person.reader, person.solo_surfaces))
        if logged.zone_assumed:
            notices.append(person.reader.t("runs.say.zone", zone=person.reader.zone))
        if digest_instead and person.sharing is Sharing.CLUB:
            notices.append(person.reader.t("digest.logged"))
        if private or person.club is None:
            await reply(interaction, private_card(view, person.reader, person.weight_kg, *notices), private=True)
        else:
            message_id = await reply(interaction, public_card(view, person.club.reader), private=False)
            await keep(interaction, view, message_id)
            notices += kilocalories(view.content, person.reader, person.weight_kg)
            notices += standing(view, person.reader)
            if notices:
                await tell(interaction, "\n".join(notices))
        if spotter is not None and not logged.repeated:
            await ask_spotter(interaction, view, spotter)


async def setup(bot: commands.Bot) -> None:
    """Add the cog."""
    await bot.add_cog(Log(bot.app))  # type: ignore[attr-defined]
