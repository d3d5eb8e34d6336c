"""Calls for a partner before their start: created, answered, confirmed, changed, reopened and cancelled."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
import pytest_asyncio
from sqlalchemy import select

from bot.domain.outings.call_terms import Wanted
from bot.domain.outings.outing_rules import OutingState, Role, Wish
from bot.domain.runs.runs import Direction, RunContent, Sharing, Stretch, Surface
from bot.errors import BadInput, Conflict, NotAllowed, NotFound
from bot.localizer import Localizer
from bot.services.clubs import clubs
from bot.services.outings import partner_calls
from bot.services.outings.outing_signup import SignupDone
from bot.services.outings.partner_calls import CallRequest, Who
from bot.services.profile import settings
from bot.services.runs import run_changes
from db.engine import Database
from db.models import Delivery, Outing
from tests.builders.outings import ADA, BEN, CEM, CHANNEL, CLUB, DORA, NOW, START, Town, refused


@pytest_asyncio.fixture
async def town(database: Database) -> Town:
    return Town(database)


# ── calling ──


async def test_a_call_is_open_with_its_caller_in_and_agreed_and_its_card_to_be_posted(town: Town) -> None:
    outing = await town.call()
    (ada,) = outing.inside
    assert (outing.state, outing.caller, ada.confirmed) == (OutingState.OPEN, ada, True)
    assert (outing.places, outing.solo, outing.detail) == (3, False, "by the old oak")
    async with town.database.read() as session:
        (card,) = await session.scalars(select(Delivery))
    assert (card.kind, card.destination, card.channel_id) == ("outing.card", "card", CHANNEL)


async def test_the_same_interaction_calls_once(town: Town) -> None:
    first = await town.call(interaction_id=5)
    assert await town.call(interaction_id=5) == first
    assert await town.count(Outing) == 1


async def test_a_meeting_point_brings_its_surface_and_where_exactly(town: Town) -> None:
    await town.meeting_point("Track", "gate 4, by the hurdles", "track")
    asked = CallRequest("track", Wanted(START, 3000, None, None), Wish.BACKWARD, channel_id=CHANNEL)
    outing = await partner_calls.call(town.database, await town.person(ADA), asked, interaction_id=1, now=NOW)
    assert (outing.place, outing.surface, outing.solo) == ("Track", Surface.TRACK, True)
    assert outing.detail == "gate 4, by the hurdles"
    assert outing.planned_ms == 3 * 480_000, "8:00/km while nothing is known of the member"


@pytest.mark.parametrize("typed", ["River road", "RIVER ROAD", " river  road. ", "river-road", "Ｒiver road"])
async def test_the_surface_of_a_known_meeting_point_wins_over_a_typed_one(town: Town, typed: str) -> None:
    await town.meeting_point("River road", surface="road")
    error = await refused(BadInput, "partners.refused.surface", town.call(place=typed, surface=Surface.TRACK))
    assert error.params == {"place": "River road", "known": Surface.ROAD, "chosen": Surface.TRACK}
    assert await town.count(Outing) == 0
    for surface in (None, Surface.ROAD):
        outing = await town.call(place=typed, surface=surface, at=START + timedelta(days=1 if surface else 2))
        assert (outing.place, outing.surface, outing.solo) == ("River road", Surface.ROAD, False)
    moved = await town.call(place="My garden", surface=Surface.TRACK)
    assert moved.solo
    after = await town.change(ADA, moved, place=typed)
    assert (after.surface, after.solo) == (Surface.ROAD, False)


async def test_where_a_meeting_point_varies_the_typed_surface_holds(town: Town) -> None:
    await town.meeting_point("Park")
    assert (await town.call(place="park", surface=Surface.TRACK)).solo
    assert not (await town.call(place="park", surface=None, at=START + timedelta(days=1))).solo


async def test_on_a_road_nobody_is_alone_whatever_a_club_has_chosen(town: Town) -> None:
    await town.club_sets(solo_surfaces=["road", "path"])
    assert not (await town.call(surface=Surface.ROAD)).solo
    assert (await town.call(surface=Surface.PATH, at=START + timedelta(days=1))).solo


async def test_a_member_s_usual_pace_is_the_median_of_what_was_run_backward(town: Town) -> None:
    ada = await town.person(ADA)
    for number, minutes in enumerate((30, 35, 90), start=1):
        stretches = (Stretch(Direction.BACKWARD, 5000, minutes * 60_000), Stretch(Direction.FORWARD, 1000, 300_000))
        run = RunContent(NOW - timedelta(days=number), "UTC", NOW.date(), stretches, sharing=Sharing.CLUB)
        await run_changes.log_run(town.database, ada, run, interaction_id=number, now=NOW)
    asked = CallRequest("Park", Wanted(START, 4000, None, None), Wish.BACKWARD, channel_id=CHANNEL)
    outing = await partner_calls.call(town.database, ada, asked, interaction_id=9, now=NOW)
    assert (outing.pace_s_per_km, outing.planned_ms) == (420, 4 * 420_000)


@pytest.mark.parametrize(
    ("wanted", "key"),
    [
        (Wanted(START, 50_000, None, None), "partners.refused.too_long"),
        (Wanted(START, None, 60_000, None), "partners.refused.too_short"),
    ],
)
async def test_an_outing_too_long_or_too_short_is_refused(town: Town, wanted: Wanted, key: str) -> None:
    asked = CallRequest("Park", wanted, Wish.BACKWARD, channel_id=CHANNEL)
    doing = partner_calls.call(town.database, await town.person(ADA), asked, interaction_id=1, now=NOW)
    await refused(BadInput, key, doing)
    assert await town.count(Outing) == 0


async def test_a_call_needs_a_club_and_a_channel_for_its_card(town: Town) -> None:
    asked = CallRequest("Park", Wanted(START, 3000, None, None), Wish.BACKWARD)
    for guild_id, key in ((None, "partners.refused.no_club"), (900, "partners.refused.no_channel")):
        who = await town.person(ADA, guild_id)
        await refused(BadInput, key, partner_calls.call(town.database, who, asked, interaction_id=1, now=NOW))
    await town.club_sets(partners_channel_id=77)
    in_a_dm = await town.person(ADA, None)
    outing = await partner_calls.call(town.database, in_a_dm, asked, interaction_id=2, now=NOW)
    assert outing.channel_id == 77


async def test_a_role_the_club_has_not_set_up_can_not_be_asked_for(town: Town) -> None:
    await refused(BadInput, "partners.refused.no_role_women", town.call(who=Who.WOMEN))


async def test_two_outings_at_once_are_refused_with_both_shown(town: Town) -> None:
    outing = await town.call()
    told = await refused(
        Conflict, "partners.refused.two_at_once", town.call(at=START + timedelta(minutes=39), place="Park")
    )
    assert (told.params["place"], told.params["other_place"]) == ("Stadium", "Park")
    after = await town.call(at=START + timedelta(minutes=40))
    await town.join(BEN, outing)
    other = await town.call(CEM, at=START + timedelta(minutes=10))
    await refused(Conflict, "partners.refused.two_at_once", town.join(BEN, other))
    await refused(Conflict, "partners.refused.two_at_once", town.wait(BEN, other))
    assert (await town.join(BEN, after)).done is SignupDone.JOINED


async def test_of_two_outings_joined_at_once_only_one_takes(town: Town, database_url: str) -> None:
    second = Database.open(database_url)
    try:
        for day in range(8):  # repeated, since a race does not occur every time
            at = START + timedelta(days=day)
            one, other = await town.call(at=at), await town.call(CEM, at=at)
            answers = await asyncio.gather(
                town.join(BEN, one), town.join(BEN, other, database=second), return_exceptions=True
            )
            assert sorted(type(answer).__name__ for answer in answers) == ["Answer", "Conflict"]
    finally:
        await second.close()


# ── steps ──


async def test_the_evening_before_is_each_one_s_own_and_moves_with_the_time(town: Town) -> None:
    await town.user_sets(ADA, zone="Europe/Berlin")
    await town.user_sets(BEN, zone="America/New_York")
    outing = await town.call()
    await town.join(BEN, outing)
    eve = START.replace(hour=0) - timedelta(days=1)
    assert await town.due("outing.evening") == [(ADA, eve + timedelta(hours=17)), (BEN, eve + timedelta(hours=23))]
    kinds = ("hour", "start", "unstarted", "lapse")
    offsets = (-60, 0, 30, 30)
    for kind, minutes in zip(kinds, offsets, strict=True):
        assert await town.due(f"outing.{kind}") == [(None, START + timedelta(minutes=minutes))]
    assert await town.due("outing.purge") == [(None, START + timedelta(days=30, minutes=40))]
    await town.change(ADA, outing, starts_at=START + timedelta(days=1))
    assert (await town.due("outing.evening"))[0] == (ADA, eve + timedelta(days=1, hours=17))
    assert await town.due("outing.start") == [(None, START + timedelta(days=1))]
    await town.leave(BEN, outing)
    assert [who for who, _ in await town.due("outing.evening")] == [ADA]
    await town.leave(ADA, outing)
    for kind in ("evening", *kinds):
        assert await town.due(f"outing.{kind}") == []
    assert len(await town.due("outing.purge")) == 1


async def test_the_evening_before_moves_with_a_zone(town: Town) -> None:
    await town.user_sets(ADA, zone="Europe/Berlin")
    outing = await town.call()
    await town.join(BEN, outing)  # uses the club's zone
    await town.user_sets(CEM, zone="Europe/Berlin")
    other = await town.call(CEM, at=START + timedelta(days=2))
    eve = START.replace(hour=0) - timedelta(days=1)

    async def told_at() -> dict[int | None, timedelta]:
        return {who: at - eve for who, at in await town.due("outing.evening")}

    reader, later = Localizer("en", zone="Europe/Berlin"), timedelta(days=2, hours=17)
    tokyo = timedelta(days=1, hours=9)  # there the outing starts in the early hours of the next day
    await settings.choose_zone(town.database, ADA, "America/New_York", reader, town.now)
    assert await told_at() == {ADA: timedelta(hours=23), BEN: timedelta(hours=18), CEM: later}
    await clubs.set_zone(town.database, CLUB, "Asia/Tokyo", reader, town.now)
    assert await told_at() == {ADA: timedelta(hours=23), BEN: tokyo, CEM: later}
    # The move east puts the evening in the past: it is late, not lost.
    town.now = eve + timedelta(hours=22)
    await settings.choose_zone(town.database, ADA, "Europe/Berlin", reader, town.now)
    assert await told_at() == {ADA: timedelta(hours=17), BEN: tokyo, CEM: later}
    # A job that has fired or was cancelled is not planned again.
    await town.leave(CEM, other)
    await settings.choose_zone(town.database, CEM, "America/New_York", reader, town.now)
    assert CEM not in await told_at()


async def test_where_exactly_is_forgotten(town: Town) -> None:
    outing = await town.call()
    async with town.database.write() as session:
        await partner_calls.purge(session, outing.outing_id)
    assert (await town.again(outing)).detail is None


async def test_a_call_nobody_agreed_to_ends_after_its_start(town: Town) -> None:
    outing, agreed = await town.call(), await town.agreed(by=CEM)
    town.now = START + timedelta(minutes=30)
    await refused(Conflict, "partners.refused.over", town.join(DORA, outing))
    for one in (outing, agreed):
        async with town.database.write() as session:
            await partner_calls.lapse(session, one.outing_id, town.now)
    assert (await town.again(outing)).state is OutingState.CANCELLED
    assert (await town.again(agreed)).state is OutingState.CONFIRMED
    assert await town.letters("outing.cancelled") == [ADA]


# ── answering ──


async def test_who_joins_confirms_by_it(town: Town) -> None:
    outing = await town.call()
    answer = await town.join(BEN, outing)
    assert (answer.done, answer.outing.state) == (SignupDone.JOINED, OutingState.CONFIRMED)
    assert await town.letters("outing.filled") == []
    assert await town.letters("outing.confirmed") == [ADA, BEN]
    assert {c.user_id: c.roles.first for c in answer.outing.inside} == {ADA: Role.BACKWARD, BEN: Role.SPOTTER}


async def test_two_who_swap_have_eyes_in_both_halves(town: Town) -> None:
    outing = await town.call(wish=Wish.SWAP)
    answer = await town.join(BEN, outing, Wish.SWAP)
    ada, ben = (c.roles for c in answer.outing.inside)
    assert (ada.first, ada.second) == (ben.second, ben.first) == (Role.BACKWARD, Role.SPOTTER)


async def test_a_press_delivered_twice_has_its_effect_once(town: Town) -> None:
    outing = await town.call()
    await town.join(BEN, outing, interaction_id=5)
    await town.leave(BEN, outing)
    assert (await town.join(BEN, outing, interaction_id=5)).done is SignupDone.AGAIN
    assert [c.user_id for c in (await town.again(outing)).inside] == [ADA]


async def test_who_comes_to_what_all_agreed_on_agrees_by_coming(town: Town) -> None:
    outing = await town.agreed()
    answer = await town.join(CEM, outing, Wish.BACKWARD)
    assert answer.outing.state is OutingState.CONFIRMED
    assert await town.letters("outing.confirmed") == [ADA, BEN, CEM]


async def test_a_role_is_changed_unless_it_would_take_somebody_s_eyes(town: Town) -> None:
    outing = await town.call()
    assert (await town.join(ADA, outing, Wish.SWAP)).done is SignupDone.SWITCHED
    assert (await town.join(ADA, outing, Wish.SWAP)).done is SignupDone.ALREADY_IN
    await town.join(BEN, outing)
    await refused(Conflict, "partners.refused.switch_breaks", town.join(BEN, outing, Wish.BACKWARD))
    assert (await town.again(outing)).state is OutingState.CONFIRMED


@pytest.mark.parametrize("blocker", [ADA, BEN])
async def test_a_block_either_way_reads_like_any_other_refusal(town: Town, blocker: int) -> None:
    outing = await town.call()
    await town.tie(blocker, ADA + BEN - blocker)
    said = set()
    for doing in (town.join, town.wait):
        said.add(str(await refused(NotFound, "partners.not_open", doing(BEN, outing))))
    trusted = await town.call(CEM, who=Who.TRUSTED)
    said.add(str(await refused(NotFound, "partners.not_open", town.join(BEN, trusted))))
    gone = await town.call(DORA)
    async with town.database.write() as session:
        await session.delete(await session.get_one(Outing, gone.outing_id))
    said.add(str(await refused(NotFound, "partners.not_open", town.join(BEN, gone))))
    other = await town.call(DORA)
    said.add(str(await refused(NotFound, "partners.not_open", town.join(BEN, other, guild_id=5))))
    assert len(said) == 1


async def test_a_block_with_anybody_who_is_in_counts_not_only_with_the_caller(town: Town) -> None:
    outing = await town.call()
    await town.tie(CEM, BEN)
    await town.join(BEN, outing)
    await refused(NotFound, "partners.not_open", town.join(CEM, outing, Wish.BACKWARD))


async def test_trust_is_the_caller_s_and_roles_are_those_held(town: Town) -> None:
    outing = await town.call(who=Who.TRUSTED)
    await town.tie(BEN, ADA, "trust")
    await refused(NotFound, "partners.not_open", town.join(BEN, outing))
    await town.tie(ADA, BEN, "trust")
    assert (await town.join(BEN, outing)).done is SignupDone.JOINED
    await town.club_sets(spotter_role_id=7)
    limited = await town.call(CEM, who=Who.SPOTTERS)
    await refused(NotFound, "partners.not_open", town.join(DORA, limited))
    assert (await town.join(DORA, limited, role_ids=frozenset({7}))).done is SignupDone.JOINED


async def test_in_a_direct_message_the_roles_last_seen_count_and_who_has_left_is_out(town: Town) -> None:
    await town.club_sets(spotter_role_id=7)
    outing = await town.call(who=Who.SPOTTERS)
    await refused(NotFound, "partners.not_open", town.join(BEN, outing, guild_id=None))
    await town.member_sets(BEN, role_ids=[7], left_at=NOW)
    await refused(NotFound, "partners.not_open", town.join(BEN, outing, guild_id=None))
    await town.member_sets(BEN, role_ids=[7], left_at=None)
    assert (await town.join(BEN, outing, guild_id=None)).done is SignupDone.JOINED


# ── a member leaves ──


async def test_who_can_not_come_opens_it_again_and_the_free_are_asked(town: Town) -> None:
    await town.free(CEM, [[4, 17 * 60, 20 * 60]])
    await town.free(DORA, [[4, 17 * 60, 18 * 60]])  # too short
    outing = await town.agreed()
    answer = await town.leave(BEN, outing)
    assert answer.outing.state is OutingState.OPEN
    assert await town.letters("outing.reopened") == [ADA]
    assert await town.letters("outing.wanted") == [CEM]


async def test_only_who_may_and_can_is_asked(town: Town) -> None:
    week = [[4, 0, 1440]]
    await town.free(CEM, week, paused_until=START.date() + timedelta(days=1))
    await town.free(DORA, week, wishes=["backward"])
    await town.tie(DORA, ADA)
    outing = await town.agreed()
    await town.member_sets(DORA, role_ids=[])
    await town.leave(BEN, outing)
    assert await town.letters("outing.wanted") == []


async def test_when_the_caller_drops_out_the_next_one_in_calls(town: Town) -> None:
    outing = await town.agreed()
    after = (await town.leave(ADA, outing)).outing
    assert (after.caller_id, after.state) == (BEN, OutingState.OPEN)
    assert (await town.leave(BEN, outing)).outing.state is OutingState.CANCELLED


async def test_three_of_whom_one_leaves_stay_agreed_and_are_told(town: Town) -> None:
    outing = await town.agreed()
    await town.join(CEM, outing, Wish.BACKWARD)
    after = (await town.leave(CEM, outing)).outing
    assert after.state is OutingState.CONFIRMED
    assert await town.letters("outing.reopened") == [ADA, BEN]
    assert await town.letters("outing.wanted") == []


async def test_a_change_asks_everybody_else_again(town: Town) -> None:
    outing = await town.agreed()
    await refused(NotAllowed, "partners.refused.not_the_caller", town.change(BEN, outing, place="Park"))
    await refused(BadInput, "partners.refused.no_place", town.change(ADA, outing, place="\u200b\u3164"))
    after = await town.change(ADA, outing, place="Park")
    assert (after.state, after.terms, after.place, after.surface) == (OutingState.FILLED, 2, "Park", None)
    assert {c.user_id: c.confirmed for c in after.inside} == {ADA: True, BEN: False}
    assert await town.letters("outing.changed") == [BEN]
    stale = town.change(ADA, outing, place="Wood")
    await refused(Conflict, "partners.refused.changed_meanwhile", stale)
    assert (await town.confirm(BEN, outing)).outing.state is OutingState.CONFIRMED


async def test_off_a_track_the_change_of_place_needs_eyes_again(town: Town) -> None:
    outing = await town.call(surface=Surface.TRACK)
    agreed = (await town.join(BEN, outing, Wish.BACKWARD)).outing
    assert agreed.state is OutingState.CONFIRMED
    assert (await town.change(ADA, agreed, place="Park")).state is OutingState.OPEN
    assert await town.letters("outing.reopened") == [ADA, BEN]


async def test_called_off_by_the_caller_alone_and_everybody_is_told(town: Town) -> None:
    await town.club_sets(backward_per_spotter=1)
    outing = await town.agreed()
    await town.wait(CEM, outing)
    await refused(NotAllowed, "partners.refused.not_the_caller", town.cancel(BEN, outing))
    assert (await town.cancel(ADA, outing)).state is OutingState.CANCELLED
    assert await town.letters("outing.cancelled") == [BEN, CEM]
    await refused(Conflict, "partners.refused.over", town.join(DORA, outing))
    assert await partner_calls.mine(town.database, CEM) == ()
