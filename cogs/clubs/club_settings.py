"""The buttons, menus and forms of `/club settings`, and the partners card that one of them posts."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from discord.ext import commands

from bot.app import App
from bot.context import BotClient
from bot.delivery.message_kinds import DeliveryFailure, Kind, Recipient, RenderContext, RenderedMessage, Session
from bot.domain.messages.priority import Priority
from bot.domain.messages.stored_kinds import StoredKind
from bot.domain.runs.runs import Surface
from bot.domain.text.units import Units
from bot.domain.when import zones
from bot.interactions.arguments import Chosen, Entered
from bot.interactions.components import identity, opened_by, pressed
from bot.interactions.replies import Interaction, open_form, reply
from bot.languages import LANGUAGES
from bot.services.clubs import clubs, digests
from bot.services.partners import partners_card
from bot.services.partners.partners_card import OldCard
from cogs.clubs.club_admin import (
    change,
    digest_trouble,
    draw_page,
    organiser,
    organisers_trouble,
    partners_trouble,
    server,
    take_down,
)
from cogs.clubs.club_settings_view import emergency_form
from cogs.clubs.club_view import Page
from cogs.members.settings_view import zone_form
from cogs.partners import partners_card_view as drawing
from cogs.runs.runs_channel_view import runs_channel_card


async def draw_partners_card(client: BotClient, outgoing: RenderContext) -> RenderedMessage | None:
    """Return the partners card with the current settings, or None if it belongs in another channel by now."""
    if outgoing.guild_id is None:
        return None
    club = await partners_card.club_of_card(client.app.database, outgoing.guild_id, outgoing.channel_id)
    return None if club is None else RenderedMessage(layout=drawing.partners_card(club), silent=True)


async def _note_posted(
    session: Session, outgoing: RenderContext, channel_id: int, message_id: int, now: datetime
) -> None:
    if outgoing.guild_id is not None:
        await partners_card.posted(session, outgoing.guild_id, channel_id, message_id)


async def _note_lost(session: Session, outgoing: RenderContext, failure: DeliveryFailure, now: datetime) -> None:
    if outgoing.guild_id is not None:
        await partners_card.lost(session, outgoing.guild_id, outgoing.channel_id)


class ClubSettingsCog(commands.Cog):
    """Buttons, menus and forms of the settings pages."""

    kinds = (
        Kind(
            StoredKind.CLUB_PARTNERS,
            Priority.ASKED,
            draw=draw_partners_card,
            sent=_note_posted,
            failed=_note_lost,
            to=Recipient.ANYBODY,
        ),
    )

    def __init__(self, app: App) -> None:
        self.app = app

    @pressed("club", "page", "name")
    async def page(self, interaction: Interaction, name: Page) -> None:
        """Show a page."""
        await draw_page(interaction, name)

    # ------------------------------------------------------------------ general

    @pressed("club", "logcard")
    async def post_runs_channel_card(self, interaction: Interaction) -> None:
        """Post the card "Log a run" in this channel."""
        person, _ = await organiser(interaction)
        assert person.club is not None  # checked by `organiser`
        await reply(interaction, runs_channel_card(person.club.reader), private=False)

    @pressed("club", "zone")
    async def ask_zone(self, interaction: Interaction) -> None:
        """Open the form for the club's zone."""
        person, _ = await organiser(interaction)
        await open_form(interaction, zone_form(person.reader, identity("club", "zoned")))

    @pressed("club", "zoned")
    @opened_by("club", "zone", zone="settings.zone.label")
    async def zoned(self, interaction: Interaction, zone: Entered[str]) -> None:
        """Store the zone entered in the form."""
        person, guild_id = await organiser(interaction)
        name = await clubs.set_zone(self.app.database, guild_id, zone, person.reader, self.app.clock())
        self.app.outbox.wake()
        place = zones.city_of(name, person.reader.language)
        await draw_page(interaction, Page.GENERAL, person.reader.t("club.card.saved_zone", place=place))

    @pressed("club", "language")
    async def language(self, interaction: Interaction, language: Chosen[Annotated[str, LANGUAGES]]) -> None:
        """Choose the language of public messages."""
        person, guild_id = await organiser(interaction)
        work = clubs.set_language(self.app.database, guild_id, language, self.app.clock())
        await change(interaction, Page.GENERAL, person, work)
        self.app.outbox.wake()

    @pressed("club", "units")
    async def units(self, interaction: Interaction, units: Chosen[Units]) -> None:
        """Choose the units of public messages."""
        person, guild_id = await organiser(interaction)
        await change(interaction, Page.GENERAL, person, clubs.set_units(self.app.database, guild_id, units))

    @pressed("club", "role")
    async def role(self, interaction: Interaction, role_id: Chosen[int | None]) -> None:
        """Choose, or clear, the organisers' role."""
        person, guild_id = await organiser(interaction)
        work = clubs.set_organiser_role(self.app.database, guild_id, role_id)
        await change(interaction, Page.GENERAL, person, work)

    @pressed("club", "surfaces")
    async def surfaces(self, interaction: Interaction, surfaces: Chosen[frozenset[Surface]]) -> None:
        """Choose the surfaces where running backward alone is allowed."""
        person, guild_id = await organiser(interaction)
        work = clubs.set_solo_surfaces(self.app.database, guild_id, surfaces, self.app.clock())
        await change(interaction, Page.GENERAL, person, work)
        self.app.outbox.wake()

    # ------------------------------------------------------------------ partners

    @pressed("club", "partners")
    async def partners(self, interaction: Interaction, channel_id: Chosen[int | None]) -> None:
        """Choose, or clear, the partners channel; the partners card goes there."""
        person, guild_id = await organiser(interaction)
        trouble = partners_trouble(server(interaction), channel_id, person.reader)
        if trouble:
            await draw_page(interaction, Page.PARTNERS, trouble)
            return
        old = await partners_card.choose_channel(self.app.database, guild_id, channel_id, self.app.clock())
        await self._moved(interaction, old)

    @pressed("club", "again")
    async def again(self, interaction: Interaction) -> None:
        """Post the partners card again, since it is gone or far up."""
        person, guild_id = await organiser(interaction)
        channel_id = person.club.partners_channel_id if person.club else None
        if channel_id is None or partners_trouble(server(interaction), channel_id, person.reader):
            await draw_page(interaction, Page.PARTNERS)  # the page says what is wrong
            return
        old = await partners_card.choose_channel(self.app.database, guild_id, channel_id, self.app.clock(), again=True)
        await self._moved(interaction, old)

    async def _moved(self, interaction: Interaction, old: OldCard | None) -> None:
        """Have the card sent, show the page, and try to delete the old card."""
        self.app.outbox.wake()
        await draw_page(interaction, Page.PARTNERS)
        if old is not None:
            await take_down(interaction.client, old.channel_id, old.message_id)

    @pressed("club", "runners")
    async def runners(self, interaction: Interaction, runners: Chosen[int]) -> None:
        """Choose how many backward runners one spotter may accompany."""
        person, guild_id = await organiser(interaction)
        work = clubs.set_backward_per_spotter(self.app.database, guild_id, runners, self.app.clock())
        await change(interaction, Page.PARTNERS, person, work)
        self.app.outbox.wake()

    @pressed("club", "spotter")
    async def spotter(self, interaction: Interaction, role_id: Chosen[int | None]) -> None:
        """Choose, or clear, the role of certified spotters."""
        person, guild_id = await organiser(interaction)
        work = clubs.set_spotter_role(self.app.database, guild_id, role_id)
        await change(interaction, Page.PARTNERS, person, work)

    @pressed("club", "women")
    async def women(self, interaction: Interaction, role_id: Chosen[int | None]) -> None:
        """Choose, or clear, the role for calls for women only."""
        person, guild_id = await organiser(interaction)
        work = clubs.set_women_role(self.app.database, guild_id, role_id)
        await change(interaction, Page.PARTNERS, person, work)

    # ------------------------------------------------------------------ safety

    @pressed("club", "alerts")
    async def alerts(self, interaction: Interaction, channel_id: Chosen[int | None]) -> None:
        """Choose, or clear, the organisers' channel; refuse one that everybody can read."""
        person, guild_id = await organiser(interaction)
        assert person.club is not None
        trouble = organisers_trouble(server(interaction), person.club, channel_id, person.reader)
        if trouble:
            await draw_page(interaction, Page.SAFETY, trouble)
            return
        work = clubs.set_organisers_channel(self.app.database, guild_id, channel_id)
        await change(interaction, Page.SAFETY, person, work)

    @pressed("club", "grace")
    async def grace(self, interaction: Interaction, minutes: Chosen[int]) -> None:
        """Choose how long after the planned return members still out are asked whether they are home."""
        person, guild_id = await organiser(interaction)
        work = clubs.set_grace(self.app.database, guild_id, minutes)
        await change(interaction, Page.SAFETY, person, work)

    @pressed("club", "waiting", "on")
    async def waiting(self, interaction: Interaction, on: bool) -> None:
        """Choose whether a channel may name members whose direct messages are closed."""
        person, guild_id = await organiser(interaction)
        await change(interaction, Page.SAFETY, person, clubs.set_names_waiting(self.app.database, guild_id, on=on))

    @pressed("club", "call")
    async def ask_number(self, interaction: Interaction) -> None:
        """Open the form for the emergency number."""
        person, _ = await organiser(interaction)
        number = person.club.emergency_number if person.club else None
        await open_form(interaction, emergency_form(person.reader, number))

    @pressed("club", "called")
    @opened_by("club", "call", number="club.emergency.label")
    async def called(self, interaction: Interaction, number: Entered[str]) -> None:
        """Store the emergency number entered in the form."""
        _, guild_id = await organiser(interaction)
        await clubs.set_emergency_number(self.app.database, guild_id, number)
        await draw_page(interaction, Page.SAFETY)

    # ------------------------------------------------------------------ the weekly round

    @pressed("club", "turn", "on")
    async def turn(self, interaction: Interaction, on: bool) -> None:
        """Turn the round on or off."""
        person, guild_id = await organiser(interaction)
        work = clubs.set_round(self.app.database, guild_id, on=on, now=self.app.clock())
        await change(interaction, Page.ROUND, person, work)
        self.app.outbox.wake()

    @pressed("club", "when", "which")
    async def when(
        self, interaction: Interaction, which: Literal["weekday", "hour", "notice"], number: Chosen[int]
    ) -> None:
        """Choose the round's day, hour or notice."""
        person, guild_id = await organiser(interaction)
        work = clubs.set_round(
            self.app.database,
            guild_id,
            weekday=number if which == "weekday" else None,
            hour=number if which == "hour" else None,
            notice_h=number if which == "notice" else None,
            now=self.app.clock(),
        )
        await change(interaction, Page.ROUND, person, work)
        self.app.outbox.wake()

    # ------------------------------------------------------------------ the weekly digest

    @pressed("club", "digest")
    async def digest(self, interaction: Interaction, channel_id: Chosen[int | None]) -> None:
        """Choose, or clear, the channel of the digest."""
        person, guild_id = await organiser(interaction)
        trouble = digest_trouble(server(interaction), channel_id, person.reader)
        if trouble:
            await draw_page(interaction, Page.DIGEST, trouble)
            return
        work = digests.choose_channel(self.app.database, guild_id, channel_id, self.app.clock())
        await change(interaction, Page.DIGEST, person, work)
        self.app.outbox.wake()

    @pressed("club", "undigest")
    async def stop_digest(self, interaction: Interaction) -> None:
        """Turn the digest off; its day and hour are kept."""
        person, guild_id = await organiser(interaction)
        await change(interaction, Page.DIGEST, person, digests.stop(self.app.database, guild_id))

    @pressed("club", "digested", "which")
    async def digested(self, interaction: Interaction, which: Literal["weekday", "hour"], number: Chosen[int]) -> None:
        """Choose the digest's day or hour."""
        person, guild_id = await organiser(interaction)
        work = digests.set_when(
            self.app.database,
            guild_id,
            self.app.clock(),
            weekday=number if which == "weekday" else None,
            hour=number if which == "hour" else None,
        )
        await change(interaction, Page.DIGEST, person, work)
        self.app.outbox.wake()

    @pressed("club", "instead", "on")
    async def instead(self, interaction: Interaction, on: bool) -> None:
        """Choose whether the digest replaces a post per run."""
        person, guild_id = await organiser(interaction)
        work = digests.set_instead(self.app.database, guild_id, self.app.clock(), on=on)
        await change(interaction, Page.DIGEST, person, work)


async def setup(bot: BotClient) -> None:
    """Add the cog."""
    await bot.add_cog(ClubSettingsCog(bot.app))
