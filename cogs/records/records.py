"""/records: one's own bests, the club's records, and the best marks found on earth."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from bot.app import App
from bot.context import BotClient
from bot.errors import BadInput, NotFound
from bot.interactions.components import pressed
from bot.interactions.replies import Interaction, defer_if_slow, replace, reply, resolve_member, resolve_person
from bot.interactions.tree import localized
from bot.services.members.people import Person
from bot.services.records.club_records import club_records
from bot.services.records.personal_bests import own_bests
from cogs.records.records_view import FIRST, RecordPage, club_card, mine_card, world_card

GROUPS = [app_commands.Choice(name=localized(f"records.group.{group}"), value=group) for group in FIRST]


class Records(commands.Cog):
    """Bests and records, on request."""

    def __init__(self, app: App) -> None:
        self.app = app

    @app_commands.command(name="records", description=localized("records.commands.records"))
    @app_commands.describe(whose=localized("records.commands.whose"))
    @app_commands.choices(whose=GROUPS)
    async def records(self, interaction: Interaction, whose: str = "mine") -> None:
        """Show one's own bests privately, or records in the club's language where everybody reads them."""
        page = FIRST.get(whose)
        if page is None:
            raise BadInput("settings.choice.unknown")
        person = await _resolved(interaction, page)
        public = person.in_guild and page.group != "mine"
        drawn = await defer_if_slow(interaction, self._drawn(person, page, public=public), private=not public)
        await reply(interaction, drawn, private=not public)

    @pressed("records", "show", "owner_id", "page")
    async def show(self, interaction: Interaction, owner_id: int, page: RecordPage) -> None:
        """Show other records."""
        await self._turn(interaction, owner_id, page)

    @pressed("records", "turn", "owner_id", "page")
    async def turn(self, interaction: Interaction, owner_id: int, page: RecordPage) -> None:
        """Show the other direction or list."""
        await self._turn(interaction, owner_id, page)

    async def _turn(self, interaction: Interaction, owner_id: int, page: RecordPage) -> None:
        """Redraw the card for its owner; one's own bests, or anybody else's press, get a private card."""
        person = await _resolved(interaction, page)
        alone = interaction.message is not None and interaction.message.flags.ephemeral
        public = person.in_guild and not alone and page.group != "mine" and person.user_id == owner_id
        drawn = await defer_if_slow(interaction, self._drawn(person, page, public=public), private=not public)
        direct = interaction.guild_id is None
        if person.user_id == owner_id and (alone or public or direct):
            await replace(interaction, drawn, files=[])  # the card of /me has a picture
        else:
            await reply(interaction, drawn, private=True)

    async def _drawn(self, person: Person, page: RecordPage, *, public: bool) -> discord.ui.LayoutView:
        """Return a page for a person alone, or for everybody in their club."""
        if page.group == "mine":
            return mine_card(await own_bests(self.app.database, person.user_id), page, person.reader, person.user_id)
        reader = person.club.reader if public and person.club is not None else person.reader
        if page.group == "world":
            return world_card(page, reader, person.user_id)
        if person.club is None:
            raise NotFound("board.home.none")
        found = await club_records(self.app.database, person.club.guild_id)
        return club_card(found[page.direction], page, reader, person.user_id, club=person.club.name)


async def _resolved(interaction: Interaction, page: RecordPage) -> Person:
    """Resolve the user; records of a club are for its members."""
    return await (resolve_member if page.group == "club" else resolve_person)(interaction)


async def setup(bot: BotClient) -> None:
    """Add the cog."""
    await bot.add_cog(Records(bot.app))
