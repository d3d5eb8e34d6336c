"""The write-ahead log is checkpointed into the file while transactions go on."""

from __future__ import annotations

import logging
import shutil
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import func, insert, select

from db.checkpoints import EVERY
from db.engine import Database
from db.models import Remembered


@pytest.fixture
def file(migrated_file: Path, tmp_path: Path) -> Path:
    file = tmp_path / "backpedal.db"
    file.write_bytes(migrated_file.read_bytes())
    return file


@pytest_asyncio.fixture
async def sqlite(file: Path) -> AsyncIterator[Database]:
    database = Database.open(f"sqlite+aiosqlite:///{file}")
    yield database
    await database.close()


async def write(database: Database, count: int) -> None:
    for number in range(count):
        async with database.write() as session:
            await session.execute(insert(Remembered).values(name=f"name {number}", value="x"))


def in_the_file_alone(file: Path) -> int:
    """Return the number of rows in the file without its write-ahead log."""
    alone = shutil.copy(file, file.with_name("alone.db"))
    with closing(sqlite3.connect(alone)) as connection:
        return int(connection.execute("SELECT count(*) FROM remembered").fetchone()[0])


async def test_what_was_written_is_moved_after_so_many_transactions(sqlite: Database, file: Path) -> None:
    with closing(sqlite3.connect(file)) as other:  # so that closing the database does not checkpoint
        other.execute("SELECT count(*) FROM remembered").fetchone()
        await write(sqlite, EVERY - 1)
        assert in_the_file_alone(file) == 0
        async with sqlite.write() as session:
            await session.execute(insert(Remembered).values(name="last", value="x"))
        await sqlite.close()
        assert in_the_file_alone(file) == EVERY


async def test_a_moment_still_read_is_not_lost_to_a_moving(sqlite: Database) -> None:
    count = select(func.count()).select_from(Remembered)
    async with sqlite.read() as session:
        assert await session.scalar(count) == 0
        await write(sqlite, 3 * EVERY)
        assert await session.scalar(count) == 0
    async with sqlite.read() as session:
        assert await session.scalar(count) == 3 * EVERY


async def test_a_moving_that_fails_is_logged_and_nothing_else(
    sqlite: Database, file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    await write(sqlite, EVERY - 1)
    moved = file.rename(file.with_name("elsewhere.db"))
    with caplog.at_level(logging.WARNING, logger="db.checkpoints"):
        async with sqlite.write() as session:
            await session.execute(insert(Remembered).values(name="last", value="x"))
        await sqlite.close()
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "checkpoint of the write-ahead log" in caplog.text
    moved.rename(file)
