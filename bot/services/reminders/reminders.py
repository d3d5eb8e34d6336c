"""What members do with reminders: ask for one, see them, change, pause, take up again and delete them.

Whoever may see one may change it, and nobody else: a person their own, an organiser those of the club. One function is
one transaction; what is due moves with the reminder.
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
    """Remember something; the same interaction makes one reminder.

    Args:
        database: where.
        person: who asks.
        asked: what, and when.
        zone: IANA name of the zone its wall times are meant in.
        channel_id: where it is asked for: a refused direct message is told of there.
        club: where it is said, and whom it pings, for one to the whole club.
        limit: how many one member may have.
        interaction_id: the key of this command.
        now: when.

    Raises:
        BadInput: nothing to remember, or nothing of it lies ahead.
        Conflict: too many.
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
            raise NotFound("remind.refused.gone")  # another's interaction: there is no such thing
        await schedule_job(session, [plan_of(reminder_id, person.user_id, first)])
        return await _read(session, reminder_id)


async def own_reminders(database: Database, keeper: Keeper) -> tuple[ReminderView, ...]:
    """All that somebody may see and that are not over or come once more, the newest last."""
    async with database.read() as session:
        again = await queries.again(session, StoredKind.REMIND_AGAIN, keeper.user_id)
        rows = await queries.all_mine(session, keeper.user_id, keeper.organises, StoredKind.REMIND_AGAIN)
    return tuple(view_of(row, again.get(row.reminder_id)) for row in rows)


async def find_reminders(database: Database, keeper: Keeper, words: str, limit: int) -> tuple[ReminderView, ...]:
    """The newest of those whose "what" or hours have some words."""
    async with database.read() as session:
        again = await queries.again(session, StoredKind.REMIND_AGAIN, keeper.user_id)
        rows = await queries.fitting(session, keeper.user_id, keeper.organises, StoredKind.REMIND_AGAIN, words, limit)
    return tuple(view_of(row, again.get(row.reminder_id)) for row in rows)


async def own_reminder(database: Database, keeper: Keeper, reminder_id: int) -> ReminderView:
    """One that somebody may see.

    Raises:
        NotFound: there is none, it is another's, or it is over.
    """
    async with database.read() as session:
        row = await queries.mine(session, reminder_id, keeper.user_id, keeper.organises)
        return await _left(session, keeper.user_id, row)


async def any_reminder(database: Database, reminder_id: int) -> ReminderView | None:
    """A reminder whosever it is, to draw its message for those it is meant for."""
    async with database.read() as session:
        row = await queries.reminder(session, reminder_id)
    return view_of(row) if row is not None else None


async def choose_reading(
    database: Database, keeper: Keeper, reminder_id: int, revision: int, number: int, now: datetime
) -> ReminderView:
    """Take one of the readings of what was typed; again changes nothing.

    Raises:
        NotFound: not theirs.
        Conflict: it was edited since, or is over by that reading.
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
    """Change the words, the time, or where a club's is said. A new time takes up again what was missed.

    A pause stays one; of why the bot itself paused it nothing is said any more where it goes to another channel.

    Raises:
        NotFound: not theirs, or over.
        BadInput: nothing to remember, nothing of it lies ahead, or a channel for one that is said to one person.
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
    """Say nothing until it is taken up again; what comes once is kept. Again changes nothing.

    One that is over and put off is kept for the instant until which it was.

    Raises:
        NotFound: not theirs, or over.
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
    """Take a reminder up again; again changes nothing.

    Args:
        database: where.
        keeper: who.
        reminder_id: which.
        now: when.
        later: when to be reminded of one that was missed; without it that stays paused, to be asked.
        zone: of who speaks, for `later`.

    Raises:
        NotFound: not theirs, or over.
        Conflict: that choice is over.
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
    """Delete a reminder, and whatever of it is put off; answers what it was.

    Raises:
        NotFound: not theirs, or deleted.
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
    if row is not None:  # held only by whom it concerns
        row = await queries.hold(session, KINDS, reminder_id)
    return await _left(session, keeper.user_id, row)


async def _left(session: AsyncSession, user_id: int, row: models.Reminder | None) -> ReminderView:
    """As somebody sees it to whom it may come again. Raises `NotFound` where nothing of it comes any more."""
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
    """When to be reminded of what was missed, and what that makes of the reminder: one that comes once."""
    at = snoozes(view.kept_at or now, now, zone).get(later) if later else None
    if at is None:
        raise Conflict("remind.refused.over")
    return at, _once(at)


def _once(at: datetime | None) -> dict[str, object]:
    """What being put off until an instant makes of a reminder: one that comes once; None changes nothing."""
    return {} if at is None else {"schedule": to_json(In(at)), "readings": None}
