"""SIGKILL inside and between the slices of a table: sent again, it goes on, and no line is lost or doubled."""

from __future__ import annotations

import shutil
import signal
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.files import table_files
from tests.wire import interrupted_import
from tests.wire.interrupted_import import HANGING, SLICE_LINES
from tests.wire.payloads import Person
from tests.wire.program import forked_program
from tests.wire.server import LocalDiscord

ADA = Person("Ada")
READY = "ready in 1 clubs"
LINES = 150


@pytest.fixture
def config(tmp_path: Path, migrated_file: Path) -> Path:
    shutil.copyfile(migrated_file, tmp_path / "backpedal.db")
    file = tmp_path / "config.toml"
    file.write_text('[database]\nurl = "sqlite+aiosqlite:///backpedal.db"\n[data]\ndirectory = "."\n')
    return file


def one(config: Path, statement: str) -> int:
    with closing(sqlite3.connect(config.with_name("backpedal.db"))) as connection:
        return int(connection.execute(statement).fetchone()[0])


@pytest.mark.parametrize(("where", "kept"), [("inside 2", SLICE_LINES), ("between 2", 2 * SLICE_LINES)])
async def test_a_killed_import_goes_on(
    there: LocalDiscord, config: Path, monkeypatch: pytest.MonkeyPatch, where: str, kept: int
) -> None:
    table = there.attachment("activities.csv", table_files.strava(LINES))
    monkeypatch.setenv("HANG", where)
    async with forked_program(there.url, config, extensions=interrupted_import.__name__) as bot:
        await bot.says(READY)
        await there.slash("runs import", ADA, file=table)
        await bot.says(HANGING)
        await bot.end(signal.SIGKILL)
    assert one(config, "SELECT next_line FROM table_imports") == kept
    assert one(config, "SELECT COUNT(*) FROM runs") == kept * 9 // 10

    async with forked_program(there.url, config) as bot:
        await bot.says(READY)
        again = await there.slash("runs import", ADA, file=table)
        await there.until(lambda: f"{LINES * 9 // 10} runs imported" in again.text, timeout_s=60)
        undone = await there.press(again.message, "Undo import", ADA)
        await undone.answer()
        await there.until(lambda: one(config, "SELECT COUNT(*) FROM runs WHERE deleted_at IS NULL") == 0, timeout_s=60)
        assert await bot.end(signal.SIGTERM) == 0
    assert one(config, "SELECT COUNT(*) FROM runs") == LINES * 9 // 10
    assert one(config, "SELECT COUNT(DISTINCT started_at) FROM runs") == LINES * 9 // 10
    assert one(config, "SELECT COUNT(*) FROM table_imports") == 1
