"""/rewind: a month or a year played backward, private until it is shared; and the nudge about the year's."""

from __future__ import annotations

from datetime import date, timedelta

import discord
from discord import app_commands
from discord.ext import commands

from bot.app import App
from bot.charts.rewind_page import PageFormat
from bot.context import BotClient
from bot.delivery.message_kinds import RenderContext
from bot.domain.boards.spans import BoardSpan, calendar_span
from bot.domain.messages.stored_kinds import StoredKind
from bot.domain.when.local_hours import Hour
from bot.domain.when.periods import Period, today_in
from bot.errors import NotAllowed, NotFound
from bot.interactions.arguments import Entered
from bot.interactions.components import button, card, identity, opened_by, pressed
from bot.interactions.corrections import TypedText, fix_form, keep_typed
from bot.interactions.nudge_kinds import Nudge, NudgeContent
from bot.interactions.pictures import drawn
from bot.interactions.replies import (
    Interaction,
    defer_if_slow,
    open_form,
    replace,
    reply,
    resolve_member,
    resolve_person,
)
from bot.interactions.tree import localized
from bot.localizer import Localizer, escaped
from bot.services.members.people import Person
from bot.services.profile import rewinds
from cogs.progress.rewind_view import (
    first_span,
    key_of,
    page_of,
    period_form,
    read_rewind,
    rewind_card,
    shared_card,
    suggestions,
)

Answer = tuple[discord.ui.LayoutView, list[discord.File]]


async def _say(client: BotClient, out: RenderContext, reader: Localizer) -> NudgeContent | None:
    year = int(out.payload["year"])
    if not await rewinds.has_run_in(client.app.database, out.user_id, year):
        return None
    play = identity("rewind", "show", key_of(calendar_span(Period.YEAR, date(year, 1, 1))))
    label = reader.t("rewind.nudge.play", year=str(year))
    words = reader.t("rewind.nudge.words", year=str(year))
    return NudgeContent(words, [button(label, play, discord.ButtonStyle.primary)])


YEAR = Nudge(
    StoredKind.NUDGE_REWIND,
    key="nudges.name.rewind",
    who=rewinds.at_the_end_of_the_year,
    hour=Hour(17),
    useful_for=timedelta(days=4),
    say=_say,
    silent=True,
)


class RewindPages(commands.Cog):
    """Rewinds. What is shown is always of whoever asks or presses."""

    nudges = (YEAR,)

    def __init__(self, app: App) -> None:
        self.app = app

    @app_commands.command(name="rewind", description=localized("rewind.commands.rewind"))
    @app_commands.describe(period=localized("rewind.commands.period"))
    async def rewind(self, interaction: Interaction, period: app_commands.Range[str, 1, 100] | None = None) -> None:
        """Play a month or a year backward."""
        person = await resolve_person(interaction)
        if period is not None:
            fix_id = fix_form(identity("rewind", "ask"))
            keep_typed(interaction, fix_id, TypedText(person.reader.t("rewind.form.label"), period))
        today = self._today(person)
        span = first_span(today) if period is None else read_rewind(period, today)
        view, files = await defer_if_slow(interaction, self._own(person, span, PageFormat.SQUARE), private=True)
        await reply(interaction, view, private=True, files=files)

    @rewind.autocomplete("period")
    async def suggest_period(self, interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
        """Suggest this and last year, the latest months, and what was typed if it is a month or year."""
        person = await resolve_person(interaction)
        found = suggestions(current, self._today(person), person.reader)
        return [app_commands.Choice(name=name, value=key) for name, key in found]

    @pressed("rewind", "show", "wanted")
    async def show(self, interaction: Interaction, wanted: str) -> None:
        """Show the rewind of whoever presses."""
        person = await resolve_person(interaction)
        span = read_rewind(wanted, self._today(person))
        view, files = await defer_if_slow(interaction, self._own(person, span, PageFormat.SQUARE), private=True)
        await reply(interaction, view, private=True, files=files)

    @pressed("rewind", "shape", "wanted", "shape")
    async def shape(self, interaction: Interaction, wanted: str, shape: PageFormat) -> None:
        """Draw the picture in another format."""
        person = await resolve_person(interaction)
        span = read_rewind(wanted, self._today(person))
        view, files = await defer_if_slow(interaction, self._own(person, span, shape), private=True)
        await self._show_alone(interaction, view, files)

    @pressed("rewind", "ask")
    async def ask(self, interaction: Interaction) -> None:
        """Ask for a month or year in words."""
        person = await resolve_person(interaction)
        await open_form(interaction, period_form(person.reader))

    @opened_by("rewind", "ask", period="rewind.form.label")
    @pressed("rewind", "words")
    async def words(self, interaction: Interaction, period: Entered[str]) -> None:
        """Show the month or year that was typed."""
        person = await resolve_person(interaction)
        span = read_rewind(period, self._today(person))
        view, files = await defer_if_slow(interaction, self._own(person, span, PageFormat.SQUARE), private=True)
        await self._show_alone(interaction, view, files)

    @pressed("rewind", "share", "wanted", "shape")
    async def share(self, interaction: Interaction, wanted: str, shape: PageFormat) -> None:
        """Post the rewind of whoever presses in the channel, in the club's language."""
        person = await resolve_member(interaction)
        if person.club is None or not person.in_guild:
            raise NotFound("rewind.share.only_here")
        today, club = self._today(person), person.club
        span = read_rewind(wanted, today)

        async def shared() -> Answer:
            found = await rewinds.rewind(self.app.database, person.user_id, span, today, club.guild_id)
            if found.empty:
                raise NotFound("rewind.share.nothing")
            file = await drawn(self.app, page_of(found, club.reader, shape, today), person.user_id)
            name, owner_id = person.display_name, person.user_id
            view = shared_card(found, club.reader, today, file=file, name=name, owner_id=owner_id)
            return view, [file] if file else []

        view, files = await defer_if_slow(interaction, shared(), private=False)
        await reply(interaction, view, private=False, files=files)

    @pressed("rewind", "back", "owner_id")
    async def back(self, interaction: Interaction, owner_id: int) -> None:
        """Take back one's own shared rewind."""
        person = await resolve_person(interaction)
        if person.user_id != owner_id:
            raise NotAllowed("rewind.share.not_yours")
        reader = person.club.reader if person.club is not None else person.reader
        gone = card(reader.t("rewind.share.taken", name=escaped(person.display_name, 60)))
        await replace(interaction, gone, files=[])

    async def _own(self, person: Person, span: BoardSpan, shape: PageFormat) -> Answer:
        today = self._today(person)
        found = await rewinds.rewind(self.app.database, person.user_id, span, today, None)
        file = None
        if not found.empty:
            file = await drawn(self.app, page_of(found, person.reader, shape, today), person.user_id)
        can_share = person.in_guild and person.club is not None
        view = rewind_card(found, person.reader, shape, today, file=file, can_share=can_share)
        return view, [file] if file else []

    @staticmethod
    async def _show_alone(interaction: Interaction, view: discord.ui.LayoutView, files: list[discord.File]) -> None:
        """Show a card in place of one that only the user sees, else as a new private message."""
        if interaction.message is not None and interaction.message.flags.ephemeral:
            await replace(interaction, view, files=files)
        else:
            await reply(interaction, view, private=True, files=files)

    def _today(self, person: Person) -> date:
        return today_in(person.reader.zone, self.app.clock())


async def setup(bot: BotClient) -> None:
    """Add the cog."""
    await bot.add_cog(RewindPages(bot.app))
