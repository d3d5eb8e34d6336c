"""A toy bot in the try mode, and a visitor."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest_asyncio

from bot.preview.stage import running
from tests.preview.toy import ToyBot
from tests.preview.visitor import Visitor, links


@pytest_asyncio.fixture
async def toy() -> ToyBot:
    return ToyBot()


@pytest_asyncio.fixture
async def index(toy: ToyBot) -> AsyncIterator[str]:
    async with running(toy, 0) as address:
        yield address


@pytest_asyncio.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest_asyncio.fixture
async def visitor(http: aiohttp.ClientSession, index: str) -> Visitor:
    """Return a visitor in #runs, as the default member."""
    return await Visitor(http, (await links(http, index))["#runs"]).open()
