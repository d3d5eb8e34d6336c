"""Lowered club limits apply to agreed outings: checked when they change, at confirm and at check-in."""

from __future__ import annotations

from datetime import timedelta

import pytest
import pytest_asyncio
from sqlalchemy import delete, select

from bot.domain.outings.outing_rules import OutingState, Wish
from bot.domain.runs.runs import Surface
from bot.services.clubs import clubs
from bot.services.outings import club_limits
from bot.services.outings.outing_signup import SignupDone
from bot.services.outings.outings import OutingView
from bot.services.partners import meeting_points
from db.engine import Database
from db.models import Due, MeetingPoint
from tests.builders.outings import ADA, BEN, CEM, CLUB, DORA, START
from tests.builders.safety import Outside

LETTER = "outing.limits"


@pytest_asyncio.fixture
async def town(database: Database) -> Outside:
    return Outside(database)


async def trio(town: Outside, surface: Surface = Surface.ROAD) -> OutingView:
    """Return a confirmed outing of two backward runners and one spotter."""
    outing = await town.call(surface=surface)
    await town.join(BEN, outing)
    await town.confirm(BEN, outing)
    await town.join(CEM, outing, Wish.BACKWARD)
    after = await town.again(outing)
    assert after.state is OutingState.CONFIRMED
    return after


async def checked(town: Outside) -> int:
    """Run the due limit checks, each in its own transaction, and return the number of outings."""
    async with town.database.read() as session:
        ids = list(await session.scalars(select(Due.subject_id).where(Due.kind == LETTER)))
    for outing_id in ids:
        async with town.database.write() as session:
            await session.execute(delete(Due).where(Due.kind == LETTER, Due.subject_id == outing_id))
            await club_limits.check(session, outing_id or 0, town.now)
    return len(ids)


async def told(town: Outside) -> list[int]:
    return [who for _, who, _ in await town.said(LETTER)]


async def test_a_lower_limit_opens_what_it_leaves_without_eyes_and_all_are_told_and_asked_anew(town: Outside) -> None:
    outing = await trio(town)
    await town.person(DORA)
    await clubs.set_backward_per_spotter(town.database, CLUB, 1, town.now)
    assert (await town.again(outing)).state is OutingState.CONFIRMED, "each outing in a transaction of its own"
    assert await checked(town) == 1
    after = await town.again(outing)
    assert (after.state, after.terms, after.backward_per_spotter) == (OutingState.OPEN, 2, 1)
    assert not any(c.confirmed for c in after.inside)
    assert await told(town) == [ADA, BEN, CEM]
    await town.join(DORA, after, Wish.SPOTTER)
    after = await town.again(outing)
    assert (after.state, after.places) == (OutingState.FILLED, 4), "there is room for the eyes that lack"
    for who in (ADA, BEN, CEM, DORA):
        await town.confirm(who, after)
    assert (await town.again(outing)).state is OutingState.CONFIRMED


async def test_what_keeps_its_eyes_is_left_in_peace_and_takes_the_limit(town: Outside) -> None:
    outing = await town.agreed()
    await clubs.set_backward_per_spotter(town.database, CLUB, 1, town.now)
    await checked(town)
    after = await town.again(outing)
    assert (after.state, after.terms, after.backward_per_spotter, after.places) == (OutingState.CONFIRMED, 1, 1, 2)
    assert await told(town) == []


async def test_a_surface_no_longer_allowed_alone_opens_who_counted_on_it(town: Outside) -> None:
    outing = await town.call(surface=Surface.TRACK)
    await town.join(BEN, outing, Wish.BACKWARD)
    await town.confirm(BEN, outing)
    assert (await town.again(outing)).state is OutingState.CONFIRMED
    await clubs.set_solo_surfaces(town.database, CLUB, [], town.now)
    await checked(town)
    after = await town.again(outing)
    assert (after.state, after.solo) == (OutingState.OPEN, False)
    assert await told(town) == [ADA, BEN]


async def test_roles_that_change_by_it_are_asked_anew(town: Outside) -> None:
    """Without solo running and with one backward runner per spotter, the same wishes need other roles."""
    outing = await town.call(wish=Wish.SWAP, surface=Surface.TRACK)
    await town.join(BEN, outing, Wish.BACKWARD)
    await town.join(CEM, outing, Wish.SWAP)
    for who in (ADA, BEN, CEM):
        await town.confirm(who, outing)
    assert (await town.again(outing)).state is OutingState.CONFIRMED
    await clubs.set_backward_per_spotter(town.database, CLUB, 1, town.now)
    await clubs.set_solo_surfaces(town.database, CLUB, [], town.now)
    await checked(town)
    assert (await town.again(outing)).state is OutingState.OPEN


async def test_a_limit_raised_again_reaches_calls_and_not_what_is_agreed(town: Outside) -> None:
    outing = await town.agreed()
    call = await town.call(CEM, at=START + timedelta(days=1), surface=Surface.PATH)
    for runners in (1, 3):
        await clubs.set_backward_per_spotter(town.database, CLUB, runners, town.now)
        await checked(town)
    await clubs.set_solo_surfaces(town.database, CLUB, ["path"], town.now)
    await checked(town)
    agreed, call = await town.again(outing), await town.again(call)
    assert (agreed.backward_per_spotter, agreed.solo) == (1, False)
    assert (call.backward_per_spotter, call.places, call.solo) == (3, 4, True)


@pytest.mark.parametrize("late", ["changed", "named later"])
async def test_a_meeting_point_that_is_a_road_after_all_reaches_what_is_agreed_there(town: Outside, late: str) -> None:
    if late == "changed":
        await town.meeting_point("Stadium", surface="track")
    outing = await town.call(surface=Surface.TRACK)
    await town.join(BEN, outing, Wish.BACKWARD)
    await town.confirm(BEN, outing)
    assert (await town.again(outing)).state is OutingState.CONFIRMED
    if late == "changed":
        async with town.database.read() as session:
            point_id = await session.scalar(select(MeetingPoint.point_id))
        await meeting_points.change(town.database, CLUB, point_id or 0, "Stadium", "road", "", town.now)
    else:
        await meeting_points.add(town.database, CLUB, "stadium", "road", "", town.now)
    assert await checked(town) == 1
    after = await town.again(outing)
    assert (after.state, after.surface, after.solo) == (OutingState.OPEN, Surface.ROAD, False)
    assert await told(town) == [ADA, BEN]


async def test_at_confirm_today_s_limits_hold_even_if_nothing_told_of_them(town: Outside) -> None:
    outing = await town.call()
    await town.join(BEN, outing)
    await town.join(CEM, outing, Wish.BACKWARD)
    await town.confirm(BEN, outing)
    await town.club_sets(backward_per_spotter=1)
    answer = await town.confirm(CEM, outing)
    assert (answer.done, answer.outing.state) == (SignupDone.LIMITS, OutingState.OPEN)
    assert await told(town) == [ADA, BEN, CEM]


async def test_at_check_in_today_s_limits_hold_even_if_nothing_told_of_them(town: Outside) -> None:
    outing = await trio(town)
    await town.club_sets(backward_per_spotter=1)
    town.now = START
    after = await town.check_in(ADA, outing, present=[ADA, BEN, CEM])
    assert (after.state, after.started_at) == (OutingState.OPEN, None)
    assert await told(town) == [ADA, BEN, CEM]
    assert await town.said("outing.out") == []


async def test_alone_on_what_is_no_longer_allowed_nobody_checks_in(town: Outside) -> None:
    outing = await town.agreed(surface=Surface.TRACK)
    await town.club_sets(solo_surfaces=[])
    town.now = START
    after = await town.check_in(ADA, outing, present=[ADA])
    assert (after.state, after.started_at, after.solo) == (OutingState.OPEN, None, False)


async def test_those_who_are_out_are_left_alone(town: Outside) -> None:
    outing = await town.out(surface=Surface.TRACK)
    await clubs.set_solo_surfaces(town.database, CLUB, [], town.now)
    await clubs.set_backward_per_spotter(town.database, CLUB, 1, town.now)
    assert await checked(town) == 0
    assert (await town.again(outing)).state is OutingState.UNDER_WAY


async def test_what_has_begun_between_the_change_and_the_check_is_left_alone(town: Outside) -> None:
    outing = await town.agreed()
    await clubs.set_backward_per_spotter(town.database, CLUB, 1, town.now)
    town.now = START
    await town.check_in(ADA, outing)
    await checked(town)
    assert (await town.again(outing)).state is OutingState.UNDER_WAY
