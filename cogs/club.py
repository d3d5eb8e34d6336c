"""`/club`: for organisers, which is checked here and answered kindly, not hidden by Discord's permissions."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from bot.app import App
from bot.domain import zones
from bot.errors import Conflict, NotAllowed, NotFound
from bot.reader import escaped
from bot.services import changes, clubs
from bot.services.people import Person
from bot.tree import spoken
from cogs.answer import Interaction, met, open_form, replace, reply, soon
from cogs.places import suggest_zones
from cogs.redraw import follow
from cogs.views.base import fields_of, identity, pressed, values_of
from cogs.views.club import club_card, review_card
from cogs.views.settings import zone_form


async def organiser(interaction: Interaction) -> tuple[Person, int]:
    """Who speaks, and the club; refuses anybody who is not its organiser.

    Raises:
        NotAllowed: not an organiser, or not said in a club's server.
    """
    person = await met(interaction)
    if not person.in_guild or person.guild_id is None:
        raise NotAllowed("errors.guild.only")
    if not person.organiser:
        raise NotAllowed("errors.organiser.only")
    return person, person.guild_id


@app_commands.guild_only()
class Club(commands.GroupCog, group_name="club", group_description=spoken("club.commands.club")):
    """The club's settings and its held runs."""

    def __init__(self, app: App) -> None:
        self.app = app
        super().__init__()

    @app_commands.command(name="settings", description=spoken("club.commands.settings"))
    @app_commands.describe(zone=spoken("club.commands.zone"))
    @app_commands.autocomplete(zone=suggest_zones)
    async def settings(self, interaction: Interaction, zone: app_commands.Range[str, 1, 100] | None = None) -> None:
        """Show the card; set the zone first when one is given."""
        person, guild_id = await organiser(interaction)
        notice = ""
        if zone is not None:
            notice = await self._choose_zone(person, guild_id, zone)
            person = await met(interaction)
        settings = await soon(interaction, clubs.club_settings(self.app.database, guild_id), private=True)
        await reply(interaction, club_card(settings, person.reader, self.app.clock(), notice), private=True)

    @app_commands.command(name="review", description=spoken("club.commands.review"))
    async def review(self, interaction: Interaction) -> None:
        """Show the first run that waits."""
        person, guild_id = await organiser(interaction)
        held = await soon(interaction, clubs.held_runs(self.app.database, guild_id), private=True)
        await reply(interaction, review_card(held, 0, person.user_id, person.reader), private=True)

    @pressed("club", "zone")
    async def ask_zone(self, interaction: Interaction) -> None:
        """Open the form for the club's zone."""
        person, _ = await organiser(interaction)
        await open_form(interaction, zone_form(person.reader, identity("club", "zoned")))

    @pressed("club", "zoned")
    async def zoned(self, interaction: Interaction) -> None:
        """Take the zone from the form."""
        person, guild_id = await organiser(interaction)
        await self._redraw(interaction, await self._choose_zone(person, guild_id, fields_of(interaction)["zone"]))

    @pressed("club", "language")
    async def language(self, interaction: Interaction) -> None:
        """Choose the language of public messages."""
        _, guild_id = await organiser(interaction)
        await clubs.set_language(self.app.database, guild_id, values_of(interaction)[0])
        await self._redraw(interaction)

    @pressed("club", "units")
    async def units(self, interaction: Interaction) -> None:
        """Choose the units of public messages."""
        _, guild_id = await organiser(interaction)
        await clubs.set_units(self.app.database, guild_id, values_of(interaction)[0])
        await self._redraw(interaction)

    @pressed("club", "role")
    async def role(self, interaction: Interaction) -> None:
        """Choose, or clear, the organisers' role."""
        _, guild_id = await organiser(interaction)
        chosen = [int(value) for value in values_of(interaction)]
        await clubs.set_organiser_role(self.app.database, guild_id, chosen[0] if chosen else None)
        await self._redraw(interaction)

    @pressed("club", "surfaces")
    async def surfaces(self, interaction: Interaction) -> None:
        """Choose where running backward alone is fine."""
        _, guild_id = await organiser(interaction)
        await clubs.set_solo_surfaces(self.app.database, guild_id, values_of(interaction))
        await self._redraw(interaction)

    @pressed("club", "agree", "run_id", "revision")
    async def agree(self, interaction: Interaction, run_id: int, revision: int) -> None:
        """Put a held run on the boards."""
        await self._decide(interaction, run_id, revision, agree=True)

    @pressed("club", "reject", "run_id", "revision")
    async def reject(self, interaction: Interaction, run_id: int, revision: int) -> None:
        """Leave a held run off the boards."""
        await self._decide(interaction, run_id, revision, agree=False)

    @pressed("club", "next", "run_id")
    async def next(self, interaction: Interaction, run_id: int) -> None:
        """Show the run after this one, or the first again after the last."""
        person, guild_id = await organiser(interaction)
        held = await clubs.held_runs(self.app.database, guild_id)
        at = next((i for i, run in enumerate(held) if run.run_id > run_id), 0)
        await replace(interaction, review_card(held, at, person.user_id, person.reader))

    async def _decide(self, interaction: Interaction, run_id: int, revision: int, *, agree: bool) -> None:
        person, guild_id = await organiser(interaction)
        try:
            view = await soon(
                interaction,
                changes.review_run(
                    self.app.database, run_id, guild_id, agree=agree, seen_revision=revision, now=self.app.clock()
                ),
                private=True,
            )
            key = "club.review.agreed" if agree else "club.review.rejected"
            notice = person.reader.t(key, name=escaped(view.runner, 60))
        except (Conflict, NotFound) as error:
            changed = error.key == "runs.review.changed"
            notice = person.reader.error(error) if changed else person.reader.t("club.review.decided")
        held = await clubs.held_runs(self.app.database, guild_id)
        await replace(interaction, review_card(held, 0, person.user_id, person.reader, notice))
        await follow(interaction, run_id)

    async def _choose_zone(self, person: Person, guild_id: int, typed: str) -> str:
        zone = await clubs.set_zone(self.app.database, guild_id, typed, person.reader, self.app.clock())
        return person.reader.t("club.card.saved_zone", place=zones.city_of(zone, person.reader.language))

    async def _redraw(self, interaction: Interaction, notice: str = "") -> None:
        """Draw the card as it stands now; the organiser's own reading may have changed with it."""
        person, guild_id = await organiser(interaction)
        settings = await clubs.club_settings(self.app.database, guild_id)
        await replace(interaction, club_card(settings, person.reader, self.app.clock(), notice))

    @commands.Cog.listener()
    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """Note that the bot was removed; nothing is deleted, as `/privacy policy` says."""
        await clubs.leave(self.app.database, guild.id, self.app.clock())


async def setup(bot: commands.Bot) -> None:
    """Add the cog."""
    await bot.add_cog(Club(bot.app))  # type: ignore[attr-defined]
