"""Transactions, and their failures in words. What differs between databases is `db.dialect`'s."""

from __future__ import annotations

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

FAILURES = (DBAPIError, PoolTimeout)
"""What a database raises."""
BUSY = ("locked", "lock timeout", "busy", "deadlock")
"""What a database says when somebody else was first; of two in a deadlock it undoes one, who may simply try again."""


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
            Unavailable: a lock or connection was not free in time, or the disk is full. Nothing was written.
        """
        try:
            async with self._engines.writing.place(urgent=self._is_urgent), self._write.begin() as session:
                yield session
        except FAILURES as error:
            raise _in_words(error) from error
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
            raise (Unavailable("errors.database.unread") if isinstance(told, Unavailable) else told) from error

    async def close(self) -> None:
        """Close every connection."""
        if self._checkpoints:
            await self._checkpoints.close()
        await self.writer.dispose()
        await self.reader.dispose()


def _in_words(error: Exception) -> Exception:
    """The failures a member can do something about, as `Unavailable`; any other as it is."""
    text = str(getattr(error, "orig", error)).lower()
    if isinstance(error, PoolTimeout) or any(word in text for word in BUSY):
        return Unavailable("errors.database.busy")
    if "full" in text or "no space" in text or "disk i/o" in text:
        return Unavailable("errors.database.full")
    return error
