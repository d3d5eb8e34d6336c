"""`/club`, for organisers. The cog checks this and answers with a message; Discord's permissions do not hide it."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from bot.app import App
from bot.context import BotClient
from bot.domain.when import zones
from bot.interactions.components import identity
from bot.interactions.corrections import TypedText, fix_form, keep_typed
from bot.interactions.replies import Interaction, defer_if_slow, reply, resolve_person
from bot.interactions.tree import localized
from bot.services.clubs import clubs
from bot.services.members.people import Person
from bot.services.runs import reviews
from cogs.clubs.club_admin import organiser, server, trouble_of
from cogs.clubs.club_settings_view import settings_page
from cogs.clubs.club_view import Page
from cogs.clubs.review_view import review_card
from cogs.members.zone_autocomplete import suggest_zones


@app_commands.guild_only()
class ClubCog(commands.GroupCog, group_name="club", group_description=localized("club.commands.club")):
    """The club's settings and the runs held for review."""

    def __init__(self, app: App) -> None:
        self.app = app
        super().__init__()

    @app_commands.command(name="settings", description=localized("club.commands.settings"))
    @app_commands.describe(zone=localized("club.commands.zone"))
    @app_commands.autocomplete(zone=suggest_zones)
    async def settings(self, interaction: Interaction, zone: app_commands.Range[str, 1, 100] | None = None) -> None:
        """Show the settings card; set the zone first if one is given."""
        person, guild_id = await organiser(interaction)
        notice = ""
        if zone is not None:
            fix_id = fix_form(identity("club", "zone"))
            keep_typed(interaction, fix_id, TypedText(person.reader.t("settings.zone.label"), zone))
            notice = await self._choose_zone(person, guild_id, zone)
            person = await resolve_person(interaction)
        settings = await defer_if_slow(interaction, clubs.club_settings(self.app.database, guild_id), private=True)
        trouble = trouble_of(server(interaction), settings, person.reader)
        shown = settings_page(Page.GENERAL, settings, trouble, person.reader, self.app.clock(), notice)
        await reply(interaction, shown, private=True)

    @app_commands.command(name="review", description=localized("club.commands.review"))
    async def review(self, interaction: Interaction) -> None:
        """Show the first run held for review."""
        person, guild_id = await organiser(interaction)
        held = await defer_if_slow(interaction, reviews.held_run(self.app.database, guild_id), private=True)
        await reply(interaction, review_card(held, person.user_id, person.reader), private=True)

    async def _choose_zone(self, person: Person, guild_id: int, typed: str) -> str:
        zone = await clubs.set_zone(self.app.database, guild_id, typed, person.reader, self.app.clock())
        return person.reader.t("club.card.saved_zone", place=zones.city_of(zone, person.reader.language))

    @commands.Cog.listener()
    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """Record that the bot was removed; nothing is deleted, as `/privacy policy` says."""
        await clubs.leave(self.app.database, guild.id, self.app.clock())


async def setup(bot: BotClient) -> None:
    """Add the cog."""
    await bot.add_cog(ClubCog(bot.app))
