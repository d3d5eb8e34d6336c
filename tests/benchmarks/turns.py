"""Extension for the loop benchmark: `/turns`, which reports the longest turn since its last use.

A turn is one callback of the event loop, during which nothing else runs. Its CPU time is that of the loop's thread.
Garbage collections stop every thread, so those on other threads count too.
"""

from __future__ import annotations

import asyncio
import gc
import json
import time
from asyncio.events import Handle
from itertools import count
from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.interactions.admission import Admission

if TYPE_CHECKING:
    from bot.client import Backpedal


class Longest:
    """CPU milliseconds of the longest turn and the longest garbage collection."""

    def __init__(self) -> None:
        self.turn_ms = self.pass_ms = 0.0
        self._pass_began = 0.0
        run = Handle._run

        def timed(handle: Any) -> None:
            began = time.thread_time()
            run(handle)
            self.turn_ms = max(self.turn_ms, (time.thread_time() - began) * 1000)

        Handle._run = timed  # type: ignore[method-assign]
        gc.callbacks.append(self._collecting)

    def _collecting(self, phase: str, _about: object) -> None:
        if phase == "start":
            self._pass_began = time.thread_time()
        else:
            self.pass_ms = max(self.pass_ms, (time.thread_time() - self._pass_began) * 1000)

    def take(self) -> tuple[float, float]:
        """Return both since the last call."""
        taken, self.turn_ms, self.pass_ms = (self.turn_ms, self.pass_ms), 0.0, 0.0
        return taken


class Turns(commands.Cog):
    """Measures the event loop it runs on, with the limit on interactions disabled."""

    def __init__(self, bot: Backpedal) -> None:
        bot.admission = Admission(now=count(step=60).__next__)
        self._longest = Longest()

    @app_commands.command()
    async def turns(self, interaction: discord.Interaction[Backpedal]) -> None:
        """Answer once no other interaction is pending."""
        while others := interaction.client._others_in_hand():
            await asyncio.wait(others)
        await interaction.response.send_message(json.dumps(self._longest.take()))


async def setup(bot: Backpedal) -> None:
    await bot.add_cog(Turns(bot))
