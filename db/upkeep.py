"""Upgrade the database to the code's revision, and copy it while it is in use.

Revisions are numbers, and a migration's file name begins with its revision. So the state of a database can be read with
one query and without Alembic, which is only imported if migrations have to run.
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
from datetime import UTC, datetime, timedelta
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
"""Parts of SQLite's error messages about a damaged file."""
_COPY_NAME = re.compile(r"before-\d{4}-\d{8}T\d{6}Z\.db")


class DatabaseState(StrEnum):
    """The state of a database relative to the code."""

    EMPTY = "empty"
    BEHIND = "behind"
    CURRENT = "current"
    NEWER = "newer"


@dataclass(frozen=True, slots=True)
class Condition:
    """The state and revisions of a database.

    Attributes:
        state: relative to the code.
        found: the database's revision, or None when it is empty.
        wanted: the code's newest revision.
    """

    state: DatabaseState
    found: str | None
    wanted: str


@dataclass(frozen=True, slots=True)
class Update:
    """The result of `bring_up_to_date`.

    Attributes:
        before: the condition before the upgrade.
        copy: the copy made before the upgrade, or None when none was needed or possible.
    """

    before: Condition
    copy: Path | None


def revisions() -> tuple[str, ...]:
    """Return the revisions of this code, oldest first."""
    return tuple(sorted(file.name[:4] for file in (MIGRATIONS / "versions").glob("[0-9][0-9][0-9][0-9]_*.py")))


async def condition(url: str) -> Condition:
    """Return the condition of the database at `url`. Creates nothing.

    Raises:
        StartupError: it cannot be reached, or contains tables of another application.
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
    """Run missing migrations. A non-empty SQLite file is copied first.

    Args:
        url: the database.
        copies: number of such copies to keep; older ones are deleted.
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
    made = "created at" if before.state is DatabaseState.EMPTY else "upgraded to"
    log.info("database %s revision %s", made, before.wanted)
    return Update(before, copy)


def newer(found: Condition) -> str:
    """Return the error message for a database of a later version."""
    return (
        f"The database is at revision {found.found}, which this version does not know (its newest is {found.wanted}):"
        " a later version has used it. Update the code, or restore a copy made before."
    )


async def upgrade(url: str, to: str = "head") -> None:
    """Run migrations up to `to`, all or none."""
    from alembic import command

    async with _connected(url) as connection:
        await connection.run_sync(lambda sync: command.upgrade(alembic_config(sync), to))


async def downgrade(url: str, to: str = "base") -> None:
    """Revert migrations down to `to`; used by tests only."""
    from alembic import command

    async with _connected(url) as connection:
        await connection.run_sync(lambda sync: command.downgrade(alembic_config(sync), to))


def alembic_config(connection: Connection, metadata: Any = None) -> Config:
    """Return Alembic's settings for an open connection; new migrations are compared with `metadata`."""
    from alembic.config import Config

    config = Config(attributes={"connection": connection, "metadata": metadata})
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    return config


async def backup(url: str, target: Path | None, *, now: datetime, copies: int | None = None) -> Path:
    """Copy an SQLite database, by default to its folder of copies under a name with the time.

    Args:
        url: the database.
        target: the file to write; None: a file in the folder of copies.
        now: names the copy.
        copies: number of copies to keep there; older ones are deleted. None: all.

    Raises:
        StartupError: it is not an SQLite file, or cannot be copied.
    """
    file = _file_of(url)
    if file is None:
        raise StartupError(f"{shown(url)} is not an SQLite file. For PostgreSQL use pg_dump.")
    target = target or _free_name(file.parent / COPIES_FOLDER, now)
    await asyncio.to_thread(copy_sqlite, file, target)
    if copies is not None and _BACKUP_NAME.fullmatch(target.name) and target.parent == file.parent / COPIES_FOLDER:
        keep_newest(target.parent, _BACKUP_NAME, copies)
    return target


def _free_name(folder: Path, now: datetime) -> Path:
    """Return the name of a copy made now, or of the next second without one."""
    target = folder / f"backup-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}.db"
    return _free_name(folder, now + timedelta(seconds=1)) if target.exists() else target


def keep_newest(folder: Path, name: re.Pattern[str], number: int) -> None:
    """Delete all but the newest copies of a kind; their names sort by time."""
    for old in sorted(file for file in folder.iterdir() if name.fullmatch(file.name))[:-number]:
        old.unlink()


def copy_sqlite(source: Path, target: Path) -> None:
    """Copy an SQLite file through its online backup, which is consistent despite concurrent writes.

    Blocking; run it in a thread. The copy is a single file without a write-ahead log.

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
        if damage is not None:  # raised before older copies, which may be intact, are deleted
            part.unlink(missing_ok=True)
            raise StartupError(damaged(source, damage))
        part.rename(target)
    except (sqlite3.Error, OSError) as error:
        part.unlink(missing_ok=True)
        if any(words in str(error) for words in _DAMAGED):
            raise StartupError(damaged(source, str(error))) from error
        raise StartupError(f"{source} could not be copied to {target}: {error}") from error


def damaged(file: Path, reason: str) -> str:
    """Return the error message for a damaged SQLite file, with instructions for restoring a copy."""
    folder = file.parent / COPIES_FOLDER
    copies = sorted(folder.glob("*.db"), key=lambda copy: copy.stat().st_mtime) if folder.is_dir() else []
    restore = f"cp {copies[-1]} {file}" if copies else f"none is in {folder}, so take one of your own backups"
    return (
        f"The database {file} is damaged ({reason}). Stop the bot, move {file.name}, {file.name}-wal and"
        f" {file.name}-shm to another directory, and put a copy in their place: {restore}. Then start the bot."
    )


async def check_whole(url: str) -> None:
    """Check the integrity of an SQLite file.

    Raises:
        StartupError: it is damaged; the message explains how to restore a copy.
    """
    file = _file_of(url)
    if file is not None and file.exists():
        reason = await asyncio.to_thread(_damage_of, file)
        if reason is not None:
            raise StartupError(damaged(file, reason))


def _damage_of(file: Path) -> str | None:
    """Return the integrity error of an SQLite file, or None."""
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            said = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
    except sqlite3.DatabaseError as error:
        return str(error) if any(words in str(error) for words in _DAMAGED) else None
    return None if said == "ok" else " ".join(said.split())


def keep_private(url: str) -> None:
    """Remove the access of other users to an SQLite file and its copies. Does nothing on Windows.

    The umask set by `bot.__main__` protects new files; existing ones may be older or made by another program.
    """
    file = _file_of(url)
    if file is None or os.name != "posix":
        return
    folder = file.parent / COPIES_FOLDER
    for one in (*file.parent.glob(f"{file.name}*"), folder, *folder.glob("*")):
        if one.exists() and one.stat().st_mode & 0o077:
            with suppress(PermissionError):  # owned by another user, who decides
                one.chmod(0o700 if one.is_dir() else 0o600)
                log.info("removed other users' access to %s", one)
    if file.parent.exists() and file.parent.stat().st_mode & 0o022:
        log.warning("other users can write to %s; run: chmod 700 %s", file.parent, file.parent)


def make_writable(folder: Path) -> None:
    """Create a folder if necessary, and test that it can be written.

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
    """Check that the folder of an SQLite file can be written or created. Creates nothing.

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
    """Open a transaction for maintenance on a separate connection."""
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
    """Disable foreign keys if tables are copied for changes: dropping the old table would cascade to referring rows."""
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
