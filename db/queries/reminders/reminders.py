"""Queries for reminders and their completed occurrences. None of them commits.

To change a reminder, lock its jobs first and then the reminder. The delivery loop deletes jobs when it takes them: a
change waits for jobs that are being fired, and jobs of a reminder that is being changed do not fire.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, String, and_, bindparam, cast, delete, false, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.runs.run_search import MOST_WORDS
from db.dialect import upsert
from db.models import Delivery, Due, Guild, Reminder, ReminderDone, User
from db.queries.runs.run_search import has_words

AT_ONCE = 5000
"""Ids per statement; both databases accept more than 30,000 parameters."""

Firing = Row[int, int, str, int | None, int | None, str, Any, str, int | None]
"""reminder_id, user_id, audience, guild_id, channel_id, state, schedule, zone, the club's partners channel."""


def _mine(user_id: int, organises: int | None) -> ColumnElement[bool]:
    """Condition for the reminders a person may see and change: their own, and those of the club they organise."""
    own = and_(Reminder.audience == "me", Reminder.user_id == user_id)
    if organises is None:
        return own
    return or_(own, and_(Reminder.audience == "club", Reminder.guild_id == organises))


def _is_left(put_off: str) -> ColumnElement[bool]:
    """Condition for reminders that are active, or personal and snoozed once more; a club's ends with its series."""
    comes = select(Due.due_id).where(
        Due.kind == put_off, Due.subject_id == Reminder.reminder_id, Due.user_id == Reminder.user_id
    )
    return or_(Reminder.state != "ended", and_(Reminder.audience == "me", comes.exists()))


async def insert_reminder(session: AsyncSession, **values: object) -> int | None:
    """Insert a reminder; return None if its interaction has already inserted one."""
    statement = upsert(session, Reminder).values(**values)
    added: int | None = await session.scalar(
        statement.on_conflict_do_nothing(index_elements=["interaction_id"]).returning(Reminder.reminder_id)
    )
    return added


async def asked_by(session: AsyncSession, interaction_id: int, user_id: int) -> Reminder | None:
    """Return the reminder that an interaction inserted."""
    found: Reminder | None = await session.scalar(
        select(Reminder).where(Reminder.interaction_id == interaction_id, Reminder.user_id == user_id)
    )
    return found


async def count_open(session: AsyncSession, user_id: int, put_off: str) -> int:
    """Count a person's reminders that are active or snoozed; `put_off` is the kind of snoozed jobs."""
    counted = await session.scalar(
        select(func.count()).select_from(Reminder).where(Reminder.user_id == user_id, _is_left(put_off))
    )
    return counted or 0


async def reminder(session: AsyncSession, reminder_id: int) -> Reminder | None:
    """Return a reminder of any owner."""
    found: Reminder | None = await session.get(Reminder, reminder_id)
    return found


async def mine(session: AsyncSession, reminder_id: int, user_id: int, organises: int | None) -> Reminder | None:
    """Return a reminder that a person may see and change."""
    found: Reminder | None = await session.scalar(
        select(Reminder).where(Reminder.reminder_id == reminder_id, _mine(user_id, organises))
    )
    return found


async def all_mine(session: AsyncSession, user_id: int, organises: int | None, put_off: str) -> Sequence[Reminder]:
    """Return the active or snoozed reminders that a person may see and change, newest last."""
    rows = await session.scalars(
        select(Reminder).where(_mine(user_id, organises), _is_left(put_off)).order_by(Reminder.reminder_id)
    )
    return rows.all()


async def fitting(
    session: AsyncSession, user_id: int, organises: int | None, put_off: str, words: str, limit: int
) -> Sequence[Reminder]:
    """Return the newest such reminders with the given words in their text, or numbers in their schedule."""
    written = cast(Reminder.schedule, String)  # the JSON contains hours and dates as typed, but weekdays as numbers
    fits = [
        or_(has_words(Reminder.what, word), has_words(written, word) if word[0].isdigit() else false())
        for word in words.split()[:MOST_WORDS]
    ]
    rows = await session.scalars(
        select(Reminder)
        .where(_mine(user_id, organises), _is_left(put_off), *fits)
        .order_by(Reminder.reminder_id.desc())
        .limit(limit)
    )
    return rows.all()


async def again(session: AsyncSession, put_off: str, user_id: int) -> dict[int, datetime]:
    """Return the first instant at which each reminder snoozed by a person is repeated for them."""
    rows = await session.execute(
        select(Due.subject_id, func.min(Due.meant_at).label("at"))
        .where(Due.user_id == user_id, Due.kind == put_off, Due.subject_id.is_not(None))
        .group_by(Due.subject_id)
    )
    return {row.subject_id: row.at for row in rows}


# -- locking -------------------------------------------------------------------------------------------------------


async def hold(session: AsyncSession, kinds: Collection[str], reminder_id: int) -> Reminder | None:
    """Lock a reminder and its jobs against the delivery loop and other changes."""
    await _hold_due(session, kinds, [reminder_id])
    found: Reminder | None = await session.scalar(
        select(Reminder)
        .where(Reminder.reminder_id == reminder_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return found


async def hold_those(session: AsyncSession, kinds: Collection[str], whose: ColumnElement[bool]) -> Sequence[Reminder]:
    """Lock several reminders and their jobs."""
    ids = (await session.scalars(select(Reminder.reminder_id).where(whose))).all()
    found: list[Reminder] = []
    for some in _portions(sorted(ids)):
        await _hold_due(session, kinds, some)
        rows = await session.scalars(
            select(Reminder)
            .where(Reminder.reminder_id.in_(some), whose)
            .order_by(Reminder.reminder_id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
        found += rows
    return found


async def _hold_due(session: AsyncSession, kinds: Collection[str], reminder_ids: Sequence[int]) -> None:
    """Lock the jobs of reminders; repeat while a series that fires meanwhile replaces its job by a new one."""
    due = select(Due.due_id).where(Due.kind.in_(kinds), Due.subject_id.in_(reminder_ids)).order_by(Due.due_id)
    held: Sequence[int] | None = None
    while (found := (await session.scalars(due.with_for_update())).all()) != held:
        held = found


def of_member(user_id: int, put_off: str) -> ColumnElement[bool]:
    """Condition for a person's own reminders that are active or snoozed."""
    return and_(Reminder.audience == "me", Reminder.user_id == user_id, _is_left(put_off))


def of_club(guild_id: int, put_off: str) -> ColumnElement[bool]:
    """Condition for a club's active or snoozed reminders, and those of members there who use the club's zone."""
    zoneless = select(User.user_id).where(User.user_id == Reminder.user_id, User.zone.is_(None))
    whose = or_(Reminder.audience == "club", zoneless.exists())
    return and_(Reminder.guild_id == guild_id, whose, _is_left(put_off))


def in_zone(zone: str, put_off: str) -> ColumnElement[bool]:
    """Condition for all active or snoozed reminders in a zone."""
    return and_(Reminder.zone == zone, _is_left(put_off))


def by_person(user_id: int) -> ColumnElement[bool]:
    """Condition for all reminders a person created, including those for a club."""
    return Reminder.user_id == user_id


async def firing(session: AsyncSession, reminder_ids: Collection[int]) -> dict[int, Firing]:
    """Return the data for firing reminders whose jobs this transaction has taken."""
    columns = (
        Reminder.reminder_id, Reminder.user_id, Reminder.audience, Reminder.guild_id, Reminder.channel_id,
        Reminder.state, Reminder.schedule, Reminder.zone, Guild.partners_channel_id,
    )  # fmt: skip
    found: dict[int, Firing] = {}
    for some in _portions(sorted(set(reminder_ids))):
        rows = await session.execute(
            select(*columns).outerjoin(Guild, Guild.guild_id == Reminder.guild_id).where(Reminder.reminder_id.in_(some))
        )
        found |= {row.reminder_id: row for row in rows}
    return found


# -- jobs ----------------------------------------------------------------------------------------------------------


async def next_due(session: AsyncSession, kind: str, reminder_id: int) -> datetime | None:
    """Return when a reminder's job is due, or None if it has none."""
    found: datetime | None = await session.scalar(
        select(Due.meant_at).where(Due.kind == kind, Due.subject_id == reminder_id)
    )
    return found


async def pending(session: AsyncSession, kind: str, reminder_ids: Sequence[int], now: datetime) -> set[int]:
    """Return those of some reminders whose job is already due."""
    found: set[int] = set()
    for some in _portions(reminder_ids):
        rows = await session.scalars(
            select(Due.subject_id).where(Due.kind == kind, Due.subject_id.in_(some), Due.meant_at <= now)
        )
        found |= {reminder_id for reminder_id in rows if reminder_id is not None}
    return found


async def drop_due(session: AsyncSession, kinds: Collection[str], reminder_id: int) -> None:
    """Delete the jobs of a reminder."""
    await session.execute(delete(Due).where(Due.kind.in_(kinds), Due.subject_id == reminder_id))


async def due_under(session: AsyncSession, kind: str, occurrence: str) -> datetime | None:
    """Return when the job of an occurrence is due, or None if there is none."""
    found: datetime | None = await session.scalar(
        select(Due.meant_at).where(Due.kind == kind, Due.occurrence == occurrence)
    )
    return found


async def drop_occurrence(session: AsyncSession, kind: str, occurrence: str) -> None:
    """Delete the job of an occurrence."""
    await session.execute(delete(Due).where(Due.kind == kind, Due.occurrence == occurrence))


# -- changes -------------------------------------------------------------------------------------------------------


async def set_reminder(session: AsyncSession, reminder_id: int, **values: object) -> None:
    """Update columns of a reminder."""
    await session.execute(
        update(Reminder)
        .where(Reminder.reminder_id == reminder_id)
        .values(**values)
        .execution_options(synchronize_session=False)
    )


async def set_zones(session: AsyncSession, zone: str, kept: Sequence[tuple[int, datetime | None]]) -> None:
    """Update the zone of several reminders, and the instants stored as their next ones."""
    table: Any = Reminder.__table__
    statement = (
        update(table)
        .where(table.c.reminder_id == bindparam("of_id"))
        .values(zone=bindparam("new_zone"), kept_at=bindparam("new_kept_at"))
    )
    rows = [{"of_id": reminder_id, "new_zone": zone, "new_kept_at": kept_at} for reminder_id, kept_at in kept]
    if rows:
        await session.execute(statement, rows)


async def end(session: AsyncSession, reminder_ids: Sequence[int]) -> None:
    """Mark reminders as ended."""
    for some in _portions(reminder_ids):
        await session.execute(
            update(Reminder)
            .where(Reminder.reminder_id.in_(some))
            .values(state="ended", kept_at=None)
            .execution_options(synchronize_session=False)
        )


async def delete_reminder(session: AsyncSession, reminder_id: int) -> None:
    """Delete a reminder and its completed occurrences."""
    await session.execute(delete(Reminder).where(Reminder.reminder_id == reminder_id))


# -- completed occurrences -----------------------------------------------------------------------------------------


async def mark_done(session: AsyncSession, reminder_id: int, occurs_at: datetime, user_id: int, now: datetime) -> bool:
    """Record that an occurrence is done; return False if it was already recorded."""
    statement = upsert(session, ReminderDone).values(
        reminder_id=reminder_id, occurs_at=occurs_at, user_id=user_id, done_at=now
    )
    added = await session.scalar(statement.on_conflict_do_nothing().returning(ReminderDone.user_id))
    return added is not None


async def done_between(
    session: AsyncSession, reminder_id: int, user_id: int, first: datetime, end_at: datetime
) -> Sequence[datetime]:
    """Return the occurrences that a person has done, from `first` to before `end_at`."""
    rows = await session.scalars(
        select(ReminderDone.occurs_at).where(
            ReminderDone.reminder_id == reminder_id,
            ReminderDone.user_id == user_id,
            ReminderDone.occurs_at >= first,
            ReminderDone.occurs_at < end_at,
        )
    )
    return rows.all()


async def was_told(
    session: AsyncSession,
    kinds: Collection[str],
    reminder_id: int,
    occurrence: str,
    user_id: int,
    channel_id: int | None,
) -> bool:
    """Whether a message for an occurrence exists, in a channel or to a person directly."""
    found = await session.scalar(
        select(Delivery.delivery_id)
        .where(
            Delivery.kind.in_(kinds),
            Delivery.subject_id == reminder_id,
            or_(Delivery.occurrence == occurrence, Delivery.occurrence.startswith(f"{occurrence}:")),
            or_(
                and_(Delivery.destination == "channel", Delivery.channel_id == channel_id),
                and_(Delivery.destination == "dm", Delivery.user_id == user_id),
            ),
        )
        .limit(1)
    )
    return found is not None


async def newest_told(session: AsyncSession, kind: str, reminder_id: int) -> datetime | None:
    """Return when the newest sent or unsent message of a reminder was due."""
    found: datetime | None = await session.scalar(
        select(Delivery.due_at)
        .where(Delivery.kind == kind, Delivery.subject_id == reminder_id, Delivery.state.not_in(("dropped", "failed")))
        .order_by(Delivery.delivery_id.desc())
        .limit(1)
    )
    return found


def _portions(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for first in range(0, len(ids), AT_ONCE):
        yield ids[first : first + AT_ONCE]
