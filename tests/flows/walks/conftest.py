"""Fixtures of the walks: database, language and club."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from bot.client import Backpedal
from bot.languages import LANGUAGES
from tests.flows.conftest import Club
from tests.flows.walks.walking import WRITTEN_IN, Walk


@pytest.fixture
def database_url(migrated_file: Path, tmp_path: Path) -> str:
    """SQLite only: a restart loses process state alone, and the flows of each cog run on both databases."""
    return f"sqlite+aiosqlite:///{shutil.copyfile(migrated_file, tmp_path / 'backpedal.db')}"


@pytest.fixture(params=[language for language in LANGUAGES if language in WRITTEN_IN])
def language(request: pytest.FixtureRequest) -> Any:
    return request.param


# Building every command in every language takes half of a restart, only to find that nothing changed.
async def sync_if_changed(_bot: Backpedal, **_: Any) -> bool:
    return False


@pytest_asyncio.fixture
async def walk(club: Club, language: str, monkeypatch: pytest.MonkeyPatch) -> Walk:
    """A walk in a club whose bot skips the command sync."""
    monkeypatch.setattr(Backpedal, "sync_if_changed", sync_if_changed)
    walk = Walk(club, language)
    await walk.in_its_language()
    return walk
