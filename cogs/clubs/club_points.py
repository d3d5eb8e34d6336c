"""The club's meeting points under `/club settings`: adding, changing and removing them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from discord.ext import commands

from bot.app import App
from bot.context import BotClient
from bot.domain.runs.runs import Surface
from bot.errors import MemberError
from bot.interactions.arguments import Chosen, Entered
from bot.interactions.components import opened_by, pressed
from bot.interactions.replies import Interaction, open_form, replace
from bot.localizer import escaped
from bot.services.members.people import Person
from bot.services.partners import meeting_points
from cogs.clubs.club_admin import organiser
from cogs.clubs.club_points_view import point_card, point_form, points_card, remove_card


@dataclass(frozen=True, slots=True)
class PointForm:
    """The values of the meeting point form."""

    name: str
    detail: str
    surface: Surface | Literal["any"] | None = None

    @property
    def only_surface(self) -> Surface | None:
        """The surface, or None if it varies or was not given."""
        return self.surface if isinstance(self.surface, Surface) else None


class ClubPoints(commands.Cog):
    """Buttons and forms of the meeting points."""

    def __init__(self, app: App) -> None:
        self.app = app

    @pressed("club", "points")
    async def points(self, interaction: Interaction) -> None:
        """Show all meeting points."""
        person, _ = await organiser(interaction)
        await self._all(interaction, person)

    @pressed("club", "chosen")
    async def chosen(self, interaction: Interaction, point_id: Chosen[int]) -> None:
        """Show the meeting point chosen in the menu."""
        await self.point(interaction, point_id)

    @pressed("club", "point", "point_id")
    async def point(self, interaction: Interaction, point_id: int) -> None:
        """Show one meeting point."""
        person, guild_id = await organiser(interaction)
        found = await meeting_points.meeting_point(self.app.database, guild_id, point_id)
        await replace(interaction, point_card(found, person.reader))

    @pressed("club", "add")
    async def add(self, interaction: Interaction) -> None:
        """Open the form for a new meeting point."""
        person, _ = await organiser(interaction)
        await open_form(interaction, point_form(person.reader))

    @pressed("club", "added")
    @opened_by("club", "add", name="club.point.form_name", detail="club.point.form_detail")
    async def added(self, interaction: Interaction, form: Entered[PointForm]) -> None:
        """Add the meeting point entered in the form."""
        person, guild_id = await organiser(interaction)
        point = await meeting_points.add(
            self.app.database, guild_id, form.name, form.only_surface, form.detail, self.app.clock()
        )
        self.app.outbox.wake()
        await self._all(interaction, person, person.reader.t("club.point.added", name=escaped(point.name, 60)))

    @pressed("club", "edit", "point_id")
    async def edit(self, interaction: Interaction, point_id: int) -> None:
        """Open the form with the present values of a meeting point."""
        person, guild_id = await organiser(interaction)
        found = await meeting_points.meeting_point(self.app.database, guild_id, point_id)
        await open_form(interaction, point_form(person.reader, found))

    @pressed("club", "edited", "point_id")
    @opened_by("club", "edit", name="club.point.form_name", detail="club.point.form_detail")
    async def edited(self, interaction: Interaction, point_id: int, form: Entered[PointForm]) -> None:
        """Store the change entered in the form."""
        person, guild_id = await organiser(interaction)
        point = await meeting_points.change(
            self.app.database, guild_id, point_id, form.name, form.only_surface, form.detail, self.app.clock()
        )
        self.app.outbox.wake()
        notice = person.reader.t("club.point.changed", name=escaped(point.name, 60))
        await replace(interaction, point_card(point, person.reader, notice))

    @pressed("club", "drop", "point_id")
    async def drop(self, interaction: Interaction, point_id: int) -> None:
        """Ask for confirmation before a meeting point is removed."""
        person, guild_id = await organiser(interaction)
        found = await meeting_points.meeting_point(self.app.database, guild_id, point_id)
        await replace(interaction, remove_card(found, person.reader))

    @pressed("club", "dropped", "point_id")
    async def dropped(self, interaction: Interaction, point_id: int) -> None:
        """Remove a meeting point; a second press reports that it is gone and shows the rest."""
        person, guild_id = await organiser(interaction)
        try:
            name = await meeting_points.remove(self.app.database, guild_id, point_id)
            notice = person.reader.t("club.point.removed", name=escaped(name, 60))
        except MemberError as error:
            notice = person.reader.error(error)
        await self._all(interaction, person, notice)

    async def _all(self, interaction: Interaction, person: Person, notice: str = "") -> None:
        assert person.club is not None  # checked by `organiser`
        there = await meeting_points.meeting_points(self.app.database, person.club.guild_id)
        await replace(interaction, points_card(person.club, there, person.reader, notice))


async def setup(bot: BotClient) -> None:
    """Add the cog."""
    await bot.add_cog(ClubPoints(bot.app))
