"""Reminders: create, list, edit, pause, resume and delete.

Whoever may see a reminder may change it: members their own, organisers those of the club. Each function is one
transaction, which also moves the job.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.messages.stored_kinds import StoredKind
from bot.domain.text.free_text import is_blank, one_line
from bot.domain.when.schedule import In, Schedule, next_after, to_json
from bot.domain.when.snoozes import Snooze, snoozes
from bot.errors import BadInput, Conflict, NotFound
from bot.services.members.people import Person
from bot.services.messages.deliveries import schedule_job
from bot.services.reminders.reminder_firing import KINDS, plan_of
from bot.services.reminders.reminder_views import (
    InChannel,
    Keeper,
    ReminderAudience,
    ReminderView,
    ReminderWanted,
    view_of,
)
from db import models
from db.engine import Database
from db.queries.members import people as people_queries
from db.queries.reminders import reminders as queries

WHAT_LIMIT = 200


async def ask(
    database: Database,
    person: Person,
    asked: ReminderWanted,
    *,
    zone: str,
    channel_id: int | None = None,
    club: InChannel | None = None,
    limit: int,
    interaction_id: int,
    now: datetime,
) -> ReminderView:
    """Create a reminder; the same interaction creates only one.

    Args:
        database: database to write to.
        person: member who asks.
        asked: text and schedule.
        zone: IANA name of the zone of its wall times.
        channel_id: channel of the command, where a refused direct message is reported.
        club: channel and pinged role of a reminder for the whole club.
        limit: reminders that one member may have.
        interaction_id: idempotency key of the command.
        now: current time.

    Raises:
        BadInput: blank text, or no occurrence in the future.
        Conflict: too many reminders.
    """
    what = _what(asked.what)
    first = next_after(asked.schedule, zone, now)
    if first is None:
        raise BadInput("remind.refused.never")
    async with database.write() as session:
        await people_queries.hold(session, [person.user_id])
        before = await queries.asked_by(session, interaction_id, person.user_id)
        if before is not None:
            return view_of(before)
        if await queries.count_open(session, person.user_id, StoredKind.REMIND_AGAIN) >= limit:
            raise Conflict("remind.refused.many", count=limit)
        reminder_id = await queries.insert_reminder(
            session,
            interaction_id=interaction_id,
            user_id=person.user_id,
            audience=ReminderAudience.CLUB if club else ReminderAudience.ME,
            guild_id=person.guild_id,
            channel_id=club.channel_id if club else channel_id,
            role_id=club.role_id if club else None,
            what=what,
            schedule=to_json(asked.schedule),
            readings=_readings(asked),
            zone=zone,
            state="active",
            created_at=now,
        )
        if reminder_id is None:
            raise NotFound("remind.refused.gone")  # another member's interaction
        await schedule_job(session, [plan_of(reminder_id, person.user_id, first)])
        return await _read(session, reminder_id)


async def own_reminders(database: Database, keeper: Keeper) -> tuple[ReminderView, ...]:
    """Return all reminders that a member may see and that will be sent again, newest last."""
    async with database.read() as session:
        again = await queries.again(session, StoredKind.REMIND_AGAIN, keeper.user_id)
        rows = await queries.all_mine(session, keeper.user_id, keeper.organises, StoredKind.REMIND_AGAIN)
    return tuple(view_of(row, again.get(row.reminder_id)) for row in rows)


async def find_reminders(database: Database, keeper: Keeper, words: str, limit: int) -> tuple[ReminderView, ...]:
    """Return the newest reminders whose text or schedule contains some words."""
    async with database.read() as session:
        again = await queries.again(session, StoredKind.REMIND_AGAIN, keeper.user_id)
        rows = await queries.fitting(session, keeper.user_id, keeper.organises, StoredKind.REMIND_AGAIN, words, limit)
    return tuple(view_of(row, again.get(row.reminder_id)) for row in rows)


async def own_reminder(database: Database, keeper: Keeper, reminder_id: int) -> ReminderView:
    """Return a reminder that a member may see.

    Raises:
        NotFound: it does not exist, is another member's, or has ended.
    """
    async with database.read() as session:
        row = await queries.mine(session, reminder_id, keeper.user_id, keeper.organises)
        return await _left(session, keeper.user_id, row)


async def any_reminder(database: Database, reminder_id: int) -> ReminderView | None:
    """Return a reminder of any member, to render its message for its recipients."""
    async with database.read() as session:
        row = await queries.reminder(session, reminder_id)
    return view_of(row) if row is not None else None


async def choose_reading(
    database: Database, keeper: Keeper, reminder_id: int, revision: int, number: int, now: datetime
) -> ReminderView:
    """Choose one of the readings of a typed schedule; choosing it again changes nothing.

    Raises:
        NotFound: not this member's.
        Conflict: edited since, or no occurrence in the future by that reading.
    """
    async with database.write() as session:
        view = await _held(session, keeper, reminder_id)
        if view.revision != revision or not 0 <= number < len(view.readings):
            raise Conflict("remind.refused.changed")
        return await _reschedule(session, view, view.readings[number], now, readings=_kept(view.readings))


async def edit(
    database: Database,
    keeper: Keeper,
    reminder_id: int,
    *,
    what: str | None = None,
    asked: ReminderWanted | None = None,
    club: InChannel | None = None,
    now: datetime,
) -> ReminderView:
    """Change the text, the schedule or the channel. A new schedule resumes a reminder that was missed.

    A paused reminder stays paused. Moving it to another channel clears the reason why the bot had paused it.

    Raises:
        NotFound: not this member's, or ended.
        BadInput: blank text, no occurrence in the future, or a channel for a reminder to one member.
    """
    async with database.write() as session:
        view = await _held(session, keeper, reminder_id)
        changed: dict[str, object] = {"revision": view.revision + 1}
        if what is not None:
            changed["what"] = _what(what)
        if club is not None:
            if not view.of_club:
                raise BadInput("remind.refused.not_club")
            moved = club.channel_id != view.channel_id
            view = replace(view, trouble=None if moved else view.trouble)
            changed |= {"channel_id": club.channel_id, "role_id": club.role_id, "trouble": view.trouble}
        if asked is None:
            await queries.set_reminder(session, reminder_id, **changed)
            return await _read(session, reminder_id, keeper.user_id)
        changed["readings"] = _readings(asked)
        return await _reschedule(session, view, asked.schedule, now, **changed)


async def pause(database: Database, keeper: Keeper, reminder_id: int) -> ReminderView:
    """Pause a reminder until it is resumed; a single occurrence is kept. Pausing again changes nothing.

    A reminder that has ended and was snoozed keeps the instant of the snooze.

    Raises:
        NotFound: not this member's, or ended.
    """
    async with database.write() as session:
        view = await _held(session, keeper, reminder_id)
        if view.state != "paused":
            kept_at, changed = view.left_again, _once(view.left_again)
            if view.state == "active":
                kept_at = await queries.next_due(session, StoredKind.REMIND, reminder_id)
            await queries.drop_due(session, KINDS, reminder_id)
            await queries.set_reminder(session, reminder_id, state="paused", kept_at=kept_at, trouble=None, **changed)
        return await _read(session, reminder_id)


async def resume(
    database: Database, keeper: Keeper, reminder_id: int, now: datetime, *, later: Snooze | None = None, zone: str = ""
) -> ReminderView:
    """Resume a reminder; resuming again changes nothing.

    Args:
        database: database to write to.
        keeper: member who resumes it.
        reminder_id: id of the reminder.
        now: current time.
        later: when to send one that was missed; without it that one stays paused, for the caller to ask.
        zone: zone of the member, for `later`.

    Raises:
        NotFound: not this member's, or ended.
        Conflict: the chosen time has passed.
    """
    async with database.write() as session:
        view = await _held(session, keeper, reminder_id)
        times = view.next_times(now, 1)
        if view.state != "paused" or not (times or later):
            return view
        at, changed = (times[0], {}) if times else _later(view, later, zone, now)
        await queries.set_reminder(session, reminder_id, state="active", kept_at=None, trouble=None, **changed)
        await schedule_job(session, [plan_of(reminder_id, view.user_id, at)])
        return await _read(session, reminder_id)


async def delete(database: Database, keeper: Keeper, reminder_id: int) -> ReminderView:
    """Delete a reminder and its snoozes, and return it.

    Raises:
        NotFound: not this member's, or deleted.
    """
    async with database.write() as session:
        view = await _held(session, keeper, reminder_id)
        await queries.drop_due(session, KINDS, reminder_id)
        await queries.delete_reminder(session, reminder_id)
    return view


async def _reschedule(
    session: AsyncSession, view: ReminderView, schedule: Schedule, now: datetime, **changed: object
) -> ReminderView:
    first = next_after(schedule, view.zone, now)
    if first is None:
        raise BadInput("remind.refused.never")
    paused = view.state == "paused" and view.missed(now) is None
    await queries.drop_due(session, KINDS, view.reminder_id)
    if not paused:
        await schedule_job(session, [plan_of(view.reminder_id, view.user_id, first)])
    await queries.set_reminder(
        session,
        view.reminder_id,
        schedule=to_json(schedule),
        state="paused" if paused else "active",
        kept_at=first if paused else None,
        **(changed | {"trouble": view.trouble if paused else None}),
    )
    return await _read(session, view.reminder_id)


async def _held(session: AsyncSession, keeper: Keeper, reminder_id: int) -> ReminderView:
    row = await queries.mine(session, reminder_id, keeper.user_id, keeper.organises)
    if row is not None:  # locked only by members who may change it
        row = await queries.hold(session, KINDS, reminder_id)
    return await _left(session, keeper.user_id, row)


async def _left(session: AsyncSession, user_id: int, row: models.Reminder | None) -> ReminderView:
    """Return a reminder to a member, with their snooze. Raises `NotFound` if it will not be sent to them again."""
    again_at = (
        None if row is None else (await queries.again(session, StoredKind.REMIND_AGAIN, user_id)).get(row.reminder_id)
    )
    if row is None or (row.state == "ended" and (again_at is None or row.audience != ReminderAudience.ME)):
        raise NotFound("remind.refused.gone")
    return view_of(row, again_at)


async def _read(session: AsyncSession, reminder_id: int, user_id: int | None = None) -> ReminderView:
    row = await queries.reminder(session, reminder_id)
    assert row is not None
    await session.refresh(row)
    again = {} if user_id is None else await queries.again(session, StoredKind.REMIND_AGAIN, user_id)
    return view_of(row, again.get(reminder_id))


def _what(typed: str) -> str:
    what = one_line(typed)[:WHAT_LIMIT]
    if is_blank(what):
        raise BadInput("remind.refused.nothing")
    return what


def _readings(asked: ReminderWanted) -> list[dict[str, object]] | None:
    return _kept((asked.schedule, *asked.others)) if asked.others else None


def _kept(readings: tuple[Schedule, ...]) -> list[dict[str, object]]:
    return [to_json(one) for one in readings]


def _later(view: ReminderView, later: Snooze | None, zone: str, now: datetime) -> tuple[datetime, dict[str, object]]:
    """Return when to send a missed reminder, and the columns that make it a single one."""
    at = snoozes(view.kept_at or now, now, zone).get(later) if later else None
    if at is None:
        raise Conflict("remind.refused.over")
    return at, _once(at)


def _once(at: datetime | None) -> dict[str, object]:
    """Return the columns that turn a snoozed reminder into a single one at `at`; empty for None."""
    return {} if at is None else {"schedule": to_json(In(at)), "readings": None}
