"""Claiming due jobs and messages, on each database, by one process or two at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import pytest_asyncio
from sqlalchemy import delete, select

from bot.domain.messages.priority import Priority
from bot.services.messages import outbox
from bot.services.messages.deliveries import Destination, Job, OutboundMessage, schedule_job
from bot.services.messages.outbox import ClaimedMessage
from db.engine import Database
from db.models import Delivery, Due, User
from tests.builders.messages import ADA, BOB, KINDS, MINUTE, NOW, ROOM, UNTIL, claim, letter, row, write


@pytest_asyncio.fixture
async def other(database_url: str) -> AsyncIterator[Database]:
    """Another process on the same database."""
    other = Database.open(database_url)
    yield other
    await other.close()


def card(**more: Any) -> OutboundMessage:
    options = {"due_at": NOW, "channel_id": ROOM, **more}
    return OutboundMessage("toy.card", "1", Priority.ASKED, Destination.CARD, **options)


async def take_and_roll_back(database: Database) -> list[outbox.ClaimedJob]:
    async with database.write() as session:
        taken = await outbox.take_due(session, ["toy.step"], NOW)
        await session.rollback()
        return taken


def names(claimed: list[ClaimedMessage]) -> list[str]:
    return [one.occurrence for one in claimed]


# -- due jobs ----------------------------------------------------------------------------------------------------


async def test_a_step_is_taken_once_in_order_and_put_back_by_a_rollback(database: Database) -> None:
    async with database.write() as session:
        await schedule_job(
            session,
            [
                Job("toy.step", "later", NOW, Priority.NUDGE),
                Job("toy.step", "urgent", NOW, Priority.SAFETY),
                Job("toy.step", "first", NOW - MINUTE, Priority.NUDGE),
                Job("toy.step", "future", NOW + MINUTE, Priority.SAFETY),
                Job("unknown", "a", NOW - MINUTE, Priority.SAFETY),
            ],
        )
    assert await take_and_roll_back(database)
    taken = []
    for _ in range(4):
        async with database.write() as session:
            one = await outbox.take_due(session, ["toy.step"], NOW)
            taken.append([step.occurrence for step in one])
    assert taken == [["urgent"], ["first"], ["later"], []]


async def test_many_of_one_kind_and_class_are_taken_at_once_but_alone_what_failed_before(database: Database) -> None:
    steps, together = ["toy.step", "toy.many"], ["toy.many"]
    async with database.write() as session:
        await schedule_job(
            session,
            [
                *(Job("toy.many", str(n), NOW - n * MINUTE, Priority.ASKED) for n in range(5)),
                Job("toy.many", "nudge", NOW - 9 * MINUTE, Priority.NUDGE),
                Job("toy.many", "future", UNTIL, Priority.SAFETY),
                Job("toy.step", "other", NOW, Priority.ASKED),
                Job("toy.step", "urgent", NOW, Priority.SAFETY),
            ],
        )

    async def take(most: int, apart: Any = ()) -> list[str]:
        async with database.write() as session:
            return [one.occurrence for one in await outbox.take_due(session, steps, NOW, together, most, apart)]

    assert await take(3) == ["urgent"]
    async with database.read() as session:
        ids = {row.occurrence: row.due_id for row in await session.scalars(select(Due))}
    assert await take(2, [ids["3"]]) == ["4", "2"]
    async with database.write() as session:
        (oldest,) = await outbox.take_due(session, steps, NOW, together, 9, [ids["3"]])
        await session.rollback()
    assert oldest.occurrence == "3", "it is apart, and first"
    async with database.write() as session:
        await outbox.put_off_due(session, oldest, NOW - 8 * MINUTE)
    assert await take(9) == ["3"], "it has failed before"
    assert await take(9) == ["1", "0"]
    assert [await take(9), await take(9), await take(9)] == [["other"], ["nudge"], []]


async def test_two_processes_take_each_step_once(database: Database, other: Database) -> None:
    async with database.write() as session:
        await schedule_job(session, [Job("toy.step", str(n), NOW, Priority.SAFETY) for n in range(60)])
    taken: list[str] = []

    async def work(mine: Database) -> None:
        while True:
            async with mine.write() as session:
                some = await outbox.take_due(session, ["toy.step"], NOW, ["toy.step"], 7)
                if not some:
                    return
                taken.extend(one.occurrence for one in some)

    await asyncio.gather(work(database), work(other))
    assert sorted(taken, key=int) == [str(n) for n in range(60)]


async def test_what_is_put_off_keeps_its_instant_unless_it_was_moved(database: Database) -> None:
    one = Job("toy.step", "a", NOW, Priority.SAFETY)
    async with database.write() as session:
        await schedule_job(session, [one])
    (taken,) = await take_and_roll_back(database)
    async with database.write() as session:
        await outbox.put_off_due(session, taken, NOW + MINUTE)
    async with database.write() as session:
        assert await outbox.take_due(session, ["toy.step"], NOW) == []
        (again,) = await outbox.take_due(session, ["toy.step"], NOW + MINUTE)
        assert (again.meant_at, again.attempts) == (NOW, 1)
        await schedule_job(session, [Job("toy.step", "a", NOW + 2 * MINUTE, Priority.SAFETY)])
    async with database.write() as session:
        await outbox.put_off_due(session, taken, NOW + 9 * MINUTE)
    async with database.read() as session:
        assert (await session.scalars(select(Due.fire_at))).all() == [NOW + 2 * MINUTE]


# -- claiming ----------------------------------------------------------------------------------------------------


async def test_claims_come_by_urgency_then_age_and_only_once(database: Database) -> None:
    await write(
        database,
        letter("nudge", priority=Priority.NUDGE),
        letter("safety"),
        letter("asked", priority=Priority.ASKED),
        letter("bob", BOB),
    )
    assert names(await claim(database, most=3)) == ["safety", "bob", "asked"]
    assert names(await claim(database)) == ["nudge"]
    assert await claim(database) == []


async def test_two_processes_claim_each_message_once(database: Database, other: Database) -> None:
    await write(database, *(letter(str(n), user_id=n) for n in range(1, 201)))
    claimed: list[int] = []

    async def work(mine: Database) -> None:
        while found := await claim(mine, most=7):
            claimed.extend(one.user_id for one in found)

    await asyncio.gather(work(database), work(other))
    assert sorted(claimed) == list(range(1, 201))


async def test_what_is_held_waits_until_then_and_holds_back_nobody(database: Database) -> None:
    await write(database, letter("a", priority=Priority.NUDGE), letter("b", priority=Priority.NUDGE))
    for at in (NOW, NOW + MINUTE):  # first a retry, then a hold
        one, _ = await claim(database, at)
        async with database.write() as session:
            if at == NOW:
                await outbox.record_retry(session, one, at, at + MINUTE)
            else:
                await outbox.record_held(session, one, at, at + 60 * MINUTE)
            await outbox.give_back(session, [_.delivery_id], _.until, at)
    found = await row(database, one.delivery_id)
    assert (found.state, found.attempts, found.next_try_at) == ("waiting", 0, NOW + 61 * MINUTE)
    assert names(await claim(database, NOW + MINUTE)) == ["b"]


async def test_a_lease_that_is_over_is_taken_over_unless_it_is_still_in_hand_here(database: Database) -> None:
    await write(database, letter("a"))
    (first,) = await claim(database)
    assert await claim(database, NOW + MINUTE / 2) == []
    await write(database, letter("b"))
    assert await claim(database, UNTIL, in_hand=[first]) == [], "nor what goes to the same person"
    async with database.write() as session:
        await session.execute(delete(Delivery).where(Delivery.occurrence == "b"))
    (second,) = await claim(database, UNTIL)
    async with database.write() as session:
        assert not await outbox.record_sent(session, first, 5, 6, UNTIL)
        assert not await outbox.record_retry(session, first, UNTIL, UNTIL + MINUTE)
        assert await outbox.record_sent(session, second, 5, 6, UNTIL)
    found = await row(database, first.delivery_id)
    assert (found.state, found.message_id, found.sent_at) == ("sent", 6, UNTIL)


async def test_what_is_given_back_may_be_claimed_at_once(database: Database) -> None:
    await write(database, letter("a"), letter("b"))
    claimed = await claim(database)
    async with database.write() as session:
        await outbox.give_back(session, [claimed[1].delivery_id], claimed[1].until, NOW)
        await outbox.give_back(session, [claimed[0].delivery_id], claimed[0].until + MINUTE, NOW)
    async with database.write() as session:
        await outbox.record_sent(session, claimed[0], 5, 6, NOW)
    assert names(await claim(database)) == ["b"]


async def test_a_message_waits_for_the_earlier_one_to_the_same_person(database: Database) -> None:
    await write(database, letter("a"))
    (first,) = await claim(database)
    await write(database, letter("b"), letter("c", BOB), letter("less", priority=Priority.NUDGE))
    (bobs,) = await claim(database)
    assert bobs.occurrence == "c", "the first is on its way"
    async with database.write() as session:
        await outbox.record_dropped(session, bobs, NOW)
        await outbox.record_retry(session, first, NOW, NOW + MINUTE)
    assert await claim(database) == [], "the first is tried again later"
    assert names(await claim(database, NOW + MINUTE)) == ["a", "b", "less"]


async def test_what_keeps_failing_or_is_less_urgent_holds_back_nothing(database: Database) -> None:
    await write(database, letter("failing"), letter("nudge", BOB, Priority.NUDGE))
    for attempt in range(6):
        at = NOW + attempt * MINUTE
        for one in await claim(database, at):
            async with database.write() as session:
                await outbox.record_retry(session, one, at, at + MINUTE)
    at = NOW + 5.5 * MINUTE
    await write(database, letter("b"), letter("c", BOB), now=at)
    assert names(await claim(database, at)) == ["b", "c"]


async def test_a_claim_knows_the_persons_channel_and_a_success_is_kept(database: Database) -> None:
    async with database.write() as session:
        session.add(User(user_id=ADA, created_at=NOW, dm_channel_id=5, dm_closed_at=NOW))
    await write(database, letter("a"), letter("b", BOB))
    ada, bob = await claim(database)
    assert (ada.dm_channel_id, ada.dm_closed_at) == (5, NOW)
    assert (bob.dm_channel_id, bob.dm_closed_at) == (None, None)
    async with database.write() as session:
        await outbox.record_sent(session, ada, 7, 8, NOW)
    async with database.read() as session:
        user = await session.get_one(User, ADA)
    assert (user.dm_channel_id, user.dm_closed_at) == (7, None)


# -- cards -------------------------------------------------------------------------------------------------------


async def test_a_card_marked_while_it_is_drawn_waits_to_be_drawn_again(database: Database) -> None:
    await write(database, card())
    (one,) = await claim(database)
    await write(database, card(), card(), now=NOW + MINUTE / 2)
    assert await claim(database, NOW + MINUTE / 2) == [], "it is being drawn"
    async with database.write() as session:
        assert await outbox.record_sent(session, one, ROOM, 6, NOW)
    (again,) = await claim(database)
    assert (again.message_id, again.version) == (6, 2)
    async with database.write() as session:
        assert await outbox.record_sent(session, again, ROOM, 6, NOW)
    assert await claim(database) == []
    assert (await row(database, one.delivery_id)).sent_at == NOW


async def test_a_card_that_changed_before_it_was_known_to_be_there_is_drawn_once_more(database: Database) -> None:
    await write(database, card())
    (lost,) = await claim(database)
    async with database.write() as session:
        await outbox.record_retry(session, lost, NOW, NOW)
    await write(database, card())
    (again,) = await claim(database)
    async with database.write() as session:
        await outbox.record_sent(session, again, ROOM, 6, NOW)
    (drawn,) = await claim(database)
    assert drawn.message_id == 6
    async with database.write() as session:
        await outbox.record_sent(session, drawn, ROOM, 6, NOW)
    assert (await row(database, drawn.delivery_id)).state == "sent"


async def test_a_card_that_is_gone_has_no_message_any_more_until_told(database: Database) -> None:
    await write(database, card(message_id=6))
    (one,) = await claim(database)
    assert one.message_id == 6
    async with database.write() as session:
        assert await outbox.record_failed(session, one, NOW, gone=True)
    await write(database, card())
    (anew,) = await claim(database)
    assert (anew.message_id, anew.address) == (None, ("channel", ROOM))


async def test_a_letter_written_again_is_left_alone_whatever_became_of_it(database: Database) -> None:
    await write(database, letter("a"), letter("a"))
    (one,) = await claim(database)
    async with database.write() as session:
        await outbox.record_dropped(session, one, NOW)
    await write(database, letter("a"))
    assert await claim(database) == []


# -- outlook and ids ---------------------------------------------------------------------------------------------


async def test_the_outlook_says_what_there_is_to_do_and_when_next(database: Database) -> None:
    async def look(now: datetime, except_ids: Any = ()) -> outbox.Outlook:
        async with database.read() as session:
            return await outbox.outlook(session, ["toy.step"], KINDS, now, except_ids)

    assert await look(NOW) == outbox.Outlook(due=False, waiting=False, next_at=None)
    async with database.write() as session:
        await schedule_job(session, [Job("toy.step", "a", UNTIL, Priority.SAFETY), Job("x", "a", NOW, Priority.SAFETY)])
    await write(database, letter("a"))
    assert await look(NOW) == outbox.Outlook(due=False, waiting=True, next_at=UNTIL, backlog=(1, 1, 1))
    await write(database, letter("nudge", 13, Priority.NUDGE), letter("asked", 14, Priority.ASKED))
    assert (await look(NOW)).backlog == (1, 2, 3)
    async with database.write() as session:
        await session.execute(delete(Delivery).where(Delivery.user_id != ADA))
    (one,) = await claim(database, NOW - MINUTE / 2) or await claim(database)
    assert await look(NOW, [one.delivery_id]) == outbox.Outlook(due=False, waiting=False, next_at=UNTIL)
    assert (await look(UNTIL)).due
    assert await outbox.orphans(database, ["toy.step"], KINDS, NOW) == ["x"]


async def test_an_id_is_never_given_twice(database: Database) -> None:
    await write(database, letter("a"))
    (one,) = await claim(database)
    async with database.write() as session:
        await session.execute(delete(Delivery))
    await write(database, letter("b"))
    (another,) = await claim(database)
    assert another.delivery_id > one.delivery_id
