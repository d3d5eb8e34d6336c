"""Engines and transactions; the one file that asks which database it is.

SQLite: a write engine with one connection whose transactions begin IMMEDIATE, and a read engine with four that
are `query_only`. SQLAlchemy's default transactions on aiosqlite lost 723 of 960 read-then-write updates, deferred
ones ended in 767 "database is locked"; IMMEDIATE: 0 and 0. One shared pool made readers wait 294-337 ms behind
writers, two take 19-38 ms. PostgreSQL: one pool, its own row locks.
"""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import event, make_url
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from bot.errors import Unavailable

POOL_WAIT_S = 1.0
"""Longest wait for a free connection."""
LOCK_WAIT_S = 1.5
"""Longest wait for a lock held elsewhere: with the pool's wait under the 3 s in which Discord wants an answer."""
READERS = 4

FAILURES = (DBAPIError, PoolTimeout, sqlite3.OperationalError)
"""What a database raises; the driver's own where a transaction could not begin, which is not SQLAlchemy's doing."""
BUSY = ("locked", "lock timeout", "busy", "deadlock")
"""What a database says when somebody else was first; of two in a deadlock it undoes one, who may simply try again."""


class Database:
    """Opens sessions. Make one with `open`, end it with `close`."""

    def __init__(self, writer: AsyncEngine, reader: AsyncEngine) -> None:
        self.writer = writer
        self.reader = reader
        self._write = async_sessionmaker(writer, expire_on_commit=False, autoflush=False)
        self._read = async_sessionmaker(reader, expire_on_commit=False, autoflush=False)

    @classmethod
    def open(cls, url: str) -> Database:
        """Engines for any SQLAlchemy async URL. Nothing is connected yet."""
        if make_url(url).get_backend_name() == "sqlite":
            return cls(_sqlite(url, writes=True), _sqlite(url, writes=False))
        engine = create_async_engine(
            url, pool_size=10, max_overflow=0, pool_timeout=POOL_WAIT_S, pool_pre_ping=True,
            connect_args={"server_settings": {"lock_timeout": f"{int(LOCK_WAIT_S * 1000)}", "timezone": "UTC"}},
        )  # fmt: skip
        return cls(engine, engine)

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        """One transaction that may write; commits at the end, rolls back on any exception.

        Raises:
            Unavailable: a lock or connection was not free in time, or the disk is full. Nothing was written.
        """
        try:
            async with self._write.begin() as session:
                yield session
        except FAILURES as error:
            raise _in_words(error) from error

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """One transaction that only reads, and sees one moment of the database.

        Raises:
            Unavailable: as `write`.
        """
        try:
            async with self._read.begin() as session:
                yield session
        except FAILURES as error:
            raise _in_words(error) from error

    async def close(self) -> None:
        """Close every connection."""
        await self.writer.dispose()
        await self.reader.dispose()


def _sqlite(url: str, *, writes: bool) -> AsyncEngine:
    engine = create_async_engine(
        url,
        pool_size=1 if writes else READERS,
        max_overflow=0,
        pool_timeout=POOL_WAIT_S,
        connect_args={"timeout": LOCK_WAIT_S},
    )

    @event.listens_for(engine.sync_engine, "connect")
    def _prepare(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # we begin transactions ourselves
        cursor = connection.cursor()
        cursor.execute("PRAGMA foreign_keys=ON")
        if writes:
            cursor.execute("PRAGMA journal_mode=WAL")
            cursor.execute("PRAGMA synchronous=NORMAL")
            # A run touches some sixty pages of a large database, most of them in the boards' indexes: with the
            # default 2 MB of cache a log took 8.4 ms at a million runs, with 64 MB 5.1.
            cursor.execute("PRAGMA cache_size=-20480")
            cursor.execute("PRAGMA secure_delete=FAST")  # what is erased is overwritten where that costs no more I/O
        else:
            cursor.execute("PRAGMA query_only=ON")
        cursor.close()

    begin = "BEGIN IMMEDIATE" if writes else "BEGIN"

    @event.listens_for(engine.sync_engine, "begin")
    def _begin(connection: Any) -> None:
        # One hop to the driver's thread; a cursor would take three.
        driver = connection.connection.dbapi_connection
        driver.run_async(lambda raw: raw.execute(begin))

    return engine


def _in_words(error: Exception) -> Exception:
    """The failures a member can do something about, as `Unavailable`; any other as it is."""
    text = str(getattr(error, "orig", error)).lower()
    if isinstance(error, PoolTimeout) or any(word in text for word in BUSY):
        return Unavailable("errors.database.busy")
    if "full" in text or "no space" in text or "disk i/o" in text:
        return Unavailable("errors.database.full")
    return error


def upsert(session: AsyncSession, table: type[Any]) -> Any:
    """An INSERT that knows ON CONFLICT, in the session's dialect."""
    return (postgresql_insert if session.get_bind().dialect.name == "postgresql" else sqlite_insert)(table)


def sqlite_file(url: str) -> Path | None:
    """The file of an SQLite URL, or None for memory and for other databases."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or parsed.database in (None, "", ":memory:"):
        return None
    return Path(str(parsed.database))
