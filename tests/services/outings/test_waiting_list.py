"""The waiting list: a free place is offered in order, kept for a limited time, and given once."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
import pytest_asyncio

from bot.domain.outings.outing_rules import Presence
from bot.errors import Conflict
from bot.services.outings import outing_signup
from bot.services.outings.outing_signup import SignupDone
from bot.services.outings.outings import outing_of
from db.engine import Database
from tests.builders.outings import ADA, BEN, CEM, DORA, EVE, START, Town


@pytest_asyncio.fixture
async def town(database: Database) -> Town:
    return Town(database)


async def test_a_place_that_becomes_free_is_offered_in_order_and_kept(town: Town) -> None:
    await town.club_sets(backward_per_spotter=1)
    outing = await town.agreed()
    assert (await town.join(CEM, outing)).done is SignupDone.FULL
    for who in (CEM, DORA):
        assert (await town.wait(who, outing)).done is SignupDone.WAITING
        town.now += timedelta(seconds=1)
    after = (await town.leave(BEN, outing)).outing
    cem, dora = after.waiting
    assert (cem.presence, dora.presence) == (Presence.OFFERED, Presence.WAITING)
    assert await town.letters("outing.offer") == [CEM]
    assert (await town.join(BEN, outing)).done is SignupDone.FULL, "kept for Cem"
    assert (await town.take(CEM, outing)).done is SignupDone.JOINED
    assert await town.due("outing.offer_ends") == []


async def test_without_an_answer_it_goes_to_the_next_and_then_to_those_who_are_free(town: Town) -> None:
    await town.club_sets(backward_per_spotter=1)
    await town.free(EVE, [[4, 0, 1440]])
    outing = await town.agreed()
    await town.wait(CEM, outing)
    await town.wait(DORA, outing)
    await town.leave(BEN, outing)
    for who, offered in ((CEM, [CEM]), (DORA, [CEM, DORA])):
        ((owner, at),) = await town.due("outing.offer_ends")
        assert (owner, at - town.now) == (who, timedelta(minutes=30))
        for town.now in (at - timedelta(seconds=1), at):
            assert await town.letters("outing.offer") == offered
            async with town.database.write() as session:
                await outing_signup.end_offer(session, outing.outing_id, who, town.now)
    assert await town.letters("outing.offer") == [CEM, DORA]
    assert await town.letters("outing.wanted") == [EVE]
    with pytest.raises(Conflict, match="offer_over"):
        await town.take(CEM, outing)
    assert (await town.join(CEM, outing)).done is SignupDone.JOINED


async def test_no_is_an_answer_too_and_wins_nobody_a_second_place(town: Town) -> None:
    await town.club_sets(backward_per_spotter=1)
    outing = await town.agreed()
    for who in (CEM, DORA):
        await town.wait(who, outing)
    await town.leave(BEN, outing)
    assert (await town.leave(CEM, outing)).done is SignupDone.OFF_THE_LIST
    assert await town.letters("outing.offer") == [CEM, DORA]
    await town.take(DORA, outing)
    assert (await town.join(EVE, outing)).done is SignupDone.FULL


async def test_who_is_blocked_with_somebody_in_is_passed_over_without_a_word(town: Town) -> None:
    await town.club_sets(backward_per_spotter=1)
    outing = await town.agreed()
    await town.wait(CEM, outing)
    await town.wait(DORA, outing)
    await town.tie(CEM, ADA)
    await town.leave(BEN, outing)
    assert await town.letters("outing.offer") == [DORA]


async def test_the_last_place_pressed_at_once_is_given_once(town: Town, database_url: str) -> None:
    await town.club_sets(backward_per_spotter=1)
    second = Database.open(database_url)
    try:
        for day in range(8):  # repeated, since a race does not occur every time
            outing = await town.call(at=START + timedelta(days=day))
            pressing = [(BEN, town.database), (CEM, second), (DORA, second)]
            answers = await asyncio.gather(*(town.join(who, outing, database=db) for who, db in pressing))
            assert sorted(answer.done for answer in answers) == [SignupDone.FULL, SignupDone.FULL, SignupDone.JOINED]
            assert len((await outing_of(town.database, outing.outing_id)).inside) == 2
    finally:
        await second.close()
