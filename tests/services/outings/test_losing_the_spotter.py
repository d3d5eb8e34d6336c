"""A spotter who leaves while others are out: backward runners are told at once, and a mistake can be undone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import select

from bot.domain.outings.outing_rules import OUT, OutingState, Presence, Wish
from bot.domain.runs.runs import Surface
from bot.errors import Conflict, NotFound
from bot.services.clubs import memberships
from bot.services.outings import run_drafts
from bot.services.outings.outings import OutingView
from bot.services.partners import trust_and_blocks
from bot.services.privacy import privacy
from db.engine import Database
from db.models import Delivery
from tests.builders.outings import ADA, BEN, CEM, CLUB, DORA, START, refused
from tests.builders.safety import MINUTE, Outside

LOST, BACK, ASKED = "outing.eyes_lost", "outing.eyes_back", "outing.both_home"


@pytest_asyncio.fixture
async def town(database: Database) -> Outside:
    return Outside(database)


async def out(town: Outside, *wishes: tuple[int, Wish], surface: Surface = Surface.ROAD) -> OutingView:
    """Return an outing ten minutes after its start, called by the first member, all with their wishes."""
    (first, wish), *others = wishes
    outing = await town.call(first, wish, surface=surface)
    for who, as_what in others:
        await town.join(who, outing, as_what)
    town.now = START
    outing = await town.check_in(first, await town.again(outing), present=[who for who, _ in wishes])
    assert outing.state is OutingState.UNDER_WAY
    town.now += 10 * MINUTE
    return outing


async def told(town: Outside, *kinds: str) -> list[tuple[str, int]]:
    return [(kind, who) for kind, who, _ in await town.said(*(kinds or (LOST, BACK)))]


async def priorities(town: Outside, kind: str) -> set[int]:
    async with town.database.read() as session:
        return set(await session.scalars(select(Delivery.priority).where(Delivery.kind == kind)))


async def test_who_loses_the_only_spotter_is_told_in_the_transaction_of_home(town: Outside) -> None:
    outing = await out(town, (ADA, Wish.BACKWARD), (BEN, Wish.SPOTTER))
    after = await town.home(BEN, outing)
    assert (after.uncovered, after.eyes_lost_at) == ({ADA}, town.now)
    assert await told(town) == [(LOST, ADA)]
    assert await priorities(town, LOST) == {0}, "overtakes what else is on its way"
    await town.home(ADA, outing)
    after = await town.again(outing)
    assert (after.state, after.eyes_lost_at) == (OutingState.HOME, None)
    assert await told(town) == [(LOST, ADA)]


async def test_a_backward_runner_who_goes_home_takes_nobody_s_eyes(town: Outside) -> None:
    outing = await out(town, (ADA, Wish.BACKWARD), (BEN, Wish.SPOTTER))
    after = await town.home(ADA, outing)
    assert (after.uncovered, after.eyes_lost_at, await told(town)) == (frozenset(), None, [])


async def test_of_two_who_lose_their_spotter_both_are_told_once(town: Outside) -> None:
    outing = await out(town, (ADA, Wish.BACKWARD), (BEN, Wish.SPOTTER), (CEM, Wish.BACKWARD))
    await town.home(BEN, outing)
    await town.home(CEM, outing)
    assert await told(town) == [(LOST, ADA), (LOST, CEM)]


async def test_with_a_second_spotter_nobody_is_told_until_that_one_goes_too(town: Outside) -> None:
    outing = await out(town, (ADA, Wish.BACKWARD), (BEN, Wish.SPOTTER), (CEM, Wish.SPOTTER))
    assert (await town.home(BEN, outing)).eyes_lost_at is None
    assert await told(town) == []
    assert (await town.home(CEM, outing)).uncovered == {ADA}
    assert await told(town) == [(LOST, ADA)]


async def test_both_home_asks_and_says_it_in_one_message(town: Outside) -> None:
    outing = await out(town, (ADA, Wish.BACKWARD), (BEN, Wish.SPOTTER))
    after = await town.home(BEN, outing, both=True)
    assert after.uncovered == {ADA}
    assert await told(town, LOST, ASKED) == [(ASKED, ADA)]


async def test_on_a_surface_where_alone_is_allowed_they_are_told_who_has_gone_all_the_same(town: Outside) -> None:
    outing = await out(town, (ADA, Wish.BACKWARD), (BEN, Wish.SPOTTER), surface=Surface.TRACK)
    after = await town.home(BEN, outing)
    assert (after.uncovered, after.eyes_lost_at) == ({ADA}, None)
    assert await told(town) == [(LOST, ADA)]


async def test_who_faces_forward_first_is_told_not_to_swap_and_cannot(town: Outside) -> None:
    outing = await out(town, (ADA, Wish.SWAP), (BEN, Wish.SWAP))
    await town.home(ADA, outing)
    assert await told(town) == [(LOST, BEN)]
    await refused(Conflict, "course.swap.no_eyes", town.swap(BEN, outing))
    await town.until(START + 25 * MINUTE)
    assert await town.said("outing.half") == [], "no call to a change that leaves somebody without eyes"


async def test_who_runs_backward_first_and_is_left_swaps_to_facing_forward(town: Outside) -> None:
    outing = await out(town, (ADA, Wish.SWAP), (BEN, Wish.SWAP))
    await town.home(BEN, outing)
    assert (await town.again(outing)).uncovered == {ADA}
    after = await town.swap(ADA, outing)
    assert (after.uncovered, after.eyes_lost_at) == (frozenset(), None)
    assert await told(town) == [(LOST, ADA)], "nobody came back"


async def test_after_the_swap_it_is_the_second_half_that_counts(town: Outside) -> None:
    outing = await out(town, (ADA, Wish.SWAP), (BEN, Wish.SWAP))
    await town.swap(ADA, outing)  # now Ben runs backward and Ada faces forward
    await town.home(BEN, outing)
    assert await told(town) == []
    await town.still_out(BEN, outing)
    await town.home(ADA, outing)
    assert await told(town) == [(LOST, BEN)]


async def test_an_extension_and_an_alarm_change_nothing_of_it(town: Outside) -> None:
    outing = await out(town, (ADA, Wish.BACKWARD), (BEN, Wish.SPOTTER))
    await town.extend(ADA, outing, 15)
    await town.help(ADA, outing)
    after = await town.home(BEN, outing)
    assert (after.state, after.uncovered) == (OutingState.OVERDUE, {ADA})
    assert await told(town) == [(LOST, ADA)]
    await town.resolve(ADA, outing)
    assert (await town.again(outing)).eyes_lost_at is None


async def test_an_organiser_who_ends_it_for_all_is_let_through(town: Outside) -> None:
    outing = await out(town, (ADA, Wish.SPOTTER), (BEN, Wish.BACKWARD))  # marked home one by one, the spotter first
    await town.person(DORA)
    after = await town.resolve(DORA, outing, organises=CLUB)
    assert (after.state, after.out, await told(town)) == (OutingState.RESOLVED, (), [])


async def test_a_clock_set_back_keeps_nobody_from_coming_home(town: Outside) -> None:
    outing = await out(town, (ADA, Wish.BACKWARD), (BEN, Wish.SPOTTER))
    town.now = START - 30 * MINUTE
    assert (await town.home(BEN, outing)).uncovered == {ADA}


# ── undone ──


async def test_home_is_taken_back_and_the_eyes_are_there_again(town: Outside) -> None:
    outing = await out(town, (ADA, Wish.BACKWARD), (BEN, Wish.SPOTTER))
    await town.home(BEN, outing)
    after = await town.still_out(BEN, outing)
    assert ({c.user_id for c in after.out}, after.uncovered, after.eyes_lost_at) == ({ADA, BEN}, frozenset(), None)
    assert await told(town) == [(LOST, ADA), (BACK, ADA)]
    with pytest.raises(NotFound):
        await run_drafts.own_draft(town.database, outing.outing_id, await town.person(BEN), town.now)
    await town.home(BEN, outing)
    assert await told(town) == [(LOST, ADA), (BACK, ADA), (LOST, ADA)]
    await town.home(ADA, outing)
    assert (await town.again(outing)).state is OutingState.HOME


async def test_taken_back_after_everybody_was_home_the_watch_begins_anew(town: Outside) -> None:
    outing = await out(town, (ADA, Wish.BACKWARD), (BEN, Wish.SPOTTER))
    await town.home(BEN, outing)
    await town.home(ADA, outing)
    assert await town.due("outing.overdue") == []
    after = await town.still_out(ADA, outing)
    assert (after.state, [c.user_id for c in after.out]) == (OutingState.UNDER_WAY, [ADA])
    assert after.due_back_at == outing.due_back_at
    assert (after.uncovered, await told(town)) == ({ADA}, [(LOST, ADA), (LOST, ADA)])
    assert await town.due("outing.overdue") == [(None, START + 65 * MINUTE)]
    await town.until(START + 65 * MINUTE)
    assert await told(town, "alert.ask") == [("alert.ask", ADA)]


async def test_taken_back_after_the_planned_return_they_are_asked_again_before_anybody_is_alarmed(
    town: Outside,
) -> None:
    await town.club_sets(owner_id=500)
    outing = await out(town, (ADA, Wish.BACKWARD), (BEN, Wish.SPOTTER))
    await town.contact(ADA, CEM)
    await town.until(START + 71 * MINUTE)
    assert await told(town, "alert.ask", "alert.contact") == [
        ("alert.ask", ADA), ("alert.ask", BEN), ("alert.contact", CEM)
    ]  # fmt: skip
    await town.home(BEN, outing)
    await town.home(ADA, outing)
    after = await town.still_out(ADA, outing)
    assert (after.escalation_step, after.due_back_at) == (-1, town.now + 10 * MINUTE)
    async with town.database.read() as session:
        clears = [
            (row.user_id, row.payload["how"])
            for row in await session.scalars(
                select(Delivery).where(Delivery.kind == "alert.clear").order_by(Delivery.delivery_id)
            )
        ]
    assert clears[-1] == (CEM, "still_out"), "who read that all are home reads that they are not"
    await town.until(town.now + 31 * MINUTE)
    assert await told(town, "alert.ask", "alert.contact") == [
        ("alert.ask", ADA), ("alert.ask", BEN), ("alert.contact", CEM), ("alert.ask", ADA), ("alert.contact", CEM)
    ]  # fmt: skip


async def test_half_an_hour_after_the_end_it_can_be_taken_back_no_more(town: Outside) -> None:
    outing = await out(town, (ADA, Wish.BACKWARD), (BEN, Wish.SPOTTER))
    await town.home(BEN, outing)
    town.now += timedelta(hours=2)
    assert BEN in {c.user_id for c in (await town.still_out(BEN, outing)).out}, "while somebody is out it always can"
    await town.home(BEN, outing)
    await town.home(ADA, outing)
    town.now += 31 * MINUTE
    await refused(Conflict, "course.still_out.late", town.still_out(ADA, outing))


async def test_only_who_was_out_can_take_it_back_and_once(town: Outside) -> None:
    outing = await out(town, (ADA, Wish.BACKWARD), (BEN, Wish.SPOTTER))
    await town.person(DORA)
    await refused(NotFound, "partners.not_open", town.still_out(DORA, outing))
    await refused(Conflict, "course.still_out.already", town.still_out(BEN, outing))
    other = await town.agreed(at=START + timedelta(days=1))
    await refused(Conflict, "course.say.over", town.still_out(ADA, other))


async def test_who_is_out_elsewhere_meanwhile_cannot_be_out_twice(town: Outside) -> None:
    outing = await out(town, (ADA, Wish.BACKWARD), (BEN, Wish.SPOTTER))
    await town.home(BEN, outing)
    other = await town.call(CEM, at=START + 30 * MINUTE)
    await town.join(BEN, other)
    town.now = START + 30 * MINUTE
    await town.check_in(CEM, other, present=[BEN, CEM])
    await refused(Conflict, "course.check_in.twice", town.still_out(BEN, outing))


async def test_home_and_back_is_no_way_to_have_somebody_messaged_without_end(town: Outside) -> None:
    outing = await out(town, (ADA, Wish.BACKWARD), (BEN, Wish.SPOTTER))
    for _ in range(5):
        town.now += MINUTE
        await town.home(BEN, outing)
        await town.still_out(BEN, outing)
    town.now += MINUTE
    await town.home(BEN, outing)
    await refused(Conflict, "course.still_out.often", town.still_out(BEN, outing))
    assert len(await told(town)) == 11


async def test_who_hears_a_quiet_alarm_hears_that_home_was_taken_back(town: Outside) -> None:
    await town.club_sets(owner_id=500)
    outing = await out(town, (ADA, Wish.BACKWARD), (BEN, Wish.SPOTTER))
    await town.unsafe(ADA, outing)
    await town.home(ADA, outing)
    await town.still_out(ADA, outing)
    async with town.database.read() as session:
        turns = await session.scalars(
            select(Delivery).where(Delivery.kind == "alert.unsafe_turn").order_by(Delivery.delivery_id)
        )
        assert [(row.user_id, row.payload["how"]) for row in turns] == [(500, "home"), (500, "out")]


async def test_what_was_logged_before_is_not_drafted_again(town: Outside) -> None:
    outing = await out(town, (ADA, Wish.BACKWARD), (BEN, Wish.SPOTTER))
    await town.home(ADA, outing)
    ada = await town.person(ADA)
    await run_drafts.log_draft(town.database, outing.outing_id, ada, interaction_id=1, now=town.now)
    await town.still_out(ADA, outing)
    town.now += 10 * MINUTE
    await town.home(ADA, outing)
    doing = run_drafts.log_draft(town.database, outing.outing_id, ada, interaction_id=2, now=town.now)
    await refused(Conflict, "course.draft.logged", doing)


# ── other ways to leave ──


async def test_who_was_checked_in_without_being_there_says_so_and_the_others_know(town: Outside) -> None:
    outing = await out(town, (ADA, Wish.BACKWARD), (BEN, Wish.SPOTTER))
    after = await town.not_there(BEN, outing)
    ben: Any = after.who(BEN)
    assert (ben.presence, ben.happened, ben.draft, after.uncovered) == (Presence.LEFT, "no", None, {ADA})
    assert await told(town) == [(LOST, ADA)]
    await refused(NotFound, "partners.not_open", town.not_there(BEN, outing))
    await town.home(ADA, outing)
    ada = await run_drafts.own_draft(town.database, outing.outing_id, await town.person(ADA), town.now)
    assert ada.content.spotter_id is None, "nobody faced forward who was not there"


async def test_that_one_is_not_there_can_be_taken_back_once_and_the_others_know(town: Outside) -> None:
    outing = await out(town, (ADA, Wish.BACKWARD), (BEN, Wish.SPOTTER), (CEM, Wish.SPOTTER))
    await refused(Conflict, "course.still_out.already", town.there(BEN, outing))
    await town.not_there(BEN, outing)
    await town.not_there(CEM, outing)
    town.now += 40 * MINUTE
    after = await town.there(BEN, outing)
    assert [c.user_id for c in after.out] == [ADA, BEN]
    assert (after.uncovered, after.eyes_lost_at) == (frozenset(), None)
    assert (await told(town, BACK)) == [(BACK, ADA)]
    ben: Any = after.who(BEN)
    assert ben.checked_in_at == outing.started_at
    await refused(Conflict, "course.not_there.settled", town.not_there(BEN, outing))
    await town.there(CEM, outing)
    assert (await told(town, BACK)) == [(BACK, ADA), (BACK, ADA), (BACK, BEN)]
    await refused(NotFound, "partners.not_open", town.there(DORA, outing))


@pytest.mark.parametrize("late", [False, True])
async def test_taken_back_after_the_end_they_are_watched_for_as_long_as_after_home(town: Outside, late: bool) -> None:
    outing = await out(town, (ADA, Wish.BACKWARD), (BEN, Wish.SPOTTER))
    await town.not_there(BEN, outing)
    await town.home(ADA, outing)
    town.now += 30 * MINUTE + (MINUTE if late else timedelta())
    if late:
        await refused(Conflict, "course.still_out.late", town.there(BEN, outing))
        return
    after = await town.there(BEN, outing)
    assert (after.state, [c.user_id for c in after.out]) == (OutingState.UNDER_WAY, [BEN])
    assert len(await town.due("outing.overdue")) == 1


async def test_who_was_left_out_at_check_in_cannot_forge_their_way_into_an_outing(town: Outside) -> None:
    outing = await town.agreed()
    town.now = outing.starts_at
    await town.check_in(ADA, outing, present=(ADA,))
    await refused(NotFound, "partners.not_open", town.there(BEN, outing))


@pytest.mark.parametrize(("home_first", "state"), [(True, OutingState.HOME), (False, OutingState.NO_SHOW)])
async def test_when_the_last_says_so_it_is_over(town: Outside, home_first: bool, state: OutingState) -> None:
    outing = await out(town, (ADA, Wish.BACKWARD), (BEN, Wish.SPOTTER))
    await (town.home(ADA, outing) if home_first else town.not_there(ADA, outing))
    after = await town.not_there(BEN, outing)
    assert after.state is state
    assert await town.due("outing.overdue") == []


async def test_who_leaves_the_club_while_out_is_out_still(town: Outside) -> None:
    outing = await out(town, (ADA, Wish.BACKWARD), (BEN, Wish.SPOTTER))
    await memberships.leave(town.database, CLUB, BEN, town.now)
    after = await town.again(outing)
    assert ({c.user_id for c in after.out}, after.uncovered) == ({ADA, BEN}, frozenset())
    await town.home(BEN, outing)
    assert await told(town) == [(LOST, ADA)]


async def test_nobody_vanishes_by_erasure_or_a_block_while_others_are_out(town: Outside) -> None:
    outing = await out(town, (ADA, Wish.BACKWARD), (BEN, Wish.SPOTTER))
    await trust_and_blocks.block(town.database, BEN, ADA, "Ada", town.now)
    await refused(Conflict, "privacy.erase.out", privacy.erase(town.database, BEN, town.now))
    await town.home(BEN, outing)
    await refused(Conflict, "privacy.erase.out", privacy.erase(town.database, BEN, town.now))
    assert await told(town) == [(LOST, ADA)]


async def test_with_the_spotter_erased_the_other_can_still_take_home_back(town: Outside) -> None:
    outing = await out(town, (ADA, Wish.BACKWARD), (BEN, Wish.SPOTTER))
    await town.home(BEN, outing)
    await town.home(ADA, outing)
    await privacy.erase(town.database, BEN, town.now)
    after = await town.still_out(ADA, outing)
    assert after.state in OUT
    assert after.uncovered == {ADA}
