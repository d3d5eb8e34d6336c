"""The leaderboards' settings under `/club settings`: the first board, the live board, and the club's seasons."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Annotated

from discord.ext import commands

from bot.app import App
from bot.context import BotClient
from bot.domain.boards.metrics import BOARDS, BoardKind
from bot.domain.when.moment_parser import Facing, parse_moment
from bot.errors import BadInput, MemberError, NotFound
from bot.interactions.arguments import Chosen, Entered
from bot.interactions.authorization import check_organiser
from bot.interactions.components import opened_by, pressed
from bot.interactions.replies import Interaction, close_with, defer_if_slow, open_form, replace, resolve_person
from bot.interactions.tree import say_privately
from bot.localizer import Localizer, escaped
from bot.services.boards import live_boards, seasons
from bot.services.boards.live_boards import LiveState
from bot.services.clubs import clubs
from cogs.clubs.club_admin import lacking, organiser, server, take_down
from cogs.clubs.club_boards_view import boards_card, drop_card, season_form

LIVE_NEEDS = ("view_channel", "send_messages")
"""Permissions that the bot needs for a live board; it also pins it where it may."""


@dataclass(frozen=True, slots=True)
class SeasonForm:
    """The values of the form of a new season."""

    name: str
    first: str
    last: str


class ClubBoards(commands.Cog):
    """Buttons, menus and the form of the leaderboards' settings."""

    def __init__(self, app: App) -> None:
        self.app = app

    @pressed("club", "boards")
    async def boards(self, interaction: Interaction) -> None:
        """Show the settings."""
        await self._show(interaction)

    @pressed("club", "firstboard")
    async def choose_first(self, interaction: Interaction, kind: Chosen[Annotated[BoardKind, BOARDS]]) -> None:
        """Choose what /leaderboard shows at first."""
        _, guild_id = await organiser(interaction)
        await clubs.set_first_board(self.app.database, guild_id, kind)
        self.app.outbox.wake()
        await self._show(interaction)

    @pressed("club", "live")
    async def choose_live(self, interaction: Interaction, channel_id: Chosen[int | None]) -> None:
        """Choose, or clear, the channel of the live board."""
        person, guild_id = await organiser(interaction)
        trouble = lacking(server(interaction), channel_id, LIVE_NEEDS, person.reader)
        if trouble:
            await self._show(interaction, trouble)
            return
        await self._put_up(interaction, guild_id, channel_id)

    @pressed("club", "liveagain")
    async def post_live_again(self, interaction: Interaction) -> None:
        """Post the live board again, since it is gone or far up."""
        person, guild_id = await organiser(interaction)
        channel_id = (await live_boards.place_of(self.app.database, guild_id)).channel_id
        trouble = lacking(server(interaction), channel_id, LIVE_NEEDS, person.reader)
        if trouble or channel_id is None:
            await self._show(interaction, trouble)
            return
        await self._put_up(interaction, guild_id, channel_id, again=True)

    async def _put_up(
        self, interaction: Interaction, guild_id: int, channel_id: int | None, *, again: bool = False
    ) -> None:
        """Have the live board sent, show the settings, and try to delete the former message."""
        now = self.app.clock()
        old = await live_boards.choose_channel(self.app.database, guild_id, channel_id, now, again=again)
        self.app.outbox.wake()
        await self._show(interaction)
        await take_down(interaction.client, old.channel_id, old.message_id)

    @pressed("live", "again", "guild_id")
    async def answer_lost(self, interaction: Interaction, guild_id: int) -> None:
        """Post a live board again that is gone, as the question to the organisers offers."""
        person = await resolve_person(interaction)
        await check_organiser(interaction, person, guild_id)
        place, guild = await live_boards.place_of(self.app.database, guild_id), interaction.client.get_guild(guild_id)
        if guild is None or place.channel_id is None:
            raise NotFound("board.live.none")
        trouble = lacking(guild, place.channel_id, LIVE_NEEDS, person.reader)
        if trouble:
            await say_privately(interaction, trouble)
            return
        if place.state is LiveState.GONE:
            now = self.app.clock()
            await live_boards.choose_channel(self.app.database, guild_id, place.channel_id, now, again=True)
            self.app.outbox.wake()
        await close_with(interaction, person.reader.t("board.live.coming", channel=f"<#{place.channel_id}>"))

    @pressed("club", "addseason")
    async def add(self, interaction: Interaction) -> None:
        """Open the form for a new season."""
        person, _ = await organiser(interaction)
        await open_form(interaction, season_form(person.reader))

    @pressed("club", "newseason")
    @opened_by(
        "club", "addseason", name="club.boards.form_name", first="club.boards.form_first", last="club.boards.form_last"
    )
    async def added(self, interaction: Interaction, form: Entered[SeasonForm]) -> None:
        """Create the season entered in the form."""
        person, guild_id = await organiser(interaction)
        now = self.app.clock()
        assert person.club is not None  # checked by `organiser`
        zone, reader = person.club.reader.zone, person.reader
        first = read_day(form.first, now, zone, reader)
        noon = datetime.combine(first, time(12), UTC)
        last = read_day(form.last, noon, zone, reader)
        season = await defer_if_slow(
            interaction,
            seasons.create(self.app.database, guild_id, form.name, first, last, now),
            private=True,
        )
        self.app.outbox.wake()
        name = escaped(season.name, seasons.NAME_LIMIT)
        key = "club.boards.added" if season.complete else "club.boards.added_counting"
        await self._show(
            interaction, reader.t(key, name=name, first=reader.full_day(first), last=reader.full_day(last))
        )

    @pressed("club", "dropseason")
    async def drop(self, interaction: Interaction, season_id: Chosen[int]) -> None:
        """Ask for confirmation before a season is deleted."""
        person, guild_id = await organiser(interaction)
        for season in await seasons.listed(self.app.database, guild_id):
            if season.season_id == season_id:
                await replace(interaction, drop_card(season, person.reader))
                return
        raise NotFound("board.season.gone")

    @pressed("club", "seasongone", "season_id")
    async def dropped(self, interaction: Interaction, season_id: int) -> None:
        """Delete a season; a second press reports that it is gone."""
        person, guild_id = await organiser(interaction)
        try:
            season = await seasons.delete(self.app.database, guild_id, season_id)
            notice = person.reader.t("club.boards.removed", name=escaped(season.name, seasons.NAME_LIMIT))
        except MemberError as error:
            notice = person.reader.error(error)
        await self._show(interaction, notice)

    async def _show(self, interaction: Interaction, notice: str = "") -> None:
        person, guild_id = await organiser(interaction)
        assert person.club is not None  # checked by `organiser`
        listed = await seasons.listed(self.app.database, guild_id)
        live = await live_boards.place_of(self.app.database, guild_id)
        trouble = lacking(server(interaction), live.channel_id, LIVE_NEEDS, person.reader)
        await replace(interaction, boards_card(person.club, listed, live, person.reader, notice or trouble))


def read_day(typed: str, now: datetime, zone: str, reader: Localizer) -> date:
    """Return the day that a text names: the next one if it has no year, else any.

    Raises:
        BadInput: it is unclear, or no such day.
    """
    try:
        return parse_moment(typed, now=now, zone=zone, language=reader.language, facing=Facing.FUTURE).on
    except BadInput:
        return parse_moment(typed, now=now, zone=zone, language=reader.language, facing=Facing.PAST).on


async def setup(bot: BotClient) -> None:
    """Add the cog."""
    await bot.add_cog(ClubBoards(bot.app))
