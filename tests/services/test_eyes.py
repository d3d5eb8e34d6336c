"""The database keeps the rule by itself: no statement starts, or leaves, a backward runner without eyes."""

from __future__ import annotations

from datetime import timedelta

import pytest
import pytest_asyncio
from sqlalchemy import insert, select, text
from sqlalchemy.exc import DBAPIError

from bot.domain.outings import OutingState
from db.engine import Database
from db.models import Companion, Outing
from tests.services.called import CEM, START
from tests.services.outside import Outside


@pytest_asyncio.fixture
async def town(database: Database) -> Outside:
    return Outside(database)


async def test_plain_sql_cannot_start_a_backward_runner_without_eyes(town: Outside) -> None:
    outing = await town.call()
    with pytest.raises(DBAPIError, match="without eyes"):
        async with town.database.writer.begin() as connection:
            await connection.execute(text("UPDATE outings SET state = 'under_way'"))
    assert (await town.again(outing)).state is OutingState.OPEN


async def test_plain_sql_cannot_write_an_outing_under_way_and_then_its_runner(town: Outside) -> None:
    await town.call()
    async with town.database.writer.begin() as connection:
        (outing,) = (await connection.execute(select(Outing.__table__))).mappings()
        (runner,) = (await connection.execute(select(Companion.__table__))).mappings()
        begun = {**outing, "outing_id": 77, "ordinal": 1, "state": "under_way"}
        await connection.execute(insert(Outing).values(begun))
    with pytest.raises(DBAPIError, match="without eyes"):
        async with town.database.writer.begin() as connection:
            await connection.execute(insert(Companion).values({**runner, "outing_id": 77}))


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM companions WHERE user_id = 12",
        "UPDATE companions SET first_role = 'backward' WHERE user_id = 12",
        "UPDATE companions SET second_role = 'backward' WHERE user_id = 12",
        "UPDATE companions SET presence = 'left' WHERE user_id = 12",
        "UPDATE companions SET outing_id = (SELECT MAX(outing_id) FROM outings) WHERE user_id = 12",
        "UPDATE companions SET first_role = 'looking' WHERE user_id = 12",
        "INSERT INTO companions (outing_id, user_id, wish, first_role, second_role, presence, since)"
        " SELECT outing_id, 13, 'backward', 'backward', 'backward', 'in', created_at FROM outings"
        " WHERE state = 'under_way'",
    ],
)
async def test_plain_sql_cannot_take_the_eyes_away_under_way(town: Outside, statement: str) -> None:
    await town.club_sets(backward_per_spotter=1)
    await town.out()
    await town.call(CEM, at=START + timedelta(days=1))
    with pytest.raises(DBAPIError, match="without eyes"):
        async with town.database.writer.begin() as connection:
            await connection.execute(text(statement))
