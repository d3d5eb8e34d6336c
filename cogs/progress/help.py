"""`/help`: next steps, and the list of every command."""

from __future__ import annotations

from discord import app_commands
from discord.ext import commands

from bot.app import App
from bot.context import BotClient
from bot.interactions.components import pressed
from bot.interactions.replies import Interaction, defer_if_slow, replace, reply, resolve_person
from bot.interactions.tree import localized
from bot.services.profile.progress import progress_of
from cogs.progress.help_view import all_commands, help_card


class HelpCog(commands.Cog):
    """The help command."""

    def __init__(self, app: App) -> None:
        self.app = app

    @app_commands.command(name="help", description=localized("help.commands.help"))
    async def help(self, interaction: Interaction) -> None:
        """Show the next steps and the commands of every day."""
        person = await resolve_person(interaction)
        progress = await defer_if_slow(interaction, progress_of(self.app.database, person), private=True)
        await reply(interaction, help_card(person, progress), private=True)

    @pressed("help", "all")
    async def all(self, interaction: Interaction) -> None:
        """Show every command."""
        person = await resolve_person(interaction)
        await replace(interaction, all_commands(person))

    @pressed("help", "next")
    async def next(self, interaction: Interaction) -> None:
        """Show the next steps again."""
        person = await resolve_person(interaction)
        progress = await defer_if_slow(interaction, progress_of(self.app.database, person), private=True)
        await replace(interaction, help_card(person, progress))


async def setup(bot: BotClient) -> None:
    """Add the cog."""
    await bot.add_cog(HelpCog(bot.app))
