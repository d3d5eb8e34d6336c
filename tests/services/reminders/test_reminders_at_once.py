"""Changes to a reminder while it fires, on PostgreSQL, where transactions overlap."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date, time

import pytest
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.messages.stored_kinds import StoredKind
from bot.domain.when.schedule import Daily
from bot.services.reminders import reminder_firing
from bot.services.reminders.reminder_firing import KINDS, Fired
from bot.services.reminders.reminder_views import ReminderView
from db.engine import Database
from db.models import Due
from db.queries.reminders import reminders as queries
from tests.builders.at_once import waits_or_ends
from tests.builders.reminders import ADA, Reminded, utc

pytestmark = pytest.mark.parametrize(
    "database_url", [pytest.param("postgresql", marks=pytest.mark.postgresql)], indirect=True
)
Hold = Callable[[AsyncSession, ReminderView], Awaitable[object]]


async def hold(session: AsyncSession, view: ReminderView) -> object:
    return await queries.hold(session, KINDS, view.reminder_id)


async def hold_those(session: AsyncSession, _view: ReminderView) -> object:
    return await queries.hold_those(session, KINDS, queries.of_member(ADA, StoredKind.REMIND_AGAIN))


@pytest.mark.parametrize("hold", [hold, hold_those])
async def test_what_a_series_plans_as_it_fires_is_held_before_the_reminder(database: Database, hold: Hold) -> None:
    """Locking the reminder and its next occurrence in different orders would deadlock."""
    club = Reminded(database)
    view = await club.ask(Daily(1, (time(7),), date(2026, 11, 18)))
    holds, looked = asyncio.Event(), asyncio.Event()

    async def change() -> None:
        async with database.write() as session:
            await hold(session, view)
            holds.set()
            await looked.wait()

    async with database.write() as session:
        await session.execute(delete(Due).where(Due.subject_id == view.reminder_id))  # as the delivery loop claims it
        await reminder_firing.fire(session, [Fired(view.reminder_id, utc(19, 7), None, {})], utc(19, 7))
        changing = asyncio.create_task(change())
        await waits_or_ends(database, changing)
    await holds.wait()
    async with database.read() as session:
        planned = select(Due.due_id).where(Due.subject_id == view.reminder_id)
        assert len((await session.scalars(planned)).all()) == 1
        free = (await session.scalars(planned.with_for_update(skip_locked=True))).all()
    looked.set()
    await changing
    assert free == []
