"""/me: the user's own running, or what another member shares."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from bot.app import App
from bot.charts.weeks import weeks_chart
from bot.context import BotClient
from bot.domain.when.periods import today_in
from bot.errors import BadInput, NotFound
from bot.interactions.authorization import still_here
from bot.interactions.components import pressed
from bot.interactions.pictures import drawn
from bot.interactions.replies import Interaction, defer_if_slow, replace, reply, resolve_person
from bot.interactions.tree import localized
from bot.services.boards.follows import is_followed
from bot.services.habits.streaks import standing
from bot.services.members.people import Person
from bot.services.profile.profile import Profile, profile, profile_of
from bot.services.records.personal_bests import own_bests
from bot.services.runs.lap_directions import count_waiting
from cogs.progress.me_view import profile_card, weeks_of
from cogs.records.records_view import RecordPage, mine_card


class Me(commands.Cog):
    """A person's profile. Always ephemeral: one's own includes private runs, another's concerns the user alone."""

    def __init__(self, app: App) -> None:
        self.app = app

    @app_commands.command(name="me", description=localized("me.commands.me"))
    @app_commands.describe(member=localized("me.commands.member"))
    async def me(self, interaction: Interaction, member: discord.User | None = None) -> None:
        """Show totals, weeks and personal bests."""
        person = await resolve_person(interaction)
        if member is None or member.id == person.user_id:
            view, picture = await defer_if_slow(interaction, self._own(person), private=True)
        else:
            view, picture = await defer_if_slow(interaction, self._other(interaction, person, member), private=True)
        await reply(interaction, view, private=True, files=[picture] if picture else [])

    @pressed("me", "show")
    async def show(self, interaction: Interaction) -> None:
        """Show the user's own profile."""
        person = await resolve_person(interaction)
        view, picture = await defer_if_slow(interaction, self._own(person), private=True)
        await _show_alone(interaction, view, [picture] if picture else [])

    @pressed("me", "bests")
    async def bests(self, interaction: Interaction) -> None:
        """Show the user's own bests in full, from a card of before `/records`."""
        person = await resolve_person(interaction)
        found = await defer_if_slow(interaction, own_bests(self.app.database, person.user_id), private=True)
        view = mine_card(found, RecordPage.MINE_BACKWARD, person.reader, person.user_id)
        await _show_alone(interaction, view, [])

    async def _own(self, person: Person) -> tuple[discord.ui.LayoutView, discord.File | None]:
        today = today_in(person.reader.zone, self.app.clock())
        found = await profile(self.app.database, person.user_id, today)
        waiting = await count_waiting(self.app.database, person.user_id)
        streak = await standing(self.app.database, person.user_id, today)
        picture = await self._weeks(found, person)
        return profile_card(found, person.reader, club=None, waiting=waiting, picture=picture, standing=streak), picture

    async def _other(
        self, interaction: Interaction, person: Person, member: discord.User | discord.Member
    ) -> tuple[discord.ui.LayoutView, discord.File | None]:
        if member.bot:
            raise BadInput("me.guild.bot")
        if person.club is None or not person.in_guild:
            raise NotFound("me.guild.member")
        stranger = not isinstance(member, discord.Member)  # a user who is not a member of this server
        if stranger and await still_here(interaction, person.club.guild_id, member.id) is False:
            raise NotFound("rules.profile.stranger")
        today = today_in(person.club.reader.zone, self.app.clock())
        found = await profile_of(self.app.database, member.id, person.club.guild_id, today)
        following = await is_followed(self.app.database, person.user_id, member.id)
        picture = await self._weeks(found, person)
        view = profile_card(found, person.reader, club=person.club.name, picture=picture, following=following)
        return view, picture

    async def _weeks(self, found: Profile, person: Person) -> discord.File | None:
        """Return the chart; None without runs or while the worker cannot draw."""
        if found.empty:
            return None
        return await drawn(self.app, weeks_chart(weeks_of(found), person.reader), person.user_id)


async def _show_alone(interaction: Interaction, view: discord.ui.LayoutView, files: list[discord.File]) -> None:
    """Show a card in place of one that only the user sees, else as a new private message."""
    if interaction.message is not None and interaction.message.flags.ephemeral:
        await replace(interaction, view, files=files)
    else:
        await reply(interaction, view, private=True, files=files)


async def setup(bot: BotClient) -> None:
    """Add the cog."""
    await bot.add_cog(Me(bot.app))
