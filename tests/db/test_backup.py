from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.errors import StartupError
from db.engine import Database
from db.models import Remembered
from db.upkeep import COPIES_FOLDER, backup, copy_sqlite, make_writable


@pytest.fixture
def file(migrated_file: Path, tmp_path: Path) -> Path:
    file = tmp_path / "backpedal.db"
    file.write_bytes(migrated_file.read_bytes())
    return file


async def test_a_copy_made_while_others_write_is_whole(file: Path, tmp_path: Path) -> None:
    database = Database.open(f"sqlite+aiosqlite:///{file}")
    target = tmp_path / "copies" / "copy.db"
    done = asyncio.Event()

    async def write() -> int:
        pairs = 0
        while not done.is_set() or pairs == 0:
            async with database.write() as session:  # two rows in one transaction: a copy holds both or neither
                session.add(Remembered(name=f"left {pairs}", value="x" * 900))
                session.add(Remembered(name=f"right {pairs}", value="x" * 900))
            pairs += 1
        return pairs

    async def copy() -> None:
        await asyncio.to_thread(copy_sqlite, file, target)
        done.set()

    await asyncio.gather(write(), copy())
    await database.close()

    assert sorted(path.name for path in target.parent.iterdir()) == ["copy.db"]
    with closing(sqlite3.connect(target)) as copied:
        assert copied.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        lefts, rights = (
            copied.execute("SELECT count(*) FROM remembered WHERE name LIKE ?", (f"{side}%",)).fetchone()[0]
            for side in ("left", "right")
        )
    assert lefts == rights


async def test_what_was_committed_but_not_yet_checkpointed_is_in_the_copy(file: Path, tmp_path: Path) -> None:
    database = Database.open(f"sqlite+aiosqlite:///{file}")
    async with database.write() as session:
        session.add(Remembered(name="last", value="word"))

    await asyncio.to_thread(copy_sqlite, file, tmp_path / "copy.db")

    with closing(sqlite3.connect(tmp_path / "copy.db")) as copied:
        assert copied.execute("SELECT value FROM remembered").fetchall() == [("word",)]
    await database.close()


def test_a_copy_overwrites_nothing(file: Path, tmp_path: Path) -> None:
    target = tmp_path / "precious.db"
    target.write_text("mine")

    with pytest.raises(StartupError, match="does not overwrite"):
        copy_sqlite(file, target)

    assert target.read_text() == "mine"


def test_a_copy_of_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StartupError, match="no database"):
        copy_sqlite(tmp_path / "absent.db", tmp_path / "copy.db")

    assert list(tmp_path.iterdir()) == []


def test_what_is_no_database_leaves_no_half_copy(tmp_path: Path) -> None:
    source = tmp_path / "notes.txt"
    source.write_text("not a database, but long enough to have a header " * 50)

    with pytest.raises(StartupError, match="is damaged"):
        copy_sqlite(source, tmp_path / "copy.db")

    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(StartupError, match="cannot be written"):
        make_writable(tmp_path / "file" / "below")


async def test_backups_are_rotated_and_nothing_else_is_touched(file: Path) -> None:
    url = f"sqlite+aiosqlite:///{file}"
    begin = datetime(2026, 11, 24, 6, 30, tzinfo=UTC)
    folder = file.parent / COPIES_FOLDER
    folder.mkdir()
    others = ["before-0009-20260101T000000Z.db", "backup-mine.db", "notes.txt"]
    for name in others:
        (folder / name).write_text("x")
    for day in range(5):
        await backup(url, None, now=begin + timedelta(days=day), copies=3)
    elsewhere = await backup(url, file.parent / "backup-20200101T000000Z.db", now=begin, copies=3)
    kept = sorted(path.name for path in folder.iterdir())
    assert kept == sorted([*others, *(f"backup-202611{day}T063000Z.db" for day in (26, 27, 28))])
    assert elsewhere.exists()


async def test_two_copies_in_one_second_are_two_files(file: Path) -> None:
    url, now = f"sqlite+aiosqlite:///{file}", datetime(2026, 12, 1, 6, tzinfo=UTC)
    first, second = await backup(url, None, now=now), await backup(url, None, now=now)
    assert first != second
    assert sorted((file.parent / COPIES_FOLDER).iterdir()) == [first, second]
