"""Startup tasks run even if the database is locked when the bot becomes ready."""

from __future__ import annotations

import asyncio
import gc
from pathlib import Path
from typing import Any

import pytest

from bot.app import App
from bot.client import Backpedal
from bot.domain.messages.stored_kinds import StoredKind
from cogs import EXTENSIONS
from tests.wire.bots import running
from tests.wire.locking import locked
from tests.wire.server import LocalDiscord


async def test_a_lock_held_at_the_first_start_delays_what_is_planned_and_does_not_lose_it(
    there: LocalDiscord, app: App, database_file: Path, rows: Any, caplog: pytest.LogCaptureFixture
) -> None:
    async with locked(database_file):
        bot = Backpedal(app, app.outbox, EXTENSIONS)
        starting = running(bot)
        await starting.__aenter__()
        await asyncio.sleep(2)  # longer than a transaction waits
        assert rows("SELECT count(*) FROM due") == [(0,)]
    try:
        for _ in range(200):
            due = rows("SELECT kind, occurrence FROM due")
            if len({kind for kind, _ in due} & {StoredKind.DELIVERY_PURGE, StoredKind.NUDGE_TICK}) == 2:
                break
            await asyncio.sleep(0.1)
        assert (StoredKind.NUDGE_TICK, StoredKind.NUDGE_DIGEST) in due
        assert StoredKind.DELIVERY_PURGE in {kind for kind, _ in due}
    finally:
        await starting.__aexit__(None, None, None)
    assert [r.message for r in caplog.records if r.levelname == "ERROR" and r.name.startswith(("bot", "cogs"))] == []


async def test_what_is_loaded_is_frozen_once_however_often_ready_comes(
    there: LocalDiscord, app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    frozen: list[int] = []
    monkeypatch.setattr(gc, "freeze", lambda: frozen.append(1))
    async with running(Backpedal(app, app.outbox, EXTENSIONS)) as bot:
        await there.until(lambda: bot._attached)
        await bot.on_ready()
    assert len(frozen) == 1
