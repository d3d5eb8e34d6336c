"""Teams of a challenge: the buttons to choose one, to draw those without one, and to name one's own."""

from __future__ import annotations

from discord.ext import commands

from bot.app import App
from bot.context import BotClient
from bot.domain.challenges.challenge_rules import TEAM_NAME_LIMIT
from bot.interactions.arguments import Entered
from bot.interactions.components import Field, Form, identity, opened_by, pressed
from bot.interactions.replies import Interaction, open_form
from bot.localizer import person_name
from bot.services.challenges import challenge_team_changes
from cogs.challenges.challenge_answers import member_of_club, show_challenge
from cogs.clubs.club_admin import organiser


class ChallengeTeams(commands.Cog):
    """Buttons and the form of teams."""

    def __init__(self, app: App) -> None:
        self.app = app

    @pressed("challenge", "team", "challenge_id", "team_id")
    async def choose(self, interaction: Interaction, challenge_id: int, team_id: int) -> None:
        """Join a team."""
        person, club = await member_of_club(interaction)
        await challenge_team_changes.choose(
            self.app.database, challenge_id, club.guild_id, person.user_id, team_id, self.app.clock()
        )
        self.app.outbox.wake()
        await show_challenge(interaction, person, challenge_id, 0, person.reader.t("challenge.said.team"))

    @pressed("challenge", "draw", "challenge_id")
    async def draw(self, interaction: Interaction, challenge_id: int) -> None:
        """Draw a team for everyone who has none."""
        person, guild_id = await organiser(interaction)
        drawn = await challenge_team_changes.draw_teams(self.app.database, challenge_id, guild_id, self.app.clock())
        self.app.outbox.wake()
        await show_challenge(interaction, person, challenge_id, 0, person.reader.t("challenge.said.drawn", count=drawn))

    @pressed("challenge", "rename", "challenge_id")
    async def rename(self, interaction: Interaction, challenge_id: int) -> None:
        """Open the form for a team's name."""
        person, _ = await member_of_club(interaction)
        t = person.reader.t
        field = Field("name", t("challenge.form.team_name"), required=True, limit=TEAM_NAME_LIMIT)
        form = Form(t("challenge.form.team_title"), identity("challenge", "renamed", challenge_id), [field])
        await open_form(interaction, form)

    @opened_by("challenge", "rename", name="challenge.form.team_name")
    @pressed("challenge", "renamed", "challenge_id")
    async def renamed(self, interaction: Interaction, challenge_id: int, name: Entered[str]) -> None:
        """Name the team whose captain the user is."""
        person, club = await member_of_club(interaction)
        await challenge_team_changes.name_team(
            self.app.database, challenge_id, club.guild_id, person.user_id, name, self.app.clock()
        )
        self.app.outbox.wake()
        words = person.reader.t("challenge.said.named", name=person_name(name))
        await show_challenge(interaction, person, challenge_id, 0, words)


async def setup(bot: BotClient) -> None:
    """Add the cog."""
    await bot.add_cog(ChallengeTeams(bot.app))
