"""Exact messages and instants of one member's reminders over sixty days, across a clock change."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import select

from bot.domain.when.reminder_when import read_when
from bot.domain.when.snoozes import Snooze
from bot.services.reminders import reminders
from bot.services.reminders.reminder_views import Keeper
from db.engine import Database
from db.models import Delivery, Reminder
from tests.builders.reminders import ADA, Reminded, put_off, utc

BERLIN = """
10-01 08:20 call Ben
10-03 06:00 long run
10-06 04:30 stretch
10-08 04:30 stretch
10-17 06:00 long run
10-22 04:30 stretch
10-25 00:30 owl
10-27 05:30 stretch
10-29 05:30 stretch
10-31 07:00 long run
10-31 08:00 long run again
10-31 19:00 look back
11-03 05:30 stretch
11-05 05:30 stretch
11-10 05:30 stretch
11-12 05:30 stretch
11-14 07:00 long run
11-17 05:30 stretch
11-19 05:30 stretch
11-24 05:30 stretch
11-26 05:30 stretch
11-28 07:00 long run
11-29 01:30 owl
11-30 19:00 look back
"""
"""UTC. The clock goes back on 25 October at 3:00: 2:30 is repeated that night and sent once."""

MELBOURNE = """
10-01 00:20 call Ben
10-02 22:00 long run
10-03 16:30 owl
10-05 19:30 stretch
10-07 19:30 stretch
10-16 21:00 long run
10-21 19:30 stretch
10-26 19:30 stretch
10-28 19:30 stretch
10-30 21:00 long run
10-30 22:00 long run again
10-31 09:00 look back
10-31 15:30 owl
11-02 19:30 stretch
11-04 19:30 stretch
11-09 19:30 stretch
11-11 19:30 stretch
11-13 21:00 long run
11-16 19:30 stretch
11-18 19:30 stretch
11-23 19:30 stretch
11-25 19:30 stretch
11-27 21:00 long run
11-30 09:00 look back
"""
"""UTC. The clock goes forward on 4 October at 2:00: 2:30 is skipped that night and sent at 3:30."""


@pytest.mark.parametrize(
    ("zone", "start", "owl", "calendar"),
    [
        ("Europe/Berlin", utc(1, 8, month=10), "last sunday of the month 2:30", BERLIN),
        ("Australia/Melbourne", utc(1, 0, month=10), "first sunday of the month 2:30", MELBOURNE),
    ],
    ids=["Berlin", "Melbourne"],
)
async def test_sixty_days_are_as_written(
    database: Database, zone: str, start: datetime, owl: str, calendar: str
) -> None:
    club = Reminded(database, start)
    await club.person(zone=zone)
    asked = {}
    for what, when in (
        ("call Ben", "in 20 minutes"), ("stretch", "every tue and thu 6:30"), ("long run", "every other saturday 8am"),
        ("look back", "every month on the 31st 20:00"), ("owl", owl), ("tree", "24 Dec 9am"),
    ):  # fmt: skip
        read = read_when(when, now=start, zone=zone, language="en")
        asked[what] = await club.ask(read.schedule, what=what)

    await club.until(utc(10, 12, month=10))
    await reminders.pause(database, Keeper(ADA), asked["stretch"].reminder_id)
    await club.until(utc(20, 12, month=10))
    await club.resume(asked["stretch"])
    last_of_october = utc(31, 7, month=10) if zone == "Europe/Berlin" else utc(30, 21, month=10)
    await club.until(last_of_october)
    await put_off(club, asked["long run"], last_of_october, Snooze.HOUR)
    await club.until(utc(30, 19))

    async with database.read() as session:
        rows = await session.execute(
            select(Delivery.due_at, Reminder.what, Delivery.kind)
            .join(Reminder, Reminder.reminder_id == Delivery.subject_id)
            .order_by(Delivery.delivery_id)
        )
        said = [f"{at:%m-%d %H:%M} {what}{' again' * (kind == 'remind.again')}" for at, what, kind in rows]
    assert said == calendar.strip().splitlines()
