"""Old sent messages are deleted in small batches, except those still needed for presses, edits or questions."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from bot.domain.messages.stored_kinds import StoredKind
from bot.domain.when.schedule import Daily
from bot.errors import NotFound
from bot.services.privacy import retention
from bot.services.privacy.retention import AT_ONCE, BETWEEN, DAY, REST
from db.engine import Database
from db.models import Delivery, Due, Outing
from tests.builders.outings import NOW as CALLED_AT
from tests.builders.outings import Town
from tests.builders.reminders import ADA, NOW, Reminded, utc

MONTH, YEAR = timedelta(days=31), timedelta(days=366)


async def write(database: Database, kind: str, ago: timedelta, state: str = "sent", **more: Any) -> int:
    """Insert a message in this state, due and created `ago` before NOW; return its id."""
    values = {
        "kind": kind, "occurrence": f"{kind}:{state}:{ago}", "priority": 1, "destination": "dm", "user_id": ADA,
        "channel_id": 0, "payload": {}, "state": state, "next_try_at": NOW - ago, "due_at": NOW - ago,
        "created_at": NOW - ago, "attempts": 0, "version": 0,
    }  # fmt: skip
    async with database.write() as session:
        return int(
            await session.scalar(insert(Delivery).values(**(values | more)).returning(Delivery.delivery_id)) or 0
        )


async def left(database: Database) -> set[int]:
    async with database.read() as session:
        return set(await session.scalars(select(Delivery.delivery_id)))


async def step(database: Database, now: datetime) -> timedelta:
    """Run the due purge job and return the time until the next one."""
    async with database.write() as session:
        row = (await session.scalars(select(Due).where(Due.kind == StoredKind.DELIVERY_PURGE))).one()
        assert row.fire_at <= now
        payload = row.payload
        await session.delete(row)
        await session.flush()
        await retention.purge(session, payload, now)
    async with database.read() as session:
        fire_at: datetime = (
            await session.scalars(select(Due.fire_at).where(Due.kind == StoredKind.DELIVERY_PURGE))
        ).one()
    return fire_at - now


async def test_what_is_done_with_goes_after_a_month_and_what_is_still_needed_stays(database: Database) -> None:
    gone = {
        await write(database, "nudge.week", MONTH),
        await write(database, "round.left", MONTH, "dropped"),
        await write(database, "contact.ask", MONTH, "failed"),
        await write(database, "remind", YEAR),
        await write(database, "remind.again", YEAR, "dropped"),
        await write(database, "remind.trouble", MONTH),
    }
    refused = await write(database, "remind.trouble", YEAR, "closed")
    behind = {"destination": "channel", "fallback_of": refused, "payload": {"delivery_ids": [refused]}}
    kept = {
        refused,
        await write(database, StoredKind.DELIVERY_WAITS, YEAR, **behind),
        await write(database, "nudge.week", timedelta(days=29)),
        await write(database, "remind", MONTH),
        await write(database, "remind.again", timedelta(days=364)),
        await write(database, "club.partners", YEAR, destination="card", message_id=5),
        await write(database, "outing.card", YEAR, destination="card", message_id=6),
        await write(database, "alert.unsafe", YEAR),
        await write(database, "outing.filled", YEAR),  # its outing is not known to be over
        await write(database, "nudge.week", YEAR, "waiting"),
        await write(database, "remind", 2 * YEAR, "leased"),
        await write(database, StoredKind.DELIVERY_WAITS, MONTH, "open", destination="channel"),
    }  # fmt: skip
    await retention.begin(database, NOW - REST)
    await retention.begin(database, NOW - REST)
    assert await step(database, NOW) == DAY
    assert await left(database) == kept, gone
    assert await step(database, NOW + DAY) == DAY
    late = await step(database, NOW + 2 * DAY)
    assert (late, len(await left(database))) == (DAY, len(kept) - 2), "what was 29 days and 364 days old"


async def test_it_takes_a_few_at_a_time_and_rests_between(database: Database) -> None:
    async with database.write() as session:
        rows = [
            {
                "kind": "nudge.week", "occurrence": str(n), "priority": 2, "destination": "dm", "user_id": ADA,
                "channel_id": 0, "payload": {}, "state": "sent", "next_try_at": NOW - MONTH, "due_at": NOW,
                "created_at": NOW,
            }
            for n in range(AT_ONCE + 20)
        ]  # fmt: skip
        await session.execute(insert(Delivery), rows)
    await retention.begin(database, NOW - REST)
    assert await step(database, NOW) == BETWEEN
    assert len(await left(database)) == 20
    assert await step(database, NOW + BETWEEN) == DAY
    assert await left(database) == set()


async def test_a_clock_that_jumps_ahead_takes_nothing_that_is_young(database: Database) -> None:
    young = await write(database, "nudge.week", timedelta())
    await retention.begin(database, NOW - REST)
    await step(database, NOW)
    await step(database, NOW + 10 * YEAR)
    assert await left(database) == {young}
    await retention.begin(database, NOW + DAY)  # restart after the clock is corrected: the job is not ten years ahead
    assert await step(database, NOW + DAY) == DAY
    for day in range(2, 40):
        await step(database, NOW + day * DAY)
    assert await left(database) == set()


async def test_done_is_answered_weeks_later_and_counts(database: Database) -> None:
    club = Reminded(database)
    view = await club.ask(Daily(1, (time(7),), NOW.date()))
    await club.until(utc(20, 8))
    async with database.write() as session:
        await session.execute(update(Delivery).values(state="sent", next_try_at=Delivery.due_at))
    await retention.begin(database, NOW - REST)
    await step(database, NOW + 60 * DAY)
    club.now = NOW + 60 * DAY
    said = await club.done(view, utc(19, 7))
    assert (said.done, said.planned) == (1, 4)
    async with database.write() as session:
        await session.execute(update(Delivery).values(next_try_at=NOW - YEAR))
        await session.execute(update(Due).where(Due.kind == StoredKind.DELIVERY_PURGE).values(payload={}))
    await step(database, NOW + 61 * DAY)
    with pytest.raises(NotFound, match="gone"):
        await club.done(view, utc(20, 7))


async def test_what_was_told_of_an_outing_goes_a_month_after_its_end(database: Database) -> None:
    town = Town(database)
    outing = await town.agreed()
    async with database.write() as session:
        await session.execute(
            update(Delivery).where(Delivery.destination == "dm").values(state="sent", next_try_at=CALLED_AT - 2 * MONTH)
        )
    told = await left(database)
    await retention.begin(database, CALLED_AT - REST)
    await step(database, CALLED_AT)
    assert await left(database) == told, "it has not begun"
    async with database.write() as session:
        await session.execute(
            update(Outing).where(Outing.outing_id == outing.outing_id).values(state="home", ended_at=CALLED_AT)
        )
    for day in range(1, 33):
        assert (await left(database) == told) == (day < 32), day
        await step(database, CALLED_AT + day * DAY)
    async with database.read() as session:
        assert {row.destination for row in await session.scalars(select(Delivery))} == {"card"}
