"""Another process that holds the database's lock."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, suppress
from pathlib import Path


@asynccontextmanager
async def locked(file: Path) -> AsyncIterator[None]:
    """Another process writes, and does not end."""
    with closing(sqlite3.connect(file, isolation_level=None, timeout=0)) as other:
        while not other.in_transaction:
            with suppress(sqlite3.OperationalError):  # the bot writes, and needs the loop to end that
                other.execute("BEGIN IMMEDIATE")
            await asyncio.sleep(0)
        yield
        other.execute("ROLLBACK")
