"""Transactions, and their failures in words. What differs between databases is `db.dialect`'s."""

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
"""What a database raises; OSError where its server cannot be reached."""
BUSY = ("locked", "lock timeout", "busy", "deadlock")
"""What a database says when somebody else was first; of two in a deadlock it undoes one, who may simply try again."""
FULL = ("is full", "no space")
"""What it says when nothing more can be written."""
BROKEN = (
    "disk i/o", "malformed", "not a database", "unable to open",
    "connection is closed", "connection was closed", "connection does not exist", "shutting down", "starting up",
)  # fmt: skip
"""What it says when it cannot be used at all: a damaged file or disk, a server that ended."""
READONLY = "attempt to write a readonly database"
"""What SQLite says to a writer whose file it may not write."""
UNREAD = {"errors.database.broken": "errors.database.unreadable"}
"""What members are told instead where nothing was to be written: not that nothing was changed."""


class Database:
    """Opens sessions. Make one with `open`, end it with `close`."""

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
        """Engines for any SQLAlchemy async URL. Nothing is connected yet."""
        file = sqlite_file(url)
        return cls(engines(url), Checkpoints(file) if file else None)

    @cached_property
    def urgent(self) -> Database:
        """The same database for what people's safety depends on.

        Its transactions come before all others that wait for a connection, and what they commit survives a power cut.
        SQLite alone tells the two apart; PostgreSQL keeps every commit unless its own settings say otherwise.
        """
        if self._is_urgent:
            return self
        urgent = Database(replace(self._engines, writer=durable(self.writer)), self._checkpoints)
        urgent._is_urgent = True
        return urgent

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        """One transaction that may write; commits at the end, rolls back on any exception.

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
        """One transaction that only reads, and sees one moment of the database.

        Raises:
            Unavailable: as `write`; it does not say that nothing was written, as something may have been before.
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
        """Close every connection once the transactions under way have ended; none begins after that."""
        for queue in (self._engines.writing, self._engines.reading):
            try:
                await queue.close()
            except PoolTimeout:
                log.warning("closing the database while a transaction is under way")
        if self._checkpoints:
            await self._checkpoints.close()
        # A connection in use returns to the pool it came from: one that was disposed of meanwhile never closes it.
        await self.writer.dispose()
        await self.reader.dispose()


def _in_words(error: Exception) -> Exception:
    """The failures that members are told of, as `Unavailable`; any other as it is."""
    text = str(getattr(error, "orig", error)).lower()
    if isinstance(error, PoolTimeout) or any(words in text for words in BUSY):
        return Unavailable("errors.database.busy")
    if any(words in text for words in FULL):
        return Unavailable("errors.database.full")
    if isinstance(error, OSError) or any(words in text for words in BROKEN):
        return Unavailable("errors.database.broken")
    return error
