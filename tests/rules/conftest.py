"""The bot as it starts, without a database or a connection."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest_asyncio

from bot.app import App
from bot.client import Backpedal
from bot.clock import system_clock
from cogs import EXTENSIONS


@pytest_asyncio.fixture
async def client() -> AsyncIterator[Backpedal]:
    nothing: Any = None
    bot = Backpedal(App(nothing, nothing, nothing, system_clock, nothing), nothing, EXTENSIONS)
    await bot.load_everything()
    yield bot
    await bot.close()
