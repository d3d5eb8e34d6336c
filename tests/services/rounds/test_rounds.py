"""The weekly round: announced, drawn and confirmed once, and the input of the draw."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, func, insert, select, update

from bot.domain.messages.stored_kinds import StoredKind
from bot.domain.partners.availability import week_of
from bot.domain.rounds.matching import draw_round
from bot.errors import Conflict, NotAllowed, NotFound
from bot.services.rounds import round_draws, rounds
from db.engine import Database
from db.models import Due, MeetingPoint, Member, Round
from tests.builders.outings import refused
from tests.builders.rounds import ADA, BEN, CEM, CLUB, DORA, MATCH, MONDAY, NOTICE, NOW, OLGA, PARTNERS, Circle

HOURS = timedelta(hours=1)
DAYS = timedelta(days=1)


# ── planned ──


async def test_a_club_that_turns_it_on_has_its_next_round_planned(database: Database) -> None:
    circle = await Circle.gather(database)
    await circle.sets()
    assert await circle.all_due() == [(StoredKind.ROUND_NOTICE, NOTICE)]
    await circle.sets(round_weekday=5, round_hour=9, round_notice_h=48)
    assert await circle.all_due() == [(StoredKind.ROUND_NOTICE, MATCH - 9 * HOURS)]
    await circle.sets(round_on=False)
    assert await circle.all_due() == []


async def test_all_clubs_are_planned_at_the_start_and_it_changes_nothing_more(database: Database) -> None:
    circle = await Circle.gather(database)
    for _ in range(2):
        await rounds.plan_all(database, NOW)
        assert await circle.all_due() == [(StoredKind.ROUND_NOTICE, NOTICE)]
    await rounds.plan_all(database, NOTICE + 3 * HOURS)
    assert await circle.all_due() == [(StoredKind.ROUND_NOTICE, NOTICE)], (
        "what the bot has slept through is still to be done"
    )
    await circle.sets(left_at=NOW)
    await rounds.plan_all(database, NOW)
    assert await circle.all_due() == []


async def test_a_round_that_was_announced_keeps_its_time_when_the_settings_change(database: Database) -> None:
    circle = await Circle.gather(database, ADA, BEN)
    await circle.sets()
    circle.now = NOTICE
    await circle.announce()
    await circle.sets(round_weekday=5, round_hour=9)
    week_after = MATCH.replace(hour=9) + 9 * DAYS
    assert await circle.all_due() == [(StoredKind.ROUND_MATCH, MATCH), (StoredKind.ROUND_NOTICE, week_after - DAYS)]


async def test_one_that_is_turned_off_is_called_off_and_told(database: Database) -> None:
    circle = await Circle.gather(database, ADA, BEN)
    await circle.sets()
    circle.now = NOTICE
    await circle.announce()
    await circle.sets(round_on=False)
    row = await circle.round()
    assert row is not None
    assert row.state == "cancelled"
    assert await circle.letters(StoredKind.ROUND_LEFT) == {ADA: {"help": "off"}, BEN: {"help": "off"}}
    assert await circle.all_due() == []


# ── announced ──


async def test_those_who_take_part_are_told(database: Database) -> None:
    circle = await Circle.gather(database, ADA, BEN, CEM, DORA)
    await circle.changes(BEN, paused_until=MONDAY + 7 * DAYS)
    await circle.changes(CEM, windows=[])
    async with database.write() as session:
        await session.execute(update(Member).where(Member.user_id == DORA).values(left_at=NOW))
    await circle.sets()
    circle.now = NOTICE
    row = await circle.announce()
    assert row is not None
    assert (row.monday, row.state, row.match_at) == (MONDAY, "announced", MATCH)
    assert list(await circle.letters(StoredKind.ROUND_NOTICE)) == [ADA]
    assert await circle.all_due() == [(StoredKind.ROUND_MATCH, MATCH), (StoredKind.ROUND_NOTICE, NOTICE + 7 * DAYS)]


async def test_a_week_has_one_round_whoever_announces_it(database: Database, database_url: str) -> None:
    circle = await Circle.gather(database, ADA, BEN)
    await circle.sets()
    circle.now = NOTICE
    due = await circle.due(StoredKind.ROUND_NOTICE)
    other = Database.open(database_url)

    async def announce(through: Database) -> None:
        async with through.write() as session:
            await rounds.announce(session, CLUB, due.payload, due.fire_at, NOTICE)

    try:
        await asyncio.gather(*(announce(through) for through in (database, other, database)))
    finally:
        await other.close()
    assert list(await circle.letters(StoredKind.ROUND_NOTICE)) == [ADA, BEN]
    async with database.read() as session:
        assert await session.scalar(select(func.count()).select_from(Round)) == 1


@pytest.mark.parametrize(
    ("late", "match_at"),
    [(2 * HOURS, MATCH), (23 * HOURS, MATCH + 5 * HOURS), (3 * DAYS, MATCH + 2 * DAYS + 6 * HOURS)],
)
async def test_after_a_time_without_the_bot_the_match_waits_for_some_notice(
    database: Database, late: timedelta, match_at: Any
) -> None:
    circle = await Circle.gather(database, ADA, BEN)
    await circle.sets()
    circle.now = NOTICE + late
    row = await circle.announce()
    assert row is not None
    assert (row.state, row.match_at) == ("announced", match_at)


async def test_a_week_that_is_half_over_is_let_go(database: Database) -> None:
    circle = await Circle.gather(database, ADA, BEN)
    await circle.sets()
    circle.now = NOTICE + 9 * DAYS
    row = await circle.announce()
    assert row is not None
    assert row.state == "cancelled"
    assert await circle.letters(StoredKind.ROUND_NOTICE) == {}
    assert await circle.all_due() == [(StoredKind.ROUND_NOTICE, NOTICE + 14 * DAYS)]


# ── skipped by a member ──


async def test_who_skips_is_not_drawn_and_who_comes_back_is(database: Database) -> None:
    circle = await Circle.gather(database, ADA, BEN, CEM)
    await circle.sets()
    circle.now = NOTICE
    row = await circle.announce()
    assert row is not None
    for who in (ADA, BEN):
        assert (await rounds.sit_out(database, row.round_id, who, circle.now)).place == "skipped"
    assert (await rounds.sit_out(database, row.round_id, BEN, circle.now, back=True)).place == "asked"
    circle.now = MATCH
    await circle.begin()
    assert [c.user_id for c in (await circle.hat()).candidates] == [BEN, CEM]


async def test_who_skips_after_the_draw_has_it_made_again(database: Database) -> None:
    circle = await Circle.gather(database, ADA, BEN, CEM)
    row = await circle.drawn()
    await rounds.sit_out(database, row.round_id, ADA, circle.now)
    again = await circle.hat()
    assert again.seed != row.seed
    draw = await circle.draw()
    assert [outing.user_ids for outing in draw.outings] == [{BEN, CEM}]


async def test_only_who_was_asked_can_skip_and_only_before_it_is_settled(database: Database) -> None:
    circle = await Circle.gather(database, ADA, BEN)
    row = await circle.drawn()
    await refused(NotFound, "rounds.gone", rounds.sit_out(database, row.round_id, OLGA, circle.now))
    await refused(NotFound, "rounds.gone", rounds.sit_out(database, 77, ADA, circle.now))
    await circle.by_itself()
    await refused(Conflict, "rounds.over", rounds.sit_out(database, row.round_id, ADA, circle.now))


# ── drawn ──


async def test_the_match_begins_once_and_not_before_its_time(database: Database) -> None:
    circle = await Circle.gather(database, ADA, BEN)
    await circle.sets()
    circle.now = NOTICE
    row = await circle.announce()
    assert row is not None
    await circle.begin()
    assert await round_draws.hat(database, row.round_id, circle.now) is None
    circle.now = MATCH
    await circle.begin()
    first = await circle.hat()
    await circle.begin()
    assert await circle.hat() == first
    draw = draw_round(first.candidates, 2, first.seed)
    await round_draws.drawn(database, first, draw, circle.now)
    await round_draws.drawn(database, first, draw, circle.now)  # by another process
    assert list(await circle.letters(StoredKind.ROUND_PREVIEW)) == [OLGA]
    assert (StoredKind.ROUND_PREVIEW, MATCH + 2 * HOURS) in await circle.all_due()


async def test_a_match_that_is_due_too_early_is_planned_again_for_its_time(database: Database) -> None:
    circle = await Circle.gather(database, ADA, BEN)
    await circle.sets()
    circle.now = NOTICE
    await circle.announce()
    async with database.write() as session:  # the clock was set back, or the match time changed
        await session.execute(delete(Due).where(Due.kind == StoredKind.ROUND_MATCH))
        row = (await session.scalars(select(Round))).one()
        await rounds.begin_match(session, row.round_id, MATCH - timedelta(minutes=1))
    due = await circle.due(StoredKind.ROUND_MATCH)
    assert (due.fire_at, due.subject_id, due.payload) == (MATCH, CLUB, {"round_id": row.round_id})
    circle.now = MATCH
    await circle.begin()
    assert (await circle.hat()).round_id == row.round_id


async def test_what_a_slower_worker_says_of_an_earlier_draw_is_not_kept(database: Database) -> None:
    circle = await Circle.gather(database, ADA, BEN, CEM)
    row = await circle.drawn()
    await round_draws.redraw_round(database, row.round_id, OLGA, row.seed, circle.now)
    early = await circle.hat()
    await rounds.sit_out(database, row.round_id, ADA, circle.now)
    await round_draws.drawn(database, early, draw_round(early.candidates, 2, early.seed), circle.now)
    assert (await round_draws.seen(database, row.round_id)).state == "drawing"
    assert [one.user_ids for one in (await circle.draw()).outings] == [{BEN, CEM}]


async def test_the_draw_goes_to_the_organisers_channel_where_there_is_one(database: Database) -> None:
    circle = await Circle.gather(database, ADA, BEN, organisers_channel_id=903)
    await circle.drawn()
    assert list(await circle.letters(StoredKind.ROUND_PREVIEW)) == [0]


async def test_a_round_without_a_pair_is_told_at_once_and_shown_to_nobody(database: Database) -> None:
    circle = await Circle.gather(database, ADA)
    row = await circle.drawn()
    assert row.state == "confirmed"
    assert await circle.letters(StoredKind.ROUND_LEFT) == {ADA: {"help": "others"}}
    assert await circle.letters(StoredKind.ROUND_PREVIEW) == {}


async def test_a_round_without_anybody_is_over(database: Database) -> None:
    circle = await Circle.gather(database)
    row = await circle.drawn()
    assert row.state == "cancelled"
    assert await circle.outings() == []


async def test_one_that_could_never_be_drawn_is_called_off(database: Database) -> None:
    circle = await Circle.gather(database, ADA, BEN)
    await circle.sets()
    circle.now = NOTICE
    row = await circle.announce()
    assert row is not None
    circle.now = MATCH
    await circle.begin()
    async with database.write() as session:
        await rounds.give_up(session, row.round_id, circle.now)
    assert await circle.letters(StoredKind.ROUND_LEFT) == {ADA: {"help": "off"}, BEN: {"help": "off"}}


# ── confirmation ──


async def test_a_draw_confirms_itself_and_its_outings_are_filled(database: Database) -> None:
    circle = await Circle.gather(database, ADA, BEN, CEM)
    await circle.changes(CEM, windows=[[4, 600, 720]])
    await circle.drawn()
    await circle.by_itself()
    ((outing, wishes),) = await circle.outings()
    assert (outing.state, outing.caller_id, outing.channel_id) == ("filled", None, PARTNERS)
    assert outing.starts_at == week_of(MONDAY, "UTC").start + DAYS + 18 * HOURS
    assert set(wishes) == {ADA, BEN}
    assert (
        list(await circle.letters(StoredKind.ROUND_MATCHED))
        == list(await circle.letters("outing.filled"))
        == [ADA, BEN]
    )
    assert await circle.letters(StoredKind.ROUND_LEFT) == {CEM: {"help": "windows"}}
    assert await circle.places() == {ADA: ("matched", None), BEN: ("matched", None), CEM: ("left", "windows")}
    row = await circle.round()
    assert row is not None
    assert (row.state, row.proposal) == ("confirmed", None)


async def test_it_is_confirmed_once_by_whoever_is_first(database: Database, database_url: str) -> None:
    circle = await Circle.gather(database, ADA, BEN)
    row = await circle.drawn()
    other = Database.open(database_url)
    try:
        done = await asyncio.gather(
            round_draws.confirm(database, row.round_id, OLGA, row.seed, circle.now),
            round_draws.confirm(other, row.round_id, OLGA, row.seed, circle.now),
            return_exceptions=True,
        )
    finally:
        await other.close()
    assert [one for one in done if one is True] == [True]
    assert [one.key for one in done if isinstance(one, Conflict)] == ["rounds.over"]
    await circle.by_itself()
    assert len(await circle.outings()) == 1


async def test_what_was_redrawn_since_it_was_shown_is_not_confirmed(database: Database) -> None:
    circle = await Circle.gather(database, ADA, BEN)
    row = await circle.drawn()
    await round_draws.redraw_round(database, row.round_id, OLGA, row.seed, circle.now)
    await round_draws.redraw_round(database, row.round_id, OLGA, row.seed, circle.now)  # pressed twice
    await circle.by_itself()
    assert not await round_draws.confirm(database, row.round_id, OLGA, row.seed, circle.now)
    assert await circle.outings() == []
    await circle.draw()
    fresh = await circle.round()
    assert fresh is not None
    assert fresh.seed != row.seed
    assert not await round_draws.confirm(database, row.round_id, OLGA, row.seed, circle.now)
    assert await circle.outings() == []
    assert await round_draws.confirm(database, row.round_id, OLGA, fresh.seed, circle.now)


async def test_only_organisers_see_it_and_have_a_word(database: Database) -> None:
    circle = await Circle.gather(database, ADA, BEN)
    row = await circle.drawn()
    for doing in (
        round_draws.newest(database, CLUB, ADA),
        round_draws.seen(database, row.round_id, ADA),
        round_draws.confirm(database, row.round_id, ADA, row.seed, circle.now),
        round_draws.redraw_round(database, row.round_id, ADA, row.seed, circle.now),
    ):
        await refused(NotAllowed, "errors.organiser.only", doing)


async def test_who_is_no_longer_there_at_the_end_is_left_out_and_the_others_are_told(database: Database) -> None:
    circle = await Circle.gather(database, ADA, BEN)
    await circle.drawn()
    await circle.changes(BEN, paused_until=date.max)
    await circle.by_itself()
    assert await circle.outings() == []
    assert await circle.letters(StoredKind.ROUND_LEFT) == {ADA: {"help": "wider"}}
    assert await circle.letters(StoredKind.ROUND_MATCHED) == {}


async def test_a_block_said_after_the_draw_holds_and_is_told_as_anything_else(database: Database) -> None:
    circle = await Circle.gather(database, ADA, BEN)
    await circle.drawn()
    await circle.tie(BEN, ADA)
    await circle.by_itself()
    assert await circle.outings() == []
    assert await circle.letters(StoredKind.ROUND_LEFT) == {ADA: {"help": "wider"}, BEN: {"help": "wider"}}


async def test_of_a_trio_two_go_on_without_the_third(database: Database) -> None:
    circle = await Circle.gather(database, ADA, BEN, CEM)
    await circle.changes(BEN, wishes=["spotter"])
    await circle.drawn()
    await circle.changes(CEM, paused_until=date.max)
    await circle.by_itself()
    ((outing, wishes),) = await circle.outings()
    assert (outing.state, outing.places, set(wishes)) == ("filled", 2, {ADA, BEN})


async def test_places_are_the_clubs_and_a_point_brings_what_it_knows(database: Database) -> None:
    circle = await Circle.gather(database, ADA, BEN)
    async with database.write() as session:
        await session.execute(
            insert(MeetingPoint).values(guild_id=CLUB, name="Track", detail="gate 4", surface="track")
        )
    await circle.changes(ADA, places=["Track"])
    await circle.drawn()
    await circle.by_itself()
    ((outing, _),) = await circle.outings()
    assert (outing.place, outing.detail, outing.surface, outing.solo) == ("Track", "gate 4", "track", True)
