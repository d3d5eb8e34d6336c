"""Two people who erase themselves at the same moment, on PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date

import pytest
import pytest_asyncio
from sqlalchemy import insert, select

from bot.services.privacy import privacy
from db.models import Guild, Round, User
from tests.builders.at_once import Overlapping
from tests.builders.privacy import ALICE, BOB, CARL, CLUB, NOW

pytestmark = pytest.mark.parametrize(
    "database_url", [pytest.param("postgresql", marks=pytest.mark.postgresql)], indirect=True
)


@pytest_asyncio.fixture
async def overlapping(database_url: str) -> AsyncIterator[Overlapping]:
    database = Overlapping.open(database_url)
    yield database
    await database.close()


async def test_neither_is_left_in_the_round_that_was_drawn_with_both(overlapping: Overlapping) -> None:
    drawn = {"outings": [{"user_ids": [ALICE, BOB, CARL], "of": [{"user_id": one} for one in (ALICE, BOB, CARL)]}]}
    async with overlapping.write() as session:
        await session.execute(insert(Guild).values(guild_id=CLUB, name="Krebsgang", created_at=NOW))
        for user_id in (ALICE, BOB, CARL):
            await session.execute(insert(User).values(user_id=user_id, created_at=NOW))
        await session.execute(
            insert(Round).values(
                round_id=1, guild_id=CLUB, monday=date(2026, 11, 16), state="drawn", seed=1, proposal=drawn,
                announced_at=NOW, match_at=NOW,
            )
        )  # fmt: skip
    answers = await overlapping.at_once(*(privacy.erase(overlapping, one, NOW) for one in (ALICE, BOB)))
    assert [answer for answer in answers if isinstance(answer, BaseException)] == []
    async with overlapping.read() as session:
        assert await session.scalar(select(Round.proposal)) == {
            "outings": [{"user_ids": [CARL], "of": [{"user_id": CARL}]}]
        }
