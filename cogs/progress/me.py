"""/me: the user's own running, or what another member shares."""

from __future__ import annotations

from datetime import date

import discord
from discord import app_commands
from discord.ext import commands

from bot.app import App
from bot.charts.picture import Picture
from bot.context import BotClient
from bot.domain.when.periods import today_in
from bot.errors import BadInput, NotFound
from bot.interactions.authorization import still_here
from bot.interactions.components import pressed
from bot.interactions.pictures import drawn
from bot.interactions.replies import (
    Interaction,
    defer_if_slow,
    replace,
    reply,
    resolve_member,
    resolve_person,
)
from bot.interactions.tree import localized
from bot.services.boards.follows import is_followed
from bot.services.habits.streaks import standing
from bot.services.members.people import Person
from bot.services.profile.planned import planned_next
from bot.services.profile.profile import Profile, paces_of, profile, profile_of, year_of
from bot.services.records.personal_bests import own_bests
from bot.services.runs.lap_directions import count_waiting
from cogs.progress.me_view import (
    MePage,
    trend_card,
    trend_picture,
    week_card,
    weeks_picture,
    year_card,
    year_picture,
)
from cogs.records.records_view import RecordPage, mine_card

Answer = tuple[discord.ui.LayoutView, list[discord.File]]


class Me(commands.Cog):
    """A person's profile. Always ephemeral: one's own includes private runs, another's concerns the user alone."""

    def __init__(self, app: App) -> None:
        self.app = app

    @app_commands.command(name="me", description=localized("me.commands.me"))
    @app_commands.describe(member=localized("me.commands.member"))
    async def me(self, interaction: Interaction, member: discord.User | None = None) -> None:
        """Show this week beside the usual one, totals, and the ways to year, trends and bests."""
        person = await resolve_person(interaction)
        if member is None or member.id == person.user_id:
            work = self._own(person, MePage.WEEK)
        elif member.bot:
            raise BadInput("me.guild.bot")
        else:
            stranger = not isinstance(member, discord.Member)  # a user who is not a member of this server
            work = self._other(interaction, person, member.id, MePage.WEEK, doubtful=stranger)
        view, files = await defer_if_slow(interaction, work, private=True)
        await reply(interaction, view, private=True, files=files)

    @pressed("me", "show")
    async def show(self, interaction: Interaction) -> None:
        """Show the user's own profile."""
        await self.page(interaction, MePage.WEEK)

    @pressed("me", "page", "page")
    async def page(self, interaction: Interaction, page: MePage) -> None:
        """Show a page of the user's own profile."""
        person = await resolve_person(interaction)
        view, files = await defer_if_slow(interaction, self._own(person, page), private=True)
        await _show_alone(interaction, view, files)

    @pressed("me", "of", "user_id", "page")
    async def of(self, interaction: Interaction, user_id: int, page: MePage) -> None:
        """Show a page of what another member shares."""
        person = await resolve_member(interaction)
        work = self._other(interaction, person, user_id, page, doubtful=True)
        view, files = await defer_if_slow(interaction, work, private=True)
        await _show_alone(interaction, view, files)

    @pressed("me", "bests")
    async def bests(self, interaction: Interaction) -> None:
        """Show the user's own bests in full, from a card of before `/records`."""
        person = await resolve_person(interaction)
        found = await defer_if_slow(interaction, own_bests(self.app.database, person.user_id), private=True)
        view = mine_card(found, RecordPage.MINE_BACKWARD, person.reader, person.user_id)
        await _show_alone(interaction, view, [])

    async def _own(self, person: Person, page: MePage) -> Answer:
        now = self.app.clock()
        today = today_in(person.reader.zone, now)
        found = await profile(self.app.database, person.user_id, today)
        if page is not MePage.WEEK:
            return await self._page(person, found, page, today, guild_id=None)
        file = await self._file(weeks_picture(found, person.reader), person)
        view = week_card(
            found,
            person.reader,
            club=None,
            today=today,
            waiting=await count_waiting(self.app.database, person.user_id),
            picture=file,
            standing=await standing(self.app.database, person.user_id, today),
            planned=await planned_next(self.app.database, person.user_id, now),
        )
        return view, [file] if file else []

    async def _other(
        self, interaction: Interaction, person: Person, user_id: int, page: MePage, *, doubtful: bool
    ) -> Answer:
        """Return a page of another member's profile; `doubtful` if Discord has not just said that they are here."""
        if person.club is None or not person.in_guild:
            raise NotFound("me.guild.member")
        guild_id = person.club.guild_id
        if doubtful and await still_here(interaction, guild_id, user_id) is False:
            raise NotFound("rules.profile.stranger")
        today = today_in(person.club.reader.zone, self.app.clock())
        found = await profile_of(self.app.database, user_id, guild_id, today)
        if page is not MePage.WEEK:
            return await self._page(person, found, page, today, guild_id=guild_id)
        following = await is_followed(self.app.database, person.user_id, user_id)
        file = await self._file(weeks_picture(found, person.reader), person)
        view = week_card(found, person.reader, club=person.club.name, today=today, picture=file, following=following)
        return view, [file] if file else []

    async def _page(self, person: Person, found: Profile, page: MePage, today: date, *, guild_id: int | None) -> Answer:
        """Return the year, or the trend of a direction; of what a club sees if there is one."""
        reader, club = person.reader, None
        if guild_id is not None and person.club is not None:
            club = person.club.name
        if page is MePage.YEAR:
            days = await year_of(self.app.database, found.user_id, guild_id, today)
            file = await self._file(year_picture(days, today, reader), person)
            view = year_card(found, days, reader, club=club, picture=file)
        else:
            paces = await paces_of(self.app.database, found.user_id, guild_id, page.direction, today)
            file = await self._file(trend_picture(paces, page.direction, reader), person)
            view = trend_card(found, page, paces, reader, club=club, picture=file)
        return view, [file] if file else []

    async def _file(self, picture: Picture | None, person: Person) -> discord.File | None:
        """Draw a picture; None without one, or while the worker cannot draw."""
        return None if picture is None else await drawn(self.app, picture, person.user_id)


async def _show_alone(interaction: Interaction, view: discord.ui.LayoutView, files: list[discord.File]) -> None:
    """Show a card in place of one that only the user sees, else as a new private message."""
    if interaction.message is not None and interaction.message.flags.ephemeral:
        await replace(interaction, view, files=files)
    else:
        await reply(interaction, view, private=True, files=files)


async def setup(bot: BotClient) -> None:
    """Add the cog."""
    await bot.add_cog(Me(bot.app))
