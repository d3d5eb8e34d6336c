"""Errors of a failing database."""

from __future__ import annotations

import sqlite3
import sys

import pytest
from sqlalchemy import insert, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from bot.errors import StartupError, Unavailable
from db.engine import Database
from db.models import Remembered
from db.upkeep import condition


async def test_only_a_failed_write_promises_that_nothing_was_changed(database: Database) -> None:
    for transaction, key in ((database.write, "errors.database.busy"), (database.read, "errors.database.unread")):
        with pytest.raises(Unavailable) as told:
            async with transaction():
                raise PoolTimeout("no connection was free")
        assert told.value.key == key


@pytest.mark.parametrize(
    ("said", "written", "read"),
    [
        (sqlite3.OperationalError("database is locked"), "busy", "unread"),
        (sqlite3.OperationalError("database or disk is full"), "full", "unread"),
        (sqlite3.OperationalError("disk I/O error"), "broken", "unreadable"),
        (sqlite3.DatabaseError("database disk image is malformed"), "broken", "unreadable"),
        (ConnectionRefusedError(111, "Connect call failed ('127.0.0.1', 5432)"), "broken", "unreadable"),
    ],
)
async def test_a_failure_is_told_as_what_it_is(database: Database, said: Exception, written: str, read: str) -> None:
    for transaction, key in ((database.write, written), (database.read, read)):
        with pytest.raises(Unavailable) as told:
            async with transaction():
                raise said if isinstance(said, OSError) else DBAPIError("SELECT 1", None, said)
        assert told.value.key == f"errors.database.{key}"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_full_file_is_told_as_full(database: Database) -> None:
    async with database.write() as session:
        pages = await session.scalar(text("PRAGMA page_count"))
        await session.execute(text(f"PRAGMA max_page_count={pages}"))
    with pytest.raises(Unavailable) as told:
        async with database.write() as session:
            await session.execute(insert(Remembered).values(name="long", value="x" * 1_000_000))
    assert told.value.key == "errors.database.full"


async def test_an_unforeseen_failure_does_not_tell_what_was_to_be_written(database: Database) -> None:
    async def write() -> None:
        async with database.write() as session:
            await session.execute(insert(Remembered).values(name="one", value="a private note"))

    await write()
    with pytest.raises(IntegrityError) as told:
        await write()
    assert "INSERT INTO" in str(told.value)
    assert "private" not in str(told.value), "it stands in the log, which the operator reads"


async def test_a_missing_driver_is_told_in_words_without_the_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "asyncpg", None)
    with pytest.raises(StartupError, match="needs the package asyncpg, which is not installed") as told:
        await condition("postgresql+asyncpg://runner:pa55word@host/club")
    assert "pa55word" not in str(told.value)
