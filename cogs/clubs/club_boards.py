"""The leaderboards' settings under `/club settings`: the first board, and the club's seasons."""

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
from bot.interactions.components import opened_by, pressed
from bot.interactions.replies import Interaction, defer_if_slow, open_form, replace
from bot.localizer import Localizer, escaped
from bot.services.boards import seasons
from bot.services.clubs import clubs
from cogs.clubs.club_admin import organiser
from cogs.clubs.club_boards_view import boards_card, drop_card, season_form


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
        await self._show(interaction)

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
        await replace(interaction, boards_card(person.club, listed, person.reader, notice))


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
