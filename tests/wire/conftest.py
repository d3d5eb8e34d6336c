"""The local server, and bots pointed at it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from tests.wire.bots import Toy, running
from tests.wire.server import API, LocalDiscord


@pytest.fixture
async def there(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[LocalDiscord]:
    """A Discord that every client made in this test talks to."""
    async with LocalDiscord() as server:
        monkeypatch.setattr(Route, "BASE", server.url + API)
        monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", yarl.URL(server.gateway_url))
        yield server


@pytest.fixture
async def toy(there: LocalDiscord) -> AsyncIterator[Toy]:
    async with running(Toy()) as bot:
        yield bot
