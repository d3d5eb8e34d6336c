"""Fixtures: the local server, the toy bot, and the real bot connected to it with a separate database."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.app import App
from bot.client import Backpedal
from bot.clock import system_clock
from bot.config import Settings
from bot.delivery.pump import Pump
from bot.domain.members.allowances import Allowance
from bot.interactions import admission
from bot.worker.worker import Worker
from cogs import EXTENSIONS
from db import dialect
from db.engine import Database
from tests.wire.bots import Toy, running
from tests.wire.server import API, LocalDiscord


@pytest.fixture
def unlimited(monkeypatch: pytest.MonkeyPatch) -> None:
    """Disable the limit on interactions per member."""
    for name in ("ORDINARY", "TYPING", "URGENT"):
        monkeypatch.setattr(admission, name, Allowance(burst=1e9, per_s=1e9))


@pytest.fixture
async def there(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[LocalDiscord]:
    """Start a Discord that every client created in this test connects to; processes get its address."""
    async with LocalDiscord() as server:
        monkeypatch.setattr(Route, "BASE", server.url + API)
        monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", yarl.URL(server.gateway_url))
        yield server


@pytest.fixture
async def toy(there: LocalDiscord) -> AsyncIterator[Toy]:
    async with running(Toy()) as bot:
        yield bot


@pytest.fixture
def database_file(tmp_path: Path, migrated_file: Path) -> Path:
    return Path(shutil.copyfile(migrated_file, tmp_path / "backpedal.db"))


@pytest.fixture
def rows(database_file: Path) -> Any:
    """Return a function that runs a query on the bot's database over another connection."""

    def read(statement: str) -> list[Any]:
        with sqlite3.connect(database_file) as connection:
            return connection.execute(statement).fetchall()

    return read


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the client retry after a 5xx without waiting."""

    async def no_wait(_delay_s: float) -> None:
        await asyncio.sleep(0)

    without_waits = ModuleType("asyncio")
    vars(without_waits).update(vars(asyncio), sleep=no_wait)
    for module in ("discord.webhook.async_", "discord.http"):
        monkeypatch.setattr(f"{module}.asyncio", without_waits)


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for the database without a timeout, because a burst takes long on a busy machine."""
    monkeypatch.setattr(dialect, "POOL_WAIT_S", 60.0)


@pytest.fixture
async def app(database_file: Path) -> AsyncIterator[App]:
    database, worker = Database.open(f"sqlite+aiosqlite:///{database_file}"), Worker()
    yield App(settings=Settings(), database=database, worker=worker, clock=system_clock, outbox=Pump())
    await worker.close()
    await database.close()


@pytest.fixture
async def bot(there: LocalDiscord, app: App) -> AsyncIterator[Backpedal]:
    async with running(Backpedal(app, app.outbox, EXTENSIONS)) as bot:
        yield bot
