"""Bots on the real client: starting one in a test, and a minimal toy bot."""

from __future__ import annotations

import asyncio
import contextlib
import io
from collections.abc import AsyncIterator
from typing import Any, TypeVar

import discord
from discord.ext import commands

from bot.command_mentions import CommandMentions

B = TypeVar("B", bound=commands.Bot)


@contextlib.asynccontextmanager
async def running(bot: B) -> AsyncIterator[B]:
    """Log the bot in, wait until it is ready, and close it at the end; re-raise what it raised meanwhile."""
    ready = asyncio.Event()

    async def on_ready() -> None:
        ready.set()

    async def no_wait(shard_id: int | None, *, initial: bool = False) -> None:
        """Replace the client's wait of 5 s before it identifies again."""

    bot.add_listener(on_ready)
    bot.before_identify_hook = no_wait  # type: ignore[method-assign]
    bot._connection.guild_ready_timeout = 0.01
    task = asyncio.create_task(bot.start("token"))
    waiting = asyncio.create_task(ready.wait())
    try:
        async with asyncio.timeout(20):
            await asyncio.wait({task, waiting}, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            task.result()
        yield bot
    finally:
        waiting.cancel()
        await bot.close()
        with contextlib.suppress(asyncio.CancelledError):
            await task


class Toy(commands.Bot):
    """A minimal bot for the tests of the server, so that they fail only because of the server."""

    def __init__(self) -> None:
        super().__init__("!", intents=discord.Intents(guilds=True))
        self.handled: list[int] = []
        self.mentions = CommandMentions()

    def dispatch(self, event_name: str, /, *args: Any, **kwargs: Any) -> None:
        if not self.is_closed():  # a closed client has no event loop, and would leave the coroutine unawaited
            super().dispatch(event_name, *args, **kwargs)

    async def setup_hook(self) -> None:
        @self.tree.command()
        async def say(interaction: discord.Interaction, words: str, loud: bool = False) -> None:
            """Says it back."""
            self.handled.append(interaction.id)
            view = discord.ui.LayoutView()
            view.add_item(discord.ui.TextDisplay(words.upper() if loud else words))
            view.add_item(discord.ui.ActionRow(discord.ui.Button(label="Ask", custom_id="toy:ask")))
            await interaction.response.send_message(view=view)

        @say.autocomplete("words")
        async def offer(interaction: discord.Interaction, typed: str) -> list[discord.app_commands.Choice[str]]:
            return [discord.app_commands.Choice(name=f"{typed}!", value=f"{typed}!")]

        @self.tree.command()
        async def slow(interaction: discord.Interaction, file: discord.Attachment) -> None:
            """Thinks, reads the file, answers twice, with a picture."""
            await interaction.response.defer(ephemeral=True, thinking=True)
            content = await file.read()
            picture = discord.File(io.BytesIO(b"drawn"), "chart.png")
            await interaction.followup.send(f"{len(content)} bytes", file=picture)
            await interaction.followup.send("and more")
            await interaction.edit_original_response(content="edited")

        await self.tree.sync()

    async def on_interaction(self, interaction: discord.Interaction) -> None:
        data: dict = interaction.data or {}  # type: ignore[assignment]
        if interaction.type is discord.InteractionType.component:
            form = discord.ui.Modal(title="What?", custom_id="toy:form")
            form.add_item(
                discord.ui.Label(text="Word", component=discord.ui.TextInput(custom_id="word", default="old"))
            )
            await interaction.response.send_modal(form)
        elif interaction.type is discord.InteractionType.modal_submit:
            word = data["components"][0]["component"]["value"]
            await interaction.response.edit_message(view=discord.ui.LayoutView().add_item(discord.ui.TextDisplay(word)))
