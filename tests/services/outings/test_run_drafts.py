"""Drafted runs of outings: owner, directions, spotter and spotting credit."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import pytest_asyncio
from sqlalchemy import select

from bot.domain.outings.call_terms import Wanted
from bot.domain.outings.outing_rules import Wish
from bot.domain.runs.runs import Direction, RunContent, SpotterState, Stretch, Surface
from bot.errors import NotFound
from bot.services.outings import no_shows, partner_calls, run_drafts
from bot.services.outings.outings import OutingView
from bot.services.outings.partner_calls import CallRequest
from bot.services.outings.run_drafts import Draft
from bot.services.privacy import privacy
from db.engine import Database
from db.models import Spotting
from tests.builders.outings import ADA, BEN, CEM, CHANNEL, START
from tests.builders.safety import MINUTE, Outside


@pytest_asyncio.fixture
async def town(database: Database) -> Outside:
    return Outside(database)


async def drafted(town: Outside, outing: OutingView, *people: int) -> list[Draft]:
    """Bring everyone home after 40 minutes and return their drafts."""
    town.now = START + 40 * MINUTE
    for who in people:
        await town.home(who, outing)
    return [
        await run_drafts.own_draft(town.database, outing.outing_id, await town.person(who), town.now) for who in people
    ]


def told(draft: Draft) -> tuple[list[tuple[str, int | None, int]], int | None, int, int]:
    """Return direction, metres and minutes of each stretch; the spotter; metres and minutes of spotting for others."""
    stretches = [(s.direction.value, s.distance_m, s.duration_ms // 60_000) for s in draft.content.stretches]
    return stretches, draft.content.spotter_id, draft.spotted_m, draft.spotted_ms // 60_000


async def five_km(town: Outside, wish: Wish, surface: Surface = Surface.ROAD) -> OutingView:
    wish_of_ada = CallRequest("Park", Wanted(START, 5000, None, None), wish, surface=surface, channel_id=CHANNEL)
    number = next(town.numbers)
    return await partner_calls.call(
        town.database, await town.person(ADA), wish_of_ada, interaction_id=number, now=town.now
    )


async def test_the_instants_of_presses_make_no_tenths_of_a_second(town: Outside) -> None:
    outing = await five_km(town, Wish.SWAP)
    await town.join(BEN, outing, Wish.SWAP)
    town.now = START + timedelta(milliseconds=140)
    await town.check_in(ADA, outing, present=[ADA, BEN])
    town.now = START + 18 * MINUTE + timedelta(milliseconds=470)
    await town.swap(ADA, outing)
    town.now = START + 40 * MINUTE + timedelta(milliseconds=610)
    await town.home(ADA, outing)
    draft = await run_drafts.own_draft(town.database, outing.outing_id, await town.person(ADA), town.now)
    assert [stretch.duration_ms for stretch in draft.content.stretches] == [18 * 60_000, 22 * 60_000]
    assert draft.spotted_ms % 1000 == 0


async def test_two_run_backward_with_one_in_front_who_is_credited_once(town: Outside) -> None:
    outing = await five_km(town, Wish.BACKWARD)
    await town.join(CEM, outing, Wish.SPOTTER)
    await town.join(BEN, outing, Wish.BACKWARD)
    town.now = START
    await town.check_in(ADA, outing, present=[ADA, BEN, CEM])
    ada, ben, cem = await drafted(town, outing, ADA, BEN, CEM)
    assert told(ada) == told(ben) == ([("backward", 5000, 40)], CEM, 0, 0)
    assert told(cem) == ([("forward", 5000, 40)], None, 5000, 40)


async def test_three_who_swap_each_have_eyes_in_their_half(town: Outside) -> None:
    outing = await five_km(town, Wish.SWAP)
    await town.join(BEN, outing, Wish.SWAP)
    await town.join(CEM, outing, Wish.SWAP)
    town.now = START
    await town.check_in(ADA, outing, present=[ADA, BEN, CEM])
    town.now = START + 10 * MINUTE
    await town.swap(BEN, outing)
    ada, ben, cem = await drafted(town, outing, ADA, BEN, CEM)
    assert told(ada) == told(ben) == ([("backward", 1250, 10), ("forward", 3750, 30)], CEM, 3750, 30)
    assert told(cem) == ([("forward", 1250, 10), ("backward", 3750, 30)], ADA, 1250, 10)


async def test_alone_on_a_track_nobody_is_named(town: Outside) -> None:
    outing = await five_km(town, Wish.BACKWARD, Surface.TRACK)
    await town.join(BEN, outing, Wish.SPOTTER)
    town.now = START
    await town.check_in(ADA, outing, present=[ADA])
    (ada,) = await drafted(town, outing, ADA)
    assert told(ada) == ([("backward", 5000, 40)], None, 0, 0)
    with pytest.raises(NotFound):
        await run_drafts.own_draft(town.database, outing.outing_id, await town.person(BEN), town.now)


async def test_what_is_corrected_before_it_is_logged_is_what_is_credited(town: Outside) -> None:
    outing = await five_km(town, Wish.BACKWARD)
    await town.join(BEN, outing, Wish.SPOTTER)
    town.now = START
    await town.check_in(ADA, outing)
    await drafted(town, outing, ADA, BEN)

    def shorter(content: RunContent) -> RunContent:
        return replace(content, stretches=(Stretch(Direction.FORWARD, 2000, 16 * 60_000),))

    ben = await town.person(BEN)
    await run_drafts.log_draft(town.database, outing.outing_id, ben, interaction_id=1, now=town.now, amend=shorter)
    async with town.database.read() as session:
        (credit,) = await session.scalars(select(Spotting))
    assert (credit.user_id, credit.distance_m, credit.duration_ms) == (BEN, 2000, 16 * 60_000)


@pytest.mark.parametrize("said", ["no", "no_show"])
async def test_who_says_he_was_not_there_is_named_by_nobody(town: Outside, said: str) -> None:
    outing = await town.agreed()
    await town.until(START + 31 * MINUTE)
    await no_shows.answer(town.database, outing.outing_id, ADA, "yes", interaction_id=1, now=town.now)
    ada = await town.person(ADA)
    before = (await run_drafts.own_draft(town.database, outing.outing_id, ada, town.now)).content
    assert (before.spotter_id, before.spotter_state) == (BEN, SpotterState.ASKED), "he has not said so yet"
    await no_shows.answer(town.database, outing.outing_id, BEN, said, interaction_id=2, now=town.now)
    assert (await run_drafts.own_draft(town.database, outing.outing_id, ada, town.now)).content.spotter_id is None


async def test_of_the_erased_no_draft_is_left(town: Outside) -> None:
    outing = await town.out()
    await drafted(town, outing, ADA, BEN)
    ada = await town.person(ADA)
    await privacy.erase(town.database, ADA, town.now)
    with pytest.raises(NotFound):
        await run_drafts.log_draft(town.database, outing.outing_id, ada, interaction_id=1, now=town.now)
    ben = await run_drafts.own_draft(town.database, outing.outing_id, await town.person(BEN), town.now)
    assert [s.direction.value for s in ben.content.stretches] == ["forward"]
