"""Keeping the database at the revision of the code, and copying it while it is in use.

Revisions are numbers, and a migration's file name begins with its own, so that telling where a database stands needs
one query and no Alembic, which is only imported when there is something to do.
"""

from __future__ import annotations

import asyncio
import logging
import os
import re
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, event, inspect, text
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.database_url import passwords_of, shown
from bot.errors import StartupError
from db.dialect import makes_tables_anew, sqlite_file
from db.engine import Database

if TYPE_CHECKING:
    from alembic.config import Config

log = logging.getLogger(__name__)

MIGRATIONS = Path(__file__).parent / "migrations"
COPIES_FOLDER = "copies"
_BACKUP_NAME = re.compile(r"backup-\d{8}T\d{6}Z\.db")
_DAMAGED = ("malformed", "not a database")
"""What SQLite says of a damaged file."""
_COPY_NAME = re.compile(r"before-\d{4}-\d{8}T\d{6}Z\.db")


class DatabaseState(StrEnum):
    """How a database stands to the code."""

    EMPTY = "empty"
    BEHIND = "behind"
    CURRENT = "current"
    NEWER = "newer"


@dataclass(frozen=True, slots=True)
class Condition:
    """Where a database stands.

    Attributes:
        state: compared with the code.
        found: the database's revision, None when it is empty.
        wanted: the code's newest revision.
    """

    state: DatabaseState
    found: str | None
    wanted: str


@dataclass(frozen=True, slots=True)
class Update:
    """What `bring_up_to_date` did.

    Attributes:
        before: where the database stood.
        copy: the copy made first, None when none was needed or possible.
    """

    before: Condition
    copy: Path | None


def revisions() -> tuple[str, ...]:
    """The revisions this code knows, oldest first."""
    return tuple(sorted(file.name[:4] for file in (MIGRATIONS / "versions").glob("[0-9][0-9][0-9][0-9]_*.py")))


async def condition(url: str) -> Condition:
    """Where the database at `url` stands. Creates nothing.

    Raises:
        StartupError: it cannot be reached, or holds the tables of something else.
    """
    known = revisions()
    file = _file_of(url)
    if file is not None and not file.exists():
        return Condition(DatabaseState.EMPTY, None, known[-1])
    async with _connected(url, writes=False) as connection:
        found = await connection.run_sync(_revision)
    if found is None:
        return Condition(DatabaseState.EMPTY, None, known[-1])
    if found not in known:
        return Condition(DatabaseState.NEWER, found, known[-1])
    return Condition(DatabaseState.CURRENT if found == known[-1] else DatabaseState.BEHIND, found, known[-1])


async def bring_up_to_date(url: str, *, copies: int, now: datetime) -> Update:
    """Apply the migrations a database lacks, after copying it when it is an SQLite file that holds something.

    Args:
        url: the database.
        copies: how many such copies are kept; older ones are removed.
        now: names the copy.

    Raises:
        StartupError: newer than the code, unreachable, or its folder cannot be written. Nothing was changed.
    """
    file = _file_of(url)
    if file is not None:
        make_writable(file.parent)
    before = await condition(url)
    if before.state is DatabaseState.NEWER:
        raise StartupError(newer(before))
    if before.state is DatabaseState.CURRENT:
        return Update(before, None)
    copy = None
    if file is not None and before.state is DatabaseState.BEHIND:
        folder = file.parent / COPIES_FOLDER
        copy = folder / f"before-{before.wanted}-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}.db"
        await asyncio.to_thread(copy_sqlite, file, copy)
        keep_newest(folder, _COPY_NAME, copies)
    await upgrade(url)
    log.info("the database is now at revision %s", before.wanted)
    return Update(before, copy)


def newer(found: Condition) -> str:
    """The sentence for a database that a later version of the code has written."""
    return (
        f"The database is at revision {found.found}, which this version does not know (its newest is {found.wanted}):"
        " a later version has used it. Update the code, or restore a copy made before."
    )


async def upgrade(url: str, to: str = "head") -> None:
    """Apply migrations up to `to`, all of them or none."""
    from alembic import command

    async with _connected(url) as connection:
        await connection.run_sync(lambda sync: command.upgrade(alembic_config(sync), to))


async def downgrade(url: str, to: str = "base") -> None:
    """Take migrations back down to `to`; exists for the tests."""
    from alembic import command

    async with _connected(url) as connection:
        await connection.run_sync(lambda sync: command.downgrade(alembic_config(sync), to))


def alembic_config(connection: Connection, metadata: Any = None) -> Config:
    """Alembic's settings for one open connection; `metadata` is what a new migration is compared with."""
    from alembic.config import Config

    config = Config(attributes={"connection": connection, "metadata": metadata})
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    return config


async def backup(url: str, target: Path | None, *, now: datetime, copies: int | None = None) -> Path:
    """Copy an SQLite database; without a target, into the folder of copies beside it, named by the moment.

    Args:
        url: the database.
        target: the file to write; None: one of those kept in the folder of copies.
        now: names the copy.
        copies: how many such copies are kept there; older ones are removed. None: all.

    Raises:
        StartupError: it is no SQLite file, or cannot be copied.
    """
    file = _file_of(url)
    if file is None:
        raise StartupError(f"{shown(url)} is not an SQLite file. For PostgreSQL use pg_dump.")
    target = target or file.parent / COPIES_FOLDER / f"backup-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}.db"
    await asyncio.to_thread(copy_sqlite, file, target)
    if copies is not None and _BACKUP_NAME.fullmatch(target.name) and target.parent == file.parent / COPIES_FOLDER:
        keep_newest(target.parent, _BACKUP_NAME, copies)
    return target


def keep_newest(folder: Path, name: re.Pattern[str], number: int) -> None:
    """Remove all but the newest copies of a kind; their names sort by the moment."""
    for old in sorted(file for file in folder.iterdir() if name.fullmatch(file.name))[:-number]:
        old.unlink()


def copy_sqlite(source: Path, target: Path) -> None:
    """Copy an SQLite file through its online backup, so that what others write meanwhile does not tear it.

    Blocks; runs in a thread. The copy is one file, without a write-ahead log beside it.

    Raises:
        StartupError: there is nothing to copy, the target exists, or it cannot be written.
    """
    if not source.exists():
        raise StartupError(f"There is no database at {source} to copy.")
    if target.exists():
        raise StartupError(f"{target} exists; a copy does not overwrite. Name another file.")
    make_writable(target.parent)
    part = target.with_name(target.name + ".part")
    part.unlink(missing_ok=True)
    try:
        with closing(sqlite3.connect(source)) as origin, closing(sqlite3.connect(part)) as copy:
            origin.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")
        damage = _damage_of(part)
        if damage is not None:  # older copies, which may be whole, are not rotated out for it
            part.unlink(missing_ok=True)
            raise StartupError(damaged(source, damage))
        part.rename(target)
    except (sqlite3.Error, OSError) as error:
        part.unlink(missing_ok=True)
        if any(words in str(error) for words in _DAMAGED):
            raise StartupError(damaged(source, str(error))) from error
        raise StartupError(f"{source} could not be copied to {target}: {error}") from error


def damaged(file: Path, reason: str) -> str:
    """The sentence for an SQLite file that is damaged: how a copy is put in its place."""
    folder = file.parent / COPIES_FOLDER
    copies = sorted(folder.glob("*.db"), key=lambda copy: copy.stat().st_mtime) if folder.is_dir() else []
    restore = f"cp {copies[-1]} {file}" if copies else f"none is in {folder}, so take one of your own backups"
    return (
        f"The database {file} is damaged ({reason}). Stop the bot, move {file.name}, {file.name}-wal and"
        f" {file.name}-shm to another directory, and put a copy in their place: {restore}. Then start the bot."
    )


async def check_whole(url: str) -> None:
    """Read all of an SQLite file.

    Raises:
        StartupError: it is damaged; says how to restore a copy.
    """
    file = _file_of(url)
    if file is not None and file.exists():
        reason = await asyncio.to_thread(_damage_of, file)
        if reason is not None:
            raise StartupError(damaged(file, reason))


def _damage_of(file: Path) -> str | None:
    """What is wrong with an SQLite file, or None."""
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            said = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
    except sqlite3.DatabaseError as error:
        return str(error) if any(words in str(error) for words in _DAMAGED) else None
    return None if said == "ok" else " ".join(said.split())


def keep_private(url: str) -> None:
    """Let nobody else on this machine read an SQLite file and its copies; Windows has no such bits.

    New files are so by the umask that `bot.__main__` sets; these may have been made before, or by another program.
    """
    file = _file_of(url)
    if file is None or os.name != "posix":
        return
    folder = file.parent / COPIES_FOLDER
    for one in (*file.parent.glob(f"{file.name}*"), folder, *folder.glob("*")):
        if one.exists() and one.stat().st_mode & 0o077:
            with suppress(PermissionError):  # another user's, who decides
                one.chmod(0o700 if one.is_dir() else 0o600)
                log.info("%s could be read by others on this machine, and no longer can", one)
    if file.parent.exists() and file.parent.stat().st_mode & 0o022:
        log.warning("others on this machine can write to %s: chmod 700 %s", file.parent, file.parent)


def make_writable(folder: Path) -> None:
    """Create a folder if need be, and write into it once.

    Raises:
        StartupError: it cannot be written.
    """
    probe = folder / ".backpedal-writes-here"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        raise StartupError(f"The directory {folder} cannot be written: {error.strerror or error}.") from error


def check_writable(url: str) -> None:
    """Whether the folder of an SQLite file can be written or made. Creates nothing.

    Raises:
        StartupError: it cannot.
    """
    file = _file_of(url)
    if file is None:
        return
    nearest = next(folder for folder in file.absolute().parents if folder.exists())
    if not nearest.is_dir() or not os.access(nearest, os.W_OK | os.X_OK):
        raise StartupError(f"The directory {file.parent} cannot be written.")


def _file_of(url: str) -> Path | None:
    try:
        return sqlite_file(url)
    except ArgumentError as error:
        raise StartupError("[database] url is not a database URL such as sqlite+aiosqlite:///data/x.db.") from error


@asynccontextmanager
async def _connected(url: str, *, writes: bool = True) -> AsyncIterator[Any]:
    """One transaction for upkeep, on a connection of its own."""
    try:
        database = Database.open(url)
    except ModuleNotFoundError as error:
        raise StartupError(
            f"[database] url needs the package {error.name}, which is not installed: pip install {error.name}"
        ) from error
    except ArgumentError as error:
        raise StartupError(f"[database] url cannot be used: {_without_passwords(url, error)}") from error
    try:
        _without_foreign_keys(database.writer)
        async with (database.writer if writes else database.reader).begin() as connection:
            yield connection
    except (DBAPIError, OSError) as error:
        reason = _without_passwords(url, getattr(error, "orig", error))
        file = sqlite_file(url)
        if file is not None and any(words in reason for words in _DAMAGED):
            raise StartupError(damaged(file, reason)) from error
        raise StartupError(f"The database {shown(url)} cannot be used: {reason}") from error
    finally:
        await database.close()


def _without_passwords(url: str, error: object) -> str:
    reason = " ".join(str(error).split()) or type(error).__name__
    for password in passwords_of(url):
        reason = reason.replace(password, "***")
    return reason


def _without_foreign_keys(engine: AsyncEngine) -> None:
    """Where a table is changed by making it anew, dropping the old one would cascade into those that refer to it."""
    if not makes_tables_anew(engine.dialect):
        return

    @event.listens_for(engine.sync_engine, "connect")
    def _off(connection: Any, _record: object) -> None:
        connection.execute("PRAGMA foreign_keys=OFF")


def _revision(connection: Connection) -> str | None:
    tables = inspect(connection).get_table_names()
    if "alembic_version" in tables:
        found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        return found
    if tables:
        raise StartupError(f"The database holds tables of something else ({', '.join(sorted(tables)[:3])}, …).")
    return None
