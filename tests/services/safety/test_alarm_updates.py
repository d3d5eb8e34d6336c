"""Everyone who was alerted gets each update of the alarm, through the same channel, until it ends."""

from __future__ import annotations

from datetime import timedelta

import pytest
import pytest_asyncio
from sqlalchemy import select

from bot.domain.outings.outing_rules import OutingState
from bot.errors import Conflict
from bot.services.messages import outbox
from bot.services.messages.outbox import ClaimedMessage
from bot.services.outings import corrections
from bot.services.safety import alerts
from db.engine import Database
from db.models import Delivery
from tests.builders.outings import ADA, BEN, CEM, CLUB, DORA, EVE, START, refused
from tests.builders.safety import MINUTE, Outside

BACK = START + 50 * MINUTE
ROOM = 955
CHANNEL, CONTACT, OTHER = (0, ROOM), (DORA, 0), (CEM, 0)


@pytest_asyncio.fixture
async def town(database: Database) -> Outside:
    return Outside(database)


async def turns(town: Outside) -> list[tuple[str, set[tuple[int, int]]]]:
    """Return the updates in order, each with its recipients."""
    found: dict[tuple[str, str], set[tuple[int, int]]] = {}
    async with town.database.read() as session:
        rows = await session.scalars(
            select(Delivery).where(Delivery.kind == "alert.clear").order_by(Delivery.delivery_id)
        )
        for row in rows:
            if "contact" in row.payload:
                found.setdefault((row.payload["how"], row.occurrence), set()).add((row.user_id, row.channel_id))
    return [(how, told) for (how, _), told in found.items()]


@pytest.mark.parametrize("by_channel", [True, False])
async def test_more_time_and_home_reach_those_alarmed_before_the_extension(town: Outside, by_channel: bool) -> None:
    await town.club_sets(**{"organisers_channel_id": ROOM} if by_channel else {"owner_id": EVE})
    await town.contact(ADA, DORA)
    outing = await town.out()
    await town.until(BACK + 31 * MINUTE)
    alarmed = {CHANNEL if by_channel else (EVE, 0), CONTACT}
    await town.extend(ADA, outing, 15)
    await town.home(ADA, outing)
    await town.home(BEN, outing)
    assert await turns(town) == [("extended", alarmed), ("one_home", alarmed), ("home", alarmed)]


async def test_resolved_after_an_extension_reaches_those_alarmed_before_it(town: Outside) -> None:
    await town.club_sets(organisers_channel_id=ROOM)
    await town.contact(ADA, DORA)
    outing = await town.out()
    await town.until(BACK + 31 * MINUTE)
    await town.extend(ADA, outing, 15)
    await town.resolve(EVE, outing, "They called me", organises=CLUB)
    assert await turns(town) == [("extended", {CHANNEL, CONTACT}), ("resolved", {CHANNEL, CONTACT})]


async def test_alarmed_contacts_of_both_hear_who_is_home_and_who_is_not(town: Outside) -> None:
    await town.contact(ADA, DORA)
    await town.contact(BEN, CEM)
    outing = await town.out()
    await town.until(BACK + 21 * MINUTE)
    await town.home(ADA, outing)
    await town.home(BEN, outing)
    assert await turns(town) == [("one_home", {CONTACT, OTHER}), ("home", {CONTACT, OTHER})]


async def test_home_after_a_call_for_help_asks_those_alarmed_to_end_it_and_it_sounds_until_they_do(
    town: Outside,
) -> None:
    await town.club_sets(organisers_channel_id=ROOM)
    await town.contact(BEN, DORA)
    outing = await town.out()
    await town.help(BEN, outing)
    await town.home(ADA, outing)
    after = await town.home(BEN, outing)
    assert after.state is OutingState.OVERDUE
    assert await turns(town) == [("one_home", {CHANNEL, CONTACT}), ("help_home", {CHANNEL, CONTACT})]
    assert [step for _, _, step in await town.until(town.now + 16 * MINUTE)] == [3]
    await town.resolve(EVE, outing, "Ankle bandaged", organises=CLUB)
    assert (await turns(town))[-1] == ("resolved", {CHANNEL, CONTACT})


async def test_home_taken_back_is_told_to_those_alarmed_as_well(town: Outside) -> None:
    await town.contact(ADA, DORA)
    outing = await town.out()
    await town.until(BACK + 21 * MINUTE)
    await town.home(ADA, outing)
    await corrections.still_out(
        town.database, outing.outing_id, ADA, interaction_id=next(town.numbers), now=town.now + MINUTE
    )
    assert await turns(town) == [("one_home", {CONTACT}), ("one_still_out", {CONTACT})]


async def test_nobody_who_was_not_alarmed_is_told_anything(town: Outside) -> None:
    await town.club_sets(organisers_channel_id=ROOM)
    await town.contact(ADA, DORA)
    outing = await town.out()
    await town.until(BACK + 16 * MINUTE)
    await town.extend(ADA, outing, 15)
    await town.home(ADA, outing)
    await town.home(BEN, outing)
    assert await turns(town) == []


async def test_a_partner_s_word_does_not_end_another_s_call_for_help_not_even_by_calling_too(town: Outside) -> None:
    await town.club_sets(organisers_channel_id=ROOM)
    outing = await town.out()
    await town.help(ADA, outing)
    after = await town.resolve(BEN, outing, "All well with us")
    assert after.ended_at is None
    assert await turns(town) == [("word", {CHANNEL})]
    await town.help(BEN, outing)
    assert (await town.resolve(BEN, outing, "Really")).ended_at is None
    assert (await turns(town))[1:] == [("help_over", {CHANNEL})]
    assert await town.until(town.now + 16 * MINUTE), "it sounds on"
    assert await callers(town) == [ADA, BEN, ADA], "and is Ada's alone"
    assert (await town.resolve(EVE, outing, "Ada is with me", organises=CLUB)).state is OutingState.RESOLVED


async def test_who_calls_for_help_stays_in_the_outing_until_that_is_resolved(town: Outside) -> None:
    outing = await town.out()
    await town.help(BEN, outing)
    await refused(Conflict, "course.extend.help", town.not_there(BEN, outing))
    await town.not_there(ADA, outing)
    after = await town.resolve(BEN, outing)
    assert after.state is OutingState.RESOLVED, "they can end what they have begun"


async def callers(town: Outside) -> list[int]:
    """Return the members whose calls for help were reported to the organisers, in order."""
    async with town.database.read() as session:
        found = await session.scalars(
            select(Delivery.payload).where(Delivery.kind == "alert.organisers").order_by(Delivery.delivery_id)
        )
        return [one["help_user_id"] for one in found if "help_user_id" in one]


async def test_two_calls_for_help_are_repeated_each_and_ended_each_by_its_caller(town: Outside) -> None:
    await town.club_sets(organisers_channel_id=ROOM)
    await town.contact(ADA, DORA)
    outing = await town.out()
    await town.help(ADA, outing)
    await town.help(BEN, outing)  # in the same second
    await town.until(town.now + 16 * MINUTE)
    assert sorted(await callers(town)) == [ADA, ADA, BEN, BEN]
    after = await town.resolve(ADA, outing, "A cramp, it is gone")
    assert (after.ended_at, [c.user_id for c in after.out]) == (None, [BEN])
    await town.until(town.now + 16 * MINUTE)
    assert sorted(await callers(town)) == [ADA, ADA, BEN, BEN, BEN]
    assert (await town.resolve(BEN, outing, "We are home")).state is OutingState.RESOLVED
    assert [how for how, _ in await turns(town)] == ["help_over", "resolved"]
    assert await town.until(town.now + timedelta(hours=5)) == []


async def test_who_calls_again_while_the_other_s_call_runs_has_their_contacts_told_again(town: Outside) -> None:
    await town.contact(ADA, DORA)
    outing = await town.out()
    await town.help(ADA, outing)
    await town.help(BEN, outing)
    await town.resolve(ADA, outing, "It was nothing")
    town.now += MINUTE
    await town.still_out(ADA, outing)
    await town.help(ADA, outing)
    assert await town.said("alert.contact") == [("alert.contact", DORA, 0)] * 2


async def test_who_ends_the_only_call_is_home_and_the_other_is_watched_as_before(town: Outside) -> None:
    await town.club_sets(organisers_channel_id=ROOM)
    outing = await town.out()
    await town.help(ADA, outing)
    after = await town.resolve(ADA, outing, "It was a cramp")
    assert (after.state, after.help_at) == (OutingState.UNDER_WAY, None)
    assert [c.user_id for c in after.out] == [BEN]
    assert await town.due("outing.overdue") == [(None, BACK + 15 * MINUTE)]
    assert await turns(town) == [("help_over", {CHANNEL})]
    assert (await town.home(BEN, outing)).state is OutingState.HOME


async def test_nobody_says_for_another_that_they_are_home(town: Outside) -> None:
    await town.club_sets(organisers_channel_id=ROOM)
    await town.contact(BEN, DORA)
    outing = await town.out()
    await town.until(BACK + 21 * MINUTE)
    after = await town.resolve(ADA, outing, "We sit in the pub")
    assert (after.state, [c.user_id for c in after.out]) == (OutingState.OVERDUE, [BEN])
    assert await turns(town) == [("word_waits", {CONTACT})]
    await town.until(BACK + 31 * MINUTE)
    assert await town.said("alert.organisers") == [("alert.organisers", 0, ROOM)], "Ben is still looked for"
    await town.resolve(ADA, outing, "He really is")
    assert (await town.again(outing)).ended_at is None
    assert (await town.home(BEN, outing)).state is OutingState.HOME


@pytest.mark.parametrize("claimed", [True, False])
async def test_who_may_have_been_alarmed_as_the_bot_was_killed_hears_the_end(town: Outside, claimed: bool) -> None:
    await town.contact(BEN, DORA)
    outing = await town.out()
    await town.help(BEN, outing)

    async def claim() -> ClaimedMessage:
        async with town.database.write() as session:
            until = town.now + MINUTE
            return (await outbox.claim(session, ["alert.contact"], town.now, until, 1))[0]

    if claimed:
        await claim()  # sent to Discord, but the bot is killed before it is recorded
        town.now += 2 * MINUTE
    letter = await claim()  # on retry it may be dropped: the alarm is over, or members are asked first
    async with town.database.write() as session:
        assert await outbox.record_dropped(session, letter, town.now)
    await town.home(ADA, outing)
    await town.resolve(BEN, outing)
    assert (("resolved", {CONTACT}) in await turns(town)) is claimed
    assert await alerts.has_read_of_it(town.database, outing.outing_id, DORA, 0) is claimed
