"""Rebuilding the run projections of everybody, while runs are logged, and after a process that was killed."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import delete, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.runs.run_facts import MemberKey
from bot.domain.runs.runs import Direction, Stretch
from bot.services.projections import rebuilding, run_projections
from bot.services.projections.rebuilding import Difference, PersonRebuilt, rebuild_people
from bot.services.projections.run_projections import Projection
from db.engine import Database
from db.models import BestEffort, Standing
from tests.builders.projections import ALICE, BOB, CAROL, CLUB, OTHER_CLUB, PEOPLE, Rows, Town, rows_of

SHORT = Stretch(Direction.BACKWARD, 1000, 400_000)


async def a_town(database: Database) -> Town:
    """Return a town where everybody has run: in both clubs, in one with a spotter, in none."""
    town = Town(database)
    for user_id in PEOPLE:
        for guild_id in (CLUB, OTHER_CLUB):
            await town.meet(user_id, guild_id)
    await town.answer(await town.log(ALICE, town.content(spotter_id=BOB)), BOB)
    await town.log(ALICE, town.content(SHORT), OTHER_CLUB)
    await town.log(BOB, town.content(), None)
    await town.log(CAROL, town.content())
    return town


async def rows(database: Database) -> Rows:
    async with database.read() as session:
        return await rows_of(session, run_projections.PROJECTIONS)


async def spoil(database: Database, *people: int) -> None:
    """Give people wrong rows: one too few, one with a wrong value."""
    async with database.write() as session:
        await session.execute(update(Standing).where(Standing.user_id.in_(people)).values(days_out=99))
        await session.execute(delete(BestEffort).where(BestEffort.user_id.in_(people), BestEffort.listed_m == 5000))


async def all_of(found: AsyncIterator[PersonRebuilt]) -> dict[int, tuple[Difference, ...]]:
    return {person.user_id: person.differences async for person in found}


async def test_wrong_rows_are_reported_by_a_check_and_corrected_by_a_rebuild(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rebuilding, "PAGE", 2)
    town = await a_town(database)
    right = await rows(database)
    assert await all_of(rebuild_people(database, keep=False)) == dict.fromkeys(PEOPLE, ())
    await spoil(database, ALICE, BOB)
    wrong = await rows(database)
    reported = await all_of(rebuild_people(database, keep=False))
    assert await rows(database) == wrong, "a check changes nothing"
    assert {user_id: [one.table for one in found] for user_id, found in reported.items()} == {
        ALICE: ["best_efforts", "standings"], BOB: ["best_efforts", "standings"], CAROL: [],
    }  # fmt: skip
    assert [(one.missing, one.surplus) for one in reported[BOB] if one.table == "best_efforts"] == [(1, 0)]
    rebuilt = {}
    async for person in rebuild_people(database):
        rebuilt[person.user_id] = person.differences
        if person.user_id == ALICE:  # commands go on meanwhile
            for who in (ALICE, CAROL):
                await town.delete(await town.log(who, town.content(SHORT)), who)
    assert rebuilt == reported
    assert await rows(database) == right


async def test_a_club_or_a_person_is_rebuilt_by_itself_and_a_rebuild_continues(database: Database) -> None:
    await a_town(database)
    right = await rows(database)
    await spoil(database, *PEOPLE)
    assert set(await all_of(rebuild_people(database, user_id=CAROL))) == {CAROL}
    assert set(await all_of(rebuild_people(database, keep=False, after=ALICE))) == {BOB, CAROL}
    assert await all_of(rebuild_people(database, user_id=1)) == {}
    assert set(await all_of(rebuild_people(database, guild_id=OTHER_CLUB))) == set(PEOPLE)
    left = await all_of(rebuild_people(database, keep=False))
    assert [user_id for user_id, found in left.items() if found] == [ALICE, BOB], "those of the other club are left"
    await all_of(rebuild_people(database, guild_id=CLUB))
    assert await rows(database) == right


async def test_a_rebuild_that_dies_leaves_nobody_half_rebuilt(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await a_town(database)
    right = await rows(database)
    await spoil(database, *PEOPLE)
    wrong = await rows(database)
    first, second = run_projections.PROJECTIONS[:2]

    async def dies(session: AsyncSession, member: MemberKey) -> None:
        await second.rebuild(session, member)
        if member.user_id == BOB:
            raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr(run_projections, "PROJECTIONS", (first, Projection(second.table, second.apply, dies)))
        with pytest.raises(RuntimeError):
            await all_of(rebuild_people(database))
    left = await rows(database)
    for table, column in (("standings", 4), ("best_efforts", 3)):
        found = left[table]
        assert {row for row in found if row[column] == ALICE} == {row for row in right[table] if row[column] == ALICE}
        assert {row for row in found if row[column] != ALICE} == {row for row in wrong[table] if row[column] != ALICE}
    await all_of(rebuild_people(database, after=ALICE))
    assert await rows(database) == right
