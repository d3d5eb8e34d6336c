"""`/settings`: one card for everything a person can set."""

from __future__ import annotations

from typing import Annotated

from discord import app_commands
from discord.ext import commands
from discord.ui import LayoutView

from bot.app import App
from bot.context import BotClient
from bot.domain.nudges.streaks import PauseReason
from bot.domain.runs.runs import Sharing
from bot.domain.text.faults import Faults
from bot.domain.text.units import Units
from bot.domain.when import zones
from bot.domain.when.periods import today_in
from bot.errors import MemberError
from bot.interactions.arguments import Chosen, Entered
from bot.interactions.components import identity, offered, opened_by, pressed
from bot.interactions.corrections import TypedText, fix_form, keep_typed, typed_before
from bot.interactions.replies import Interaction, defer_if_slow, open_form, replace, reply, resolve_person
from bot.interactions.tree import localized, localized_choice
from bot.languages import LANGUAGES
from bot.services.members.people import Person
from bot.services.nudges import nudge_settings
from bot.services.profile import settings
from cogs.members.settings_view import AUTO, settings_card, weight_form, zone_and_pause_form, zone_form
from cogs.members.zone_autocomplete import suggest_zones
from cogs.runs.run_options import plain_choice

OWN_LANGUAGES = {AUTO: None, **{language: language for language in LANGUAGES}}
OWN_UNITS = {AUTO: None, **{units.value: units for units in (Units.METRIC, Units.IMPERIAL)}}
"""The options of the menus; None follows Discord or the club."""
WHYS = [app_commands.Choice(name=localized_choice(f"nudges.why.{why}"), value=why.value) for why in PauseReason]


async def suggest_pause(interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
    """Suggest the parsed day (`Back on Thu 3 Dec`), or the reason why it is invalid."""
    if not current.strip():
        return []
    person = await resolve_person(interaction)
    try:
        until_on = nudge_settings.read_back_on(current, person.reader, interaction.client.app.clock())
        words = person.reader.t("nudges.pause.choice", day=until_on)
    except MemberError as error:
        words = person.reader.error(error)
    return [plain_choice(words, current)]


class SettingsCog(commands.Cog):
    """A person's own settings."""

    def __init__(self, app: App) -> None:
        self.app = app

    @app_commands.command(name="settings", description=localized("settings.commands.settings"))
    @app_commands.describe(
        zone=localized("settings.commands.zone"),
        pause=localized("nudges.commands.pause"),
        why=localized("nudges.commands.why"),
    )
    @app_commands.choices(why=WHYS)
    @app_commands.autocomplete(zone=suggest_zones, pause=suggest_pause)
    async def settings(
        self,
        interaction: Interaction,
        zone: app_commands.Range[str, 1, 100] | None = None,
        pause: app_commands.Range[str, 1, 60] | None = None,
        why: str = PauseReason.HOLIDAY.value,
    ) -> None:
        """Show the card; first set the zone and start a pause, if given."""
        person = await resolve_person(interaction)
        await self._set(interaction, person, zone or "", pause or "", offered(PauseReason, why))

    @pressed("settings", "again", "why")
    async def again(self, interaction: Interaction, why: PauseReason) -> None:
        """Open the form for zone and pause, for Fix it."""
        person = await resolve_person(interaction)
        await open_form(interaction, zone_and_pause_form(person.reader, why))

    @pressed("settings", "entered", "why")
    async def entered(
        self, interaction: Interaction, why: PauseReason, zone: Entered[str], until: Entered[str]
    ) -> None:
        """Set the zone and start a pause, as entered in the form."""
        person = await resolve_person(interaction)
        await self._set(interaction, person, zone.strip(), until.strip(), why)

    async def _set(self, interaction: Interaction, person: Person, zone: str, pause: str, why: PauseReason) -> None:
        """Set the typed zone and start the typed pause, unless one of them is refused; then show the card."""
        t, now, notices = person.reader.t, self.app.clock(), []
        keep_typed(
            interaction,
            fix_form(identity("settings", "again", why.value)),
            TypedText(t("settings.zone.label"), zone),
            TypedText(t("nudges.pause.label"), pause),
        )
        faults = Faults()
        name = faults.read(zone, lambda text: zones.find(text, person.reader.language, now))
        there = person.reader.inside(name) if name else person.reader
        until_on = faults.read(pause, lambda text: nudge_settings.read_back_on(text, there, now))
        faults.raise_any()
        if name is not None:
            await settings.choose_zone(self.app.database, person.user_id, zone, person.reader, now)
            notices.append(t("settings.card.saved_zone", place=zones.city_of(name, person.reader.language)))
            self.app.outbox.wake()
            person = await resolve_person(interaction)
        if until_on is not None:
            today = today_in(person.reader.zone, now)
            await nudge_settings.pause(self.app.database, person.user_id, until_on, why.value, today)
            notices.append(person.reader.t(f"nudges.pause.done_{why.value}", day=until_on))
        view = await defer_if_slow(interaction, self._card(person, "\n".join(notices)), private=True)
        await reply(interaction, view, private=True)

    @pressed("settings", "zone")
    async def ask_zone(self, interaction: Interaction) -> None:
        """Open the form for a zone."""
        person = await resolve_person(interaction)
        await open_form(interaction, zone_form(person.reader, identity("settings", "zoned")))

    @pressed("settings", "zonefix")
    async def fix_zone(self, interaction: Interaction) -> None:
        """Open the form, filled with the zone that was refused."""
        person = await resolve_person(interaction)
        typed = typed_before(interaction, 1)[0]
        await open_form(interaction, zone_form(person.reader, identity("settings", "zoned"), typed))

    @pressed("settings", "zoned")
    @opened_by("settings", "zone", zone="settings.zone.label")
    async def zoned(self, interaction: Interaction, zone: Entered[str]) -> None:
        """Store the zone entered in the form."""
        person = await resolve_person(interaction)
        name = await settings.choose_zone(self.app.database, person.user_id, zone, person.reader, self.app.clock())
        self.app.outbox.wake()  # reminders have moved, and nudges may need another local hour
        place = zones.city_of(name, person.reader.language)
        await self._redraw(interaction, person.reader.t("settings.card.saved_zone", place=place))

    @pressed("settings", "general")
    async def general(self, interaction: Interaction) -> None:
        """Return from another page."""
        await self._redraw(interaction)

    @pressed("settings", "weight")
    async def ask_weight(self, interaction: Interaction) -> None:
        """Open the form for the weight."""
        person = await resolve_person(interaction)
        await open_form(interaction, weight_form(person.reader, person.weight_kg))

    @pressed("settings", "weigh")
    @opened_by("settings", "weight", weight="settings.weight.label")
    async def weigh(self, interaction: Interaction, weight: Entered[str]) -> None:
        """Store the weight entered in the form."""
        person = await resolve_person(interaction)
        await settings.choose_weight(self.app.database, person.user_id, weight, person.reader.units)
        await self._redraw(interaction)

    @pressed("settings", "language")
    async def language(self, interaction: Interaction, language: Chosen[Annotated[str | None, OWN_LANGUAGES]]) -> None:
        """Choose a language; the card is redrawn in it."""
        person = await resolve_person(interaction)
        await settings.choose_language(self.app.database, person.user_id, language)
        await self._redraw(interaction)

    @pressed("settings", "units")
    async def units(self, interaction: Interaction, units: Chosen[Annotated[Units | None, OWN_UNITS]]) -> None:
        """Choose units."""
        person = await resolve_person(interaction)
        await settings.choose_units(self.app.database, person.user_id, units)
        await self._redraw(interaction)

    @pressed("settings", "sharing")
    async def sharing(self, interaction: Interaction, sharing: Chosen[Sharing]) -> None:
        """Choose who sees new runs."""
        person = await resolve_person(interaction)
        await settings.choose_sharing(self.app.database, person.user_id, sharing)
        await self._redraw(interaction)

    @pressed("settings", "home")
    async def home(self, interaction: Interaction, guild_id: Chosen[int]) -> None:
        """Choose the home club."""
        person = await resolve_person(interaction)
        await settings.choose_home(self.app.database, person.user_id, guild_id)
        await self._redraw(interaction)

    @pressed("settings", "hide", "guild_id", "hidden")
    async def hide(self, interaction: Interaction, guild_id: int, hidden: bool) -> None:
        """Hide from, or return to, a club's boards."""
        person = await resolve_person(interaction)
        await defer_if_slow(
            interaction,
            settings.hide(self.app.database, person.user_id, guild_id, hidden=hidden),
            private=True,
        )
        self.app.outbox.wake()  # a live board follows
        await self._redraw(interaction)

    async def _redraw(self, interaction: Interaction, notice: str = "") -> None:
        """Redraw the card with the current settings, language and units."""
        person = await resolve_person(interaction)
        await replace(interaction, await self._card(person, notice))

    async def _card(self, person: Person, notice: str) -> LayoutView:
        own = await settings.own_settings(self.app.database, person.user_id)
        today = today_in(person.reader.zone, self.app.clock())
        nudges = await nudge_settings.own_nudges(self.app.database, person.user_id, today)
        return settings_card(person, own, nudges, self.app.clock(), notice)


async def setup(bot: BotClient) -> None:
    """Add the cog, with the search index of place names loaded."""
    zones.warm()
    await bot.add_cog(SettingsCog(bot.app))
