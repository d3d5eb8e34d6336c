"""Cheers: the button on a run's public card, and the line that tells the runner once a day."""

from __future__ import annotations

from datetime import datetime, timedelta

from discord.ext import commands

from bot.app import App
from bot.context import BotClient
from bot.delivery.message_kinds import RenderContext
from bot.domain.messages.stored_kinds import StoredKind
from bot.domain.when.local_hours import Hour
from bot.interactions.components import pressed
from bot.interactions.nudge_kinds import Nudge, NudgeContent
from bot.interactions.replies import Interaction, resolve_person
from bot.interactions.tree import say_privately
from bot.localizer import Localizer, person_name
from bot.services.runs import cheers
from cogs.runs.run_card_view import line_of
from cogs.runs.run_cards import follow

NAMED = 3
"""People who are named in the line of a day."""


async def _say(client: BotClient, out: RenderContext, reader: Localizer) -> NudgeContent | None:
    since, until = (datetime.fromisoformat(out.payload[name]) for name in ("since", "until"))
    found = await cheers.day_of_cheers(client.app.database, out.user_id, since, until)
    if found is None:
        return None
    names = [person_name(name) for name in found.names[:NAMED]]
    if len(found.names) > NAMED:
        names.append(reader.t("cheers.day.more", count=len(found.names) - NAMED))
    who = reader.both(names)
    if found.run is not None:
        return NudgeContent(reader.t("cheers.day.run", count=found.cheers, run=line_of(found.run, reader), who=who))
    return NudgeContent(reader.t("cheers.day.runs", count=found.cheers, runs=found.runs, who=who))


CHEERED = Nudge(
    StoredKind.NUDGE_CHEERS,
    key="nudges.name.cheers",
    who=cheers.cheered,
    hour=Hour(19),
    useful_for=timedelta(days=1),
    say=_say,
    silent=True,
)


class Cheers(commands.Cog):
    """Cheers for others' runs."""

    nudges = (CHEERED,)

    def __init__(self, app: App) -> None:
        self.app = app

    @pressed("run", "cheer", "run_id")
    async def cheer(self, interaction: Interaction, run_id: int) -> None:
        """Cheer for another's run, or take it back; then redraw its cards."""
        person = await resolve_person(interaction)
        guild_id = person.guild_id if person.in_guild else None
        done = await cheers.toggle(self.app.database, run_id, person.user_id, guild_id, self.app.clock())
        await say_privately(interaction, person.reader.t("cheers.said.done" if done else "cheers.said.back"))
        await follow(interaction, run_id)


async def setup(bot: BotClient) -> None:
    """Add the cog."""
    await bot.add_cog(Cheers(bot.app))
