"""A small bot for the try mode's tests: it answers, and sends messages by every kind of timer a bot can use."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import discord
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from discord import app_commands
from discord.ext import commands, tasks


class ToyBot(commands.Bot):
    """`/ping` answers; `remind` posts in #runs after some seconds, by one of four kinds of timer."""

    def __init__(self) -> None:
        super().__init__("!", intents=discord.Intents(guilds=True), help_command=None)
        self.scheduler = AsyncIOScheduler(timezone=UTC)
        self.jobs: set[asyncio.Task[None]] = set()
        self.queue: asyncio.Queue[str] = asyncio.Queue()
        self.beats = 0

    async def setup_hook(self) -> None:
        @self.tree.command(
            description="Answers, which is said here in more words than a phone has room for in one line"
        )
        async def ping(interaction: discord.Interaction) -> None:
            await interaction.response.send_message("pong", ephemeral=True)

        @self.tree.command(description="Speaks later")
        @app_commands.describe(seconds="when", kind="how")
        async def remind(interaction: discord.Interaction, seconds: float, kind: str) -> None:
            await interaction.response.send_message("will do", ephemeral=True)
            self.later(seconds, kind, interaction.channel_id or 0)

        @self.tree.command(description="Works for a while, then answers")
        async def slow(interaction: discord.Interaction, seconds: float) -> None:
            await interaction.response.defer(ephemeral=True)
            await asyncio.to_thread(lambda: None)
            done = asyncio.get_running_loop().run_in_executor(None, _busy, seconds)
            finished, _ = await asyncio.wait({done}, timeout=0.1)
            await interaction.followup.send("in time" if finished else "after the time limit", ephemeral=True)

        self.scheduler.start()
        self.heart.start()
        self.consumer = asyncio.create_task(self.consume())
        await self.tree.sync()

    @tasks.loop(seconds=0.5)
    async def heart(self) -> None:
        self.beats += 1

    async def consume(self) -> None:
        while True:
            await self.queue.get()

    def later(self, seconds: float, kind: str, channel_id: int) -> None:
        async def speak() -> None:
            await self.get_partial_messageable(channel_id).send(f"it is time, says {kind}")

        async def sleep_and_speak() -> None:
            await asyncio.sleep(seconds)
            await speak()

        if kind == "apscheduler":
            at = datetime.fromtimestamp(datetime.now(UTC).timestamp() + seconds, UTC)
            self.scheduler.add_job(speak, "date", run_date=at)
        elif kind == "sleep":
            task = asyncio.create_task(sleep_and_speak())
            self.jobs.add(task)
            task.add_done_callback(self.jobs.discard)
        else:
            loop = tasks.loop(seconds=seconds, count=2)(self.once(speak))
            self.jobs.add(loop.start())

    @staticmethod
    def once(speak):  # type: ignore[no-untyped-def]
        async def body() -> None:
            if body.turns:
                await speak()
            body.turns += 1

        body.turns = 0
        return body

    async def close(self) -> None:
        self.heart.cancel()
        self.consumer.cancel()
        if self.scheduler.running:
            self.scheduler.shutdown(wait=False)
        await super().close()


def _busy(seconds: float) -> None:
    import threading

    threading.Event().wait(seconds)
