"""What a failing database is said to have done."""

from __future__ import annotations

import pytest
from sqlalchemy.exc import TimeoutError as PoolTimeout

from bot.errors import Unavailable
from db.engine import Database


async def test_only_a_failed_write_promises_that_nothing_was_changed(database: Database) -> None:
    for transaction, key in ((database.write, "errors.database.busy"), (database.read, "errors.database.unread")):
        with pytest.raises(Unavailable) as told:
            async with transaction():
                raise PoolTimeout("no connection was free")
        assert told.value.key == key
