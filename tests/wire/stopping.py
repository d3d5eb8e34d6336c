"""An extension that prints a line when the bot begins to stop, so that a test knows what was pending then."""

from __future__ import annotations

from discord.ext import commands

STOPPING = "the bot begins to stop"


async def setup(bot: commands.Bot) -> None:
    close = bot.close

    async def said() -> None:
        print(STOPPING, flush=True)  # noqa: T201 - the test waits for this line
        await close()

    bot.close = said  # type: ignore[method-assign]
