"""Answers to a reminder's message: Done and Snooze, by its recipients."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.messages.priority import Priority
from bot.domain.messages.stored_kinds import StoredKind
from bot.domain.when.moment_parser import at_wall
from bot.domain.when.schedule import from_json, is_series, next_after
from bot.domain.when.snoozes import Snooze, snoozes
from bot.errors import Conflict, NotFound
from bot.services.messages.deliveries import Job, schedule_job
from bot.services.reminders.reminder_firing import KINDS, occurrence_of
from bot.services.reminders.reminder_views import ReminderAudience, ReminderView, view_of
from db import models
from db.engine import Database
from db.queries.reminders import reminders as queries


@dataclass(frozen=True, slots=True)
class ReminderPresser:
    """Member who presses, and the channel; None where the channel does not matter."""

    user_id: int
    channel_id: int | None


@dataclass(frozen=True, slots=True)
class DoneSaid:
    """Result of Done.

    Attributes:
        view: the reminder.
        again: whether it was recorded before.
        series: whether it recurs, so that the counts matter.
        done: occurrences of its week that this member has done.
        planned: occurrences of that week.
        this_week: whether that week is the current one.
    """

    view: ReminderView
    again: bool
    series: bool
    done: int
    planned: int
    this_week: bool


@dataclass(frozen=True, slots=True)
class Snoozed:
    """A snoozed reminder; `moved` if it was already snoozed."""

    view: ReminderView
    at: datetime
    moved: bool


async def told(database: Database, reminder_id: int, occurs_at: datetime, presser: ReminderPresser) -> ReminderView:
    """Return the reminder of a message that was sent to the presser.

    Raises:
        NotFound: it was deleted, or not sent to this member.
    """
    async with database.read() as session:
        return view_of(await _told(session, reminder_id, occurs_at, presser))


async def what_was_told(database: Database, reminder_id: int, occurs_at: datetime, presser: ReminderPresser) -> str:
    """Return the text of a reminder that was sent to the presser, as typed.

    Raises:
        NotFound: it was deleted, or not sent to this member.
    """
    async with database.read() as session:
        return view_of(await _told(session, reminder_id, occurs_at, presser)).what


async def done(
    database: Database, reminder_id: int, occurs_at: datetime, presser: ReminderPresser, now: datetime
) -> DoneSaid:
    """Record an occurrence as done and cancel its snooze; a second time changes nothing.

    Raises:
        NotFound: it was deleted, or not sent to this member.
    """
    async with database.write() as session:
        row = await _told(session, reminder_id, occurs_at, presser, hold=True)
        new = await queries.mark_done(session, reminder_id, occurs_at, presser.user_id, now)
        await queries.drop_occurrence(session, StoredKind.REMIND_AGAIN, _key(reminder_id, occurs_at, presser.user_id))
        return await _count(session, row, occurs_at, presser.user_id, now, again=not new)


async def snooze(
    database: Database,
    reminder_id: int,
    occurs_at: datetime,
    presser: ReminderPresser,
    how: Snooze,
    *,
    zone: str,
    now: datetime,
) -> Snoozed:
    """Send a reminder to this member again later; a second snooze moves it. The series is not affected.

    Raises:
        NotFound: it was deleted, or not sent to this member.
        Conflict: the chosen time has passed.
    """
    at = snoozes(occurs_at, now, zone).get(how)
    if at is None:
        raise Conflict("remind.refused.over")
    async with database.write() as session:
        row = await _told(session, reminder_id, occurs_at, presser, hold=True)
        key = _key(reminder_id, occurs_at, presser.user_id)
        before = await queries.due_under(session, StoredKind.REMIND_AGAIN, key)
        if row.audience == ReminderAudience.ME and row.state == "ended" and row.zone != zone:
            # It returns to its keeper's list: a new time is read in their zone, to which ended reminders were not
            # moved.
            await queries.set_reminder(session, reminder_id, zone=zone)
        # A snooze during a pause is sent in spite of it; earlier snoozes were cancelled by the pause.
        kept = {"occurs_at": occurs_at.isoformat(), "though_paused": row.state == "paused"}
        await schedule_job(
            session, [Job(StoredKind.REMIND_AGAIN, key, at, Priority.ASKED, reminder_id, presser.user_id, kept)]
        )
    return Snoozed(view_of(row), at, before is not None)


def _key(reminder_id: int, occurs_at: datetime, user_id: int) -> str:
    return f"{occurrence_of(reminder_id, occurs_at)}:{user_id}"


async def _told(
    session: AsyncSession, reminder_id: int, occurs_at: datetime, presser: ReminderPresser, *, hold: bool = False
) -> models.Reminder:
    if hold:
        row = await queries.hold(session, KINDS, reminder_id)
    else:
        row = await queries.reminder(session, reminder_id)
    occurrence = occurrence_of(reminder_id, occurs_at)
    if row is None or not await queries.was_told(
        session, KINDS, reminder_id, occurrence, presser.user_id, presser.channel_id
    ):
        raise NotFound("remind.refused.gone")
    return row


async def _count(
    session: AsyncSession, row: models.Reminder, occurs_at: datetime, user_id: int, now: datetime, *, again: bool
) -> DoneSaid:
    """Return how much of the occurrence's week is done; weeks begin on Monday in the reminder's zone.

    Times are in whole seconds, because buttons identify an occurrence by them.
    """
    place, schedule = ZoneInfo(row.zone), from_json(row.schedule)
    on = occurs_at.astimezone(place).date()
    monday = on - timedelta(days=on.weekday())
    first, end = (at_wall(monday + timedelta(days=days), time(), row.zone) for days in (0, 7))
    finished = set(await queries.done_between(session, row.reminder_id, user_id, first, end))
    planned = finished | {occurs_at}
    at = next_after(schedule, row.zone, max(first - timedelta(microseconds=1), row.created_at))
    while at is not None and at < end:
        planned.add(at.replace(microsecond=0))
        at = next_after(schedule, row.zone, at)
    return DoneSaid(view_of(row), again, is_series(schedule), len(finished), len(planned), first <= now < end)
