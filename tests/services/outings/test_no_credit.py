"""No credit for minutes or spotting that did not happen, whatever is pressed in whatever order."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import select

from bot.domain.outings.call_terms import Wanted
from bot.domain.outings.outing_rules import OutingState, Presence, Wish
from bot.domain.runs.runs import Direction, RunContent, SpotterState, Stretch, Surface
from bot.errors import BadInput, Conflict, NotFound
from bot.services.outings import no_shows, partner_calls, run_drafts
from bot.services.outings.outings import OutingView
from bot.services.outings.partner_calls import CallRequest
from bot.services.outings.run_drafts import Draft
from bot.services.runs import run_changes
from db.engine import Database
from db.models import NoShow, Run, Spotting
from tests.builders.outings import ADA, BEN, CEM, CHANNEL, CLUB, START, refused
from tests.builders.safety import MINUTE, Outside


@pytest_asyncio.fixture
async def town(database: Database) -> Outside:
    return Outside(database)


async def five_km(town: Outside, *wishes: tuple[int, Wish], surface: Surface = Surface.ROAD) -> OutingView:
    """Return a started outing of 5 km, planned for 40 minutes."""
    (first, wish), *others = wishes
    asked = CallRequest("Park", Wanted(START, 5000, None, None), wish, surface=surface, channel_id=CHANNEL)
    person = await town.person(first)
    outing = await partner_calls.call(town.database, person, asked, interaction_id=next(town.numbers), now=town.now)
    for who, as_what in others:
        await town.join(who, outing, as_what)
    town.now = START
    return await town.check_in(first, await town.again(outing), present=[who for who, _ in wishes])


async def draft(town: Outside, outing: OutingView, who: int) -> Draft:
    return await run_drafts.own_draft(town.database, outing.outing_id, await town.person(who), town.now)


def told(one: Draft) -> tuple[list[tuple[str, int | None, int]], int]:
    """Return direction, metres and minutes of each stretch, and the minutes of spotting for others."""
    stretches = [(s.direction.value, s.distance_m, s.duration_ms // 60_000) for s in one.content.stretches]
    return stretches, one.spotted_ms // 60_000


async def log(town: Outside, outing: OutingView, who: int, **options: Any) -> Any:
    person, number = await town.person(who), next(town.numbers)
    return await run_drafts.log_draft(
        town.database, outing.outing_id, person, interaction_id=number, now=town.now, **options
    )


async def answers(town: Outside, outing: OutingView, who: int, said: str) -> OutingView:
    number = next(town.numbers)
    return await no_shows.answer(town.database, outing.outing_id, who, said, interaction_id=number, now=town.now)


async def credited(town: Outside) -> dict[int, int]:
    async with town.database.read() as session:
        return {row.user_id: row.duration_ms // 60_000 for row in await session.scalars(select(Spotting))}


# ── an outing that did not begin ──


async def test_who_was_missed_is_not_told_that_the_others_went_and_logs_nothing(town: Outside) -> None:
    outing = await town.agreed()
    town.now = START
    after = await town.check_in(ADA, outing, present=[ADA])
    ben: Any = after.who(BEN)
    assert (after.state, ben.presence, ben.happened) == (OutingState.OPEN, Presence.LEFT, "missed")
    assert await town.said("outing.happened", "outing.missed") == [("outing.missed", BEN, 0)]
    town.now += timedelta(hours=2)
    for _ in range(2):
        await refused(Conflict, "course.happened.never_began", answers(town, outing, BEN, "yes"))
    await refused(NotFound, "course.draft.none", log(town, outing, BEN))
    assert await town.count(Run) == 0


async def test_who_was_missed_can_say_that_they_could_not_come_and_is_counted_once(town: Outside) -> None:
    outing = await town.agreed()
    town.now = START
    await town.check_in(ADA, outing, present=[ADA])
    for _ in range(2):
        await answers(town, outing, BEN, "no_show")
    await refused(Conflict, "course.happened.never_began", answers(town, outing, BEN, "yes"))
    assert await town.count(NoShow) == 1


async def test_reopened_and_then_begun_with_another_it_is_still_not_theirs(town: Outside) -> None:
    outing = await town.agreed()
    town.now = START
    await town.check_in(ADA, outing, present=[ADA])
    await town.join(CEM, outing)
    after = await town.check_in(ADA, await town.again(outing), present=[ADA, CEM])
    assert after.state is OutingState.UNDER_WAY
    town.now += timedelta(hours=1)
    await refused(Conflict, "course.happened.never_began", answers(town, outing, BEN, "yes"))
    await refused(NotFound, "partners.not_open", town.home(BEN, outing))


async def test_who_comes_after_all_is_in_again_and_logs_the_outing_once(town: Outside) -> None:
    outing = await town.agreed()
    town.now = START
    await town.check_in(ADA, outing, present=[ADA])
    await town.join(BEN, outing)
    again = await town.check_in(ADA, await town.again(outing), present=[ADA, BEN])
    assert again.state is OutingState.UNDER_WAY
    town.now += 40 * MINUTE
    await town.home(BEN, outing)
    await log(town, outing, BEN)
    await refused(Conflict, "course.draft.logged", log(town, outing, BEN))
    assert await town.count(Run) == 1


async def test_of_one_that_lapsed_nothing_is_logged(town: Outside) -> None:
    outing = await town.agreed()
    town.now = START
    await town.check_in(ADA, outing, present=[ADA])
    await town.until(START + 31 * MINUTE)
    assert (await town.again(outing)).state is OutingState.CANCELLED
    for who in (ADA, BEN):
        with pytest.raises((Conflict, NotFound)):
            await answers(town, outing, who, "yes")
    assert await town.count(Run) == 0


async def test_nobody_says_that_it_happened_before_they_are_asked(town: Outside) -> None:
    outing = await town.agreed()
    town.now = START + 29 * MINUTE
    await refused(Conflict, "course.happened.over", answers(town, outing, ADA, "yes"))


async def test_said_to_have_happened_and_then_begun_it_is_logged_once(town: Outside) -> None:
    outing = await town.agreed()
    town.now = START + 31 * MINUTE
    await answers(town, outing, ADA, "yes")
    await log(town, outing, ADA)
    await town.check_in(BEN, outing)
    town.now += 40 * MINUTE
    await town.home(ADA, outing)
    await refused(Conflict, "course.draft.logged", log(town, outing, ADA))
    assert await town.count(Run) == 1


# ── spotting without a backward runner ──


async def test_who_alone_says_that_it_happened_is_credited_with_no_facing_forward(town: Outside) -> None:
    outing = await town.agreed()
    town.now = START + timedelta(hours=1)
    await answers(town, outing, BEN, "yes")
    assert told(await draft(town, outing, BEN)) == ([("forward", None, 40)], 0)
    await answers(town, outing, ADA, "yes")
    assert told(await draft(town, outing, BEN))[1] == 40


async def test_who_was_left_out_and_says_otherwise_is_credited_for_nobody_and_asks_the_spotter(town: Outside) -> None:
    outing = await five_km(town, (ADA, Wish.BACKWARD), (BEN, Wish.SPOTTER), (CEM, Wish.BACKWARD))
    del outing
    other = await town.agreed(at=START + timedelta(days=1))
    await town.join(CEM, other, Wish.BACKWARD)
    town.now = START + timedelta(days=1)
    for who in (ADA, BEN, CEM):
        await town.home(who, (await partner_calls.mine(town.database, who))[0])
    await town.check_in(BEN, await town.again(other), present=[BEN, CEM])
    town.now += timedelta(hours=1)
    await answers(town, other, ADA, "yes")
    ada = await draft(town, other, ADA)
    assert (ada.content.spotter_id, ada.content.spotter_state) == (BEN, SpotterState.ASKED)
    assert not ada.measured


async def test_facing_forward_counts_while_somebody_ran_backward(town: Outside) -> None:
    outing = await five_km(town, (ADA, Wish.BACKWARD), (BEN, Wish.SPOTTER), surface=Surface.TRACK)
    town.now = START + 5 * MINUTE
    await town.home(ADA, outing)
    town.now = START + 40 * MINUTE
    await town.home(BEN, outing)
    assert told(await draft(town, outing, BEN)) == ([("forward", 5000, 40)], 5)
    await log(town, outing, BEN)
    assert await credited(town) == {BEN: 5}


async def test_backward_ends_with_the_last_who_faces_forward(town: Outside) -> None:
    outing = await five_km(town, (ADA, Wish.BACKWARD), (BEN, Wish.SPOTTER))
    town.now = START + 10 * MINUTE
    await town.home(BEN, outing)
    town.now = START + 40 * MINUTE
    await town.home(ADA, outing)
    one = await draft(town, outing, ADA)
    assert told(one) == ([("backward", 1250, 10), ("forward", 3750, 30)], 0)
    assert all(s.estimated for s in one.content.stretches)


async def test_on_a_track_one_runs_backward_on(town: Outside) -> None:
    outing = await five_km(town, (ADA, Wish.BACKWARD), (BEN, Wish.SPOTTER), surface=Surface.TRACK)
    town.now = START + 10 * MINUTE
    await town.home(BEN, outing)
    town.now = START + 40 * MINUTE
    await town.home(ADA, outing)
    assert told(await draft(town, outing, ADA)) == ([("backward", 5000, 40)], 0)


async def test_a_correction_credits_no_more_than_the_outing_can_have_been(town: Outside) -> None:
    outing = await five_km(town, (ADA, Wish.BACKWARD), (BEN, Wish.SPOTTER))
    town.now = START + 40 * MINUTE
    await town.home(ADA, outing)
    await town.home(BEN, outing)

    def longer(content: RunContent) -> RunContent:
        return replace(content, stretches=(Stretch(Direction.FORWARD, 50_000, 10 * 3_600_000),))

    run = await log(town, outing, BEN, amend=longer)
    assert await credited(town) == {BEN: 50}, "to the planned return"

    def longest(content: RunContent) -> RunContent:
        return replace(content, stretches=(Stretch(Direction.FORWARD, 90_000, 20 * 3_600_000),))

    await run_changes.edit_run(town.database, run.run_id, BEN, longest, interaction_id=next(town.numbers), now=town.now)
    assert await credited(town) == {BEN: 50}


# ── plausible in pace and length ──


@pytest.mark.parametrize(
    ("minutes", "metres", "told_min"),
    [(0, None, 1), (1, None, 1), (25, None, 25), (28, 5000, 28), (40, 5000, 40), (50, 5000, 50), (300, 5000, 50)],
)
async def test_the_planned_distance_is_drafted_where_the_time_fits_and_time_until_the_planned_return(
    town: Outside, minutes: int, metres: int | None, told_min: int
) -> None:
    outing = await five_km(town, (ADA, Wish.SPOTTER), (BEN, Wish.BACKWARD))
    town.now = START + minutes * MINUTE
    await town.home(ADA, outing)
    one = await draft(town, outing, ADA)
    assert told(one)[0] == [("forward", metres, told_min)]
    assert one.measured == (minutes <= 50)


async def test_what_others_said_of_the_end_is_no_measure(town: Outside) -> None:
    outing = await five_km(town, (ADA, Wish.BACKWARD), (BEN, Wish.SPOTTER))
    town.now = START + timedelta(hours=6)
    await town.resolve(CEM, outing, organises=CLUB)
    one = await draft(town, outing, ADA)
    assert told(one)[0] == [("backward", 5000, 40)]
    assert not one.measured
    assert not one.doubted
    assert all(s.estimated for s in one.content.stretches)


async def test_no_draft_is_faster_than_anybody_ever_ran(town: Outside) -> None:
    asked = CallRequest(
        "Park", Wanted(START, 5000, None, 200.0), Wish.BACKWARD, surface=Surface.TRACK, channel_id=CHANNEL
    )
    outing = await partner_calls.call(town.database, await town.person(ADA), asked, interaction_id=1, now=town.now)
    await town.join(BEN, outing)
    town.now = START
    await town.check_in(ADA, outing)
    town.now += timedelta(milliseconds=outing.planned_ms)
    await town.home(ADA, outing)
    drafted = await draft(town, outing, ADA)
    assert told(drafted)[0] == [("backward", None, 16)]
    assert drafted.doubted


async def test_a_draft_changed_beyond_belief_is_refused_as_a_typed_run_is(town: Outside) -> None:
    outing = await five_km(town, (ADA, Wish.BACKWARD), (BEN, Wish.SPOTTER))
    town.now += 40 * MINUTE
    await town.home(ADA, outing)

    def flying(content: RunContent) -> RunContent:
        return replace(content, stretches=(Stretch(Direction.BACKWARD, 500_000, 60_000),))

    await refused(BadInput, "course.draft.implausible", log(town, outing, ADA, amend=flying))
    await log(town, outing, ADA)
