"""Transactions, and the translation of their errors. `db.dialect` contains the differences between databases."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import cached_property

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from bot.errors import Unavailable
from db.checkpoints import Checkpoints
from db.dialect import Engines, durable, engines, sqlite_file

log = logging.getLogger(__name__)

FAILURES = (DBAPIError, PoolTimeout, OSError)
"""Errors that a database raises; OSError if its server cannot be reached."""
BUSY = ("locked", "lock timeout", "busy", "deadlock")
"""Parts of error messages about conflicts with other transactions; they can be retried."""
FULL = ("is full", "no space")
"""Parts of error messages about a full disk."""
BROKEN = (
    "disk i/o", "malformed", "not a database", "unable to open",
    "connection is closed", "connection was closed", "connection does not exist", "shutting down", "starting up",
)  # fmt: skip
"""Parts of error messages about an unusable database: a damaged file or disk, or a stopped server."""
READONLY = "attempt to write a readonly database"
"""SQLite's error message for a file without write permission."""
UNREAD = {"errors.database.broken": "errors.database.unreadable"}
"""Catalogue keys for read transactions, which do not say that nothing was changed."""


class Database:
    """Open sessions. Create one with `open`, and end it with `close`."""

    def __init__(self, engines: Engines, checkpoints: Checkpoints | None = None) -> None:
        self._engines = engines
        self._checkpoints = checkpoints
        self._is_urgent = False
        self.writer = engines.writer
        self.reader = engines.reader
        self._write = async_sessionmaker(self.writer, expire_on_commit=False, autoflush=False)
        self._read = async_sessionmaker(self.reader, expire_on_commit=False, autoflush=False)

    @classmethod
    def open(cls, url: str) -> Database:
        """Return a database for any SQLAlchemy async URL without connecting."""
        file = sqlite_file(url)
        return cls(engines(url), Checkpoints(file) if file else None)

    @cached_property
    def urgent(self) -> Database:
        """The same database for safety-critical transactions.

        They precede all others in the queue for connections, and their commits survive a power cut. Only SQLite makes a
        difference there; by default, PostgreSQL syncs every commit.
        """
        if self._is_urgent:
            return self
        urgent = Database(replace(self._engines, writer=durable(self.writer)), self._checkpoints)
        urgent._is_urgent = True
        return urgent

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        """Open a transaction that may write. It commits at the end, and rolls back on any exception.

        Raises:
            Unavailable: a lock or connection was not free in time, the disk is full, or the database does not work.
                Nothing was written.
        """
        try:
            async with self._engines.writing.place(urgent=self._is_urgent), self._write.begin() as session:
                yield session
        except FAILURES as error:
            told = _in_words(error)
            raise (Unavailable("errors.database.broken") if READONLY in str(error) else told) from error
        if self._checkpoints:
            self._checkpoints.committed()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """Open a read-only transaction with a consistent snapshot.

        Raises:
            Unavailable: as `write`, without the statement that nothing was written, because an earlier transaction may
                have.
        """
        try:
            async with self._engines.reading.place(urgent=self._is_urgent), self._read.begin() as session:
                yield session
        except FAILURES as error:
            told = _in_words(error)
            if isinstance(told, Unavailable):
                told = Unavailable(UNREAD.get(told.key, "errors.database.unread"))
            raise told from error

    async def close(self) -> None:
        """Close all connections after the transactions in progress; no further ones begin."""
        for queue in (self._engines.writing, self._engines.reading):
            try:
                await queue.close()
            except PoolTimeout:
                log.warning("closing the database while a transaction is under way")
        if self._checkpoints:
            await self._checkpoints.close()
        # A connection in use returns to its pool, which never closes it if it was disposed meanwhile.
        await self.writer.dispose()
        await self.reader.dispose()


def _in_words(error: Exception) -> Exception:
    """Return errors that are reported to members as `Unavailable`, others unchanged."""
    text = str(getattr(error, "orig", error)).lower()
    if isinstance(error, PoolTimeout) or any(words in text for words in BUSY):
        return Unavailable("errors.database.busy")
    if any(words in text for words in FULL):
        return Unavailable("errors.database.full")
    if isinstance(error, OSError) or any(words in text for words in BROKEN):
        return Unavailable("errors.database.broken")
    return error
