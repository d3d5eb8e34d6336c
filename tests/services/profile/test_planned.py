"""What a member has planned next, from their outings."""

from __future__ import annotations

from bot.services.clubs import memberships
from bot.services.profile.planned import Planned, PlannedKind, planned_next
from db.engine import Database
from tests.builders.outings import ADA, BEN, CLUB, START, Town


async def test_the_next_outing_is_one_s_own_in_a_club_that_one_has_not_left(database: Database) -> None:
    town = Town(database)
    for who in (ADA, BEN):
        await town.person(who)
    assert await planned_next(database, ADA, town.now) is None
    await town.call()
    assert await planned_next(database, ADA, town.now) == Planned(PlannedKind.OUTING, START)
    assert await planned_next(database, BEN, town.now) is None
    assert await planned_next(database, ADA, START) is None, "it has begun"
    await memberships.leave(database, CLUB, ADA, town.now)
    assert await planned_next(database, ADA, town.now) is None
