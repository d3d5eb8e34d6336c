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
async def town(database_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Outside]:
    """Five members of a club on PostgreSQL, for tests of presses at once; other tests have a `town` of their own."""
    monkeypatch.setattr(dialect, "LOCK_WAIT_S", 20.0)  # the second transaction waits until the first may commit
    database = Overlapping.open(database_url)
    town = Outside(database)
    for one in (ADA, BEN, CEM, DORA, EVE):
        await town.person(one)
    yield town
    await database.close()
