"""`/privacy`: policy, export and erasure of a person's data."""

from __future__ import annotations

import io
import logging

import discord
from discord import app_commands
from discord.ext import commands

from bot.app import App
from bot.context import BotClient
from bot.domain.text.words.plain import plain
from bot.errors import BadInput
from bot.interactions.arguments import Entered
from bot.interactions.components import pressed
from bot.interactions.replies import Interaction, defer_if_slow, open_form, replace, reply, resolve_person, tell
from bot.interactions.responses import LOST, retry_idempotent
from bot.interactions.tree import localized
from bot.services.privacy import exports, privacy
from cogs.members.privacy_view import WORDS, erase_card, erase_form, erased_card, export_card, policy_card
from cogs.runs.run_cards import follow

log = logging.getLogger(__name__)


class Privacy(commands.GroupCog, group_name="privacy", group_description=localized("privacy.commands.privacy")):
    """A person's own data."""

    def __init__(self, app: App) -> None:
        self.app = app
        super().__init__()

    @app_commands.command(name="policy", description=localized("privacy.commands.policy"))
    async def policy(self, interaction: Interaction) -> None:
        """Show the privacy policy."""
        person = await resolve_person(interaction)
        await reply(interaction, policy_card(person.reader, self.app.settings.data.gone_club_days), private=True)

    @app_commands.command(name="export", description=localized("privacy.commands.export"))
    async def export(self, interaction: Interaction) -> None:
        """Send an export of the user's data."""
        await self._export(interaction)

    @app_commands.command(name="erase", description=localized("privacy.commands.erase"))
    async def erase(self, interaction: Interaction) -> None:
        """Explain what erasing means, and offer its form."""
        person = await resolve_person(interaction)
        await reply(interaction, erase_card(person.reader), private=True)

    @pressed("privacy", "export")
    async def export_pressed(self, interaction: Interaction) -> None:
        """Send an export of the user's data as a new message."""
        await self._export(interaction)

    @pressed("privacy", "ask")
    async def ask(self, interaction: Interaction) -> None:
        """Open the form for the confirmation word."""
        person = await resolve_person(interaction)
        await open_form(interaction, erase_form(person.reader))

    @pressed("privacy", "erase")
    async def erase_typed(self, interaction: Interaction, word: Entered[str]) -> None:
        """Erase everything if the confirmation word was typed; then delete the public cards."""
        person = await resolve_person(interaction)
        reader = person.reader
        if plain(word) not in WORDS:
            raise BadInput("privacy.erase.not_typed", typed=word, word=reader.t("privacy.erase.word"))
        erased = await defer_if_slow(
            interaction, privacy.erase(self.app.database, person.user_id, self.app.clock()), private=True
        )
        self.app.outbox.wake()  # outings continue without this person, and their cards are redrawn
        await replace(interaction, erased_card(reader, erased.runs))
        stuck: list[str] = []
        for shown in erased.cards:
            channel = interaction.client.get_partial_messageable(shown.channel_id)
            try:
                await retry_idempotent(channel.get_partial_message(shown.message_id).delete)
            except discord.NotFound:
                continue
            except LOST as error:
                log.warning("could not delete the card of an erased run in channel %d: %s", shown.channel_id, error)
                stuck.append(f"<#{shown.channel_id}>")
        if stuck:
            await tell(interaction, reader.t("runs.stuck", links=" ".join(stuck)))
        for run_id in erased.redraw:
            await follow(interaction, run_id)

    async def _export(self, interaction: Interaction) -> None:
        person = await resolve_person(interaction)
        exported = await defer_if_slow(interaction, exports.export(self.app.database, person.user_id), private=True)
        files = exported.files()
        await reply(
            interaction,
            export_card(person.reader, [name for name, _ in files]),
            private=True,
            files=[discord.File(io.BytesIO(content), name) for name, content in files],
        )


async def setup(bot: BotClient) -> None:
    """Add the cog."""
    await bot.add_cog(Privacy(bot.app))
