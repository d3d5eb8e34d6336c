"""What a failing database is said to have done."""

from __future__ import annotations

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from bot.errors import Unavailable
from db.engine import Database
from db.models import Remembered


async def test_only_a_failed_write_promises_that_nothing_was_changed(database: Database) -> None:
    for transaction, key in ((database.write, "errors.database.busy"), (database.read, "errors.database.unread")):
        with pytest.raises(Unavailable) as told:
            async with transaction():
                raise PoolTimeout("no connection was free")
        assert told.value.key == key


async def test_an_unforeseen_failure_does_not_tell_what_was_to_be_written(database: Database) -> None:
    async def write() -> None:
        async with database.write() as session:
            await session.execute(insert(Remembered).values(name="one", value="a private note"))

    await write()
    with pytest.raises(IntegrityError) as told:
        await write()
    assert "INSERT INTO" in str(told.value)
    assert "private" not in str(told.value), "it stands in the log, which the operator reads"
