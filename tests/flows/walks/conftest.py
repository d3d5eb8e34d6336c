"""The language of a walk, and the club it goes through."""

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
    """SQLite alone: what a restart may lose is in the process, and the flows of each cog run on both kinds."""
    return f"sqlite+aiosqlite:///{shutil.copyfile(migrated_file, tmp_path / 'backpedal.db')}"


@pytest.fixture(params=[language for language in LANGUAGES if language in WRITTEN_IN])
def language(request: pytest.FixtureRequest) -> Any:
    return request.param


# Half of what a restart costs is putting every command together in every language, to find that Discord has them.
async def sync_if_changed(_bot: Backpedal, **_: Any) -> bool:
    return False


@pytest_asyncio.fixture
async def walk(club: Club, language: str, monkeypatch: pytest.MonkeyPatch) -> Walk:
    """A walk in a club whose bot starts quickly."""
    monkeypatch.setattr(Backpedal, "sync_if_changed", sync_if_changed)
    walk = Walk(club, language)
    await walk.in_its_language()
    return walk
