"""Overdue members: escalation, calls for help, the quiet alarm, contacts, and how each ends."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
import pytest_asyncio
from sqlalchemy import select

from bot.domain.outings.outing_rules import OutingState
from bot.errors import BadInput, Conflict, NotFound
from bot.services.outings import partner_calls
from bot.services.outings.outings import OutingView
from bot.services.safety import contact_answers, contacts
from db.base import Base
from db.engine import Database
from db.models import Delivery
from tests.builders.outings import ADA, BEN, CEM, CLUB, DORA, EVE, START, refused
from tests.builders.safety import MINUTE, Outside

BACK = START + 50 * MINUTE
"""The planned return of `Outside.out`; escalation starts 15 minutes later."""
ROOM = 955


@pytest_asyncio.fixture
async def town(database: Database) -> Outside:
    return Outside(database)


async def test_the_escalation_asks_them_then_their_contacts_then_the_organisers_every_quarter(town: Outside) -> None:
    await town.club_sets(organisers_channel_id=ROOM)
    await town.contact(ADA, CEM, 2)
    await town.contact(ADA, DORA, 1)
    await town.contact(ADA, EVE, 3, state="asked")
    outing = await town.out()
    steps = await town.until(BACK + 60 * MINUTE)
    assert [(at - BACK, step) for at, _, step in steps] == [
        (15 * MINUTE, 0), (20 * MINUTE, 1), (30 * MINUTE, 2), (45 * MINUTE, 3), (60 * MINUTE, 4)
    ]  # fmt: skip
    assert await town.said("alert.ask", "alert.contact", "alert.organisers") == [
        ("alert.ask", ADA, 0), ("alert.ask", BEN, 0),
        ("alert.contact", DORA, 0), ("alert.contact", CEM, 0),
        ("alert.organisers", 0, ROOM), ("alert.organisers", 0, ROOM), ("alert.organisers", 0, ROOM),
    ]  # fmt: skip
    assert (await town.again(outing)).state is OutingState.OVERDUE


async def test_without_a_channel_the_owner_and_known_organisers_are_told_one_by_one(town: Outside) -> None:
    await town.club_sets(owner_id=500)
    await town.member_sets(EVE, organiser=True)
    await town.member_sets(DORA, organiser=True, left_at=START)
    await town.out()
    await town.until(BACK + 30 * MINUTE)
    assert await town.said("alert.organisers") == [("alert.organisers", 500, 0), ("alert.organisers", EVE, 0)]


async def test_only_those_still_out_are_asked(town: Outside) -> None:
    outing = await town.out()
    await town.home(ADA, outing)
    await town.until(BACK + 16 * MINUTE)
    assert await town.said("alert.ask") == [("alert.ask", BEN, 0)]


async def test_home_ends_it_and_everybody_alarmed_is_told(town: Outside) -> None:
    await town.club_sets(organisers_channel_id=ROOM)
    await town.contact(ADA, DORA)
    outing = await town.out()
    await town.until(BACK + 31 * MINUTE)
    await town.home(ADA, outing)
    await town.home(BEN, outing)
    told = [("alert.clear", 0, ROOM), ("alert.clear", DORA, 0)]
    assert await town.said("alert.clear") == told * 2, "of Ada first, then of both"
    assert await town.until(BACK + timedelta(hours=5)) == []
    assert (await town.again(outing)).state is OutingState.HOME


async def test_help_goes_straight_to_the_last_step_and_only_a_word_ends_it(town: Outside) -> None:
    await town.club_sets(organisers_channel_id=ROOM)
    await town.contact(BEN, DORA)
    outing = await town.out()
    town.now = START + 10 * MINUTE
    await town.help(BEN, outing)
    assert await town.said("alert.contact", "alert.organisers") == [
        ("alert.contact", DORA, 0), ("alert.organisers", 0, ROOM)
    ]  # fmt: skip
    await refused(Conflict, "course.extend.help", town.extend(ADA, outing, 15))
    await town.home(ADA, outing)
    await town.home(BEN, outing)
    again = await town.until(START + 40 * MINUTE)
    assert [(at - START, step) for at, _, step in again] == [(25 * MINUTE, 3), (40 * MINUTE, 4)]
    for unseen in ("  ", "\u200b", "\u2060 \ufeff"):
        await refused(BadInput, "alerts.resolve.empty", town.resolve(BEN, outing, unseen))
    after = await town.resolve(BEN, outing, "A twisted ankle, we are home")
    assert (after.state, after.resolution) == (OutingState.RESOLVED, "A twisted ankle, we are home")
    assert await town.until(START + timedelta(hours=9)) == []
    await refused(Conflict, "alerts.resolve.over", town.resolve(ADA, outing))


async def test_contacts_hear_of_a_second_call_for_help_once_the_first_was_resolved(town: Outside) -> None:
    await town.contact(BEN, DORA)
    outing = await town.out()
    await town.help(BEN, outing)
    await town.help(BEN, outing)
    assert await town.said("alert.contact") == [("alert.contact", DORA, 0)], "of one call they hear once"
    await town.resolve(BEN, outing, "Only a cramp")
    town.now += 5 * MINUTE
    await town.still_out(BEN, outing)
    after = await town.help(BEN, outing)
    assert await town.said("alert.contact") == [("alert.contact", DORA, 0)] * 2
    tried = await contact_answers.tried(town.database, after)
    assert [told.how for told in tried.contacts] == ["waits"], "the organisers read of this call's alone"


async def test_an_organiser_may_resolve_and_those_out_are_taken_as_home(town: Outside) -> None:
    outing = await town.out()
    await town.until(BACK + 31 * MINUTE)
    await town.person(DORA)
    await refused(NotFound, "partners.not_open", town.resolve(DORA, outing))
    await refused(NotFound, "partners.not_open", town.resolve(DORA, outing, organises=CLUB + 1))
    after = await town.resolve(DORA, outing, organises=CLUB)
    assert after.out == ()
    assert await town.said("outing.draft") == [("outing.draft", ADA, 0), ("outing.draft", BEN, 0)]


async def test_two_who_resolve_at_once_end_it_once_and_each_speaks_for_themselves(town: Outside) -> None:
    outing = await town.out()
    await town.until(BACK + 31 * MINUTE)
    results = await asyncio.gather(town.resolve(ADA, outing), town.resolve(BEN, outing), return_exceptions=True)
    assert sorted(r.state for r in results if isinstance(r, OutingView)) == ["overdue", "resolved"]
    assert await town.said("outing.draft") == [("outing.draft", ADA, 0), ("outing.draft", BEN, 0)]


async def test_contacts_of_who_is_home_hear_nothing(town: Outside) -> None:
    await town.contact(ADA, CEM)
    await town.contact(BEN, DORA)
    outing = await town.out()
    await town.home(ADA, outing)
    await town.until(BACK + 21 * MINUTE)
    assert await town.said("alert.contact") == [("alert.contact", DORA, 0)]


@pytest.mark.parametrize("blocker", [ADA, DORA])
async def test_whom_one_has_blocked_since_is_told_nothing_whatever_they_accepted(town: Outside, blocker: int) -> None:
    await town.contact(ADA, DORA, 1)
    await town.contact(ADA, CEM, 2)
    outing = await town.out()
    await town.tie(blocker, DORA if blocker == ADA else ADA)
    await town.help(ADA, outing)
    await town.unsafe(ADA, outing)
    told = [CEM] if blocker == ADA else [DORA, CEM]
    assert await town.said("alert.contact") == [("alert.contact", one, 0) for one in told]
    assert [who for _, who, _ in await town.said("alert.unsafe")] == told
    mine = await contacts.contacts_of(town.database, ADA)
    assert [c.blocked for c in mine.mine] == [blocker == ADA, False]
    assert (await contacts.contacts_of(town.database, DORA)).of, "what the other reads is as before"


async def test_help_is_repeated_as_what_it_is_and_for_whom(town: Outside) -> None:
    await town.club_sets(organisers_channel_id=ROOM)
    outing = await town.out()
    town.now = START + 10 * MINUTE
    await town.help(BEN, outing)
    await town.until(START + 26 * MINUTE)
    async with town.database.read() as session:
        found = await session.scalars(select(Delivery.payload).where(Delivery.kind == "alert.organisers"))
        assert [one["help_user_id"] for one in found] == [BEN, BEN]


async def test_who_is_home_cannot_end_the_other_s_clock_before_anybody_asked(town: Outside) -> None:
    outing = await town.out()
    await town.home(ADA, outing)
    await refused(Conflict, "alerts.resolve.not_yet", town.resolve(ADA, outing, "All well"))
    assert len(await town.due("outing.overdue")) == 1
    after = await town.resolve(DORA, outing, "They called me", organises=CLUB)
    assert after.state is OutingState.RESOLVED


async def test_a_month_later_where_exactly_stands_nowhere(town: Outside) -> None:
    await town.club_sets(organisers_channel_id=ROOM)
    await town.contact(ADA, DORA)
    outing = await town.out()
    await town.unsafe(ADA, outing)
    await town.until(BACK + 31 * MINUTE)
    await town.help(BEN, outing)
    await town.resolve(BEN, outing, "We are home")
    assert await holding(town, "by the old oak") == {"outings"}
    ((_, at),) = await town.due("outing.purge")
    assert timedelta(days=30) <= at - START <= timedelta(days=31)
    async with town.database.write() as session:
        await partner_calls.purge(session, outing.outing_id)
    assert await holding(town, "by the old oak") == set()


async def holding(town: Outside, words: str) -> set[str]:
    """Return the names of the tables that contain these words."""
    found = set()
    async with town.database.read() as session:
        for table in Base.metadata.sorted_tables:
            rows = await session.execute(select(table))
            if any(words in str(value) for row in rows for value in row):
                found.add(table.name)
    return found


async def test_who_is_not_out_raises_no_alarm(town: Outside) -> None:
    outing = await town.agreed()
    await refused(Conflict, "course.say.not_out", town.help(ADA, outing))
    await refused(Conflict, "course.say.not_out", town.unsafe(ADA, outing))
    await town.person(DORA)
    await refused(NotFound, "partners.not_open", town.help(DORA, outing))
    await refused(NotFound, "partners.not_open", town.unsafe(DORA, outing))
