"""The club's meeting points under `/club settings`: adding, changing and removing them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from discord.ext import commands

from bot.app import App
from bot.errors import MemberError
from bot.reader import escaped
from bot.services import meeting_points
from bot.services.people import Person
from cogs.answer import Interaction, open_form, replace
from cogs.organising import organiser
from cogs.views.base import chosen_number, fields_of, pressed
from cogs.views.club_points import ANY, point_card, point_form, points_card, remove_card

if TYPE_CHECKING:
    from bot.client import Backpedal


class ClubPoints(commands.Cog):
    """What an organiser presses on the meeting points."""

    def __init__(self, app: App) -> None:
        self.app = app

    @pressed("club", "points")
    async def points(self, interaction: Interaction) -> None:
        """Show all of them."""
        person, _ = await organiser(interaction)
        await self._all(interaction, person)

    @pressed("club", "chosen")
    async def chosen(self, interaction: Interaction) -> None:
        """Show the one chosen in the menu."""
        await self.point(interaction, chosen_number(interaction))

    @pressed("club", "point", "point_id")
    async def point(self, interaction: Interaction, point_id: int) -> None:
        """Show one."""
        person, guild_id = await organiser(interaction)
        found = await meeting_points.meeting_point(self.app.database, guild_id, point_id)
        await replace(interaction, point_card(found, person.reader))

    @pressed("club", "add")
    async def add(self, interaction: Interaction) -> None:
        """Open the form for a new one."""
        person, _ = await organiser(interaction)
        await open_form(interaction, point_form(person.reader))

    @pressed("club", "added")
    async def added(self, interaction: Interaction) -> None:
        """Take a new one from the form."""
        person, guild_id = await organiser(interaction)
        point = await meeting_points.add(self.app.database, guild_id, *_typed(interaction), self.app.clock())
        self.app.courier.poke()
        await self._all(interaction, person, person.reader.t("club.point.added", name=escaped(point.name, 60)))

    @pressed("club", "edit", "point_id")
    async def edit(self, interaction: Interaction, point_id: int) -> None:
        """Open the form, filled with one as it is."""
        person, guild_id = await organiser(interaction)
        found = await meeting_points.meeting_point(self.app.database, guild_id, point_id)
        await open_form(interaction, point_form(person.reader, found))

    @pressed("club", "edited", "point_id")
    async def edited(self, interaction: Interaction, point_id: int) -> None:
        """Take a change from the form."""
        person, guild_id = await organiser(interaction)
        point = await meeting_points.change(
            self.app.database, guild_id, point_id, *_typed(interaction), self.app.clock()
        )
        self.app.courier.poke()
        notice = person.reader.t("club.point.changed", name=escaped(point.name, 60))
        await replace(interaction, point_card(point, person.reader, notice))

    @pressed("club", "drop", "point_id")
    async def drop(self, interaction: Interaction, point_id: int) -> None:
        """Ask before one is removed."""
        person, guild_id = await organiser(interaction)
        found = await meeting_points.meeting_point(self.app.database, guild_id, point_id)
        await replace(interaction, remove_card(found, person.reader))

    @pressed("club", "dropped", "point_id")
    async def dropped(self, interaction: Interaction, point_id: int) -> None:
        """Remove one; of two presses the second is told that it is gone, and sees the rest."""
        person, guild_id = await organiser(interaction)
        try:
            name = await meeting_points.remove(self.app.database, guild_id, point_id)
            notice = person.reader.t("club.point.removed", name=escaped(name, 60))
        except MemberError as error:
            notice = person.reader.error(error)
        await self._all(interaction, person, notice)

    async def _all(self, interaction: Interaction, person: Person, notice: str = "") -> None:
        assert person.club is not None  # `organiser` has seen to it
        there = await meeting_points.meeting_points(self.app.database, person.club.guild_id)
        await replace(interaction, points_card(person.club, there, person.reader, notice))


def _typed(interaction: Interaction) -> tuple[str, str | None, str]:
    """Name, surface and exact spot as the form has them."""
    fields = fields_of(interaction)
    surface = _surface(interaction)
    return fields["name"], None if surface in (None, ANY) else surface, fields["detail"]


def _surface(interaction: Interaction) -> str | None:
    """The form's one menu; `fields_of` knows only what was typed."""
    data: Any = interaction.data or {}
    for part in data.get("components", ()):
        for value in part.get("component", {}).get("values", ()):
            return str(value)
    return None


async def setup(bot: Backpedal) -> None:
    """Add the cog."""
    await bot.add_cog(ClubPoints(bot.app))
