"""A separate process that holds the database's lock."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, suppress
from pathlib import Path


@asynccontextmanager
async def locked(file: Path) -> AsyncIterator[None]:
    """Hold the lock with an open write transaction in another process during the block."""
    with closing(sqlite3.connect(file, isolation_level=None, timeout=0)) as other:
        while not other.in_transaction:
            with suppress(sqlite3.OperationalError):  # the bot is writing, and needs this loop to finish
                other.execute("BEGIN IMMEDIATE")
            await asyncio.sleep(0)
        yield
        other.execute("ROLLBACK")
