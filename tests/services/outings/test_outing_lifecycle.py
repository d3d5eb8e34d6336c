"""An outing from check-in to home, and the run it drafts."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import func, select

from bot.domain.outings.outing_rules import OutingState, Presence, Role, Wish
from bot.domain.runs.runs import Direction, SpotterState, Surface
from bot.errors import BadInput, Conflict, NotFound
from bot.services.clubs import memberships
from bot.services.outings import no_shows, outing_lifecycle, run_drafts
from db.engine import Database
from db.models import Due, NoShow, Run, Spotting
from tests.builders.outings import ADA, BEN, CEM, CLUB, DORA, START, refused
from tests.builders.safety import MINUTE, Outside


@pytest_asyncio.fixture
async def town(database: Database) -> Outside:
    return Outside(database)


# ── check in ──


async def test_one_checks_in_for_all_and_everybody_is_told_until_when(town: Outside) -> None:
    outing = await town.out()
    assert outing.state is OutingState.UNDER_WAY
    assert outing.due_back_at == START + 50 * MINUTE, "40 minutes, and a quarter of them, which is ten"
    assert {c.user_id for c in outing.out} == {ADA, BEN}
    assert await town.said("outing.out") == [("outing.out", ADA, 0), ("outing.out", BEN, 0)]
    assert await town.due("outing.overdue") == [(None, START + 65 * MINUTE)]
    for kind in ("outing.hour", "outing.start", "outing.unstarted", "outing.lapse", "outing.evening"):
        assert await town.due(kind) == [], kind


async def test_without_the_spotter_it_goes_back_to_open_and_everybody_is_told(town: Outside) -> None:
    outing = await town.agreed()
    town.now = START
    after = await town.check_in(ADA, outing, present=[ADA])
    assert (after.state, [c.user_id for c in after.inside]) == (OutingState.OPEN, [ADA])
    assert await town.said("outing.reopened") == [("outing.reopened", ADA, 0)]
    assert await town.said("outing.happened") == [], "the others did not go without him"
    assert await town.said("outing.missed") == [("outing.missed", BEN, 0)], "told privately, and asked"
    assert await town.due("outing.overdue") == []


async def test_where_the_club_allows_it_alone_one_may_start_alone_and_is_watched(town: Outside) -> None:
    outing = await town.agreed(surface=Surface.TRACK)
    town.now = START
    after = await town.check_in(ADA, outing, present=[ADA])
    assert after.state is OutingState.UNDER_WAY
    assert len(await town.due("outing.overdue")) == 1


async def test_three_of_whom_one_is_missing_start_when_the_rule_still_holds(town: Outside) -> None:
    outing = await town.agreed()
    await town.join(CEM, outing, Wish.BACKWARD)
    town.now = START
    after = await town.check_in(BEN, await town.again(outing), present=[BEN, CEM])
    assert after.state is OutingState.UNDER_WAY
    assert [c.user_id for c in after.out] == [BEN, CEM]
    absent = after.who(ADA)
    assert absent is not None
    assert (absent.presence, absent.happened) == (Presence.LEFT, "absent")


@pytest.mark.parametrize(
    ("early", "key"), [(timedelta(hours=1, minutes=1), "course.check_in.early"), (timedelta(minutes=59), None)]
)
async def test_an_hour_before_is_the_earliest(town: Outside, early: timedelta, key: str | None) -> None:
    outing = await town.agreed()
    town.now = START - early
    if key is None:
        assert (await town.check_in(ADA, outing)).state is OutingState.UNDER_WAY
    else:
        await refused(Conflict, key, town.check_in(ADA, outing))


async def test_nobody_is_missing_before_the_start(town: Outside) -> None:
    outing = await town.agreed()
    town.now = START - MINUTE
    await refused(Conflict, "course.check_in.wait", town.check_in(ADA, outing, present=[ADA]))
    assert await town.count(NoShow) == 0


async def test_an_open_outing_never_starts(town: Outside) -> None:
    outing = await town.call()
    town.now = START
    await refused(Conflict, "course.check_in.open", town.check_in(ADA, outing))


async def test_strangers_check_nobody_in(town: Outside) -> None:
    outing = await town.agreed()
    town.now = START
    await town.person(DORA)
    await refused(NotFound, "partners.not_open", town.check_in(DORA, outing))


async def test_ids_of_strangers_among_those_present_are_left_out(town: Outside) -> None:
    outing = await town.agreed()
    town.now = START
    after = await town.check_in(ADA, outing, present=[BEN, DORA, 10**18])
    assert {c.user_id for c in after.companions} == {ADA, BEN}


async def test_two_who_check_in_at_once_start_it_once(town: Outside) -> None:
    outing = await town.agreed()
    town.now = START
    results = await asyncio.gather(town.check_in(ADA, outing), town.check_in(BEN, outing), return_exceptions=True)
    errors = [r for r in results if isinstance(r, BaseException)]
    assert [type(e) for e in errors] == [Conflict]
    assert await town.said("outing.out") == [("outing.out", ADA, 0), ("outing.out", BEN, 0)]


async def test_the_same_press_delivered_twice_starts_it_once(town: Outside) -> None:
    outing = await town.agreed()
    town.now = START
    first = await town.check_in(ADA, outing, interaction_id=77)
    town.now += MINUTE
    assert await town.check_in(ADA, outing, interaction_id=77) == first


async def test_nobody_is_out_twice(town: Outside) -> None:
    await town.out(minutes=20)
    second = await town.call(BEN, at=START + timedelta(hours=3))
    await town.join(CEM, second)
    await town.confirm(CEM, second)
    town.now = START + timedelta(hours=3)
    await refused(Conflict, "course.check_in.elsewhere", town.check_in(CEM, second, present=[BEN, CEM]))
    with pytest.raises(Conflict) as raised:
        await town.check_in(BEN, second, present=[BEN, CEM])
    assert (raised.value.key, raised.value.params["at"], raised.value.params["other_at"]) == (
        "course.check_in.twice", START, START + timedelta(hours=3)
    )  # fmt: skip


# ── half time ──


async def swapping(town: Outside) -> Any:
    outing = await town.call(wish=Wish.SWAP, surface=Surface.ROAD)
    await town.join(BEN, outing, Wish.SWAP)
    await town.confirm(BEN, outing)
    town.now = START
    return await town.check_in(ADA, await town.again(outing))


async def test_half_time_is_called_to_both_and_swaps_once(town: Outside) -> None:
    outing = await swapping(town)
    assert [(c.roles.first, c.roles.second) for c in outing.inside] == [
        (Role.BACKWARD, Role.SPOTTER), (Role.SPOTTER, Role.BACKWARD)
    ]  # fmt: skip
    assert [kind for _, kind, _ in await town.until(START + 20 * MINUTE)] == ["outing.half"]
    assert await town.said("outing.half") == [("outing.half", ADA, 0), ("outing.half", BEN, 0)]
    swapped = await town.swap(BEN, outing)
    assert swapped.swapped_at == START + 20 * MINUTE
    await refused(Conflict, "course.swap.already", town.swap(ADA, outing))


async def test_who_swapped_early_hears_no_half_time_call(town: Outside) -> None:
    outing = await swapping(town)
    town.now = START + 15 * MINUTE
    await town.swap(ADA, outing)
    await town.until(START + 30 * MINUTE)
    assert await town.said("outing.half") == []


async def test_no_half_time_call_after_the_end(town: Outside) -> None:
    await swapping(town)
    async with town.database.write() as session:
        await outing_lifecycle.call_half_time(session, 1, START + 40 * MINUTE)
    assert await town.said("outing.half") == []


async def test_who_is_home_swaps_nobody(town: Outside) -> None:
    outing = await swapping(town)
    town.now = START + 10 * MINUTE
    await town.home(ADA, outing)
    await refused(Conflict, "course.say.not_out", town.swap(ADA, outing))
    assert (await town.again(outing)).swapped_at is None


async def test_an_outing_without_swap_has_no_half_time(town: Outside) -> None:
    outing = await town.out()
    assert await town.due("outing.half") == []
    await refused(Conflict, "course.swap.nobody", town.swap(ADA, outing))


# ── extend ──


async def test_extending_moves_the_escalation_and_tells_the_other(town: Outside) -> None:
    outing = await town.out()
    later = await town.extend(BEN, outing, 30)
    assert later.due_back_at == START + 80 * MINUTE
    assert await town.due("outing.overdue") == [(None, START + 95 * MINUTE)]
    assert await town.said("outing.extended") == [("outing.extended", ADA, 0)]


async def test_an_hour_in_all_whoever_asks(town: Outside) -> None:
    outing = await town.out()
    await town.extend(ADA, outing, 30)
    await town.extend(BEN, outing, 15)
    await refused(Conflict, "course.extend.too_much", town.extend(ADA, outing, 30))
    await town.extend(ADA, outing, 15)
    await refused(Conflict, "course.extend.none", town.extend(BEN, outing, 15))
    await refused(BadInput, "course.extend.length", town.extend(BEN, outing, 600))


async def test_an_extension_asked_for_late_counts_from_now(town: Outside) -> None:
    outing = await town.out()
    await town.until(START + 66 * MINUTE)
    later = await town.extend(ADA, outing, 15)
    assert (later.state, later.due_back_at, later.escalation_step) == (OutingState.UNDER_WAY, START + 81 * MINUTE, -1)


# ── home, and the drafted run ──


async def test_home_for_both_closes_the_presser_alone(town: Outside) -> None:
    outing = await town.out()
    town.now = START + 45 * MINUTE
    after = await town.home(ADA, outing, both=True)
    assert (after.state, [c.user_id for c in after.out]) == (OutingState.UNDER_WAY, [BEN])
    assert await town.said("outing.both_home") == [("outing.both_home", BEN, 0)]
    assert len(await town.due("outing.overdue")) == 1, "Ben's clock runs"
    await refused(Conflict, "course.home.already", town.home(ADA, outing))
    after = await town.home(BEN, outing)
    assert after.state is OutingState.HOME
    assert await town.due("outing.overdue") == []
    assert await town.said("outing.draft") == [("outing.draft", ADA, 0), ("outing.draft", BEN, 0)]


async def test_each_one_s_draft_has_the_direction_of_the_role_and_credits_the_spotter(town: Outside) -> None:
    outing = await town.out()
    town.now = START + 42 * MINUTE
    await town.home(ADA, outing)
    await town.home(BEN, outing)
    ada, ben = await town.person(ADA), await town.person(BEN)
    run = await run_drafts.log_draft(town.database, outing.outing_id, ada, interaction_id=1, now=town.now)
    (stretch,) = run.content.stretches
    assert (stretch.direction, stretch.duration_ms) == (Direction.BACKWARD, 42 * 60_000)
    assert (run.content.spotter_id, run.content.spotter_state, run.source) == (BEN, SpotterState.AGREED, "outing")
    run = await run_drafts.log_draft(town.database, outing.outing_id, ben, interaction_id=2, now=town.now)
    assert [s.direction for s in run.content.stretches] == [Direction.FORWARD]
    async with town.database.read() as session:
        (credit,) = await session.scalars(select(Spotting))
    assert (credit.user_id, credit.duration_ms) == (BEN, 42 * 60_000)


async def test_who_swapped_has_a_stretch_of_each(town: Outside) -> None:
    outing = await swapping(town)
    town.now = START + 18 * MINUTE
    await town.swap(ADA, outing)
    town.now = START + 40 * MINUTE
    await town.home(ADA, outing)
    await town.home(BEN, outing)
    ben = await town.person(BEN)
    draft = await run_drafts.own_draft(town.database, outing.outing_id, ben, town.now)
    assert [(s.direction, s.duration_ms) for s in draft.content.stretches] == [
        (Direction.FORWARD, 18 * 60_000),
        (Direction.BACKWARD, 22 * 60_000),
    ]
    assert draft.spotted_ms == 18 * 60_000


async def test_a_draft_is_logged_once_by_its_runner_alone_or_thrown_away(town: Outside) -> None:
    outing = await town.out()
    town.now = START + 30 * MINUTE
    await town.home(ADA, outing)
    ada, ben, dora = [await town.person(one) for one in (ADA, BEN, DORA)]
    for stranger in (ben, dora):
        doing = run_drafts.log_draft(town.database, outing.outing_id, stranger, interaction_id=3, now=town.now)
        await refused(NotFound, "course.draft.none", doing)
    results = await asyncio.gather(
        *(run_drafts.log_draft(town.database, outing.outing_id, ada, interaction_id=n, now=town.now) for n in (4, 5)),
        return_exceptions=True,
    )
    assert sorted(type(r).__name__ for r in results) == ["Conflict", "RunView"]
    assert await town.count(Run) == 1
    await refused(Conflict, "course.draft.logged", run_drafts.throw_draft(town.database, outing.outing_id, ADA))


async def test_a_draft_thrown_away_is_gone_and_again_is_no_fault(town: Outside) -> None:
    outing = await town.out()
    await town.home(ADA, outing)
    await run_drafts.throw_draft(town.database, outing.outing_id, ADA)
    await run_drafts.throw_draft(town.database, outing.outing_id, ADA)
    ada = await town.person(ADA)
    doing = run_drafts.log_draft(town.database, outing.outing_id, ada, interaction_id=1, now=town.now)
    await refused(Conflict, "course.draft.thrown", doing)


# ── nobody checked in ──


async def test_when_nobody_checks_in_each_is_asked_privately_and_it_is_closed_a_day_later(town: Outside) -> None:
    outing = await town.agreed()
    await town.until(START + 30 * MINUTE)
    assert await town.said("outing.happened") == [("outing.happened", ADA, 0), ("outing.happened", BEN, 0)]
    await town.until(START + timedelta(days=1))
    assert (await town.again(outing)).state is OutingState.NO_SHOW
    assert await town.count(NoShow) == 0, "saying nothing is no word against anybody"


async def test_nobody_is_asked_before_it_could_have_happened(town: Outside) -> None:
    outing = await town.agreed()
    for number, who in enumerate((ADA, BEN)):
        doing = no_shows.answer(town.database, outing.outing_id, who, "yes", interaction_id=number, now=START - MINUTE)
        await refused(Conflict, "course.happened.over", doing)
    assert (await town.again(outing)).state is OutingState.CONFIRMED


async def test_it_happened_all_the_same(town: Outside) -> None:
    outing = await town.agreed()
    await town.until(START + 30 * MINUTE)
    for number, who in enumerate((ADA, BEN)):
        after = await no_shows.answer(town.database, outing.outing_id, who, "yes", interaction_id=number, now=town.now)
    assert after.state is OutingState.HOME
    for minutes, told in ((30, 30), (120, 40)):  # capped at the time since the start
        now = START + minutes * MINUTE
        draft = await run_drafts.own_draft(town.database, outing.outing_id, await town.person(ADA), now)
        assert [(s.direction, s.duration_ms, s.estimated) for s in draft.content.stretches] == [
            (Direction.BACKWARD, told * 60_000, True)
        ]


async def test_the_second_no_show_in_a_month_is_told_to_that_member_and_nobody_else(town: Outside) -> None:
    for day in (0, 7):
        outing = await town.agreed(at=START + timedelta(days=day))
        await town.until(START + timedelta(days=day, minutes=30))
        await no_shows.answer(town.database, outing.outing_id, BEN, "no_show", interaction_id=9000 + day, now=town.now)
    assert await town.said("outing.no_shows") == [("outing.no_shows", BEN, 0)]


async def test_a_no_show_is_one_s_own_word_and_taken_back_by_it(town: Outside) -> None:
    outing = await town.agreed()
    await town.join(CEM, outing, Wish.BACKWARD)
    town.now = START
    await town.check_in(BEN, await town.again(outing), present=[BEN, CEM])
    assert await town.count(NoShow) == 0, "nobody is entered by somebody else alone"
    await no_shows.answer(town.database, outing.outing_id, ADA, "no_show", interaction_id=1, now=town.now)
    assert await town.count(NoShow) == 1
    await no_shows.answer(town.database, outing.outing_id, ADA, "yes", interaction_id=2, now=town.now)
    assert await town.count(NoShow) == 0
    assert (
        await run_drafts.own_draft(town.database, outing.outing_id, await town.person(ADA), town.now)
    ).content.stretches


async def test_reminders_go_to_those_who_are_in_an_outing_that_has_its_people(town: Outside) -> None:
    await town.agreed()
    fired = await town.until(START - MINUTE)
    assert [kind for _, kind, _ in fired] == ["outing.evening", "outing.evening", "outing.hour"]
    assert await town.said("outing.evening", "outing.hour") == [
        ("outing.evening", ADA, 0), ("outing.evening", BEN, 0), ("outing.hour", ADA, 0), ("outing.hour", BEN, 0)
    ]  # fmt: skip
    async with town.database.read() as session:
        assert await session.scalar(select(func.count()).select_from(Due)) is not None


async def test_who_left_the_club_is_out_of_its_outings_and_the_others_are_told(town: Outside) -> None:
    await town.club_sets(backward_per_spotter=1)
    outing = await town.agreed()
    await town.wait(CEM, outing, Wish.SPOTTER)
    await memberships.leave(town.database, CLUB, CEM, town.now)
    await memberships.leave(town.database, CLUB, BEN, town.now)
    after = await town.again(outing)
    assert (after.state, [c.user_id for c in after.inside], after.waiting) == (OutingState.OPEN, [ADA], ())
    assert await town.said("outing.reopened") == [("outing.reopened", ADA, 0)]
