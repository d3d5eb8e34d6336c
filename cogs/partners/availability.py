"""`/partner availability`: when, where and how a member goes out with a partner, and whether they join the round."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from discord import app_commands
from discord.ext import commands

from bot.app import App
from bot.context import BotClient
from bot.domain.outings.outing_rules import Wish
from bot.errors import Conflict
from bot.interactions.arguments import Chosen, Entered
from bot.interactions.components import opened_by, pressed
from bot.interactions.replies import Interaction, defer_if_slow, open_form, replace, reply, resolve_member
from bot.interactions.tree import localized
from bot.services.members.people import Person
from bot.services.partners import availability
from bot.services.partners.availability import AvailabilityTyped
from cogs.partners.availability_view import availability_card, availability_form, pause_form
from cogs.partners.partner_group import add_to_partner


async def show(interaction: Interaction) -> None:
    """Show the user's own availability, privately."""
    person = await resolve_member(interaction)
    today = _today(interaction, person)
    said = await defer_if_slow(
        interaction, availability.available(interaction.client.app.database, person, today), private=True
    )
    await reply(interaction, availability_card(said, person.reader), private=True)


def _today(interaction: Interaction, person: Person) -> date:
    return interaction.client.app.clock().astimezone(ZoneInfo(person.reader.zone)).date()


class Availabilities(commands.Cog):
    """Buttons and forms of the availability card. Each custom id names the club that the card was drawn for."""

    def __init__(self, app: App) -> None:
        self.app = app

    @pressed("avail", "open")
    async def open(self, interaction: Interaction) -> None:
        """Show the same as `/partner availability`, from the club's partners card."""
        await show(interaction)

    @pressed("avail", "edit", "guild_id")
    async def edit(self, interaction: Interaction, guild_id: int) -> None:
        """Open the form with the present values."""
        person = await self._here(interaction, guild_id)
        said = await availability.available(self.app.database, person, _today(interaction, person))
        await open_form(interaction, availability_form(said, person.reader))

    @pressed("avail", "save", "guild_id")
    @opened_by(
        "avail",
        "edit",
        when="avail.form.when",
        places="avail.form.places",
        forward="avail.form.forward",
        backward="avail.form.backward",
    )
    async def save(self, interaction: Interaction, guild_id: int, said: Entered[AvailabilityTyped]) -> None:
        """Store the form's values."""
        person = await self._here(interaction, guild_id)
        await availability.say(self.app.database, person, said, self.app.clock())
        await self._draw(interaction, person, "avail.said.saved")

    @pressed("avail", "roles", "guild_id")
    async def roles(self, interaction: Interaction, guild_id: int, wishes: Chosen[frozenset[Wish]]) -> None:
        """Choose the roles."""
        person = await self._here(interaction, guild_id)
        await availability.choose_roles(self.app.database, person, wishes, self.app.clock())
        await self._draw(interaction, person)

    @pressed("avail", "pause", "guild_id")
    async def pause(self, interaction: Interaction, guild_id: int) -> None:
        """Open the form for the end of a pause."""
        person = await self._here(interaction, guild_id)
        await open_form(interaction, pause_form(guild_id, person.reader))

    @pressed("avail", "until", "guild_id")
    @opened_by("avail", "pause", until="avail.form.until")
    async def until(self, interaction: Interaction, guild_id: int, until: Entered[str]) -> None:
        """Pause until the day entered in the form."""
        person = await self._here(interaction, guild_id)
        await availability.pause(self.app.database, person, until, self.app.clock())
        await self._draw(interaction, person)

    @pressed("avail", "leave", "guild_id")
    async def leave(self, interaction: Interaction, guild_id: int) -> None:
        """Stop taking part until the user joins again."""
        person = await self._here(interaction, guild_id)
        await availability.leave(self.app.database, person, self.app.clock())
        await self._draw(interaction, person)

    @pressed("avail", "join", "guild_id")
    async def join(self, interaction: Interaction, guild_id: int) -> None:
        """Take part again."""
        person = await self._here(interaction, guild_id)
        await availability.come_back(self.app.database, person, self.app.clock())
        await self._draw(interaction, person)

    @staticmethod
    async def _here(interaction: Interaction, guild_id: int) -> Person:
        """Return the user, if the club is still the one that the card was drawn for.

        Raises:
            Conflict: the home club has changed since.
        """
        person = await resolve_member(interaction)
        if person.guild_id != guild_id:
            raise Conflict("avail.said.other_club")
        return person

    async def _draw(self, interaction: Interaction, person: Person, notice: str = "") -> None:
        today = _today(interaction, person)
        said = await availability.available(self.app.database, person, today)
        words = person.reader.t(notice) if notice else ""
        view = availability_card(said, person.reader, words)
        if interaction.message is None:
            await reply(interaction, view, private=True)
        else:
            await replace(interaction, view)


async def setup(bot: BotClient) -> None:
    """Add the cog, and its command to `/partner`."""
    await bot.add_cog(Availabilities(bot.app))
    words = localized("avail.commands.availability")
    add_to_partner(bot, [app_commands.Command(name="availability", description=words, callback=show)])
