"""A quiet alarm that was taken but not closed: the taker is reminded, then all are alerted again."""

from __future__ import annotations

import pytest_asyncio
from sqlalchemy import select

from bot.services.safety import quiet_alarms
from db.engine import Database
from db.models import UnsafeAlarm
from tests.builders.outings import ADA, CLUB, EVE
from tests.builders.safety import MINUTE, Outside

ROOM = 955


@pytest_asyncio.fixture
async def town(database: Database) -> Outside:
    return Outside(database)


async def taken(town: Outside) -> tuple[int, int]:
    """Return the ids of Ada's outing and alarm, taken by Eve, an organiser."""
    await town.person(EVE)
    await town.club_sets(organisers_channel_id=ROOM, owner_id=EVE)
    outing = await town.out()
    await town.unsafe(ADA, outing)
    async with town.database.read() as session:
        alarm_id = await session.scalar(select(UnsafeAlarm.alarm_id))
    assert alarm_id is not None
    await quiet_alarms.take(
        town.database, outing.outing_id, alarm_id, EVE, organises=CLUB, interaction_id=next(town.numbers), now=town.now
    )
    return outing.outing_id, alarm_id


async def test_who_never_closes_it_is_reminded_alone_and_then_it_sounds_for_all(town: Outside) -> None:
    await taken(town)
    before = await town.said("alert.unsafe", "alert.unsafe_turn")
    at = town.now
    await town.until(at + 59 * MINUTE)
    assert await town.said("alert.unsafe", "alert.unsafe_turn") == before
    await town.until(at + 119 * MINUTE)
    reminded = [*before, ("alert.unsafe_turn", EVE, 0)]
    assert await town.said("alert.unsafe", "alert.unsafe_turn") == reminded
    await town.until(at + 121 * MINUTE)
    everybody = [*reminded, ("alert.unsafe", 0, ROOM), ("alert.unsafe", EVE, 0)]
    assert sorted(await town.said("alert.unsafe", "alert.unsafe_turn")) == sorted(everybody)
    await town.until(at + 300 * MINUTE)
    assert not await town.said("alert.unheard")  # someone answered, so Ada is not told that nobody did


async def test_once_it_is_closed_nobody_is_reminded(town: Outside) -> None:
    outing_id, alarm_id = await taken(town)
    await quiet_alarms.close(
        town.database, outing_id, alarm_id, EVE, "She is home", organises=CLUB, interaction_id=next(town.numbers),
        now=town.now,
    )  # fmt: skip
    before = await town.said("alert.unsafe", "alert.unsafe_turn")
    await town.until(town.now + 300 * MINUTE)
    assert await town.said("alert.unsafe", "alert.unsafe_turn") == before
