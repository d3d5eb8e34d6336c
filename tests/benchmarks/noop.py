"""Extension for the benchmarks: a command that does nothing, and a line of output when the bot is ready."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

READY = "ready for the benchmark"


class Noop(commands.Cog):
    """The minimum cost of a command."""

    @app_commands.command()
    async def noop(self, interaction: discord.Interaction) -> None:
        """Nothing."""
        await interaction.response.send_message("done")

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        print(READY, flush=True)


async def setup(bot: commands.Bot) -> None:
    await bot.add_cog(Noop())
