"""Database constraints: no statement can leave a backward runner without a spotter."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
import pytest_asyncio
from sqlalchemy import insert, select, text
from sqlalchemy.exc import DBAPIError

from bot.domain.outings.outing_rules import OutingState
from db.engine import Database
from db.models import Companion, Outing
from tests.builders.at_once import waits_or_ends
from tests.builders.outings import BEN, CEM, START
from tests.builders.privacy import fill
from tests.builders.safety import Outside

STARTS = "UPDATE outings SET state = 'under_way', started_at = created_at, due_back_at = starts_at"


@pytest_asyncio.fixture
async def town(database: Database) -> Outside:
    return Outside(database)


async def test_plain_sql_cannot_start_a_backward_runner_without_eyes(town: Outside) -> None:
    outing = await town.call()
    with pytest.raises(DBAPIError, match="without eyes"):
        async with town.database.writer.begin() as connection:
            await connection.execute(text(STARTS))
    assert (await town.again(outing)).state is OutingState.OPEN


async def test_plain_sql_cannot_write_an_outing_under_way_and_then_its_runner(town: Outside) -> None:
    await town.call()
    async with town.database.writer.begin() as connection:
        (outing,) = (await connection.execute(select(Outing.__table__))).mappings()
        (runner,) = (await connection.execute(select(Companion.__table__))).mappings()
        begun = {
            **outing,
            "outing_id": 77,
            "ordinal": 1,
            "state": "under_way",
            "started_at": START,
            "due_back_at": START,
        }
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
        "UPDATE companions SET home_at = checked_in_at WHERE user_id = 12",
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


GOES = "UPDATE companions SET presence = 'left' WHERE user_id = 12"
JOINS = (
    "INSERT INTO companions (outing_id, user_id, wish, first_role, second_role, presence, since)"
    " SELECT outing_id, 13, 'backward', 'backward', 'backward', 'in', created_at FROM outings"
)


@pytest.mark.parametrize("database_url", [pytest.param("postgresql", marks=pytest.mark.postgresql)], indirect=True)
@pytest.mark.parametrize(
    ("first", "then"), [(STARTS, GOES), (GOES, STARTS), (STARTS, JOINS), (JOINS, STARTS)],
    ids=["starts, spotter goes", "spotter goes, starts", "starts, runner joins", "runner joins, starts"],
)  # fmt: skip
async def test_two_at_once_cannot_break_together_what_neither_breaks_alone(
    town: Outside, first: str, then: str
) -> None:
    await town.club_sets(backward_per_spotter=1)
    outing = await town.call()
    await town.join(BEN, outing)  # filled: the constraints apply from the start on
    await town.person(CEM)
    async with town.database.writer.connect() as one, town.database.writer.connect() as other:
        await one.execute(text(first))
        following = asyncio.create_task(other.execute(text(then)))
        await waits_or_ends(town.database, following)
        await one.commit()
        with pytest.raises(DBAPIError, match="without eyes"):
            await following
        await other.rollback()
    after = await town.again(outing)
    begun = after.state is OutingState.UNDER_WAY
    assert (begun, len(after.inside)) in {(True, 2), (False, 1), (False, 3)}


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE outings SET eyes_lost_at = created_at",
        f"{STARTS}, eyes_lost_at = created_at",
        "UPDATE outings SET state = 'out'",
        "UPDATE outings SET state = ''",
        "UPDATE outings SET audience = 'men'",
        "UPDATE outings SET solo = TRUE",
        f"{STARTS}, solo = TRUE",
        "UPDATE outings SET surface = NULL, solo = TRUE",
        "UPDATE outings SET state = 'under_way'",
        "UPDATE companions SET first_role = 'looking'",
        "UPDATE companions SET second_role = 'swap'",
        "UPDATE companions SET wish = 'walk'",
        "UPDATE companions SET presence = 'out'",
        "UPDATE companions SET happened = 'maybe'",
        "UPDATE companions SET draft = 'twice'",
        "UPDATE companions SET home_at = since, checked_in_at = NULL",
    ],
)
async def test_plain_sql_cannot_write_what_no_state_knows(town: Outside, statement: str) -> None:
    """Reject solo on a road, a lost spotter before the start, and unknown values."""
    outing = await town.call()
    before = await town.again(outing)
    with pytest.raises(DBAPIError, match=r"CHECK constraint|check constraint|without eyes"):
        async with town.database.writer.begin() as connection:
            await connection.execute(text(statement))
    assert await town.again(outing) == before


async def test_plain_sql_cannot_forget_that_somebody_is_without_eyes(town: Outside) -> None:
    await town.home(BEN, await town.out())
    with pytest.raises(DBAPIError, match="without eyes"):
        async with town.database.writer.begin() as connection:
            await connection.execute(text("UPDATE outings SET eyes_lost_at = NULL"))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE contacts SET state = 'yes'",
        "UPDATE ties SET kind = 'blok'",
        "UPDATE rounds SET state = 'open'",
        "UPDATE round_places SET state = 'in'",
    ],
)
async def test_who_meets_whom_and_who_is_alarmed_is_decided_by_words_the_code_knows(
    database: Database, statement: str
) -> None:
    await fill(database)
    with pytest.raises(DBAPIError, match=r"CHECK constraint|check constraint"):
        async with database.writer.begin() as connection:
            await connection.execute(text(statement))
