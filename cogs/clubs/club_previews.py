"""Previews for organisers of what the bot posts in the club: the digest, the weekly round, and the partners card."""

from __future__ import annotations

from typing import Literal

import discord
from discord import ui
from discord.ext import commands

from bot.app import App
from bot.context import BotClient
from bot.interactions import pictures
from bot.interactions.components import card, pressed
from bot.interactions.replies import Interaction, defer_if_slow, reply
from bot.localizer import Localizer
from bot.services.clubs import digests
from bot.services.members.people import Person
from cogs.clubs import digest_view
from cogs.clubs.club_admin import organiser
from cogs.clubs.digest import draw_chart
from cogs.partners.partners_card_view import partners_card
from cogs.rounds.round_messages import try_ahead
from cogs.rounds.rounds_view import round_card


class ClubPreviews(commands.Cog):
    """The Preview buttons of the settings pages."""

    def __init__(self, app: App) -> None:
        self.app = app

    @pressed("club", "preview", "name")
    async def preview(self, interaction: Interaction, name: Literal["digest", "round", "partners"]) -> None:
        """Show what would be posted now, to the organiser alone."""
        person, guild_id = await organiser(interaction)
        assert person.club is not None
        files: list[discord.File] = []
        if name == "digest":
            shown, files = await defer_if_slow(interaction, self._digest(interaction, person, guild_id), private=True)
        elif name == "round":
            ahead = try_ahead(interaction.client, guild_id, person.user_id)
            shown = round_card(await defer_if_slow(interaction, ahead, private=True), 0, person.reader)
        else:
            shown = partners_card(person.club)
        await reply(interaction, _as_preview(shown, person.reader), private=True, files=files)

    async def _digest(
        self, interaction: Interaction, person: Person, guild_id: int
    ) -> tuple[ui.LayoutView, list[discord.File]]:
        found, example = await digests.preview(self.app.database, guild_id, person.display_name, self.app.clock())
        reader = found.club.reader
        picture = await draw_chart(interaction.client, found, reader)
        parts: list[str | ui.Item[ui.LayoutView]] = [digest_view.words(found, reader)]
        if picture is not None:
            parts.append(pictures.shown(picture))
        if example:
            parts.append(person.reader.t("club.preview.example"))
        return card(*parts), [picture] if picture is not None else []


def _as_preview(view: ui.LayoutView, reader: Localizer) -> ui.LayoutView:
    """Return a card with its buttons disabled, below a note that it is a preview."""
    for item in view.walk_children():
        if isinstance(item, ui.Button):
            item.disabled = True
    shown = view.children
    view.clear_items()
    view.add_item(ui.TextDisplay(reader.t("club.preview.note")))
    for item in shown:
        view.add_item(item)
    return view


async def setup(bot: BotClient) -> None:
    """Add the cog."""
    await bot.add_cog(ClubPreviews(bot.app))
