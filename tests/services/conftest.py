"""What several subjects' tests of services start from."""

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
    """A database whose write transactions overlap; on PostgreSQL alone."""
    monkeypatch.setattr(dialect, "LOCK_WAIT_S", 20.0)  # the second transaction waits until the first may commit
    database = Overlapping.open(database_url)
    yield database
    await database.close()


@pytest_asyncio.fixture
async def town(overlapping: Overlapping) -> Outside:
    """Five members of a club, for tests of presses at once; other tests have a `town` of their own."""
    town = Outside(overlapping)
    for one in (ADA, BEN, CEM, DORA, EVE):
        await town.person(one)
    return town
