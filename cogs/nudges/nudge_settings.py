"""The nudge page of `/settings`: quiet hours, weekly goal, kinds of nudges, and pauses."""

from __future__ import annotations

from typing import Annotated, Literal

from discord.ext import commands

from bot.client import Backpedal
from bot.domain.nudges.streaks import MOST_RUNS, GoalCounts, PauseReason
from bot.domain.when.periods import today_in
from bot.interactions.arguments import Chosen, Entered
from bot.interactions.components import opened_by, pressed
from bot.interactions.replies import Interaction, open_form, replace, resolve_person
from bot.services.nudges import nudge_settings, nudging
from bot.services.nudges.nudging import NudgeAudience
from cogs.nudges.nudge_settings_view import nudges_page, pause_form

GOALS = {f"{runs} {counts}": (runs, counts) for runs in range(MOST_RUNS + 1) for counts in GoalCounts}
"""The options of the goal menu, by value."""


class NudgeSettings(commands.Cog):
    """Buttons, menus and forms of the nudge page."""

    def __init__(self, bot: Backpedal) -> None:
        self.bot = bot
        self.app = bot.app

    @pressed("nudging", "open")
    async def open(self, interaction: Interaction) -> None:
        """Show the page."""
        await self._draw(interaction)

    @pressed("nudging", "goal")
    async def goal(self, interaction: Interaction, goal: Chosen[Annotated[tuple[int, GoalCounts], GOALS]]) -> None:
        """Choose the weekly goal."""
        person = await resolve_person(interaction)
        today = today_in(person.reader.zone, self.app.clock())
        await nudge_settings.choose_goal(self.app.database, person.user_id, *goal, today)
        await self._draw(interaction)

    @pressed("nudging", "quiet", "end")
    async def quiet(
        self, interaction: Interaction, end: Literal["begins", "ends"], hour: Chosen[Annotated[int, range(24)]]
    ) -> None:
        """Choose the start or end of the quiet hours."""
        person = await resolve_person(interaction)
        ends = {"begins_h": hour} if end == "begins" else {"ends_h": hour}
        await nudge_settings.choose_quiet(self.app.database, person.user_id, **ends)
        await self._draw(interaction)

    @pressed("nudging", "kinds")
    async def which(self, interaction: Interaction, wanted: Chosen[frozenset[str]]) -> None:
        """Choose which kinds of nudges are on."""
        person = await resolve_person(interaction)
        choices = {name: name in wanted for name, _, _ in self._offered()}
        await nudging.choose_all(self.app.database, person.user_id, choices)
        await self._draw(interaction)

    @pressed("nudging", "pause", "why")
    async def pause(self, interaction: Interaction, why: PauseReason) -> None:
        """Open the form for the day of return."""
        person = await resolve_person(interaction)
        await open_form(interaction, pause_form(why, person.reader))

    @pressed("nudging", "paused", "why")
    @opened_by("nudging", "pause", until="nudges.pause.label")
    async def paused(self, interaction: Interaction, why: PauseReason, until: Entered[str]) -> None:
        """Start a pause until the day entered in the form."""
        person = await resolve_person(interaction)
        now = self.app.clock()
        until_on = nudge_settings.read_back_on(until, person.reader, now)
        today = today_in(person.reader.zone, now)
        await nudge_settings.pause(self.app.database, person.user_id, until_on, why, today)
        await self._draw(interaction)

    @pressed("nudging", "resume")
    async def resume(self, interaction: Interaction) -> None:
        """End the pause early."""
        person = await resolve_person(interaction)
        today = today_in(person.reader.zone, self.app.clock())
        await nudge_settings.end_pause(self.app.database, person.user_id, today)
        await self._draw(interaction, person.reader.t("nudges.pause.ended"))

    def _offered(self) -> list[tuple[str, str, bool]]:
        """Return name, catalogue key and default of each kind of nudge for members."""
        return [
            (nudge.name, nudge.key, nudge.on)
            for nudge in self.bot.nudges.values()
            if nudge.audience is NudgeAudience.MEMBERS
        ]

    async def _draw(self, interaction: Interaction, notice: str = "") -> None:
        person = await resolve_person(interaction)
        today = today_in(person.reader.zone, self.app.clock())
        own = await nudge_settings.own_nudges(self.app.database, person.user_id, today)
        await replace(interaction, nudges_page(own, self._offered(), person.reader, notice))


async def setup(bot: Backpedal) -> None:
    """Add the cog."""
    await bot.add_cog(NudgeSettings(bot))
