"""Draft the next migration from the difference between the models and the migrated schema.

Run by `make migration NAME="add partners"`. Read the draft before committing it: renames look like a drop and an add,
and data must be moved by hand.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

from alembic import command

import db.models
from db.base import Base
from db.engine import Database
from db.upkeep import alembic_config, revisions, upgrade

assert db.models.__all__  # imported to register the tables


async def draft(name: str) -> None:
    """Write `db/migrations/versions/NNNN_name.py`."""
    known = revisions()
    following = f"{int(known[-1]) + 1 if known else 1:04d}"
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite+aiosqlite:///{Path(folder) / 'draft.db'}"
        await upgrade(url)
        database = Database.open(url)
        async with database.writer.begin() as connection:
            await connection.run_sync(
                lambda sync: command.revision(
                    alembic_config(sync, Base.metadata), name, autogenerate=True, rev_id=following
                )
            )
        await database.close()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit('usage: make migration NAME="what changes"')
    asyncio.run(draft(sys.argv[1]))
