"""Fixtures shared by the service tests of several subjects."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from db import dialect
from tests.builders.at_once import Overlapping
from tests.builders.outings import ADA, BEN, CEM, DORA, EVE
from tests.builders.safety import Outside


@pytest_asyncio.fixture
async def overlapping(database_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Overlapping]:
    """A database whose write transactions overlap; PostgreSQL only."""
    monkeypatch.setattr(dialect, "LOCK_WAIT_S", 20.0)  # long enough for the second transaction to wait for the first
    database = Overlapping.open(database_url)
    yield database
    await database.close()


@pytest_asyncio.fixture
async def town(overlapping: Overlapping) -> Outside:
    """A club of five members for tests of concurrent presses; other tests define their own `town`."""
    town = Outside(overlapping)
    for one in (ADA, BEN, CEM, DORA, EVE):
        await town.person(one)
    return town
