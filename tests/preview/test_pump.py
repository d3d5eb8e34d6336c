"""The bot's pump in the try mode: its messages appear, and an action shortly before one does not wait for it."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import discord
import pytest_asyncio
from discord import app_commands
from discord.ext import commands
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.app import App
from bot.client import Backpedal
from bot.clock import system_clock
from bot.config import Settings
from bot.delivery.message_kinds import DueJob, Kind, RenderContext, RenderedMessage
from bot.delivery.pump import Pump
from bot.domain.messages.priority import Priority
from bot.preview.club import VISITORS
from bot.preview.stage import running
from bot.services.messages.deliveries import Destination, Job, OutboundMessage, post, schedule_job
from bot.worker.worker import Worker
from cogs import EXTENSIONS
from db.engine import Database
from db.models import Due
from tests.preview.visitor import Visitor, links


async def fire(session: AsyncSession, due: DueJob, now: datetime) -> None:
    letter = OutboundMessage(
        "toy.call", due.occurrence, Priority.ASKED, Destination.CHANNEL, now, channel_id=due.subject_id or 0
    )
    await post(session, [letter], now)


async def draw(client: Any, outgoing: RenderContext) -> RenderedMessage:
    return RenderedMessage("it is time, says the pump")


class Soon(commands.Cog):
    """`/soon` schedules a job that posts in its channel; `/hasten` makes every reminder due in some seconds."""

    kinds = (Kind("toy.step", Priority.ASKED, fire=fire), Kind("toy.call", Priority.ASKED, draw=draw))

    def __init__(self, app: App) -> None:
        self.app = app

    @app_commands.command(description="Speaks later")
    @app_commands.describe(seconds="when")
    async def soon(self, interaction: discord.Interaction, seconds: float) -> None:
        at = self.app.clock() + timedelta(seconds=seconds)
        async with self.app.database.write() as session:
            step = Job("toy.step", str(interaction.id), at, Priority.ASKED, subject_id=interaction.channel_id)
            await schedule_job(session, [step])
        self.app.outbox.wake()
        await interaction.response.send_message("will do", ephemeral=True)

    @app_commands.command(description="Hastens reminders")
    @app_commands.describe(seconds="when")
    async def hasten(self, interaction: discord.Interaction, seconds: float) -> None:
        at = self.app.clock() + timedelta(seconds=seconds)
        async with self.app.database.write() as session:
            await session.execute(update(Due).where(Due.kind == "remind").values(fire_at=at, meant_at=at))
        self.app.outbox.wake()
        await interaction.response.send_message("will do", ephemeral=True)


class Speaking(Backpedal):
    def __init__(self, app: App) -> None:
        super().__init__(app, app.outbox, EXTENSIONS)

    async def load_everything(self) -> None:
        await super().load_everything()
        await self.add_cog(Soon(self.app))


@pytest_asyncio.fixture
async def index(tmp_path: Path, migrated_file: Path) -> AsyncIterator[str]:
    shutil.copyfile(migrated_file, tmp_path / "backpedal.db")
    database, worker = Database.open(f"sqlite+aiosqlite:///{tmp_path / 'backpedal.db'}"), Worker()
    async with running(Speaking(App(Settings(), database, worker, system_clock, Pump())), 0) as address:
        yield address
    await worker.close()
    await database.close()


async def test_what_is_due_appears_within_a_second(visitor: Visitor) -> None:
    await visitor.run("soon", seconds="0.6")
    assert "says the pump" not in visitor.text
    assert await visitor.wait_for("it is time, says the pump", seconds=5) < 0.6 + 1.0


async def test_a_press_five_seconds_before_something_is_due_is_answered_at_once(visitor: Visitor) -> None:
    await visitor.run("soon", seconds="5")
    began = asyncio.get_running_loop().time()
    await visitor.run("help")
    assert asyncio.get_running_loop().time() - began < 1.0
    assert "says the pump" not in visitor.text


async def test_a_button_five_seconds_before_a_reminder_is_answered_first_and_then_it_comes(
    visitor: Visitor, http: aiohttp.ClientSession, index: str
) -> None:
    messages = await Visitor(http, (await links(http, index))[VISITORS[0].name]).open()
    await visitor.run("remind me", when="in 1 minute", what="calf raises")
    await visitor.look()
    await visitor.run("hasten", seconds="5")
    began = asyncio.get_running_loop().time()
    await visitor.press("Edit")
    assert asyncio.get_running_loop().time() - began < 1.0
    assert "Change this reminder" in visitor.text
    assert "calf raises" not in await messages.look()
    await visitor.run("hasten", seconds="0")
    await messages.wait_for("calf raises", seconds=3)
    await messages.press("Log it")
    assert "Log a run" in messages.text
